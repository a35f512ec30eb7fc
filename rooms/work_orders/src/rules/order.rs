//! A work order: what it is about, where it stands, and what has been done about it.

use std::collections::{BTreeMap, BTreeSet};

use deadlines::{Kind, Site};
use kernel::{AttachmentId, CallId, PersonId, PhoneNumber, Timestamp, UnitId, WorkOrderId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::result::Outcome;
use super::time::TimeAsked;

/// How the matter reached the centre.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    #[default]
    Phone,
    /// 12345
    Government,
    Web,
    Wechat,
    Counter,
    /// The centre itself: a patrol, a supervisor.
    Inside,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    #[default]
    Ordinary,
    Important,
    /// 紧急: never more time.
    Urgent,
}

/// Who may know who it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Privacy {
    #[default]
    Open,
    /// 保密: known, but hidden from the unit and from everybody but the acceptor and those who may know.
    Confidential,
    /// 匿名: not known.
    Anonymous,
}

/// 投诉等级
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 一般
    #[default]
    Ordinary,
    /// 重要
    Important,
    /// 重大
    Major,
    /// 特殊
    Special,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Emotion {
    #[default]
    Calm,
    /// 激动
    Agitated,
    /// 非常激动
    Furious,
}

/// What was said when the matter was accepted. Later corrections keep what stood before in the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Matter {
    #[schema(value_type = String)]
    pub kind: Kind,
    /// A code of the configuration: `gas.leak`.
    pub subtype: String,
    #[serde(default)]
    pub channel: Channel,
    /// What it is about, in the agent's words.
    pub content: String,
    /// By the keys of the sub-type's fields.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    #[schema(value_type = String)]
    #[serde(default = "urban")]
    pub site: Site,
    #[serde(default)]
    pub urgency: Urgency,
    /// Somebody's life or health is in danger.
    #[serde(default)]
    pub danger: bool,
    #[serde(default)]
    pub privacy: Privacy,
    #[serde(default)]
    pub emotion: Emotion,
    /// Of complaints.
    #[serde(default)]
    pub level: Level,
    /// The customer wants to hear how it came out.
    #[serde(default)]
    pub reply_wanted: bool,
    #[serde(default)]
    pub contact: Contact,
    /// The customer's record.
    #[serde(default)]
    pub customer: Option<String>,
    #[serde(default)]
    pub important_customer: bool,
    #[serde(default)]
    pub address: String,
    /// District or county, by which the unit is suggested.
    #[serde(default)]
    pub area: String,
    /// The call in which it was said.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub call: Option<CallId>,
    /// Whom a complaint is about, where that is somebody of ours.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub about: Option<PersonId>,
}

impl Matter {
    /// There is a number at which somebody may be told of it.
    pub fn is_called(&self) -> bool {
        self.privacy == Privacy::Open && self.contact.phone.chars().any(|c| c.is_ascii_digit())
    }

    /// That number takes text messages.
    pub fn is_texted(&self) -> bool {
        let phone = self.contact.phone.parse::<PhoneNumber>();
        self.is_called() && phone.is_ok_and(|phone| phone.is_mobile() || phone.as_str().starts_with('+'))
    }
}

fn urban() -> Site {
    Site::Urban
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub phone: String,
}

/// Where an order stands. Whoever has it is part of the state, so that none is without.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// 已受理: the agent who accepted it has it.
    Accepted,
    /// 待派: sent back or reopened; the dispatch desk has it.
    ToDispatch,
    /// 已派
    Dispatched {
        #[schema(value_type = String)]
        unit: UnitId,
    },
    /// 已接单 … 处理中
    Working {
        #[schema(value_type = String)]
        unit: UnitId,
        #[schema(value_type = String)]
        by: PersonId,
        stage: Stage,
    },
    /// 挂起: stands still until the end of that day.
    Suspended {
        #[schema(value_type = String)]
        unit: UnitId,
        #[schema(value_type = String)]
        by: PersonId,
        stage: Stage,
        /// The last day, local: `2026-11-22`.
        #[schema(value_type = String)]
        until: jiff::civil::Date,
    },
    /// 已回单: a result waits to be read.
    ResultGiven {
        #[schema(value_type = String)]
        unit: UnitId,
        #[schema(value_type = String)]
        by: PersonId,
    },
    /// 待审核: somebody reads it.
    InReview {
        #[schema(value_type = String)]
        unit: UnitId,
        #[schema(value_type = String)]
        by: PersonId,
        #[schema(value_type = String)]
        reviewer: PersonId,
    },
    /// 待回访
    ToCallBack {
        #[schema(value_type = Option<String>)]
        unit: Option<UnitId>,
    },
    /// 已归档
    Closed {
        #[schema(value_type = Option<String>)]
        unit: Option<UnitId>,
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
    },
    /// 合并: follows another.
    Merged {
        #[schema(value_type = String)]
        master: WorkOrderId,
    },
    /// 作废: kept, counts no more.
    Void,
}

/// How far a unit has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 已接单
    Taken,
    /// 已到场
    Arrived,
    /// 处理中
    InWork,
}

impl State {
    /// Every word a state is known by, in the order of an order's life.
    pub const WORDS: [&'static str; 13] = [
        "accepted",
        "to_dispatch",
        "dispatched",
        "taken",
        "arrived",
        "in_work",
        "suspended",
        "result_given",
        "in_review",
        "to_call_back",
        "closed",
        "merged",
        "void",
    ];

    pub fn word(&self) -> &'static str {
        match self {
            State::Accepted => "accepted",
            State::ToDispatch => "to_dispatch",
            State::Dispatched { .. } => "dispatched",
            State::Working { stage: Stage::Taken, .. } => "taken",
            State::Working { stage: Stage::Arrived, .. } => "arrived",
            State::Working { stage: Stage::InWork, .. } => "in_work",
            State::Suspended { .. } => "suspended",
            State::ResultGiven { .. } => "result_given",
            State::InReview { .. } => "in_review",
            State::ToCallBack { .. } => "to_call_back",
            State::Closed { .. } => "closed",
            State::Merged { .. } => "merged",
            State::Void => "void",
        }
    }

    /// Which unit has it, or had it last.
    pub fn unit(&self) -> Option<UnitId> {
        match self {
            State::Dispatched { unit }
            | State::Working { unit, .. }
            | State::Suspended { unit, .. }
            | State::ResultGiven { unit, .. }
            | State::InReview { unit, .. } => Some(*unit),
            State::ToCallBack { unit } | State::Closed { unit, .. } => *unit,
            State::Accepted | State::ToDispatch | State::Merged { .. } | State::Void => None,
        }
    }

    /// Who of the unit works, or worked, on it.
    pub fn handler(&self) -> Option<PersonId> {
        match self {
            State::Working { by, .. }
            | State::Suspended { by, .. }
            | State::ResultGiven { by, .. }
            | State::InReview { by, .. } => Some(*by),
            _ => None,
        }
    }

    /// Somebody still owes something.
    pub fn is_open(&self) -> bool {
        !matches!(self, State::Closed { .. } | State::Merged { .. } | State::Void)
    }
}

/// 退单原因: the three that count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReturnReason {
    /// 非本单位职责
    NotOurs,
    /// 信息不足
    Insufficient,
    /// 重复
    Duplicate,
}

/// Who presses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UrgedBy {
    Customer,
    Agent,
    System,
}

/// 催办
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Urge {
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    #[schema(value_type = Option<String>)]
    pub who: Option<PersonId>,
    pub by: UrgedBy,
    /// What the customer said, and what was promised.
    pub words: String,
    pub promise: String,
    /// What the unit answered.
    pub answer: Option<String>,
}

/// 日常督办 → 挂牌督办 → 约谈督办
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    Daily,
    Listed,
    Summoned,
}

impl Grade {
    /// What follows where nobody answers.
    pub fn next(self) -> Option<Grade> {
        match self {
            Grade::Daily => Some(Grade::Listed),
            Grade::Listed => Some(Grade::Summoned),
            Grade::Summoned => None,
        }
    }

    pub fn zh(self) -> &'static str {
        match self {
            Grade::Daily => "日常督办",
            Grade::Listed => "挂牌督办",
            Grade::Summoned => "约谈督办",
        }
    }
}

/// Why a superior presses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SupervisionReason {
    Overdue,
    RepeatedComplaint,
    RefusedDuty,
    FalseResult,
    PublicEffect,
    /// Urged a third time, or after the deadline.
    Urged,
    /// The unit did not answer the supervision before.
    Unanswered,
    Ordered,
}

/// 督办
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Supervision {
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// None: the centre itself.
    #[schema(value_type = Option<String>)]
    pub who: Option<PersonId>,
    pub grade: Grade,
    pub reason: SupervisionReason,
    /// What is to be done.
    pub action: String,
    #[schema(value_type = String, format = DateTime)]
    pub due: Timestamp,
    pub reply: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub replied_at: Option<Timestamp>,
    /// What the superior says of the reply.
    pub evaluation: Option<String>,
}

/// A file of the order. The bytes stand in the room's folder under their hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Attachment {
    #[schema(value_type = String)]
    pub id: AttachmentId,
    /// `photo`, `signature`, `scan`.
    pub what: String,
    pub name: String,
    pub mime: String,
    pub bytes: u64,
    /// SHA-256, hexadecimal.
    pub hash: String,
}

/// 满意度
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Satisfaction {
    VerySatisfied,
    Satisfied,
    Fair,
    Dissatisfied,
    VeryDissatisfied,
    /// Asked, and would not say; or never reached.
    NotRated,
}

/// A work order as it stands. Everything in it follows from its history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    pub id: WorkOrderId,
    /// What people read aloud: `20261122-0417`.
    pub number: String,
    pub matter: Matter,
    pub accepted_by: Option<PersonId>,
    pub accepted_at: Timestamp,
    pub state: State,
    pub master: Option<WorkOrderId>,
    /// Every unit it was ever sent to.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub units: BTreeSet<UnitId>,
    /// Sent back so often.
    pub returns: u8,
    /// A ruling: this unit may not send it back.
    pub bound: Option<UnitId>,
    pub reopened: u8,
    /// When it was taken up again the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reopened_at: Option<Timestamp>,
    /// When it was first sent to a unit.
    #[serde(default)]
    pub dispatched_at: Option<Timestamp>,
    pub left_at: Option<Timestamp>,
    pub arrived_at: Option<Timestamp>,
    /// The crew's estimate.
    pub estimate: Option<Timestamp>,
    pub result: Option<Outcome>,
    pub urges: Vec<Urge>,
    pub supervisions: Vec<Supervision>,
    pub attachments: Vec<Attachment>,
    /// 延期申请 that nobody has answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_asked: Option<TimeAsked>,
    pub satisfaction: Option<Satisfaction>,
    pub version: i64,
}

impl Order {
    /// Just accepted, before anything else.
    pub fn accepted(
        id: WorkOrderId,
        number: String,
        matter: Matter,
        by: Option<PersonId>,
        at: Timestamp,
    ) -> Order {
        Order {
            id,
            number,
            matter,
            accepted_by: by,
            accepted_at: at,
            state: State::Accepted,
            master: None,
            units: BTreeSet::new(),
            returns: 0,
            bound: None,
            reopened: 0,
            reopened_at: None,
            dispatched_at: None,
            left_at: None,
            arrived_at: None,
            estimate: None,
            result: None,
            urges: Vec::new(),
            supervisions: Vec::new(),
            attachments: Vec::new(),
            time_asked: None,
            satisfaction: None,
            version: 0,
        }
    }

    /// The highest grade that the unit has left unanswered, and when the next one follows.
    pub fn unanswered(&self) -> Option<(Grade, Timestamp)> {
        self.state.unit()?;
        let last = self.supervisions.last()?;
        // One answer is an answer to all that was asked before it.
        if self.supervisions.iter().any(|one| one.replied_at.is_some_and(|at| at >= last.at)) {
            return None;
        }
        let open = self.supervisions.iter().filter(|one| one.reply.is_none());
        let highest = open.map(|one| one.grade).max().filter(|highest| highest.next().is_some())?;
        Some((highest, last.due))
    }

    /// Superiors see it at once.
    pub fn is_important(&self) -> bool {
        let matter = &self.matter;
        matter.danger || matter.urgency == Urgency::Urgent || matter.level >= Level::Important
    }
}
