//! How many promises run, are about to break, were kept.

use anyhow::Context;
use db::Db;
use deadlines::{Clock, Kind, Step};
use kernel::{Timestamp, UnitId};
use sqlx::Row as _;

/// What runs now, by unit and clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    pub unit: Option<UnitId>,
    pub clock: Clock,
    /// Without warning, with half of the time gone, with four fifths gone, with all of it.
    pub calm: i64,
    pub yellow: i64,
    pub orange: i64,
    pub overdue: i64,
}

/// Those that were due in a period: kept, broken, still open and overdue, withdrawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    pub unit: Option<UnitId>,
    /// Empty where no one area was said.
    pub area: String,
    pub kind: Option<Kind>,
    pub step: Step,
    pub clock: Clock,
    pub kept: i64,
    pub broken: i64,
    pub overdue: i64,
    pub withdrawn: i64,
}

const RUNNING: &str = "SELECT unit, clock, \
     CAST(COUNT(*) FILTER (WHERE yellow > $1) AS BIGINT) AS calm, \
     CAST(COUNT(*) FILTER (WHERE yellow <= $1 AND orange > $1) AS BIGINT) AS yellow, \
     CAST(COUNT(*) FILTER (WHERE orange <= $1 AND due >= $1) AS BIGINT) AS orange, \
     CAST(COUNT(*) FILTER (WHERE due < $1) AS BIGINT) AS overdue \
     FROM promises_clock WHERE state = 'running' GROUP BY unit, clock ORDER BY unit, clock";
const DUE: &str = "SELECT c.unit, c.area, p.kind, p.step, c.clock, \
     CAST(COUNT(*) FILTER (WHERE c.state = 'fulfilled' AND c.late = 0) AS BIGINT) AS kept, \
     CAST(COUNT(*) FILTER (WHERE c.state <> 'running' AND c.late > 0) AS BIGINT) AS broken, \
     CAST(COUNT(*) FILTER (WHERE c.state = 'running' AND c.due < $3) AS BIGINT) AS overdue, \
     CAST(COUNT(*) FILTER (WHERE c.state = 'withdrawn' AND c.late = 0) AS BIGINT) AS withdrawn \
     FROM promises_clock c JOIN promises_promise p ON p.id = c.promise WHERE c.due >= $1 AND c.due < $2 \
     GROUP BY c.unit, c.area, p.kind, p.step, c.clock ORDER BY c.unit, c.area, p.kind, p.step, c.clock";

pub async fn running(db: &Db, now: Timestamp) -> anyhow::Result<Vec<Running>> {
    let rows = sqlx::query(RUNNING).bind(now.as_micros()).fetch_all(db.read()).await.context("what runs")?;
    let one = |row: &db::Row| {
        let unit: Option<i64> = row.try_get("unit")?;
        Ok(Running {
            unit: unit.map(UnitId),
            clock: super::read(row, "clock")?,
            calm: row.try_get("calm")?,
            yellow: row.try_get("yellow")?,
            orange: row.try_get("orange")?,
            overdue: row.try_get("overdue")?,
        })
    };
    rows.iter().map(one).collect()
}

/// Of those due from `from` on and before `to`.
pub async fn due(db: &Db, from: Timestamp, to: Timestamp, now: Timestamp) -> anyhow::Result<Vec<Count>> {
    let query = sqlx::query(DUE).bind(from.as_micros()).bind(to.as_micros()).bind(now.as_micros());
    let rows = query.fetch_all(db.read()).await.context("counting promises")?;
    let one = |row: &db::Row| {
        let unit: Option<i64> = row.try_get("unit")?;
        Ok(Count {
            unit: unit.map(UnitId),
            area: row.try_get("area")?,
            kind: super::kind(row)?,
            step: super::read(row, "step")?,
            clock: super::read(row, "clock")?,
            kept: row.try_get("kept")?,
            broken: row.try_get("broken")?,
            overdue: row.try_get("overdue")?,
            withdrawn: row.try_get("withdrawn")?,
        })
    };
    rows.iter().map(one).collect()
}
