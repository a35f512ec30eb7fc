//! Lists of promises, a page at a time, by when they are due.

use anyhow::Context;
use db::Db;
use deadlines::{Clock, Kind, Level, Step};
use kernel::{PromiseId, Timestamp, UnitId};
use sqlx::Row as _;

use crate::rules::{self, word};

/// Which promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Still to be kept, the next one first; those that are overdue are the first of them.
    Running,
    /// Ended too late, the newest first.
    Broken,
    /// Ended in time, the newest first.
    Kept,
    /// What the share of those kept is made of, the newest first: ended, and not taken back in time, or overdue by this instant.
    Due { by: Timestamp },
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub unit: Option<UnitId>,
    /// Only what no unit answers for.
    pub centre: bool,
    /// Of one area; empty for those of none.
    pub area: Option<String>,
    pub kind: Option<Kind>,
    pub step: Option<Step>,
    pub clock: Option<Clock>,
    /// Due from here on, and before this.
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
    /// The place behind which the page begins.
    pub after: Option<(Timestamp, PromiseId, String)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub promise: PromiseId,
    pub clock: Clock,
    pub unit: Option<UnitId>,
    pub area: String,
    pub since: Timestamp,
    pub due: Timestamp,
    pub state: String,
    /// Microseconds.
    pub late: i64,
    pub yellow: Timestamp,
    pub orange: Timestamp,
    pub told: Option<Level>,
    pub room: String,
    pub subject: String,
    pub number: String,
    /// None for what is owed beside orders.
    pub kind: Option<Kind>,
    pub step: Step,
    pub rule: String,
}

macro_rules! found {
    ($where:literal) => {
        concat!(
            "SELECT c.promise, c.clock, c.unit, c.area, c.since, c.due, c.state, c.late, c.yellow, c.orange, c.told, \
             p.room, p.subject, p.number, p.kind, p.step, p.rule FROM promises_clock c JOIN promises_promise p ON p.id = c.promise \
             WHERE ($2 = '' OR p.kind = $2) AND ($3 = '' OR p.step = $3) AND ($4 = '' OR c.clock = $4) \
             AND c.due >= $9 AND c.due < $10 AND $11 = $11 AND ($12 = '*' OR c.area = $12) AND ",
            $where
        )
    };
}
const RUNNING: &str = found!(
    "$1 = 0 AND c.state = 'running' AND (c.due, c.promise, c.clock) > ($5, $6, $7) ORDER BY c.due, c.promise, c.clock LIMIT $8"
);
const RUNNING_OF: &str = found!(
    "c.unit = $1 AND c.state = 'running' AND (c.due, c.promise, c.clock) > ($5, $6, $7) \
     ORDER BY c.due, c.promise, c.clock LIMIT $8"
);
const RUNNING_OF_CENTRE: &str = found!(
    "$1 = -1 AND c.unit IS NULL AND c.state = 'running' AND (c.due, c.promise, c.clock) > ($5, $6, $7) \
     ORDER BY c.due, c.promise, c.clock LIMIT $8"
);
// Of one area, whoever answers for it there: by the index of areas.
const RUNNING_IN: &str = found!(
    "c.area = $12 AND ($1 = 0 OR c.unit = $1 OR $1 = -1 AND c.unit IS NULL) AND c.state = 'running' \
     AND (c.due, c.promise, c.clock) > ($5, $6, $7) ORDER BY c.due, c.promise, c.clock LIMIT $8"
);
const BROKEN_IN: &str = found!(
    "c.area = $12 AND ($1 = 0 OR c.unit = $1 OR $1 = -1 AND c.unit IS NULL) AND c.late > 0 \
     AND (c.due, c.promise, c.clock) < ($5, $6, $7) ORDER BY c.due DESC, c.promise DESC, c.clock DESC LIMIT $8"
);
const KEPT_IN: &str = found!(
    "c.area = $12 AND ($1 = 0 OR c.unit = $1 OR $1 = -1 AND c.unit IS NULL) AND c.state = 'fulfilled' AND c.late = 0 \
     AND (c.due, c.promise, c.clock) < ($5, $6, $7) ORDER BY c.due DESC, c.promise DESC, c.clock DESC LIMIT $8"
);
const DUE_IN: &str = found!(
    "c.area = $12 AND ($1 = 0 OR c.unit = $1 OR $1 = -1 AND c.unit IS NULL) \
     AND (c.state = 'fulfilled' OR c.late > 0 OR c.state = 'running' AND c.due < $11) \
     AND (c.due, c.promise, c.clock) < ($5, $6, $7) ORDER BY c.due DESC, c.promise DESC, c.clock DESC LIMIT $8"
);
const BROKEN: &str = found!(
    "($1 = 0 OR c.unit = $1 OR $1 = -1 AND c.unit IS NULL) AND c.late > 0 AND (c.due, c.promise, c.clock) < ($5, $6, $7) \
     ORDER BY c.due DESC, c.promise DESC, c.clock DESC LIMIT $8"
);
const KEPT_OF: &str = found!(
    "c.unit = $1 AND c.state = 'fulfilled' AND c.late = 0 AND (c.due, c.promise, c.clock) < ($5, $6, $7) \
     ORDER BY c.due DESC, c.promise DESC, c.clock DESC LIMIT $8"
);
// Most promises are kept: by the index of what was due in the period.
const KEPT: &str = found!(
    "($1 = 0 OR c.unit = $1 OR $1 = -1 AND c.unit IS NULL) AND c.state = 'fulfilled' AND c.late = 0 AND (c.due, c.promise, c.clock) < ($5, $6, $7) \
     ORDER BY c.due DESC, c.promise DESC, c.clock DESC LIMIT $8"
);
const DUE: &str = found!(
    "($1 = 0 OR c.unit = $1 OR $1 = -1 AND c.unit IS NULL) \
     AND (c.state = 'fulfilled' OR c.late > 0 OR c.state = 'running' AND c.due < $11) \
     AND (c.due, c.promise, c.clock) < ($5, $6, $7) ORDER BY c.due DESC, c.promise DESC, c.clock DESC LIMIT $8"
);

/// So many of them.
pub async fn find(db: &Db, which: Which, filter: &Filter, limit: i64) -> anyhow::Result<Vec<Found>> {
    let text = match (which, filter.unit) {
        (Which::Running, _) if filter.area.is_some() => RUNNING_IN,
        (Which::Broken, _) if filter.area.is_some() => BROKEN_IN,
        (Which::Kept, _) if filter.area.is_some() => KEPT_IN,
        (Which::Due { .. }, _) if filter.area.is_some() => DUE_IN,
        (Which::Running, None) if filter.centre => RUNNING_OF_CENTRE,
        (Which::Running, None) => RUNNING,
        (Which::Running, Some(_)) => RUNNING_OF,
        (Which::Broken, _) => BROKEN,
        (Which::Kept, None) => KEPT,
        (Which::Kept, Some(_)) => KEPT_OF,
        (Which::Due { .. }, _) => DUE,
    };
    let from = match which {
        Which::Running => (i64::MIN, i64::MIN, String::new()),
        Which::Broken | Which::Kept | Which::Due { .. } => (i64::MAX, i64::MAX, "~".to_owned()),
    };
    let place = filter.after.clone().map_or(from, |(due, id, clock)| (due.as_micros(), id.get(), clock));
    let unit = filter.unit.map_or(if filter.centre { -1 } else { 0 }, UnitId::get);
    let by = if let Which::Due { by } = which { by.as_micros() } else { 0 };
    let query = sqlx::query(text).bind(unit).bind(opt(filter.kind));
    let query =
        query.bind(opt(filter.step)).bind(opt(filter.clock)).bind(place.0).bind(place.1).bind(place.2);
    let query = query.bind(limit).bind(filter.from.map_or(i64::MIN, Timestamp::as_micros));
    let query = query.bind(filter.to.map_or(i64::MAX, Timestamp::as_micros)).bind(by);
    let query = query.bind(filter.area.clone().unwrap_or_else(|| "*".to_owned()));
    query.fetch_all(db.read()).await.context("looking for promises")?.iter().map(one).collect()
}

fn opt<T: serde::Serialize>(value: Option<T>) -> String {
    value.as_ref().map(word).unwrap_or_default()
}

fn one(row: &db::Row) -> anyhow::Result<Found> {
    let at = |column: &str| -> anyhow::Result<Timestamp> { Ok(Timestamp::from_micros(row.try_get(column)?)) };
    let unit: Option<i64> = row.try_get("unit")?;
    let told: Option<String> = row.try_get("told")?;
    Ok(Found {
        promise: PromiseId(row.try_get("promise")?),
        clock: super::read(row, "clock")?,
        unit: unit.map(UnitId),
        area: row.try_get("area")?,
        since: at("since")?,
        due: at("due")?,
        state: row.try_get("state")?,
        late: row.try_get("late")?,
        yellow: at("yellow")?,
        orange: at("orange")?,
        told: told.as_deref().and_then(rules::parse),
        room: row.try_get("room")?,
        subject: row.try_get("subject")?,
        number: row.try_get("number")?,
        kind: super::kind(row)?,
        step: super::read(row, "step")?,
        rule: row.try_get("rule")?,
    })
}

#[cfg(test)]
mod tests {
    use db::testdb::on_both;

    use super::*;

    /// What SQLite says of a list: by which index it walks, and whether it sorts.
    async fn plan(db: &Db, text: &'static str) -> String {
        let explain = format!("EXPLAIN QUERY PLAN {text}");
        let query = sqlx::query(sqlx::AssertSqlSafe(explain)).bind(1_i64).bind("").bind("").bind("");
        let query = query.bind(i64::MAX).bind(i64::MAX).bind("~").bind(50_i64);
        let query = query.bind(i64::MIN).bind(i64::MAX).bind(0_i64).bind("青岚区");
        let rows = query.fetch_all(db.read()).await.expect("a plan");
        let details: Vec<String> = rows.iter().map(|row| row.try_get("detail").expect("a detail")).collect();
        details.join("\n")
    }

    #[test]
    fn what_runs_at_the_centre_is_read_in_order() {
        on_both(&[crate::MIGRATIONS], async |db| {
            if db.kind() == db::Kind::Sqlite {
                let plan = plan(&db, RUNNING_OF_CENTRE).await;
                assert!(
                    plan.contains("promises_clock_unit (unit=?") && !plan.contains("TEMP B-TREE"),
                    "{plan}"
                );
            }
        });
    }

    #[test]
    fn what_an_area_is_owed_is_read_in_order_by_its_index() {
        on_both(&[crate::MIGRATIONS], async |db| {
            if db.kind() == db::Kind::Sqlite {
                for text in [RUNNING_IN, BROKEN_IN, KEPT_IN, DUE_IN] {
                    let plan = plan(&db, text).await;
                    assert!(plan.contains("promises_clock_area (area=?"), "{plan}");
                    assert!(!plan.contains("TEMP B-TREE"), "nothing is sorted: {plan}");
                }
            }
        });
    }

    #[test]
    fn kept_promises_of_a_unit_are_read_by_an_index_of_their_own() {
        on_both(&[crate::MIGRATIONS], async |db| {
            if db.kind() == db::Kind::Sqlite {
                let plan = plan(&db, KEPT_OF).await;
                assert!(plan.contains("promises_clock_kept (unit=?"), "{plan}");
                assert!(!plan.contains("TEMP B-TREE"), "nothing is sorted: {plan}");
            }
        });
    }
}
