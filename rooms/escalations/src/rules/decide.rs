//! Who may do what with an escalation, and where it goes: one table, `decide` and `allowed` from the same check.

use std::collections::BTreeMap;

use kernel::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::escalation::{Escalation, Matter, Reason, State, Turn, TurnEnd};
use super::ladder::{Rung, Settings};
use super::{Refusal, text};

/// So many reasons and turns are kept; more of them say nothing new.
const REASONS_MAX: usize = 20;
const TURNS_MAX: usize = 500;

/// One act, as it comes in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// 确认: seen.
    Acknowledge,
    /// 接手: from now on mine.
    TakeOver,
    /// 继续上报
    PassUp { words: String },
    /// 解除: it was nothing, or is over.
    StandDown { why: String },
    /// 办结
    Close { summary: String },
}

/// What happens without anybody's doing, or comes by another door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    Act(Act),
    /// The clock of a turn has run out.
    Lapse,
    /// There is one more reason.
    Add(Reason),
}

/// The name of what happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    Acknowledge,
    TakeOver,
    PassUp,
    StandDown,
    Close,
    Lapse,
    Add,
}

impl Verb {
    /// What people do, in the order of the buttons.
    pub const BY_HAND: [Verb; 5] =
        [Verb::Acknowledge, Verb::TakeOver, Verb::PassUp, Verb::Close, Verb::StandDown];

    /// As the journal names what was done.
    pub fn past(self) -> &'static str {
        match self {
            Verb::Acknowledge => "acknowledged",
            Verb::TakeOver => "taken_over",
            Verb::PassUp => "passed_up",
            Verb::StandDown => "stood_down",
            Verb::Close => "closed",
            Verb::Lapse => "lapsed",
            Verb::Add => "added",
        }
    }
}

impl Event {
    pub fn verb(&self) -> Verb {
        match self {
            Event::Act(Act::Acknowledge) => Verb::Acknowledge,
            Event::Act(Act::TakeOver) => Verb::TakeOver,
            Event::Act(Act::PassUp { .. }) => Verb::PassUp,
            Event::Act(Act::StandDown { .. }) => Verb::StandDown,
            Event::Act(Act::Close { .. }) => Verb::Close,
            Event::Lapse => Verb::Lapse,
            Event::Add(_) => Verb::Add,
        }
    }
}

/// Who asks; the centre itself has no person and may do what the clock does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asker {
    pub person: Option<PersonId>,
    /// May answer what has come to the own step.
    pub answers: bool,
    /// Sees all of them.
    pub reads: bool,
    /// May end what others have.
    pub manages: bool,
}

/// Who can be told on each step now, in the order in which they are.
pub type Rosters = BTreeMap<Rung, Vec<PersonId>>;

/// By what it is decided.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    pub now: Timestamp,
    pub asker: Asker,
    pub settings: &'a Settings,
    pub rosters: &'a Rosters,
}

/// Whether somebody sees it at all: never whom it is about.
pub fn sees(of: &Escalation, asker: &Asker) -> bool {
    if asker.person.is_some() && of.concerns == asker.person {
        return false;
    }
    let shown = asker.person.is_some_and(|person| of.people.contains(&person));
    asker.reads || shown || asker.person.is_some() && of.begun_by == asker.person
}

/// Whether this is one of the things that can be done now. Who may do it is another question.
fn fits(state: &State, verb: Verb) -> bool {
    match state {
        State::Waiting => !matches!(verb, Verb::Close),
        State::Unheard { .. } => !matches!(verb, Verb::Close | Verb::PassUp),
        State::Acknowledged { .. } => !matches!(verb, Verb::Acknowledge),
        State::TakenOver { .. } => !matches!(verb, Verb::Acknowledge | Verb::Lapse),
        State::StoodDown { .. } | State::Closed { .. } => false,
    }
}

fn check(of: &Escalation, verb: Verb, asker: Asker, now: Timestamp) -> Result<(), Refusal> {
    if !fits(&of.state, verb) {
        return Err(Refusal::WrongState { state: of.state.word() });
    }
    let Some(person) = asker.person else {
        return match verb {
            Verb::Lapse if of.due().is_none_or(|due| due > now) => Err(Refusal::NotYet),
            Verb::Lapse | Verb::Add | Verb::StandDown => Ok(()),
            _ => Err(Refusal::NotYours),
        };
    };
    let began = of.begun_by == Some(person);
    let holds = of.state.holder() == Some(person);
    let answers = asker.answers && sees(of, &asker);
    let when = |fine: bool| if fine { Ok(()) } else { Err(Refusal::NotYours) };
    match verb {
        // Whoever calls for somebody above does not answer the call.
        Verb::Acknowledge | Verb::TakeOver if began => Err(Refusal::OwnMatter),
        Verb::TakeOver if holds && matches!(of.state, State::TakenOver { .. }) => Err(Refusal::AlreadyYours),
        Verb::Acknowledge | Verb::TakeOver => when(answers),
        Verb::PassUp if of.rung == Rung::TOP => Err(Refusal::TopOfLadder),
        Verb::PassUp => when(answers && !began || holds || asker.manages),
        Verb::Close => when(holds || asker.manages),
        Verb::StandDown => when(holds || asker.manages || began && of.state.is_unanswered()),
        Verb::Add => Ok(()),
        Verb::Lapse => Err(Refusal::NotYours),
    }
}

/// What people can do now, and why one of them may not.
pub fn allowed(of: &Escalation, asker: Asker, now: Timestamp) -> Vec<(Verb, Option<Refusal>)> {
    let fitting = Verb::BY_HAND.into_iter().filter(|verb| fits(&of.state, *verb));
    fitting.map(|verb| (verb, check(of, verb, asker, now).err())).collect()
}

/// A new one: it goes to the step on which such a matter begins.
pub fn begin(new: Escalation, facts: Facts<'_>) -> Escalation {
    let from = new.reasons.iter().map(|reason| facts.settings.way(reason.ground).from).max();
    reach(new, from.unwrap_or(Rung::TeamLeader), facts)
}

/// It as it stands afterwards.
///
/// # Errors
/// Why not.
pub fn decide(of: &Escalation, event: &Event, facts: Facts<'_>) -> Result<Escalation, Refusal> {
    let Facts { now, asker, .. } = facts;
    check(of, event.verb(), asker, now)?;
    let mut next = of.clone();
    match (event, asker.person) {
        (Event::Act(Act::Acknowledge), Some(by)) => {
            end_turn(&mut next, TurnEnd::Heard);
            let until = facts.settings.idle().map(|idle| now + idle);
            next.state = State::Acknowledged { by, at: now, until };
        }
        (Event::Act(Act::TakeOver), Some(by)) => {
            end_turn(&mut next, TurnEnd::Heard);
            next.state = State::TakenOver { by, at: now };
        }
        (Event::Act(Act::PassUp { words }), by) => {
            let words = text(words, "words", 2, 500)?;
            let above = of.rung.above().ok_or(Refusal::TopOfLadder)?;
            end_turn(&mut next, TurnEnd::Passed);
            let ground = of.reasons.first().map_or(super::Ground::Other, |reason| reason.ground);
            remember(&mut next, Reason { ground, at: now, by, words, count: None });
            return Ok(climb(next, above, facts));
        }
        (Event::Act(Act::StandDown { why }), by) => {
            let why = text(why, "why", 2, 500)?;
            end_turn(&mut next, TurnEnd::Over);
            next.state = State::StoodDown { by, at: now, why };
        }
        (Event::Act(Act::Close { summary }), Some(by)) => {
            let summary = text(summary, "summary", 5, 2_000)?;
            next.state = State::Closed { by, at: now, summary };
        }
        (Event::Lapse, _) => {
            if matches!(of.state, State::Unheard { .. }) {
                let top = ceiling(of, facts.settings);
                return Ok(reach(next, top, facts));
            }
            if let State::Acknowledged { by, .. } = of.state {
                return Ok(idle(next, by, facts));
            }
            end_turn(&mut next, TurnEnd::Lapsed);
            return Ok(go_on(next, facts));
        }
        (Event::Add(reason), _) => {
            let from = facts.settings.way(reason.ground).from;
            remember(&mut next, reason.clone());
            if from > of.rung {
                end_turn(&mut next, TurnEnd::Raised);
                return Ok(reach(next, from, facts));
            }
        }
        (Event::Act(Act::Acknowledge | Act::TakeOver | Act::Close { .. }), None) => {
            return Err(Refusal::NotYours);
        }
    }
    Ok(next)
}

fn remember(of: &mut Escalation, reason: Reason) {
    if of.reasons.len() < REASONS_MAX {
        of.reasons.push(reason);
    }
}

fn end_turn(of: &mut Escalation, end: TurnEnd) {
    if let Some(turn) = of.turns.last_mut().filter(|turn| turn.end.is_none()) {
        turn.end = Some(end);
    }
}

/// How high it goes by itself.
fn ceiling(of: &Escalation, settings: &Settings) -> Rung {
    let highest = of.reasons.iter().map(|reason| settings.way(reason.ground).to).max();
    highest.unwrap_or(Rung::TOP).max(of.rung)
}

/// Who can be told on a step: never who began it, nor whom it is about.
fn on_step(of: &Escalation, rung: Rung, rosters: &Rosters) -> Vec<PersonId> {
    let asks = match &of.matter {
        Matter::Desk { person } => Some(*person),
        _ => of.begun_by,
    };
    let roster = rosters.get(&rung).into_iter().flatten().copied();
    roster.filter(|person| Some(*person) != asks && Some(*person) != of.concerns).collect()
}

/// Somebody has acknowledged it and did nothing: asked once more, and then the next.
fn idle(mut of: Escalation, by: PersonId, facts: Facts<'_>) -> Escalation {
    let (rung, visit) = (of.rung, of.turns.last().map_or(1, |turn| turn.visit));
    if let Some(turn) = of.turns.last_mut().filter(|turn| turn.person == Some(by)) {
        turn.end = Some(TurnEnd::Idle);
    }
    let own = |turn: &&Turn| turn.visit == visit && turn.person == Some(by);
    let asked = of.turns.iter().filter(own).count();
    let here = Rung::ALL.iter().any(|rung| on_step(&of, *rung, facts.rosters).contains(&by));
    if asked < 2 && here {
        give(&mut of, rung, visit, by, facts);
        return of;
    }
    go_on(of, facts)
}

/// The next of this step whose turn it has not been; otherwise the step above.
fn go_on(mut of: Escalation, facts: Facts<'_>) -> Escalation {
    let (rung, visit) = (of.rung, of.turns.last().map_or(1, |turn| turn.visit));
    let had: Vec<PersonId> =
        of.turns.iter().filter(|turn| turn.visit == visit).filter_map(|turn| turn.person).collect();
    let roster = on_step(&of, rung, facts.rosters);
    if let Some(person) = roster.iter().find(|person| !had.contains(person)) {
        give(&mut of, rung, visit, *person, facts);
        of.people.extend(roster);
        return of;
    }
    match rung.above().filter(|above| *above <= ceiling(&of, facts.settings)) {
        Some(above) => climb(of, above, facts),
        None => unheard(of, facts),
    }
}

/// Up from this step to the first on which somebody is: each that is empty says so, and nothing waits there.
fn climb(mut of: Escalation, from: Rung, facts: Facts<'_>) -> Escalation {
    let top = ceiling(&of, facts.settings).max(from);
    let up = Rung::ALL.iter().copied().filter(|rung| (from..=top).contains(rung));
    if enter(&mut of, up, facts) { of } else { unheard(of, facts) }
}

/// The same; where nobody is on this step nor above, somebody below is better than nobody.
fn reach(mut of: Escalation, from: Rung, facts: Facts<'_>) -> Escalation {
    let top = ceiling(&of, facts.settings).max(from);
    let up = Rung::ALL.iter().copied().filter(|rung| (from..=top).contains(rung));
    let down = Rung::ALL.iter().rev().copied().filter(|rung| *rung < from);
    if enter(&mut of, up.chain(down), facts) { of } else { unheard(of, facts) }
}

/// Gives it to the first of the first of these steps on which somebody is. False when on none.
fn enter(of: &mut Escalation, rungs: impl Iterator<Item = Rung>, facts: Facts<'_>) -> bool {
    let mut visit = of.turns.last().map_or(0, |turn| turn.visit);
    for rung in rungs {
        visit = visit.saturating_add(1);
        let roster = on_step(of, rung, facts.rosters);
        let Some(first) = roster.first().copied() else {
            let (from, end) = (facts.now, Some(TurnEnd::Nobody));
            of.turns.push(Turn { rung, visit, person: None, from, until: from, told: Vec::new(), end });
            continue;
        };
        of.rung = rung;
        give(of, rung, visit, first, facts);
        of.people.extend(roster);
        return true;
    }
    false
}

fn give(of: &mut Escalation, rung: Rung, visit: u32, person: PersonId, facts: Facts<'_>) {
    let until = facts.now + facts.settings.clock(rung);
    of.state = State::Waiting;
    let turn =
        Turn { rung, visit, person: Some(person), from: facts.now, until, told: Vec::new(), end: None };
    of.turns.push(turn);
    forget_old(of);
}

fn unheard(mut of: Escalation, facts: Facts<'_>) -> Escalation {
    of.state = State::Unheard { until: facts.now + facts.settings.again() };
    forget_old(&mut of);
    of
}

/// What goes round for days keeps its beginning and its last rounds.
fn forget_old(of: &mut Escalation) {
    if of.turns.len() > TURNS_MAX {
        of.turns.drain(TURNS_MAX / 2..TURNS_MAX / 2 + TURNS_MAX / 4);
    }
}
