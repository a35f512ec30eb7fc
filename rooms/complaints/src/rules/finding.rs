//! 疑点: something that looks hidden or forged, or that deserves credit; what shows it, and who has ruled upon it.

use deadlines::Kind as OrderKind;
use kernel::{CallId, FindingId, PersonId, Timestamp, UnitId, WorkOrderId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::decide::Asker;
use super::{Refusal, text};

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// 隐瞒投诉: a caller complained, and nobody wrote it down.
    Concealed,
    /// 如实及时登记: credit, not blame.
    Proper,
    /// 无来电工单: an order from a call that was not there.
    NoCall,
    /// 事后篡改: an order is not what its history says.
    Edited,
    /// 套话回单: the same text again and again.
    Templated,
    /// 时间不可能
    ImpossibleTime,
    /// 到场存疑: the customer tells another time of arrival, or that nobody came.
    FalseArrival,
    /// 回访存疑: somebody was asked without being called.
    FalseCallBack,
    /// 工单不准确: reported by somebody who has heard the recording.
    Inaccurate,
    /// 催促挂机: the caller was hurried or hung up on.
    Hurried,
}

impl FindingKind {
    pub const ALL: [FindingKind; 10] = [
        FindingKind::Concealed,
        FindingKind::Proper,
        FindingKind::NoCall,
        FindingKind::Edited,
        FindingKind::Templated,
        FindingKind::ImpossibleTime,
        FindingKind::FalseArrival,
        FindingKind::FalseCallBack,
        FindingKind::Inaccurate,
        FindingKind::Hurried,
    ];

    /// The rule of the assessment (domain reference 5.1) that a confirmed one of an agent counts for.
    pub fn rule(self) -> &'static str {
        match self {
            FindingKind::Hurried => "A6",
            FindingKind::Inaccurate => "A7",
            FindingKind::Concealed => "A8",
            FindingKind::Proper => "A9",
            FindingKind::NoCall
            | FindingKind::Edited
            | FindingKind::Templated
            | FindingKind::ImpossibleTime
            | FindingKind::FalseArrival
            | FindingKind::FalseCallBack => "A10",
        }
    }
}

/// Why a call looks like one in which somebody complained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "hint", rename_all = "snake_case")]
pub enum Hint {
    /// The caller had chosen it in the menu.
    Chose { queue: String, keys: Option<String> },
    /// The agent has written it down as the reason.
    Reason { code: String },
    /// The same customer complained about this agent afterwards.
    Later {
        #[schema(value_type = String)]
        order: WorkOrderId,
        number: String,
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
    },
}

/// Which two times cannot both be true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Odd {
    ArrivedBeforeDispatch,
    /// Left and arrived in the same moment.
    NoTravel,
    /// Arrived and done in the same moment.
    NoWork,
    /// Entered long afterwards.
    EnteredLate,
    /// Two arrivals too far apart for the time between them.
    TwoPlaces,
}

/// One thing that was compared: what stands where, with the ids to look it up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "shown", rename_all = "snake_case")]
pub enum Shown {
    /// A call.
    Call {
        #[schema(value_type = String)]
        call: CallId,
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
        #[schema(value_type = Option<String>, format = DateTime)]
        ended: Option<Timestamp>,
        #[schema(value_type = Option<String>)]
        agent: Option<PersonId>,
        talk_s: i64,
        hints: Vec<Hint>,
    },
    /// No call where one should be: between these times.
    NoCall {
        #[schema(value_type = Option<String>)]
        call: Option<CallId>,
        #[schema(value_type = String, format = DateTime)]
        from: Timestamp,
        #[schema(value_type = String, format = DateTime)]
        to: Timestamp,
    },
    /// An order.
    Order {
        #[schema(value_type = String)]
        order: WorkOrderId,
        number: String,
        #[schema(value_type = String)]
        kind: OrderKind,
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
        #[schema(value_type = Option<String>)]
        by: Option<PersonId>,
    },
    /// No order where one should be: until then.
    NoOrder {
        #[schema(value_type = String, format = DateTime)]
        until: Timestamp,
    },
    /// What an order says, and what its history leads to.
    Replayed { field: String, kept: String, history: String },
    /// What a step of an order says, and what the journal wrote at the time.
    Journal { seq: i64, field: String, kept: String, journal: String },
    /// The text of a result, and how like the one it is compared with it is, in percent.
    Text {
        #[schema(value_type = String)]
        order: WorkOrderId,
        number: String,
        text: String,
        alike_percent: u8,
    },
    /// Two times that cannot both be true.
    Times {
        odd: Odd,
        #[schema(value_type = String, format = DateTime)]
        first: Timestamp,
        #[schema(value_type = String, format = DateTime)]
        second: Timestamp,
    },
    /// The other place, with the distance.
    Elsewhere {
        #[schema(value_type = String)]
        order: WorkOrderId,
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
        metres: u64,
    },
    /// The crew's time of arrival, and the customer's; none: nobody came.
    Arrival {
        #[schema(value_type = String, format = DateTime)]
        recorded: Timestamp,
        #[schema(value_type = Option<String>, format = DateTime)]
        told: Option<Timestamp>,
    },
    /// A call-back as it was written down.
    Asked {
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
        #[schema(value_type = String)]
        by: PersonId,
    },
    /// What somebody has heard or seen.
    Words { text: String },
}

/// Something found, before anybody has ruled upon it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Found again, it is the same.
    pub key: String,
    pub kind: FindingKind,
    pub person: Option<PersonId>,
    pub unit: Option<UnitId>,
    pub order: Option<WorkOrderId>,
    pub call: Option<CallId>,
    /// When it was done; its month is the one assessed.
    pub done_at: Timestamp,
    pub evidence: Vec<Shown>,
    /// Who has reported it; none where the centre found it.
    pub by: Option<PersonId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Open,
    Confirmed,
    Dismissed,
}

impl State {
    pub fn word(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Confirmed => "confirmed",
            State::Dismissed => "dismissed",
        }
    }
}

/// Who has ruled, how and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ruling {
    #[schema(value_type = String)]
    pub by: PersonId,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub reason: String,
}

/// A finding as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub id: FindingId,
    pub kind: FindingKind,
    pub state: State,
    pub person: Option<PersonId>,
    pub unit: Option<UnitId>,
    pub order: Option<WorkOrderId>,
    pub call: Option<CallId>,
    pub month: String,
    pub found_at: Timestamp,
    pub evidence: Vec<Shown>,
    pub by: Option<PersonId>,
    pub ruling: Option<Ruling>,
    #[serde(skip)]
    pub version: i64,
}

/// Whether this person, or a unit of this person's, is what was found something about.
pub fn finding_concerns(finding: &Finding, asker: &Asker) -> bool {
    finding.person == Some(asker.person) || finding.unit.is_some_and(|unit| asker.upwards.contains(&unit))
}

/// Rules upon it, once.
///
/// # Errors
/// Why not.
pub fn rule_upon(
    finding: &Finding,
    confirmed: bool,
    reason: &str,
    asker: &Asker,
    now: Timestamp,
) -> Result<Finding, Refusal> {
    if finding_concerns(finding, asker) {
        return Err(Refusal::Concerned);
    }
    if finding.by == Some(asker.person) {
        return Err(Refusal::OwnReport);
    }
    if finding.state != State::Open {
        return Err(Refusal::RuledUpon);
    }
    text(reason, "reason", 4, 500)?;
    let state = if confirmed { State::Confirmed } else { State::Dismissed };
    let ruling = Ruling { by: asker.person, at: now, reason: reason.trim().to_owned() };
    Ok(Finding { state, ruling: Some(ruling), ..finding.clone() })
}
