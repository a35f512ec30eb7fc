//! Calls that come in: admission, the first answer, ringing, refusing and answering.

use std::net::IpAddr;
use std::sync::Arc;

use exchange::line::{EndCause, Event, Identity, Origin};
use kernel::LegId;
use rsipstack::sip::Request;

use super::config::{BusyStatus, TrunkConfig};
use super::edge::Edge;
use super::flow::Flow;
use super::leg::{self, Deadlines, Dialog, Leg, Peer, Stage};
use super::message::{self, NameAddr, other};
use super::sdp::Description;
use super::session_timer as timer;
use crate::media::Codec;

/// A caller's number and name are cut to this many characters.
const MOST_IDENTITY: usize = 64;

impl Edge {
    pub fn trunk_of(&self, ip: IpAddr) -> Option<&TrunkConfig> {
        self.directory
            .trunks
            .iter()
            .find(|t| t.from.iter().any(|range| range.contains(ip)) || self.gate.is_registrar(t.id, ip))
    }

    /// An INVITE outside any dialog. It is refused without keeping anything, or becomes a leg.
    pub async fn invite(&mut self, request: Request, flow: Flow) {
        let now = self.now();
        let config = self.config.clone();
        let limits = &config.limits;
        let headers = &request.headers;
        let retry = limits.retry_after_s.to_string();

        let trunk = match flow.web_user() {
            Some(_) => None,
            // A telephone of ours within a trunk's range of addresses (one machine, a demo) stays a telephone.
            None if self.is_registered_here(&request, &flow) => None,
            None => self.trunk_of(flow.remote_ip()).cloned(),
        };
        let peer = match &trunk {
            Some(trunk) => Peer::Trunk(trunk.id),
            None => match self.authenticated(&request, &flow) {
                Some(user) => Peer::Phone(user),
                None => return,
            },
        };

        let flood = self.outbox.len() > limits.events
            || !self.invites.take(limits.calls_per_second, limits.calls_per_second, now);
        let full =
            self.draining || self.calls >= limits.max_calls || self.legs_alive >= limits.max_legs || flood;
        let trunk_full =
            trunk.as_ref().is_some_and(|t| self.trunk_calls.get(&t.id).copied().unwrap_or(0) >= t.max_calls);
        if full || trunk_full {
            self.counters.refused_over_capacity.add(1);
            // A flood is counted only: telling of each would be part of it.
            if let Some(trunk) = trunk.as_ref().filter(|_| !flood && !self.draining) {
                let (from, to) = (identity_of(&request), self.dialled(&request, Some(trunk)));
                self.emit(Event::NoRoom { trunk: trunk.id, from, to });
            }
            return match trunk.as_ref().map(|t| t.busy_status) {
                Some(BusyStatus::Busy) => self.refuse(&request, &flow, 486, &[]),
                _ => self.refuse(&request, &flow, 503, &[("Retry-After", &retry)]),
            };
        }
        let unsupported: Vec<&str> =
            message::all(headers, "Require").filter(|t| !t.eq_ignore_ascii_case("timer")).collect();
        if !unsupported.is_empty() {
            return self.refuse(&request, &flow, 420, &[("Unsupported", &unsupported.join(", "))]);
        }
        if message::header(headers, "Max-Forwards").is_some_and(|v| v.trim() == "0") {
            return self.refuse(&request, &flow, 483, &[]);
        }
        if let Some(kind) = message::header(headers, "Content-Type")
            && !request.body.is_empty()
            && !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/sdp")
        {
            return self.refuse(&request, &flow, 415, &[("Accept", "application/sdp")]);
        }
        if message::header(headers, "Content-Encoding").is_some_and(|e| !e.eq_ignore_ascii_case("identity")) {
            return self.refuse(&request, &flow, 415, &[("Accept-Encoding", "identity")]);
        }
        if NameAddr::parse(message::all(headers, "Contact").next().unwrap_or_default())
            .and_then(|c| message::request_uri(c.uri))
            .is_none()
        {
            return self.refuse(&request, &flow, 400, &[]);
        }
        // The same INVITE by another way (RFC 3261 §8.2.2.2).
        let from_tag =
            message::tag_of(message::header(headers, "From").unwrap_or_default()).unwrap_or_default();
        let via = message::all(headers, "Via").next().unwrap_or_default();
        let key = (message::call_id(&request), from_tag, message::cseq(&request));
        if self.merged.seen(key, message::param(via, "branch").unwrap_or_default(), now) {
            return self.refuse(&request, &flow, 482, &[]);
        }
        let theirs = timers_of(headers);
        if let Err(timer::TooSmall(least)) = timer::as_uas(theirs, self.timer_config()) {
            return self.refuse(&request, &flow, 422, &[("Min-SE", &least.to_string())]);
        }
        let codecs: Arc<[Codec]> = match &trunk {
            Some(trunk) if !trunk.codecs.is_empty() => trunk.codecs.clone().into(),
            None if flow.is_web() => self.web_codecs.clone(),
            _ => self.all_codecs.clone(),
        };
        if !request.body.is_empty() {
            let usable =
                Description::parse(&request.body).and_then(|d| d.usable(&codecs, self.rule(), flow.is_web()));
            if let Err(error) = usable {
                let warning = format!("399 switchboard \"{error}\"");
                return self.refuse(&request, &flow, 488, &[("Warning", &warning)]);
            }
        }
        let id: LegId = self.mint.mint(now);
        let Some((local_rtp, web)) = self.open_audio(id, &flow) else {
            self.counters.refused_over_capacity.add(1);
            return self.refuse(&request, &flow, 503, &[("Retry-After", &retry)]);
        };
        let message = rsipstack::sip::SipMessage::Request(request.clone());
        let Some(mut transaction) = self.transactions.receive(message, &flow).await else {
            self.media.close(id);
            return;
        };
        let mut trying = message::response(&request, 100, None);
        message::finish(&mut trying.headers, &mut trying.body, None);
        if transaction.respond(trying).await.is_err() {
            tracing::debug!("100 could not be sent");
        }
        let answerer = self.transactions.follow(transaction, id);

        let (origin, from) = match &peer {
            Peer::Trunk(trunk) => (Origin::Trunk { trunk: *trunk }, identity_of(&request)),
            Peer::Phone(user) => {
                let name = identity_of(&request).name;
                (Origin::Phone { user: user.clone() }, Identity { number: user.clone(), name })
            }
        };
        let to = self.dialled(&request, trunk.as_ref());
        let learn = trunk.as_ref().is_none_or(|t| t.learn_rtp);
        tracing::info!(leg = %id, from = %message::masked(&from.number), to = %message::masked(&to), "call in");
        let dialog = Dialog::from_invite(&request);
        let leg = Leg {
            id,
            peer,
            caller: true,
            dialog,
            stage: Stage::Incoming { answerer, invite: Box::new(request), rung: false },
            flow,
            local_rtp,
            web,
            codecs,
            learn,
            agreed: None,
            held: false,
            sdp_version: 1,
            timer: None,
            takes_update: false,
            refreshing: None,
            reinvite: None,
            deadlines: Deadlines {
                ring: Some(now + self.config.limits.max_unanswered),
                life: Some(now + self.config.limits.max_call),
                ..Deadlines::default()
            },
            indexed: None,
            ended: None,
        };
        self.add(leg);
        self.emit(Event::Incoming { leg: id, origin, from, to });
    }

    /// The number that was dialled.
    fn dialled(&self, request: &Request, trunk: Option<&TrunkConfig>) -> String {
        let to = message::user_of(&request.uri.to_string());
        let account = trunk.and_then(|trunk| trunk.register.as_ref());
        if account.is_none_or(|account| account.username != to) {
            return to;
        }
        // A provider calls the contact we registered; the number that was dialled is in To.
        let dialled = message::header(&request.headers, "To").and_then(NameAddr::parse).map(|a| a.user());
        dialled.filter(|number| !number.is_empty()).unwrap_or(to)
    }

    pub fn timer_config(&self) -> timer::Ours {
        let limits = &self.config.limits;
        timer::Ours {
            interval_s: limits.session_expires_s,
            least_s: limits.min_session_expires_s.max(timer::LEAST),
        }
    }

    /// 180, once.
    pub fn ring(&mut self, id: LegId) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let Stage::Incoming { answerer, invite, rung } = &mut leg.stage else { return };
        if *rung {
            return;
        }
        *rung = true;
        let mut response = message::response(invite, 180, Some(&leg.dialog.local_tag));
        response.headers.push(other("Contact", leg::contact(&leg.flow)));
        message::finish(&mut response.headers, &mut response.body, None);
        answerer.respond(response);
    }

    pub fn reject(&mut self, id: LegId, status: u16, retry_after_s: Option<u32>) {
        if self.respond_finally(id, status, retry_after_s) {
            self.end(id, EndCause::Ours, false);
        }
    }

    fn respond_finally(&mut self, id: LegId, status: u16, retry_after_s: Option<u32>) -> bool {
        let Some(leg) = self.legs.get(&id) else { return false };
        let Stage::Incoming { answerer, invite, .. } = &leg.stage else { return false };
        let mut response = message::response(invite, status, Some(&leg.dialog.local_tag));
        if let Some(seconds) = retry_after_s {
            response.headers.push(other("Retry-After", seconds.to_string()));
        }
        message::finish(&mut response.headers, &mut response.body, None);
        answerer.respond(response);
        true
    }

    /// 200 with our answer, or with our offer when the caller made none.
    pub fn answer(&mut self, id: LegId) {
        let rule = self.rule();
        let ours = self.timer_config();
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let Stage::Incoming { answerer, invite, .. } = &leg.stage else { return };
        let offered = invite.body.is_empty();
        let sdp = if offered {
            Ok((super::sdp::offer(leg.local()), None))
        } else {
            Description::parse(&invite.body)
                .and_then(|d| d.answer(leg.local(), rule))
                .map(|(text, agreed)| (text, Some(agreed)))
        };
        let (sdp, agreed) = match sdp {
            Ok(sdp) => sdp,
            Err(_) => return self.reject(id, 488, None),
        };
        let theirs = timers_of(&invite.headers);
        let mut response = message::response(invite, 200, Some(&leg.dialog.local_tag));
        let takes_update = message::has_token(&invite.headers, "Allow", "UPDATE");
        let answerer = answerer.clone();
        leg.timer = timer::as_uas(theirs, ours).ok();
        leg.takes_update = takes_update;
        response.headers.push(other("Contact", leg::contact(&leg.flow)));
        response.headers.push(other("Allow", message::ALLOW));
        response.headers.push(other("Supported", "timer"));
        leg.timer_headers(&mut response.headers, theirs.supported);
        message::finish(&mut response.headers, &mut response.body, Some(sdp));
        leg.stage = Stage::Answered { offered };
        leg.deadlines.ring = None;
        leg.held = agreed.as_ref().is_some_and(|a| a.held());
        leg.agreed = agreed;
        answerer.respond(response);
        if let Some(remote) = leg.remote_media() {
            self.media.connect(id, remote);
        }
    }

    pub fn ack(&mut self, request: &Request, flow: &Flow) {
        let get = |name| message::header(&request.headers, name).unwrap_or_default();
        let Some(to_tag) = message::tag_of(get("To")) else { return };
        let key = (message::call_id(request).to_owned(), to_tag.to_owned());
        let Some(id) = self.dialogs.get(&key).copied() else { return };
        let theirs = self.legs.get(&id).is_some_and(|leg| {
            message::tag_of(get("From")) == Some(leg.dialog.remote_tag.as_str())
                && (leg.flow.remote_ip() == flow.remote_ip() || matches!(leg.peer, Peer::Trunk(t) if self.trunk_of(flow.remote_ip()).is_some_and(|at| at.id == t)))
        });
        if theirs {
            self.acked(id, message::cseq(request), &request.body);
        }
    }

    /// The ACK of an INVITE of theirs came.
    fn acked(&mut self, id: LegId, cseq: u32, body: &[u8]) {
        let now = self.now();
        let Some(leg) = self.legs.get_mut(&id) else { return };
        if leg.ended.is_some() {
            // Hung up while the ACK was on its way: now the BYE may go.
            if matches!(leg.stage, Stage::Answered { .. }) {
                self.bye(id);
                self.end(id, EndCause::Ours, false);
            }
            return;
        }
        let offered = match leg.stage {
            Stage::Answered { offered } => {
                leg.stage = Stage::Up;
                leg.refreshed(now);
                self.emit(Event::Answered { leg: id });
                offered
            }
            _ => match leg.reinvite.take_if(|(number, _)| *number == cseq) {
                Some((_, offered)) => {
                    leg.refreshed(now);
                    offered
                }
                None => return,
            },
        };
        self.reindex(id);
        if offered {
            self.take_answer(id, body);
        }
    }

    /// The answer to an offer of ours, from an ACK or a 200. Without a usable one the call makes no sense.
    pub fn take_answer(&mut self, id: LegId, body: &[u8]) {
        let rule = self.rule();
        let Some(leg) = self.legs.get_mut(&id) else { return };
        match Description::parse(body).and_then(|d| d.read_answer(&leg.codecs, rule, leg.web.is_some())) {
            Ok(agreed) => {
                self.agree(id, agreed);
            }
            Err(error) => {
                tracing::warn!(leg = %id, %error, "their answer cannot be used");
                self.hang_up(id, EndCause::Lost);
            }
        }
    }

    /// The audio of a leg is agreed, again perhaps.
    pub fn agree(&mut self, id: LegId, agreed: super::sdp::Agreed) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let held = agreed.held();
        leg.agreed = Some(agreed);
        let changed = leg.held != held;
        leg.held = held;
        if let Some(remote) = leg.remote_media() {
            self.media.connect(id, remote);
        }
        if changed {
            self.emit(Event::Held { leg: id, held });
        }
    }

    /// The caller gave up before our answer.
    pub fn cancelled(&mut self, id: LegId) {
        if self.respond_finally(id, 487, None) {
            self.end(id, EndCause::FarEnd, false);
        }
    }

    /// The transaction of an INVITE of theirs is over; a 200 without ACK means that they are gone.
    pub fn invite_over(&mut self, id: LegId, cseq: u32, acked: bool) {
        let Some(leg) = self.legs.get(&id) else { return };
        if acked {
            return;
        }
        let ours =
            matches!(leg.stage, Stage::Answered { .. }) || leg.reinvite.is_some_and(|(n, _)| n == cseq);
        if ours {
            tracing::debug!(leg = %id, "no ACK came");
            self.bye(id);
            self.end(id, EndCause::Lost, false);
        }
    }
}

/// What a message says of session timers.
pub fn timers_of(headers: &rsipstack::sip::Headers) -> timer::Theirs {
    timer::Theirs {
        supported: message::has_token(headers, "Supported", "timer")
            || message::has_token(headers, "Require", "timer"),
        expires: message::header(headers, "Session-Expires").and_then(timer::parse_expires),
        least_s: message::header(headers, "Min-SE")
            .and_then(|v| timer::delta_seconds(v.split(';').next().unwrap_or_default())),
    }
}

/// Who calls, as the trunk says: its asserted identity, or else From.
fn identity_of(request: &Request) -> Identity {
    let headers = &request.headers;
    let asserted = message::all(headers, "P-Asserted-Identity")
        .filter_map(NameAddr::parse)
        .find(|a| !a.user().is_empty());
    let from = message::header(headers, "From").and_then(NameAddr::parse);
    let Some(address) = asserted.or(from) else { return Identity::default() };
    let clean = |text: &str| text.chars().filter(|c| !c.is_control()).take(MOST_IDENTITY).collect::<String>();
    let name = if address.name.is_empty() { from.map(|f| f.name).unwrap_or_default() } else { address.name };
    let number = match address.user() {
        user if user.eq_ignore_ascii_case("anonymous") => String::new(),
        user => clean(&user),
    };
    Identity { number, name: clean(name) }
}
