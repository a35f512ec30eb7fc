//! Shifts, what one hands to the next, and who may sign when: pure decisions.

use std::collections::BTreeSet;

use kernel::{PersonId, Timestamp};
use serde::Serialize;
use web::Status;

pub mod decide;
pub mod draw;
pub mod item;
pub mod line;
pub mod meeting;
pub mod record;
pub mod shifts;
pub mod team;
#[cfg(test)]
mod tests;

pub use decide::{Act, Verb};
pub use item::Item;
pub use record::{Record, Section, State};
pub use shifts::Settings;
pub use team::{Scope, Team};

/// The business says no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    #[error("this cannot be done with a handover that is {state}")]
    WrongState { state: &'static str },
    #[error("the shift is not over before {from}")]
    TooEarly { from: Timestamp },
    #[error("every section says something, if only that there is nothing")]
    SectionsMissing { sections: BTreeSet<Section> },
    #[error("say what is to be done next about {numbers:?}")]
    RemarksMissing { numbers: Vec<String> },
    #[error("whoever hands over does not take over")]
    OwnSignature,
    #[error("{by} takes over")]
    OtherIncoming { by: PersonId },
    #[error("only who handed over answers")]
    NotOutgoing,
    #[error("{left} are not verified")]
    Unverified { left: i64 },
    #[error("{left} questions are not answered")]
    Unanswered { left: i64 },
    #[error("it was not asked about")]
    NotQueried,
    #[error("that is not handed over here")]
    NoSuchItem,
    #[error("nobody is named twice, and not more than five hundred")]
    BadPresent,
    #[error("who was not there has nothing to say")]
    NotPresent,
    #[error("{field} has {least} to {most} characters")]
    BadText { field: &'static str, least: usize, most: usize },
    #[error("the shift is signed: correct the line instead")]
    ShiftSigned,
    #[error("that line cannot be corrected")]
    NoSuchLine,
    #[error("{field} cannot have been then")]
    ImpossibleTime { field: &'static str },
    #[error("{field} cannot be meant")]
    BadSettings { field: &'static str },
}

impl web::Refusal for Refusal {
    const ROOM: &'static str = "handover";

    fn status(&self) -> Status {
        match self {
            Refusal::WrongState { .. }
            | Refusal::TooEarly { .. }
            | Refusal::OwnSignature
            | Refusal::OtherIncoming { .. }
            | Refusal::NotOutgoing
            | Refusal::Unverified { .. }
            | Refusal::Unanswered { .. }
            | Refusal::NotQueried
            | Refusal::NotPresent
            | Refusal::ShiftSigned => Status::Conflict,
            Refusal::SectionsMissing { .. }
            | Refusal::RemarksMissing { .. }
            | Refusal::NoSuchItem
            | Refusal::NoSuchLine
            | Refusal::BadPresent
            | Refusal::BadText { .. }
            | Refusal::ImpossibleTime { .. }
            | Refusal::BadSettings { .. } => Status::Invalid,
        }
    }
}

/// A text of the right length, without the blanks around it.
pub(crate) fn text(text: &str, field: &'static str, least: usize, most: usize) -> Result<String, Refusal> {
    let text = text.trim();
    if (least..=most).contains(&text.chars().count()) {
        Ok(text.to_owned())
    } else {
        Err(Refusal::BadText { field, least, most })
    }
}
