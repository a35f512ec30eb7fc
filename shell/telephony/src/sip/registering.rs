//! Telephones: who they are, and where they can be reached. A REGISTER is answered without a transaction, so that a
//! thousand of them cost little and leave nothing behind.

use std::sync::Arc;

use exchange::line::{Device, Event};
use rsipstack::sip::Request;

use super::config::Ha1;
use super::digest::{self, Credentials, Use};
use super::edge::Edge;
use super::flow::{Flow, Stream};
use super::message::{self, NameAddr};
use super::registrar::{Change, Contact, Refusal, Rules, Wish};
use super::session_timer::delta_seconds;

/// The most a registration over a WebSocket lasts: such a connection dies unnoticed.
const WEB_EXPIRES_S: u32 = 120;

impl Edge {
    /// The telephone a request is from, if it has proved it. Otherwise the request has been answered, or is not to be.
    pub fn authenticated(&mut self, request: &Request, flow: &Flow) -> Option<String> {
        let from = message::header(&request.headers, "From").and_then(NameAddr::parse)?.user();
        if let Some(user) = flow.web_user() {
            // Signed in on the web already; only the name must be the same everywhere.
            if user == from && self.directory.phones.contains_key(user) {
                return Some(from);
            }
            self.refuse(request, flow, 403, &[]);
            return None;
        }
        let now = self.now();
        let Some(header) = message::header(&request.headers, "Authorization") else {
            self.challenge(request, flow, false);
            return None;
        };
        let realm = self.config.realm.clone();
        let Some(credentials) = Credentials::parse(header).filter(|c| c.realm == realm) else {
            self.challenge(request, flow, false);
            return None;
        };
        match self.nonces.look(&credentials.nonce, now) {
            Use::Fine => {}
            seen => {
                self.challenge(request, flow, seen == Use::Stale);
                return None;
            }
        }
        // The same work and the same answer whether there is such a telephone or not.
        let ha1: Option<Ha1> =
            self.directory.phones.get(&credentials.username).and_then(|p| p.credentials.clone());
        let named = credentials.username == from
            && credentials.count().is_some()
            && same_target(&credentials.uri, request);
        if !credentials.proves(&request.method.to_string(), ha1.as_ref()) || !named {
            self.counters.wrong_passwords.add(1);
            if self.gate.wrong_password(flow.remote_ip(), now) {
                tracing::warn!(from = %flow.remote_ip(), "too many wrong passwords: not answered for a while");
            }
            self.challenge(request, flow, false);
            return None;
        }
        let repeated = || {
            self.registrar.knows(
                &credentials.username,
                flow.device(),
                message::call_id(request),
                message::cseq(request),
                now,
            )
        };
        let count = credentials.count().unwrap_or_default();
        if !repeated() && self.nonces.take(&credentials.nonce, count, now) != Use::Fine {
            self.challenge(request, flow, true);
            return None;
        }
        Some(credentials.username)
    }

    fn challenge(&mut self, request: &Request, flow: &Flow, stale: bool) {
        let nonce = self.nonces.issue(self.clock.now());
        let agent = message::header(&request.headers, "User-Agent");
        let challenges = digest::challenges(&self.config.realm, &nonce, stale, agent);
        let headers: Vec<(&str, &str)> =
            challenges.iter().map(|challenge| ("WWW-Authenticate", challenge.as_str())).collect();
        self.refuse(request, flow, 401, &headers);
    }

    pub fn register(&mut self, request: &Request, flow: &Flow) {
        let now = self.now();
        let headers = &request.headers;
        if message::all(headers, "Require").next().is_some() {
            let unsupported = message::all(headers, "Require").collect::<Vec<_>>().join(", ");
            return self.refuse(request, flow, 420, &[("Unsupported", &unsupported)]);
        }
        let Some(user) = self.authenticated(request, flow) else { return };
        let of =
            message::header(headers, "To").and_then(NameAddr::parse).map(|a| a.user()).unwrap_or_default();
        if of != user {
            return self.refuse(request, flow, 403, &[]);
        }
        let limits = &self.config.limits;
        let most_s =
            if flow.is_web() { limits.max_expires_s.min(WEB_EXPIRES_S) } else { limits.max_expires_s };
        let rules =
            Rules { least_s: limits.min_expires_s.min(most_s), most_s, contacts: limits.contacts_per_phone };
        let Some(wish) = wish_of(request) else {
            return self.refuse(request, flow, 400, &[]);
        };
        let call_id = message::call_id(request).to_owned();
        let cseq = message::cseq(request);
        let stream = flow.stream_id();
        let device = flow.device();
        let before = self.softphones_elsewhere(&user, device, stream, now);
        let outcome = if self.registrar.knows(&user, device, &call_id, cseq, now) {
            Ok(None)
        } else {
            self.registrar.register(&user, device, wish, &call_id, cseq, flow.clone(), stream, now, rules)
        };
        match outcome {
            Err(Refusal::TooBrief(least)) => {
                self.refuse(request, flow, 423, &[("Min-Expires", &least.to_string())])
            }
            Err(Refusal::OutOfOrder) => self.refuse(request, flow, 500, &[]),
            Err(Refusal::TooMany) => self.refuse(request, flow, 403, &[]),
            Ok(change) => {
                if self.registrar.bindings(&user, device, now).any(|b| b.stream == stream) {
                    for other in before {
                        other.dismiss(super::flow::ELSEWHERE);
                    }
                }
                self.counters.registrations.add(1);
                self.gate.known(
                    flow.remote_ip(),
                    now + std::time::Duration::from_secs(u64::from(most_s)),
                    now,
                );
                let contacts: Vec<(&str, String)> = self
                    .registrar
                    .bindings(&user, device, now)
                    .map(|b| {
                        (
                            "Contact",
                            format!("<{}>;expires={}", b.contact, b.until.since(now).as_secs().max(1)),
                        )
                    })
                    .collect();
                let contacts: Vec<(&str, &str)> = contacts.iter().map(|(n, v)| (*n, v.as_str())).collect();
                self.refuse(request, flow, 200, &contacts);
                self.phones_changed(change);
            }
        }
    }

    /// The softphones of this person in other windows and browsers, which make way for a new one.
    fn softphones_elsewhere(
        &self,
        user: &str,
        device: Device,
        stream: Option<u64>,
        now: kernel::Timestamp,
    ) -> Vec<Arc<Stream>> {
        let others = self.registrar.bindings(user, device, now).filter_map(|binding| match &binding.flow {
            Flow::Stream(other) if device == Device::Browser && Some(other.id) != stream => {
                Some(other.clone())
            }
            _ => None,
        });
        others.collect()
    }

    fn phones_changed(&mut self, changes: impl IntoIterator<Item = Change>) {
        for (user, device, reachable) in changes {
            let fixed = device == Device::Telephone
                && self.directory.phones.get(&user).is_some_and(|p| p.contact.is_some());
            if !fixed {
                self.emit(Event::Phone { user, device, reachable });
            }
        }
        self.count_phones();
    }

    fn count_phones(&self) {
        self.counters.phones_reachable.set(self.registrar.count() + self.fixed_phones);
    }

    /// Where a registered device is called: the newest of its contacts whose connection still stands.
    pub fn binding(&self, user: &str, device: Device) -> Option<(String, Flow)> {
        let now = self.clock.now();
        let newest = |device| self.registrar.bindings(user, device, now).filter(|b| b.flow.is_open()).last();
        let newest = match device {
            Device::Any => newest(Device::Browser).or_else(|| newest(Device::Telephone)),
            device => newest(device),
        }?;
        Some((newest.contact.clone(), newest.flow.clone()))
    }

    /// Whether a request comes from where the telephone it names in From is registered.
    pub fn is_registered_here(&self, request: &Request, flow: &Flow) -> bool {
        let from = message::header(&request.headers, "From").and_then(NameAddr::parse).map(|a| a.user());
        from.is_some_and(|user| {
            self.registrar
                .bindings(&user, Device::Telephone, self.clock.now())
                .any(|b| b.flow.remote() == flow.remote())
        })
    }

    pub fn registrations_closed(&mut self, stream: u64) {
        let changes = self.registrar.remove_stream(stream, self.clock.now());
        self.phones_changed(changes);
    }

    pub fn registrations_expire(&mut self) {
        let now = self.now();
        if self.registrar.deadline().is_some_and(|at| at <= now) {
            let changes = self.registrar.expire(now);
            self.phones_changed(changes);
        }
    }

    /// The directory has changed: telephones at fixed addresses are reachable from now on, removed ones are not.
    pub fn phones_configured(&mut self, before: &super::config::Directory) {
        let now = self.now();
        let directory = self.directory.clone();
        let changes = self.registrar.keep(|user| directory.phones.contains_key(user), now);
        for (user, device, _) in changes {
            self.emit(Event::Phone { user, device, reachable: false });
        }
        let device = Device::Telephone;
        let is_fixed = |d: &super::config::Directory, user: &str| {
            d.phones
                .get(user)
                .and_then(|p| p.contact.as_deref())
                .and_then(message::Address::parse)
                .is_some_and(|a| a.ip().is_some())
        };
        for user in directory.phones.keys() {
            if is_fixed(&directory, user) && !is_fixed(before, user) {
                self.emit(Event::Phone { user: user.clone(), device, reachable: true });
            } else if directory.phones.get(user).is_some_and(|p| p.contact.is_some())
                && !is_fixed(&directory, user)
            {
                tracing::error!(
                    user,
                    "its contact is not sip: with an IP address; it cannot be called there"
                );
            }
        }
        for user in before.phones.keys() {
            if is_fixed(before, user)
                && !is_fixed(&directory, user)
                && !self.registrar.is_reachable(user, device, now)
            {
                self.emit(Event::Phone { user: user.clone(), device, reachable: false });
            }
        }
        self.fixed_phones = directory.phones.keys().filter(|user| is_fixed(&directory, user)).count();
        self.count_phones();
    }
}

/// The digest's own URI must be the request's, or a password for one thing would open another.
fn same_target(uri: &str, request: &Request) -> bool {
    let target = request.uri.to_string();
    let strip = |text: &str| text.split(';').next().unwrap_or_default().to_ascii_lowercase();
    uri == target || strip(uri) == strip(&target)
}

fn wish_of(request: &Request) -> Option<Wish> {
    let headers = &request.headers;
    let common = match message::header(headers, "Expires") {
        // RFC 3261 §10.2.1.1: a malformed value counts as the default.
        Some(value) => delta_seconds(value).or(Some(3_600)),
        None => None,
    };
    let mut contacts = Vec::new();
    for value in message::all(headers, "Contact").take(16) {
        if value == "*" {
            return (common == Some(0) && contacts.is_empty()).then_some(Wish::RemoveAll);
        }
        let contact = NameAddr::parse(value)?;
        let uri = message::request_uri(contact.uri)?;
        if !uri
            .scheme
            .as_ref()
            .is_some_and(|s| matches!(s, rsipstack::sip::Scheme::Sip | rsipstack::sip::Scheme::Sips))
        {
            return None;
        }
        let own = contact.param("expires").map(|v| delta_seconds(v).unwrap_or(3_600));
        contacts.push(Contact { uri: contact.uri.to_owned(), expires: own.or(common) });
    }
    Some(if contacts.is_empty() { Wish::Ask } else { Wish::Bind(contacts) })
}
