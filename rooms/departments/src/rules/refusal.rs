//! What this room refuses.

use kernel::{Timestamp, UnitId};
use serde::Serialize;
use web::Status;

/// The business says no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    #[error("{field} is not acceptable")]
    BadField { field: &'static str, most: usize },
    #[error("at most {most}")]
    TooMany { most: usize },
    #[error("another unit has this code")]
    CodeTaken,
    #[error("there is no such unit above")]
    NoSuchParent,
    #[error("a unit cannot stand below itself")]
    Circle,
    #[error("deeper than {most}")]
    TooDeep { most: usize },
    #[error("a wider kind cannot stand below a narrower one")]
    WrongKind,
    #[error("the unit is retired")]
    Retired,
    #[error("the unit is not retired")]
    NotRetired,
    #[error("the unit above is retired")]
    ParentRetired,
    #[error("{people} people belong to it")]
    HasMembers { people: i64 },
    #[error("{units} units stand below it")]
    HasUnits { units: usize },
    #[error("there is no such unit")]
    NoSuchUnit,
    #[error("this is not one of your units")]
    NotYourUnit,
    #[error("the end stands before the beginning")]
    EndsBeforeItBegins,
    #[error("longer than {hours} hours")]
    TooLong { hours: u32 },
    #[error("it is over")]
    Over,
    #[error("too far ahead")]
    TooFarAhead,
    #[error("does not belong to the unit, nor to one above it")]
    NotAMember,
    #[error("is on duty in this unit already")]
    OnDutyAlready { from: Timestamp, to: Timestamp },
    #[error("is first in {unit} meanwhile")]
    DoubleBooked { unit: UnitId, from: Timestamp, to: Timestamp },
    #[error("a span of at most {days} days")]
    BadSpan { days: u64 },
    #[error("the file cannot be read: {why}")]
    BadFile { why: &'static str },
    #[error("the file lacks the column {column}")]
    ColumnMissing { column: &'static str },
    #[error("too often; again in {retry_after_s} s")]
    TooOften { retry_after_s: u64 },
}

impl web::Refusal for Refusal {
    const ROOM: &'static str = "departments";

    fn status(&self) -> Status {
        match self {
            Refusal::BadField { .. }
            | Refusal::TooMany { .. }
            | Refusal::NoSuchParent
            | Refusal::Circle
            | Refusal::TooDeep { .. }
            | Refusal::WrongKind
            | Refusal::EndsBeforeItBegins
            | Refusal::TooLong { .. }
            | Refusal::TooFarAhead
            | Refusal::NotAMember
            | Refusal::BadSpan { .. }
            | Refusal::BadFile { .. }
            | Refusal::ColumnMissing { .. } => Status::Invalid,
            Refusal::NoSuchUnit => Status::NotFound,
            Refusal::NotYourUnit => Status::Forbidden,
            Refusal::TooOften { retry_after_s } => Status::TooOften { retry_after_s: *retry_after_s },
            Refusal::CodeTaken
            | Refusal::Retired
            | Refusal::NotRetired
            | Refusal::ParentRetired
            | Refusal::HasMembers { .. }
            | Refusal::HasUnits { .. }
            | Refusal::Over
            | Refusal::OnDutyAlready { .. }
            | Refusal::DoubleBooked { .. } => Status::Conflict,
        }
    }
}
