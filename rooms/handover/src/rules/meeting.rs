//! The meeting before a shift (班前会): what was said, who was there, who has read it.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::record::{Record, State};
use super::{Refusal, text};

const TEXT_MAX: usize = 2_000;
const PRESENT_MAX: usize = 500;

/// What is spoken about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// 上一班小结
    Previous,
    /// 今日停电停气与风险
    Risks,
    /// 质检案例
    Cases,
    /// 新业务
    Business,
}

/// Whether somebody came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Attendance {
    OnTime,
    Late,
    /// 请假
    Leave,
    Absent,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Present {
    #[schema(value_type = String)]
    pub person: PersonId,
    pub attendance: Attendance,
    /// 仪容仪表: nothing to object to.
    pub proper: bool,
}

impl Present {
    pub fn came(&self) -> bool {
        matches!(self.attendance, Attendance::OnTime | Attendance::Late)
    }
}

/// What a leader writes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Minutes {
    pub said: BTreeMap<Topic, String>,
    pub present: Vec<Present>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    pub by: PersonId,
    pub at: Timestamp,
    pub minutes: Minutes,
    #[serde(skip)]
    pub version: i64,
}

/// The minutes as they are kept: written while the shift that they open works, and not any more when it has been handed over.
///
/// # Errors
/// The shift is over, a text is too long, or somebody is named twice.
pub fn write(
    record: &Record,
    before: Option<&Meeting>,
    minutes: Minutes,
    by: PersonId,
    now: Timestamp,
) -> Result<Meeting, Refusal> {
    if record.state != State::Draft {
        return Err(Refusal::WrongState { state: record.state.word() });
    }
    let mut said = BTreeMap::new();
    for (topic, words) in minutes.said {
        said.insert(topic, text(&words, "text", 0, TEXT_MAX)?);
    }
    let people: BTreeSet<PersonId> = minutes.present.iter().map(|one| one.person).collect();
    if people.len() != minutes.present.len() || people.len() > PRESENT_MAX {
        return Err(Refusal::BadPresent);
    }
    let (by, at) = before.map_or((by, now), |before| (before.by, before.at));
    Ok(Meeting { by, at, minutes: Minutes { said, present: minutes.present }, version: 0 })
}

/// Whoever was there says that it was understood.
///
/// # Errors
/// Whoever was not there has nothing to say.
pub fn read(meeting: &Meeting, person: PersonId) -> Result<(), Refusal> {
    let there = meeting.minutes.present.iter().any(|one| one.person == person && one.came());
    if there { Ok(()) } else { Err(Refusal::NotPresent) }
}
