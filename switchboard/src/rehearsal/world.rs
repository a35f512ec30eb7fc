//! One run: the real exchange (with its distributor and menus) in virtual time, the people around it, and what became of
//! each of their calls.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use audio::{Clip, Digit, Sound};
use exchange::fact::{DeskState, What};
use exchange::line::{Command, Device, EndCause, Event, Identity, Origin, PlayMode, PlayOutcome, Target};
use exchange::{AgentAct, Effect, Exchange, Input};
use kernel::{CallId, Engine, IdMint, LegId, PlayId, Timestamp};
use outages::rules;

use super::caller::{Caller, Deed};
use super::centre::{self, Lengths};
use super::day::Day;
use super::fate::{Attempt, Fate};
use super::outages::Known;
use super::reference::{HALF_LIFE, HALF_LIFE_TOLD, RING_S};
use crate::simulate::dice::Dice;

/// How a run differs from another one of the same day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Terms {
    pub seats: usize,
    /// Callers hear of outages before the menu.
    pub shield: bool,
    /// From a fault to its publication.
    pub reaction: Duration,
    /// Of a hundred who hear of their own outage and would ask for a person, so many are content.
    pub leave: u32,
    /// With the shield the rush falls as the reference says: who has heard elsewhere does not call.
    pub falls_faster: bool,
}

/// A call that asked a room answers within this.
const LOOK_UP: Duration = Duration::from_millis(40);
const WIRE: Duration = Duration::from_millis(20);

pub(super) enum Next {
    /// Somebody calls, for the nth time.
    Call { person: usize, nth: u32 },
    Line(Event),
    LookedUp(Input),
    /// A caller does what he has meant to do since; another number: he has changed his mind.
    Deed { attempt: usize, mind: u32, deed: Deed },
    /// An agent's after-call work is done.
    Written { seat: usize, call: CallId },
    Shift,
}

struct Leg {
    /// Of a caller; none is an agent's telephone.
    attempt: Option<usize>,
    playing: Option<PlayId>,
    up: bool,
}

#[derive(Default, Clone)]
struct Desk {
    state: Option<DeskState>,
    /// The shift is over.
    goes: bool,
    on: bool,
    /// The call it has, or had last.
    attempt: Option<usize>,
}

pub struct World<'a> {
    pub(super) day: &'a Day,
    pub(super) terms: Terms,
    pub(super) known: &'a Known,
    lengths: Lengths,
    exchange: Exchange,
    ids: Arc<IdMint>,
    pub(super) now: Timestamp,
    plan: BTreeMap<(Timestamp, u64), Next>,
    planned: u64,
    legs: HashMap<LegId, Leg>,
    calls: HashMap<CallId, usize>,
    /// Who stands in line, in order, by queue.
    pub(super) line: BTreeSet<(i64, Timestamp, usize)>,
    pub(super) callers: Vec<Caller>,
    pub attempts: Vec<Attempt>,
    desks: Vec<Desk>,
    /// How long agents let it ring.
    rings: Dice,
    /// Inputs that did not fit: the people of a rehearsal do nothing of that kind.
    pub refused: Vec<String>,
}

/// What came of a run.
pub struct Outcome {
    pub terms: Terms,
    pub attempts: Vec<Attempt>,
    pub refused: Vec<String>,
}

/// Lives through the day.
pub fn run(day: &Day, known: &Known, terms: Terms) -> Result<Outcome> {
    let lengths = Lengths::read()?;
    let ids = Arc::new(IdMint::new(0));
    let exchange = Exchange::new(centre::config(&lengths, terms.seats)?, Arc::clone(&ids));
    let mut world = World {
        day,
        terms,
        known,
        lengths,
        exchange,
        ids,
        now: day.start,
        plan: BTreeMap::new(),
        planned: 0,
        legs: HashMap::new(),
        calls: HashMap::new(),
        line: BTreeSet::new(),
        callers: Vec::new(),
        attempts: Vec::new(),
        desks: vec![Desk::default(); terms.seats],
        rings: Dice::new(day.seed),
        refused: Vec::new(),
    };
    world.live();
    Ok(Outcome { terms, attempts: world.attempts, refused: world.refused })
}

impl World<'_> {
    fn live(&mut self) {
        for at in self.day.changes() {
            self.plan(at, Next::Shift);
        }
        for person in &self.day.people {
            self.plan(person.first, Next::Call { person: person.id, nth: 1 });
        }
        loop {
            let next = self.plan.first_key_value().map(|((at, _), _)| *at);
            let due = self.exchange.deadline();
            match (next, due) {
                (Some(at), due) if due.is_none_or(|due| at <= due) => {
                    self.now = self.now.max(at);
                    if let Some((_, next)) = self.plan.pop_first() {
                        self.happens(next);
                    }
                }
                // Desks alone may go on for ever; nobody calls any more.
                (None, Some(_)) if self.calls.is_empty() => return,
                (_, Some(due)) => {
                    self.now = self.now.max(due);
                    let mut out = Vec::new();
                    self.exchange.wake(self.now, &mut out);
                    self.effects(out);
                }
                _ => return,
            }
        }
    }

    pub(super) fn plan(&mut self, at: Timestamp, next: Next) {
        self.planned += 1;
        self.plan.insert((at, self.planned), next);
    }

    fn happens(&mut self, next: Next) {
        match next {
            Next::Call { person, nth } => self.call(person, nth),
            Next::Line(event) => self.arrives(event),
            Next::LookedUp(input) => self.input(input),
            Next::Deed { attempt, mind, deed } => self.deed(attempt, mind, deed),
            Next::Written { seat, call } => {
                let Some(desk) = self.desks.get_mut(seat) else { return };
                if desk.state == Some(DeskState::AfterCall { call }) {
                    // Before the next call is offered.
                    let act =
                        if std::mem::take(&mut desk.goes) { AgentAct::SignOut } else { AgentAct::Finish };
                    self.act(seat, act);
                }
            }
            Next::Shift => self.shift(),
        }
    }

    fn shift(&mut self) {
        let wanted = self.day.on_duty(self.terms.seats, self.now);
        for seat in 0..self.terms.seats {
            let Some(desk) = self.desks.get_mut(seat) else { continue };
            let (was, on) = (desk.on, seat < wanted);
            (desk.on, desk.goes) = (on, !on && was);
            if on && !was {
                let phone = Event::Phone {
                    user: centre::phone(seat),
                    device: Device::Telephone,
                    reachable: true,
                };
                self.input(Input::Line(phone));
                self.act(seat, AgentAct::SignIn);
                self.act(seat, AgentAct::Ready);
            }
            self.go_home(seat);
        }
    }

    fn go_home(&mut self, seat: usize) {
        let Some(desk) = self.desks.get_mut(seat) else { return };
        if desk.goes && matches!(desk.state, Some(DeskState::Ready)) {
            desk.goes = false;
            self.act(seat, AgentAct::SignOut);
        }
    }

    fn act(&mut self, seat: usize, act: AgentAct) {
        self.input(Input::Agent { agent: centre::agent(seat), act });
    }

    fn call(&mut self, person: usize, nth: u32) {
        let Some(who) = self.day.people.get(person) else { return };
        let attempt = self.attempts.len();
        self.attempts.push(Attempt {
            person,
            nth,
            at: self.now,
            asked: None,
            heard: None,
            keys: String::new(),
            fate: Fate::LeftMenu,
            agent_time: Duration::ZERO,
            seat: None,
            again: None,
        });
        self.callers.push(Caller::new(self.day, who, nth));
        if nth == 1 && self.heard_elsewhere(person) {
            return self.set(attempt, Fate::NeverCalled);
        }
        let leg: LegId = self.ids.mint(self.now);
        self.legs.insert(leg, Leg { attempt: Some(attempt), playing: None, up: false });
        if let Some(caller) = self.callers.get_mut(attempt) {
            caller.leg = Some(leg);
        }
        let from = Identity { number: Day::number(person), name: String::new() };
        let origin = Origin::Trunk { trunk: centre::TRUNK };
        self.input(Input::Line(Event::Incoming { leg, origin, from, to: centre::NUMBER.to_owned() }));
    }

    /// The rush halves every 40 minutes and not every 70 once callers are told: those who are missing.
    fn heard_elsewhere(&self, person: usize) -> bool {
        let who = self.day.people.get(person);
        let Some(fault) = who.and_then(|who| self.day.faults.get(who.fault?)) else { return false };
        let told = fault.starts + self.terms.reaction;
        if !(self.terms.shield && self.terms.falls_faster) || self.now <= told {
            return false;
        }
        let minutes = self.now.since(told).as_secs_f64() / 60.0;
        let left = 0.5_f64.powf(minutes / HALF_LIFE_TOLD - minutes / HALF_LIFE);
        self.day.dice(person, 0).unit() > left
    }

    pub(super) fn set(&mut self, attempt: usize, fate: Fate) {
        if let Some(attempt) = self.attempts.get_mut(attempt) {
            attempt.fate = fate;
        }
    }

    pub(super) fn input(&mut self, input: Input) {
        let mut out = Vec::new();
        self.exchange.handle(self.now, input, &mut out);
        self.effects(out);
    }

    fn effects(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Line(command) => self.command(command),
                Effect::Fact(fact) => self.fact(fact.what),
                Effect::LookUp { call, key, argument } => {
                    let answer = self.look_up(call, &key, &argument.text);
                    let told = Input::LookedUp { call, key, answer };
                    self.plan(self.now + LOOK_UP, Next::LookedUp(told));
                }
                Effect::Refused(refused) => self.refused.push(format!("{} {refused:?}", self.now)),
            }
        }
    }

    /// What the room `outages` answers, by its own rules.
    fn look_up(&mut self, call: CallId, key: &str, argument: &str) -> Option<ivr::Answer> {
        let person = self.calls.get(&call).and_then(|at| self.attempts.get(*at)).map(|one| one.person)?;
        let who = self.day.people.get(person)?;
        let heard = match key {
            "outages" if !self.terms.shield => return None,
            "outages" => {
                let fault = who.fault.filter(|_| who.known && Day::whose(argument) == Some(person));
                self.known.heard(self.day, fault, self.now)
            }
            _ => {
                if argument != Day::account(person) {
                    return None;
                }
                let heard = self.known.heard_of_account(self.day, who.fault, self.now);
                if heard.segments.is_empty() {
                    return Some("none".into());
                }
                heard
            }
        };
        if heard.segments.is_empty() { None } else { Some(self.spoken(heard)) }
    }

    fn spoken(&mut self, heard: rules::Heard) -> ivr::Answer {
        let own = heard.own;
        let mut says = Vec::new();
        for segment in heard.segments {
            let name = format!("spoken/{}_{}_{}", segment.outage, segment.revision, segment.seconds);
            self.lengths.spoken(&name, segment.seconds);
            says.push(ivr::Said {
                subject: segment.outage.to_string(),
                revision: u32::try_from(segment.revision).unwrap_or(u32::MAX),
                own,
                sounds: vec![Sound::Clip(Clip::new(&name))],
            });
        }
        ivr::Answer { value: says.len().to_string(), says }
    }

    fn command(&mut self, command: Command) {
        match command {
            Command::Answer { leg } => self.line(WIRE, Event::Answered { leg }),
            Command::Reject { leg, .. } => {
                if let Some(attempt) = self.legs.get(&leg).and_then(|leg| leg.attempt) {
                    self.set(attempt, Fate::Refused);
                }
                self.line(WIRE, Event::Ended { leg, cause: EndCause::Ours });
            }
            Command::Dial { leg, to, .. } => {
                self.legs.insert(leg, Leg { attempt: None, playing: None, up: false });
                if let Target::Phone { .. } = to {
                    let after = self.rings.between(RING_S.0, RING_S.1);
                    self.line(WIRE, Event::Ringing { leg });
                    self.line(after, Event::Answered { leg });
                }
            }
            Command::HangUp { leg } => self.line(WIRE, Event::Ended { leg, cause: EndCause::Ours }),
            Command::Play { leg, play, sounds, mode } => {
                let long = self.lengths.of(&sounds);
                let Some(known) = self.legs.get_mut(&leg) else { return };
                let (old, attempt) = (known.playing.replace(play), known.attempt);
                if let Some(play) = old {
                    let outcome = PlayOutcome::Stopped;
                    self.line(Duration::ZERO, Event::Played { leg, play, outcome });
                }
                if mode == PlayMode::Once {
                    self.line(long, Event::Played { leg, play, outcome: PlayOutcome::Finished });
                    if let Some(attempt) = attempt {
                        self.hears(attempt, long);
                    }
                }
            }
            Command::StopPlaying { leg, play } => {
                let Some(known) = self.legs.get_mut(&leg) else { return };
                if known.playing == Some(play) {
                    known.playing = None;
                    self.line(Duration::ZERO, Event::Played { leg, play, outcome: PlayOutcome::Stopped });
                }
            }
            Command::Record { recording, .. } => {
                self.line(WIRE, Event::RecordingStarted { recording, file: String::new() });
            }
            Command::StopRecording { recording } => {
                let sealed = Event::RecordingSealed {
                    recording,
                    file: String::new(),
                    duration_ms: 0,
                    bytes: 0,
                    sha256: String::new(),
                };
                self.line(WIRE * 2, sealed);
            }
            Command::Ring { .. }
            | Command::Hear { .. }
            | Command::Judge { .. }
            | Command::Mark { .. }
            | Command::PauseRecording { .. }
            | Command::ResumeRecording { .. } => {}
        }
    }

    fn line(&mut self, after: Duration, event: Event) {
        self.plan(self.now + after, Next::Line(event));
    }

    pub(super) fn press(&mut self, attempt: usize, key: char) {
        let leg = self.callers.get(attempt).and_then(|caller| caller.leg);
        if let (Some(leg), Ok(digit)) = (leg, Digit::try_from(key)) {
            if let Some(attempt) = self.attempts.get_mut(attempt) {
                attempt.keys.push(key);
            }
            self.input(Input::Line(Event::Digit { leg, digit }));
        }
    }

    pub(super) fn hang_up(&mut self, attempt: usize) {
        if let Some(leg) = self.callers.get(attempt).and_then(|caller| caller.leg) {
            self.arrives(Event::Ended { leg, cause: EndCause::FarEnd });
        }
    }

    /// Of what is on its way, only what still happens.
    fn arrives(&mut self, event: Event) {
        match &event {
            Event::Ended { leg, .. } => {
                let Some(known) = self.legs.remove(leg) else { return };
                if let Some(attempt) = known.attempt {
                    self.gone(attempt);
                }
                if let Some(play) = known.playing {
                    let outcome = PlayOutcome::Stopped;
                    self.input(Input::Line(Event::Played { leg: *leg, play, outcome }));
                }
                self.input(Input::Line(event));
            }
            Event::Answered { leg } => {
                let Some(known) = self.legs.get_mut(leg).filter(|known| !known.up) else { return };
                known.up = true;
                let attempt = known.attempt;
                self.input(Input::Line(event));
                if let Some(attempt) = attempt {
                    self.in_menu(attempt);
                }
            }
            Event::Played { leg, play, outcome } => {
                let Some(known) = self.legs.get_mut(leg) else { return };
                if known.playing == Some(*play) {
                    known.playing = None;
                } else if *outcome != PlayOutcome::Stopped {
                    return;
                }
                self.input(Input::Line(event));
            }
            Event::Ringing { leg } if !self.legs.contains_key(leg) => {}
            _ => self.input(Input::Line(event)),
        }
    }

    fn fact(&mut self, what: What) {
        match what {
            What::CallArrived { call, leg, .. } => {
                if let Some(attempt) = self.legs.get(&leg).and_then(|leg| leg.attempt) {
                    self.calls.insert(call, attempt);
                }
            }
            What::CallEnded { call, .. } => {
                self.calls.remove(&call);
            }
            What::DeskChanged { agent, desk, .. } => {
                let seat = centre::seat(agent);
                if let DeskState::AfterCall { call } = &desk {
                    self.writes_up(seat, *call);
                }
                if let Some(at) = self.desks.get_mut(seat) {
                    at.state = Some(desk);
                }
            }
            What::Announced { call, own, .. } => self.about(call, |world, at| world.announced(at, own)),
            What::SelfServed { call, node } => self.about(call, |world, at| world.served_himself(at, &node)),
            What::AgentRequested { call, queue, .. } => {
                self.about(call, |world, at| world.waits(at, queue.get()));
            }
            What::Connected { call, agent, .. } => {
                let seat = centre::seat(agent);
                let attempt = self.calls.get(&call).copied();
                if let Some(desk) = self.desks.get_mut(seat) {
                    desk.attempt = attempt;
                }
                self.about(call, |world, at| world.talks(at, seat));
            }
            _ => {}
        }
    }

    fn about(&mut self, call: CallId, then: impl FnOnce(&mut Self, usize)) {
        if let Some(attempt) = self.calls.get(&call).copied() {
            then(self, attempt);
        }
    }

    fn writes_up(&mut self, seat: usize, call: CallId) {
        let Some(attempt) = self.desks.get(seat).and_then(|desk| desk.attempt) else { return };
        let takes = self.callers.get(attempt).map(|caller| caller.writing).unwrap_or_default();
        if let Some(attempt) = self.attempts.get_mut(attempt) {
            attempt.agent_time += takes;
        }
        self.plan(self.now + takes, Next::Written { seat, call });
    }
}
