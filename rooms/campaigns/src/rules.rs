//! The nouns of this room and what may be done to them: pure decisions.

use serde::Serialize;
use web::Status;

pub mod campaign;
pub mod decide;
pub mod plan;
pub mod sheet;
pub mod target;
#[cfg(test)]
mod tests;

pub use campaign::{Act, Campaign, State};
pub use plan::{Hours, Plan, Settings};
pub use target::{Ended, Outcome, Stage, Target};

/// The business says no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    #[error("not while it is {state:?}")]
    NotNow { state: State },
    #[error("this needs another permission")]
    NotAllowed,
    #[error("nobody is to be called yet")]
    NobodyInIt,
    #[error("no flow {flow} is published")]
    NoSuchFlow { flow: String },
    #[error("{field} has {least} to {most} characters")]
    BadText { field: &'static str, least: usize, most: usize },
    #[error("{field} cannot be meant")]
    BadPlan { field: &'static str },
    #[error("{number} is no telephone number")]
    BadNumber { number: String },
    #[error("another room keeps it and puts people in")]
    KeptElsewhere,
    #[error("this person is being called, or was reached")]
    NotAgain,
    #[error("the file cannot be read: {why}")]
    BadFile { why: &'static str },
    #[error("the file needs a column {column}")]
    ColumnMissing { column: &'static str },
    #[error("at most {most} at a time")]
    TooMany { most: usize },
}

impl web::Refusal for Refusal {
    const ROOM: &'static str = "campaigns";

    fn status(&self) -> Status {
        match self {
            Refusal::NotAllowed => Status::Forbidden,
            Refusal::NotNow { .. } | Refusal::NobodyInIt | Refusal::KeptElsewhere | Refusal::NotAgain => {
                Status::Conflict
            }
            Refusal::NoSuchFlow { .. }
            | Refusal::BadText { .. }
            | Refusal::BadPlan { .. }
            | Refusal::BadNumber { .. }
            | Refusal::BadFile { .. }
            | Refusal::ColumnMissing { .. }
            | Refusal::TooMany { .. } => Status::Invalid,
        }
    }
}
