//! Which UDP ports are free: pairs of an even port for RTP and the odd one above it for RTCP (RFC 3550 §11).

use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::time::Duration;

use kernel::Timestamp;

/// How long a port rests after its call, so that late packets of the last call never reach the next.
pub const QUARANTINE: Duration = Duration::from_secs(3);

/// The pairs of one address, oldest released first.
pub struct Ports {
    /// Even port, and from when on it may be used.
    free: VecDeque<(u16, Timestamp)>,
    total: usize,
}

impl Ports {
    pub fn new(range: &RangeInclusive<u16>) -> Ports {
        let first = range.start() + (range.start() & 1);
        let free: VecDeque<_> = (first..*range.end()).step_by(2).map(|port| (port, Timestamp::MIN)).collect();
        let total = free.len();
        Ports { free, total }
    }

    /// The pair that has rested longest, if it has rested enough.
    pub fn take(&mut self, now: Timestamp) -> Option<u16> {
        match self.free.front() {
            Some((_, from)) if *from <= now => self.free.pop_front().map(|(port, _)| port),
            _ => None,
        }
    }

    /// Back after a call.
    pub fn release(&mut self, port: u16, now: Timestamp) {
        self.free.push_back((port, now + QUARANTINE));
    }

    pub fn total(&self) -> usize {
        self.total
    }
    pub fn free(&self) -> usize {
        self.free.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_even_and_whole() {
        let mut ports = Ports::new(&(20_001..=20_006));
        let now = Timestamp::from_secs(0);
        assert_eq!((ports.take(now), ports.take(now), ports.take(now)), (Some(20_002), Some(20_004), None));
    }

    #[test]
    fn a_port_rests_after_its_call() {
        let mut ports = Ports::new(&(20_000..=20_003));
        let now = Timestamp::from_secs(100);
        let first = ports.take(now).expect("free");
        ports.release(first, now);
        assert_eq!(ports.take(now), Some(20_002), "the one that never was used goes first");
        assert_eq!(ports.take(now + Duration::from_secs(2)), None);
        assert_eq!(ports.take(now + QUARANTINE), Some(first));
        assert_eq!((ports.total(), ports.free()), (2, 0));
    }
}
