//! One call: its states, and the one place where they change.

use std::collections::BTreeMap;

use kernel::{AttemptId, CallId, FlowId, LegId, PersonId, PlayId, QueueId, Timestamp, TrunkId};

use crate::cx::Cx;
use crate::fact::{Direction, OfferEnd, Party, What};
use crate::line::{Command, EndCause, Identity, PlayMode, Source};

mod door;
mod flow;
mod happening;
mod hearing;
mod machine;
mod message;
mod outward;
mod park;
mod promise;
mod queue;
mod state;
mod table;
mod talk;
mod taping;
mod third;
mod view;

pub(crate) use self::happening::Happening;
pub use self::state::With;
pub(crate) use self::state::{
    Dialling, Far, InFlow, Line, Listens, Message, Offer, Parked, Recording, Stage, State, Talk, Third,
    Voice, Waiting,
};
pub use self::view::CallState;

/// A place in the queue is kept for no longer than this; then the call back is owed like any other.
const PROMISE_MAX: std::time::Duration = std::time::Duration::from_secs(24 * 3_600);

/// No goodbye lasts longer; one whose end is never told must not keep a line.
const GOODBYE_MAX: std::time::Duration = std::time::Duration::from_secs(30);

#[derive(Debug)]
pub(crate) struct Call {
    pub id: CallId,
    pub direction: Direction,
    pub from: Identity,
    pub to: String,
    pub trunk: Option<TrunkId>,
    /// The leg of the customer: who called us, or whom one of us called (a colleague perhaps).
    pub customer: LegId,
    /// t0
    pub arrived: Timestamp,
    /// t2: kept for as long as the call lives.
    pub requested: Option<Timestamp>,
    pub urgent: bool,
    /// The flow of the called number, or of whoever the machine calls: where "back to the menu" leads. None for a call of
    /// an agent's.
    pub home: Option<FlowId>,
    /// Of a call of the machine.
    pub attempt: Option<AttemptId>,
    /// What its flow can say.
    pub values: BTreeMap<String, String>,
    /// The queue he was not let into at once, in a storm.
    pub held_back: Option<QueueId>,
    /// The queue the caller was in last.
    pub queue: Option<QueueId>,
    /// The agent who was connected last.
    pub served_by: Option<PersonId>,
    pub recording: Option<Recording>,
    /// What is being played to the caller now.
    pub playing: Option<PlayId>,
    /// Whom each leg hears, as last commanded; a leg that is not in here hears nobody.
    pub hears: BTreeMap<LegId, Vec<Source>>,
    /// The customer is to be called back, and has not been rung yet: there is no leg, and nothing is heard.
    pub away: bool,
    /// The call in which this call back was promised.
    pub promised_in: Option<CallId>,
    pub state: State,
    pub since: Timestamp,
}

impl Call {
    /// A call that has just begun, with the leg of the customer.
    pub fn begin(
        id: CallId,
        now: Timestamp,
        customer: LegId,
        from: Identity,
        to: String,
        state: State,
    ) -> Call {
        Call {
            id,
            direction: Direction::In,
            from,
            to,
            trunk: None,
            customer,
            arrived: now,
            requested: None,
            urgent: false,
            home: None,
            attempt: None,
            values: BTreeMap::new(),
            held_back: None,
            queue: None,
            served_by: None,
            recording: None,
            playing: None,
            hears: BTreeMap::from([(customer, vec![])]),
            away: false,
            promised_in: None,
            state,
            since: now,
        }
    }

    pub fn step(&mut self, cx: &mut Cx, happening: Happening) {
        let before = self.state.view();
        let state =
            std::mem::replace(&mut self.state, State::Ended { by: Party::System, cause: EndCause::Lost });
        self.state = self.next(cx, state, happening);
        if self.state.view() != before {
            self.since = cx.now;
        }
        self.rehear(cx);
    }

    /// When the call wants to be woken if nothing happens before.
    pub fn deadline(&self, limit: std::time::Duration) -> Option<Timestamp> {
        use kernel::Engine;
        let own = match &self.state {
            State::InFlow(flow) => flow.session.deadline(),
            State::LeavingMessage(message) => message.started.map(|since| since + message.max),
            State::Ended { .. } => return None,
            // Also beyond the longest call: it may be the reason for what is said.
            State::Closing { until, .. } => return Some(*until),
            State::Parked(parked) => Some(parked.until),
            State::CallingOut { listens: Listens::Now { until } } => Some(*until),
            State::Arriving
            | State::Dialling(_)
            | State::CallingOut { .. }
            | State::InQueue(_)
            | State::Announcing(_)
            | State::Talking(_)
            | State::Reaching { .. }
            | State::Outside { .. } => None,
        };
        let last = self.arrived + if self.away { PROMISE_MAX } else { limit };
        Some(own.map_or(last, |own| own.min(last)))
    }

    /// Ends the call from any state: what is open is closed, with its facts, in the order it would have happened.
    fn end(&mut self, cx: &mut Cx, state: State, by: Party, cause: EndCause) -> State {
        self.let_go(cx, state, by, cause);
        self.stop_recording(cx);
        cx.hang_up(self.customer);
        State::Ended { by, cause }
    }

    /// The longest time is over, whatever is going on: the customer hears so, if there is one on the line.
    fn too_long(&mut self, cx: &mut Cx, state: State) -> State {
        let alone = match &state {
            _ if self.away => true,
            State::Arriving | State::Dialling(_) | State::CallingOut { .. } | State::Ended { .. } => true,
            State::Talking(talk) => talk.with.is_some(),
            _ => false,
        };
        if alone {
            return self.end(cx, state, Party::System, EndCause::Ours);
        }
        self.let_go(cx, state, Party::System, EndCause::Ours);
        let sorry = cx.config.phrases.must_end.clone();
        self.close(cx, &sorry, Party::System)
    }

    /// Ends everything but the customer's leg.
    fn let_go(&mut self, cx: &mut Cx, state: State, by: Party, cause: EndCause) {
        match state {
            State::Arriving
            | State::CallingOut { .. }
            | State::InFlow(_)
            | State::Closing { .. }
            | State::Ended { .. } => {}
            State::Dialling(dialling) => self.not_answered(cx, &dialling, cause),
            State::InQueue(mut waiting) => {
                self.drop_offer(cx, &mut waiting, OfferEnd::CallerLeft);
                cx.acd.push_back(acd::Input::Leave { call: self.id, why: acd::LeaveWhy::HungUp });
                if self.served_by.is_none() && !self.away {
                    self.left_the_line(cx);
                    cx.fact(What::Abandoned { call: self.id, queue: waiting.queue });
                }
            }
            State::Announcing(talk) => {
                self.number_announced(cx, &talk, false);
                self.part(cx, &talk, by);
            }
            State::Talking(talk) => self.part(cx, &talk, by),
            State::Parked(parked) => {
                if let Some(leg) = parked.leg {
                    cx.hang_up(leg);
                }
                self.part(cx, &parked.talk, by);
            }
            State::Reaching { leg } | State::Outside { leg } => cx.hang_up(leg),
            State::LeavingMessage(message) => self.keep_message(cx, &message),
        }
    }

    /// Says something and ends; at once when there is nothing to say.
    fn close(&mut self, cx: &mut Cx, sounds: &[audio::Sound], by: Party) -> State {
        self.stop_recording(cx);
        let closing = State::Closing { by, until: cx.now + GOODBYE_MAX };
        if self.play(cx, sounds, PlayMode::Once) {
            closing
        } else {
            self.end(cx, closing, by, EndCause::Ours)
        }
    }

    /// Plays to the caller in place of what was being played; silence when there is nothing.
    fn play(&mut self, cx: &mut Cx, sounds: &[audio::Sound], mode: PlayMode) -> bool {
        if sounds.is_empty() || self.away {
            self.hush(cx);
            return false;
        }
        let play: PlayId = cx.ids.mint(cx.now);
        self.playing = Some(play);
        cx.line(Command::Play { leg: self.customer, play, sounds: sounds.to_vec(), mode });
        true
    }

    fn hush(&mut self, cx: &mut Cx) {
        if let Some(play) = self.playing.take() {
            cx.line(Command::StopPlaying { leg: self.customer, play });
        }
    }

    /// Every leg the call has a use for.
    pub fn legs(&self) -> Vec<LegId> {
        let mut legs = if self.away { vec![] } else { vec![self.customer] };
        match &self.state {
            State::InQueue(waiting) => legs.extend(waiting.offer.map(|offer| offer.leg)),
            State::Announcing(talk) | State::Talking(talk) => {
                legs.push(talk.leg);
                legs.extend(talk.third.as_ref().and_then(Third::leg));
            }
            State::Parked(parked) => legs.extend(parked.leg),
            State::Reaching { leg } | State::Outside { leg } => legs.push(*leg),
            State::Dialling(dialling) => legs.push(dialling.leg),
            State::Ended { .. } => return vec![],
            State::Arriving
            | State::CallingOut { .. }
            | State::InFlow(_)
            | State::LeavingMessage(_)
            | State::Closing { .. } => {}
        }
        legs
    }

    /// The colleague who was called by one of us.
    pub fn colleague(&self) -> Option<PersonId> {
        match &self.state {
            State::Dialling(dialling) => dialling.with,
            State::Talking(talk) => talk.with,
            _ => None,
        }
    }

    /// Who the customer is: what an agent's telephone shows, and where a call back goes.
    pub fn who(&self) -> Identity {
        match self.direction {
            Direction::In => self.from.clone(),
            Direction::Out | Direction::Internal => Identity { number: self.to.clone(), name: String::new() },
        }
    }

    /// The agent who rings, dials or talks.
    pub fn agent(&self) -> Option<PersonId> {
        match &self.state {
            State::InQueue(waiting) => waiting.offer.map(|offer| offer.agent),
            State::Announcing(talk) | State::Talking(talk) => Some(talk.agent),
            State::Parked(parked) => Some(parked.talk.agent),
            State::Dialling(dialling) => Some(dialling.agent),
            _ => None,
        }
    }

    pub fn talk(&self) -> Option<&Talk> {
        match &self.state {
            State::Announcing(talk) | State::Talking(talk) => Some(talk),
            State::Parked(parked) => Some(&parked.talk),
            _ => None,
        }
    }

    /// Whom the agent asked in.
    pub fn third(&self) -> Option<&Third> {
        self.talk()?.third.as_ref()
    }

    /// Everybody of us whose desk shows this call.
    pub fn people(&self) -> impl Iterator<Item = PersonId> {
        let third = self.third().and_then(|third| third.agent);
        [self.agent(), self.colleague(), third].into_iter().flatten()
    }
}

impl Waiting {
    pub fn rings(&self, leg: LegId) -> bool {
        self.offer.is_some_and(|offer| offer.leg == leg)
    }
}
