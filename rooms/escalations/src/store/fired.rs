//! What rules have found once.

use anyhow::Context;
use db::{Db, Tx};
use kernel::Timestamp;
use sqlx::Row as _;

use crate::rules::Ground;

const FIRE: &str = "INSERT INTO escalations_fired (matter, ground, at) VALUES ($1, $2, $3) ON CONFLICT (matter, ground) DO NOTHING";
const FORGET: &str = "DELETE FROM escalations_fired WHERE matter = $1 AND ground = $2";
const OF: &str = "SELECT matter FROM escalations_fired WHERE ground = $1 ORDER BY matter LIMIT 1000";

/// False when it was found before.
pub async fn fire(tx: &mut Tx, matter: &str, ground: Ground, at: Timestamp) -> anyhow::Result<bool> {
    let fire = sqlx::query(FIRE).bind(matter).bind(ground.as_str()).bind(at.as_micros());
    Ok(fire.execute(&mut **tx).await.context("keeping what a rule has found")?.rows_affected() > 0)
}

/// It may be found again.
pub async fn forget(tx: &mut Tx, matter: &str, ground: Ground) -> anyhow::Result<()> {
    let forget = sqlx::query(FORGET).bind(matter).bind(ground.as_str());
    forget.execute(&mut **tx).await.context("forgetting what a rule has found")?;
    Ok(())
}

/// The matters of which this was found.
pub async fn of(db: &Db, ground: Ground) -> anyhow::Result<Vec<String>> {
    let rows = sqlx::query(OF).bind(ground.as_str()).fetch_all(db.read()).await;
    rows.context("what rules have found")?.iter().map(|row| Ok(row.try_get("matter")?)).collect()
}
