//! What came of a try, in words and for those who decide how it goes on.

use std::time::Duration;

use kernel::mask::in_text;
use serde::Serialize;
use utoipa::ToSchema;

const BACK_OFF: Duration = Duration::from_secs(30);
/// So much of what went wrong is kept.
const SHORT: usize = 300;

/// What came of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Answered {
        status: u16,
        retry_after: Option<Duration>,
        /// What the other side said, as far as that is looked at.
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

    /// In words, with numbers of people hidden; empty when it was taken.
    pub fn error(&self) -> String {
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

    /// Until the next try, after so many failures in a row: 30 s, doubled with each, `most` at the most; longer only when the
    /// other side asks for it.
    pub fn wait(&self, failures: i64, most: Duration) -> Duration {
        let doublings = u32::try_from(failures.saturating_sub(1).max(0)).unwrap_or(u32::MAX).min(20);
        let ours = BACK_OFF.saturating_mul(1 << doublings).min(most);
        match self {
            Outcome::Answered { retry_after: Some(theirs), .. } => ours.max(*theirs),
            _ => ours,
        }
    }
}

fn short(text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_control()).take(SHORT).collect();
    in_text(&text)
}

/// A try: what came of it, and how long it took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Try {
    pub outcome: Outcome,
    pub took_ms: i64,
}

/// A trial as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Tried {
    pub taken: bool,
    pub status: Option<i64>,
    pub took_ms: i64,
    /// In words; empty when it was taken.
    pub error: String,
}

impl From<Try> for Tried {
    fn from(Try { outcome, took_ms }: Try) -> Tried {
        Tried { taken: outcome.taken(), status: outcome.status(), took_ms, error: outcome.error() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, retry_after: Option<u64>, said: &str) -> Outcome {
        Outcome::Answered { status, retry_after: retry_after.map(Duration::from_secs), said: said.into() }
    }

    #[test]
    fn the_wait_doubles_up_to_the_most() {
        let hour = Duration::from_secs(3_600);
        let wait = |failures| answered(503, None, "").wait(failures, hour).as_secs();
        assert_eq!(
            [i64::MIN, 0, 1, 2, 3, 7, 8, 100, i64::MAX].map(wait),
            [30, 30, 30, 60, 120, 1_920, 3_600, 3_600, 3_600]
        );
        assert_eq!(answered(429, Some(600), "").wait(1, hour).as_secs(), 600, "as they ask");
        assert_eq!(answered(429, Some(5), "").wait(2, hour).as_secs(), 60, "never sooner");
    }

    #[test]
    fn what_went_wrong_is_said_without_anybodys_number() {
        assert_eq!(answered(204, None, "thanks").error(), "");
        assert_eq!(answered(500, None, "").error(), "HTTP 500");
        assert_eq!(answered(302, None, "there").error(), "HTTP 302: redirects are not followed");
        assert_eq!(answered(429, None, "请稍后\n13912345678").error(), "HTTP 429: 请稍后139****5678");
        let long = Outcome::NoAnswer { error: "长".repeat(400) };
        assert_eq!(long.error().chars().count(), 300);
    }
}
