//! How often something may fail before it is no longer listened to.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Mutex;
use std::time::Duration;

use kernel::Timestamp;

/// Counts failures by key; too many within a window, and the key is refused for a while. The memory is bounded: when
/// full, keys whose time is over go first, then the longest known.
#[derive(Debug)]
pub struct Throttle<K> {
    failures_max: u32,
    window: Duration,
    refuse_for: Duration,
    keys_max: usize,
    keys: Mutex<HashMap<K, Count>>,
}

#[derive(Debug, Clone, Copy)]
struct Count {
    since: Timestamp,
    failures: u32,
    refused_until: Option<Timestamp>,
}

/// Come back after this long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttled {
    pub wait: Duration,
}

impl<K: Hash + Eq + Clone> Throttle<K> {
    pub fn new(failures_max: u32, window: Duration, refuse_for: Duration, keys_max: usize) -> Self {
        Throttle { failures_max, window, refuse_for, keys_max: keys_max.max(1), keys: Mutex::default() }
    }

    /// Whether the key is listened to now.
    pub fn check(&self, key: &K, now: Timestamp) -> Result<(), Throttled> {
        let keys = self.keys.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        match keys.get(key).and_then(|count| count.refused_until) {
            Some(until) if until > now => Err(Throttled { wait: until.since(now) }),
            _ => Ok(()),
        }
    }

    pub fn failed(&self, key: &K, now: Timestamp) {
        let mut keys = self.keys.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if keys.len() >= self.keys_max && !keys.contains_key(key) {
            let (window, before) = (self.window, keys.len());
            keys.retain(|_, count| {
                now.since(count.since) < window || count.refused_until.is_some_and(|until| until > now)
            });
            if keys.len() == before
                && let Some(oldest) =
                    keys.iter().min_by_key(|(_, count)| count.since).map(|(key, _)| key.clone())
            {
                keys.remove(&oldest);
            }
        }
        let count = keys.entry(key.clone()).or_insert(Count { since: now, failures: 0, refused_until: None });
        let over = count.refused_until.is_some_and(|until| until <= now);
        if over || now.since(count.since) >= self.window {
            *count = Count { since: now, failures: 0, refused_until: None };
        }
        count.failures += 1;
        if count.failures >= self.failures_max {
            count.refused_until = Some(now + self.refuse_for);
        }
    }

    pub fn succeeded(&self, key: &K) {
        self.keys.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_third_failure_in_a_minute_closes_the_door_for_ten() {
        let throttle = Throttle::new(3, Duration::from_secs(60), Duration::from_secs(600), 100);
        let at = Timestamp::from_secs;
        throttle.failed(&"a", at(0));
        throttle.failed(&"a", at(1));
        assert_eq!(throttle.check(&"a", at(2)), Ok(()));
        throttle.failed(&"a", at(2));
        assert_eq!(throttle.check(&"a", at(3)), Err(Throttled { wait: Duration::from_secs(599) }));
        assert_eq!(throttle.check(&"b", at(3)), Ok(()));
        assert_eq!(throttle.check(&"a", at(602)), Ok(()));
        throttle.failed(&"a", at(603));
        assert_eq!(throttle.check(&"a", at(603)), Ok(()), "counting begins anew");
    }

    #[test]
    fn slow_failures_and_a_success_are_forgotten() {
        let throttle = Throttle::new(2, Duration::from_secs(60), Duration::from_secs(600), 100);
        for minute in 0..10 {
            throttle.failed(&"a", Timestamp::from_secs(minute * 60));
            assert_eq!(throttle.check(&"a", Timestamp::from_secs(minute * 60)), Ok(()));
        }
        throttle.succeeded(&"a");
        throttle.failed(&"a", Timestamp::from_secs(541));
        assert_eq!(throttle.check(&"a", Timestamp::from_secs(541)), Ok(()));
    }

    #[test]
    fn its_memory_is_bounded() {
        let throttle = Throttle::new(1, Duration::from_secs(60), Duration::from_secs(600), 8);
        for key in 0..1_000 {
            throttle.failed(&key, Timestamp::from_millis(key));
        }
        assert_eq!(throttle.keys.lock().unwrap().len(), 8);
        assert!(throttle.check(&999, Timestamp::from_secs(1)).is_err(), "the newest are kept");
    }
}
