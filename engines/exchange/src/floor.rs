//! The floor as it is now: counts, agents, calls.

use std::collections::BTreeMap;

use kernel::{CallId, PersonId, QueueId, Timestamp};
use serde::Serialize;

use crate::fact::DeskState;

/// A picture of the floor. Times are instants, so that a reader counts the seconds itself.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct FloorView {
    /// Refusing new calls.
    pub draining: bool,
    /// Answered, nothing played yet.
    pub entering: u32,
    pub in_menu: u32,
    /// In a queue, ringing included: callers who have asked for a person.
    pub waiting: u32,
    /// Of those waiting, callers for whom an agent's telephone rings.
    pub ringing: u32,
    pub talking: u32,
    /// Rating, leaving a message, being told something at the end.
    pub after: u32,
    pub queues: BTreeMap<QueueId, QueueView>,
    pub agents: Vec<AgentView>,
    pub calls: Vec<CallView>,
}

#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct QueueView {
    pub waiting: u32,
    /// t2 of the caller who has waited longest.
    pub longest_since: Option<Timestamp>,
    /// Agents who serve it: signed in, and of those ready.
    pub signed_in: u32,
    pub ready: u32,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct AgentView {
    pub agent: PersonId,
    /// 工号
    pub number: String,
    pub name: String,
    pub desk: DeskState,
    pub since: Timestamp,
    pub phone_reachable: bool,
    pub call: Option<CallId>,
    /// The caller's number.
    pub caller: Option<String>,
    pub queue: Option<QueueId>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct CallView {
    pub call: CallId,
    pub from: String,
    pub to: String,
    pub state: CallState,
    /// When this state began.
    pub since: Timestamp,
    pub arrived: Timestamp,
    /// t2
    pub requested: Option<Timestamp>,
    pub queue: Option<QueueId>,
    pub agent: Option<PersonId>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CallState {
    Arriving,
    InFlow,
    Waiting,
    Ringing,
    Announcing,
    Talking,
    Holding,
    /// A number outside is rung after a blind transfer.
    Reaching,
    /// The caller talks with a number outside.
    Outside,
    Rating,
    LeavingMessage,
    Closing,
}
