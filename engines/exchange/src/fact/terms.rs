//! What facts speak of: places, states of desks, parties, and why things happened.

use kernel::{CallId, FlowId, PersonId, QueueId, Timestamp};
use serde::{Deserialize, Serialize};

/// A place in a queue, kept for somebody who is called back when it is reached. All that is needed to keep it after a
/// restart.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Place {
    /// Of the call back, once it is made.
    pub call: CallId,
    pub promised_in: CallId,
    pub number: String,
    pub queue: QueueId,
    /// t2 of the caller, which is where the place stands.
    pub requested: Timestamp,
    pub asked: Timestamp,
    pub urgent: bool,
}

/// An agent's state as the figures count it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum DeskState {
    /// 签出
    SignedOut,
    /// 置忙
    NotReady { reason: String },
    /// 置闲
    Ready,
    /// 振铃
    Ringing { call: CallId },
    /// 接线中
    Talking { call: CallId },
    /// 保持
    Holding { call: CallId },
    /// 事后处理
    AfterCall { call: CallId },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    Caller,
    Agent,
    System,
    /// Whom the agent asked in, or put the customer through to.
    Third,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Blocked {
    /// The trunk or the centre has as many calls as it may have.
    Full,
    /// Nobody has this number.
    NoSuchNumber,
    /// The centre is closing down.
    Draining,
    /// One of our telephones dialled a number that no dial rule allows, or is not an agent's.
    NotAllowed,
    /// The agent who dialled is not signed in.
    NotSignedIn,
    /// The agent who dialled is on a call, or the colleague who was dialled has no time.
    Occupied,
    /// The trunk outwards, or the centre, has as many calls as it may have.
    NoRoomOut,
}

/// Who called whom.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// A customer called us.
    #[default]
    In,
    /// One of us called a customer.
    Out,
    /// One of us called a colleague.
    Internal,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moved {
    Overflow,
    Closed,
    Leader,
    Transfer,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferEnd {
    NoAnswer,
    Declined,
    Unreachable,
    CallerLeft,
    /// Taken back by the distributor: somebody more urgent, a leader, the agent's phone lost.
    Withdrawn,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlowOut {
    Voicemail,
    Callback,
    Message,
    /// Back to the menu by the caller's own key.
    Menu,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferTo {
    Agent(PersonId),
    Queue(QueueId),
    Flow(FlowId),
    Number(String),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    AgentJoined,
    AgentLeft,
    HoldStarted,
    HoldEnded,
    Transferred,
    PauseStarted,
    PauseEnded,
    Parked,
    Rejoined,
    ThirdJoined,
    ConferenceStarted,
}

impl Mark {
    /// As it is written into the recording.
    pub fn word(self) -> &'static str {
        match self {
            Mark::AgentJoined => "agent_joined",
            Mark::AgentLeft => "agent_left",
            Mark::HoldStarted => "hold_started",
            Mark::HoldEnded => "hold_ended",
            Mark::Transferred => "transferred",
            Mark::PauseStarted => "pause_started",
            Mark::PauseEnded => "pause_ended",
            Mark::Parked => "parked",
            Mark::Rejoined => "rejoined",
            Mark::ThirdJoined => "third_joined",
            Mark::ConferenceStarted => "conference_started",
        }
    }
}
