//! What is to be warned of by now.

use anyhow::Context;
use db::{Db, Tx};
use deadlines::{Clock, Level, Schedule, Step};
use kernel::{PromiseId, Timestamp, UnitId};
use sqlx::Row as _;

use crate::rules::{Due, word};

/// A clock of which something is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ripe {
    pub promise: PromiseId,
    pub clock: Clock,
    pub schedule: Schedule,
    pub told: Option<Level>,
    pub unit: Option<UnitId>,
    pub due: Timestamp,
    pub room: String,
    pub subject: String,
    pub number: String,
    pub step: Step,
}

const RIPE: &str = "SELECT c.promise, c.clock, c.unit, c.due, c.yellow, c.orange, c.red, c.told, p.room, p.subject, p.number, \
     p.step FROM promises_clock c JOIN promises_promise p ON p.id = c.promise \
     WHERE c.warn_at IS NOT NULL AND c.warn_at <= $1 ORDER BY c.warn_at LIMIT $2";
/// Only whoever finds it as it was read tells it: of two nodes one.
const TELL: &str = "UPDATE promises_clock SET told = $1, warn_at = $2 WHERE promise = $3 AND clock = $4 AND warn_at IS NOT NULL \
     AND red = $5 AND COALESCE(told, '') = $6";

/// The clocks with a warning whose time has come, the longest waiting first.
pub async fn ripe(db: &Db, now: Timestamp, most: i64) -> anyhow::Result<Vec<Ripe>> {
    let rows = sqlx::query(RIPE).bind(now.as_micros()).bind(most).fetch_all(db.read()).await;
    rows.context("what is to be warned of")?.iter().map(one).collect()
}

fn one(row: &db::Row) -> anyhow::Result<Ripe> {
    let (schedule, told) = super::told_of(row)?;
    let unit: Option<i64> = row.try_get("unit")?;
    Ok(Ripe {
        promise: PromiseId(row.try_get("promise")?),
        clock: super::read(row, "clock")?,
        schedule,
        told,
        unit: unit.map(UnitId),
        due: Timestamp::from_micros(row.try_get("due")?),
        room: row.try_get("room")?,
        subject: row.try_get("subject")?,
        number: row.try_get("number")?,
        step: super::read(row, "step")?,
    })
}

/// Keeps that these warnings are told. False when another node has told them, or the promise has moved meanwhile.
pub async fn tell(tx: &mut Tx, ripe: &Ripe, due: &Due) -> anyhow::Result<bool> {
    let tell =
        sqlx::query(TELL).bind(due.told.as_ref().map(word)).bind(due.warn_at.map(Timestamp::as_micros));
    let tell =
        tell.bind(ripe.promise.get()).bind(word(&ripe.clock)).bind(ripe.schedule.at(Level::Red).as_micros());
    let told = tell.bind(ripe.told.as_ref().map(word).unwrap_or_default()).execute(&mut **tx).await;
    Ok(told.context("keeping a warning")?.rows_affected() > 0)
}
