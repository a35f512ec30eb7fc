//! Where telephones can be reached: bindings of contacts with their expiry (RFC 3261 §10.3). Pure; `F` is a flow.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use exchange::line::Device;
use kernel::Timestamp;

/// Whose: the softphone in the browser and the telephones of one user are kept apart.
type Key = (String, Device);

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Binding<F> {
    pub contact: String,
    pub call_id: String,
    pub cseq: u32,
    pub until: Timestamp,
    pub flow: F,
    /// The connection it came by, if any: gone with it.
    pub stream: Option<u64>,
}

/// One contact of a REGISTER.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Contact {
    pub uri: String,
    /// Its own or the message's; `None` when neither said.
    pub expires: Option<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rules {
    pub least_s: u32,
    pub most_s: u32,
    pub contacts: usize,
}

/// What a REGISTER asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Wish {
    /// Only tell what is there.
    Ask,
    /// `Contact: *` with `Expires: 0`.
    RemoveAll,
    Bind(Vec<Contact>),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// 423 with Min-Expires.
    TooBrief(u32),
    /// An older request overtook a newer one: 500.
    OutOfOrder,
    /// 403: more contacts than allowed.
    TooMany,
}

/// A device of a user became reachable, or stopped being so.
pub type Change = (String, Device, bool);

pub struct Registrar<F> {
    phones: HashMap<Key, Vec<Binding<F>>>,
    /// By expiry, to find the next one. Entries may be out of date; `expire` looks at the binding itself.
    due: BTreeSet<(Timestamp, String, bool)>,
}

impl<F> Default for Registrar<F> {
    fn default() -> Self {
        Registrar { phones: HashMap::new(), due: BTreeSet::new() }
    }
}

impl<F: Clone> Registrar<F> {
    /// Carries out a REGISTER of `user`. On success the bindings that stand, newest last.
    #[allow(clippy::too_many_arguments, reason = "the headers of one message")]
    pub fn register(
        &mut self,
        user: &str,
        device: Device,
        wish: Wish,
        call_id: &str,
        cseq: u32,
        flow: F,
        stream: Option<u64>,
        now: Timestamp,
        rules: Rules,
    ) -> Result<Option<Change>, Refusal> {
        let was = self.is_reachable(user, device, now);
        let bindings = self.phones.get(&(user.to_owned(), device)).map_or(&[][..], Vec::as_slice);
        let older = |b: &Binding<F>| b.call_id == call_id && b.cseq >= cseq;
        match &wish {
            Wish::Ask => return Ok(None),
            Wish::RemoveAll if bindings.iter().any(older) => return Err(Refusal::OutOfOrder),
            Wish::RemoveAll => {}
            Wish::Bind(contacts) => {
                for contact in contacts {
                    if let Some(seconds) = contact.expires
                        && seconds > 0
                        && seconds < rules.least_s
                    {
                        return Err(Refusal::TooBrief(rules.least_s));
                    }
                    if bindings.iter().any(|b| b.contact == contact.uri && older(b)) {
                        return Err(Refusal::OutOfOrder);
                    }
                }
                let new = contacts
                    .iter()
                    .filter(|c| {
                        c.expires != Some(0) && !bindings.iter().any(|b| b.contact == c.uri && b.until > now)
                    })
                    .count();
                if new > rules.contacts {
                    return Err(Refusal::TooMany);
                }
            }
        }
        let bindings = self.phones.entry((user.to_owned(), device)).or_default();
        bindings.retain(|b| b.until > now);
        match wish {
            Wish::Ask => {}
            Wish::RemoveAll => bindings.clear(),
            Wish::Bind(contacts) => {
                for contact in contacts {
                    bindings.retain(|b| b.contact != contact.uri);
                    let seconds = contact.expires.unwrap_or(rules.most_s).min(rules.most_s);
                    if seconds == 0 {
                        continue;
                    }
                    let until = now + Duration::from_secs(u64::from(seconds));
                    bindings.push(Binding {
                        contact: contact.uri,
                        call_id: call_id.to_owned(),
                        cseq,
                        until,
                        flow: flow.clone(),
                        stream,
                    });
                    self.due.insert((until, user.to_owned(), device == Device::Browser));
                }
                // A telephone that got a new address leaves its old one behind: the newest stay.
                let over = bindings.len().saturating_sub(rules.contacts);
                bindings.drain(..over);
            }
        }
        Ok(self.settle(&(user.to_owned(), device), was, now))
    }

    fn settle(&mut self, key: &Key, was: bool, now: Timestamp) -> Option<Change> {
        if self.phones.get(key).is_some_and(Vec::is_empty) {
            self.phones.remove(key);
        }
        let is = self.is_reachable(&key.0, key.1, now);
        (was != is).then(|| (key.0.clone(), key.1, is))
    }

    /// Where a device is now, the newest last. For `Any`, nothing: ask for one, then for the other.
    pub fn bindings(&self, user: &str, device: Device, now: Timestamp) -> impl Iterator<Item = &Binding<F>> {
        self.phones.get(&(user.to_owned(), device)).into_iter().flatten().filter(move |b| b.until > now)
    }

    pub fn is_reachable(&self, user: &str, device: Device, now: Timestamp) -> bool {
        self.bindings(user, device, now).next().is_some()
    }

    /// Whether exactly this request was carried out before (its answer was lost and it came again).
    pub fn knows(&self, user: &str, device: Device, call_id: &str, cseq: u32, now: Timestamp) -> bool {
        self.bindings(user, device, now).any(|b| b.call_id == call_id && b.cseq == cseq)
    }

    pub fn count(&self) -> usize {
        self.phones.len()
    }

    pub fn deadline(&self) -> Option<Timestamp> {
        self.due.first().map(|(at, ..)| *at)
    }

    /// Forgets what has expired.
    pub fn expire(&mut self, now: Timestamp) -> Vec<Change> {
        let mut changes = Vec::new();
        while let Some((at, user, browser)) = self.due.first().cloned() {
            if at > now {
                break;
            }
            self.due.remove(&(at, user.clone(), browser));
            let key = (user, if browser { Device::Browser } else { Device::Telephone });
            let had = self.phones.contains_key(&key);
            if let Some(bindings) = self.phones.get_mut(&key) {
                bindings.retain(|b| b.until > now);
            }
            changes.extend(self.settle(&key, had, now));
        }
        changes
    }

    /// Forgets what came by a connection that is gone.
    pub fn remove_stream(&mut self, stream: u64, now: Timestamp) -> Vec<Change> {
        let keys: Vec<Key> = self
            .phones
            .iter()
            .filter(|(_, b)| b.iter().any(|b| b.stream == Some(stream)))
            .map(|(key, _)| key.clone())
            .collect();
        let mut changes = Vec::new();
        for key in keys {
            let was = self.is_reachable(&key.0, key.1, now);
            if let Some(bindings) = self.phones.get_mut(&key) {
                bindings.retain(|b| b.stream != Some(stream));
            }
            changes.extend(self.settle(&key, was, now));
        }
        changes
    }

    /// Forgets telephones that are not in the directory any more.
    pub fn keep(&mut self, known: impl Fn(&str) -> bool, now: Timestamp) -> Vec<Change> {
        let gone: Vec<Key> = self.phones.keys().filter(|(user, _)| !known(user)).cloned().collect();
        let mut changes = Vec::new();
        for key in gone {
            let was = self.is_reachable(&key.0, key.1, now);
            self.phones.remove(&key);
            changes.extend(self.settle(&key, was, now));
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHONE: Device = Device::Telephone;
    const RULES: Rules = Rules { least_s: 60, most_s: 3_600, contacts: 2 };

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(1_000_000 + secs)
    }

    fn bind(uri: &str, expires: Option<u32>) -> Wish {
        Wish::Bind(vec![Contact { uri: uri.to_owned(), expires }])
    }

    struct Phones(Registrar<&'static str>);

    impl Phones {
        fn register(&mut self, wish: Wish, cseq: u32, secs: i64) -> Result<Option<Change>, Refusal> {
            self.0.register("1001", PHONE, wish, "call", cseq, "flow", Some(7), at(secs), RULES)
        }
        fn contacts(&self, secs: i64) -> Vec<&str> {
            self.0.bindings("1001", PHONE, at(secs)).map(|b| b.contact.as_str()).collect()
        }
    }

    fn change(is: bool) -> Change {
        ("1001".to_owned(), PHONE, is)
    }

    fn reachable(is: bool) -> Result<Option<Change>, Refusal> {
        Ok(Some(change(is)))
    }

    #[test]
    fn a_telephone_comes_refreshes_and_goes() {
        let mut phones = Phones(Registrar::default());
        assert_eq!(phones.register(bind("sip:a", Some(60)), 1, 0), reachable(true));
        assert_eq!(phones.register(bind("sip:a", Some(60)), 2, 50), Ok(None));
        assert_eq!(phones.0.expire(at(61)), []);
        assert_eq!(phones.contacts(61), ["sip:a"]);
        assert_eq!(phones.register(bind("sip:a", Some(0)), 3, 70), reachable(false));
        assert_eq!(phones.contacts(70), [""; 0]);
        assert_eq!(phones.0.count(), 0);
    }

    #[test]
    fn it_is_gone_when_nothing_is_heard_of_it() {
        let mut phones = Phones(Registrar::default());
        let _ = phones.register(bind("sip:a", None), 1, 0);
        assert_eq!(phones.0.deadline(), Some(at(3_600)), "the longest there is");
        assert_eq!(phones.0.expire(at(3_599)), []);
        assert_eq!(phones.0.expire(at(3_600)), [change(false)]);
        assert_eq!(phones.0.deadline(), None);
    }

    #[test]
    fn several_contacts_up_to_the_limit_the_newest_stay() {
        let mut phones = Phones(Registrar::default());
        for (cseq, uri) in [(1, "sip:a"), (2, "sip:b"), (3, "sip:c")] {
            let _ = phones.register(bind(uri, Some(600)), cseq, 0);
        }
        assert_eq!(phones.contacts(1), ["sip:b", "sip:c"]);
        let many = (0..3).map(|n| Contact { uri: format!("sip:{n}"), expires: None }).collect();
        assert_eq!(phones.register(Wish::Bind(many), 9, 1), Err(Refusal::TooMany));
        assert_eq!(phones.register(Wish::RemoveAll, 10, 1), reachable(false));
    }

    #[test]
    fn what_is_too_brief_or_too_late_changes_nothing() {
        let mut phones = Phones(Registrar::default());
        assert_eq!(phones.register(bind("sip:a", Some(5)), 1, 0), Err(Refusal::TooBrief(60)));
        let _ = phones.register(bind("sip:a", Some(60)), 5, 0);
        assert_eq!(phones.register(bind("sip:a", Some(0)), 4, 1), Err(Refusal::OutOfOrder));
        assert_eq!(phones.register(Wish::RemoveAll, 5, 1), Err(Refusal::OutOfOrder));
        assert!(phones.0.knows("1001", PHONE, "call", 5, at(1)));
        assert_eq!(phones.contacts(1), ["sip:a"]);
    }

    #[test]
    fn the_browser_and_the_telephone_come_and_go_apart() {
        let mut phones = Phones(Registrar::default());
        let _ = phones.register(bind("sip:a", Some(60)), 1, 0);
        let mut browser = |wish, cseq, secs| {
            phones.0.register("1001", Device::Browser, wish, "web", cseq, "socket", Some(8), at(secs), RULES)
        };
        let there = |is| Ok(Some(("1001".to_owned(), Device::Browser, is)));
        assert_eq!(browser(bind("sip:b", Some(60)), 1, 1), there(true));
        assert_eq!(browser(Wish::RemoveAll, 2, 2), there(false));
        assert_eq!(browser(bind("sip:b", Some(60)), 3, 3), there(true));
        assert_eq!(phones.contacts(4), ["sip:a"]);
        assert_eq!(phones.0.remove_stream(8, at(5)), [("1001".to_owned(), Device::Browser, false)]);
        assert_eq!(phones.contacts(6), ["sip:a"]);
    }

    #[test]
    fn a_connection_takes_its_bindings_with_it() {
        let mut phones = Phones(Registrar::default());
        let _ = phones.register(bind("sip:a", Some(60)), 1, 0);
        assert_eq!(phones.0.remove_stream(8, at(1)), []);
        assert_eq!(phones.0.remove_stream(7, at(1)), [change(false)]);
        let _ = phones.register(bind("sip:a", Some(60)), 2, 2);
        assert_eq!(phones.0.keep(|user| user != "1001", at(3)), [change(false)]);
    }
}
