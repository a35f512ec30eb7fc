//! Everything that can happen to a case, and what it is called.

use kernel::{PersonId, Timestamp, UnitId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use work_orders::rules::order::{Level, Satisfaction};

use super::case::{Cause, Exhibit, Verdict};

/// One act, as it comes in and as it stays in the steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// 受理
    Accept,
    /// 定级
    SetLevel { level: Level, why: String },
    /// 涉及: more persons and units that it is about. They see nothing of it from then on.
    Involve {
        #[schema(value_type = Vec<String>)]
        #[serde(default)]
        persons: Vec<PersonId>,
        #[schema(value_type = Vec<String>)]
        #[serde(default)]
        units: Vec<UnitId>,
        why: String,
    },
    /// 联系: the customer has been spoken with.
    Liaise { words: String },
    /// 转办, to a unit that it is not about.
    Reassign {
        #[schema(value_type = String)]
        unit: UnitId,
        why: String,
    },
    /// 取证
    AddEvidence { exhibit: Exhibit },
    /// 调查结论
    Investigate { verdict: Verdict, words: String },
    /// 评审, by members who have not investigated it. Who does not agree sends it back.
    Review { agrees: bool, words: String },
    /// 反馈
    FeedBack { customer: String, unit: String },
    /// 分析; closes the case.
    Analyse { cause: Cause, lesson: String, measure: String },
    /// Heard of the order: the customer was spoken with.
    HeardContact {
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
    },
    /// Heard: a unit has it, or none.
    HeardUnit {
        #[schema(value_type = Option<String>)]
        unit: Option<UnitId>,
    },
    /// Heard: its promises moved.
    HeardDue {
        #[schema(value_type = String, format = DateTime)]
        contact: Timestamp,
        #[schema(value_type = String, format = DateTime)]
        answer: Timestamp,
    },
    /// Heard: the order is done, with the customer's word where he was asked.
    HeardDone {
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
        satisfaction: Option<Satisfaction>,
    },
    /// Heard: it is done once more.
    HeardReopened,
    /// Heard: merged, or void.
    HeardGone,
    /// Heard: others have reported the same; how many customers they are by now.
    HeardMore { customers: u32 },
}

macro_rules! verbs {
    ($($name:ident = $key:literal,)*) => {
        /// What an act is called.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Verb { $($name,)* }

        impl Verb {
            pub const ALL: &'static [Verb] = &[$(Verb::$name),*];

            pub fn key(self) -> &'static str {
                match self { $(Verb::$name => $key,)* }
            }
        }
    };
}

verbs! {
    Accept = "accept",
    Liaise = "liaise",
    Reassign = "reassign",
    Investigate = "investigate",
    Review = "review",
    FeedBack = "feed_back",
    Analyse = "analyse",
    SetLevel = "set_level",
    Involve = "involve",
    AddEvidence = "add_evidence",
    HeardContact = "heard_contact",
    HeardUnit = "heard_unit",
    HeardDue = "heard_due",
    HeardDone = "heard_done",
    HeardReopened = "heard_reopened",
    HeardGone = "heard_gone",
    HeardMore = "heard_more",
}

impl Act {
    pub fn verb(&self) -> Verb {
        match self {
            Act::Accept => Verb::Accept,
            Act::SetLevel { .. } => Verb::SetLevel,
            Act::Involve { .. } => Verb::Involve,
            Act::Liaise { .. } => Verb::Liaise,
            Act::Reassign { .. } => Verb::Reassign,
            Act::AddEvidence { .. } => Verb::AddEvidence,
            Act::Investigate { .. } => Verb::Investigate,
            Act::Review { .. } => Verb::Review,
            Act::FeedBack { .. } => Verb::FeedBack,
            Act::Analyse { .. } => Verb::Analyse,
            Act::HeardContact { .. } => Verb::HeardContact,
            Act::HeardUnit { .. } => Verb::HeardUnit,
            Act::HeardDue { .. } => Verb::HeardDue,
            Act::HeardDone { .. } => Verb::HeardDone,
            Act::HeardReopened => Verb::HeardReopened,
            Act::HeardGone => Verb::HeardGone,
            Act::HeardMore { .. } => Verb::HeardMore,
        }
    }
}

impl Verb {
    /// Nobody does it: it follows from the order.
    pub fn is_heard(self) -> bool {
        self >= Verb::HeardContact
    }
}
