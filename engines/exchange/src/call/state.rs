//! The states of a call, each with what belongs to it.

use std::time::Duration;

use kernel::{LegId, PersonId, PlayId, QueueId, RecordingId, Timestamp};

use crate::fact::{Party, TransferTo};
use crate::line::{EndCause, Identity, Target};

#[derive(Debug)]
pub(crate) enum State {
    /// Answered by us; the ACK has not come.
    Arriving,
    /// One of us calls: a number outside, or a colleague, rings.
    Dialling(Dialling),
    /// The machine calls: it rings at the other end, or somebody has answered and it listens who that is.
    CallingOut {
        listens: Listens,
    },
    /// In a menu, or in the survey after a conversation.
    InFlow(InFlow),
    InQueue(Waiting),
    /// An agent has answered; both hear the agent's number.
    Announcing(Box<Talk>),
    /// The customer, the agent, and perhaps a third who was asked in.
    Talking(Box<Talk>),
    /// The agent's telephone has gone in mid-conversation; the customer hears so and waits for it to come back.
    Parked(Box<Parked>),
    /// A number outside rings after a blind transfer.
    Reaching {
        leg: LegId,
    },
    /// The caller talks with a number outside.
    Outside {
        leg: LegId,
    },
    LeavingMessage(Message),
    /// Something is said, then the call ends; it ends at `until` if nobody says that it has been said.
    Closing {
        by: Party,
        until: Timestamp,
    },
    /// Over; the exchange tells it as a fact and forgets the call.
    Ended {
        by: Party,
        cause: EndCause,
    },
}

/// Whether a call of the machine finds out who has answered, before it speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listens {
    No,
    /// Once somebody answers.
    Later,
    /// At `until` it speaks, whoever that is.
    Now {
        until: Timestamp,
    },
}

impl Listens {
    pub fn of(wanted: bool) -> Listens {
        if wanted { Listens::Later } else { Listens::No }
    }
}

#[derive(Debug)]
pub(crate) struct InFlow {
    pub session: Box<ivr::Session>,
    /// The agent who is being rated.
    pub survey_of: Option<PersonId>,
}

#[derive(Debug)]
pub(crate) struct Waiting {
    pub queue: QueueId,
    pub voice: Voice,
    /// Position and wait, to be told when the notice that is being played has ended.
    pub to_tell: Option<(u32, Option<Duration>)>,
    pub callback_offered: bool,
    /// The offer to be called back, to be said when the notice has ended.
    pub to_offer: bool,
    /// The agent for whom it rings.
    pub offer: Option<Offer>,
}

/// What a waiting caller hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Voice {
    Music,
    /// Greeting, position, apology; then music.
    Notice,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Offer {
    pub agent: PersonId,
    pub leg: LegId,
}

/// One of us who calls.
#[derive(Debug)]
pub(crate) struct Dialling {
    pub agent: PersonId,
    /// The agent's telephone: it dialled, and its INVITE waits for our answer; or we rang it (`from_desk`).
    pub leg: LegId,
    /// Called from the desk: the agent's own telephone is rung first, and hears a tone while the other end rings.
    pub from_desk: bool,
    /// The colleague who is called.
    pub with: Option<PersonId>,
    /// The agent was in after-call work, and goes back to it if nothing comes of this.
    pub writing_up: bool,
    pub stage: Stage,
    /// What the agent hears while it rings at the other end.
    pub tone: Option<PlayId>,
    /// Of a call back out of a queue: that one.
    pub queue: Option<QueueId>,
}

#[derive(Debug)]
pub(crate) enum Stage {
    /// The agent's own telephone rings; then this is dialled.
    Own(Far),
    /// It rings at the other end.
    Far,
    /// Whoever was called has answered, and so have we; the agent's ACK has not come.
    Answered,
}

/// Whom one of us calls, and what is shown there.
#[derive(Debug, Clone)]
pub(crate) struct Far {
    pub to: Target,
    pub shown: Identity,
    pub ring_for: Duration,
}

#[derive(Debug)]
pub(crate) struct Talk {
    pub agent: PersonId,
    pub leg: LegId,
    /// The queue the customer came from; none when one of us called.
    pub queue: Option<QueueId>,
    /// The colleague on the customer's leg, in a call between two of us.
    pub with: Option<PersonId>,
    /// Held by the telephone (re-INVITE), and at the desk: either is enough.
    pub held_by_phone: bool,
    pub held_by_desk: bool,
    /// The telephone went on hold during the announcement: the hold begins with the conversation.
    pub hold_pending: bool,
    /// See `Dialling::writing_up`.
    pub writing_up: bool,
    /// The others do not hear the agent.
    pub muted: bool,
    /// How many keys the customer has typed, while what is typed is nobody's business. The keys themselves are not kept.
    pub secret: Option<u32>,
    pub third: Option<Third>,
    /// What the agent hears while the third is rung.
    pub tone: Option<PlayId>,
}

impl Talk {
    pub fn new(agent: PersonId, leg: LegId, queue: Option<QueueId>) -> Talk {
        Talk {
            agent,
            leg,
            queue,
            with: None,
            held_by_phone: false,
            held_by_desk: false,
            hold_pending: false,
            writing_up: false,
            muted: false,
            secret: None,
            third: None,
            tone: None,
        }
    }

    pub fn held(&self) -> bool {
        self.held_by_phone || self.held_by_desk
    }

    /// Nobody talks with the customer, who hears music.
    pub fn customer_waits(&self) -> bool {
        match self.third.as_ref().map(|third| third.line) {
            None => self.held(),
            Some(Line::Up { with: With::Customer, .. }) => self.held(),
            Some(Line::Up { with: With::All, .. }) => false,
            Some(Line::Seeking | Line::Ringing { .. } | Line::Up { with: With::Third, .. }) => true,
        }
    }

    pub fn third_up(&self) -> Option<(LegId, With)> {
        match self.third.as_ref()?.line {
            Line::Up { leg, with } => Some((leg, with)),
            Line::Seeking | Line::Ringing { .. } => None,
        }
    }
}

/// Whom the agent asked in: a colleague, somebody of a queue, a number outside.
#[derive(Debug, Clone)]
pub(crate) struct Third {
    /// As the agent asked for it; a queue may have passed it on.
    pub who: TransferTo,
    /// One of us, when it is known who.
    pub agent: Option<PersonId>,
    /// The distributor chose, and wants to hear how it came out.
    pub offered: bool,
    pub line: Line,
    /// When this stage began.
    pub since: Timestamp,
    pub muted: bool,
    /// The music the third hears while the agent is back with the customer.
    pub music: Option<PlayId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    /// Waits in a queue for somebody to become free.
    Seeking,
    Ringing {
        leg: LegId,
    },
    Up {
        leg: LegId,
        with: With,
    },
}

/// With whom the agent talks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum With {
    Third,
    Customer,
    All,
}

impl Third {
    pub fn leg(&self) -> Option<LegId> {
        match self.line {
            Line::Seeking => None,
            Line::Ringing { leg } | Line::Up { leg, .. } => Some(leg),
        }
    }

    pub fn rings(&self, on: LegId) -> bool {
        self.line == Line::Ringing { leg: on }
    }
}

/// See `State::Parked`.
#[derive(Debug)]
pub(crate) struct Parked {
    /// Its leg is gone.
    pub talk: Talk,
    pub until: Timestamp,
    /// The agent's telephone, which is rung again.
    pub leg: Option<LegId>,
    /// The phrase is being said; music follows.
    pub saying: bool,
}

#[derive(Debug)]
pub(crate) struct Message {
    /// For whom; none: the flow makes something of it.
    pub queue: Option<QueueId>,
    pub max: Duration,
    /// Recording since; none while the greeting and the beep are played.
    pub started: Option<Timestamp>,
    /// The flow that asked for the message and goes on after it.
    pub back: Option<InFlow>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Recording {
    pub id: RecordingId,
    pub since: Timestamp,
    pub paused: bool,
}
