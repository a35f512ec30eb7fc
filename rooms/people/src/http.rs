//! The room's HTTP: parse, load, decide, save, answer.

use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use kernel::Timestamp;
use web::Throttle;

use crate::rules::{PhoneDigest, Refusal};
use crate::seal::Sealer;
use crate::secrets::{self, Passwords};

pub mod groups;
pub mod persons;
pub mod second_factor;
pub mod session;
pub mod setup;
#[cfg(test)]
mod tests;

/// What the centre is called and how passwords are kept: given to [`crate::room`].
#[derive(Clone, Debug)]
pub struct Config {
    /// The SIP realm; telephones sign in to it with the same number and password.
    pub realm: String,
    /// The centre's name, shown on every page.
    pub centre: CentreName,
    /// Seals what must be read again: the secrets of second factors.
    pub sealer: Sealer,
    /// Simulated people and demo sign-ins are offered.
    pub demo: bool,
}

/// The centre's name, for all who show it; whoever configures the centre changes it for all of them.
#[derive(Clone, Debug, Default)]
pub struct CentreName(Arc<RwLock<Option<String>>>);

impl CentreName {
    pub fn get(&self) -> Option<String> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn set(&self, name: Option<String>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = name;
    }
}

impl From<&str> for CentreName {
    fn from(name: &str) -> Self {
        CentreName(Arc::new(RwLock::new(Some(name.to_owned()))))
    }
}

/// What the handlers of this room share.
#[derive(Clone)]
pub struct Desk {
    pub config: Arc<Config>,
    pub passwords: Passwords,
    /// Wrong passwords by address: ten in a minute close the door for ten minutes.
    pub wrong: Arc<Throttle<IpAddr>>,
}

impl Desk {
    pub fn new(config: Config) -> Self {
        let minute = Duration::from_secs(60);
        Desk {
            config: Arc::new(config),
            passwords: Passwords::default(),
            wrong: Arc::new(Throttle::new(10, minute, minute * 10, 10_000)),
        }
    }

    /// Whether an address may try a password or a code now.
    pub fn may_try(&self, from: &IpAddr, now: Timestamp) -> Result<(), Refusal> {
        let wait =
            |throttled: web::Throttled| Refusal::TooOften { retry_after_s: throttled.wait.as_secs() + 1 };
        self.wrong.check(from, now).map_err(wait)
    }

    /// What the registrar keeps of a password, for people who have a telephone.
    pub fn digest(&self, phone: bool, number: &str, password: &str) -> Option<PhoneDigest> {
        phone.then(|| {
            let realm = self.config.realm.clone();
            let (md5, sha256) = secrets::digest_a1(number, &realm, password);
            PhoneDigest { realm, md5, sha256 }
        })
    }
}

pub(crate) fn entry(
    at: Timestamp,
    who: Option<kernel::PersonId>,
    subject: impl ToString,
    kind: &'static str,
    payload: serde_json::Value,
) -> db::Entry {
    db::Entry { at, who, room: "people", subject: subject.to_string(), kind, payload }
}
