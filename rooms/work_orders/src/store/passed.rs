//! What the customers of a master were told and those who follow it are still to hear.

use anyhow::Context;
use db::{Db, Tx};
use kernel::WorkOrderId;
use sqlx::Row as _;

use crate::telling::Said;

/// Only where anybody follows; what was on its way before is outdated.
const PUT: &str = "INSERT INTO work_orders_passed (master, seq, said, told_to) \
     SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS TEXT), 0 \
     WHERE EXISTS (SELECT 1 FROM work_orders_order WHERE master = CAST($1 AS BIGINT) AND state = 'merged') \
     ON CONFLICT (master) DO UPDATE SET seq = excluded.seq, said = excluded.said, told_to = 0";
const ANY: &str = "SELECT master, seq, said, told_to FROM work_orders_passed ORDER BY master LIMIT 1";
const GO_ON: &str =
    "UPDATE work_orders_passed SET told_to = $3 WHERE master = $1 AND seq = $2 AND told_to = $4";
const DONE: &str = "DELETE FROM work_orders_passed WHERE master = $1 AND seq = $2 AND told_to = $3";

/// On its way to those who follow this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    pub master: WorkOrderId,
    /// The master's step that it was said of.
    pub seq: i64,
    pub said: Said,
    /// Those up to this id have been told.
    pub told_to: WorkOrderId,
}

pub async fn put(tx: &mut Tx, master: WorkOrderId, seq: i64, said: &Said) -> anyhow::Result<()> {
    let put = sqlx::query(PUT).bind(master.get()).bind(seq).bind(serde_json::to_string(said)?);
    put.execute(&mut **tx).await.context("keeping what followers are to hear")?;
    Ok(())
}

pub async fn any(db: &Db) -> anyhow::Result<Option<Passed>> {
    let row = sqlx::query(ANY).fetch_optional(db.read()).await.context("what followers are to hear")?;
    let Some(row) = row else { return Ok(None) };
    let said: String = row.try_get("said")?;
    Ok(Some(Passed {
        master: WorkOrderId(row.try_get("master")?),
        seq: row.try_get("seq")?,
        said: serde_json::from_str(&said).context("what followers are to hear")?,
        told_to: WorkOrderId(row.try_get("told_to")?),
    }))
}

/// Told up to there, or to all of them where there is nobody behind. False when something newer is to be told meanwhile.
pub async fn go_on(tx: &mut Tx, passed: &Passed, told_to: Option<WorkOrderId>) -> anyhow::Result<bool> {
    let (master, seq, before) = (passed.master.get(), passed.seq, passed.told_to.get());
    let done = match told_to {
        Some(to) => sqlx::query(GO_ON).bind(master).bind(seq).bind(to.get()).bind(before),
        None => sqlx::query(DONE).bind(master).bind(seq).bind(before),
    };
    let done = done.execute(&mut **tx).await.context("how far followers have been told")?;
    Ok(done.rows_affected() > 0)
}
