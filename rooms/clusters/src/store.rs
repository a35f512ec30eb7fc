//! Items kept and found; nobody else writes these tables.

use anyhow::Context;
use db::{Db, Row, Tx};
use kernel::Timestamp;
use sqlx::Row as _;

use crate::rules::{Item, State};

const LIST: &str = "SELECT number, title, state, opened_at, version FROM clusters_item \
     ORDER BY opened_at DESC, number DESC LIMIT $1";
const ONE: &str = "SELECT number, title, state, opened_at, version FROM clusters_item WHERE number = $1";
const ADD: &str =
    "INSERT INTO clusters_item (number, title, state, opened_at, version) VALUES ($1, $2, $3, $4, 1)";
const SAVE: &str = "UPDATE clusters_item SET title = $1, state = $2, version = version + 1 \
     WHERE number = $3 AND version = $4";

/// The newest first.
pub async fn list(db: &Db, limit: i64) -> anyhow::Result<Vec<Item>> {
    let rows = sqlx::query(LIST).bind(limit).fetch_all(db.read()).await.context("listing items")?;
    rows.iter().map(item).collect()
}

pub async fn one(tx: &mut Tx, number: &str) -> anyhow::Result<Option<Item>> {
    let row = sqlx::query(ONE).bind(number).fetch_optional(&mut **tx).await.context("looking for an item")?;
    row.as_ref().map(item).transpose()
}

pub async fn add(tx: &mut Tx, item: &Item) -> anyhow::Result<()> {
    let add = sqlx::query(ADD).bind(&item.number).bind(&item.title).bind(item.state.as_str());
    add.bind(item.opened_at.as_micros()).execute(&mut **tx).await.context("adding an item")?;
    Ok(())
}

/// False when somebody else was faster.
pub async fn save(tx: &mut Tx, item: &Item) -> anyhow::Result<bool> {
    let save = sqlx::query(SAVE).bind(&item.title).bind(item.state.as_str());
    let done = save.bind(&item.number).bind(item.version).execute(&mut **tx).await;
    Ok(done.context("saving an item")?.rows_affected() > 0)
}

fn item(row: &Row) -> anyhow::Result<Item> {
    let state: String = row.try_get("state")?;
    Ok(Item {
        number: row.try_get("number")?,
        title: row.try_get("title")?,
        state: State::parse(&state).with_context(|| format!("an item in the state {state}"))?,
        opened_at: Timestamp::from_micros(row.try_get("opened_at")?),
        version: row.try_get("version")?,
    })
}
