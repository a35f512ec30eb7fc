//! Trunks: registering with providers, asking the others with OPTIONS whether they are there, and telling what is up.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use exchange::line::Event;
use kernel::{LegId, Timestamp, TrunkId};
use rsipstack::sip::{Header, Method, Request, Response, Version};

use super::chance::token;
use super::config::TrunkConfig;
use super::digest::Challenge;
use super::edge::{Edge, Net};
use super::flow::Flow;
use super::gate::Resolved;
use super::leg;
use super::message::{self, Address, other};
use super::outgoing::Way;
use super::session_timer::delta_seconds;
use super::transactions::Purpose;

/// How long we ask to be registered, in seconds.
const EXPIRES_S: u32 = 600;
const HEALTH: Duration = Duration::from_secs(30);
const HEALTH_WHILE_DOWN: Duration = Duration::from_secs(10);
/// Answers missed before a trunk counts as down.
const MISSES: u32 = 2;
const RETRY_FIRST: Duration = Duration::from_secs(5);
const RETRY_LONGEST: Duration = Duration::from_secs(300);

#[derive(Default)]
pub struct Trunks(HashMap<TrunkId, Line>);

/// What is known of one trunk.
struct Line {
    /// As it was last told.
    up: Option<bool>,
    /// When to register, or to ask for health, next.
    next: Option<Timestamp>,
    call_id: String,
    from_tag: String,
    cseq: u32,
    misses: u32,
    retry: Duration,
    /// The provider's realm as first seen. A challenge for another one gets no answer from us.
    realm: Option<String>,
    nonce: (String, u32),
    /// The challenge that the next REGISTER answers, and how often in a row we were challenged.
    challenge: Option<(Challenge, bool)>,
    challenged: u32,
}

impl Trunks {
    pub fn deadline(&self) -> Option<Timestamp> {
        self.0.values().filter_map(|line| line.next).min()
    }

    pub fn up(&self) -> usize {
        self.0.values().filter(|line| line.up == Some(true)).count()
    }
}

impl Edge {
    /// The directory has changed: new trunks are started, removed ones forgotten.
    pub fn trunks_configured(&mut self) {
        let now = self.now();
        let trunks = self.directory.trunks.clone();
        self.trunks.0.retain(|id, _| trunks.iter().any(|t| t.id == *id));
        self.gate.forget_resolved(|id| trunks.iter().any(|t| t.id == id));
        for trunk in &trunks {
            self.trunks.0.entry(trunk.id).or_insert_with(|| Line {
                up: None,
                next: None,
                call_id: format!("{}@switchboard", token()),
                from_tag: token(),
                cseq: 0,
                misses: 0,
                retry: RETRY_FIRST,
                realm: None,
                nonce: (String::new(), 0),
                challenge: None,
                challenged: 0,
            });
            if trunk.register.is_none() && trunk.out.is_none() {
                // Nothing can be asked: who may only call us is there until proved otherwise.
                self.trunk_is(trunk.id, true);
            } else if let Some(line) = self.trunks.0.get_mut(&trunk.id) {
                line.next = Some(now);
            }
        }
    }

    pub fn trunks_wake(&mut self, now: Timestamp) {
        let due: Vec<TrunkId> = self
            .trunks
            .0
            .iter()
            .filter(|(_, l)| l.next.is_some_and(|at| at <= now))
            .map(|(id, _)| *id)
            .collect();
        for id in due {
            let Some(trunk) = self.directory.trunks.iter().find(|t| t.id == id).cloned() else { continue };
            if let Some(line) = self.trunks.0.get_mut(&id) {
                // Should no answer of any kind come, it is tried again all the same.
                line.next = Some(now + Duration::from_secs(60));
            }
            self.look_up(&trunk);
        }
    }

    /// Finds the addresses behind the names of a trunk; `trunk_resolved` follows.
    fn look_up(&mut self, trunk: &TrunkConfig) {
        let parse = |text: &str| {
            let address = Address::parse(text);
            if address.is_none() {
                tracing::error!(
                    trunk = trunk.name,
                    text,
                    "not an address: write host, host:port or sip:host:port"
                );
            }
            address
        };
        let out = trunk.out.as_deref().and_then(parse);
        let registrar = trunk.register.as_ref().and_then(|r| parse(&r.registrar));
        let literal = |a: &Option<Address>| a.as_ref().is_none_or(|a| a.ip().is_some());
        let known =
            |a: Option<Address>| a.and_then(|a| Some((SocketAddr::new(a.ip()?, a.default_port()), a)));
        if literal(&out) && literal(&registrar) {
            let turn = |(at, address)| (address, at);
            let resolved = Resolved { out: known(out).map(turn), registrar: known(registrar).map(turn) };
            return self.trunk_resolved(trunk.id, resolved);
        }
        let (net, id, name) = (self.net.clone(), trunk.id, trunk.name.clone());
        let prefer_v4 = self.sockets.iter().any(|s| s.local.is_ipv4());
        tokio::spawn(async move {
            let find = async |address: Option<Address>| {
                let address = address?;
                let all: Vec<SocketAddr> = match tokio::net::lookup_host((
                    address.host.as_str(),
                    address.default_port(),
                ))
                .await
                {
                    Ok(found) => found.collect(),
                    Err(error) => {
                        tracing::warn!(trunk = name, host = address.host, %error, "cannot look up a trunk's host");
                        return None;
                    }
                };
                let at = all.iter().find(|a| a.is_ipv4() == prefer_v4).or(all.first()).copied()?;
                Some((address, at))
            };
            let resolved = Resolved { out: find(out).await, registrar: find(registrar).await };
            let _ = net.send(Net::Resolved(id, resolved)).await;
        });
    }

    pub fn trunk_resolved(&mut self, id: TrunkId, resolved: Resolved) {
        let Some(trunk) = self.directory.trunks.iter().find(|t| t.id == id).cloned() else { return };
        self.gate.set_resolved(id, resolved.clone());
        let target = if trunk.register.is_some() { resolved.registrar } else { resolved.out };
        let Some((address, at)) = target else { return self.trunk_failed(id) };
        match self.way_to(&address, at) {
            Some(Way::Flow(flow)) => self.trunk_connected(id, Some(flow)),
            Some(Way::Connect(at, tls)) => {
                let (streams, net) = (self.streams.clone(), self.net.clone());
                tokio::spawn(async move {
                    let flow = streams.connect(at, tls).await;
                    let _ = net.send(Net::TrunkConnected(id, flow)).await;
                });
            }
            None => {
                tracing::error!(
                    trunk = trunk.name,
                    "cannot be reached: no socket of this kind; use udp, tcp or tls"
                );
                self.trunk_failed(id);
            }
        }
    }

    pub fn trunk_connected(&mut self, id: TrunkId, flow: Option<Flow>) {
        let Some(flow) = flow else { return self.trunk_failed(id) };
        let Some(trunk) = self.directory.trunks.iter().find(|t| t.id == id).cloned() else { return };
        if trunk.register.is_some() {
            self.send_register(&trunk, &flow);
        } else {
            self.send_health(&trunk, &flow);
        }
    }

    fn send_register(&mut self, trunk: &TrunkConfig, flow: &Flow) {
        let Some(account) = &trunk.register else { return };
        let Some(address) = Address::parse(&account.registrar) else { return };
        let Some(line) = self.trunks.0.get_mut(&trunk.id) else { return };
        line.cseq += 1;
        let host = if address.host.contains(':') { format!("[{}]", address.host) } else { address.host };
        let uri = format!("sip:{host}");
        let me = format!("<sip:{}@{host}>", account.username);
        let contact = leg::contact(flow).replacen("switchboard", &account.username, 1);
        let mut headers = vec![
            Header::Via(leg::via(flow, &leg::branch()).as_str().into()),
            Header::MaxForwards("70".into()),
            Header::From(format!("{me};tag={}", line.from_tag).as_str().into()),
            Header::To(me.as_str().into()),
            Header::CallId(line.call_id.as_str().into()),
            Header::CSeq(format!("{} REGISTER", line.cseq).as_str().into()),
            other("Contact", contact),
            other("Expires", EXPIRES_S.to_string()),
        ];
        if let Some((challenge, proxy)) = line.challenge.clone() {
            if line.nonce.0 != challenge.nonce {
                line.nonce = (challenge.nonce.clone(), 0);
            }
            line.nonce.1 += 1;
            let answer = challenge.answer(
                &account.username,
                &account.password,
                "REGISTER",
                &uri,
                line.nonce.1,
                &token(),
            );
            headers.push(other(if proxy { "Proxy-Authorization" } else { "Authorization" }, answer));
        }
        let mut request = Request {
            method: Method::Register,
            uri: message::request_uri(&uri).unwrap_or_default(),
            version: Version::V2,
            headers: headers.into(),
            body: Vec::new(),
        };
        message::finish(&mut request.headers, &mut request.body, None);
        self.transactions.ask(request, flow, Purpose::Register(trunk.id));
    }

    pub fn registered(&mut self, id: TrunkId, response: &Response, flow: &Flow) {
        let now = self.now();
        let Some(trunk) = self.directory.trunks.iter().find(|t| t.id == id).cloned() else { return };
        let status = response.status_code.code();
        let Some(line) = self.trunks.0.get_mut(&id) else { return };
        match status {
            100..=199 => {}
            200..=299 => {
                let ours = leg::contact(flow);
                let host =
                    ours.split('@').nth(1).and_then(|h| h.split(['>', ';']).next()).unwrap_or_default();
                let granted = message::all(&response.headers, "Contact")
                    .find(|c| c.contains(host))
                    .and_then(message::NameAddr::parse)
                    .and_then(|c| c.param("expires").and_then(delta_seconds))
                    .or_else(|| message::header(&response.headers, "Expires").and_then(delta_seconds))
                    .unwrap_or(EXPIRES_S)
                    .clamp(20, 7_200);
                line.challenged = 0;
                line.retry = RETRY_FIRST;
                line.next = Some(now + leg::in_secs(granted * 3 / 4));
                self.trunk_is(id, true);
            }
            401 | 407 if line.challenged < 2 => {
                line.challenged += 1;
                let name = if status == 401 { "WWW-Authenticate" } else { "Proxy-Authenticate" };
                match self.challenge_of(id, flow, response, name) {
                    Some(challenge) => {
                        if let Some(line) = self.trunks.0.get_mut(&id) {
                            line.challenge = Some((challenge, status == 407));
                        }
                        self.send_register(&trunk, flow);
                    }
                    None => self.trunk_failed(id),
                }
            }
            _ => {
                tracing::warn!(trunk = trunk.name, status, "the provider refuses the registration");
                self.trunk_failed(id);
            }
        }
    }

    /// A challenge that we are willing to answer: from the provider's own address, for the realm it always had.
    fn challenge_of(
        &mut self,
        id: TrunkId,
        flow: &Flow,
        response: &Response,
        name: &str,
    ) -> Option<Challenge> {
        let resolved = self.gate.resolved(id);
        let from_provider = [resolved.registrar, resolved.out]
            .into_iter()
            .flatten()
            .any(|(_, at)| at.ip().to_canonical() == flow.remote_ip());
        let line = self.trunks.0.get_mut(&id)?;
        // One header may not hold several challenges without ambiguity; each comes in its own.
        let challenges: Vec<Challenge> = response
            .headers
            .iter()
            .filter(|h| h.name().eq_ignore_ascii_case(name))
            .filter_map(|h| Challenge::parse(h.value()))
            .collect();
        let realm_fits = |c: &&Challenge| line.realm.as_ref().is_none_or(|realm| *realm == c.realm);
        let strongest = |c: &&Challenge| c.algorithm == super::digest::Algorithm::Sha256;
        let found = challenges
            .iter()
            .filter(realm_fits)
            .find(strongest)
            .or_else(|| challenges.iter().find(realm_fits))
            .cloned();
        match found {
            Some(challenge) if from_provider => {
                line.realm.get_or_insert_with(|| challenge.realm.clone());
                Some(challenge)
            }
            _ => {
                tracing::warn!(trunk = %id, "asked for our password by somebody else, or for another realm: not given");
                None
            }
        }
    }

    /// The header that answers a provider's challenge to an INVITE.
    pub fn credentials_for(
        &mut self,
        id: TrunkId,
        flow: &Flow,
        response: &Response,
        method: &str,
        uri: &str,
    ) -> Option<String> {
        let account = self.directory.trunks.iter().find(|t| t.id == id)?.register.clone()?;
        let name = if response.status_code.code() == 401 { "WWW-Authenticate" } else { "Proxy-Authenticate" };
        let challenge = self.challenge_of(id, flow, response, name)?;
        let line = self.trunks.0.get_mut(&id)?;
        if line.nonce.0 != challenge.nonce {
            line.nonce = (challenge.nonce.clone(), 0);
        }
        line.nonce.1 += 1;
        Some(challenge.answer(&account.username, &account.password, method, uri, line.nonce.1, &token()))
    }

    fn send_health(&mut self, trunk: &TrunkConfig, flow: &Flow) {
        let Some(line) = self.trunks.0.get_mut(&trunk.id) else { return };
        line.cseq += 1;
        let at = flow.remote();
        let headers = vec![
            Header::Via(leg::via(flow, &leg::branch()).as_str().into()),
            Header::MaxForwards("70".into()),
            Header::From(
                format!("<sip:switchboard@{}>;tag={}", flow.our_address(), line.from_tag).as_str().into(),
            ),
            Header::To(format!("<sip:{at}>").as_str().into()),
            Header::CallId(line.call_id.as_str().into()),
            Header::CSeq(format!("{} OPTIONS", line.cseq).as_str().into()),
            other("Contact", leg::contact(flow)),
            other("Accept", "application/sdp"),
        ];
        let mut request = Request {
            method: Method::Options,
            uri: message::request_uri(&format!("sip:{at}")).unwrap_or_default(),
            version: Version::V2,
            headers: headers.into(),
            body: Vec::new(),
        };
        message::finish(&mut request.headers, &mut request.body, None);
        self.transactions.ask(request, flow, Purpose::Health(trunk.id));
    }

    pub fn health_answered(&mut self, id: TrunkId, response: &Response) {
        let now = self.now();
        let status = response.status_code.code();
        let Some(line) = self.trunks.0.get_mut(&id) else { return };
        match status {
            100..=199 => {}
            408 | 503 => {
                line.misses += 1;
                line.next = Some(now + HEALTH_WHILE_DOWN);
                if line.misses >= MISSES || line.up.is_none() {
                    self.trunk_is(id, false);
                }
            }
            // Any other answer is one: somebody is there.
            _ => {
                line.misses = 0;
                line.next = Some(now + HEALTH);
                self.trunk_is(id, true);
            }
        }
    }

    fn trunk_failed(&mut self, id: TrunkId) {
        let now = self.now();
        let Some(line) = self.trunks.0.get_mut(&id) else { return };
        line.challenged = 0;
        line.challenge = None;
        line.next = Some(now + line.retry);
        line.retry = (line.retry * 2).min(RETRY_LONGEST);
        self.trunk_is(id, false);
    }

    fn trunk_is(&mut self, id: TrunkId, up: bool) {
        let Some(line) = self.trunks.0.get_mut(&id) else { return };
        if line.up != Some(up) {
            line.up = Some(up);
            tracing::info!(trunk = %id, up, "trunk");
            self.emit(Event::Trunk { trunk: id, up });
        }
        self.counters.trunks_up.set(self.trunks.up());
    }

    /// Opens a connection for a leg; `connected` follows.
    pub fn connect(&mut self, id: LegId, at: SocketAddr, tls: Option<String>) {
        let (streams, net) = (self.streams.clone(), self.net.clone());
        tokio::spawn(async move {
            let flow = streams.connect(at, tls).await;
            let _ = net.send(Net::Connected(id, flow)).await;
        });
    }
}
