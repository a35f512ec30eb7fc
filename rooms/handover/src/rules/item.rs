//! One matter that is handed over: what it is, why it is on the list, what comes next, and what the incoming leader says.

use std::collections::BTreeSet;

use deadlines::{Kind, Step};
use escalations::rules::{Ground, Matter as About, Rung};
use kernel::{CallId, EscalationId, PersonId, QueueId, Timestamp, UnitId, WorkOrderId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why it must not be overlooked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Danger, or urgent.
    Emergency,
    /// Somebody above was called for.
    Escalated,
    /// A complaint that is more than ordinary.
    Important,
    Overdue,
    Supervised,
    Urged,
    Complaint,
    /// Due in the next shift.
    DueSoon,
    /// Somebody waits to be called.
    Owed,
}

/// What is owed next, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Next {
    #[schema(value_type = String)]
    pub step: Step,
    #[schema(value_type = String, format = DateTime)]
    pub due: Timestamp,
}

/// The last time somebody urged, or a superior pressed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Pressed {
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub words: String,
    pub answer: Option<String>,
}

/// An order as it stood when it was handed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderItem {
    #[schema(value_type = String)]
    pub order: WorkOrderId,
    pub number: String,
    #[schema(value_type = String)]
    pub kind: Kind,
    pub subtype: String,
    pub area: String,
    /// Masked.
    pub content: String,
    pub state: String,
    #[schema(value_type = Option<String>)]
    pub unit: Option<UnitId>,
    #[schema(value_type = Option<String>)]
    pub handler: Option<PersonId>,
    #[schema(value_type = String, format = DateTime)]
    pub accepted_at: Timestamp,
    pub next: Option<Next>,
    pub urges: usize,
    pub urged: Option<Pressed>,
    /// Open ones.
    pub supervisions: usize,
    pub supervised: Option<Pressed>,
}

/// A caller who was not served, and is owed a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwedItem {
    /// callback, message, abandoned …
    pub kind: String,
    #[schema(value_type = String)]
    pub call: CallId,
    #[schema(value_type = String)]
    pub queue: QueueId,
    /// Masked.
    pub number: String,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub times: u32,
    pub tries: u32,
    #[schema(value_type = Option<String>)]
    pub taken_by: Option<PersonId>,
}

/// An escalation that nobody has closed, and for whom it waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EscalationItem {
    #[schema(value_type = String)]
    pub escalation: EscalationId,
    pub number: String,
    pub matter: About,
    /// The gravest.
    pub ground: Ground,
    pub rung: Rung,
    /// waiting, unheard, acknowledged, taken_over.
    pub state: String,
    /// Who is asked, or has it; none where nobody has answered at all.
    #[schema(value_type = Option<String>)]
    pub waits_for: Option<PersonId>,
    #[schema(value_type = String, format = DateTime)]
    pub begun_at: Timestamp,
    /// When it goes on by itself.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum Matter {
    Order(Box<OrderItem>),
    Owed(OwedItem),
    Escalation(Box<EscalationItem>),
}

/// What the incoming leader says of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Verdict {
    /// 已核对
    Accepted {
        #[schema(value_type = String)]
        by: PersonId,
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
    },
    /// 有疑问
    Queried {
        #[schema(value_type = String)]
        by: PersonId,
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
        question: String,
        answer: Option<Answer>,
    },
}

/// Of whoever handed it over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Answer {
    #[schema(value_type = String)]
    pub by: PersonId,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its place on the list.
    pub seq: i64,
    pub matter: Matter,
    pub why: BTreeSet<Why>,
    /// A complaint about one of ours: this person does not see it.
    pub concerns: Option<PersonId>,
    /// What the outgoing leader says is to be done next.
    pub remark: String,
    /// Arose after the outgoing leader had signed.
    pub late: bool,
    pub verdict: Option<Verdict>,
    #[serde(skip)]
    pub version: i64,
}

impl Item {
    /// What it is about, as it is kept and asked for.
    pub fn about(&self) -> String {
        match &self.matter {
            Matter::Order(order) => order.order.to_string(),
            Matter::Owed(owed) => format!("owed_{}", owed.call),
            Matter::Escalation(one) => one.escalation.to_string(),
        }
    }

    pub fn number(&self) -> &str {
        match &self.matter {
            Matter::Order(order) => &order.number,
            Matter::Owed(owed) => &owed.number,
            Matter::Escalation(one) => &one.number,
        }
    }

    pub fn verdict_word(&self) -> &'static str {
        match &self.verdict {
            None => "none",
            Some(Verdict::Accepted { .. }) => "accepted",
            Some(Verdict::Queried { answer: None, .. }) => "queried",
            Some(Verdict::Queried { answer: Some(_), .. }) => "answered",
        }
    }
}
