//! What the readers of the sockets ask before a message is even read: is this source to be listened to?

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, MutexGuard, RwLock};

use kernel::{Timestamp, TrunkId};

use super::admission::{SourceLimits, Sources};
use super::config::{Cidr, Directory, Limits};
use super::message::Address;

/// Addresses remembered at one time.
const MOST_SOURCES: usize = 16_384;

pub struct Gate {
    strangers: Mutex<Sources>,
    trunks: Mutex<Sources>,
    trunk_ranges: RwLock<Vec<Cidr>>,
    /// Where telephones with a fixed address stand.
    fixed: RwLock<HashSet<IpAddr>>,
    /// What names of trunks resolved to: where calls go, and the registrar.
    resolved: RwLock<HashMap<TrunkId, Resolved>>,
}

#[derive(Clone, Default)]
pub struct Resolved {
    pub out: Option<(Address, SocketAddr)>,
    pub registrar: Option<(Address, SocketAddr)>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl Gate {
    pub fn new(limits: &Limits) -> Self {
        let sources = |rate, burst| {
            let limits = SourceLimits {
                rate,
                burst,
                wrong_passwords: limits.wrong_passwords,
                silence: limits.silence,
            };
            Mutex::new(Sources::new(limits, MOST_SOURCES))
        };
        Gate {
            strangers: sources(limits.per_source_rate, limits.per_source_burst),
            trunks: sources(limits.per_trunk_rate, limits.per_trunk_burst),
            trunk_ranges: RwLock::default(),
            fixed: RwLock::default(),
            resolved: RwLock::default(),
        }
    }

    pub fn trunks(&self, directory: &Directory) {
        let ranges = directory.trunks.iter().flat_map(|t| t.from.iter().copied()).collect();
        *self.trunk_ranges.write().unwrap_or_else(|p| p.into_inner()) = ranges;
        let contacts = directory.phones.values().filter_map(|p| Address::parse(p.contact.as_deref()?)?.ip());
        *self.fixed.write().unwrap_or_else(|p| p.into_inner()) = contacts.collect();
    }

    pub fn is_trunk(&self, ip: IpAddr) -> bool {
        self.trunk_ranges.read().unwrap_or_else(|p| p.into_inner()).iter().any(|range| range.contains(ip))
            || self.resolved.read().unwrap_or_else(|p| p.into_inner()).values().any(|r| {
                r.registrar.as_ref().is_some_and(|(_, at)| at.ip() == ip)
                    || r.out.as_ref().is_some_and(|(_, at)| at.ip() == ip)
            })
    }

    pub fn admits(&self, ip: IpAddr, now: Timestamp) -> bool {
        let configured =
            self.is_trunk(ip) || self.fixed.read().unwrap_or_else(|p| p.into_inner()).contains(&ip);
        if configured { lock(&self.trunks).admits(ip, now) } else { lock(&self.strangers).admits(ip, now) }
    }

    /// A telephone that proved who it is registered from here.
    pub fn known(&self, ip: IpAddr, until: Timestamp, now: Timestamp) {
        lock(&self.strangers).known(ip, until, now);
    }

    /// Counts a wrong password; trunks are never silenced.
    pub fn wrong_password(&self, ip: IpAddr, now: Timestamp) -> bool {
        !self.is_trunk(ip) && lock(&self.strangers).wrong_password(ip, now)
    }

    pub fn silenced(&self, now: Timestamp) -> usize {
        lock(&self.strangers).silenced(now)
    }

    pub fn set_resolved(&self, trunk: TrunkId, resolved: Resolved) {
        self.resolved.write().unwrap_or_else(|p| p.into_inner()).insert(trunk, resolved);
    }

    pub fn resolved(&self, trunk: TrunkId) -> Resolved {
        self.resolved.read().unwrap_or_else(|p| p.into_inner()).get(&trunk).cloned().unwrap_or_default()
    }

    pub fn forget_resolved(&self, keep: impl Fn(TrunkId) -> bool) {
        self.resolved.write().unwrap_or_else(|p| p.into_inner()).retain(|id, _| keep(*id));
    }

    pub fn out_of(&self, trunk: TrunkId) -> Option<(Address, SocketAddr)> {
        let resolved = self.resolved(trunk);
        resolved.out.or(resolved.registrar)
    }

    pub fn is_registrar(&self, trunk: TrunkId, ip: IpAddr) -> bool {
        self.resolved(trunk).registrar.is_some_and(|(_, at)| at.ip() == ip)
    }
}
