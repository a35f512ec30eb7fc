//! Everything that can happen to the exchange, and everything it can ask for.

use std::collections::BTreeMap;
use std::time::Duration;

use kernel::{AttemptId, CallId, FlowId, PersonId, QueueId};
use serde::{Deserialize, Serialize};

use crate::fact::{Place, TransferTo};
use crate::{Config, Fact, Footing, Stood, line};

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// Something happened on the wire.
    Line(line::Event),
    /// An agent does something at the desk or through the API.
    Agent { agent: PersonId, act: AgentAct },
    /// A leader acts on somebody else's call or desk.
    Leader { by: PersonId, act: LeaderAct },
    /// The answer to `Effect::LookUp`.
    LookedUp { call: CallId, key: String, answer: Option<ivr::Answer> },
    /// A new configuration; calls in progress go on, and finish the flow they are in.
    Configure(Box<Config>),
    /// How the hall is run from now on. Said twice it changes nothing; a new configuration does not change it.
    Footing(Footing),
    /// At the start: a place in a queue that an earlier process had promised, and nobody was rung for.
    Keep(Place),
    /// At the start, in a storm: somebody left a queue of an earlier process unserved, and may call again.
    Remember(Stood),
    /// The machine calls somebody: out by the dial rules, and whoever answers is led through a flow.
    CallOut(Box<CallOut>),
    /// Refuse new calls; those in progress go on.
    Drain,
}

/// A call by the machine. Refused, nobody has been rung, and no fact tells of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CallOut {
    /// Stands in the facts: who asked for the call knows it again by this.
    pub attempt: AttemptId,
    /// Rung is the telephone of this one of us, which answers by itself, in place of a number.
    #[serde(default)]
    pub own: Option<PersonId>,
    pub number: String,
    /// The number shown there; none is that of the trunk.
    pub shown: Option<String>,
    pub flow: FlowId,
    /// What the flow can say, by the names under which it speaks them.
    pub values: BTreeMap<String, String>,
    pub ring_for: Duration,
    /// What answers like a machine is left alone, and told as one.
    pub tell_machines: bool,
    /// So many of a hundred lines, of the trunk and of the centre, stay free for people who call.
    pub keep_free: u8,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum AgentAct {
    SignIn,
    SignOut,
    Ready,
    NotReady {
        reason: String,
    },
    /// Finish after-call work.
    Finish,
    Extend {
        reason: String,
    },
    /// Refuse the call that rings.
    Decline,
    Hold,
    Resume,
    HangUp,
    Transfer {
        to: TransferTo,
    },
    PauseRecording,
    ResumeRecording,
    /// Calls a number outside, or a colleague by 工号: the agent's own telephone is rung first and answers by itself.
    Dial {
        number: String,
        /// What is owed to whom is called, by its id in the list of those not served.
        #[serde(default)]
        owed: Option<i64>,
    },
    /// The others do not hear the agent.
    Mute,
    Unmute,
    /// Asks somebody in while the customer hears music.
    Consult {
        to: TransferTo,
    },
    /// The customer goes on with whoever was asked; the agent's part is over.
    CompleteTransfer,
    /// Back to the customer; whoever was asked goes.
    CancelConsult,
    /// From the one to the other.
    Swap,
    /// All three together.
    Conference,
    DropThird,
    /// The other two go on together.
    LeaveConference,
    /// What the customer types from now on is neither recorded nor heard nor kept.
    CollectSecret,
    EndSecret,
    /// On what the agent is called from now on.
    UseDevice {
        device: line::Device,
    },
}

impl AgentAct {
    /// As it is written in the API, and in a desk's `allowed`.
    pub fn name(&self) -> &'static str {
        match self {
            AgentAct::SignIn => "sign_in",
            AgentAct::SignOut => "sign_out",
            AgentAct::Ready => "ready",
            AgentAct::NotReady { .. } => "not_ready",
            AgentAct::Finish => "finish",
            AgentAct::Extend { .. } => "extend",
            AgentAct::Decline => "decline",
            AgentAct::Hold => "hold",
            AgentAct::Resume => "resume",
            AgentAct::HangUp => "hang_up",
            AgentAct::Transfer { .. } => "transfer",
            AgentAct::PauseRecording => "pause_recording",
            AgentAct::ResumeRecording => "resume_recording",
            AgentAct::Dial { .. } => "dial",
            AgentAct::Mute => "mute",
            AgentAct::Unmute => "unmute",
            AgentAct::Consult { .. } => "consult",
            AgentAct::CompleteTransfer => "complete_transfer",
            AgentAct::CancelConsult => "cancel_consult",
            AgentAct::Swap => "swap",
            AgentAct::Conference => "conference",
            AgentAct::DropThird => "drop_third",
            AgentAct::LeaveConference => "leave_conference",
            AgentAct::CollectSecret => "collect_secret",
            AgentAct::EndSecret => "end_secret",
            AgentAct::UseDevice { .. } => "use_device",
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum LeaderAct {
    Direct { agent: PersonId, to: acd::Next },
    MoveCall { call: CallId, to: QueueId },
    GiveCall { call: CallId, to: PersonId },
    EndCall { call: CallId },
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    Line(line::Command),
    /// To be written down before the line commands that follow it in the same batch are carried out.
    Fact(Fact),
    /// A menu asks for something from outside (balance, outage); answered with `LookedUp`.
    LookUp {
        call: CallId,
        key: String,
        argument: ivr::Argument,
    },
    Refused(Refused),
}

/// An input that did not fit the state; nothing changed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "refused", rename_all = "snake_case")]
pub enum Refused {
    NoSuchCall {
        call: CallId,
    },
    NoSuchAgent {
        agent: PersonId,
    },
    NoSuchFlow {
        flow: FlowId,
    },
    /// The agent has no call to do this with.
    NotOnACall {
        agent: PersonId,
    },
    /// Dialling out is not allowed by any dial rule.
    MayNotDial {
        number: String,
    },
    /// It does not fit what is going on: nobody has been asked in, nobody has answered yet …
    NotNow,
    /// The trunk outwards, or the centre, has as many calls as it may have; or the trunk is down.
    NoRoomOut,
    /// This attempt is being made already.
    SameAttempt {
        attempt: AttemptId,
    },
    /// The colleague has no time, or is not there.
    Occupied,
    /// Two of us talk: there is no customer who could be passed on.
    BetweenUs,
    Acd {
        why: acd::Refusal,
    },
    /// An event that the state does not know what to do with: for the log.
    Stray {
        what: String,
    },
}
