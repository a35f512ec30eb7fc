//! Retention: 24 months, never under six; a recording that is held stays.

use std::time::Duration;

use kernel::Timestamp;

const DAY: Duration = Duration::from_secs(24 * 3_600);
/// 24 months.
pub const KEPT: Duration = Duration::from_secs(730 * 24 * 3_600);
/// No setting goes below six months.
pub const KEPT_LEAST: Duration = Duration::from_secs(183 * 24 * 3_600);

/// When a recording that began at `started` may be deleted.
pub fn delete_at(started: Timestamp, kept: Duration) -> Timestamp {
    started + kept.max(KEPT_LEAST) + DAY
}

/// Recordings that began before this instant are over.
pub fn cutoff(now: Timestamp, kept: Duration) -> Timestamp {
    now - kept.max(KEPT_LEAST) - DAY
}

#[cfg(test)]
mod tests {
    use kernel::time::{Clock, TestClock};

    use super::*;

    #[test]
    fn nothing_is_deleted_early_whatever_the_setting() {
        let started = TestClock::monday_morning().now();
        assert!(delete_at(started, Duration::ZERO) > started + KEPT_LEAST);
        let due = delete_at(started, KEPT);
        assert_eq!(cutoff(due, KEPT), started);
    }
}
