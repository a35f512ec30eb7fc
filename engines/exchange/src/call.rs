//! One call: its states, and the one place where they change.

use std::collections::BTreeMap;

use kernel::{CallId, FlowId, LegId, PersonId, PlayId, QueueId, RecordingId, Timestamp, TrunkId};

use crate::cx::{Cx, Taping};
use crate::fact::{Direction, FlowOut, Mark, Moved, OfferEnd, Party, TransferTo, What};
use crate::line::{Command, EndCause, Identity, PlayMode, PlayOutcome, Source};

mod flow;
mod message;
mod outward;
mod queue;
mod talk;
mod view;

pub use self::view::CallState;

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
    /// The flow of the called number: where "back to the menu" leads. None for a call of our own.
    pub home: Option<FlowId>,
    /// The queue the caller was in last.
    pub queue: Option<QueueId>,
    /// The agent who was connected last.
    pub served_by: Option<PersonId>,
    pub recording: Option<Recording>,
    /// What is being played to the caller now.
    pub playing: Option<PlayId>,
    /// Whom each leg hears, as last commanded; a leg that is not in here hears nobody.
    pub hears: BTreeMap<LegId, Vec<Source>>,
    pub state: State,
    pub since: Timestamp,
}

#[derive(Debug)]
pub(crate) enum State {
    /// Answered by us; the ACK has not come.
    Arriving,
    /// One of us calls: a number outside, or a colleague, rings.
    Dialling(Dialling),
    /// In a menu, or in the survey after a conversation.
    InFlow(InFlow),
    InQueue(Waiting),
    /// An agent has answered; both hear the agent's number.
    Announcing(Talk),
    Talking(Talk),
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
    pub to_tell: Option<(u32, Option<std::time::Duration>)>,
    pub callback_offered: bool,
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
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dialling {
    pub agent: PersonId,
    /// The telephone that dialled; its INVITE waits for our answer.
    pub leg: LegId,
    /// The colleague who is called.
    pub with: Option<PersonId>,
    /// The agent was in after-call work, and goes back to it if nothing comes of this.
    pub writing_up: bool,
    /// Whoever was called has answered, and so have we; the agent's ACK has not come.
    pub answered: bool,
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
        }
    }

    pub fn held(&self) -> bool {
        self.held_by_phone || self.held_by_desk
    }
}

#[derive(Debug)]
pub(crate) struct Message {
    pub queue: QueueId,
    pub max: std::time::Duration,
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

/// Everything that can happen to one call.
#[derive(Debug)]
pub(crate) enum Happening {
    // On the wire.
    CallerAnswered,
    CallerGone(EndCause),
    /// 180 or 183 of whom we called.
    CallerRings,
    /// No packets come from the caller.
    CallerSilent,
    Digit(audio::Digit),
    /// What was being played to the caller has ended.
    Played(PlayOutcome),
    OtherAnswered(LegId),
    OtherGone(LegId, EndCause),
    OtherHeld(LegId, bool),
    // From the distributor.
    Offer {
        agent: PersonId,
        queue: QueueId,
        until: Timestamp,
    },
    Withdraw {
        agent: PersonId,
        why: acd::WithdrawWhy,
    },
    Announce {
        position: u32,
        wait: Option<std::time::Duration>,
    },
    Overflowed {
        how: acd::Overflowed,
        stays: bool,
    },
    /// The distributor does not know the queue.
    NotQueued,
    Moved(QueueId),
    /// The queue a leader chose has no room.
    NotMoved,
    // By the agent on this call.
    Decline,
    Hold,
    Resume,
    HangUp,
    /// By the colleague on the customer's leg.
    ColleagueHangsUp,
    Transfer(TransferTo),
    PauseRecording,
    ResumeRecording,
    // By a leader.
    MoveTo(QueueId),
    GiveTo {
        agent: PersonId,
        by: PersonId,
    },
    End,
    // From elsewhere.
    LookedUp {
        key: String,
        value: Option<String>,
    },
    Wake,
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
            queue: None,
            served_by: None,
            recording: None,
            playing: None,
            hears: BTreeMap::from([(customer, vec![])]),
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
            State::Arriving
            | State::Dialling(_)
            | State::InQueue(_)
            | State::Announcing(_)
            | State::Talking(_)
            | State::Reaching { .. }
            | State::Outside { .. } => None,
        };
        let last = self.arrived + limit;
        Some(own.map_or(last, |own| own.min(last)))
    }

    /// The table of transitions. What is not in it is refused and changes nothing.
    fn next(&mut self, cx: &mut Cx, state: State, happening: Happening) -> State {
        use Happening as H;
        use State as S;
        match (state, happening) {
            (state @ S::Ended { .. }, _) => state,

            // In every state.
            (state, H::CallerGone(cause)) => {
                let by = if cause == EndCause::FarEnd { Party::Caller } else { Party::System };
                self.end(cx, state, by, cause)
            }
            (state, H::CallerSilent) => self.end(cx, state, Party::System, EndCause::Lost),
            (state, H::ColleagueHangsUp) => self.end(cx, state, Party::Caller, EndCause::Ours),
            (state, H::End) => self.end(cx, state, Party::System, EndCause::Ours),
            (S::Closing { by, until }, H::Wake) => match cx.now >= until {
                true => self.end(cx, S::Closing { by, until }, by, EndCause::Ours),
                false => S::Closing { by, until },
            },
            (state, H::Wake) if cx.now >= self.arrived + cx.config.limits.call_max => {
                self.too_long(cx, state)
            }

            (S::Arriving, H::CallerAnswered) => {
                cx.fact(What::CallAnswered { call: self.id });
                self.enter_flow(cx, self.home)
            }

            (S::Dialling(dialling), H::CallerRings) => {
                cx.line(Command::Ring { leg: dialling.leg });
                S::Dialling(dialling)
            }
            (S::Dialling(dialling), H::CallerAnswered) => self.far_answered(cx, dialling),
            (S::Dialling(dialling), H::OtherAnswered(leg)) if dialling.leg == leg && dialling.answered => {
                self.converse(cx, dialling)
            }
            (S::Dialling(dialling), H::OtherGone(leg, cause)) if dialling.leg == leg => {
                let by = if cause == EndCause::FarEnd { Party::Agent } else { Party::System };
                self.end(cx, S::Dialling(dialling), by, cause)
            }
            (S::Dialling(dialling), H::HangUp) => {
                self.end(cx, S::Dialling(dialling), Party::Agent, EndCause::Ours)
            }

            (S::InFlow(flow), H::Digit(digit)) => self.in_flow(cx, flow, ivr::Input::Digit(digit)),
            (S::InFlow(flow), H::Played(_)) => self.in_flow(cx, flow, ivr::Input::Played),
            (S::InFlow(flow), H::LookedUp { key, value }) => {
                self.in_flow(cx, flow, ivr::Input::LookedUp { key, value })
            }
            (S::InFlow(flow), H::Wake) => self.wake_flow(cx, flow),
            (S::InFlow(flow), H::MoveTo(queue)) if flow.survey_of.is_none() => {
                self.ask_for_agent(cx, queue, &[], None)
            }

            (S::InQueue(waiting), H::Played(_)) => self.notice_ended(cx, waiting),
            (S::InQueue(waiting), H::Digit(digit)) => self.key_while_waiting(cx, waiting, digit),
            (S::InQueue(waiting), H::Offer { agent, queue, until }) => {
                self.offer(cx, waiting, agent, queue, until)
            }
            (S::InQueue(waiting), H::Withdraw { agent, why }) => self.withdraw(cx, waiting, agent, why),
            (S::InQueue(waiting), H::Announce { position, wait }) => {
                self.announce_position(cx, waiting, position, wait)
            }
            (S::InQueue(waiting), H::Overflowed { how, stays }) => self.overflowed(cx, waiting, how, stays),
            (S::InQueue(waiting), H::NotQueued) => {
                self.flowed_out(cx, waiting.queue, FlowOut::Message);
                self.close(cx, &cx.config.phrases.must_end.clone(), Party::System)
            }
            (S::InQueue(waiting), H::MoveTo(queue)) => {
                if queue != waiting.queue {
                    cx.acd.push_back(acd::Input::Move { call: self.id, to: queue });
                }
                S::InQueue(waiting)
            }
            (S::InQueue(waiting), H::Moved(queue)) => self.moved_to(cx, waiting, queue, Moved::Leader),
            (state, H::NotMoved) => state,
            (S::InQueue(waiting), H::GiveTo { agent, by }) => {
                cx.acd.push_back(acd::Input::Give { call: self.id, to: agent, by });
                S::InQueue(waiting)
            }
            (S::InQueue(waiting), H::OtherAnswered(leg)) if waiting.rings(leg) => self.connect(cx, waiting),
            (S::InQueue(waiting), H::OtherGone(leg, cause)) if waiting.rings(leg) => {
                self.offer_failed(cx, waiting, cause)
            }
            (S::InQueue(waiting), H::Decline) if waiting.offer.is_some() => {
                self.offer_failed(cx, waiting, EndCause::Declined)
            }

            (S::Announcing(talk), H::Played(outcome)) => {
                let whole = outcome == PlayOutcome::Finished;
                self.announced(cx, talk, whole)
            }
            (S::Announcing(mut talk), H::OtherHeld(leg, held)) if talk.leg == leg => {
                talk.hold_pending = held;
                S::Announcing(talk)
            }
            (S::Announcing(talk), H::OtherGone(leg, cause)) if talk.leg == leg => {
                // Nobody has talked with the caller yet, whoever hung up.
                self.number_announced(cx, &talk, false);
                let by = if cause == EndCause::FarEnd { Party::Agent } else { Party::System };
                self.agent_lost(cx, talk, by)
            }
            // The agent does not want to wait for the announcement.
            (
                S::Announcing(talk),
                act @ (H::Hold
                | H::Resume
                | H::HangUp
                | H::Transfer(_)
                | H::MoveTo(_)
                | H::PauseRecording
                | H::ResumeRecording),
            ) => {
                self.hush(cx);
                let state = self.announced(cx, talk, false);
                self.next(cx, state, act)
            }

            (S::Talking(talk), H::OtherHeld(leg, held)) if talk.leg == leg => {
                self.hold(cx, talk, |talk| talk.held_by_phone = held)
            }
            (S::Talking(talk), H::Hold) => self.hold(cx, talk, |talk| talk.held_by_desk = true),
            (S::Talking(talk), H::Resume) => self.hold(cx, talk, |talk| talk.held_by_desk = false),
            (S::Talking(talk), H::HangUp) => self.agent_hung_up(cx, talk),
            (S::Talking(talk), H::OtherGone(leg, cause)) if talk.leg == leg => match cause {
                EndCause::FarEnd => self.agent_hung_up(cx, talk),
                _ => self.agent_lost(cx, talk, Party::System),
            },
            (S::Talking(talk), H::Transfer(to)) => self.transfer(cx, talk, to),
            (S::Talking(talk), H::MoveTo(queue)) if talk.with.is_none() => {
                self.part(cx, &talk, Party::System);
                self.join(cx, queue, Moved::Leader, &[], None)
            }
            (S::Talking(talk), H::PauseRecording) => {
                self.pause_recording(cx);
                S::Talking(talk)
            }
            (S::Talking(talk), H::ResumeRecording) => {
                self.resume_recording(cx);
                S::Talking(talk)
            }

            (S::Reaching { leg: ours }, H::OtherAnswered(leg)) if leg == ours => {
                self.hush(cx);
                S::Outside { leg }
            }
            (S::Reaching { leg: ours }, H::OtherGone(leg, _)) if leg == ours => self.not_reached(cx),
            (S::Outside { leg: ours }, H::OtherGone(leg, cause)) if leg == ours => {
                self.end(cx, S::Outside { leg: ours }, Party::System, cause)
            }

            (S::LeavingMessage(message), H::Played(_)) => self.record_message(cx, message),
            (S::LeavingMessage(message), H::Digit(digit)) if digit.as_char() == '#' => {
                self.message_done(cx, message)
            }
            (S::LeavingMessage(message), H::Wake) => self.message_done(cx, message),

            (S::Closing { by, until }, H::Played(_)) => {
                self.end(cx, S::Closing { by, until }, by, EndCause::Ours)
            }

            // Without consequence, whatever the state: keys nobody listens to, a distributor's answer that crossed ours,
            // a timer that has been moved, a hold by a telephone that is going.
            (
                state,
                H::Digit(_)
                | H::Played(_)
                | H::Wake
                | H::Announce { .. }
                | H::CallerRings
                | H::OtherHeld(..)
                | H::Withdraw { why: acd::WithdrawWhy::CallerLeft, .. },
            ) => state,

            (state, happening) => {
                cx.stray(format!("{happening:?} for call {} in {:?}", self.id, state.view()));
                state
            }
        }
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
            State::Arriving | State::Dialling(_) | State::Ended { .. } => true,
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
            State::Arriving | State::InFlow(_) | State::Closing { .. } | State::Ended { .. } => {}
            State::Dialling(dialling) => self.not_answered(cx, &dialling, cause),
            State::InQueue(mut waiting) => {
                self.drop_offer(cx, &mut waiting, OfferEnd::CallerLeft);
                cx.acd.push_back(acd::Input::Leave { call: self.id, why: acd::LeaveWhy::HungUp });
                if self.served_by.is_none() {
                    cx.fact(What::Abandoned { call: self.id, queue: waiting.queue });
                }
            }
            State::Announcing(talk) => {
                self.number_announced(cx, &talk, false);
                self.part(cx, &talk, by);
            }
            State::Talking(talk) => self.part(cx, &talk, by),
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
        if sounds.is_empty() {
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

    fn mark(&mut self, cx: &mut Cx, mark: Mark) {
        if let Some(recording) = self.recording {
            let offset = cx.now.since(recording.since).as_millis();
            cx.mark(recording.id, mark, u64::try_from(offset).unwrap_or(u64::MAX));
        }
    }

    fn start_recording(&mut self, cx: &mut Cx) {
        if self.recording.is_none() {
            let id: RecordingId = cx.ids.mint(cx.now);
            cx.line(Command::Record { recording: id, leg: self.customer });
            self.recording = Some(Recording { id, since: cx.now, paused: false });
            cx.recordings.insert(id, Taping { call: self.id, started: false, marks: vec![] });
        }
    }

    fn stop_recording(&mut self, cx: &mut Cx) {
        if let Some(recording) = self.recording.take() {
            cx.line(Command::StopRecording { recording: recording.id });
        }
    }

    fn pause_recording(&mut self, cx: &mut Cx) {
        if let Some(recording) = self.recording.as_mut().filter(|r| !r.paused) {
            recording.paused = true;
            cx.line(Command::PauseRecording { recording: recording.id });
            self.mark(cx, Mark::PauseStarted);
        }
    }

    fn resume_recording(&mut self, cx: &mut Cx) {
        if let Some(recording) = self.recording.as_mut().filter(|r| r.paused) {
            recording.paused = false;
            cx.line(Command::ResumeRecording { recording: recording.id });
            self.mark(cx, Mark::PauseEnded);
        }
    }

    /// Who hears whom: the only place that knows. Listening, whisper and barge-in are further rows of it.
    pub fn who_hears_whom(&self) -> BTreeMap<LegId, Vec<Source>> {
        let mut hears = BTreeMap::from([(self.customer, vec![])]);
        let between = |hears: &mut BTreeMap<_, _>, other: LegId, open: bool| {
            let heard = |leg: LegId| if open { vec![Source::full(leg)] } else { vec![] };
            hears.insert(self.customer, heard(other));
            hears.insert(other, heard(self.customer));
        };
        match &self.state {
            State::Talking(talk) => between(&mut hears, talk.leg, !talk.held()),
            // The caller hears the number and nobody else; the agent hears the caller from the first word.
            State::Announcing(talk) => drop(hears.insert(talk.leg, vec![Source::full(self.customer)])),
            State::Dialling(dialling) => drop(hears.insert(dialling.leg, vec![])),
            State::Outside { leg } => between(&mut hears, *leg, true),
            State::Ended { .. } => hears.clear(),
            State::Arriving
            | State::InFlow(_)
            | State::InQueue(_)
            | State::Reaching { .. }
            | State::LeavingMessage(_)
            | State::Closing { .. } => {}
        }
        hears
    }

    fn rehear(&mut self, cx: &mut Cx) {
        let hears = self.who_hears_whom();
        for (leg, sources) in &hears {
            if self.hears.get(leg).map_or(&[][..], Vec::as_slice) != sources.as_slice() {
                cx.line(Command::Hear { leg: *leg, sources: sources.clone() });
            }
        }
        self.hears = hears;
    }

    /// Every leg the call has a use for.
    pub fn legs(&self) -> Vec<LegId> {
        let other = match &self.state {
            State::InQueue(waiting) => waiting.offer.map(|offer| offer.leg),
            State::Announcing(talk) | State::Talking(talk) => Some(talk.leg),
            State::Reaching { leg } | State::Outside { leg } => Some(*leg),
            State::Dialling(dialling) => Some(dialling.leg),
            State::Ended { .. } => return vec![],
            State::Arriving | State::InFlow(_) | State::LeavingMessage(_) | State::Closing { .. } => None,
        };
        std::iter::once(self.customer).chain(other).collect()
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
            State::Dialling(dialling) => Some(dialling.agent),
            _ => None,
        }
    }
}

impl Waiting {
    pub fn rings(&self, leg: LegId) -> bool {
        self.offer.is_some_and(|offer| offer.leg == leg)
    }
}
