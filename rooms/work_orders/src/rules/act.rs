//! Everything that can happen to a work order, and what it is called.

use deadlines::Step;
use kernel::calendar::Limit;
use kernel::{NoticeId, PersonId, Timestamp, UnitId, WorkOrderId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::order::{Attachment, Grade, Matter, ReturnReason, Satisfaction, SupervisionReason, UrgedBy};
use super::result::Outcome;

/// One act, as it comes in and as it stays in the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// 派单
    Dispatch {
        #[schema(value_type = String)]
        unit: UnitId,
        #[serde(default)]
        note: String,
        /// A ruling after a dispute: the unit may not send it back.
        #[serde(default)]
        binding: bool,
    },
    /// 转派
    Redispatch {
        #[schema(value_type = String)]
        unit: UnitId,
        why: String,
    },
    /// 退单
    SendBack {
        reason: ReturnReason,
        note: String,
    },
    /// 接单; by somebody else of the unit where `by` is given.
    Take {
        #[schema(value_type = Option<String>)]
        #[serde(default)]
        by: Option<PersonId>,
    },
    /// Somebody else of the unit goes on.
    Assign {
        #[schema(value_type = String)]
        by: PersonId,
    },
    /// 出发
    Leave {
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
    },
    /// 到场
    Arrive {
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
        /// Where the telephone was, as latitude and longitude in millionths of a degree.
        #[schema(value_type = Option<Vec<i32>>)]
        #[serde(default)]
        place: Option<(i32, i32)>,
    },
    Begin,
    /// 预计恢复时间
    Estimate {
        #[schema(value_type = String, format = DateTime)]
        until: Timestamp,
        #[serde(default)]
        reason: String,
    },
    /// The customer has been spoken with (complaints: within a day).
    Contact {
        words: String,
    },
    /// 挂起, until the end of this day.
    Suspend {
        #[schema(value_type = String)]
        until: jiff::civil::Date,
        reason: String,
    },
    Resume,
    /// 延期; the customer is told the reason and the new time in the same step.
    Extend {
        #[schema(value_type = Object)]
        by: Limit,
        reason: String,
    },
    /// 申请延期: by the unit, before it is due, after telling the customer.
    AskTime {
        #[schema(value_type = Object)]
        by: Limit,
        reason: String,
        #[serde(default)]
        told_customer: bool,
        /// What the customer was told; otherwise why nobody has told it.
        #[serde(default)]
        told: String,
    },
    /// 驳回延期; `Extend` and `Suspend` grant it.
    RefuseTime {
        reason: String,
    },
    /// 回单
    GiveResult {
        result: Outcome,
    },
    /// 审核
    Review,
    Approve {
        #[serde(default)]
        note: String,
    },
    RefuseResult {
        why: String,
    },
    /// 归档 on the call (rule 1), or after the call-back.
    Close {
        /// What the customer was told, or what he said.
        note: String,
        #[serde(default)]
        satisfaction: Option<Satisfaction>,
    },
    /// 重办
    Reopen {
        why: String,
        /// Because the customer was not satisfied, not because somebody chose to.
        #[serde(default)]
        automatic: bool,
    },
    /// 合并 into a master.
    Merge {
        #[schema(value_type = String)]
        master: WorkOrderId,
    },
    /// The order it was merged into is done: so is this one.
    Follow,
    /// What it was merged into is void: it goes on by itself.
    Part,
    /// 作废
    Void {
        why: String,
    },
    /// 催办
    Urge {
        by: UrgedBy,
        words: String,
        #[serde(default)]
        promise: String,
        /// Something new was learnt: then half of the time need not be over.
        #[serde(default)]
        new_facts: bool,
    },
    AnswerUrge {
        words: String,
    },
    /// 督办
    Supervise {
        grade: Grade,
        reason: SupervisionReason,
        action: String,
    },
    ReplySupervision {
        reply: String,
    },
    EvaluateSupervision {
        evaluation: String,
    },
    Note {
        text: String,
    },
    /// What was accepted was not right: the whole matter as it should read.
    Correct {
        matter: Box<Matter>,
        why: String,
    },
    Attach {
        attachment: Attachment,
    },
    /// 限时: whoever sent the matter to us (12345) wants this step done until then; another limit of the same kind moves it.
    Limit {
        #[schema(value_type = String)]
        step: Step,
        #[schema(value_type = String, format = DateTime)]
        until: Timestamp,
        reason: String,
    },
    /// A message to the customer did not arrive, or none could be sent to somebody who follows another order: somebody calls.
    Untold {
        /// The message that was lost.
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        notice: Option<NoticeId>,
    },
}

macro_rules! verbs {
    ($($name:ident $pattern:pat => $key:literal,)*) => {
        /// The name of an act, without what it says.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Verb { $($name,)* }

        impl Verb {
            pub const ALL: &'static [Verb] = &[$(Verb::$name,)*];

            pub fn key(self) -> &'static str {
                match self { $(Verb::$name => $key,)* }
            }
        }

        impl Act {
            pub fn verb(&self) -> Verb {
                match self { $($pattern => Verb::$name,)* }
            }
        }
    };
}

verbs! {
    Dispatch Act::Dispatch { .. } => "dispatch",
    Redispatch Act::Redispatch { .. } => "redispatch",
    SendBack Act::SendBack { .. } => "send_back",
    Take Act::Take { .. } => "take",
    Assign Act::Assign { .. } => "assign",
    Leave Act::Leave { .. } => "leave",
    Arrive Act::Arrive { .. } => "arrive",
    Begin Act::Begin => "begin",
    Estimate Act::Estimate { .. } => "estimate",
    Contact Act::Contact { .. } => "contact",
    Suspend Act::Suspend { .. } => "suspend",
    Resume Act::Resume => "resume",
    Extend Act::Extend { .. } => "extend",
    AskTime Act::AskTime { .. } => "ask_time",
    RefuseTime Act::RefuseTime { .. } => "refuse_time",
    GiveResult Act::GiveResult { .. } => "give_result",
    Review Act::Review => "review",
    Approve Act::Approve { .. } => "approve",
    RefuseResult Act::RefuseResult { .. } => "refuse_result",
    Close Act::Close { .. } => "close",
    Reopen Act::Reopen { .. } => "reopen",
    Merge Act::Merge { .. } => "merge",
    Follow Act::Follow => "follow",
    Part Act::Part => "part",
    Void Act::Void { .. } => "void",
    Urge Act::Urge { .. } => "urge",
    AnswerUrge Act::AnswerUrge { .. } => "answer_urge",
    Supervise Act::Supervise { .. } => "supervise",
    ReplySupervision Act::ReplySupervision { .. } => "reply_supervision",
    EvaluateSupervision Act::EvaluateSupervision { .. } => "evaluate_supervision",
    Note Act::Note { .. } => "note",
    Correct Act::Correct { .. } => "correct",
    Attach Act::Attach { .. } => "attach",
    Limit Act::Limit { .. } => "limit",
    Untold Act::Untold { .. } => "untold",
}
