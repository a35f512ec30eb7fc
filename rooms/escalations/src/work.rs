//! An escalation begins and moves: load, decide, tell, save, all in one transaction with promise, journal and event.

use db::{Entry, Tx, config};
use deadlines::{Act as Clock, Clocks, Step, Thresholds};
use kernel::calendar::Calendar;
use kernel::{EscalationId, NoticeId, PersonId, PromiseId, Timestamp, UnitId};
use promises::{Subject, Terms};
use serde_json::json;
use web::{App, Error};

use crate::rosters::{self, Whose};
use crate::rules::decide::{Asker, Event, Facts, Verb, begin, decide, sees};
use crate::rules::{Escalation, Matter, Reason, Settings, State};
use crate::store::escalations;
use crate::{Changed, ROOM, calling, telling};

/// Where new ids come from: an app's, or those that follow from an event.
pub type Ids<'a> = &'a mut (dyn FnMut() -> i64 + Send);

/// What is found or said.
#[derive(Clone, Debug)]
pub struct New {
    pub matter: Matter,
    pub reason: Reason,
    pub agent: Option<PersonId>,
    pub unit: Option<UnitId>,
    pub concerns: Option<PersonId>,
}

/// Begins it, or adds a reason to the one that is open; the same reason twice changes nothing.
///
/// # Errors
/// Refused when somebody else was faster.
pub async fn raise(
    tx: &mut Tx,
    new: New,
    (settings, calendar): (&Settings, &Calendar),
    ids: Ids<'_>,
    now: Timestamp,
) -> Result<EscalationId, Error> {
    let key = new.matter.key();
    if let Some(open) = escalations::open_of(tx, &key).await? {
        return add(tx, open, new, (settings, calendar), ids, now).await;
    }
    let whose = Whose { agent: new.agent, unit: new.unit };
    let ladder = rosters::draw(tx, settings, whose, now).await?;
    let rosters = rosters::reachable(&ladder, settings);
    let day = calendar.civil(now).strftime("%Y%m%d").to_string();
    let number = format!("S{}", tx.next_number(ROOM, &day).await?);
    let asker = Asker { person: new.reason.by, ..Asker::default() };
    let facts = Facts { now, asker, settings, rosters: &rosters };
    let fresh = Escalation {
        id: EscalationId(ids()),
        number,
        matter: new.matter,
        begun_at: now,
        begun_by: new.reason.by,
        agent: new.agent,
        unit: new.unit,
        concerns: new.concerns,
        rung: settings.way(new.reason.ground).from,
        reasons: vec![new.reason],
        state: State::Waiting,
        turns: Vec::new(),
        people: Default::default(),
        version: 0,
    };
    let mut begun = begin(fresh, facts);
    turn_begins(tx, None, &mut begun, (settings, &ladder, calendar), ids, now).await?;
    if !escalations::add(tx, &begun).await? {
        return Err(Error::changed_meanwhile());
    }
    note(tx, "begun", None, &begun, asker.person, now)?;
    Ok(begun.id)
}

async fn add(
    tx: &mut Tx,
    open: Escalation,
    new: New,
    by: (&Settings, &Calendar),
    ids: Ids<'_>,
    now: Timestamp,
) -> Result<EscalationId, Error> {
    let known = open.reasons.iter().any(|reason| {
        reason.ground == new.reason.ground && (new.reason.by.is_none() || reason.by == new.reason.by)
    });
    let id = open.id;
    if known {
        return Ok(id);
    }
    let asker = Asker { person: new.reason.by, ..Asker::default() };
    let mut open = open;
    // Whoever adds to it sees what becomes of it.
    open.people.extend(new.reason.by);
    open.unit = open.unit.or(new.unit);
    happen(tx, open, &Event::Add(new.reason), asker, by, ids, now).await?;
    Ok(id)
}

/// Something happens to an open one.
///
/// # Errors
/// Refused when it does not fit, is not for this person, or somebody else was faster.
pub async fn happen(
    tx: &mut Tx,
    before: Escalation,
    event: &Event,
    asker: Asker,
    (settings, calendar): (&Settings, &Calendar),
    ids: Ids<'_>,
    now: Timestamp,
) -> Result<Escalation, Error> {
    if !escalations::hold(tx, &before).await? {
        return Err(Error::changed_meanwhile());
    }
    let ladder = rosters::draw(tx, settings, Whose::of(&before), now).await?;
    let rosters = rosters::reachable(&ladder, settings);
    let mut next = decide(&before, event, Facts { now, asker, settings, rosters: &rosters })?;
    let verb = event.verb();
    match verb {
        Verb::Acknowledge | Verb::TakeOver | Verb::PassUp => {
            settle(tx, &before, &Clock::ResultEntered, calendar, now).await?;
        }
        Verb::StandDown | Verb::Close => {
            settle(tx, &before, &withdrawn(verb), calendar, now).await?;
        }
        Verb::Add if next.turn() != before.turn() => {
            settle(tx, &before, &withdrawn(verb), calendar, now).await?;
        }
        // Whoever let it lapse owes it until somebody has seen it: that is how late it was.
        Verb::Lapse | Verb::Add => {}
    }
    calling::withdraw(tx, &mut next, now).await?;
    turn_begins(tx, Some(&before), &mut next, (settings, &ladder, calendar), ids, now).await?;
    if !escalations::save(tx, &next).await? {
        return Err(Error::changed_meanwhile());
    }
    note(tx, verb.past(), Some(&before), &next, asker.person, now)?;
    Ok(next)
}

fn withdrawn(verb: Verb) -> Clock {
    Clock::Withdrawn { reason: verb.past().to_owned() }
}

/// An act by a person, or by the clock.
///
/// # Errors
/// Not found for whom it is not to be seen; refused as [`happen`].
pub async fn act(
    app: &App,
    calendar: &Calendar,
    id: EscalationId,
    event: &Event,
    (asker, version): (Asker, Option<i64>),
) -> Result<(), Error> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let before = escalations::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    if asker.person.is_some() && !sees(&before, &asker) {
        return Err(Error::not_found());
    }
    if version.is_some_and(|version| version != before.version) {
        return Err(Error::changed_meanwhile());
    }
    let settings = config::now::<Settings>(&mut tx).await?.value;
    let mut ids = || app.id::<NoticeId>().get();
    happen(&mut tx, before, event, asker, (&settings, calendar), &mut ids, now).await?;
    tx.commit().await?;
    Ok(())
}

/// A new turn: its person is told, and the clock is a promise like any other.
async fn turn_begins(
    tx: &mut Tx,
    before: Option<&Escalation>,
    next: &mut Escalation,
    (settings, ladder, calendar): (&Settings, &rosters::Ladder, &Calendar),
    ids: Ids<'_>,
    now: Timestamp,
) -> anyhow::Result<()> {
    let Some(turn) = next.turn().cloned() else { return Ok(()) };
    if before.is_some_and(|before| before.turn() == Some(&turn)) {
        return Ok(());
    }
    telling::tell(tx, next, (settings, ladder), calendar, ids, now).await?;
    let subject = Subject {
        room: ROOM,
        id: next.id.to_string(),
        number: next.number.clone(),
        kind: None,
        unit: None,
        area: String::new(),
    };
    let clocks = Clocks::inside(turn.from, turn.until);
    let promise = PromiseId(ids());
    let new =
        promises::New { id: promise, step: Step::Acknowledge, rule: turn.rung.as_str().to_owned(), clocks };
    promises::begin(tx, &subject, &new, terms(now, calendar)).await
}

fn terms(now: Timestamp, calendar: &Calendar) -> Terms<'_> {
    Terms { now, calendar, thresholds: Thresholds::default() }
}

/// What is still owed ends.
async fn settle(
    tx: &mut Tx,
    of: &Escalation,
    how: &Clock,
    calendar: &Calendar,
    now: Timestamp,
) -> Result<(), Error> {
    let subject = of.id.to_string();
    for kept in promises::of(tx, ROOM, &subject).await?.iter().filter(|kept| kept.runs()) {
        let clocks = kept.clocks.decide(now, how, calendar).map_err(anyhow::Error::from)?;
        if !promises::save(tx, kept, &clocks, terms(now, calendar)).await? {
            return Err(Error::changed_meanwhile());
        }
    }
    Ok(())
}

/// What came of calling somebody: a line of the journal.
pub(crate) fn note_call(tx: &mut Tx, of: &Escalation, done: &campaigns::Done, at: Timestamp) {
    let payload =
        json!({ "number": of.number, "outcome": done.outcome, "tries": done.tries, "call": done.call });
    tx.journal(Entry { at, who: None, room: ROOM, subject: of.id.to_string(), kind: "called", payload });
}

/// What was done, each step on which nobody was, and whose turn it is now: lines of the journal, and one event.
fn note(
    tx: &mut Tx,
    kind: &'static str,
    before: Option<&Escalation>,
    next: &Escalation,
    who: Option<PersonId>,
    now: Timestamp,
) -> anyhow::Result<()> {
    let mut line = |kind: &'static str, who: Option<PersonId>, payload: serde_json::Value| {
        tx.journal(Entry { at: now, who, room: ROOM, subject: next.id.to_string(), kind, payload });
    };
    let words = match &next.state {
        State::StoodDown { why, .. } => why.as_str(),
        State::Closed { summary, .. } => summary.as_str(),
        _ => next.reasons.last().map_or("", |reason| reason.words.as_str()),
    };
    let before_of = before.and_then(Escalation::turn).and_then(|turn| turn.person);
    let payload = json!({ "number": next.number, "matter": next.matter, "state": next.state.word(),
        "ground": next.reasons.last().map(|reason| reason.ground), "turn_of": before_of, "words": words });
    line(kind, who, payload);
    let had = before.map_or(0, |before| before.turns.len());
    for turn in next.turns.iter().skip(had) {
        let payload = json!({ "number": next.number, "rung": turn.rung, "person": turn.person,
            "until": turn.until, "told": turn.told });
        line(if turn.person.is_some() { "turn" } else { "nobody_on_step" }, None, payload);
    }
    if matches!(next.state, State::Unheard { .. }) {
        line("unheard", None, json!({ "number": next.number, "rung": next.rung }));
    }
    tx.emit(
        now,
        &Changed {
            escalation: next.id,
            number: next.number.clone(),
            matter: next.matter.key(),
            rung: next.rung,
            state: next.state.word().to_owned(),
        },
    )
}
