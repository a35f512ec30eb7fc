//! What this room refuses, and how the exchange's no is said to a browser.

use std::fmt;

use exchange::Refused;
use kernel::PersonId;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use web::Status;

/// The business says no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    #[error("the address names {expected}, the queue is called {name}")]
    OtherName { expected: String, name: String },
    #[error("there is no queue {name}")]
    NoSuchQueue { name: String },
    #[error("{name:?} is no name: 1 to 40 of the letters a to z, digits, - and _")]
    BadName { name: String },
    #[error("{name} is there already")]
    NameTaken { name: String },
    #[error("the reason {reason} needs a name")]
    ReasonNeedsName { reason: String },
    #[error("a name has at most {most} characters")]
    ReasonNameTooLong { most: usize },
    #[error("at most {most} reasons")]
    TooManyReasons { most: usize },
    #[error("{field} is {least} to {most}")]
    OutOfRange { field: &'static str, least: u32, most: u32 },
    #[error("after-call work would end before its soft limit")]
    HardBeforeSoft,
    #[error("a queue cannot send callers to itself")]
    PointsAtItself,
    #[error("{address:?} is neither an address nor a range of addresses")]
    BadAddress { address: String },
    #[error("{uri:?} is not a SIP address")]
    BadUri { uri: String },
    #[error("no call can come in by this trunk")]
    NoWayIn,
    #[error("a trunk that registers needs a user name and a password")]
    SignInMissing,
    #[error("there is no trunk {name}")]
    NoSuchTrunk { name: String },
    #[error("{prefix:?} is not the beginning of a telephone number")]
    BadPrefix { prefix: String },
    #[error("the prefix {prefix:?} stands there twice")]
    PrefixTwice { prefix: String },
    #[error("this caller has been called back")]
    OwedDone,
    #[error("somebody else is calling this caller back")]
    OwedTaken { by: PersonId },
    #[error("this caller keeps a place in the queue and is called when it is reached")]
    OwedInQueue,
    #[error("take this call back first")]
    OwedNotTaken,
    #[error("say how it came out")]
    NoteMissing,
}

impl web::Refusal for Refusal {
    const ROOM: &'static str = "calls";

    fn status(&self) -> Status {
        match self {
            Refusal::NameTaken { .. }
            | Refusal::OwedDone
            | Refusal::OwedTaken { .. }
            | Refusal::OwedInQueue
            | Refusal::OwedNotTaken => Status::Conflict,
            _ => Status::Invalid,
        }
    }
}

/// The running exchange says no: `calls.not_ready`, `calls.may_not_dial` …
#[derive(Clone, Debug)]
pub struct NotNow(pub Refused);

impl fmt::Display for NotNow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the exchange refused: {:?}", self.0)
    }
}

impl Serialize for NotNow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let code = match &self.0 {
            Refused::Acd { why: acd::Refusal::TooManyAway { .. } } => "too_many_away".to_owned(),
            Refused::Acd { why: acd::Refusal::BreaksStopped { until: Some(_), .. } } => {
                "breaks_stopped".to_owned()
            }
            Refused::Acd { why: acd::Refusal::BreaksStopped { until: None, .. } } => {
                "breaks_stopped_for_now".to_owned()
            }
            Refused::Acd { why } => super::word(why),
            other => serde_json::to_value(other)
                .ok()
                .and_then(|value| Some(value.get("refused")?.as_str()?.to_owned()))
                .unwrap_or_default(),
        };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("code", &code)?;
        match &self.0 {
            Refused::Acd { why: acd::Refusal::TooManyAway { reason, away, limit } } => {
                map.serialize_entry("reason", reason)?;
                map.serialize_entry("away", away)?;
                map.serialize_entry("limit", limit)?;
            }
            Refused::Acd { why: acd::Refusal::BreaksStopped { reason, until } } => {
                map.serialize_entry("reason", reason)?;
                map.serialize_entry("until", until)?;
            }
            _ => {}
        }
        map.end()
    }
}

impl web::Refusal for NotNow {
    const ROOM: &'static str = "calls";
}
