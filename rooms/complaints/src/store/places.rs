//! How far each finder has come, and which orders are to be looked at once more.

use std::collections::BTreeMap;

use anyhow::Context;
use db::{Db, Text, Tx, from_rows};
use kernel::{Timestamp, WorkOrderId};
use serde_json::{Value, json};
use sqlx::Row as _;

const READ: &str = "SELECT at, id FROM complaints_place WHERE finder = $1";
const PUT: &str = "INSERT INTO complaints_place (finder, at, id) VALUES ($1, $2, $3) \
     ON CONFLICT (finder) DO UPDATE SET at = excluded.at, id = excluded.id";
/// The earlier of two times to look stays.
const CHECK: Text = from_rows!(
    "INSERT INTO complaints_to_check (work_order, at) SELECT CAST(value ->> 0 AS BIGINT), CAST(value ->> 1 AS BIGINT) FROM ",
    " ON CONFLICT (work_order) DO UPDATE SET at = excluded.at WHERE excluded.at < complaints_to_check.at"
);
const DUE: &str =
    "SELECT work_order, at FROM complaints_to_check WHERE at <= $1 ORDER BY at, work_order LIMIT $2";
const CHECKED: &str = "DELETE FROM complaints_to_check WHERE work_order = $1 AND at <= $2";

/// The place behind which a finder goes on; none before its first time.
pub async fn read(db: &Db, finder: &str) -> anyhow::Result<Option<(Timestamp, i64)>> {
    let row = sqlx::query(READ).bind(finder).fetch_optional(db.read()).await;
    let of = |row: &db::Row| Ok((Timestamp::from_micros(row.try_get("at")?), row.try_get("id")?));
    row.context("how far a finder has come")?.as_ref().map(of).transpose()
}

/// In the transaction that keeps what was found up to there.
pub async fn put(tx: &mut Tx, finder: &str, place: (Timestamp, i64)) -> anyhow::Result<()> {
    let put = sqlx::query(PUT).bind(finder).bind(place.0.as_micros()).bind(place.1);
    put.execute(&mut **tx).await.context("noting how far a finder has come")?;
    Ok(())
}

/// Orders are to be looked at, each then or earlier.
pub async fn check(tx: &mut Tx, orders: &BTreeMap<WorkOrderId, Timestamp>) -> anyhow::Result<()> {
    if orders.is_empty() {
        return Ok(());
    }
    let rows: Value = orders.iter().map(|(order, at)| json!([order.get(), at.as_micros()])).collect();
    let check = sqlx::query(CHECK.of(tx.db().kind())).bind(rows.to_string());
    check.execute(&mut **tx).await.context("noting orders to look at")?;
    Ok(())
}

/// Orders whose time has come, the first first.
pub async fn due(db: &Db, now: Timestamp, most: i64) -> anyhow::Result<Vec<WorkOrderId>> {
    let rows = sqlx::query(DUE).bind(now.as_micros()).bind(most).fetch_all(db.read()).await;
    let of = |row: &db::Row| Ok(WorkOrderId(row.try_get("work_order")?));
    rows.context("which orders are to be looked at")?.iter().map(of).collect()
}

/// It has been looked at as of then; what came later stays to be looked at.
pub async fn checked(tx: &mut Tx, order: WorkOrderId, up_to: Timestamp) -> anyhow::Result<()> {
    let checked = sqlx::query(CHECKED).bind(order.get()).bind(up_to.as_micros());
    checked.execute(&mut **tx).await.context("an order was looked at")?;
    Ok(())
}
