//! What comes of a try to tell a platform something, and when it is tried again.

use std::time::Duration;

use kernel::Timestamp;
use kernel::mask::in_text;

/// Who sends has a ticket for so long, renewed with each thing told; longer than one try can take.
pub const LEASE: Duration = Duration::from_secs(90);
const BACK_OFF: Duration = Duration::from_secs(30);
const BACK_OFF_MAX: Duration = Duration::from_secs(3_600);

/// What came of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Answered {
        status: u16,
        retry_after: Option<Duration>,
        /// What the platform said, as far as it is short.
        said: String,
    },
    NoAnswer {
        error: String,
    },
    NoSecret,
}

impl Outcome {
    pub fn status(&self) -> Option<i64> {
        match self {
            Outcome::Answered { status, .. } => Some(i64::from(*status)),
            Outcome::NoAnswer { .. } | Outcome::NoSecret => None,
        }
    }

    pub fn taken(&self) -> bool {
        matches!(self, Outcome::Answered { status: 200..=299, .. })
    }

    /// In words; empty when it was taken.
    pub fn error(&self) -> String {
        let short = |text: &str| {
            let text: String = text.chars().filter(|c| !c.is_control()).take(300).collect();
            in_text(&text)
        };
        match self {
            Outcome::Answered { status: 200..=299, .. } => String::new(),
            Outcome::Answered { status: status @ 300..=399, .. } => {
                format!("HTTP {status}: redirects are not followed")
            }
            Outcome::Answered { status, said, .. } if said.is_empty() => format!("HTTP {status}"),
            Outcome::Answered { status, said, .. } => format!("HTTP {status}: {}", short(said)),
            Outcome::NoAnswer { error } => short(error),
            Outcome::NoSecret => "the secret cannot be opened: make a new one".into(),
        }
    }
}

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
        Outcome::Answered { retry_after, .. } => {
            Next::Again { at: now + back_off(failures).max(retry_after.unwrap_or_default()), failures }
        }
        Outcome::NoAnswer { .. } | Outcome::NoSecret => {
            Next::Again { at: now + back_off(failures), failures }
        }
    }
}

/// 30 s, doubled with each failure, an hour at most.
fn back_off(failures: i64) -> Duration {
    let doublings = u32::try_from(failures.saturating_sub(1)).unwrap_or(u32::MAX).min(20);
    BACK_OFF.saturating_mul(1 << doublings).min(BACK_OFF_MAX)
}
