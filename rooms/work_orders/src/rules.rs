//! The nouns of this room and what may be done to them: pure decisions.

use serde::Serialize;
use web::Status;

pub mod act;
pub mod clocks;
pub mod decide;
pub mod demo;
pub mod figures;
pub mod file;
pub mod gravity;
pub mod house;
pub mod kinds;
pub mod order;
pub mod privacy;
pub mod result;
pub mod seed;
pub mod settings;
pub mod table;
pub mod time;
pub mod walk;

#[cfg(test)]
mod tests;

pub use act::{Act, Verb};
pub use decide::{Allowed, Asker, Bar, Facts, Happened, Power, allowed, decide};
pub use kinds::{CallBack, Kinds, Subtype};
pub use order::{Matter, Order, State};
pub use settings::Settings;
pub use time::TimeAsked;

/// One thing to mend, at the field where it is mended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    pub field: String,
    pub why: &'static str,
}

/// The business says no.
#[derive(Clone, Debug, PartialEq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    #[error("the matter lacks something: {faults:?}")]
    Incomplete { faults: Vec<Fault> },
    #[error("an order that is {state} cannot have this done to it")]
    WrongState { state: &'static str },
    #[error("this is not part of your work")]
    NotAllowed,
    #[error("not by you, not now: {bar:?}")]
    Barred { bar: Bar },
    #[error("{field} has {least} to {most} characters")]
    BadText { field: &'static str, least: usize, most: usize },
    #[error("{field} is longer than {most}")]
    TooLong { field: &'static str, most: usize },
    #[error("{field} says nothing that could be checked")]
    ResultSaysNothing { field: &'static str },
    #[error("{field} cannot have been then")]
    ImpossibleTime { field: &'static str },
    #[error("the result is nearly the text of {number}")]
    Template { number: String },
    #[error("it is with this unit already")]
    SameUnit,
    #[error("there is no such unit")]
    NoSuchUnit,
    #[error("whoever is to have it belongs to the unit, and the matter is not about that person")]
    CannotHaveIt,
    #[error("more than {most} orders follow this one")]
    TooManyChildren { most: usize },
    #[error("this key was used for something else")]
    KeyUsed,
    #[error("say how satisfied the customer is, or that he would not say")]
    NoRating,
    #[error("an order cannot be merged into itself")]
    MergeIntoItself,
    #[error("it cannot be merged into {number}: that is merged or void itself")]
    BadMaster { number: String },
    #[error("{number} was accepted later: merge it into the earliest")]
    MasterIsLater { number: String },
    #[error("urged lately: again from {from}")]
    UrgedLately { from: kernel::Timestamp },
    #[error("urged twice today")]
    UrgedTwiceToday,
    #[error("half of the time is not over before {from}")]
    TooEarlyToUrge { from: kernel::Timestamp },
    #[error("the clocks say no: {why}")]
    Clock { why: deadlines::Refusal },
    #[error("no time is set for {step:?}: agree upon one")]
    NoLimit { step: deadlines::Step },
    #[error("an order has at most {most} files")]
    TooManyFiles { most: usize },
    #[error("only pictures (JPEG, PNG, WebP) and PDF are kept")]
    NotAFile,
    #[error("the configuration cannot be kept: {detail}")]
    BadConfig { detail: String },
}

impl web::Refusal for Refusal {
    const ROOM: &'static str = "work_orders";

    fn status(&self) -> Status {
        match self {
            Refusal::NotAllowed => Status::Forbidden,
            Refusal::WrongState { .. }
            | Refusal::Barred { .. }
            | Refusal::SameUnit
            | Refusal::KeyUsed
            | Refusal::CannotHaveIt
            | Refusal::TooManyChildren { .. }
            | Refusal::BadMaster { .. }
            | Refusal::MasterIsLater { .. }
            | Refusal::UrgedLately { .. }
            | Refusal::UrgedTwiceToday
            | Refusal::TooEarlyToUrge { .. }
            | Refusal::TooManyFiles { .. }
            | Refusal::Clock { .. } => Status::Conflict,
            _ => Status::Invalid,
        }
    }
}

/// A text of the right length.
pub(crate) fn text(text: &str, field: &'static str, least: usize, most: usize) -> Result<(), Refusal> {
    let length = text.trim().chars().count();
    if (least..=most).contains(&length) { Ok(()) } else { Err(Refusal::BadText { field, least, most }) }
}
