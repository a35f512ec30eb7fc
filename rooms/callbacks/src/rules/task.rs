//! One customer who is to be asked, and every attempt to do so.

use deadlines::Kind;
use kernel::{CallId, PersonId, Timestamp, UnitId, WorkOrderId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use work_orders::rules::order::Satisfaction;

/// An order that waits for its customer's word, since that instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    pub order: WorkOrderId,
    /// When it came to be called back. With the order this names the task.
    pub since: Timestamp,
    pub number: String,
    pub kind: Kind,
    pub subtype: String,
    pub area: String,
    /// Who is judged.
    pub unit: Option<UnitId>,
    pub accepted_by: Option<PersonId>,
    pub about: Option<PersonId>,
    /// Not everybody may know who it was.
    pub hidden: bool,
    /// From 12345.
    pub government: bool,
    pub urgent: bool,
    pub due: Timestamp,
    pub state: State,
    pub attempts: Vec<Attempt>,
    /// The hour the customer wished for, until it has been tried.
    pub wish: Option<Timestamp>,
    /// No attempt before this.
    pub not_before: Timestamp,
    pub claim: Option<Claim>,
    /// When the number was dialled the last time, until it is written down what came of it.
    #[serde(default)]
    pub rung: Option<Timestamp>,
    pub doubt: Option<Doubt>,
    /// The machine is asking, or is about to: under this name in its campaign.
    #[serde(default)]
    pub machine: Option<String>,
    /// What came of it, until that is written down.
    #[serde(default)]
    pub answer: Option<campaigns::Done>,
    /// Only a person goes on: the machine was told something that it cannot conclude from.
    #[serde(default)]
    pub for_person: bool,
    /// The message that told the customer that nobody was reached.
    #[serde(default)]
    pub told: bool,
    #[serde(skip)]
    pub version: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    Open,
    /// Somebody answered, and this came of it.
    Asked {
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
        ending: Ending,
    },
    /// 回访不成功: all attempts used.
    Missed {
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
    },
    /// The order went another way.
    Withdrawn {
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
        why: Withdrawal,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    Closed,
    /// 重办
    Reopened,
    /// Unsatisfied a second time: closed as it is, and a superior looks.
    Supervised,
    /// Unsatisfied with what cannot be changed: explained, and closed.
    Explained,
    /// Would not be asked.
    Refused,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Withdrawal {
    /// Closed past this room: the customer should have been asked, and the figures say so.
    Closed,
    Reopened,
    Void,
    Merged,
}

impl State {
    pub fn word(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Asked { .. } => "asked",
            State::Missed { .. } => "missed",
            State::Withdrawn { .. } => "withdrawn",
        }
    }

    pub fn done_at(self) -> Option<Timestamp> {
        match self {
            State::Open => None,
            State::Asked { at, .. } | State::Missed { at } | State::Withdrawn { at, .. } => Some(at),
        }
    }
}

/// Who stands for the machine where a person is named.
pub const MACHINE: PersonId = PersonId(0);

/// Somebody has taken it, so that two do not call the same customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    pub by: PersonId,
    pub at: Timestamp,
    pub until: Timestamp,
    /// When the number was dialled from this room.
    pub dialled_at: Option<Timestamp>,
}

/// One attempt, as it stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Attempt {
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub recorded_at: Timestamp,
    #[schema(value_type = String)]
    pub by: PersonId,
    /// The call it was made with, where it was made from here.
    #[schema(value_type = Option<String>)]
    pub call: Option<CallId>,
    pub outcome: Outcome,
    /// Of `later`: when the customer wants to be called.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub wish: Option<Timestamp>,
    pub note: String,
    /// Of `reached`.
    pub answers: Option<Answers>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Reached,
    NoAnswer,
    Busy,
    WrongNumber,
    /// Answered, and would not be asked.
    Refused,
    /// Answered, and wants to be called at another hour.
    Later,
}

impl Outcome {
    /// Whether it uses up one of the attempts.
    pub fn counts(self) -> bool {
        self != Outcome::Later
    }

    /// Whether the customer was asked how satisfied he is (K27, K29).
    pub fn reached(self) -> bool {
        matches!(self, Outcome::Reached | Outcome::Refused)
    }
}

/// When the crew came, as the customer tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "came", rename_all = "snake_case", deny_unknown_fields)]
pub enum Arrival {
    AsRecorded,
    At {
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
    },
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Conduct {
    Good,
    Poor,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Charges {
    None,
    /// As the list of prices says, with a receipt.
    Proper,
    Doubtful,
}

/// Why the customer is not satisfied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    NotSolved,
    Slow,
    Attitude,
    /// With what the rules say, which nobody here can change.
    Policy,
    Other,
}

impl Reason {
    /// Whether doing it again could mend it.
    pub fn reopens(self) -> bool {
        matches!(self, Reason::NotSolved | Reason::Slow | Reason::Attitude)
    }
}

/// What the customer said. What was not asked is absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Answers {
    #[serde(default)]
    pub solved: Option<bool>,
    #[serde(default)]
    pub arrival: Option<Arrival>,
    #[serde(default)]
    pub conduct: Option<Conduct>,
    #[serde(default)]
    pub charges: Option<Charges>,
    #[schema(value_type = String)]
    pub satisfaction: Satisfaction,
    #[serde(default)]
    pub reason: Option<Reason>,
    /// What was explained, where nothing can be changed.
    #[serde(default)]
    pub explained: String,
    /// The customer's own words.
    #[serde(default)]
    pub verbatim: String,
}

impl Answers {
    pub fn unsatisfied(&self) -> bool {
        self.solved == Some(false)
            || matches!(self.satisfaction, Satisfaction::Dissatisfied | Satisfaction::VeryDissatisfied)
    }
}

/// 真实性存疑: the customer's time of arrival is not the crew's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Doubt {
    #[schema(value_type = String, format = DateTime)]
    pub recorded: Timestamp,
    /// None: nobody ever came.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub told: Option<Timestamp>,
    /// Minutes between the two.
    pub differs_min: Option<u64>,
}

impl Task {
    pub fn tries(&self) -> usize {
        self.attempts.iter().filter(|attempt| attempt.outcome.counts()).count()
    }

    pub fn reached(&self) -> bool {
        self.attempts.iter().any(|attempt| attempt.outcome.reached())
    }

    /// What the customer said, or that he would not say.
    pub fn satisfaction(&self) -> Option<Satisfaction> {
        let last = self.attempts.iter().rev().find(|attempt| attempt.outcome.reached())?;
        Some(last.answers.as_ref().map_or(Satisfaction::NotRated, |answers| answers.satisfaction))
    }

    /// Who has it at this instant.
    pub fn claimed(&self, now: Timestamp) -> Option<Claim> {
        self.claim.filter(|claim| now < claim.until)
    }

    /// Whether it belongs to those that had to be asked (K26).
    pub fn required(&self) -> bool {
        !matches!(self.state, State::Withdrawn { why, .. } if why != Withdrawal::Closed)
    }
}
