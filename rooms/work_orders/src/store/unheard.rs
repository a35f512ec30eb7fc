//! Orders that were sent to a unit which had nobody to hear it.

use std::collections::BTreeMap;

use anyhow::Context;
use db::{Db, Tx};
use departments::Hears;
use kernel::{PersonId, Timestamp, UnitId, WorkOrderId};
use serde::Serialize;
use sqlx::Row as _;

/// Who heard of an order in place of its unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unheard {
    pub unit: UnitId,
    pub hears: Hears,
    pub told: Vec<PersonId>,
    pub at: Timestamp,
}

const PUT: db::Text = db::from_rows!(
    "INSERT INTO work_orders_unheard (work_order, unit, hears, told, at) SELECT CAST(value ->> 0 AS BIGINT), \
     CAST(value ->> 1 AS BIGINT), value ->> 2, value ->> 3, CAST(value ->> 4 AS BIGINT) FROM ",
    " ON CONFLICT (work_order) DO UPDATE SET unit = excluded.unit, hears = excluded.hears, told = excluded.told, \
     at = excluded.at"
);
const GONE: &str = "DELETE FROM work_orders_unheard WHERE work_order = $1";
const OF: db::Text =
    db::in_ids!("SELECT work_order, unit, hears, told, at FROM work_orders_unheard WHERE work_order IN ", "");
const NOBODY: &str =
    "SELECT work_order FROM work_orders_unheard WHERE hears = 'nobody' ORDER BY at, work_order LIMIT 100";

pub async fn put(tx: &mut Tx, unheard: &[(WorkOrderId, Unheard)]) -> anyhow::Result<()> {
    if unheard.is_empty() {
        return Ok(());
    }
    let row = |(order, one): &(WorkOrderId, Unheard)| {
        let told = serde_json::to_string(&one.told)?;
        anyhow::Ok((order.get(), one.unit.get(), one.hears.as_str(), told, one.at.as_micros()))
    };
    let rows = unheard.iter().map(row).collect::<anyhow::Result<Vec<_>>>()?;
    let put = sqlx::query(PUT.of(tx.db().kind())).bind(serde_json::to_string(&rows)?);
    put.execute(&mut **tx).await.context("keeping that a unit has nobody to hear")?;
    Ok(())
}

/// The unit has taken it, or it is elsewhere.
pub async fn gone(tx: &mut Tx, order: WorkOrderId) -> anyhow::Result<()> {
    let gone = sqlx::query(GONE).bind(order.get()).execute(&mut **tx).await;
    gone.context("forgetting that a unit had nobody to hear")?;
    Ok(())
}

pub async fn of(db: &Db, order: WorkOrderId) -> anyhow::Result<Option<Unheard>> {
    Ok(of_many(db, &[order]).await?.remove(&order))
}

pub async fn of_many(db: &Db, orders: &[WorkOrderId]) -> anyhow::Result<BTreeMap<WorkOrderId, Unheard>> {
    let ids = db::ids(orders.iter().map(|order| order.get()));
    let rows = sqlx::query(OF.of(db.kind())).bind(ids).fetch_all(db.read()).await;
    let rows = rows.context("who heard of orders")?;
    rows.iter().map(|row| Ok((WorkOrderId(row.try_get("work_order")?), unheard(row)?))).collect()
}

fn unheard(row: &db::Row) -> anyhow::Result<Unheard> {
    let (hears, told): (String, String) = (row.try_get("hears")?, row.try_get("told")?);
    Ok(Unheard {
        unit: UnitId(row.try_get("unit")?),
        hears: Hears::of(&hears).with_context(|| format!("{hears} heard of an order"))?,
        told: serde_json::from_str(&told).context("who was told of an order")?,
        at: Timestamp::from_micros(row.try_get("at")?),
    })
}

/// What nobody at all has heard of: how many, a hundred at the most, and the one that waits longest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Nobody {
    pub unheard: usize,
    pub unheard_first: Option<WorkOrderId>,
}

pub async fn nobody(db: &Db) -> anyhow::Result<Nobody> {
    let rows = sqlx::query(NOBODY).fetch_all(db.read()).await.context("what nobody has heard of")?;
    let first = rows.first().map(|row| row.try_get("work_order")).transpose()?;
    Ok(Nobody { unheard: rows.len(), unheard_first: first.map(WorkOrderId) })
}
