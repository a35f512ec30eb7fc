//! When storm mode is on, and what it does. Pure.

use kernel::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::Status;

pub mod settings;
#[cfg(test)]
mod tests;
pub mod threshold;

pub use settings::Settings;
pub use threshold::{Advice, Signals, Watch};

/// A storm: one time that the mode was on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Storm {
    pub id: i64,
    pub began_at: Timestamp,
    /// None: by the thresholds.
    pub began_by: Option<PersonId>,
    pub began_why: String,
    /// When it is expected to be over.
    pub until: Timestamp,
    /// Since when its end is proposed.
    pub calm_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub ended_by: Option<PersonId>,
    pub ended_why: Option<String>,
    pub version: i64,
}

/// What is done to the mode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// `minutes`: so long it is expected to last; it goes on until somebody ends it.
    On {
        why: String,
        minutes: u32,
    },
    /// It lasts longer, or less long.
    Expect {
        minutes: u32,
    },
    Off {
        why: String,
    },
}

impl Act {
    pub fn verb(&self) -> &'static str {
        match self {
            Act::On { .. } => "switched_on",
            Act::Expect { .. } => "expected_until",
            Act::Off { .. } => "switched_off",
        }
    }
}

/// The business says no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    #[error("storm mode is on already")]
    AlreadyOn,
    #[error("storm mode is not on")]
    NotOn,
    #[error("say why")]
    WhyMissing,
    #[error("{field} has {least} to {most}")]
    OutOfRange { field: &'static str, least: u32, most: u32 },
    #[error("no flow {flow} is published")]
    NoSuchFlow { flow: String },
    #[error("there is no such queue any more")]
    NoSuchQueue,
    #[error("say who helps: those of another queue, or those with a skill")]
    NobodyHelps,
}

impl web::Refusal for Refusal {
    const ROOM: &'static str = "storms";

    fn status(&self) -> Status {
        match self {
            Refusal::AlreadyOn | Refusal::NotOn => Status::Conflict,
            _ => Status::Invalid,
        }
    }
}

const WHY_MOST: u32 = 200;
const MINUTES_MOST: u32 = 24 * 60;

fn why(why: &str) -> Result<String, Refusal> {
    match why.trim() {
        "" => Err(Refusal::WhyMissing),
        long if long.chars().count() > WHY_MOST as usize => {
            Err(Refusal::OutOfRange { field: "why", least: 1, most: WHY_MOST })
        }
        why => Ok(why.to_owned()),
    }
}

fn until(now: Timestamp, minutes: u32) -> Result<Timestamp, Refusal> {
    if !(5..=MINUTES_MOST).contains(&minutes) {
        return Err(Refusal::OutOfRange { field: "minutes", least: 5, most: MINUTES_MOST });
    }
    Ok(now + std::time::Duration::from_secs(u64::from(minutes) * 60))
}

/// `current` is the storm that goes on, if there is one; `id` that of a new one. `by`: none is the thresholds.
pub fn decide(
    current: Option<&Storm>,
    act: &Act,
    by: Option<PersonId>,
    now: Timestamp,
    id: i64,
) -> Result<Storm, Refusal> {
    match (act, current) {
        (Act::On { .. }, Some(_)) => Err(Refusal::AlreadyOn),
        (Act::On { why: text, minutes }, None) => Ok(Storm {
            id,
            began_at: now,
            began_by: by,
            began_why: why(text)?,
            until: until(now, *minutes)?,
            calm_at: None,
            ended_at: None,
            ended_by: None,
            ended_why: None,
            version: 0,
        }),
        (_, None) => Err(Refusal::NotOn),
        (Act::Expect { minutes }, Some(storm)) => Ok(Storm { until: until(now, *minutes)?, ..storm.clone() }),
        (Act::Off { why: text }, Some(storm)) => Ok(Storm {
            ended_at: Some(now),
            ended_by: by,
            ended_why: Some(why(text)?),
            calm_at: None,
            ..storm.clone()
        }),
    }
}

pub fn allowed(on: bool) -> &'static [&'static str] {
    if on { &["expect", "off"] } else { &["on"] }
}
