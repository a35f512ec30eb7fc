//! What no unit has two hours after it was accepted, however long ago that was.

use std::time::Duration;

use anyhow::Context;
use db::Db;
use kernel::Timestamp;
use serde::Serialize;
use sqlx::Row as _;

/// The states in which no unit has an order that needs one.
pub const STATES: [&str; 2] = ["accepted", "to_dispatch"];
/// By then somebody should have it.
const AFTER: Duration = Duration::from_secs(2 * 3600);
/// What came within so long is what the share is of, beside what still waits from before.
const LATELY: Duration = Duration::from_secs(24 * 3600);

/// What was accepted before this instant should be with a unit.
pub fn since(now: Timestamp) -> Timestamp {
    now - AFTER
}

/// What waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Waiting {
    pub count: i64,
    /// When the one that waits longest was accepted.
    pub oldest: Option<Timestamp>,
}

const WAITING: &str = "SELECT COUNT(*) AS n, CAST(COUNT(*) FILTER (WHERE accepted_at < $2) AS BIGINT) AS older, \
     MIN(accepted_at) AS oldest FROM work_orders_order \
     WHERE open = 1 AND state IN ('accepted', 'to_dispatch') AND accepted_at < $1";
const NEEDED: &str = "SELECT COUNT(*) AS n FROM work_orders_order \
     WHERE accepted_at >= $1 AND accepted_at < $2 AND NOT (state = 'closed' AND unit IS NULL)";

/// What waits now, and how much of it has waited for longer than a day.
async fn counted(db: &Db, now: Timestamp) -> anyhow::Result<(Waiting, i64)> {
    let query = sqlx::query(WAITING).bind(since(now).as_micros()).bind((now - LATELY).as_micros());
    let row = query.fetch_one(db.read()).await.context("counting what no unit has")?;
    let oldest: Option<i64> = row.try_get("oldest")?;
    Ok((
        Waiting { count: row.try_get("n")?, oldest: oldest.map(Timestamp::from_micros) },
        row.try_get("older")?,
    ))
}

/// What waits now.
pub async fn waiting(db: &Db, now: Timestamp) -> anyhow::Result<Waiting> {
    Ok(counted(db, now).await?.0)
}

/// What waits now, and of how many that needed a unit: of the last day, and all that have waited longer.
pub async fn share(db: &Db, now: Timestamp) -> anyhow::Result<(Waiting, i64)> {
    let (waiting, older) = counted(db, now).await?;
    let query = sqlx::query(NEEDED).bind((now - LATELY).as_micros()).bind(since(now).as_micros());
    let row = query.fetch_one(db.read()).await.context("counting what needed a unit")?;
    Ok((waiting, older + row.try_get::<i64, _>("n")?))
}

#[cfg(test)]
mod tests {
    use db::testdb::on_both;

    use super::*;

    #[test]
    fn what_waits_is_counted_from_an_index_alone() {
        on_both(&[promises::MIGRATIONS, crate::MIGRATIONS], async |db| {
            if db.kind() == db::Kind::Sqlite {
                let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {WAITING}"));
                let rows =
                    sqlx::query(explain).bind(0_i64).bind(0_i64).fetch_all(db.read()).await.expect("a plan");
                let plan: Vec<String> =
                    rows.iter().map(|row| row.try_get("detail").expect("a detail")).collect();
                let plan = plan.join("\n");
                assert!(plan.contains("COVERING INDEX work_orders_order_standing (state=?"), "{plan}");
            }
        });
    }
}
