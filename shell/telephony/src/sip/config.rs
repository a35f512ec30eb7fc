//! What telephony is told: its sockets and limits once at start, its telephones and trunks whenever they change.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use kernel::TrunkId;

use crate::media::{Codec, MediaConfig};

/// Fixed at start.
#[derive(Clone, Debug)]
pub struct Config {
    /// Addresses to listen on. A wildcard address needs `external_ip`, or the address of the default route is announced.
    pub udp: Vec<SocketAddr>,
    pub tcp: Vec<SocketAddr>,
    pub tls: Option<Tls>,
    /// PEM file of the authorities believed when we open a connection over TLS; absent, those of the system.
    pub trusted: Option<PathBuf>,
    /// The digest realm; telephones see it when they are asked for a password.
    pub realm: String,
    /// The address announced in Contact and SDP when peers reach us through another one than we bind.
    pub external_ip: Option<IpAddr>,
    pub media: MediaConfig,
    pub limits: Limits,
}

impl Config {
    pub fn new(realm: &str, media: MediaConfig) -> Self {
        Config {
            udp: Vec::new(),
            tcp: Vec::new(),
            tls: None,
            trusted: None,
            realm: realm.to_owned(),
            external_ip: None,
            media,
            limits: Limits::default(),
        }
    }
}

/// SIP over TLS.
#[derive(Clone, Debug)]
pub struct Tls {
    pub addr: SocketAddr,
    pub cert_pem_path: PathBuf,
    pub key_pem_path: PathBuf,
}

/// Nothing is unbounded.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Calls with callers at one time; the next is refused with 503 (or 486, by trunk).
    pub max_calls: usize,
    /// Legs of all kinds at one time.
    pub max_legs: usize,
    /// New INVITEs per second before callers get 503.
    pub calls_per_second: u32,
    /// `Retry-After` of a 503, in seconds.
    pub retry_after_s: u32,
    /// Datagrams per second from one address that is no trunk, and how many it may save up.
    pub per_source_rate: u32,
    pub per_source_burst: u32,
    /// The same for addresses of trunks.
    pub per_trunk_rate: u32,
    pub per_trunk_burst: u32,
    /// Wrong passwords in a minute from one address before it is not answered any more, and for how long.
    pub wrong_passwords: u32,
    pub silence: Duration,
    /// TCP, TLS and WebSocket connections at one time, and those of one address.
    pub max_connections: usize,
    pub max_connections_per_ip: usize,
    /// Commands that may wait.
    pub commands: usize,
    /// Events that may wait for the driver.
    pub events: usize,
    /// Bindings of one telephone.
    pub contacts_per_phone: usize,
    /// Seconds a registration may last; over WebSocket at most 120.
    pub max_expires_s: u32,
    pub min_expires_s: u32,
    /// RFC 4028: the interval we ask for, and the least we accept.
    pub session_expires_s: u32,
    pub min_session_expires_s: u32,
    /// A call is ended after this long, whatever happens: somewhat later than the exchange ends it with a goodbye.
    pub max_call: Duration,
    /// A call in that the driver neither answers nor refuses is refused after this long.
    pub max_unanswered: Duration,
    /// SDP addresses that are loopback are accepted (demo and tests); multicast and broadcast never are.
    pub loopback_media: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            max_calls: 4_000,
            max_legs: 10_000,
            calls_per_second: 400,
            retry_after_s: 5,
            per_source_rate: 50,
            per_source_burst: 400,
            per_trunk_rate: 10_000,
            per_trunk_burst: 20_000,
            wrong_passwords: 10,
            silence: Duration::from_secs(600),
            max_connections: 4_096,
            max_connections_per_ip: 512,
            commands: 65_536,
            events: 65_536,
            contacts_per_phone: 5,
            max_expires_s: 3_600,
            min_expires_s: 30,
            session_expires_s: 1_800,
            min_session_expires_s: 90,
            max_call: Duration::from_secs(4 * 3_600 + 120),
            max_unanswered: Duration::from_secs(170),
            loopback_media: true,
        }
    }
}

/// Who may call and be called. Replaced as a whole by `Telephony::configure`, while calls go on.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    /// By user name.
    pub phones: BTreeMap<String, Phone>,
    pub trunks: Vec<TrunkConfig>,
}

#[derive(Clone, Debug, Default)]
pub struct Phone {
    /// Without credentials a telephone cannot register nor call.
    pub credentials: Option<Ha1>,
    /// `sip:1001@127.0.0.1:7001` or `…;transport=tcp`: a telephone at a fixed address, which needs no registration.
    pub contact: Option<String>,
}

/// What is stored in place of a password: `H(user:realm:password)` in lower-case hex, for both digests.
#[derive(Clone, PartialEq, Eq)]
pub struct Ha1 {
    pub md5: String,
    pub sha256: String,
}

impl Ha1 {
    pub fn new(user: &str, realm: &str, password: &str) -> Self {
        super::digest::ha1(user, realm, password)
    }
}

impl fmt::Debug for Ha1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ha1(…)")
    }
}

/// A carrier's connection.
#[derive(Clone, Debug)]
pub struct TrunkConfig {
    pub id: TrunkId,
    pub name: String,
    /// Addresses that may send us calls without a password.
    pub from: Vec<Cidr>,
    /// A provider we register with; its calls are accepted from the registrar's address too.
    pub register: Option<Register>,
    /// Where calls to numbers go: `host`, `host:port` or `sip:host:port;transport=tcp`. Without it the registrar is used.
    pub out: Option<String>,
    /// Calls in both directions together.
    pub max_calls: usize,
    pub busy_status: BusyStatus,
    /// The far end's packets may come from another address than its SDP says (NAT): learn it from the first packets.
    pub learn_rtp: bool,
    /// In order of preference; empty means A-law, µ-law, G.722, Opus.
    pub codecs: Vec<Codec>,
}

#[derive(Clone)]
pub struct Register {
    /// `host`, `host:port` or `sip:host:port;transport=tcp`.
    pub registrar: String,
    pub username: String,
    pub password: String,
}

impl fmt::Debug for Register {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Register").field("registrar", &self.registrar).finish_non_exhaustive()
    }
}

/// How a caller on a full trunk is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum BusyStatus {
    /// 503 with Retry-After.
    #[default]
    Unavailable,
    /// 486
    Busy,
}

/// A range of addresses: `127.0.0.0/8`, `10.1.2.3`, `fd00::/8`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cidr {
    net: IpAddr,
    prefix: u8,
}

/// Not a range of addresses.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadCidr(pub String);

impl fmt::Display for BadCidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a range of addresses: write 192.0.2.0/24, 192.0.2.7 or fd00::/8", self.0)
    }
}

impl std::error::Error for BadCidr {}

impl FromStr for Cidr {
    type Err = BadCidr;
    fn from_str(text: &str) -> Result<Self, BadCidr> {
        let bad = || BadCidr(text.to_owned());
        let (net, prefix) = match text.trim().split_once('/') {
            Some((net, prefix)) => (net, Some(prefix)),
            None => (text.trim(), None),
        };
        let net: IpAddr = net.parse().map_err(|_| bad())?;
        let widest = if net.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(prefix) => prefix.parse().ok().filter(|p| *p <= widest).ok_or_else(bad)?,
            None => widest,
        };
        Ok(Cidr { net, prefix })
    }
}

impl Cidr {
    pub fn contains(&self, ip: IpAddr) -> bool {
        match (self.net, ip.to_canonical()) {
            (IpAddr::V4(net), IpAddr::V4(ip)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.prefix)).unwrap_or(0);
                u32::from(net) & mask == u32::from(ip) & mask
            }
            (IpAddr::V6(net), IpAddr::V6(ip)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.prefix)).unwrap_or(0);
                u128::from(net) & mask == u128::from(ip) & mask
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_contains_its_addresses_and_no_others() {
        let check = |range: &str, ip: &str| {
            let range: Cidr = range.parse().expect("a range");
            range.contains(ip.parse().expect("an address"))
        };
        assert!(check("127.0.0.0/8", "127.9.8.7"));
        assert!(!check("127.0.0.0/8", "128.0.0.1"));
        assert!(check("192.0.2.7", "192.0.2.7"));
        assert!(!check("192.0.2.7", "192.0.2.8"));
        assert!(check("0.0.0.0/0", "8.8.8.8"));
        assert!(!check("0.0.0.0/0", "::1"));
        assert!(check("fd00::/8", "fd12::1"));
        assert!(check("127.0.0.0/8", "::ffff:127.0.0.1"), "an IPv4 caller on an IPv6 socket");
        assert!("127.0.0.0/33".parse::<Cidr>().is_err());
        assert!("carrier.example".parse::<Cidr>().is_err());
    }
}
