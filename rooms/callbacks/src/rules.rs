//! The nouns of this room and what may be done to them: pure decisions.

use kernel::{PersonId, Timestamp};
use serde::Serialize;
use web::Status;

pub mod decide;
pub mod figures;
pub mod hours;
pub mod machine;
pub mod settings;
pub mod task;
#[cfg(test)]
mod tests;

pub use decide::{Bar, Caller, Facts, Recorded, Report};
pub use hours::Hours;
pub use settings::Settings;
pub use task::{Attempt, Task};

/// The business says no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    #[error("nobody is to be asked about this any more")]
    NotOpen,
    #[error("not by you: {bar:?}")]
    Barred { bar: Bar },
    #[error("{by} has it until {until}")]
    Taken { by: PersonId, until: Timestamp },
    #[error("not before {from}")]
    TooEarly { from: Timestamp },
    #[error("take it first")]
    TakeFirst,
    #[error("nothing may be asked just now")]
    NothingToDo,
    #[error("no number is known")]
    NoNumber,
    #[error("{field} has {least} to {most} characters")]
    BadText { field: &'static str, least: usize, most: usize },
    #[error("{field} cannot have been, or cannot be, then")]
    ImpossibleTime { field: &'static str },
    #[error("say why the customer is not satisfied")]
    NoReason,
    #[error("{field} cannot be meant")]
    BadSettings { field: &'static str },
}

impl web::Refusal for Refusal {
    const ROOM: &'static str = "callbacks";

    fn status(&self) -> Status {
        match self {
            Refusal::NotOpen
            | Refusal::Barred { .. }
            | Refusal::Taken { .. }
            | Refusal::TooEarly { .. }
            | Refusal::TakeFirst
            | Refusal::NothingToDo
            | Refusal::NoNumber => Status::Conflict,
            Refusal::BadText { .. }
            | Refusal::ImpossibleTime { .. }
            | Refusal::NoReason
            | Refusal::BadSettings { .. } => Status::Invalid,
        }
    }
}
