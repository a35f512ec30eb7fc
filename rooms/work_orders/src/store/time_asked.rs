//! Requests for more time that nobody has answered.

use anyhow::Context;
use db::Db;
use kernel::Timestamp;
use serde::Serialize;
use sqlx::Row as _;

/// What waits for an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Asking {
    pub count: i64,
    /// Until when the first of them is to be answered.
    pub soonest: Option<Timestamp>,
}

const ASKING: &str = "SELECT COUNT(*) AS n, MIN(decide_by) AS soonest FROM work_orders_order \
     WHERE open = 1 AND decide_by IS NOT NULL";

/// What waits now.
pub async fn asking(db: &Db) -> anyhow::Result<Asking> {
    let row = sqlx::query(ASKING).fetch_one(db.read()).await.context("counting who asks for more time")?;
    let soonest: Option<i64> = row.try_get("soonest")?;
    Ok(Asking { count: row.try_get("n")?, soonest: soonest.map(Timestamp::from_micros) })
}

#[cfg(test)]
mod tests {
    use db::testdb::on_both;

    use super::*;

    #[test]
    fn who_asks_is_counted_from_the_few_who_do() {
        on_both(&[promises::MIGRATIONS, crate::MIGRATIONS], async |db| {
            assert_eq!(asking(&db).await.expect("counted"), Asking::default());
            if db.kind() == db::Kind::Sqlite {
                let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {ASKING}"));
                let rows = sqlx::query(explain).fetch_all(db.read()).await.expect("a plan");
                let plan: Vec<String> =
                    rows.iter().map(|row| row.try_get("detail").expect("a detail")).collect();
                let plan = plan.join("\n");
                assert!(plan.contains("COVERING INDEX work_orders_order_asking"), "{plan}");
            }
        });
    }
}
