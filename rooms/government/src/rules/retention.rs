//! Retention (domain reference 7.2): tickets are kept for five years after the last that was said of them.

use std::time::Duration;

use kernel::Timestamp;

const DAY: Duration = Duration::from_secs(24 * 3_600);
/// Five years, with their leap days.
pub const KEPT: Duration = Duration::from_secs(1_827 * 24 * 3_600);

/// When a ticket of which nothing was said after `last` may be let go.
pub fn let_go_at(last: Timestamp) -> Timestamp {
    last + KEPT + DAY
}

/// Tickets of which the last was said before this instant are over.
pub fn cutoff(now: Timestamp) -> Timestamp {
    now - KEPT - DAY
}

#[cfg(test)]
mod tests {
    use kernel::time::{Clock, TestClock};

    use super::*;

    #[test]
    fn nothing_goes_before_five_years_are_over() {
        let last = TestClock::monday_morning().now();
        let due = let_go_at(last);
        assert_eq!(cutoff(due), last);
        assert!(due >= last + 5 * 365 * DAY);
    }
}
