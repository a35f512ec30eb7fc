//! The handover of one shift: what was written, drawn and signed.

use std::collections::{BTreeMap, BTreeSet};

use deadlines::Kind;
use kernel::{BulletinId, HandoverId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::team::Scope;

/// What the outgoing leader says in words; each says something before it is signed, if only that there is nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// 本班小结
    Summary,
    /// 停电停气
    Outages,
    /// 系统故障
    Faults,
    /// 设备
    Equipment,
    /// 考勤
    Attendance,
    /// 上级指示
    Instructions,
    /// 临时通知、新政策
    Policy,
}

impl Section {
    pub const ALL: [Section; 7] = [
        Section::Summary,
        Section::Outages,
        Section::Faults,
        Section::Equipment,
        Section::Attendance,
        Section::Instructions,
        Section::Policy,
    ];
}

/// Somebody put his name to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Signature {
    #[schema(value_type = String)]
    pub by: PersonId,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// SHA-256 of what was signed, hexadecimal: record and items.
    pub seal: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// The shift works; what it leaves is drawn anew each time somebody looks.
    Draft,
    /// 已交班: the outgoing leader has signed, the incoming one verifies.
    SignedOut {
        outgoing: Signature,
        /// Who verifies, once somebody has begun.
        #[schema(value_type = Option<String>)]
        incoming: Option<PersonId>,
    },
    /// 已核对: nothing is left unverified or unanswered.
    Verified {
        outgoing: Signature,
        #[schema(value_type = String)]
        incoming: PersonId,
    },
    /// 已接班: both have signed.
    SignedIn { outgoing: Signature, incoming: Signature },
}

impl State {
    pub fn word(&self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::SignedOut { .. } => "signed_out",
            State::Verified { .. } => "verified",
            State::SignedIn { .. } => "signed_in",
        }
    }

    pub fn outgoing(&self) -> Option<&Signature> {
        match self {
            State::Draft => None,
            State::SignedOut { outgoing, .. }
            | State::Verified { outgoing, .. }
            | State::SignedIn { outgoing, .. } => Some(outgoing),
        }
    }

    /// Who verifies, or has.
    pub fn incoming(&self) -> Option<PersonId> {
        match self {
            State::Draft => None,
            State::SignedOut { incoming, .. } => *incoming,
            State::Verified { incoming, .. } => Some(*incoming),
            State::SignedIn { incoming, .. } => Some(incoming.by),
        }
    }
}

/// Of the calls of the shift (domain reference 2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Calls {
    pub offered: u64,
    /// Asked for a person; of these answered, and gave up.
    pub requests: u64,
    pub answered: u64,
    pub abandoned: u64,
    pub longest_wait_ms: Option<u64>,
}

/// Orders of one kind in the shift, and how they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Orders {
    #[schema(value_type = String)]
    pub kind: Kind,
    pub accepted: i64,
    pub closed: i64,
    pub open: i64,
    pub overdue: i64,
    /// Open ones that are not among the items.
    pub rest: i64,
}

/// A bulletin in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BulletinLine {
    #[schema(value_type = String)]
    pub id: BulletinId,
    pub topic: String,
    pub region: String,
    pub text: String,
    #[schema(value_type = String, format = DateTime)]
    pub valid_until: Timestamp,
    /// Who must read it, and how many of them have.
    pub musts: i64,
    pub reads: i64,
}

/// What a shift leaves beside the items.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Left {
    /// What arose until then is here; what came later is the next shift's.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    pub calls: Calls,
    /// Seats at which somebody is signed in.
    pub seats: usize,
    pub orders: Vec<Orders>,
    /// Callers who are owed a call and are not among the items.
    pub owed_rest: i64,
    pub bulletins: Vec<BulletinLine>,
    /// Those that go on or begin within a day, with what callers hear of them. Left out where there are none: seals of records from
    /// before are over what was there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outages: Vec<outages::Standing>,
}

/// Said after the signature: a record is corrected by what is added to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Appendix {
    #[schema(value_type = String)]
    pub by: PersonId,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub id: HandoverId,
    /// As people call it: `2026-11-22 早班`, `2026-11-22 早班 客服一组`.
    pub number: String,
    pub shift: String,
    #[serde(flatten)]
    pub scope: Scope,
    pub begins: Timestamp,
    pub ends: Timestamp,
    /// Both have signed by then, or it is told.
    pub sign_by: Timestamp,
    pub state: State,
    pub sections: BTreeMap<Section, String>,
    /// What is to be done next, by what it is about. Of a draft; afterwards it stands with the items.
    pub remarks: BTreeMap<String, String>,
    /// None while it is a draft.
    pub left: Option<Left>,
    pub appendix: Vec<Appendix>,
    #[serde(skip)]
    pub alarmed_at: Option<Timestamp>,
    #[serde(skip)]
    pub version: i64,
}

impl Record {
    /// Sections that say nothing yet.
    pub fn missing(&self) -> BTreeSet<Section> {
        let said = |section: &Section| self.sections.get(section).is_some_and(|text| !text.is_empty());
        Section::ALL.into_iter().filter(|section| !said(section)).collect()
    }
}
