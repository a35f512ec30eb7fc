//! What a browser asked for under a key of its own: asked again, it is answered with what was done the first time.
//!
//! A telephone without a network keeps its acts and sends them later, maybe twice; nothing is done twice and nothing is lost.

use anyhow::Context;
use db::{Db, Tx};
use kernel::{PersonId, Timestamp, WorkOrderId};
use serde_json::{Value, json};
use sqlx::Row as _;

const FIND: &str = "SELECT work_order FROM work_orders_asked WHERE person = $1 AND token = $2";
const KEEP: &str = "INSERT INTO work_orders_asked (person, token, work_order, seq, at) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (person, token) DO NOTHING";
const KEEP_ALL: db::Text = db::from_rows!(
    "INSERT INTO work_orders_asked (person, token, work_order, seq, at) SELECT CAST(value ->> 0 AS BIGINT), value ->> 1, \
     CAST(value ->> 2 AS BIGINT), 1, CAST(value ->> 3 AS BIGINT) FROM ",
    " ON CONFLICT (person, token) DO NOTHING"
);
const FORGET: &str = "DELETE FROM work_orders_asked WHERE at < $1";

/// The order that was filed or moved under this key.
pub async fn find(tx: &mut Tx, person: PersonId, token: &str) -> anyhow::Result<Option<WorkOrderId>> {
    let row = sqlx::query(FIND).bind(person.get()).bind(token).fetch_optional(&mut **tx).await;
    let row = row.context("what was asked before")?;
    Ok(row.map(|row| row.try_get("work_order")).transpose()?.map(WorkOrderId))
}

/// The same outside a change.
pub async fn before(db: &Db, person: PersonId, token: &str) -> anyhow::Result<Option<WorkOrderId>> {
    let row = sqlx::query(FIND).bind(person.get()).bind(token).fetch_optional(db.read()).await;
    let row = row.context("what was asked before")?;
    Ok(row.map(|row| row.try_get("work_order")).transpose()?.map(WorkOrderId))
}

/// False when it was asked at the same time by another request, which will be kept instead.
pub async fn keep(
    tx: &mut Tx,
    person: PersonId,
    token: &str,
    order: WorkOrderId,
    seq: i64,
    at: Timestamp,
) -> anyhow::Result<bool> {
    let keep =
        sqlx::query(KEEP).bind(person.get()).bind(token).bind(order.get()).bind(seq).bind(at.as_micros());
    Ok(keep.execute(&mut **tx).await.context("keeping what was asked")?.rows_affected() > 0)
}

/// The keys of new orders. False when one of them was used before, or stands there twice.
pub async fn keep_all(
    tx: &mut Tx,
    keys: &[(PersonId, &str, WorkOrderId)],
    at: Timestamp,
) -> anyhow::Result<bool> {
    if keys.is_empty() {
        return Ok(true);
    }
    let row = |(person, token, order): &(PersonId, &str, WorkOrderId)| {
        json!([person.get(), token, order.get(), at.as_micros()])
    };
    let rows: Value = keys.iter().map(row).collect();
    let keep = sqlx::query(KEEP_ALL.of(tx.db().kind())).bind(rows.to_string()).execute(&mut **tx).await;
    Ok(keep.context("keeping what was asked")?.rows_affected() == keys.len() as u64)
}

/// Forgets what no telephone can still ask for.
pub async fn forget(tx: &mut Tx, before: Timestamp) -> anyhow::Result<()> {
    sqlx::query(FORGET)
        .bind(before.as_micros())
        .execute(&mut **tx)
        .await
        .context("forgetting what was asked")?;
    Ok(())
}
