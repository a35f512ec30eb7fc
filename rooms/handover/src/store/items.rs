//! What is handed over one by one.

use anyhow::Context;
use db::{Db, Row, Tx};
use kernel::{HandoverId, PersonId};
use sqlx::{AnyConnection, Row as _};

use crate::rules::Item;

const OF: &str = "SELECT body, version FROM handover_item WHERE handover = $1 ORDER BY seq";
const ONE: &str = "SELECT body, version FROM handover_item WHERE handover = $1 AND about = $2";
const ADD: &str = "INSERT INTO handover_item (handover, seq, about, concerns, verdict, body, version) \
     VALUES ($1, $2, $3, $4, $5, $6, 1) ON CONFLICT DO NOTHING";
const SAVE: &str = "UPDATE handover_item SET verdict = $1, body = $2, version = version + 1 \
     WHERE handover = $3 AND seq = $4 AND version = $5";
const CLEAR: &str =
    "SELECT body, version FROM handover_item WHERE handover = $1 AND verdict <> 'none' ORDER BY seq";

/// Keeps new ones; what is on the list already stays as it is.
pub async fn add(tx: &mut Tx, handover: HandoverId, items: &[Item]) -> anyhow::Result<()> {
    for item in items {
        let add = sqlx::query(ADD).bind(handover.get()).bind(item.seq).bind(item.about());
        let add = add.bind(item.concerns.map(PersonId::get)).bind(item.verdict_word());
        let add = add.bind(serde_json::to_string(item)?);
        add.execute(&mut **tx).await.with_context(|| format!("handing {} over", item.number()))?;
    }
    Ok(())
}

/// False when somebody else was faster.
pub async fn save(tx: &mut Tx, handover: HandoverId, item: &Item) -> anyhow::Result<bool> {
    let save = sqlx::query(SAVE).bind(item.verdict_word()).bind(serde_json::to_string(item)?);
    let save = save.bind(handover.get()).bind(item.seq).bind(item.version);
    let done = save.execute(&mut **tx).await;
    Ok(done.with_context(|| format!("keeping what is said of {}", item.number()))?.rows_affected() > 0)
}

/// What had been said of items is said anew, by somebody else.
pub async fn forget_verdicts(tx: &mut Tx, handover: HandoverId) -> anyhow::Result<()> {
    let rows = sqlx::query(CLEAR).bind(handover.get()).fetch_all(&mut **tx).await;
    for row in rows.context("what has been verified")? {
        let said = Item { verdict: None, ..item(&row)? };
        anyhow::ensure!(save(tx, handover, &said).await?, "an item of {handover} changed meanwhile");
    }
    Ok(())
}

/// All of one handover, the most pressing first.
pub async fn of(connection: &mut AnyConnection, handover: HandoverId) -> anyhow::Result<Vec<Item>> {
    let rows = sqlx::query(OF).bind(handover.get()).fetch_all(connection).await;
    rows.context("what is handed over")?.iter().map(item).collect()
}

/// The same outside a change.
pub async fn read(db: &Db, handover: HandoverId) -> anyhow::Result<Vec<Item>> {
    let rows = sqlx::query(OF).bind(handover.get()).fetch_all(db.read()).await;
    rows.context("what is handed over")?.iter().map(item).collect()
}

pub async fn one(tx: &mut Tx, handover: HandoverId, about: &str) -> anyhow::Result<Option<Item>> {
    let row = sqlx::query(ONE).bind(handover.get()).bind(about).fetch_optional(&mut **tx).await;
    row.context("looking for what is handed over")?.as_ref().map(item).transpose()
}

fn item(row: &Row) -> anyhow::Result<Item> {
    let body: String = row.try_get("body")?;
    let item: Item = serde_json::from_str(&body).context("an item as kept")?;
    Ok(Item { version: row.try_get("version")?, ..item })
}
