//! The one task that owns all signalling: legs, dialogs, registrations and trunks. It never waits for a peer.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use exchange::line::{Command, EndCause, Event, RejectStatus};
use kernel::{Clock, IdMint, LegId, Timestamp, TrunkId};
use rsipstack::sip::{HasHeaders, Method, Request, SipMessage};
use tokio::sync::mpsc;

use super::config::{Config, Directory};
use super::flow::{Datagrams, Flow};
use super::gate::Gate;
use super::leg::{Leg, Peer, Stage};
use super::message;
use super::sdp::AddressRule;
use super::transactions::{Heard, Purpose, Transactions};
use super::{Counters, Input};
use crate::media::{MediaCore, WebLocal};

/// What the readers of the sockets send.
#[allow(clippy::large_enum_variant, reason = "nearly all are messages")]
pub enum Net {
    Message(Flow, SipMessage),
    /// A connection is gone.
    Closed(u64),
    /// A connection we opened for a leg, or not.
    Connected(LegId, Option<Flow>),
    /// A connection towards a trunk was opened, or not.
    TrunkConnected(TrunkId, Option<Flow>),
    /// Names of a trunk were looked up.
    Resolved(TrunkId, super::gate::Resolved),
}

pub struct Edge {
    pub config: Arc<Config>,
    pub clock: Arc<dyn Clock>,
    pub mint: Arc<IdMint>,
    pub media: MediaCore,
    pub gate: Arc<Gate>,
    pub counters: Arc<Counters>,
    pub transactions: Transactions,
    pub directory: Directory,
    pub sockets: Vec<Arc<Datagrams>>,
    pub net: mpsc::Sender<Net>,
    pub legs: HashMap<LegId, Leg>,
    /// By Call-ID and our tag.
    pub dialogs: HashMap<(String, String), LegId>,
    /// Legs by the time of their next deadline.
    pub index: BTreeSet<(Timestamp, LegId)>,
    pub calls: usize,
    pub legs_alive: usize,
    pub trunk_calls: HashMap<TrunkId, usize>,
    pub invites: super::admission::Bucket,
    pub merged: super::admission::Merged,
    pub nonces: super::digest::Nonces,
    pub registrar: super::registrar::Registrar<Flow>,
    /// Telephones that need no registration.
    pub fixed_phones: usize,
    pub trunks: super::trunks::Trunks,
    pub streams: Arc<super::streams::Streams>,
    pub all_codecs: Arc<[crate::media::Codec]>,
    /// What browsers are offered.
    pub web_codecs: Arc<[crate::media::Codec]>,
    pub draining: bool,
    /// Events the driver had no room for yet.
    pub outbox: VecDeque<Event>,
}

pub struct Inputs {
    pub commands: mpsc::Receiver<Input>,
    pub heard: mpsc::Receiver<Heard>,
    pub net: mpsc::Receiver<Net>,
    pub events: mpsc::Sender<Event>,
}

impl Edge {
    pub async fn run(mut self, mut inputs: Inputs) {
        loop {
            self.flush(&inputs.events);
            let now = self.clock.now();
            let wait = self.deadline().map_or(Duration::from_secs(3_600), |at| at.since(now));
            let room = async {
                if self.outbox.is_empty() {
                    std::future::pending::<()>().await;
                }
                let _ = inputs.events.reserve().await;
            };
            tokio::select! {
                biased;
                input = inputs.commands.recv() => match input {
                    Some(Input::Command(command)) => self.command(command).await,
                    Some(Input::Configure(directory)) => self.configure(*directory),
                    Some(Input::Drain) => self.draining = true,
                    Some(Input::Stop(done)) => {
                        self.stop();
                        self.flush(&inputs.events);
                        // The last BYEs leave from tasks of their own.
                        tokio::task::yield_now().await;
                        let _ = done.send(());
                        return;
                    }
                    None => return,
                },
                Some(heard) = inputs.heard.recv() => self.heard(heard).await,
                Some(net) = inputs.net.recv() => match net {
                    Net::Message(flow, message) => self.message(flow, message).await,
                    Net::Closed(stream) => self.connection_closed(stream),
                    Net::Connected(leg, flow) => self.connected(leg, flow),
                    Net::TrunkConnected(trunk, flow) => self.trunk_connected(trunk, flow),
                    Net::Resolved(trunk, resolved) => self.trunk_resolved(trunk, resolved),
                },
                () = room => {}
                () = tokio::time::sleep(wait) => {}
            }
            self.wake();
            self.counters.gauge(&self);
        }
    }

    fn flush(&mut self, events: &mpsc::Sender<Event>) {
        while let Some(event) = self.outbox.pop_front() {
            if let Err(mpsc::error::TrySendError::Full(event)) = events.try_send(event) {
                self.outbox.push_front(event);
                return;
            }
        }
    }

    pub fn emit(&mut self, event: Event) {
        self.outbox.push_back(event);
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn rule(&self) -> AddressRule {
        AddressRule { loopback: self.config.limits.loopback_media }
    }

    fn deadline(&self) -> Option<Timestamp> {
        let legs = self.index.first().map(|(at, _)| *at);
        [legs, self.registrar.deadline(), self.trunks.deadline()].into_iter().flatten().min()
    }

    fn wake(&mut self) {
        let now = self.now();
        self.registrations_expire();
        self.trunks_wake(now);
        while let Some((at, leg)) = self.index.first().copied() {
            if at > now {
                return;
            }
            self.index.remove(&(at, leg));
            if let Some(leg) = self.legs.get_mut(&leg) {
                leg.indexed = None;
            }
            self.leg_deadline(leg, now);
            self.reindex(leg);
        }
    }

    /// Puts a leg's first deadline into the index. Called after everything that may change one.
    pub fn reindex(&mut self, id: LegId) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let first = leg.deadlines.first();
        if leg.indexed == first {
            return;
        }
        if let Some(old) = leg.indexed.take() {
            self.index.remove(&(old, id));
        }
        if let Some(first) = first {
            self.index.insert((first, id));
        }
        leg.indexed = first;
    }

    async fn command(&mut self, command: Command) {
        match command {
            Command::Ring { leg } => self.ring(leg),
            Command::Answer { leg } => self.answer(leg),
            Command::Reject { leg, status, retry_after_s } => {
                let status = match status {
                    RejectStatus::NoSuchNumber => 404,
                    RejectStatus::Forbidden => 403,
                    RejectStatus::Unavailable => 480,
                    RejectStatus::Busy => 486,
                    RejectStatus::Overloaded => 503,
                    RejectStatus::Declined => 603,
                };
                self.reject(leg, status, retry_after_s);
            }
            Command::Dial { leg, to, from, ring_for, answer_itself } => {
                self.dial(leg, to, from, ring_for, answer_itself);
            }
            Command::HangUp { leg } => self.hang_up(leg, EndCause::Ours),
            media => self.media.command(media),
        }
    }

    pub fn configure(&mut self, directory: Directory) {
        self.gate.trunks(&directory);
        let before = std::mem::replace(&mut self.directory, directory);
        self.phones_configured(&before);
        self.trunks_configured();
    }

    /// A message that passed the gate.
    async fn message(&mut self, flow: Flow, message: SipMessage) {
        self.counters.messages_in.add(1);
        match message {
            SipMessage::Response(response) => {
                let message = SipMessage::Response(response);
                if self.transactions.knows(&message) {
                    let _ = self.transactions.receive(message, &flow).await;
                } else if let SipMessage::Response(response) = message {
                    self.stray_response(response, &flow);
                }
            }
            SipMessage::Request(mut request) => {
                message::stamp(&mut request, flow.remote());
                let method = request.method;
                if method == Method::Options && message::tag_of(header(&request, "To")).is_none() {
                    return self.options(&request, &flow);
                }
                if method == Method::Register {
                    return self.register(&request, &flow);
                }
                if method == Method::Ack {
                    // At once, before what follows it on the wire; the transaction only needs it to fall silent.
                    self.ack(&request, &flow);
                }
                let message = SipMessage::Request(request);
                if matches!(method, Method::Ack | Method::Cancel) || self.transactions.knows(&message) {
                    let _ = self.transactions.receive(message, &flow).await;
                    return;
                }
                let SipMessage::Request(request) = message else { return };
                match message::tag_of(header(&request, "To")) {
                    Some(tag) => {
                        let key = (message::call_id(&request).to_owned(), tag.to_owned());
                        self.in_dialog(request, flow, key).await;
                    }
                    None if method == Method::Invite => self.invite(request, flow).await,
                    None => self.refuse(&request, &flow, 405, &[("Allow", message::ALLOW)]),
                }
            }
        }
    }

    async fn heard(&mut self, heard: Heard) {
        match heard {
            Heard::Cancel { leg } => self.cancelled(leg),
            Heard::InviteOver { leg, cseq, acked } => self.invite_over(leg, cseq, acked),
            Heard::Response { purpose, response, flow } => match purpose {
                Purpose::Invite(leg) => self.invite_answered(leg, response, flow),
                Purpose::Refresh(leg) => self.refresh_answered(leg, response, flow),
                Purpose::Prack(_) | Purpose::Parting => {}
                Purpose::Register(trunk) => self.registered(trunk, &response, &flow),
                Purpose::Health(trunk) => self.health_answered(trunk, &response),
            },
        }
    }

    /// Refuses without a transaction: nothing is remembered, a repetition gets the same again.
    pub fn refuse(&self, request: &Request, flow: &Flow, status: u16, headers: &[(&str, &str)]) {
        if request.method == Method::Ack {
            return;
        }
        let tag = stateless_tag(request);
        let mut response = message::response(request, status, Some(&tag));
        for (name, value) in headers {
            response.headers.push(message::other(name, *value));
        }
        message::finish(&mut response.headers, &mut response.body, None);
        flow.send(response.to_bytes());
    }

    fn options(&mut self, request: &Request, flow: &Flow) {
        if self.draining {
            let retry = self.config.limits.retry_after_s.to_string();
            return self.refuse(request, flow, 503, &[("Retry-After", &retry)]);
        }
        self.refuse(
            request,
            flow,
            200,
            &[("Allow", message::ALLOW), ("Accept", "application/sdp"), ("Supported", "timer")],
        );
    }

    /// The leg is gone: the one place where `Ended` is said. Its dialog stays only when `keep` is set, for the sake of a
    /// transaction that is not over.
    pub fn end(&mut self, id: LegId, cause: EndCause, keep: bool) {
        let now = self.now();
        let Some(leg) = self.legs.get_mut(&id) else { return };
        if leg.ended.is_some() {
            if !keep {
                self.forget(id);
            }
            return;
        }
        leg.ended = Some(cause);
        leg.deadlines = super::leg::Deadlines::default();
        if keep {
            // Longer than any transaction lasts.
            leg.deadlines.life = Some(now + Duration::from_secs(200));
        }
        if leg.caller {
            self.calls = self.calls.saturating_sub(1);
        }
        self.legs_alive = self.legs_alive.saturating_sub(1);
        if let Peer::Trunk(trunk) = &leg.peer
            && let Some(count) = self.trunk_calls.get_mut(trunk)
        {
            *count = count.saturating_sub(1);
        }
        self.media.close(id);
        self.emit(Event::Ended { leg: id, cause });
        if keep {
            self.reindex(id);
        } else {
            self.forget(id);
        }
    }

    fn forget(&mut self, id: LegId) {
        if let Some(leg) = self.legs.remove(&id) {
            if let Some(at) = leg.indexed {
                self.index.remove(&(at, id));
            }
            self.dialogs.remove(&(leg.dialog.call_id, leg.dialog.local_tag));
        }
    }

    pub fn add(&mut self, leg: Leg) {
        let id = leg.id;
        self.dialogs.insert((leg.dialog.call_id.clone(), leg.dialog.local_tag.clone()), id);
        self.legs_alive += 1;
        if leg.caller {
            self.calls += 1;
        }
        if let Peer::Trunk(trunk) = &leg.peer {
            *self.trunk_calls.entry(*trunk).or_default() += 1;
        }
        self.legs.insert(id, leg);
        self.reindex(id);
    }

    fn media_bound(&self, peer: IpAddr) -> Option<IpAddr> {
        let bound = self.config.media.bind.iter().copied();
        bound
            .filter(|ip| ip.is_ipv4() == peer.is_ipv4())
            .max_by_key(|ip| ip.is_loopback() == peer.is_loopback())
    }

    /// Opens the audio of a leg: the address for our SDP.
    pub fn open_media(&self, leg: LegId, peer: IpAddr) -> Option<SocketAddr> {
        let bound = self.media_bound(peer)?;
        // The media core binds what the peer's packets will really arrive at.
        let bind = super::flow::announced_ip(bound, None, peer);
        let port = match self.media.open(leg, bind) {
            Ok(port) => port,
            Err(error) => {
                tracing::warn!(%leg, %error, "no audio port");
                return None;
            }
        };
        let announced = super::flow::announced_ip(bind, self.config.external_ip, peer);
        Some(SocketAddr::new(announced, port.addr.port()))
    }

    /// Opens the audio of a leg by this flow, to a browser or to a telephone.
    pub fn open_audio(&self, leg: LegId, flow: &Flow) -> Option<(SocketAddr, Option<WebLocal>)> {
        let peer = flow.remote_ip();
        if !flow.is_web() {
            return Some((self.open_media(leg, peer)?, None));
        }
        let bound = self.media_bound(peer)?;
        let bind = super::flow::announced_ip(bound, None, peer);
        // A browser on this machine, or one behind a proxy on it: it may be reached by one address and not by the other.
        let second = peer.is_loopback().then(|| super::flow::own_ip(peer.is_ipv4())).flatten();
        let mut web = match self.media.open_web(leg, bind, second) {
            Ok(web) => web,
            Err(error) => {
                tracing::warn!(%leg, %error, "no audio port");
                return None;
            }
        };
        if let Some(external) = self.config.external_ip.filter(|e| e.is_ipv4() == peer.is_ipv4()) {
            let port = web.addresses.first().map_or(0, SocketAddr::port);
            let external = SocketAddr::new(external, port);
            if !web.addresses.contains(&external) {
                web.addresses.push(external);
            }
        }
        Some((*web.addresses.first()?, Some(web)))
    }

    /// Hangs up a leg in whatever state it is.
    pub fn hang_up(&mut self, id: LegId, cause: EndCause) {
        let Some(leg) = self.legs.get(&id) else { return };
        if leg.ended.is_some() {
            return;
        }
        match leg.stage {
            Stage::Incoming { .. } => self.reject(id, 480, None),
            // A BYE must wait for the ACK (RFC 3261 §15).
            Stage::Answered { .. } => self.end(id, cause, true),
            Stage::Connecting { .. } => self.end(id, cause, false),
            Stage::Calling { .. } => self.cancel(id, cause),
            Stage::Up => {
                self.bye(id);
                self.end(id, cause, false);
            }
        }
    }

    /// Sends a BYE; what is answered does not matter.
    pub fn bye(&mut self, id: LegId) {
        let Some(flow) = self.next_hop(id) else { return };
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let mut request = leg.request(Method::Bye, &flow);
        message::finish(&mut request.headers, &mut request.body, None);
        self.transactions.ask(request, &flow, Purpose::Parting);
    }

    /// Where requests in this leg's dialog go. Its Contact or Route is followed only to the peer's own address or, for
    /// a trunk, to another of the trunk's addresses; in all other cases back to where its last message came from.
    pub fn next_hop(&self, id: LegId) -> Option<Flow> {
        let leg = self.legs.get(&id)?;
        if !leg.flow.is_udp() {
            return Some(leg.flow.clone());
        }
        let uri = match leg.dialog.routes.first().and_then(|r| message::NameAddr::parse(r)) {
            Some(route) => route.uri,
            None => &leg.dialog.target,
        };
        let address =
            message::Address::parse(uri).and_then(|a| Some(SocketAddr::new(a.ip()?, a.default_port())));
        let allowed = |ip: IpAddr| {
            ip == leg.flow.remote_ip()
                || match &leg.peer {
                    Peer::Trunk(trunk) => self
                        .directory
                        .trunks
                        .iter()
                        .any(|t| t.id == *trunk && t.from.iter().any(|range| range.contains(ip))),
                    Peer::Phone(_) => false,
                }
        };
        Some(match address {
            Some(address) if allowed(address.ip()) => leg.flow.towards(address),
            _ => leg.flow.clone(),
        })
    }

    fn leg_deadline(&mut self, id: LegId, now: Timestamp) {
        let Some(leg) = self.legs.get(&id) else { return };
        let due = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
        let deadlines = leg.deadlines;
        if leg.ended.is_some() {
            self.forget(id);
        } else if due(deadlines.life) {
            tracing::warn!(leg = %id, "the longest time a call may last is over");
            self.hang_up(id, EndCause::Lost);
        } else if due(deadlines.ring) {
            self.hang_up(id, EndCause::NoAnswer);
        } else if due(deadlines.session) || due(deadlines.retry) {
            self.session_deadline(id);
        }
    }

    fn connection_closed(&mut self, stream: u64) {
        self.registrations_closed(stream);
        // A call over TCP goes on, its next request opens a connection; a browser that is gone is gone with its audio.
        let over = |leg: &Leg| !leg.is_up() || leg.flow.is_web();
        let lost: Vec<LegId> = self
            .legs
            .values()
            .filter(|leg| leg.flow.stream_id() == Some(stream) && over(leg) && leg.ended.is_none())
            .map(|leg| leg.id)
            .collect();
        for id in lost {
            self.end(id, EndCause::Lost, false);
        }
    }

    fn stop(&mut self) {
        let ids: Vec<LegId> = self.legs.keys().copied().collect();
        for id in ids {
            self.hang_up(id, EndCause::Ours);
        }
    }
}

fn header<'a>(request: &'a Request, name: &str) -> &'a str {
    message::header(request.headers(), name).unwrap_or_default()
}

/// A To tag that is the same for every repetition of a request, without remembering it.
fn stateless_tag(request: &Request) -> String {
    use std::hash::{BuildHasher, RandomState};
    static KEYS: std::sync::OnceLock<RandomState> = std::sync::OnceLock::new();
    let keys = KEYS.get_or_init(RandomState::new);
    let via = message::header(&request.headers, "Via").unwrap_or_default();
    format!("{:016x}", keys.hash_one((via, message::call_id(request))))
}
