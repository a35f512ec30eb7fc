//! Calls that go out: INVITE, its answers, CANCEL and the race between the two.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use exchange::line::{Device, EndCause, Event, Identity, Target};
use kernel::LegId;
use rsipstack::sip::{Header, Method, Request, Response, Version};

use super::chance::token;
use super::edge::Edge;
use super::flow::Flow;
use super::incoming::timers_of;
use super::leg::{self, Deadlines, Dialog, Leg, Peer, Stage};
use super::message::{self, Address, other};
use super::sdp::Description;
use super::session_timer as timer;
use super::transactions::Purpose;
use crate::media::Codec;

/// Where an INVITE goes.
pub struct Route {
    pub peer: Peer,
    pub uri: String,
    /// An open flow, or the address to open one to.
    pub way: Way,
    pub codecs: Arc<[Codec]>,
    pub learn: bool,
}

pub enum Way {
    Flow(Flow),
    /// Over TLS with the name in the peer's certificate, or over TCP.
    Connect(SocketAddr, Option<String>),
}

impl Edge {
    /// Any UDP socket of ours from which this address can be reached.
    pub fn udp_towards(&self, to: SocketAddr) -> Option<Flow> {
        self.sockets
            .iter()
            .filter(|s| s.local.is_ipv4() == to.is_ipv4())
            .max_by_key(|s| (s.local.ip() == to.ip(), s.local.ip().is_loopback() == to.ip().is_loopback()))
            .map(|socket| Flow::Udp(socket.clone(), to))
    }

    /// How a configured address is reached.
    pub fn way_to(&self, address: &Address, at: SocketAddr) -> Option<Way> {
        match address.transport.as_deref() {
            None | Some("udp") => self.udp_towards(at).map(Way::Flow),
            Some("tcp") => Some(Way::Connect(at, None)),
            Some("tls") => Some(Way::Connect(at, Some(address.host.clone()))),
            Some(_) => None,
        }
    }

    fn route(&self, to: &Target) -> Option<Route> {
        match to {
            Target::Phone { user, device } => {
                let learn = true;
                let codecs = self.all_codecs.clone();
                let peer = Peer::Phone(user.clone());
                if let Some((uri, flow)) = self.binding(user, *device) {
                    let codecs = if flow.is_web() { self.web_codecs.clone() } else { codecs };
                    return Some(Route { peer, uri, way: Way::Flow(flow), codecs, learn });
                }
                if *device == Device::Browser {
                    return None;
                }
                let contact = self.directory.phones.get(user)?.contact.as_ref()?;
                let address = Address::parse(contact)?;
                let at = SocketAddr::new(address.ip()?, address.default_port());
                let way = self.way_to(&address, at)?;
                Some(Route { peer, uri: contact.clone(), way, codecs, learn })
            }
            Target::Number { trunk, number } => {
                let trunk = self.directory.trunks.iter().find(|t| t.id == *trunk)?;
                if self.trunk_calls.get(&trunk.id).copied().unwrap_or(0) >= trunk.max_calls {
                    return None;
                }
                let (address, at) = self.gate.out_of(trunk.id)?;
                let way = self.way_to(&address, at)?;
                let number: String =
                    number.chars().filter(|c| c.is_ascii_alphanumeric() || "+*#-_.".contains(*c)).collect();
                let number = number.replace('#', "%23");
                let uri = format!("sip:{number}@{}", at);
                let codecs = if trunk.codecs.is_empty() {
                    self.all_codecs.clone()
                } else {
                    trunk.codecs.clone().into()
                };
                Some(Route { peer: Peer::Trunk(trunk.id), uri, way, codecs, learn: trunk.learn_rtp })
            }
        }
    }

    pub fn dial(&mut self, id: LegId, to: Target, from: Identity, ring_for: Duration, answer_itself: bool) {
        let now = self.now();
        if self.legs.contains_key(&id) {
            tracing::error!(leg = %id, "a leg was dialled twice");
            return;
        }
        let route = self.route(&to).filter(|_| self.legs_alive < self.config.limits.max_legs);
        let route = route.and_then(|route| Some((message::request_uri(&route.uri)?, route)));
        let Some((uri, route)) = route else {
            self.emit(Event::Ended { leg: id, cause: EndCause::Unreachable });
            return;
        };
        let (flow, at, connect) = match route.way {
            Way::Flow(flow) if flow.is_open() => {
                let at = flow.remote();
                (Some(flow), at, None)
            }
            Way::Flow(flow) => (None, flow.remote(), None),
            // Until the connection stands, a socket of ours stands in for it.
            Way::Connect(at, tls) => (self.streams.to(at, tls.is_some()), at, Some(tls)),
        };
        let waits = flow.is_none();
        let flow = match flow.or_else(|| connect.as_ref().and_then(|_| self.udp_towards(at))) {
            Some(flow) => flow,
            None => {
                self.emit(Event::Ended { leg: id, cause: EndCause::Unreachable });
                return;
            }
        };
        let audio = match flow.is_web() {
            true => self.open_audio(id, &flow),
            false => self.open_media(id, at.ip().to_canonical()).map(|at| (at, None)),
        };
        let Some((local_rtp, web)) = audio else {
            self.emit(Event::Ended { leg: id, cause: EndCause::Lost });
            return;
        };
        let local_tag = token();
        let display = quoted(&from.name);
        let number = if from.number.is_empty() { "anonymous".to_owned() } else { escaped(&from.number) };
        let ours = flow.our_address();
        let mut invite = Request {
            method: Method::Invite,
            uri: uri.clone(),
            version: Version::V2,
            headers: vec![
                Header::MaxForwards("70".into()),
                Header::From(
                    format!("{display}<sip:{number}@{}>;tag={local_tag}", host(ours)).as_str().into(),
                ),
                Header::To(format!("<{}>", plain(&uri)).as_str().into()),
                Header::CallId(format!("{}@switchboard", token()).as_str().into()),
            ]
            .into(),
            body: Vec::new(),
        };
        if answer_itself {
            // There is no standard; each of these is understood by some makes. The URI is for those who insist on one.
            let uri = format!("<sip:{}>", host(ours));
            invite.headers.push(other("Alert-Info", format!("{uri};info=alert-autoanswer;delay=0")));
            invite.headers.push(other("Call-Info", format!("{uri};answer-after=0")));
        }
        let dialog = Dialog {
            call_id: message::call_id(&invite).to_owned(),
            local: message::header(&invite.headers, "From").unwrap_or_default().to_owned(),
            remote: message::header(&invite.headers, "To").unwrap_or_default().to_owned(),
            target: route.uri,
            local_tag,
            ..Dialog::default()
        };
        tracing::debug!(leg = %id, "call out");
        let leg = Leg {
            id,
            peer: route.peer,
            caller: false,
            dialog,
            stage: Stage::Connecting { invite: Box::new(invite) },
            flow,
            local_rtp,
            web,
            codecs: route.codecs,
            learn: route.learn,
            agreed: None,
            held: false,
            sdp_version: 1,
            timer: None,
            takes_update: false,
            refreshing: None,
            reinvite: None,
            deadlines: Deadlines {
                ring: Some(now + ring_for),
                life: Some(now + self.config.limits.max_call),
                ..Deadlines::default()
            },
            indexed: None,
            ended: None,
        };
        self.add(leg);
        if waits {
            if let Some(tls) = connect {
                self.connect(id, at, tls);
            } else {
                self.end(id, EndCause::Unreachable, false);
            }
        } else {
            self.send_invite(id, &[]);
        }
    }

    pub fn connected(&mut self, id: LegId, flow: Option<Flow>) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        if !matches!(leg.stage, Stage::Connecting { .. }) {
            return;
        }
        match flow {
            Some(flow) => {
                leg.flow = flow;
                self.send_invite(id, &[]);
            }
            None => self.end(id, EndCause::Unreachable, false),
        }
    }

    /// Sends the INVITE, or sends it again with further headers (credentials, a longer session).
    fn send_invite(&mut self, id: LegId, extra: &[(&str, String)]) {
        let limits = &self.config.limits;
        let interval = limits.session_expires_s;
        let least = limits.min_session_expires_s.max(timer::LEAST);
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let (mut invite, tries, pracks) = match &leg.stage {
            Stage::Connecting { invite } => (invite.clone(), 0, 0),
            Stage::Calling { invite, tries, pracks, .. } => (invite.clone(), tries + 1, *pracks),
            _ => return,
        };
        leg.dialog.cseq += 1 + pracks;
        invite.headers.retain(|h| {
            matches!(
                h,
                Header::MaxForwards(_)
                    | Header::From(_)
                    | Header::To(_)
                    | Header::CallId(_)
                    | Header::AlertInfo(_)
                    | Header::CallInfo(_)
            )
        });
        invite.headers.push_front(Header::Via(leg::via(&leg.flow, &leg::branch()).as_str().into()));
        let headers = &mut invite.headers;
        headers.push(Header::CSeq(format!("{} INVITE", leg.dialog.cseq).as_str().into()));
        headers.push(other("Contact", leg::contact(&leg.flow)));
        headers.push(other("Allow", message::ALLOW));
        headers.push(other("Supported", "timer, 100rel"));
        if !extra.iter().any(|(name, _)| *name == "Session-Expires") {
            headers.push(other("Session-Expires", interval.to_string()));
            headers.push(other("Min-SE", least.to_string()));
        }
        for (name, value) in extra {
            headers.push(other(name, value.clone()));
        }
        let sdp = super::sdp::offer(leg.local());
        message::finish(&mut invite.headers, &mut invite.body, Some(sdp));
        let request = (*invite).clone();
        leg.stage =
            Stage::Calling { invite, provisional: false, rung: false, tries, last_rseq: 0, pracks: 0 };
        self.transactions.ask(request, &leg.flow, Purpose::Invite(id));
    }

    /// Gives up an INVITE that is not answered. The CANCEL waits for the first provisional answer (RFC 3261 §9.1).
    pub fn cancel(&mut self, id: LegId, cause: EndCause) {
        let Some(leg) = self.legs.get(&id) else { return };
        let Stage::Calling { provisional, .. } = &leg.stage else { return };
        if *provisional {
            self.send_cancel(id);
        }
        self.end(id, cause, true);
    }

    fn send_cancel(&mut self, id: LegId) {
        let Some(leg) = self.legs.get(&id) else { return };
        let Stage::Calling { invite, .. } = &leg.stage else { return };
        let mut headers: Vec<Header> = invite
            .headers
            .iter()
            .filter(|h| {
                matches!(
                    h,
                    Header::Via(_)
                        | Header::MaxForwards(_)
                        | Header::From(_)
                        | Header::To(_)
                        | Header::CallId(_)
                        | Header::Route(_)
                )
            })
            .cloned()
            .collect();
        headers.push(Header::CSeq(format!("{} CANCEL", leg.dialog.cseq).as_str().into()));
        headers.push(Header::Reason("SIP;cause=487".into()));
        let mut cancel = Request {
            method: Method::Cancel,
            uri: invite.uri.clone(),
            version: Version::V2,
            headers: headers.into(),
            body: Vec::new(),
        };
        message::finish(&mut cancel.headers, &mut cancel.body, None);
        self.transactions.ask(cancel, &leg.flow, Purpose::Parting);
    }

    /// An answer to an INVITE that makes a leg.
    pub fn invite_answered(&mut self, id: LegId, response: Response, flow: Flow) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let status = response.status_code.code();
        if message::cseq(&response) != leg.dialog.cseq || !matches!(leg.stage, Stage::Calling { .. }) {
            return;
        }
        match status {
            100..=199 => self.provisional(id, &response, &flow),
            200..=299 => self.accepted(id, &response),
            _ => {
                let now = self.now();
                if self.legs.get(&id).is_some_and(|l| l.ended.is_some()) {
                    return self.end(id, EndCause::Ours, false);
                }
                if let Some(extra) = self.second_try(id, &response, now) {
                    return self.send_invite(id, &extra);
                }
                tracing::debug!(leg = %id, status, "call out refused");
                self.end(id, cause_of(status), false);
            }
        }
    }

    fn provisional(&mut self, id: LegId, response: &Response, flow: &Flow) {
        let status = response.status_code.code();
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let given_up = leg.ended.is_some();
        let Stage::Calling { provisional, rung, last_rseq, .. } = &mut leg.stage else { return };
        let first = !std::mem::replace(provisional, true);
        if given_up {
            if first {
                self.send_cancel(id);
            }
            return;
        }
        let rseq = message::header(&response.headers, "RSeq").and_then(|v| v.trim().parse::<u32>().ok());
        let reliable = rseq.filter(|_| message::has_token(&response.headers, "Require", "100rel"));
        let fresh = match reliable {
            Some(rseq) => {
                let fresh = *last_rseq == 0 || rseq == last_rseq.wrapping_add(1);
                if fresh {
                    *last_rseq = rseq;
                }
                fresh
            }
            None => true,
        };
        let rings = status >= 180
            && status != 199
            && !std::mem::replace(rung, *rung || (status >= 180 && status != 199));
        if !fresh {
            return;
        }
        if status > 100 && !response.body.is_empty() {
            self.early_media(id, &response.body);
        }
        if let Some(rseq) = reliable {
            self.prack(id, response, rseq, flow);
        }
        if rings {
            self.emit(Event::Ringing { leg: id });
        }
    }

    fn prack(&mut self, id: LegId, response: &Response, rseq: u32, flow: &Flow) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let invite_cseq = leg.dialog.cseq;
        let Stage::Calling { pracks, .. } = &mut leg.stage else { return };
        *pracks += 1;
        let number = invite_cseq + *pracks;
        // The early dialog of this very answer; ours stays as it is until the 200 decides (forks).
        let saved = leg.dialog.clone();
        leg.dialog.learn(response);
        let mut request = leg.request_numbered(Method::PRack, number, flow);
        leg.dialog = saved;
        request.headers.push(other("RAck", format!("{rseq} {invite_cseq} INVITE")));
        message::finish(&mut request.headers, &mut request.body, None);
        self.transactions.ask(request, flow, Purpose::Prack(id));
    }

    /// Sound before the answer, from an outside line only: who calls a telephone of ours hears our own ringing.
    fn early_media(&mut self, id: LegId, body: &[u8]) {
        let rule = self.rule();
        let Some(leg) = self.legs.get_mut(&id) else { return };
        if let Ok(agreed) =
            Description::parse(body).and_then(|d| d.read_answer(&leg.codecs, rule, leg.web.is_some()))
        {
            leg.agreed = Some(agreed);
            if let Some(remote) = leg.remote_media() {
                self.media.connect(id, remote);
            }
        }
    }

    fn accepted(&mut self, id: LegId, response: &Response) {
        let now = self.now();
        let rule = self.rule();
        let asked = self.config.limits.session_expires_s;
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let given_up = leg.ended.is_some();
        leg.dialog.learn(response);
        let Stage::Calling { pracks, .. } = leg.stage else { return };
        leg.stage = Stage::Up;
        leg.deadlines.ring = None;
        leg.takes_update = message::has_token(&response.headers, "Allow", "UPDATE");
        self.send_ack(id);
        if let Some(leg) = self.legs.get_mut(&id) {
            leg.dialog.cseq += pracks;
        }
        if given_up {
            // Our CANCEL and their 200 crossed.
            self.bye(id);
            return self.end(id, EndCause::Ours, true);
        }
        let Some(leg) = self.legs.get_mut(&id) else { return };
        leg.timer = Some(timer::as_uac(timers_of(&response.headers), asked));
        leg.refreshed(now);
        let agreed = match (response.body.is_empty(), leg.agreed.clone()) {
            (true, Some(early)) => Ok(early),
            _ => Description::parse(&response.body)
                .and_then(|d| d.read_answer(&leg.codecs, rule, leg.web.is_some())),
        };
        match agreed {
            Ok(agreed) => {
                leg.held = agreed.held();
                let held = leg.held;
                leg.agreed = Some(agreed);
                if let Some(remote) = leg.remote_media() {
                    self.media.connect(id, remote);
                }
                self.reindex(id);
                self.emit(Event::Answered { leg: id });
                if held {
                    self.emit(Event::Held { leg: id, held });
                }
            }
            Err(error) => {
                tracing::warn!(leg = %id, %error, "their answer cannot be used");
                self.bye(id);
                self.end(id, EndCause::Lost, true);
            }
        }
    }

    /// The ACK of a 200, kept for when that comes again.
    pub fn send_ack(&mut self, id: LegId) {
        let Some(flow) = self.next_hop(id) else { return };
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let mut ack = leg.request_numbered(Method::Ack, leg.dialog.cseq, &flow);
        message::finish(&mut ack.headers, &mut ack.body, None);
        let bytes = ack.to_bytes();
        leg.dialog.ack = Some(bytes.clone());
        flow.send(bytes);
    }

    /// A response no transaction waits for: a 200 of an INVITE that comes again, or from another branch of a fork.
    pub fn stray_response(&mut self, response: Response, flow: &Flow) {
        let from = message::header(&response.headers, "From").unwrap_or_default();
        let cseq = message::header(&response.headers, "CSeq").unwrap_or_default();
        let status = response.status_code.code();
        if !cseq.ends_with("INVITE") || !(200..300).contains(&status) {
            return;
        }
        let Some(tag) = message::tag_of(from) else { return };
        let key = (message::call_id(&response).to_owned(), tag.to_owned());
        let Some(id) = self.dialogs.get(&key).copied() else { return };
        let Some(leg) = self.legs.get(&id) else { return };
        if leg.flow.remote_ip() != flow.remote_ip() {
            return;
        }
        let to = message::header(&response.headers, "To").and_then(message::tag_of).unwrap_or_default();
        if to == leg.dialog.remote_tag {
            if let (Some(ack), Some(hop)) = (leg.dialog.ack.clone(), self.next_hop(id)) {
                hop.send(ack);
            }
            return;
        }
        // Another telephone answered as well: it is thanked and sent away, in a dialog of its own.
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let saved = leg.dialog.clone();
        leg.dialog.learn(&response);
        self.send_ack(id);
        self.bye(id);
        if let Some(leg) = self.legs.get_mut(&id) {
            leg.dialog = saved;
        }
    }

    /// What to add when a refused INVITE may be tried once more.
    fn second_try(
        &mut self,
        id: LegId,
        response: &Response,
        now: kernel::Timestamp,
    ) -> Option<Vec<(&'static str, String)>> {
        let leg = self.legs.get(&id)?;
        let Stage::Calling { tries, invite, .. } = &leg.stage else { return None };
        if *tries >= 2 || leg.deadlines.ring.is_none_or(|at| at <= now) {
            return None;
        }
        match response.status_code.code() {
            status @ (401 | 407) => {
                let Peer::Trunk(trunk) = leg.peer else { return None };
                let (uri, flow) = (invite.uri.to_string(), leg.flow.clone());
                let header = self.credentials_for(trunk, &flow, response, "INVITE", &uri)?;
                Some(vec![(if status == 401 { "Authorization" } else { "Proxy-Authorization" }, header)])
            }
            422 => {
                let least = timers_of(&response.headers).least_s.filter(|s| *s <= 86_400)?;
                Some(vec![("Session-Expires", least.to_string()), ("Min-SE", least.to_string())])
            }
            _ => None,
        }
    }
}

/// What a refusal means to whoever dialled.
fn cause_of(status: u16) -> EndCause {
    match status {
        486 | 600 => EndCause::Busy,
        404 | 410 | 484 | 604 => EndCause::NoSuchNumber,
        480 | 485 => EndCause::Unreachable,
        408 | 487 | 500..=599 => EndCause::Lost,
        // 3xx is not followed: where a call goes is decided here, not by whoever is called.
        _ => EndCause::Declined,
    }
}

fn plain(uri: &rsipstack::sip::Uri) -> String {
    let mut uri = uri.clone();
    uri.params.clear();
    uri.to_string()
}

fn host(at: SocketAddr) -> String {
    match at.ip().to_canonical() {
        std::net::IpAddr::V4(ip) => ip.to_string(),
        std::net::IpAddr::V6(ip) => format!("[{ip}]"),
    }
}

fn quoted(name: &str) -> String {
    let clean: String = name.chars().filter(|c| !c.is_control() && !"\"\\".contains(*c)).take(64).collect();
    if clean.is_empty() { clean } else { format!("\"{clean}\" ") }
}

fn escaped(number: &str) -> String {
    number
        .bytes()
        .take(64)
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"+-_.*!".contains(&b) {
                (b as char).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}
