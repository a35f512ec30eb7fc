//! A case: what the committee knows of one complaint or report and has done about it, beside the order.

use std::collections::BTreeSet;

use deadlines::Kind;
use kernel::{AttachmentId, CallId, GroupId, PersonId, Timestamp, UnitId, WorkOrderId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use work_orders::rules::order::{Level, Satisfaction};

use super::level::{Circumstances, Proposal};

/// Where a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 待受理
    New,
    /// 待联系
    Accepted,
    /// 待转办
    Contacted,
    /// 待调查: a unit that is not concerned has it.
    Assigned,
    /// 待回访
    Investigated,
    /// 待反馈
    CalledBack,
    /// 待分析
    FedBack,
    /// 已办结
    Closed,
    /// The order was merged or declared void.
    Dropped,
}

impl Stage {
    pub const ALL: [Stage; 9] = [
        Stage::New,
        Stage::Accepted,
        Stage::Contacted,
        Stage::Assigned,
        Stage::Investigated,
        Stage::CalledBack,
        Stage::FedBack,
        Stage::Closed,
        Stage::Dropped,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Stage::New => "new",
            Stage::Accepted => "accepted",
            Stage::Contacted => "contacted",
            Stage::Assigned => "assigned",
            Stage::Investigated => "investigated",
            Stage::CalledBack => "called_back",
            Stage::FedBack => "fed_back",
            Stage::Closed => "closed",
            Stage::Dropped => "dropped",
        }
    }

    pub fn is_open(self) -> bool {
        !matches!(self, Stage::Closed | Stage::Dropped)
    }
}

/// 调查结论
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 属实
    Substantiated,
    /// 部分属实
    Partly,
    /// 不属实
    NotSubstantiated,
}

/// 原因分类
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    Attitude,
    Skill,
    /// Not done in time.
    Delay,
    Process,
    Billing,
    Supply,
    Works,
    /// Customers were told nothing, or something wrong.
    Information,
    ThirdParty,
    /// The customer had misunderstood.
    Misunderstanding,
    Other,
}

/// What shows what happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "what", rename_all = "snake_case", deny_unknown_fields)]
pub enum Exhibit {
    /// A call, with its recording.
    Call {
        #[schema(value_type = String)]
        call: CallId,
    },
    /// A file of the order.
    File {
        #[schema(value_type = String)]
        attachment: AttachmentId,
    },
    /// What somebody said, saw or read.
    Words { text: String },
}

/// An exhibit with who has put it in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Evidence {
    #[serde(flatten)]
    pub exhibit: Exhibit,
    /// None: it came with the order.
    #[schema(value_type = Option<String>)]
    pub by: Option<PersonId>,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// What the investigation came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Conclusion {
    pub verdict: Verdict,
    pub words: String,
    #[schema(value_type = Option<String>)]
    pub by: Option<PersonId>,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// A member of the committee agrees with the conclusion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Vote {
    #[schema(value_type = String)]
    pub by: PersonId,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub words: String,
}

/// The order is done, with what the customer said where he was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CustomerWord {
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub satisfaction: Option<Satisfaction>,
}

/// 反馈: what the customer and the unit were told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FedBack {
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub customer: String,
    pub unit: String,
}

/// 分析
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Analysis {
    pub cause: Cause,
    pub lesson: String,
    pub measure: String,
}

/// What is known when a case begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    pub order: WorkOrderId,
    pub number: String,
    pub kind: Kind,
    pub subtype: String,
    pub area: String,
    /// When the order was accepted, and by whom.
    pub at: Timestamp,
    pub accepted_by: Option<PersonId>,
    /// In which month: `2026-11`.
    pub month: String,
    /// Whom the order names.
    pub about: Option<PersonId>,
    /// The group of that person, where it is an agent.
    pub group: Option<GroupId>,
    /// The units of that person.
    pub units: BTreeSet<UnitId>,
    pub call: Option<CallId>,
    /// These two go on: of a case, as they stand by now.
    pub circumstances: Circumstances,
    pub proposal: Proposal,
    pub contact_due: Timestamp,
    pub answer_due: Timestamp,
}

/// A case as it stands. Everything in it follows from its steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    pub opening: Opening,
    pub stage: Stage,
    pub level: Level,
    /// Who has confirmed or changed the proposed level; none while it is only proposed.
    pub level_by: Option<PersonId>,
    pub persons: BTreeSet<PersonId>,
    pub units: BTreeSet<UnitId>,
    /// The member of the committee who goes after it.
    pub owner: Option<PersonId>,
    pub contacted_at: Option<Timestamp>,
    /// Who has the order.
    pub unit: Option<UnitId>,
    pub evidence: Vec<Evidence>,
    pub conclusion: Option<Conclusion>,
    pub votes: Vec<Vote>,
    /// The order is done.
    pub done: Option<CustomerWord>,
    pub fed_back: Option<FedBack>,
    pub analysis: Option<Analysis>,
    pub closed_at: Option<Timestamp>,
    pub contact_due: Timestamp,
    pub answer_due: Timestamp,
    /// Something was done after it was due.
    pub late: bool,
    #[serde(skip)]
    pub version: i64,
}

/// Members who have to agree before a grave case is closed.
pub const VOTES_NEEDED: usize = 2;
/// A case is analysed within so many days after the feedback.
const ANALYSE_DAYS: u64 = 5;

impl Case {
    /// As it begins.
    pub fn opened(opening: Opening) -> Case {
        let call = opening.call.map(|call| Exhibit::Call { call });
        let evidence = call.map(|exhibit| Evidence { exhibit, by: None, at: opening.at });
        Case {
            stage: Stage::New,
            level: opening.proposal.level,
            level_by: None,
            persons: opening.about.into_iter().collect(),
            units: opening.units.clone(),
            owner: None,
            contacted_at: None,
            unit: None,
            evidence: evidence.into_iter().collect(),
            conclusion: None,
            votes: Vec::new(),
            done: None,
            fed_back: None,
            analysis: None,
            closed_at: None,
            contact_due: opening.contact_due,
            answer_due: opening.answer_due,
            late: false,
            version: 0,
            opening,
        }
    }

    pub fn order(&self) -> WorkOrderId {
        self.opening.order
    }

    /// 重大 and 特殊 are reviewed before they are closed.
    pub fn needs_review(&self) -> bool {
        self.level >= Level::Major
    }

    pub fn reviewed(&self) -> bool {
        !self.needs_review() || self.votes.len() >= VOTES_NEEDED
    }

    /// The unit that has the order is one that it is about.
    pub fn misdirected(&self) -> bool {
        self.unit.is_some_and(|unit| self.units.contains(&unit))
    }

    /// Until when the next thing is owed: an open case always has one.
    pub fn due(&self) -> Option<Timestamp> {
        match self.stage {
            Stage::New | Stage::Accepted if self.contacted_at.is_none() => Some(self.contact_due),
            Stage::New
            | Stage::Accepted
            | Stage::Contacted
            | Stage::Assigned
            | Stage::Investigated
            | Stage::CalledBack => Some(self.answer_due),
            Stage::FedBack => {
                let since = self.fed_back.as_ref().map_or(self.opening.at, |told| told.at);
                Some(since + std::time::Duration::from_secs(ANALYSE_DAYS * 86_400))
            }
            Stage::Closed | Stage::Dropped => None,
        }
    }
}
