//! What rulings taught: kept by word, area and unit, and forgotten when somebody corrects it.

use anyhow::Context;
use db::{Db, Row, Text, Tx};
use kernel::{Timestamp, UnitId};
use sqlx::Row as _;

use crate::rules::suggest::Learnt;

const LEARN: &str = "INSERT INTO departments_learnt (kind, area, unit, rulings, last_at) VALUES ($1, $2, $3, 1, $4) \
     ON CONFLICT (kind, area, unit) DO UPDATE SET rulings = departments_learnt.rulings + 1, last_at = excluded.last_at";
const FOR: Text = db::in_texts!(
    "SELECT kind, area, unit, rulings FROM departments_learnt WHERE area = $2 AND kind IN ",
    ""
);
const NEWEST: &str = "SELECT kind, area, unit, rulings, last_at FROM departments_learnt \
     ORDER BY last_at DESC, kind, area, unit LIMIT $1";
const FORGET: &str = "DELETE FROM departments_learnt WHERE kind = $1 AND area = $2 AND unit = $3";

fn learnt_of(row: &Row) -> anyhow::Result<Learnt> {
    Ok(Learnt {
        kind: row.try_get("kind")?,
        area: row.try_get("area")?,
        unit: UnitId(row.try_get("unit")?),
        rulings: row.try_get("rulings")?,
    })
}

/// One more ruling.
pub async fn learn(tx: &mut Tx, kind: &str, area: &str, unit: UnitId, at: Timestamp) -> anyhow::Result<()> {
    let learn = sqlx::query(LEARN).bind(kind).bind(area).bind(unit.get()).bind(at.as_micros());
    learn.execute(&mut **tx).await.with_context(|| format!("learning that {kind} belongs to {unit}"))?;
    Ok(())
}

/// What was taught about these words in this area.
pub async fn about(db: &Db, kinds: &[&str], area: &str) -> anyhow::Result<Vec<Learnt>> {
    let kinds = serde_json::to_string(kinds)?;
    let rows = sqlx::query(FOR.of(db.kind())).bind(kinds).bind(area).fetch_all(db.read()).await;
    rows.context("reading what was learnt")?.iter().map(learnt_of).collect()
}

/// The newest lessons, each with its last time.
pub async fn newest(db: &Db, limit: i64) -> anyhow::Result<Vec<(Learnt, Timestamp)>> {
    let rows = sqlx::query(NEWEST).bind(limit).fetch_all(db.read()).await;
    let of = |row: &Row| Ok((learnt_of(row)?, Timestamp::from_micros(row.try_get("last_at")?)));
    rows.context("listing what was learnt")?.iter().map(of).collect()
}

/// False when there was no such lesson.
pub async fn forget(tx: &mut Tx, kind: &str, area: &str, unit: UnitId) -> anyhow::Result<bool> {
    let done = sqlx::query(FORGET).bind(kind).bind(area).bind(unit.get()).execute(&mut **tx).await;
    Ok(done.context("forgetting a lesson")?.rows_affected() > 0)
}
