//! What is true from now on: emitted by the transition itself, so that no report can disagree with what happened.
//!
//! The times t0 … t7 are those of the call timeline (interval, wait, talk and after-call work are differences of them).

use audio::Digit;
use kernel::{AttemptId, CallId, FlowId, LegId, PersonId, QueueId, RecordingId, Timestamp, TrunkId};
use serde::{Deserialize, Serialize};

use crate::line::{Device, EndCause};

mod terms;

pub use self::terms::{
    Blocked, DeskState, Direction, FlowOut, Mark, Moved, OfferEnd, Party, Place, TransferTo,
};

/// One thing that happened at `at`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Fact {
    pub at: Timestamp,
    #[serde(flatten)]
    pub what: What,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum What {
    // The caller and the call.
    /// t0. Emitted before the call is answered.
    CallArrived {
        call: CallId,
        leg: LegId,
        trunk: Option<TrunkId>,
        from: String,
        to: String,
    },
    /// t0 of a call that one of our telephones makes: `leg` is that telephone. Emitted before anybody is rung.
    CallPlaced {
        call: CallId,
        leg: LegId,
        /// The trunk it goes out by; none for a colleague.
        trunk: Option<TrunkId>,
        agent: PersonId,
        /// The colleague who is called.
        with: Option<PersonId>,
        /// 工号 of the agent.
        from: String,
        to: String,
        /// A call back that kept its place in the queue: the call in which it was promised.
        #[serde(default)]
        promised_in: Option<CallId>,
        /// What is owed and is paid by this call, as the agent said.
        #[serde(default)]
        owed: Option<i64>,
    },
    /// t0 of a call that the machine makes; `leg` is that of whoever is called. Emitted before anybody is rung. Nobody
    /// answers: `CallEnded` says why.
    CalledOut {
        call: CallId,
        leg: LegId,
        /// None: a telephone of ours.
        #[serde(default)]
        trunk: Option<TrunkId>,
        attempt: AttemptId,
        /// The number shown there.
        from: String,
        to: String,
        flow: FlowId,
    },
    /// What has answered a call of the machine is no person. `CallEnded` follows.
    MachineAnswered {
        call: CallId,
    },
    /// An INVITE refused: for want of room (`blocked` in the figures), or because it may not be.
    CallBlocked {
        trunk: Option<TrunkId>,
        from: String,
        to: String,
        why: Blocked,
    },
    /// t1: by the centre, or by whom one of us has called.
    CallAnswered {
        call: CallId,
    },
    FlowEntered {
        call: CallId,
        flow: FlowId,
        version: u32,
    },
    /// `node` is the name in the flow.
    MenuChosen {
        call: CallId,
        node: String,
        key: Digit,
    },
    /// The caller has reached an informative end of self-service.
    SelfServed {
        call: CallId,
        node: String,
    },
    /// What concerns the caller is said to him before the menu, or in answer to his question: one for each thing.
    Announced {
        call: CallId,
        node: String,
        /// What it is about, as the id of the room that said it.
        subject: String,
        revision: u32,
        /// It concerns this caller, not everybody.
        own: bool,
    },
    /// The announcement was heard to its end.
    AnnouncementHeard {
        call: CallId,
        node: String,
    },
    /// The caller wants to be told how this goes on.
    WantsToBeTold {
        call: CallId,
        node: String,
        number: String,
        subject: String,
        revision: u32,
    },
    /// The caller came outside the hours of this node of a menu. What follows says whether it mattered.
    FoundClosed {
        call: CallId,
        node: String,
    },
    /// In a storm: the caller asked for an agent, and hears first how long that takes and what he can do instead. Follows
    /// `AgentRequested`.
    HeldBack {
        call: CallId,
        queue: QueueId,
        waiting: u32,
        wait_s: Option<u64>,
    },
    /// In a storm: the caller had stood in the queue, hung up, and stands where he stood.
    CameBack {
        call: CallId,
        stood_since: Timestamp,
    },
    /// t2 (the first of a call counts; later ones are moves).
    AgentRequested {
        call: CallId,
        queue: QueueId,
        urgent: bool,
    },
    QueueMoved {
        call: CallId,
        from: QueueId,
        to: QueueId,
        why: Moved,
    },
    /// t3
    Offered {
        call: CallId,
        agent: PersonId,
        queue: QueueId,
    },
    OfferEnded {
        call: CallId,
        agent: PersonId,
        why: OfferEnd,
    },
    /// t4
    Connected {
        call: CallId,
        agent: PersonId,
        leg: LegId,
    },
    /// The agent's number was played to the caller to its end (or was cut short).
    NumberAnnounced {
        call: CallId,
        agent: PersonId,
        whole: bool,
    },
    HoldStarted {
        call: CallId,
        agent: PersonId,
    },
    HoldEnded {
        call: CallId,
        agent: PersonId,
    },
    /// The agent left the conversation; the caller may go on (rating, transfer).
    Parted {
        call: CallId,
        agent: PersonId,
        by: Party,
    },
    Transferred {
        call: CallId,
        from: PersonId,
        to: TransferTo,
    },
    /// The agent's telephone has gone; the customer waits a moment for it.
    Parked {
        call: CallId,
        agent: PersonId,
    },
    /// It came back.
    Rejoined {
        call: CallId,
        agent: PersonId,
        leg: LegId,
    },
    /// The agent asks somebody in, while the customer waits.
    Consulted {
        call: CallId,
        agent: PersonId,
        to: TransferTo,
    },
    /// Whoever was asked has answered: one of us, or a number outside.
    ThirdJoined {
        call: CallId,
        third: Option<PersonId>,
        leg: LegId,
    },
    /// The third goes, or never came.
    ThirdLeft {
        call: CallId,
        third: Option<PersonId>,
        by: Party,
    },
    /// Customer, agent and third hear each other.
    ConferenceStarted {
        call: CallId,
    },
    /// The caller left a queue without being served by an agent.
    FlowedOut {
        call: CallId,
        queue: QueueId,
        to: FlowOut,
    },
    Abandoned {
        call: CallId,
        queue: QueueId,
    },
    Asked {
        call: CallId,
        agent: PersonId,
    },
    /// 5 very satisfied … 1 very dissatisfied.
    Rated {
        call: CallId,
        agent: PersonId,
        score: u8,
    },
    /// A bug ended this call alone: whatever was open in it is over. `CallEnded` follows.
    CallInterrupted {
        call: CallId,
    },
    /// t6
    CallEnded {
        call: CallId,
        by: Party,
        cause: EndCause,
    },
    /// t7
    AfterCallEnded {
        call: CallId,
        agent: PersonId,
        /// By the centre, because it had lasted long enough; whatever was incomplete is incomplete.
        #[serde(default)]
        expired: bool,
    },

    // Recordings.
    RecordingStarted {
        call: CallId,
        recording: RecordingId,
        file: String,
    },
    RecordingMarked {
        recording: RecordingId,
        mark: Mark,
        offset_ms: u64,
    },
    RecordingSealed {
        recording: RecordingId,
        file: String,
        duration_ms: u64,
        bytes: u64,
        sha256: String,
    },
    RecordingTrouble {
        recording: RecordingId,
        lost_ms: u64,
        what: String,
    },
    /// The caller left a message; it is this recording.
    MessageLeft {
        call: CallId,
        queue: QueueId,
        recording: RecordingId,
    },
    CallbackAsked {
        call: CallId,
        queue: QueueId,
        number: String,
    },
    /// The call back that was asked for keeps the caller's place in the queue. Whatever moves the place or ends it tells
    /// so: `QueueMoved`, `Offered`, `OfferEnded`, `CallPlaced`, `PlaceLost`.
    PlaceKept(Place),
    /// The place of a call back in the queue is gone before anybody called: it is owed like any other.
    PlaceLost {
        call: CallId,
        promised_in: CallId,
    },

    // Agents.
    /// In a storm: an agent wanted a break, or was to have one after the call, and has none.
    BreakRefused {
        agent: PersonId,
        reason: String,
    },
    /// On what the agent is called from now on.
    DeviceChosen {
        agent: PersonId,
        device: Device,
    },
    /// A new state of an agent's desk; `by` is somebody else who ordered it.
    DeskChanged {
        agent: PersonId,
        desk: DeskState,
        by: Option<PersonId>,
    },
}

impl What {
    /// The call this is about, for what belongs to the call's own story.
    pub fn call(&self) -> Option<CallId> {
        match self {
            What::CallArrived { call, .. }
            | What::CallPlaced { call, .. }
            | What::CalledOut { call, .. }
            | What::MachineAnswered { call }
            | What::CallAnswered { call }
            | What::FlowEntered { call, .. }
            | What::MenuChosen { call, .. }
            | What::SelfServed { call, .. }
            | What::FoundClosed { call, .. }
            | What::Announced { call, .. }
            | What::AnnouncementHeard { call, .. }
            | What::WantsToBeTold { call, .. }
            | What::HeldBack { call, .. }
            | What::CameBack { call, .. }
            | What::AgentRequested { call, .. }
            | What::QueueMoved { call, .. }
            | What::Offered { call, .. }
            | What::OfferEnded { call, .. }
            | What::Connected { call, .. }
            | What::NumberAnnounced { call, .. }
            | What::HoldStarted { call, .. }
            | What::HoldEnded { call, .. }
            | What::Parted { call, .. }
            | What::Transferred { call, .. }
            | What::Parked { call, .. }
            | What::Rejoined { call, .. }
            | What::Consulted { call, .. }
            | What::ThirdJoined { call, .. }
            | What::ThirdLeft { call, .. }
            | What::ConferenceStarted { call }
            | What::FlowedOut { call, .. }
            | What::Abandoned { call, .. }
            | What::Asked { call, .. }
            | What::Rated { call, .. }
            | What::CallInterrupted { call }
            | What::CallEnded { call, .. }
            | What::AfterCallEnded { call, .. }
            | What::RecordingStarted { call, .. }
            | What::MessageLeft { call, .. }
            | What::CallbackAsked { call, .. } => Some(*call),
            What::CallBlocked { .. }
            | What::RecordingMarked { .. }
            | What::RecordingSealed { .. }
            | What::RecordingTrouble { .. }
            | What::PlaceKept(_)
            | What::PlaceLost { .. }
            | What::DeviceChosen { .. }
            | What::BreakRefused { .. }
            | What::DeskChanged { .. } => None,
        }
    }
}
