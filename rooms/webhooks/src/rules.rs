//! Who is told of what, when it is tried again, and when it is given up: pure.

use kernel::words;
use std::collections::BTreeSet;
use std::time::Duration;

use kernel::{Timestamp, WebhookId};
use posting::Outcome;
pub use posting::{Act, State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The events that may be told outside. Their bodies hold ids and numbers only: who is told asks the API for the rest.
pub const KINDS: &[&str] = &[
    "work_orders.changed",
    "callbacks.doubt",
    "promises.warned",
    "notices.done",
    "notices.reply",
    "interactions.completed",
    "departments.changed",
];
/// Sent to try a subscription out.
pub const TEST: &str = "webhooks.test";

/// So many subscriptions there may be.
pub const SUBSCRIPTIONS_MAX: i64 = 50;
/// So many deliveries wait for one subscription; what comes then is counted and not kept.
pub const WAITING_MAX: i64 = 20_000;
/// So many are sent again at once.
pub const REPLAY_MAX: i64 = 5_000;
/// What has waited for so long is given up.
pub const WAIT_MAX: Duration = Duration::from_secs(7 * 24 * 3_600);
/// What was sent can be looked at, and sent again, for so long.
pub const KEEP: Duration = Duration::from_secs(30 * 24 * 3_600);
/// After so many failures in a row, about two days and a half, a subscription is paused.
pub const FAILURES_MAX: i64 = 14;
const WAIT_LONGEST: Duration = Duration::from_secs(24 * 3_600);
const NAME_MAX: usize = 60;

words! {
    /// Why a subscription is paused.
    Why {
        ByHand = "by_hand",
        /// Too many failures in a row.
        Failing = "failing",
        /// The other side said that it wants nothing more (410).
        Gone = "gone",
        /// Its secret was sealed with a key that is lost.
        NoSecret = "no_secret",
    }
}

words! {
    /// Where a delivery is.
    Stage {
        Waiting = "waiting",
        Sent = "sent",
        /// Somebody took it out of the line.
        Skipped = "skipped",
        /// It waited too long.
        Expired = "expired",
        /// A trial that was not taken; it is not tried again by itself.
        Failed = "failed",
    }
}

words! {
    /// What may be done with a delivery.
    DeliveryAct {
        SendAgain = "send_again",
        Skip = "skip",
    }
}

/// Somebody outside who is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    pub id: WebhookId,
    pub name: String,
    pub url: String,
    /// Sealed.
    pub secret: String,
    pub state: State,
    pub why: Option<Why>,
    pub detail: String,
    pub failures: i64,
    pub waiting: i64,
    pub dropped: i64,
    pub last_number: i64,
    pub last_place: i64,
    pub next_at: Timestamp,
    pub created_by: kernel::PersonId,
    pub created_at: Timestamp,
    pub version: i64,
}

/// One event for one subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub subscription: WebhookId,
    pub number: i64,
    pub place: i64,
    pub kind: String,
    pub body: String,
    pub stage: Stage,
    pub attempts: i64,
    pub created_at: Timestamp,
    pub tried_at: Option<Timestamp>,
    pub status: Option<i64>,
    pub took_ms: Option<i64>,
    pub error: String,
}

impl Delivery {
    /// The name under which it is sent, the same each time.
    pub fn name(&self) -> String {
        name(self.subscription, self.number)
    }
}

/// The name of a delivery.
pub fn name(subscription: WebhookId, number: i64) -> String {
    format!("{subscription}-{number}")
}

/// What people fill in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Form {
    pub name: String,
    pub url: String,
    pub kinds: Vec<String>,
}

impl Form {
    /// Without blanks and repetitions.
    ///
    /// # Errors
    /// What is missing. Whether the address may be called is asked where calls are made.
    pub fn checked(self) -> Result<Form, Refusal> {
        let name = self.name.trim().to_owned();
        if name.is_empty() {
            return Err(Refusal::NameMissing);
        }
        if name.chars().count() > NAME_MAX {
            return Err(Refusal::NameTooLong { most: NAME_MAX });
        }
        let kinds: BTreeSet<String> = self.kinds.into_iter().collect();
        if let Some(kind) = kinds.iter().find(|kind| !KINDS.contains(&kind.as_str())) {
            return Err(Refusal::KindUnknown { kind: kind.chars().take(60).collect() });
        }
        if kinds.is_empty() {
            return Err(Refusal::KindsMissing);
        }
        Ok(Form { name, url: self.url.trim().to_owned(), kinds: kinds.into_iter().collect() })
    }
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    #[error("a name is missing")]
    NameMissing,
    #[error("a name has {most} characters at most")]
    NameTooLong { most: usize },
    #[error("the address cannot be called")]
    UrlUnreadable,
    #[error("the address has to be https")]
    UrlNotSecure,
    #[error("a name and password do not belong into the address")]
    UrlCredentials,
    #[error("the address is inside our own network, which the configuration does not allow")]
    UrlPrivate,
    #[error("no event is chosen")]
    KindsMissing,
    #[error("{kind} is not told outside")]
    KindUnknown { kind: String },
    #[error("there are {most} subscriptions already")]
    TooManySubscriptions { most: i64 },
    #[error("not now: it is {state}")]
    NotNow { state: &'static str },
    #[error("nothing was sent in that time")]
    NothingToSend,
    #[error("more than {most} deliveries in that time")]
    TooManyToSend { most: i64 },
    #[error("the time ends before it begins")]
    BadPeriod,
    #[error("others are being tried: a moment")]
    Busy,
}

/// Whether an act fits a subscription.
///
/// # Errors
/// It does not.
pub fn check(state: State, act: Act) -> Result<(), Refusal> {
    if act.fits(state) { Ok(()) } else { Err(Refusal::NotNow { state: state.as_str() }) }
}

/// Whether an act fits a delivery.
///
/// # Errors
/// It does not.
pub fn check_delivery(stage: Stage, act: DeliveryAct) -> Result<(), Refusal> {
    if (stage == Stage::Waiting) == (act == DeliveryAct::Skip) {
        Ok(())
    } else {
        Err(Refusal::NotNow { state: stage.as_str() })
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
    Pause {
        why: Why,
        failures: i64,
    },
}

/// After a try, given the failures in a row before it.
pub fn settle(outcome: &Outcome, failures: i64, now: Timestamp) -> Next {
    let failures = failures.saturating_add(1);
    match outcome {
        outcome if outcome.taken() => Next::Taken,
        Outcome::NoSecret => Next::Pause { why: Why::NoSecret, failures },
        Outcome::Answered { status: 410, .. } => Next::Pause { why: Why::Gone, failures },
        _ if failures >= FAILURES_MAX => Next::Pause { why: Why::Failing, failures },
        _ => Next::Again { at: now + outcome.wait(failures, WAIT_LONGEST), failures },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_to_a_day_and_then_it_is_paused() {
        let refused = Outcome::Answered { status: 500, retry_after: None, said: String::new() };
        let mut waits = Vec::new();
        for failures in 0..FAILURES_MAX {
            match settle(&refused, failures, Timestamp::from_secs(0)) {
                Next::Again { at, .. } => waits.push(at.as_secs()),
                Next::Pause { why, failures } => {
                    assert_eq!((why, failures), (Why::Failing, FAILURES_MAX));
                }
                Next::Taken => panic!("it was not"),
            }
        }
        assert_eq!(waits, [30, 60, 120, 240, 480, 960, 1_920, 3_840, 7_680, 15_360, 30_720, 61_440, 86_400]);
    }

    #[track_caller]
    fn check(status: u16, expected: Next) {
        let (retry_after, said) = (Some(Duration::from_secs(45)), String::new());
        let outcome = Outcome::Answered { status, retry_after, said };
        assert_eq!(settle(&outcome, 0, Timestamp::from_secs(0)), expected, "HTTP {status}");
    }

    #[test]
    fn only_a_2xx_is_taken() {
        let again = Next::Again { at: Timestamp::from_secs(45), failures: 1 };
        check(200, Next::Taken);
        check(204, Next::Taken);
        check(301, again);
        check(400, again);
        check(410, Next::Pause { why: Why::Gone, failures: 1 });
        check(429, again);
        check(503, again);
        let lost = settle(&Outcome::NoSecret, 0, Timestamp::from_secs(0));
        assert_eq!(lost, Next::Pause { why: Why::NoSecret, failures: 1 });
    }

    #[test]
    fn a_form_says_who_is_told_of_what() {
        let form = |name: &str, kinds: &[&str]| {
            let kinds = kinds.iter().map(|kind| (*kind).to_owned()).collect();
            Form { name: name.into(), url: " https://a.example/in ".into(), kinds }.checked()
        };
        let good = form(" ERP ", &["notices.done", "callbacks.doubt", "notices.done"]).expect("fits");
        assert_eq!((good.name.as_str(), good.url.as_str()), ("ERP", "https://a.example/in"));
        assert_eq!(good.kinds, ["callbacks.doubt", "notices.done"]);
        assert_eq!(form(" ", &["notices.done"]), Err(Refusal::NameMissing));
        assert_eq!(form("a", &[]), Err(Refusal::KindsMissing));
        assert_eq!(
            form("a", &["people.changed"]),
            Err(Refusal::KindUnknown { kind: "people.changed".into() })
        );
        assert_eq!(form(&"长".repeat(61), &["notices.done"]), Err(Refusal::NameTooLong { most: 60 }));
    }
}
