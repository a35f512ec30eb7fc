//! The record of one call, grown fact by fact. The definitions are those of the call timeline: wait = t4 − t2 (ringing
//! counts), talk leaves hold out, a call has requested a person once however often it was queued again.

use exchange::Fact;
use exchange::fact::{Direction, FlowOut, OfferEnd, Party, TransferTo, What};
use exchange::line::EndCause;
use kernel::{AttemptId, CallId, PersonId, QueueId, RecordingId, Timestamp, TrunkId};
use serde::{Deserialize, Serialize};

use super::segment::{Segment, SegmentKind};
use super::{Outcome, word};
use crate::Pressed;

/// Nobody presses more on purpose.
const KEYS_MAX: usize = 50;

/// One row of the call records. Times are absent until they come.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Record {
    pub call: CallId,
    #[serde(default)]
    pub direction: Direction,
    pub from: String,
    pub to: String,
    pub trunk: Option<TrunkId>,
    /// t0
    pub arrived: Timestamp,
    /// t1
    pub answered: Option<Timestamp>,
    /// t2, the first
    pub requested: Option<Timestamp>,
    /// t4, the first
    pub connected: Option<Timestamp>,
    /// t6
    pub ended: Option<Timestamp>,
    /// The queue of the first request.
    pub queue: Option<QueueId>,
    /// Who talked with the customer last; of a call of our own, who made it.
    pub agent: Option<PersonId>,
    pub urgent: bool,
    pub result: Option<Outcome>,
    pub ended_by: Option<Party>,
    pub cause: Option<EndCause>,
    pub talk_ms: u64,
    pub hold_ms: u64,
    pub after_ms: u64,
    /// 5 very satisfied … 1 very dissatisfied.
    pub rating: Option<u8>,
    pub recording: Option<RecordingId>,
    /// Whether the agent's number was heard whole.
    pub announced: Option<bool>,
    /// The process died in the middle of the call, or a bug ended it.
    pub interrupted: bool,
    /// Segments that have begun and not ended.
    pub going_on: Vec<Segment>,
    /// Holding inside the conversation that goes on.
    held_in_talk_ms: u64,
    /// The way out of the queue, if it was not an agent.
    flowed: Option<FlowOut>,
    /// How many segments have been numbered.
    segments: u32,
    self_served: bool,
    abandoned: bool,
    /// Who writes it up, and since when; several after a transfer.
    after_since: Vec<(PersonId, Timestamp)>,
    /// Came outside the hours, and nothing has come of the call since.
    #[serde(default)]
    closed: bool,
    /// Was asked for a message in place of a person of this queue, and has left none.
    #[serde(default)]
    speechless: Option<QueueId>,
    /// What is owed and is to be paid by this call, until it is known how it came out.
    #[serde(default)]
    pub owed: Option<i64>,
    /// The node of the menu that last said what concerned the caller.
    #[serde(default)]
    pub told_at: Option<String>,
    /// Of a call that the machine made.
    #[serde(default)]
    pub attempt: Option<AttemptId>,
    /// What answered it was no person.
    #[serde(default)]
    pub machine: bool,
    /// What whoever the machine called has pressed.
    #[serde(default)]
    pub keys: Vec<Pressed>,
}

impl Record {
    /// A record begins with the arrival and with nothing else.
    pub fn begin(fact: &Fact) -> Option<Record> {
        let (mut outward, mut made_by) = (false, None);
        let (call, trunk, from, to, agent, with) = match &fact.what {
            What::CallArrived { call, trunk, from, to, .. } => (call, *trunk, from, to, None, None),
            What::CalledOut { call, trunk, from, to, attempt, .. } => {
                (outward, made_by) = (true, Some(*attempt));
                (call, *trunk, from, to, None, None)
            }
            What::CallPlaced { call, trunk, from, to, agent, with, .. } => {
                (call, *trunk, from, to, Some(*agent), *with)
            }
            _ => return None,
        };
        let direction = match (agent, with) {
            (None, _) if outward => Direction::Out,
            (None, _) => Direction::In,
            (Some(_), None) => Direction::Out,
            (Some(_), Some(_)) => Direction::Internal,
        };
        let mut record = Record {
            call: *call,
            direction,
            from: from.clone(),
            to: to.clone(),
            trunk,
            arrived: fact.at,
            answered: None,
            requested: None,
            connected: None,
            ended: None,
            queue: None,
            agent,
            urgent: false,
            result: None,
            ended_by: None,
            cause: None,
            talk_ms: 0,
            hold_ms: 0,
            after_ms: 0,
            rating: None,
            recording: None,
            announced: None,
            interrupted: false,
            going_on: Vec::new(),
            held_in_talk_ms: 0,
            flowed: None,
            segments: 0,
            self_served: false,
            abandoned: false,
            after_since: Vec::new(),
            closed: false,
            speechless: None,
            owed: None,
            told_at: None,
            attempt: made_by,
            machine: false,
            keys: Vec::new(),
        };
        if direction != Direction::In {
            record.start(SegmentKind::Dial, fact.at).agent = with;
        }
        Some(record)
    }

    /// The customer's number; for a call between two of us, the one that was dialled.
    pub fn customer(&self) -> &str {
        match self.direction {
            Direction::In => &self.from,
            Direction::Out | Direction::Internal => &self.to,
        }
    }

    /// A customer who came outside the hours and was not served: no person was asked for, no message left, no call back
    /// asked for, nothing of interest heard.
    pub fn found_closed(&self) -> bool {
        self.closed && self.direction == Direction::In && self.requested.is_none() && !self.from.is_empty()
    }

    /// The queue of a customer who was to leave a message there and did not.
    pub fn left_no_message(&self) -> Option<QueueId> {
        self.speechless.filter(|_| self.direction == Direction::In && !self.from.is_empty())
    }

    /// The queue in which a customer waits who has not been answered yet.
    pub fn waits_in(&self) -> Option<QueueId> {
        let first = self.direction == Direction::In && self.connected.is_none();
        let waiting = self.going_on.iter().rev().find(|segment| segment.kind == SegmentKind::Queue);
        waiting.filter(|_| first && self.ended.is_none()).and_then(|segment| segment.queue)
    }

    /// Nothing more will come: the call has ended and nobody is still writing it up.
    pub fn is_complete(&self) -> bool {
        self.ended.is_some() && self.after_since.is_empty()
    }

    /// The place of the next segment that ends.
    pub fn next_segment(&mut self) -> u32 {
        self.segments += 1;
        self.segments
    }

    /// Waited from the first request to the first answer, or to the end.
    pub fn wait_ms(&self) -> Option<u64> {
        let requested = self.requested?;
        let until = self.connected.or(self.ended)?;
        Some(millis(until, requested))
    }

    /// Takes one fact of this call in; returns the segments it ended.
    pub fn take(&mut self, fact: &Fact) -> Vec<Segment> {
        let at = fact.at;
        let mut done = Vec::new();
        match &fact.what {
            What::CallAnswered { .. } => {
                self.answered = Some(at);
                if self.attempt.is_some() {
                    self.finish(SegmentKind::Dial, at, Some("answered".into()), &mut done);
                }
                if self.direction == Direction::In || self.attempt.is_some() {
                    self.start(SegmentKind::Menu, at);
                }
            }
            What::FlowEntered { flow, .. } => {
                if let Some(menu) = self.current(SegmentKind::Menu) {
                    menu.flow.get_or_insert(*flow);
                }
            }
            What::MenuChosen { node, key, .. } => {
                if self.attempt.is_some() && self.keys.len() < KEYS_MAX {
                    self.keys.push(Pressed { node: node.clone(), key: key.to_string() });
                }
                if let Some(menu) = self.current(SegmentKind::Menu) {
                    let path = menu.detail.get_or_insert_default();
                    if path.len() < 500 {
                        let gap = if path.is_empty() { "" } else { " " };
                        path.push_str(&format!("{gap}{node}:{key}"));
                    }
                }
            }
            What::SelfServed { .. } => (self.self_served, self.closed) = (true, false),
            What::MachineAnswered { .. } => self.machine = true,
            What::FoundClosed { .. } => self.closed = true,
            What::Announced { node, .. } => self.told_at = Some(node.clone()),
            What::CallbackAsked { .. } => {
                self.closed = false;
                // Asked for in the menu the caller was led to in place of the queue, or went to out of it.
                if self.flowed == Some(FlowOut::Menu) && self.connected.is_none() {
                    self.flowed = Some(FlowOut::Callback);
                }
            }
            What::AgentRequested { queue, urgent, .. } => {
                self.finish(SegmentKind::Menu, at, None, &mut done);
                self.closed = false;
                self.requested.get_or_insert(at);
                self.queue.get_or_insert(*queue);
                self.urgent |= urgent;
                self.start(SegmentKind::Queue, at).queue = Some(*queue);
            }
            What::QueueMoved { to, why, .. } => {
                self.finish(SegmentKind::Queue, at, Some(word(why)), &mut done);
                self.start(SegmentKind::Queue, at).queue = Some(*to);
            }
            What::Offered { agent, queue, .. } => {
                let ring = self.start(SegmentKind::Ring, at);
                (ring.agent, ring.queue) = (Some(*agent), Some(*queue));
            }
            What::OfferEnded { why, .. } => self.finish(SegmentKind::Ring, at, Some(word(why)), &mut done),
            What::Connected { agent, .. } => {
                self.finish(SegmentKind::Dial, at, Some("answered".into()), &mut done);
                self.finish(SegmentKind::Ring, at, Some("answered".into()), &mut done);
                self.finish(SegmentKind::Queue, at, Some("answered".into()), &mut done);
                self.connected.get_or_insert(at);
                self.agent = Some(*agent);
                let queue = self.queue;
                let talk = self.start(SegmentKind::Talk, at);
                (talk.agent, talk.queue) = (Some(*agent), queue);
            }
            What::NumberAnnounced { whole, .. } => self.announced = Some(*whole),
            What::HoldStarted { agent, .. } => self.start(SegmentKind::Hold, at).agent = Some(*agent),
            What::HoldEnded { .. } => self.finish(SegmentKind::Hold, at, None, &mut done),
            What::Parted { agent, by, .. } => {
                self.finish(SegmentKind::Hold, at, None, &mut done);
                self.finish(SegmentKind::Parked, at, Some(word(by)), &mut done);
                self.finish(SegmentKind::Talk, at, Some(word(by)), &mut done);
                self.after_since.push((*agent, at));
            }
            What::Parked { agent, .. } => self.start(SegmentKind::Parked, at).agent = Some(*agent),
            What::Rejoined { .. } => {
                self.finish(SegmentKind::Parked, at, Some("rejoined".into()), &mut done);
            }
            What::Consulted { to, .. } => {
                let asked = self.start(SegmentKind::Consult, at);
                match to {
                    TransferTo::Agent(agent) => asked.agent = Some(*agent),
                    TransferTo::Queue(queue) => asked.queue = Some(*queue),
                    TransferTo::Flow(_) | TransferTo::Number(_) => {}
                }
            }
            What::ThirdJoined { third, .. } => {
                self.finish(SegmentKind::Ring, at, Some("answered".into()), &mut done);
                if let Some(consult) = self.current(SegmentKind::Consult) {
                    consult.agent = *third;
                }
            }
            What::ThirdLeft { by, .. } => {
                self.finish(SegmentKind::Conference, at, Some(word(by)), &mut done);
                self.finish(SegmentKind::Consult, at, Some(word(by)), &mut done);
            }
            What::ConferenceStarted { .. } => drop(self.start(SegmentKind::Conference, at)),
            What::Transferred { to, .. } => {
                self.finish(SegmentKind::Conference, at, Some("transferred".into()), &mut done);
                self.finish(SegmentKind::Consult, at, Some("transferred".into()), &mut done);
                if let Some(talk) = self.current(SegmentKind::Talk) {
                    talk.detail = Some("transferred".into());
                }
                if matches!(to, TransferTo::Number(_)) {
                    self.start(SegmentKind::Outside, at);
                }
            }
            What::FlowedOut { queue, to, .. } => {
                self.speechless = Some(*queue).filter(|_| *to == FlowOut::Voicemail);
                self.finish(SegmentKind::Queue, at, Some(word(to)), &mut done);
                self.flowed = Some(*to);
                match to {
                    FlowOut::Menu => drop(self.start(SegmentKind::Menu, at)),
                    FlowOut::Voicemail => drop(self.start(SegmentKind::Message, at)),
                    FlowOut::Callback | FlowOut::Message => {}
                }
            }
            What::Abandoned { .. } => {
                self.abandoned = true;
                self.finish(SegmentKind::Ring, at, Some(word(&OfferEnd::CallerLeft)), &mut done);
                self.finish(SegmentKind::Queue, at, Some("abandoned".into()), &mut done);
            }
            What::Asked { agent, .. } => {
                // Only who stayed when the agent hung up is asked; that he then goes ended nothing.
                self.ended_by = Some(Party::Agent);
                self.start(SegmentKind::Rating, at).agent = Some(*agent);
            }
            What::Rated { score, .. } => {
                self.rating = Some(*score);
                self.finish(SegmentKind::Rating, at, Some(score.to_string()), &mut done);
            }
            What::RecordingStarted { recording, .. } => drop(self.recording.get_or_insert(*recording)),
            What::MessageLeft { recording, .. } => {
                self.recording = Some(*recording);
                (self.closed, self.speechless) = (false, None);
                self.finish(SegmentKind::Message, at, None, &mut done);
            }
            What::CallInterrupted { .. } => {
                self.interrupted = true;
                let talk = self.current(SegmentKind::Talk).and_then(|talk| talk.agent);
                self.after_since.extend(talk.map(|agent| (agent, at)));
            }
            What::CallEnded { by, cause, .. } => self.end(at, *by, *cause, &mut done),
            What::AfterCallEnded { agent, .. } => {
                if let Some(place) = self.after_since.iter().position(|(who, _)| who == agent) {
                    let (_, since) = self.after_since.remove(place);
                    self.after_ms += millis(at, since);
                }
            }
            What::CallArrived { .. }
            | What::CallPlaced { .. }
            | What::CalledOut { .. }
            | What::CallBlocked { .. }
            | What::AnnouncementHeard { .. }
            | What::WantsToBeTold { .. }
            | What::RecordingMarked { .. }
            | What::RecordingSealed { .. }
            | What::RecordingTrouble { .. }
            | What::PlaceKept(_)
            | What::PlaceLost { .. }
            | What::DeviceChosen { .. }
            | What::HeldBack { .. }
            | What::CameBack { .. }
            | What::BreakRefused { .. }
            | What::DeskChanged { .. } => {}
        }
        done
    }

    /// The process died while the call went on, and was last known to live at `at`.
    pub fn interrupt(&mut self, at: Timestamp) -> Vec<Segment> {
        let mut done = Vec::new();
        self.after_since.clear();
        if self.ended.is_none() {
            self.interrupted = true;
            self.end(at, Party::System, EndCause::Lost, &mut done);
        }
        done
    }

    fn end(&mut self, at: Timestamp, by: Party, cause: EndCause, done: &mut Vec<Segment>) {
        while let Some(kind) = self.going_on.last().map(|segment| segment.kind) {
            // Why nobody answered is the story of a number that was dialled.
            let detail = (kind == SegmentKind::Dial).then(|| word(&cause));
            self.finish(kind, at, detail, done);
        }
        self.ended = Some(at);
        self.ended_by.get_or_insert(by);
        self.cause = Some(cause);
        self.result = Some(self.outcome());
    }

    fn outcome(&self) -> Outcome {
        match (self.connected, self.requested, self.flowed) {
            (Some(_), ..) => Outcome::Answered,
            (None, Some(_), Some(FlowOut::Voicemail)) => Outcome::Voicemail,
            (None, Some(_), Some(FlowOut::Callback)) => Outcome::Callback,
            (None, Some(_), Some(FlowOut::Message)) => Outcome::Message,
            (None, Some(_), Some(FlowOut::Menu)) if !self.abandoned => Outcome::LeftMenu,
            (None, Some(_), _) => Outcome::Abandoned,
            // A machine that met a machine has reached nobody.
            (None, None, _)
                if self.machine
                    || (self.direction != Direction::In
                        && (self.attempt.is_none() || self.answered.is_none())) =>
            {
                Outcome::NotAnswered
            }
            (None, None, _) if !self.keys.is_empty() => Outcome::SelfServed,
            (None, None, _) if self.self_served => Outcome::SelfServed,
            (None, None, _) if self.answered.is_some() => Outcome::LeftMenu,
            (None, None, _) => Outcome::NotAnswered,
        }
    }

    fn start(&mut self, kind: SegmentKind, at: Timestamp) -> &mut Segment {
        let segment = Segment { kind, at, until: None, agent: None, queue: None, flow: None, detail: None };
        self.going_on.push(segment);
        let last = self.going_on.len() - 1;
        &mut self.going_on[last]
    }

    fn current(&mut self, kind: SegmentKind) -> Option<&mut Segment> {
        self.going_on.iter_mut().rev().find(|segment| segment.kind == kind)
    }

    fn finish(&mut self, kind: SegmentKind, at: Timestamp, detail: Option<String>, done: &mut Vec<Segment>) {
        let Some(place) = self.going_on.iter().rposition(|segment| segment.kind == kind) else { return };
        let mut segment = self.going_on.remove(place);
        segment.until = Some(at);
        segment.detail = segment.detail.or(detail);
        let lasted = millis(at, segment.at);
        match kind {
            SegmentKind::Talk => {
                self.talk_ms += lasted.saturating_sub(std::mem::take(&mut self.held_in_talk_ms));
            }
            SegmentKind::Hold => {
                self.hold_ms += lasted;
                self.held_in_talk_ms += lasted;
            }
            _ => {}
        }
        done.push(segment);
    }
}

fn millis(later: Timestamp, earlier: Timestamp) -> u64 {
    u64::try_from(later.since(earlier).as_millis()).unwrap_or(u64::MAX)
}
