//! A matter's promises: begun, moved, handed to another unit. Always in the transaction that changes the matter itself.

use anyhow::Context;
use db::{Db, Tx};
use deadlines::{Clock, Clocks, Kind, Step};
use kernel::{PromiseId, Timestamp, UnitId};
use serde_json::{Value, json};
use sqlx::{AnyConnection, Row as _};

use crate::rules::{self, ClockRow, Terms, word};

/// What a promise is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The room whose matter it is.
    pub room: &'static str,
    /// Its id there, as text: `wo_…`.
    pub id: String,
    /// What people call it.
    pub number: String,
    /// Of what kind of order; none for what is owed beside orders.
    pub kind: Option<Kind>,
    /// Who answers for it; the centre where there is none.
    pub unit: Option<UnitId>,
    /// Where it is owed, as reports tell areas apart; empty where the matter has no one area.
    pub area: String,
}

/// A promise as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub id: PromiseId,
    pub step: Step,
    /// The first, second … time that this step is owed.
    pub round: i64,
    /// The rule that set the limit; empty where a time was agreed.
    pub rule: String,
    pub clocks: Clocks,
    pub version: i64,
}

/// A promise that is to be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct New {
    pub id: PromiseId,
    pub step: Step,
    pub rule: String,
    pub clocks: Clocks,
}

const OF: &str = "SELECT id, step, round, rule, body, version FROM promises_promise \
     WHERE room = $1 AND subject = $2 ORDER BY id";
const OF_MANY: db::Text = db::in_texts!(
    "SELECT subject, id, step, round, rule, body, version FROM promises_promise WHERE room = $2 AND subject IN ",
    " ORDER BY subject, id"
);
const ADD: &str = "INSERT INTO promises_promise (id, room, subject, number, kind, step, round, rule, body, version) \
     SELECT $1, $2, $3, $4, $5, $6, \
     COALESCE((SELECT MAX(round) FROM promises_promise WHERE room = $2 AND subject = $3 AND step = $6), 0) + 1, $7, $8, 1";
/// Of matters that have none yet.
const ADD_ALL: db::Text = db::from_rows!(
    "INSERT INTO promises_promise (id, room, subject, number, kind, step, round, rule, body, version) \
     SELECT CAST(value ->> 0 AS BIGINT), value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, \
     CAST(value ->> 6 AS BIGINT), value ->> 7, value ->> 8, 1 FROM ",
    ""
);
const SAVE: &str =
    "UPDATE promises_promise SET body = $1, version = version + 1 WHERE id = $2 AND version = $3";
const ADD_CLOCK: &str = "INSERT INTO promises_clock (promise, clock, unit, area, since, due, state, late, yellow, orange, red, \
     told, warn_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
const ADD_CLOCKS: db::Text = db::from_rows!(
    "INSERT INTO promises_clock (promise, clock, unit, since, due, state, late, yellow, orange, red, told, warn_at, area) \
     SELECT CAST(value ->> 0 AS BIGINT), value ->> 1, CAST(value ->> 2 AS BIGINT), CAST(value ->> 3 AS BIGINT), \
     CAST(value ->> 4 AS BIGINT), value ->> 5, CAST(value ->> 6 AS BIGINT), CAST(value ->> 7 AS BIGINT), \
     CAST(value ->> 8 AS BIGINT), CAST(value ->> 9 AS BIGINT), value ->> 10, CAST(value ->> 11 AS BIGINT), value ->> 12 FROM ",
    ""
);
// Held until the change is over: the watcher tells of what it finds then, and not of what stood here before.
const TOLD: db::Text = db::Text {
    sqlite: "SELECT clock, yellow, orange, red, told FROM promises_clock WHERE promise = $1 ORDER BY clock",
    postgres: "SELECT clock, yellow, orange, red, told FROM promises_clock WHERE promise = $1 ORDER BY clock FOR UPDATE",
};
const SAVE_CLOCK: &str = "UPDATE promises_clock SET since = $1, due = $2, state = $3, late = $4, yellow = $5, orange = $6, \
     red = $7, told = $8, warn_at = $9 WHERE promise = $10 AND clock = $11";
const HAND: &str = "UPDATE promises_clock SET unit = $1 WHERE state = 'running' AND promise IN \
     (SELECT id FROM promises_promise WHERE room = $2 AND subject = $3)";
const PLACE: &str = "UPDATE promises_clock SET area = $1 WHERE promise IN \
     (SELECT id FROM promises_promise WHERE room = $2 AND subject = $3)";

/// All promises of one matter, the oldest first.
pub async fn of(connection: &mut AnyConnection, room: &str, subject: &str) -> anyhow::Result<Vec<Kept>> {
    let rows = sqlx::query(OF).bind(room).bind(subject).fetch_all(connection).await;
    rows.context("the promises of a matter")?.iter().map(kept).collect()
}

/// The same outside a change.
pub async fn read(db: &Db, room: &str, subject: &str) -> anyhow::Result<Vec<Kept>> {
    let rows = sqlx::query(OF).bind(room).bind(subject).fetch_all(db.read()).await;
    rows.context("the promises of a matter")?.iter().map(kept).collect()
}

/// The promises of several matters of one room, with whose each is; of each matter the oldest first.
pub async fn read_many(db: &Db, room: &str, subjects: &[String]) -> anyhow::Result<Vec<(String, Kept)>> {
    let query = sqlx::query(OF_MANY.of(db.kind())).bind(serde_json::to_string(subjects)?).bind(room);
    let rows = query.fetch_all(db.read()).await.context("the promises of matters")?;
    rows.iter().map(|row| Ok((row.try_get("subject")?, kept(row)?))).collect()
}

/// Gives a promise: from now on it is watched.
pub async fn begin(tx: &mut Tx, subject: &Subject, new: &New, terms: Terms<'_>) -> anyhow::Result<()> {
    let add = sqlx::query(ADD).bind(new.id.get()).bind(subject.room).bind(&subject.id).bind(&subject.number);
    let add =
        add.bind(subject.kind.as_ref().map(word).unwrap_or_default()).bind(word(&new.step)).bind(&new.rule);
    let add = add.bind(serde_json::to_string(&new.clocks)?);
    add.execute(&mut **tx).await.with_context(|| format!("giving a promise for {}", subject.number))?;
    for (clock, promise) in new.clocks.each() {
        let row = rules::clock_row(promise, None, terms);
        let add =
            sqlx::query(ADD_CLOCK).bind(new.id.get()).bind(word(&clock)).bind(subject.unit.map(UnitId::get));
        let add = add
            .bind(&subject.area)
            .bind(promise.since().as_micros())
            .bind(promise.due().as_micros())
            .bind(row.state)
            .bind(row.late);
        let add = bind_schedule(add, &row);
        add.execute(&mut **tx).await.context("starting a clock")?;
    }
    Ok(())
}

/// The first promises of many matters, as [`begin`] gives them one by one.
pub async fn begin_all(tx: &mut Tx, given: &[(Subject, Vec<New>)], terms: Terms<'_>) -> anyhow::Result<()> {
    let (mut promises, mut clocks) = (Vec::new(), Vec::new());
    for (subject, given) in given {
        let (room, about, number, kind) = (subject.room, &subject.id, &subject.number, word(&subject.kind));
        let unit = subject.unit.map(UnitId::get);
        for (nth, new) in given.iter().enumerate() {
            let round = 1 + given.iter().take(nth).filter(|before| before.step == new.step).count();
            let (id, body) = (new.id.get(), serde_json::to_string(&new.clocks)?);
            let step = word(&new.step);
            promises.push(json!([id, room, about, number, kind, step, round, new.rule, body]));
            for (clock, promise) in new.clocks.each() {
                let row = rules::clock_row(promise, None, terms);
                let (since, due) = (promise.since().as_micros(), promise.due().as_micros());
                let [yellow, orange, red] =
                    deadlines::Level::ALL.map(|level| row.schedule.at(level).as_micros());
                let (told, warn_at) = (row.told.as_ref().map(word), row.warn_at.map(Timestamp::as_micros));
                let (clock, state, late) = (word(&clock), row.state, row.late);
                clocks.push(json!([
                    id,
                    clock,
                    unit,
                    since,
                    due,
                    state,
                    late,
                    yellow,
                    orange,
                    red,
                    told,
                    warn_at,
                    subject.area
                ]));
            }
        }
    }
    let db = tx.db().kind();
    for (text, rows) in [(ADD_ALL, promises), (ADD_CLOCKS, clocks)] {
        let add = sqlx::query(text.of(db)).bind(Value::Array(rows).to_string());
        add.execute(&mut **tx).await.context("giving promises")?;
    }
    Ok(())
}

/// The promise with its clocks after an act; what is to be warned of follows them. False when somebody else was faster.
pub async fn save(tx: &mut Tx, kept: &Kept, clocks: &Clocks, terms: Terms<'_>) -> anyhow::Result<bool> {
    let save = sqlx::query(SAVE).bind(serde_json::to_string(clocks)?).bind(kept.id.get()).bind(kept.version);
    if save.execute(&mut **tx).await.context("moving a promise")?.rows_affected() == 0 {
        return Ok(false);
    }
    let mut told = Vec::new();
    let rows = sqlx::query(TOLD.of(tx.db().kind())).bind(kept.id.get()).fetch_all(&mut **tx).await;
    for row in rows.context("what was warned of")? {
        told.push((row.try_get::<String, _>("clock")?, super::told_of(&row)?));
    }
    for (clock, promise) in clocks.each() {
        let before = told.iter().find(|(name, _)| *name == word(&clock)).map(|(_, kept)| *kept);
        let row = rules::clock_row(promise, before, terms);
        let save = sqlx::query(SAVE_CLOCK).bind(promise.since().as_micros()).bind(promise.due().as_micros());
        let save = save.bind(row.state).bind(row.late);
        let save = bind_schedule(save, &row).bind(kept.id.get()).bind(word(&clock));
        save.execute(&mut **tx).await.context("moving a clock")?;
    }
    Ok(true)
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

fn bind_schedule<'q>(query: Query<'q>, row: &ClockRow) -> Query<'q> {
    let at = |level| row.schedule.at(level).as_micros();
    let [yellow, orange, red] = deadlines::Level::ALL.map(at);
    let told = row.told.as_ref().map(word);
    query.bind(yellow).bind(orange).bind(red).bind(told).bind(row.warn_at.map(Timestamp::as_micros))
}

/// What still runs of this matter is another unit's from now on.
pub async fn hand(tx: &mut Tx, room: &str, subject: &str, unit: Option<UnitId>) -> anyhow::Result<()> {
    let hand = sqlx::query(HAND).bind(unit.map(UnitId::get)).bind(room).bind(subject);
    hand.execute(&mut **tx).await.context("handing promises to another unit")?;
    Ok(())
}

/// The matter is elsewhere than was said: also what is over counts where it was.
pub async fn place(tx: &mut Tx, room: &str, subject: &str, area: &str) -> anyhow::Result<()> {
    let place = sqlx::query(PLACE).bind(area).bind(room).bind(subject);
    place.execute(&mut **tx).await.context("placing promises in another area")?;
    Ok(())
}

fn kept(row: &db::Row) -> anyhow::Result<Kept> {
    let body: String = row.try_get("body")?;
    Ok(Kept {
        id: PromiseId(row.try_get("id")?),
        step: super::read(row, "step")?,
        round: row.try_get("round")?,
        rule: row.try_get("rule")?,
        clocks: serde_json::from_str(&body).context("the clocks of a promise as kept")?,
        version: row.try_get("version")?,
    })
}

impl Kept {
    /// Whether any of its clocks runs.
    pub fn runs(&self) -> bool {
        self.clocks.each().values().any(|promise| promise.is_running())
    }

    /// The next instant at which it breaks, and whose clock that is.
    pub fn due(&self) -> Option<(Timestamp, Clock)> {
        let running = self.clocks.each().into_iter().filter(|(_, promise)| promise.is_running());
        running.map(|(clock, promise)| (promise.due(), clock)).min()
    }
}
