//! An escalation: what it is about, why, whose turn it is, and whose turn it was.

use std::collections::BTreeSet;

use kernel::{CallId, EscalationId, NoticeId, PersonId, QueueId, TargetId, Timestamp, UnitId, WorkOrderId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ladder::{Channel, Ground, Rung};

/// What it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum Matter {
    Order {
        #[schema(value_type = String)]
        order: WorkOrderId,
        number: String,
    },
    Call {
        #[schema(value_type = String)]
        call: CallId,
    },
    Area {
        area: String,
    },
    Queue {
        #[schema(value_type = String)]
        queue: QueueId,
        name: String,
    },
    /// An agent who is on no call.
    Desk {
        #[schema(value_type = String)]
        person: PersonId,
    },
}

impl Matter {
    /// One matter has one name.
    pub fn key(&self) -> String {
        match self {
            Matter::Order { order, .. } => order.to_string(),
            Matter::Call { call } => call.to_string(),
            Matter::Area { area } => area_key(area),
            Matter::Queue { queue, .. } => queue.to_string(),
            Matter::Desk { person } => person.to_string(),
        }
    }

    /// As a text message names it.
    pub fn title(&self) -> String {
        match self {
            Matter::Order { number, .. } => format!("工单{number}"),
            Matter::Call { .. } => "通话中的来电".into(),
            Matter::Area { area } => format!("{area}集中报修"),
            Matter::Queue { name, .. } => format!("队列{name}"),
            Matter::Desk { .. } => "坐席求助".into(),
        }
    }
}

pub fn area_key(area: &str) -> String {
    format!("area:{area}")
}

/// Why, since when, and who said so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reason {
    pub ground: Ground,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// None: a rule has found it.
    #[schema(value_type = Option<String>)]
    pub by: Option<PersonId>,
    pub words: String,
    /// How many have reported, or wait.
    pub count: Option<u32>,
}

/// How somebody was told, or why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Told {
    /// On the pages of somebody who is signed in.
    Shown {
        by: Channel,
    },
    /// Will see it when signing in.
    NotSignedIn {
        by: Channel,
    },
    /// On its way.
    Queued {
        by: Channel,
        #[schema(value_type = String)]
        notice: NoticeId,
    },
    NoNumber {
        by: Channel,
    },
    /// The room of notices says no, with its code.
    Refused {
        by: Channel,
        code: String,
    },
    /// The telephone rings, or has rung.
    Calling {
        by: Channel,
        #[schema(value_type = String)]
        target: TargetId,
        /// What came of it: `reached`, `no_answer`, `busy`, `withdrawn` …; none while it goes on.
        came: Option<String>,
        tries: u32,
    },
    /// Nobody is called about this at this hour.
    OffHours {
        by: Channel,
    },
    /// No flow is published that could speak.
    NoFlow {
        by: Channel,
    },
    /// Nothing could do this then.
    NotYet {
        by: Channel,
    },
}

/// How a turn was over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TurnEnd {
    /// Somebody has acknowledged it or taken it over.
    Heard,
    /// Nobody did in time.
    Lapsed,
    /// Somebody has acknowledged it and then did nothing.
    Idle,
    /// Nobody was on the step.
    Nobody,
    /// Somebody has passed it up.
    Passed,
    /// Something graver was found: it went higher.
    Raised,
    /// It was stood down or closed.
    Over,
}

/// One person's turn, or a step on which nobody was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Turn {
    pub rung: Rung,
    /// The first, second … time that a step was entered.
    pub visit: u32,
    #[schema(value_type = Option<String>)]
    pub person: Option<PersonId>,
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    pub told: Vec<Told>,
    pub end: Option<TurnEnd>,
}

/// Where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// 待确认: the last turn runs.
    Waiting,
    /// 无人响应: the ladder is at its end; it is begun again then.
    Unheard {
        #[schema(value_type = String, format = DateTime)]
        until: Timestamp,
    },
    /// 已确认: somebody has seen it.
    Acknowledged {
        #[schema(value_type = String)]
        by: PersonId,
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
        /// Until when something is to follow; none where that is not asked for.
        #[schema(value_type = Option<String>, format = DateTime)]
        #[serde(default)]
        until: Option<Timestamp>,
    },
    /// 已接手: somebody sees to it.
    TakenOver {
        #[schema(value_type = String)]
        by: PersonId,
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
    },
    /// 已解除
    StoodDown {
        /// None: what began it is over by itself.
        #[schema(value_type = Option<String>)]
        by: Option<PersonId>,
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
        why: String,
    },
    /// 已办结
    Closed {
        #[schema(value_type = String)]
        by: PersonId,
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
        summary: String,
    },
}

impl State {
    pub fn word(&self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Unheard { .. } => "unheard",
            State::Acknowledged { .. } => "acknowledged",
            State::TakenOver { .. } => "taken_over",
            State::StoodDown { .. } => "stood_down",
            State::Closed { .. } => "closed",
        }
    }

    pub fn is_open(&self) -> bool {
        !matches!(self, State::StoodDown { .. } | State::Closed { .. })
    }

    /// Nobody has said yet that it was seen.
    pub fn is_unanswered(&self) -> bool {
        matches!(self, State::Waiting | State::Unheard { .. })
    }

    /// Who has it.
    pub fn holder(&self) -> Option<PersonId> {
        match self {
            State::Acknowledged { by, .. } | State::TakenOver { by, .. } => Some(*by),
            _ => None,
        }
    }
}

/// An escalation as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    pub id: EscalationId,
    /// What people read aloud: `S20260105-0003`.
    pub number: String,
    pub matter: Matter,
    /// The first is what it began with.
    pub reasons: Vec<Reason>,
    pub begun_at: Timestamp,
    pub begun_by: Option<PersonId>,
    /// Whose group's leader is asked first: who began it, or accepted the order.
    pub agent: Option<PersonId>,
    /// The unit that has the order.
    pub unit: Option<UnitId>,
    /// Whom it is about and who sees nothing of it.
    pub concerns: Option<PersonId>,
    pub rung: Rung,
    pub state: State,
    pub turns: Vec<Turn>,
    /// Everybody who was on a step when it came there.
    pub people: BTreeSet<PersonId>,
    #[serde(skip)]
    pub version: i64,
}

impl Escalation {
    /// The turn that runs.
    pub fn turn(&self) -> Option<&Turn> {
        self.turns.last().filter(|turn| turn.end.is_none())
    }

    /// When it goes on by itself.
    pub fn due(&self) -> Option<Timestamp> {
        match &self.state {
            State::Waiting => self.turn().map(|turn| turn.until),
            State::Unheard { until } => Some(*until),
            State::Acknowledged { until, .. } => *until,
            _ => None,
        }
    }

    pub fn has(&self, ground: Ground) -> bool {
        self.reasons.iter().any(|reason| reason.ground == ground)
    }
}
