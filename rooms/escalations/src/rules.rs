//! The ladder, what stands on it, and where it goes next: pure decisions.

use serde::Serialize;
use web::Status;

pub mod decide;
pub mod escalation;
pub mod grounds;
pub mod ladder;
#[cfg(test)]
mod tests;
pub mod voice;

pub use decide::{Act, Asker, Event, Facts, Rosters, Verb};
pub use escalation::{Escalation, Matter, Reason, State, Told};
pub use ladder::{Channel, Ground, Rung, Settings, Source};

/// The business says no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    #[error("this cannot be done with an escalation that is {state}")]
    WrongState { state: &'static str },
    #[error("it is not for you to do")]
    NotYours,
    #[error("whoever called for a superior does not answer the call")]
    OwnMatter,
    #[error("you have it already")]
    AlreadyYours,
    #[error("there is nobody above the last step")]
    TopOfLadder,
    #[error("its time is not over")]
    NotYet,
    #[error("this is found by rules, and not said by hand")]
    NotByHand,
    #[error("this is not a call of yours")]
    NotYourCall,
    #[error("{field} has {least} to {most} characters")]
    BadText { field: &'static str, least: usize, most: usize },
    #[error("{field} cannot be meant")]
    BadSettings { field: &'static str },
}

impl web::Refusal for Refusal {
    const ROOM: &'static str = "escalations";

    fn status(&self) -> Status {
        match self {
            Refusal::WrongState { .. }
            | Refusal::NotYours
            | Refusal::OwnMatter
            | Refusal::AlreadyYours
            | Refusal::TopOfLadder
            | Refusal::NotYet
            | Refusal::NotYourCall => Status::Conflict,
            Refusal::NotByHand | Refusal::BadText { .. } | Refusal::BadSettings { .. } => Status::Invalid,
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
