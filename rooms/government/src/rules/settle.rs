//! What comes of a try to tell a platform something.

use std::time::Duration;

use kernel::Timestamp;
use posting::Outcome;

const WAIT_MAX: Duration = Duration::from_secs(3_600);

/// How it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    Taken,
    /// The same one again, not before.
    Again {
        at: Timestamp,
        failures: i64,
    },
    /// The same bytes would be refused again: somebody has to look.
    Refused,
}

/// After a try, given the failures in a row before it. It is never given up: the platform's limits run on.
pub fn settle(outcome: &Outcome, failures: i64, now: Timestamp) -> Next {
    let failures = failures.saturating_add(1);
    match outcome {
        outcome if outcome.taken() => Next::Taken,
        Outcome::Answered { status: 400 | 409 | 410 | 413 | 415 | 422, .. } => Next::Refused,
        _ => Next::Again { at: now + outcome.wait(failures, WAIT_MAX), failures },
    }
}
