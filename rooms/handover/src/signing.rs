//! A handover is written, signed and verified: load, decide, save, all in one transaction with journal, promise and event.

use std::collections::BTreeSet;
use std::time::Duration;

use calls::Hall;
use db::{Entry, Tx, config};
use deadlines::{Clocks, Step, Thresholds};
use kernel::calendar::Calendar;
use kernel::{HandoverId, PersonId, Timestamp};
use promises::{Subject, Terms};
use serde_json::json;
use web::{App, Error};

use crate::drawing;
use crate::rules::decide::{self, Facts, Standing};
use crate::rules::{Act, Item, Record, Refusal, Settings, State};
use crate::store::{items, records};
use crate::{ROOM, Signed};

/// What lies between the last look at what is left and the incoming leader's signature is not longer than this: enough to verify
/// what a first attempt has brought to light, and to sign.
const FRESH: Duration = Duration::from_secs(10);

/// The end of the shift that takes over from this one: what is due before that is handed over.
pub fn next_end(settings: &Settings, calendar: &Calendar, record: &Record, now: Timestamp) -> Timestamp {
    settings.span(calendar, now.max(record.ends)).ends
}

/// How a record's items stand for whoever verifies it, or would.
async fn standing(tx: &mut Tx, record: &Record, person: PersonId) -> anyhow::Result<(Vec<Item>, Standing)> {
    let all = items::of(tx, record.id).await?;
    let incoming = record.state.incoming().unwrap_or(person);
    let standing = decide::standing(&all, Some(incoming));
    Ok((all, standing))
}

async fn keep(tx: &mut Tx, record: &Record) -> Result<(), Error> {
    if records::save(tx, record).await? { Ok(()) } else { Err(Error::changed_meanwhile()) }
}

fn terms(now: Timestamp, calendar: &Calendar) -> Terms<'_> {
    Terms { now, calendar, thresholds: Thresholds::default() }
}

/// Begins the record of a shift, with the promise that it is signed in time. False when there is one.
pub async fn begin(tx: &mut Tx, app: &App, calendar: &Calendar, record: &Record) -> anyhow::Result<bool> {
    if !records::add(tx, record).await? {
        return Ok(false);
    }
    let subject = Subject {
        room: ROOM,
        id: record.id.to_string(),
        number: record.number.clone(),
        kind: None,
        unit: None,
        area: String::new(),
    };
    let clocks = Clocks::inside(record.ends, record.sign_by);
    let new = promises::New { id: app.id(), step: Step::SignHandover, rule: String::new(), clocks };
    promises::begin(tx, &subject, &new, terms(app.now(), calendar)).await?;
    Ok(true)
}

/// Does something to a handover.
///
/// # Errors
/// Refused when it does not fit, is not for this person, or somebody else was faster.
pub async fn act(
    app: &App,
    calendar: &Calendar,
    hall: &dyn Hall,
    person: PersonId,
    id: HandoverId,
    act: &Act,
) -> Result<(), Error> {
    match act {
        Act::Write { .. } | Act::Remark { .. } | Act::Append { .. } | Act::TakeOver => {
            write(app, person, id, act).await
        }
        Act::SignOut => sign_out(app, calendar, hall, person, id).await,
        Act::Accept { about } | Act::Query { about, .. } | Act::Answer { about, .. } => {
            verify(app, person, id, about, act).await
        }
        Act::SignIn => sign_in(app, calendar, person, id).await,
    }
}

async fn write(app: &App, person: PersonId, id: HandoverId, act: &Act) -> Result<(), Error> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let record = records::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    let settings = config::now::<Settings>(&mut tx).await?.value;
    let facts = Facts { now, person, settings: &settings, standing: Standing::default() };
    let next = decide::decide(&record, act, facts)?;
    keep(&mut tx, &next).await?;
    if *act == Act::TakeOver {
        items::forget_verdicts(&mut tx, id).await?;
        let (_, standing) = standing(&mut tx, &next, person).await?;
        let next = Record { version: next.version + 1, ..next };
        let settled = decide::settled(next.clone(), standing);
        if settled != next {
            keep(&mut tx, &settled).await?;
        }
    }
    let payload = match act {
        Act::Append { text } => json!({ "text": text }),
        Act::Remark { about, .. } => json!({ "about": about }),
        _ => json!({}),
    };
    note(&mut tx, now, Some(person), &record, act.verb().past(), payload);
    tx.commit().await?;
    Ok(())
}

async fn sign_out(
    app: &App,
    calendar: &Calendar,
    hall: &dyn Hall,
    person: PersonId,
    id: HandoverId,
) -> Result<(), Error> {
    let now = app.now();
    let seen = records::read(&app.db, id).await?.ok_or_else(Error::not_found)?;
    let settings = config::read::<Settings>(&app.db).await?.value;
    let soon = next_end(&settings, calendar, &seen, now);
    let (left, drawn) = drawing::draw(app, (hall, calendar), &settings, &seen, soon).await?;
    let mut tx = app.db.begin().await?;
    let record = records::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    let facts = Facts { now, person, settings: &settings, standing: Standing::default() };
    let (next, drawn) = decide::sign_out(&record, left, drawn, facts)?;
    items::add(&mut tx, id, &drawn).await?;
    keep(&mut tx, &next).await?;
    let seal = next.state.outgoing().map(|signature| signature.seal.clone());
    let payload = json!({ "items": drawn.len(), "seal": seal });
    note(&mut tx, now, Some(person), &record, "signed_out", payload);
    tx.commit().await?;
    Ok(())
}

async fn verify(app: &App, person: PersonId, id: HandoverId, about: &str, act: &Act) -> Result<(), Error> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let record = records::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    let settings = config::now::<Settings>(&mut tx).await?.value;
    let item = items::one(&mut tx, id, about).await?;
    // What is about oneself is not there.
    let item = item.filter(|item| item.concerns != Some(person)).ok_or(Refusal::NoSuchItem)?;
    let facts = Facts { now, person, settings: &settings, standing: Standing::default() };
    let (record, item) = decide::verify(&record, &item, act, facts)?;
    if !items::save(&mut tx, id, &item).await? {
        return Err(Error::changed_meanwhile());
    }
    let (_, standing) = standing(&mut tx, &record, person).await?;
    keep(&mut tx, &decide::settled(record.clone(), standing)).await?;
    let payload = json!({ "about": about, "verdict": item.verdict });
    note(&mut tx, now, Some(person), &record, act.verb().past(), payload);
    tx.commit().await?;
    Ok(())
}

async fn sign_in(app: &App, calendar: &Calendar, person: PersonId, id: HandoverId) -> Result<(), Error> {
    // What arose meanwhile is on the list before anybody signs for it.
    top_up(app, calendar, id, FRESH).await?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let record = records::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    let settings = config::now::<Settings>(&mut tx).await?.value;
    let all = items::of(&mut tx, id).await?;
    let facts = Facts { now, person, settings: &settings, standing: Standing::default() };
    let next = decide::sign_in(&record, &all, facts)?;
    keep(&mut tx, &next).await?;
    let subject = id.to_string();
    for kept in promises::of(&mut tx, ROOM, &subject).await?.iter().filter(|kept| kept.runs()) {
        let clocks = kept.clocks.decide(now, &deadlines::Act::ResultEntered, calendar);
        let clocks = clocks.map_err(anyhow::Error::from)?;
        if !promises::save(&mut tx, kept, &clocks, terms(now, calendar)).await? {
            return Err(Error::changed_meanwhile());
        }
    }
    let (outgoing, seal) = match &next.state {
        State::SignedIn { outgoing, incoming } => (Some(outgoing.by), Some(incoming.seal.clone())),
        State::Draft | State::SignedOut { .. } | State::Verified { .. } => (None, None),
    };
    let payload = json!({ "outgoing": outgoing, "late": now > record.sign_by, "seal": seal });
    note(&mut tx, now, Some(person), &record, "signed_in", payload);
    tx.emit(now, &Signed { handover: id, outgoing, incoming: person, late: now > record.sign_by })?;
    tx.commit().await?;
    Ok(())
}

/// What arose since the list was drawn is added to it, until the shift is over; not if that was a moment ago.
pub async fn top_up(app: &App, calendar: &Calendar, id: HandoverId, fresh: Duration) -> Result<(), Error> {
    let now = app.now();
    let Some(seen) = records::read(&app.db, id).await? else { return Err(Error::not_found()) };
    let verifying = matches!(seen.state, State::SignedOut { .. } | State::Verified { .. });
    let drawn = seen.left.as_ref().map(|left| left.until);
    // After its end another shift works, whose list it is.
    if !verifying || drawn.is_none_or(|until| until >= seen.ends || now.since(until) <= fresh) {
        return Ok(());
    }
    let settings = config::read::<Settings>(&app.db).await?.value;
    let soon = next_end(&settings, calendar, &seen, now);
    let whose = drawing::whose(app, &seen).await?;
    let found = drawing::items(app, &settings, &whose, (now, soon)).await?;
    let mut tx = app.db.begin().await?;
    let Some(mut record) = records::one(&mut tx, id).await? else { return Err(Error::not_found()) };
    let listed = items::of(&mut tx, id).await?;
    let known: BTreeSet<String> = listed.iter().map(Item::about).collect();
    let last = listed.iter().map(|item| item.seq).max().unwrap_or(0);
    let new = found.into_iter().filter(|item| !known.contains(&item.about()));
    let new: Vec<Item> = new.zip(last + 1..).map(|(item, seq)| Item { seq, late: true, ..item }).collect();
    items::add(&mut tx, id, &new).await?;
    if let Some(left) = &mut record.left {
        left.until = now;
    }
    let all: Vec<Item> = listed.into_iter().chain(new).collect();
    let record = {
        let standing = decide::standing(&all, record.state.incoming());
        decide::settled(record, standing)
    };
    keep(&mut tx, &record).await?;
    tx.commit().await?;
    Ok(())
}

/// A line of the journal about a record: the log finds its number and team there.
pub(crate) fn note(
    tx: &mut Tx,
    at: Timestamp,
    who: Option<PersonId>,
    of: &Record,
    kind: &'static str,
    mut payload: serde_json::Value,
) {
    payload["number"] = json!(of.number);
    if let Some(team) = of.scope.team() {
        payload["team"] = json!(team);
    }
    tx.journal(Entry { at, who, room: ROOM, subject: of.id.to_string(), kind, payload });
}
