//! Who is on duty when: stretches of the roster.

use kernel::{DutyId, PersonId, Timestamp, UnitId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::words;

/// The longest stretch: what is asked for by time looks back so far.
pub const HOURS_MAX: u32 = 7 * 24;

words! {
    /// What somebody on duty is there for.
    Duty {
        /// 主班: takes what comes.
        First = "first",
        /// 副班: takes what the first cannot.
        Second = "second",
        /// 带班领导: is asked and told.
        Leader = "leader",
    }
}

/// Somebody on duty in a unit from … to, the end not included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub id: DutyId,
    pub unit: UnitId,
    pub person: PersonId,
    pub duty: Duty,
    pub from: Timestamp,
    pub to: Timestamp,
    /// Reached here meanwhile; absent is the number of the member.
    pub phone: Option<String>,
    /// Why somebody is first in two units at once.
    pub reason: Option<String>,
    pub version: i64,
}

/// Somebody who is on duty now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnDuty {
    pub person: PersonId,
    /// The stretch's number, or the member's, or the unit's.
    pub phone: Option<String>,
    pub duty: Duty,
}
