//! The nouns of this room and what may be done to them: pure decisions.

use serde::{Deserialize, Serialize};
use web::Status;

pub mod check;
pub mod phrases;
pub mod record;
pub mod seed;
pub mod sensitive;
pub mod sound;
pub mod tree;

#[cfg(test)]
mod tests;

pub use check::Fault;
pub use record::{Act, Asker, Draft, Outcome, Record, State};
pub use tree::{Change, Field, FieldKind, Point, Reason, Tree};

/// A text in both languages of the screens. English may be empty: the Chinese is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Words {
    pub zh: String,
    #[serde(default)]
    pub en: String,
}

/// What a centre decides about records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// After a call an agent is ready again only when its record is complete, or a leader has let her go.
    pub complete_first: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { complete_first: true }
    }
}

/// The business says no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    #[error("the record lacks something: {faults:?}")]
    Incomplete { faults: Vec<Fault> },
    #[error("somebody else has written this draft meanwhile: it is at version {version}")]
    DraftConflict { version: i64 },
    #[error("the record is complete: write an amendment")]
    AlreadyComplete,
    #[error("the record is not complete yet")]
    NotComplete,
    #[error("this is somebody else's record")]
    NotYours,
    #[error("complete the record of the last call first")]
    RecordFirst,
    #[error("say why, in 1 to 200 characters")]
    WhyNeeded,
    #[error("{field} is longer than {most}")]
    TooLong { field: &'static str, most: usize },
    #[error("{field} of {reason} is not acceptable")]
    BadReason { reason: String, field: &'static str },
    #[error("there is a reason {reason} already")]
    CodeTaken { reason: String },
    #[error("there is no reason {reason}")]
    NoSuchReason { reason: String },
    #[error("reasons have three levels")]
    TooDeep,
    #[error("a reason cannot stand below itself")]
    BelowItself,
    #[error("what it stands below is retired: restore that first")]
    ParentRetired,
    #[error("the file cannot be read: {detail}")]
    BadFile { detail: String },
    #[error("{field} of the phrases is not acceptable")]
    BadPhrase { field: &'static str },
}

impl web::Refusal for Refusal {
    const ROOM: &'static str = "interactions";

    fn status(&self) -> Status {
        match self {
            Refusal::NotYours => Status::Forbidden,
            Refusal::DraftConflict { .. }
            | Refusal::AlreadyComplete
            | Refusal::NotComplete
            | Refusal::RecordFirst
            | Refusal::CodeTaken { .. }
            | Refusal::ParentRetired => Status::Conflict,
            _ => Status::Invalid,
        }
    }
}

/// Why somebody does something unusual, as it is kept.
pub fn why(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    let fits = (1..=200).contains(&text.chars().count());
    if fits { Ok(text.to_owned()) } else { Err(Refusal::WhyNeeded) }
}
