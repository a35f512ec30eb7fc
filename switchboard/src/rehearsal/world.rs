//! One run: the real exchange (with its distributor and menus) in virtual time, the people around it, and what became of
//! each of their calls.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, anyhow};
use exchange::fact::DeskState;
use exchange::line::{Device, Event, Identity, Origin};
use exchange::{AgentAct, Effect, Exchange, Input, Refused};
use kernel::{CallId, Engine, IdMint, LegId, PlayId, Timestamp};

use super::caller::{Caller, Deed};
use super::centre::{self, Centre, Lengths};
use super::day::Day;
use super::fate::{Attempt, Fate};
use super::outages::Known;
use super::reference::{HALF_LIFE, HALF_LIFE_TOLD};
use super::storm::{Mode, Spell};
use crate::simulate::dice::Dice;

mod rests;
mod watch;
mod wire;

/// What helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aid {
    Nothing,
    /// Callers hear of outages before the menu.
    Shield,
    /// Storm mode begins by its thresholds.
    StormMode,
    Both,
}

impl Aid {
    pub const fn shield(self) -> bool {
        matches!(self, Aid::Shield | Aid::Both)
    }

    pub const fn storm_mode(self) -> bool {
        matches!(self, Aid::StormMode | Aid::Both)
    }
}

/// How agents work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hall {
    /// Everybody serves every queue, and nobody has a break.
    Plain,
    /// Everybody has the short breaks that the reference allows.
    Rests,
    /// Every other seat serves faults only, the others business only.
    Divided,
}

/// How a run differs from another one of the same day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Terms {
    pub seats: usize,
    pub aid: Aid,
    pub hall: Hall,
    /// From a fault to its publication.
    pub reaction: Duration,
    /// Of a hundred who hear of their own outage and would ask for a person, so many are content.
    pub leave: u32,
    /// With the shield the rush falls as the reference says: who has heard elsewhere does not call.
    pub falls_faster: bool,
    /// Of a hundred who are offered to be called back, so many want it.
    pub take: u32,
}

/// A call that asked a room answers within this.
const LOOK_UP: Duration = Duration::from_millis(40);
const WIRE: Duration = Duration::from_millis(20);

pub(super) enum Next {
    /// Somebody calls, for the nth time.
    Call {
        person: usize,
        nth: u32,
    },
    Line(Event),
    LookedUp(Input),
    /// A caller does what he has meant to do since; another number: he has changed his mind.
    Deed {
        attempt: usize,
        mind: u32,
        deed: Deed,
    },
    /// An agent's after-call work is done.
    Written {
        seat: usize,
        call: CallId,
    },
    Shift,
    /// The room `storms` looks at the signs.
    Look,
    /// An agent would like a break, and is back from one.
    Rest {
        seat: usize,
    },
    Rested {
        seat: usize,
    },
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
    mode: Option<Mode>,
    ids: Arc<IdMint>,
    pub(super) now: Timestamp,
    plan: BTreeMap<(Timestamp, u64), Next>,
    planned: u64,
    legs: HashMap<LegId, Leg>,
    calls: HashMap<CallId, usize>,
    /// Who is to be called back, by number.
    promised: HashMap<String, usize>,
    /// Who stands in line, in order, by queue.
    pub(super) line: BTreeSet<(i64, Timestamp, usize)>,
    pub(super) callers: Vec<Caller>,
    pub attempts: Vec<Attempt>,
    desks: Vec<Desk>,
    /// How long agents let it ring.
    rings: Dice,
    /// Inputs that did not fit: the people of a rehearsal do nothing of that kind.
    pub refused: Vec<String>,
    /// Breaks that nobody had, because of storm mode.
    no_rests: u32,
}

/// What came of a run.
pub struct Outcome {
    pub terms: Terms,
    pub attempts: Vec<Attempt>,
    pub refused: Vec<String>,
    pub spells: Vec<Spell>,
    pub no_rests: u32,
}

/// Lives through the day.
pub fn run(day: &Day, known: &Known, terms: Terms) -> Result<Outcome> {
    let lengths = Lengths::read()?;
    let ids = Arc::new(IdMint::new(0));
    let Centre { config, around, faults, helpers } =
        centre::centre(&lengths, terms.seats, terms.hall == Hall::Divided)?;
    let mode = terms.aid.storm_mode().then(|| Mode::new(around, &faults, &helpers)).transpose();
    let mode = mode.map_err(|refusal| anyhow!("storm mode: {refusal}"))?;
    let exchange = Exchange::new(config, Arc::clone(&ids));
    let mut world = World {
        day,
        terms,
        known,
        lengths,
        exchange,
        mode,
        ids,
        now: day.start,
        plan: BTreeMap::new(),
        planned: 0,
        legs: HashMap::new(),
        calls: HashMap::new(),
        promised: HashMap::new(),
        line: BTreeSet::new(),
        callers: Vec::new(),
        attempts: Vec::new(),
        desks: vec![Desk::default(); terms.seats],
        rings: Dice::new(day.seed),
        refused: Vec::new(),
        no_rests: 0,
    };
    world.live();
    let spells = world.mode.map(|mode| mode.spells).unwrap_or_default();
    let World { attempts, refused, no_rests, .. } = world;
    Ok(Outcome { terms, attempts, refused, spells, no_rests })
}

impl World<'_> {
    fn live(&mut self) {
        for at in self.day.changes() {
            self.plan(at, Next::Shift);
        }
        if self.mode.is_some() {
            self.plan(self.day.start, Next::Look);
        }
        if self.terms.hall == Hall::Rests {
            self.plan_rests();
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
            Next::Look => self.look(),
            Next::Rest { seat } => self.rests(seat),
            Next::Rested { seat } => self.rested(seat),
        }
    }

    fn shift(&mut self) {
        let wanted = self.day.on_duty(self.terms.seats, self.now);
        for seat in 0..self.terms.seats {
            let Some(desk) = self.desks.get_mut(seat) else { continue };
            let (was, on) = (desk.on, seat < wanted);
            (desk.on, desk.goes) = (on, !on && was);
            if on && !was {
                let phone =
                    Event::Phone { user: centre::phone(seat), device: Device::Telephone, reachable: true };
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
            held: false,
            offered: false,
            stood: None,
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
        if !(self.terms.aid.shield() && self.terms.falls_faster) || self.now <= told {
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
                // Whoever may not have a break works on.
                Effect::Refused(Refused::Acd { why: acd::Refusal::BreaksStopped { .. } }) => {
                    self.no_rests += 1;
                }
                Effect::Refused(Refused::Acd { why: acd::Refusal::TooManyAway { .. } }) => {}
                Effect::Refused(refused) => self.refused.push(format!("{} {refused:?}", self.now)),
            }
        }
    }
}
