//! Escalations kept and found. An open matter has one.

use anyhow::Context;
use db::{Db, Row, Tx};
use kernel::{EscalationId, PersonId, Timestamp};
use sqlx::{AnyConnection, Row as _};

use crate::rules::Escalation;

macro_rules! columns {
    ($rest:literal) => {
        concat!("SELECT one.id, one.body, one.version FROM escalations_escalation one ", $rest)
    };
}

const ONE: &str = columns!("WHERE one.id = $1");
const OPEN_OF: &str = columns!("WHERE one.open = 1 AND one.matter = $1");
const DUE: &str =
    "SELECT id FROM escalations_escalation WHERE due IS NOT NULL AND due <= $1 ORDER BY due LIMIT $2";
const ABOUT: &str = columns!("WHERE one.matter = $1 ORDER BY one.begun_at DESC, one.id DESC LIMIT $2");
const ALL_OPEN: &str = columns!(
    "WHERE one.open = 1 AND (one.concerns IS NULL OR one.concerns <> $1) AND (one.begun_at, one.id) < ($2, $3) \
     ORDER BY one.begun_at DESC, one.id DESC LIMIT $4"
);
const ALL_PAST: &str = columns!(
    "WHERE one.open = 0 AND (one.concerns IS NULL OR one.concerns <> $1) AND (one.begun_at, one.id) < ($2, $3) \
     ORDER BY one.begun_at DESC, one.id DESC LIMIT $4"
);
// Ids grow with time: whoever was shown a few has an index of them.
const OWN_OPEN: &str = columns!(
    "JOIN escalations_person person ON person.escalation = one.id WHERE person.person = $1 AND person.open = 1 \
     AND (one.concerns IS NULL OR one.concerns <> $1) AND (one.begun_at, one.id) < ($2, $3) \
     ORDER BY one.begun_at DESC, one.id DESC LIMIT $4"
);
const OWN_PAST: &str = columns!(
    "JOIN escalations_person person ON person.escalation = one.id WHERE person.person = $1 AND person.open = 0 \
     AND (one.concerns IS NULL OR one.concerns <> $1) AND (one.begun_at, one.id) < ($2, $3) \
     ORDER BY one.begun_at DESC, one.id DESC LIMIT $4"
);
const UNHEARD: &str = columns!(
    "WHERE one.open = 1 AND one.state = 'unheard' AND (one.concerns IS NULL OR one.concerns <> $1) \
     ORDER BY one.begun_at, one.id LIMIT $2"
);
const OPEN: &str = columns!("WHERE one.open = 1 ORDER BY one.begun_at, one.id LIMIT $1");
const MARKS: &str =
    "SELECT id, version FROM escalations_escalation WHERE open = 1 ORDER BY begun_at, id LIMIT 500";
const ADD: &str = "INSERT INTO escalations_escalation \
     (id, number, matter, rung, state, open, due, begun_at, begun_by, concerns, body, version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1) ON CONFLICT DO NOTHING";
const SAVE: &str = "UPDATE escalations_escalation SET rung = $1, state = $2, open = $3, due = $4, body = $5, \
     version = version + 1 WHERE id = $6 AND version = $7";
const SHOW: &str = "INSERT INTO escalations_person (escalation, person, open) VALUES ($1, $2, $3) \
     ON CONFLICT (escalation, person) DO UPDATE SET open = excluded.open";

/// False when this matter has an open one.
pub async fn add(tx: &mut Tx, of: &Escalation) -> anyhow::Result<bool> {
    let add = sqlx::query(ADD)
        .bind(of.id.get())
        .bind(&of.number)
        .bind(of.matter.key())
        .bind(of.rung.as_str())
        .bind(of.state.word())
        .bind(i64::from(of.state.is_open()))
        .bind(of.due().map(Timestamp::as_micros))
        .bind(of.begun_at.as_micros())
        .bind(of.begun_by.map(PersonId::get))
        .bind(of.concerns.map(PersonId::get))
        .bind(serde_json::to_string(of)?);
    let done = add.execute(&mut **tx).await.with_context(|| format!("beginning {}", of.number))?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    show(tx, of).await?;
    Ok(true)
}

/// False when somebody else was faster than whoever read `of.version`.
pub async fn save(tx: &mut Tx, of: &Escalation) -> anyhow::Result<bool> {
    let save = sqlx::query(SAVE)
        .bind(of.rung.as_str())
        .bind(of.state.word())
        .bind(i64::from(of.state.is_open()))
        .bind(of.due().map(Timestamp::as_micros))
        .bind(serde_json::to_string(of)?)
        .bind(of.id.get())
        .bind(of.version);
    let done = save.execute(&mut **tx).await.with_context(|| format!("keeping {}", of.number))?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    show(tx, of).await?;
    Ok(true)
}

const HOLD: &str = "UPDATE escalations_escalation SET version = version WHERE id = $1 AND version = $2";

/// Held until the change is over: of two who move it, one. False when somebody else was faster.
pub async fn hold(tx: &mut Tx, of: &Escalation) -> anyhow::Result<bool> {
    let held = sqlx::query(HOLD).bind(of.id.get()).bind(of.version).execute(&mut **tx).await;
    Ok(held.with_context(|| format!("holding {}", of.number))?.rows_affected() > 0)
}

/// A step has few people, and a ladder few steps.
async fn show(tx: &mut Tx, of: &Escalation) -> anyhow::Result<()> {
    for person in of.people.iter().copied().chain(of.begun_by) {
        let show = sqlx::query(SHOW).bind(of.id.get()).bind(person.get());
        let shown = show.bind(i64::from(of.state.is_open())).execute(&mut **tx).await;
        shown.context("keeping whom an escalation is shown to")?;
    }
    Ok(())
}

pub async fn one(connection: &mut AnyConnection, id: EscalationId) -> anyhow::Result<Option<Escalation>> {
    let row = sqlx::query(ONE).bind(id.get()).fetch_optional(connection).await;
    row.context("looking for an escalation")?.as_ref().map(escalation).transpose()
}

/// The same outside a change.
pub async fn read(db: &Db, id: EscalationId) -> anyhow::Result<Option<Escalation>> {
    let row = sqlx::query(ONE).bind(id.get()).fetch_optional(db.read()).await;
    row.context("looking for an escalation")?.as_ref().map(escalation).transpose()
}

/// The open one of a matter.
pub async fn open_of(tx: &mut Tx, matter: &str) -> anyhow::Result<Option<Escalation>> {
    let row = sqlx::query(OPEN_OF).bind(matter).fetch_optional(&mut **tx).await;
    row.context("looking for an open escalation")?.as_ref().map(escalation).transpose()
}

/// The last one of a matter, whether it is over or not.
pub async fn last_of(tx: &mut Tx, matter: &str) -> anyhow::Result<Option<Escalation>> {
    let row = sqlx::query(ABOUT).bind(matter).bind(1_i64).fetch_optional(&mut **tx).await;
    row.context("looking for an earlier escalation")?.as_ref().map(escalation).transpose()
}

/// Those whose time is over, the longest over first.
pub async fn due(db: &Db, now: Timestamp, most: i64) -> anyhow::Result<Vec<EscalationId>> {
    let rows = sqlx::query(DUE).bind(now.as_micros()).bind(most).fetch_all(db.read()).await;
    rows.context("escalations whose time is over")?
        .iter()
        .map(|row| Ok(EscalationId(row.try_get("id")?)))
        .collect()
}

/// All of one matter, the newest first.
pub async fn about(db: &Db, matter: &str, most: i64) -> anyhow::Result<Vec<Escalation>> {
    let rows = sqlx::query(ABOUT).bind(matter).bind(most).fetch_all(db.read()).await;
    rows.context("the escalations of a matter")?.iter().map(escalation).collect()
}

/// Whose are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    All,
    /// What this person began or was shown.
    Own,
}

/// A page of them for this person, the newest first.
pub async fn page(
    db: &Db,
    (whose, open): (Whose, bool),
    person: PersonId,
    after: Option<(Timestamp, EscalationId)>,
    limit: i64,
) -> anyhow::Result<Vec<Escalation>> {
    let text = match (whose, open) {
        (Whose::All, true) => ALL_OPEN,
        (Whose::All, false) => ALL_PAST,
        (Whose::Own, true) => OWN_OPEN,
        (Whose::Own, false) => OWN_PAST,
    };
    let (at, id) = after.map_or((i64::MAX, i64::MAX), |(at, id)| (at.as_micros(), id.get()));
    let rows = sqlx::query(text).bind(person.get()).bind(at).bind(id).bind(limit).fetch_all(db.read()).await;
    rows.context("looking for escalations")?.iter().map(escalation).collect()
}

/// Those that nobody on any step has heard, for this person, the oldest first.
pub async fn unheard(db: &Db, person: PersonId, most: i64) -> anyhow::Result<Vec<Escalation>> {
    let rows = sqlx::query(UNHEARD).bind(person.get()).bind(most).fetch_all(db.read()).await;
    rows.context("escalations that nobody has heard")?.iter().map(escalation).collect()
}

/// Those that are open, whosever they are, the oldest first.
pub async fn open(db: &Db, most: i64) -> anyhow::Result<Vec<Escalation>> {
    let rows = sqlx::query(OPEN).bind(most).fetch_all(db.read()).await;
    rows.context("looking for open escalations")?.iter().map(escalation).collect()
}

/// Id and version of each open one: by this a change is seen.
pub async fn marks(db: &Db) -> anyhow::Result<Vec<(EscalationId, i64)>> {
    let rows = sqlx::query(MARKS).fetch_all(db.read()).await.context("which escalations are open")?;
    rows.iter().map(|row| Ok((EscalationId(row.try_get("id")?), row.try_get("version")?))).collect()
}

fn escalation(row: &Row) -> anyhow::Result<Escalation> {
    let body: String = row.try_get("body")?;
    let of: Escalation = serde_json::from_str(&body).context("an escalation as kept")?;
    Ok(Escalation { version: row.try_get("version")?, ..of })
}
