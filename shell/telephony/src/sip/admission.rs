//! Who may send how much: token buckets per source, silence after wrong passwords, and room for calls. Time is given.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use kernel::Timestamp;

/// So many a second, with so many saved up at most.
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    /// In millionths of a token.
    level: u64,
    at: Timestamp,
}

impl Bucket {
    pub fn full(burst: u32, now: Timestamp) -> Self {
        Bucket { level: u64::from(burst) * 1_000_000, at: now }
    }

    pub fn take(&mut self, rate: u32, burst: u32, now: Timestamp) -> bool {
        let gained =
            u64::try_from(now.since(self.at).as_micros()).unwrap_or(u64::MAX).saturating_mul(u64::from(rate));
        self.level = self.level.saturating_add(gained).min(u64::from(burst) * 1_000_000);
        self.at = self.at.max(now);
        match self.level.checked_sub(1_000_000) {
            Some(left) => {
                self.level = left;
                true
            }
            None => false,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SourceLimits {
    pub rate: u32,
    pub burst: u32,
    pub wrong_passwords: u32,
    pub silence: Duration,
}

struct Source {
    bucket: Bucket,
    wrong: u32,
    wrong_since: Timestamp,
    silent_until: Option<Timestamp>,
    /// A telephone that proved who it is registered from here until then.
    known_until: Option<Timestamp>,
}

/// How much more than a stranger a registered telephone may send; there may be a whole office behind one address.
const KNOWN: u32 = 20;

/// What is known of the addresses that send to us. Bounded: when it is full, the idle are forgotten, never the silenced.
pub struct Sources {
    limits: SourceLimits,
    most: usize,
    known: HashMap<IpAddr, Source>,
}

impl Sources {
    pub fn new(limits: SourceLimits, most: usize) -> Self {
        Sources { limits, most, known: HashMap::new() }
    }

    fn source(&mut self, ip: IpAddr, now: Timestamp) -> Option<&mut Source> {
        if self.known.len() >= self.most && !self.known.contains_key(&ip) {
            self.known.retain(|_, s| {
                s.silent_until.is_some_and(|until| until > now)
                    || s.known_until.is_some_and(|until| until > now)
                    || now.since(s.bucket.at) < Duration::from_secs(10)
                    || (s.wrong > 0 && now.since(s.wrong_since) < Duration::from_secs(60))
            });
            if self.known.len() >= self.most {
                return None;
            }
        }
        let burst = self.limits.burst;
        Some(self.known.entry(ip).or_insert_with(|| Source {
            bucket: Bucket::full(burst, now),
            wrong: 0,
            wrong_since: now,
            silent_until: None,
            known_until: None,
        }))
    }

    /// Whether a message from here is to be looked at.
    pub fn admits(&mut self, ip: IpAddr, now: Timestamp) -> bool {
        let limits = self.limits;
        let Some(source) = self.source(ip, now) else { return false };
        match source.silent_until {
            Some(until) if until > now => return false,
            Some(_) => source.silent_until = None,
            None => {}
        }
        let times = if source.known_until.is_some_and(|until| until > now) { KNOWN } else { 1 };
        source.bucket.take(limits.rate.saturating_mul(times), limits.burst.saturating_mul(times), now)
    }

    /// A telephone registered from here.
    pub fn known(&mut self, ip: IpAddr, until: Timestamp, now: Timestamp) {
        if let Some(source) = self.source(ip, now) {
            source.known_until = source.known_until.max(Some(until));
        }
    }

    /// A wrong password came from here. True when this was the one too many.
    pub fn wrong_password(&mut self, ip: IpAddr, now: Timestamp) -> bool {
        let limits = self.limits;
        let Some(source) = self.source(ip, now) else { return false };
        if now.since(source.wrong_since) >= Duration::from_secs(60) || source.wrong == 0 {
            source.wrong = 0;
            source.wrong_since = now;
        }
        source.wrong += 1;
        if source.wrong < limits.wrong_passwords {
            return false;
        }
        source.wrong = 0;
        source.silent_until = Some(now + limits.silence);
        true
    }

    pub fn silenced(&self, now: Timestamp) -> usize {
        self.known.values().filter(|s| s.silent_until.is_some_and(|until| until > now)).count()
    }
}

/// INVITEs of the last seconds, to notice one that comes by two ways (RFC 3261 §8.2.2.2). Bounded.
#[derive(Default)]
pub struct Merged {
    seen: HashMap<(String, String, u32), String>,
    order: std::collections::VecDeque<(Timestamp, (String, String, u32))>,
}

impl Merged {
    /// True when the same request was seen with another branch.
    pub fn seen(&mut self, key: (&str, &str, u32), branch: &str, now: Timestamp) -> bool {
        while let Some((until, _)) = self.order.front() {
            if *until > now && self.order.len() < 16_384 {
                break;
            }
            if let Some((_, old)) = self.order.pop_front() {
                self.seen.remove(&old);
            }
        }
        let key = (key.0.to_owned(), key.1.to_owned(), key.2);
        match self.seen.get(&key) {
            Some(known) => known != branch,
            None => {
                self.order.push_back((now + Duration::from_secs(10), key.clone()));
                self.seen.insert(key, branch.to_owned());
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: SourceLimits =
        SourceLimits { rate: 10, burst: 20, wrong_passwords: 10, silence: Duration::from_secs(600) };

    fn ip(n: u32) -> IpAddr {
        std::net::Ipv4Addr::from(0xc000_0200 + n).into()
    }
    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(1_000_000_000 + millis)
    }

    #[test]
    fn a_burst_passes_then_the_rate_holds_and_others_are_not_touched() {
        let mut sources = Sources::new(LIMITS, 100);
        let passed = (0..100).filter(|_| sources.admits(ip(1), at(0))).count();
        assert_eq!(passed, 20);
        assert!(sources.admits(ip(2), at(0)));
        let passed = (1..=1_000).filter(|ms| sources.admits(ip(1), at(*ms))).count();
        assert_eq!(passed, 10);
    }

    #[test]
    fn a_registered_telephone_may_send_more() {
        let mut sources = Sources::new(LIMITS, 100);
        assert!(sources.admits(ip(1), at(0)));
        sources.known(ip(1), at(60_000), at(0));
        let passed = |sources: &mut Sources, from: i64| {
            (0..1_000).filter(|ms| sources.admits(ip(1), at(from + ms))).count()
        };
        assert!(passed(&mut sources, 1_000) >= 200);
        assert!(passed(&mut sources, 70_000) <= 30);
    }

    #[test]
    fn ten_wrong_passwords_in_a_minute_bring_ten_minutes_of_silence() {
        let mut sources = Sources::new(LIMITS, 100);
        for n in 0..9 {
            assert!(!sources.wrong_password(ip(1), at(n * 1_000)));
        }
        assert!(sources.admits(ip(1), at(9_000)));
        assert!(sources.wrong_password(ip(1), at(9_000)));
        assert!(!sources.admits(ip(1), at(10_000)));
        assert!(!sources.admits(ip(1), at(608_000)));
        assert!(sources.admits(ip(1), at(609_001)));
        for n in 0..20 {
            assert!(!sources.wrong_password(ip(2), at(n * 7_000)), "ten in more than a minute are forgiven");
        }
    }

    #[test]
    fn many_addresses_do_not_fill_the_memory_nor_free_the_silenced() {
        let mut sources = Sources::new(LIMITS, 50);
        for _ in 0..10 {
            sources.wrong_password(ip(0), at(0));
        }
        for n in 1..10_000 {
            sources.admits(ip(n), at(i64::from(n) * 50));
        }
        assert!(sources.known.len() <= 50);
        assert!(!sources.admits(ip(0), at(599_000)));
    }
}
