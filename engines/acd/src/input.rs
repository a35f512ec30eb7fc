//! Everything that can happen to the distributor, and everything it can ask for.

use std::time::Duration;

use kernel::{CallId, PersonId, QueueId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Overflow, Policy};

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// A new policy. Agents no longer in it are signed out when their call ends; callers of a queue that is gone overflow.
    Configure(Box<Policy>),

    // Callers.
    /// A caller asks for a person. `joined` is t2: kept when a call comes back to a queue. `wanted` rings first, and
    /// nobody else, if ready at this moment (whatever the queues and skills); otherwise the caller waits like any other.
    /// `promised`: nobody is on the line, and the place was promised: it is kept although the queue is full or nobody is
    /// signed in, and only goes to other queues.
    Join {
        call: CallId,
        queue: QueueId,
        joined: Timestamp,
        urgent: bool,
        wanted: Option<Wanted>,
        promised: bool,
    },
    /// The caller is no longer waiting: hung up, took a call-back, went back to the menu.
    Leave {
        call: CallId,
        why: LeaveWhy,
    },
    /// A leader, or the caller, moves the call; its waiting time is kept.
    Move {
        call: CallId,
        to: QueueId,
    },
    /// A leader gives a waiting call to one agent, who must be ready (whatever the queues and skills); nothing happens if
    /// it rings there already.
    Give {
        call: CallId,
        to: PersonId,
        by: PersonId,
    },

    // Agents.
    /// Lands in not ready.
    SignIn {
        agent: PersonId,
    },
    /// While on a call: kept until the call and its after-call work are over.
    SignOut {
        agent: PersonId,
    },
    Ready {
        agent: PersonId,
    },
    NotReady {
        agent: PersonId,
        reason: String,
    },
    /// The offer was taken: the agent answered.
    Accepted {
        agent: PersonId,
        call: CallId,
    },
    /// The offer failed. No answer makes the agent not ready with the reason `missed`.
    Failed {
        agent: PersonId,
        call: CallId,
        why: OfferFailed,
    },
    /// The agent talks on a call the distributor did not offer: outbound, transfer, consultation, picked out of a queue.
    Engaged {
        agent: PersonId,
        call: CallId,
    },
    /// The agent's part in the call is over: after-call work begins.
    Parted {
        agent: PersonId,
        call: CallId,
    },
    /// The agent's part in a call he was `Engaged` on is over and leaves nothing to be written up: nobody answered, or
    /// it was a colleague.
    Disengaged {
        agent: PersonId,
        call: CallId,
    },
    /// Nobody knows where the agent has gone in mid-call: not ready with the reason `lost`, without after-call work.
    Lost {
        agent: PersonId,
        call: CallId,
    },
    /// The call is gone, and whoever kept its state cannot say how: nobody waits, rings or talks on it from now on.
    /// Fits every state.
    Forget {
        call: CallId,
    },
    /// Done with after-call work.
    Finish {
        agent: PersonId,
    },
    /// Needs longer than the hard limit; extends it once more by the hard limit.
    Extend {
        agent: PersonId,
        reason: String,
    },
    /// The agent's telephone cannot be reached any more, or can again. `restore`: only if it comes back within this is the
    /// agent ready again by itself (a page that is loaded anew); none is at any time (a telephone on the desk).
    DeviceLost {
        agent: PersonId,
        restore: Option<Duration>,
    },
    DeviceBack {
        agent: PersonId,
    },
    /// A leader orders a state.
    Direct {
        agent: PersonId,
        by: PersonId,
        to: Next,
    },
}

/// The agent a caller is passed to, and who passes him.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Wanted {
    pub agent: PersonId,
    pub by: PersonId,
}

/// What an agent is to be next.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Next {
    Ready,
    NotReady { reason: String },
    SignedOut,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeaveWhy {
    HungUp,
    Callback,
    Voicemail,
    Message,
    Menu,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferFailed {
    NoAnswer,
    Declined,
    Unreachable,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Ring this agent for this call; answered with `Accepted` or `Failed`. The ring time is the distributor's own
    /// deadline: at `until` it sends `Withdraw { NoAnswer }` itself.
    Offer { call: CallId, agent: PersonId, queue: QueueId, until: Timestamp },
    /// Stop ringing this agent.
    Withdraw { call: CallId, agent: PersonId, why: WithdrawWhy },
    /// Tell the caller: position (1 is next) and estimated wait. Neither ever goes up for a caller who stays in the queue.
    Announce { call: CallId, position: u32, wait: Option<Duration> },
    /// The caller leaves the queue by rule. `Overflow::Queue` has been carried out already; the others are the
    /// exchange's to carry out. `stays`: the caller still waits in `from`; only ever with `OfferCallback`, which leaves
    /// the caller in the queue unless the queue was full and never let the caller in.
    Overflowed { call: CallId, from: QueueId, how: Overflowed, stays: bool },
    /// The agent's desk changed.
    Desk { agent: PersonId, state: DeskChange, by: Option<PersonId> },
    /// The agent has been not ready with this reason for longer than `Policy::reason_limits` allows. Told once.
    OverLimit { agent: PersonId, reason: String, since: Timestamp },
    /// A break that was to follow the call is not to be: the agent is ready instead.
    BreakPutOff { agent: PersonId, reason: String },
    /// After-call work was ended by the centre; the desk's next state follows.
    Expired { agent: PersonId, call: CallId },
    /// The input did not fit; nothing changed.
    Refused(Refusal),
}

/// What [`Effect::Desk`] tells: the state as the figures count it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeskChange {
    SignedOut,
    NotReady { reason: String },
    Ready,
    Ringing { call: CallId },
    Talking { call: CallId },
    AfterCall { call: CallId, soft: Timestamp, hard: Timestamp },
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overflowed {
    To(QueueId),
    By(Overflow),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WithdrawWhy {
    NoAnswer,
    CallerLeft,
    /// A more urgent caller took the agent before the answer, or a leader intervened.
    Overtaken,
    DeviceLost,
    /// The agent chose not to be ready while it rang.
    NotReady,
    SignedOut,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    NoSuchQueue,
    NoSuchAgent,
    NoSuchCall,
    AlreadyWaiting,
    NotSignedIn,
    NotOffered,
    NotAfterCall,
    NotReady,
    ReasonMissing,
    /// The agent's part in this call is not known: it is not the call being talked on.
    NotTalking,
    /// The agent talks on another call.
    Busy,
    /// The queue a leader chose has no room.
    Full,
    /// After-call work is extended once.
    AlreadyExtended,
    /// In a storm nobody begins a break of this kind; a leader may order it all the same.
    BreaksStopped {
        reason: String,
        until: Option<Timestamp>,
    },
    /// As many are away for this reason as may be at a time; a leader may order it all the same.
    TooManyAway {
        reason: String,
        away: u32,
        limit: u32,
    },
}

/// The reasons for not being ready that the distributor gives by itself.
pub mod reasons {
    /// Just signed in.
    pub const SIGNED_IN: &str = "signed_in";
    /// 未应答: the ring time passed.
    pub const MISSED: &str = "missed";
    pub const DECLINED: &str = "declined";
    /// The telephone could not be rung; ready again when the device comes back.
    pub const UNREACHABLE: &str = "unreachable";
    /// Gone in mid-call, and not back in time.
    pub const LOST: &str = "lost";
    /// The browser with the telephone in it is gone; ready again only if it is back within seconds.
    pub const PHONE_LOST: &str = "phone_lost";
    /// The telephone is gone; ready again when the device comes back.
    pub const DEVICE_LOST: &str = "device_lost";
}
