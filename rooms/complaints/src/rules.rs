//! The nouns of this room and what may be done to them: pure decisions.

use serde::Serialize;
use web::Status;

pub mod act;
pub mod case;
pub mod conceal;
pub mod decide;
pub mod demo;
pub mod figures;
pub mod finding;
pub mod follow;
pub mod forge;
pub mod level;
pub mod settings;
#[cfg(test)]
mod tests;

pub use act::{Act, Verb};
pub use case::{Case, Opening, Stage};
pub use decide::{Allowed, Asker, Bar, Change, Facts, OrderNow, allowed, concerned, decide};
pub use settings::Settings;

/// The business says no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    #[error("this is the committee's work")]
    NotAllowed,
    #[error("it is about you, or about your unit")]
    Concerned,
    #[error("a case that is {stage} cannot have this done to it")]
    WrongStage { stage: &'static str },
    #[error("not by you, not now: {bar:?}")]
    Barred { bar: Bar },
    #[error("the complaint is about this unit or one above it")]
    UnitConcerned,
    #[error("say whom or which unit it is about")]
    NobodyNamed,
    #[error("{field} has {least} to {most} characters")]
    BadText { field: &'static str, least: usize, most: usize },
    #[error("at most {most} of {field}")]
    TooMany { field: &'static str, most: usize },
    #[error("this has been ruled upon already")]
    RuledUpon,
    #[error("you have reported it: somebody else rules upon it")]
    OwnReport,
    #[error("there is no call that you are on or have been on")]
    NoCall,
    #[error("{field} cannot be meant")]
    BadSettings { field: &'static str },
    #[error("there is no such {what}")]
    Unknown { what: &'static str },
}

impl web::Refusal for Refusal {
    const ROOM: &'static str = "complaints";

    fn status(&self) -> Status {
        match self {
            Refusal::NotAllowed => Status::Forbidden,
            Refusal::Concerned
            | Refusal::WrongStage { .. }
            | Refusal::Barred { .. }
            | Refusal::UnitConcerned
            | Refusal::RuledUpon
            | Refusal::OwnReport
            | Refusal::NoCall
            | Refusal::TooMany { .. } => Status::Conflict,
            Refusal::NobodyNamed
            | Refusal::BadText { .. }
            | Refusal::BadSettings { .. }
            | Refusal::Unknown { .. } => Status::Invalid,
        }
    }
}

/// A text of the right length.
pub(crate) fn text(text: &str, field: &'static str, least: usize, most: usize) -> Result<(), Refusal> {
    let length = text.trim().chars().count();
    if (least..=most).contains(&length) { Ok(()) } else { Err(Refusal::BadText { field, least, most }) }
}
