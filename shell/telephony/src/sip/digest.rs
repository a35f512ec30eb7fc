//! Digest authentication (RFC 8760, RFC 7616) on both sides: MD5 for the telephones there are, SHA-256 for those that can.
//!
//! The check here is our own because the stack's hashes `nc` as a decimal byte, so it fails from the tenth use of a nonce.
//! Time and randomness are given, nothing here reads a clock.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use kernel::Timestamp;
use md5::Digest as _;

use super::config::Ha1;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Algorithm {
    Md5,
    Sha256,
}

impl Algorithm {
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Md5 => "MD5",
            Algorithm::Sha256 => "SHA-256",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        if text.eq_ignore_ascii_case("MD5") {
            Some(Algorithm::Md5)
        } else if text.eq_ignore_ascii_case("SHA-256") {
            Some(Algorithm::Sha256)
        } else {
            None
        }
    }

    fn hash(self, parts: &[&str]) -> String {
        fn run<D: md5::Digest>(parts: &[&str]) -> String {
            let mut hasher = D::new();
            for (at, part) in parts.iter().enumerate() {
                if at > 0 {
                    hasher.update(b":");
                }
                hasher.update(part.as_bytes());
            }
            hex::encode(hasher.finalize())
        }
        match self {
            Algorithm::Md5 => run::<md5::Md5>(parts),
            Algorithm::Sha256 => run::<sha2::Sha256>(parts),
        }
    }
}

pub fn ha1(user: &str, realm: &str, password: &str) -> Ha1 {
    Ha1 {
        md5: Algorithm::Md5.hash(&[user, realm, password]),
        sha256: Algorithm::Sha256.hash(&[user, realm, password]),
    }
}

/// Splits `Digest a=b, c="d"` into names and values; `None` when it is not a digest header or is absurdly long.
fn fields(value: &str) -> Option<Vec<(String, String)>> {
    const MOST: usize = 32;
    let value = value.trim();
    let (scheme, mut rest) = value.split_once(char::is_whitespace)?;
    if !scheme.eq_ignore_ascii_case("Digest") || value.len() > 4_096 {
        return None;
    }
    let mut out = Vec::new();
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return Some(out);
        }
        if out.len() >= MOST {
            return None;
        }
        let (name, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let (text, left) = if let Some(quoted) = after.strip_prefix('"') {
            let mut text = String::new();
            let mut chars = quoted.char_indices();
            let end = loop {
                match chars.next()? {
                    (_, '\\') => text.push(chars.next()?.1),
                    (at, '"') => break at,
                    (_, c) => text.push(c),
                }
            };
            (text, quoted.get(end + 1..)?)
        } else {
            let end = after.find(',').unwrap_or(after.len());
            (after.get(..end)?.trim().to_owned(), after.get(end..)?)
        };
        out.push((name.trim().to_ascii_lowercase(), text));
        rest = left;
    }
}

/// The contents of an Authorization or Proxy-Authorization header.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Credentials {
    pub username: String,
    pub realm: String,
    pub nonce: String,
    pub uri: String,
    pub response: String,
    pub algorithm: Algorithm,
    /// `qop=auth`, with its count and client nonce. Without it the older RFC 2069 form is meant, which we refuse.
    pub nc: String,
    pub cnonce: String,
}

impl Credentials {
    pub fn parse(value: &str) -> Option<Self> {
        let fields = fields(value)?;
        let get = |name: &str| fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
        if !get("qop")?.eq_ignore_ascii_case("auth") {
            return None;
        }
        Some(Credentials {
            username: get("username")?,
            realm: get("realm")?,
            nonce: get("nonce")?,
            uri: get("uri")?,
            response: get("response")?,
            algorithm: match get("algorithm") {
                Some(name) => Algorithm::parse(&name)?,
                None => Algorithm::Md5,
            },
            nc: get("nc")?,
            cnonce: get("cnonce")?,
        })
    }

    /// The use count, which is eight hexadecimal digits.
    pub fn count(&self) -> Option<u32> {
        if self.nc.len() != 8 || !self.nc.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        u32::from_str_radix(&self.nc, 16).ok()
    }

    /// Whether the response is right for this password. It takes the same work when nobody has this name.
    pub fn proves(&self, method: &str, ha1: Option<&Ha1>) -> bool {
        let nobody;
        let (known, ha1) = match ha1 {
            Some(ha1) => (true, ha1),
            None => {
                nobody = Ha1 { md5: "0".repeat(32), sha256: "0".repeat(64) };
                (false, &nobody)
            }
        };
        let ha1 = match self.algorithm {
            Algorithm::Md5 => &ha1.md5,
            Algorithm::Sha256 => &ha1.sha256,
        };
        let ha2 = self.algorithm.hash(&[method, &self.uri]);
        let want = self.algorithm.hash(&[ha1, &self.nonce, &self.nc, &self.cnonce, "auth", &ha2]);
        same(want.as_bytes(), self.response.to_ascii_lowercase().as_bytes()) & known
    }
}

/// Compares in a time that does not depend on where they differ.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0u8, |acc, (x, y)| acc | (x ^ y)) == 0
}

/// What became of a nonce that came back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Use {
    Fine,
    /// Ours, but too old, or its count was used before: ask again with `stale=true`.
    Stale,
    /// Not ours.
    Foreign,
}

/// Makes and checks nonces. A nonce carries its time and a seal, so nothing is kept for those who never come back;
/// only those used rightly are remembered, with the counts already seen.
pub struct Nonces {
    secret: [u8; 32],
    made: u64,
    life: Duration,
    most: usize,
    used: HashMap<String, Counts>,
    order: VecDeque<(Timestamp, String)>,
}

/// The highest count and the 64 below it.
struct Counts {
    top: u32,
    seen: u64,
}

impl Counts {
    fn take(&mut self, count: u32) -> bool {
        if count > self.top {
            let by = count - self.top;
            self.seen = self.seen.checked_shl(by).unwrap_or(0) | 1;
            self.top = count;
            return true;
        }
        let back = self.top - count;
        if back >= 64 || self.seen & (1 << back) != 0 {
            return false;
        }
        self.seen |= 1 << back;
        true
    }
}

impl Nonces {
    pub fn new(secret: [u8; 32], life: Duration, most: usize) -> Self {
        Nonces { secret, made: 0, life, most, used: HashMap::new(), order: VecDeque::new() }
    }

    fn seal(&self, time: &str) -> String {
        let mut hasher = sha2::Sha256::new();
        hasher.update(self.secret);
        hasher.update(time.as_bytes());
        hasher.update(self.secret);
        let mut text = hex::encode(hasher.finalize());
        text.truncate(24);
        text
    }

    pub fn issue(&mut self, now: Timestamp) -> String {
        self.made += 1;
        let time = format!("{:x}.{:x}", now.as_micros(), self.made & 0xfff);
        format!("{time}.{}", self.seal(&time))
    }

    /// Looks only at age and seal; `take` must follow once the response was right.
    pub fn look(&self, nonce: &str, now: Timestamp) -> Use {
        let Some((time, seal)) = nonce.rsplit_once('.') else { return Use::Foreign };
        if !same(self.seal(time).as_bytes(), seal.as_bytes()) {
            return Use::Foreign;
        }
        let made = time.split('.').next().and_then(|t| i64::from_str_radix(t, 16).ok());
        match made.map(Timestamp::from_micros) {
            Some(made) if now.since(made) <= self.life => Use::Fine,
            Some(_) => Use::Stale,
            None => Use::Foreign,
        }
    }

    /// Takes a count of a nonce that was looked at; a count used before is stale.
    pub fn take(&mut self, nonce: &str, count: u32, now: Timestamp) -> Use {
        while let Some((until, _)) = self.order.front() {
            if *until > now && self.order.len() < self.most {
                break;
            }
            if let Some((_, old)) = self.order.pop_front() {
                self.used.remove(&old);
            }
        }
        if let Some(counts) = self.used.get_mut(nonce) {
            return if counts.take(count) { Use::Fine } else { Use::Stale };
        }
        self.used.insert(nonce.to_owned(), Counts { top: count, seen: 1 });
        self.order.push_back((now + self.life + Duration::from_secs(1), nonce.to_owned()));
        Use::Fine
    }
}

/// The challenges we send, strongest first as RFC 8760 §2.3 asks; only MD5 to who is known to stumble over the other.
pub fn challenges(realm: &str, nonce: &str, stale: bool, user_agent: Option<&str>) -> Vec<String> {
    let stale = if stale { ", stale=true" } else { "" };
    let md5_only = user_agent.is_some_and(stumbles_over_sha_256);
    let algorithms: &[Algorithm] =
        if md5_only { &[Algorithm::Md5] } else { &[Algorithm::Sha256, Algorithm::Md5] };
    let challenge = |algorithm: &Algorithm| {
        let algorithm = algorithm.name();
        format!("Digest realm=\"{realm}\", nonce=\"{nonce}\", algorithm={algorithm}, qop=\"auth\"{stale}")
    };
    algorithms.iter().map(challenge).collect()
}

/// baresip before 3.11 (re pull request 1103) gives up at a challenge it does not know, wherever that stands: "Function
/// not implemented". It says `baresip v1.0.0 (x86_64/linux)`.
fn stumbles_over_sha_256(user_agent: &str) -> bool {
    let Some(version) = user_agent.strip_prefix("baresip v") else { return false };
    let mut numbers = version.split(['.', ' ']).map_while(|part| part.parse::<u32>().ok());
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) < (3, 11)
}

/// A challenge from a provider.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Challenge {
    pub realm: String,
    pub nonce: String,
    pub opaque: Option<String>,
    pub algorithm: Algorithm,
    pub qop: bool,
    pub stale: bool,
}

impl Challenge {
    /// `None` for what we cannot answer.
    pub fn parse(value: &str) -> Option<Self> {
        let fields = fields(value)?;
        let get = |name: &str| fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
        let qop = match get("qop") {
            Some(list) if list.split(',').any(|q| q.trim().eq_ignore_ascii_case("auth")) => true,
            Some(_) => return None,
            None => false,
        };
        let algorithm = match get("algorithm") {
            Some(name) => Algorithm::parse(&name)?,
            None => Algorithm::Md5,
        };
        let stale = get("stale").is_some_and(|s| s.eq_ignore_ascii_case("true"));
        Some(Challenge {
            realm: get("realm")?,
            nonce: get("nonce")?,
            opaque: get("opaque"),
            algorithm,
            qop,
            stale,
        })
    }

    /// The Authorization header that answers it.
    pub fn answer(
        &self,
        user: &str,
        password: &str,
        method: &str,
        uri: &str,
        nc: u32,
        cnonce: &str,
    ) -> String {
        let hash = |parts: &[&str]| self.algorithm.hash(parts);
        let ha1 = hash(&[user, &self.realm, password]);
        let ha2 = hash(&[method, uri]);
        let nc = format!("{nc:08x}");
        let response = if self.qop {
            hash(&[&ha1, &self.nonce, &nc, cnonce, "auth", &ha2])
        } else {
            hash(&[&ha1, &self.nonce, &ha2])
        };
        let quote = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
        let mut out = format!(
            "Digest username=\"{}\", realm=\"{}\", nonce=\"{}\", uri=\"{uri}\", response=\"{response}\", algorithm={}",
            quote(user),
            quote(&self.realm),
            quote(&self.nonce),
            self.algorithm.name()
        );
        if self.qop {
            out += &format!(", qop=auth, nc={nc}, cnonce=\"{cnonce}\"");
        }
        if let Some(opaque) = &self.opaque {
            out += &format!(", opaque=\"{}\"", quote(opaque));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(1_000_000 + secs)
    }

    #[test]
    fn the_examples_of_rfc_7616_come_out_right() {
        for (algorithm, response) in [
            ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
            ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        ] {
            let header = format!(
                "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", uri=\"/dir/index.html\", algorithm={algorithm}, \
                 nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", nc=00000001, \
                 cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\", qop=auth, response=\"{response}\", \
                 opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
            );
            let credentials = Credentials::parse(&header).expect("a digest header");
            let right = ha1("Mufasa", "http-auth@example.org", "Circle of Life");
            assert!(credentials.proves("GET", Some(&right)), "{algorithm}");
            assert!(!credentials.proves("POST", Some(&right)));
            assert!(
                !credentials.proves("GET", Some(&ha1("Mufasa", "http-auth@example.org", "circle of life")))
            );
            assert!(!credentials.proves("GET", None));
        }
    }

    #[test]
    fn what_our_client_answers_our_server_accepts_at_every_count() {
        let mut nonces = Nonces::new([7; 32], Duration::from_secs(60), 100);
        let nonce = nonces.issue(at(0));
        let right = ha1("1001", "switchboard", "geheim\"");
        for (which, algorithm) in [(0, Algorithm::Sha256), (1, Algorithm::Md5)] {
            let challenge = Challenge::parse(&challenges("switchboard", &nonce, false, None)[which])
                .expect("a challenge");
            assert_eq!(challenge.algorithm, algorithm);
            for nc in [1, 9, 10, 16, 100, 255, 256, 0x1234] {
                let header = challenge.answer("1001", "geheim\"", "REGISTER", "sip:switchboard", nc, "abc");
                let credentials = Credentials::parse(&header).expect("our own header");
                assert_eq!(credentials.count(), Some(nc));
                assert!(credentials.proves("REGISTER", Some(&right)), "nc {nc}");
            }
        }
    }

    #[test]
    fn a_count_is_good_once_in_any_order_and_a_nonce_for_its_life() {
        let mut nonces = Nonces::new([7; 32], Duration::from_secs(60), 100);
        let nonce = nonces.issue(at(0));
        assert_eq!(nonces.look(&nonce, at(59)), Use::Fine);
        assert_eq!(nonces.look(&nonce, at(61)), Use::Stale);
        assert_eq!(nonces.look("made.up.nonce", at(1)), Use::Foreign);
        assert_eq!(Nonces::new([8; 32], Duration::from_secs(60), 100).look(&nonce, at(1)), Use::Foreign);
        let mut take = |nc| nonces.take(&nonce, nc, at(1));
        assert_eq!(take(1), Use::Fine);
        assert_eq!(take(1), Use::Stale, "replay");
        assert_eq!(take(3), Use::Fine);
        assert_eq!(take(2), Use::Fine, "overtaken on the way");
        assert_eq!(take(2), Use::Stale);
        assert_eq!(take(500), Use::Fine);
        assert_eq!(take(400), Use::Stale, "out of the window");
    }

    #[test]
    fn who_stumbles_over_a_strong_challenge_is_given_the_old_one() {
        let count = |agent| challenges("r", "n", false, agent).len();
        for (agent, challenges) in [
            (None, 2),
            (Some("baresip v1.0.0 (x86_64/linux)"), 1),
            (Some("baresip v3.10.1 (x86_64/Linux)"), 1),
            (Some("baresip v3.11.0 (x86_64/Linux)"), 2),
            (Some("baresip v4.0.0"), 2),
            (Some("Linphone/5.0"), 2),
        ] {
            assert_eq!(count(agent), challenges, "{agent:?}");
        }
        assert!(challenges("r", "n", true, Some("baresip v1"))[0].contains("algorithm=MD5"));
    }

    #[test]
    fn the_store_stays_small() {
        let mut nonces = Nonces::new([7; 32], Duration::from_secs(60), 10);
        for n in 0..1_000 {
            let nonce = nonces.issue(at(n));
            assert_eq!(nonces.take(&nonce, 1, at(n)), Use::Fine);
        }
        assert!(nonces.used.len() <= 10 && nonces.order.len() <= 10);
    }

    #[test]
    fn broken_headers_are_not_credentials() {
        for header in
            ["", "Basic abc", "Digest", "Digest username", "Digest username=\"abc", "Digest qop=auth-int"]
        {
            assert_eq!(Credentials::parse(header), None, "{header}");
        }
        assert_eq!(Credentials::parse(&format!("Digest a={}", "x".repeat(5_000))), None);
        assert_eq!(Credentials::parse(&format!("Digest {}", "a=b,".repeat(100))), None);
    }
}
