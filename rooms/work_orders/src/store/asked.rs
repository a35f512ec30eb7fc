//! What a browser asked for under a key of its own: asked again, it is answered with what was done the first time.
//!
//! A telephone without a network keeps its acts and sends them later, maybe twice; nothing is done twice and nothing is lost.

use anyhow::Context;
use db::{Db, Tx};
use kernel::{PersonId, Timestamp, WorkOrderId};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use sqlx::Row as _;

use crate::rules::{Act, Refusal};

const FIND: &str = "SELECT work_order, what FROM work_orders_asked WHERE person = $1 AND token = $2";
const KEEP: &str = "INSERT INTO work_orders_asked (person, token, work_order, what, seq, at) VALUES ($1, $2, $3, $4, $5, $6) \
     ON CONFLICT (person, token) DO NOTHING";
const KEEP_ALL: db::Text = db::from_rows!(
    "INSERT INTO work_orders_asked (person, token, work_order, what, seq, at) SELECT CAST(value ->> 0 AS BIGINT), value ->> 1, \
     CAST(value ->> 2 AS BIGINT), value ->> 3, 1, CAST(value ->> 4 AS BIGINT) FROM ",
    " ON CONFLICT (person, token) DO NOTHING"
);
const FORGET: &str = "DELETE FROM work_orders_asked WHERE at < $1";

/// What was asked for under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Before {
    pub order: WorkOrderId,
    what: String,
}

impl Before {
    /// The order that was filed or moved.
    ///
    /// # Errors
    /// [`Refusal::KeyUsed`] when something else was asked for.
    pub fn same(&self, what: &str) -> Result<WorkOrderId, Refusal> {
        if self.what == what { Ok(self.order) } else { Err(Refusal::KeyUsed) }
    }
}

/// What is asked for, so that it can be compared: which order, and everything that was said.
pub fn what(order: Option<WorkOrderId>, said: &impl Serialize) -> anyhow::Result<String> {
    let mut hash = Sha256::new();
    hash.update(order.map_or(0, WorkOrderId::get).to_be_bytes());
    hash.update(serde_json::to_vec(said)?);
    Ok(hex::encode(hash.finalize()))
}

/// The same of an act. A file is told by what it is: its id is made anew each time it is sent.
pub fn act(order: WorkOrderId, act: &Act) -> anyhow::Result<String> {
    match act {
        Act::Attach { attachment } => what(Some(order), &("attach", &attachment.what)),
        act => what(Some(order), act),
    }
}

fn of(row: &db::Row) -> anyhow::Result<Before> {
    Ok(Before { order: WorkOrderId(row.try_get("work_order")?), what: row.try_get("what")? })
}

/// What was filed or moved under this key.
pub async fn find(tx: &mut Tx, person: PersonId, token: &str) -> anyhow::Result<Option<Before>> {
    let row = sqlx::query(FIND).bind(person.get()).bind(token).fetch_optional(&mut **tx).await;
    row.context("what was asked before")?.as_ref().map(of).transpose()
}

/// The same outside a change.
pub async fn before(db: &Db, person: PersonId, token: &str) -> anyhow::Result<Option<Before>> {
    let row = sqlx::query(FIND).bind(person.get()).bind(token).fetch_optional(db.read()).await;
    row.context("what was asked before")?.as_ref().map(of).transpose()
}

/// False when it was asked at the same time by another request, which will be kept instead.
pub async fn keep(
    tx: &mut Tx,
    person: PersonId,
    token: &str,
    (order, what): (WorkOrderId, &str),
    seq: i64,
    at: Timestamp,
) -> anyhow::Result<bool> {
    let keep = sqlx::query(KEEP).bind(person.get()).bind(token).bind(order.get()).bind(what);
    let keep = keep.bind(seq).bind(at.as_micros());
    Ok(keep.execute(&mut **tx).await.context("keeping what was asked")?.rows_affected() > 0)
}

/// The keys of new orders. False when one of them was used before, or stands there twice.
pub async fn keep_all(
    tx: &mut Tx,
    keys: &[(PersonId, &str, WorkOrderId, &str)],
    at: Timestamp,
) -> anyhow::Result<bool> {
    if keys.is_empty() {
        return Ok(true);
    }
    let row = |(person, token, order, what): &(PersonId, &str, WorkOrderId, &str)| {
        json!([person.get(), token, order.get(), what, at.as_micros()])
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
