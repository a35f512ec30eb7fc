//! What this room refuses.

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
            | Refusal::WrongKind => Status::Invalid,
            Refusal::CodeTaken
            | Refusal::Retired
            | Refusal::NotRetired
            | Refusal::ParentRetired
            | Refusal::HasMembers { .. }
            | Refusal::HasUnits { .. } => Status::Conflict,
        }
    }
}
