//! Attempts as rows: written before anybody is rung.

use anyhow::Context;
use calls::Pressed;
use db::{Db, Tx};
use kernel::{AttemptId, CallId, CampaignId, TargetId, Timestamp};
use sqlx::Row as _;

use crate::rules::Outcome;
use crate::rules::target::Attempt;

const BEGIN: &str =
    "INSERT INTO campaigns_attempt (id, campaign, target, run, at, keys) VALUES ($1, $2, $3, $4, $5, '[]')";
const FORGET: &str = "DELETE FROM campaigns_attempt WHERE id = $1 AND outcome IS NULL";
const END: &str = "UPDATE campaigns_attempt SET outcome = $1, call = $2, keys = $3, ended_at = $4 WHERE id = $5 AND outcome IS NULL";
const TARGET: &str = "SELECT target FROM campaigns_attempt WHERE id = $1 AND outcome IS NULL";
const OPEN: &str =
    "SELECT COUNT(*) AS count FROM campaigns_attempt WHERE outcome IS NULL AND run = $1 AND campaign = $2";
const LEFT: &str = "SELECT id, target FROM campaigns_attempt WHERE outcome IS NULL AND run <> $1 AND id > $2 ORDER BY id LIMIT 500";
const OF: &str = "SELECT id, target, at, call, outcome, keys, ended_at FROM campaigns_attempt WHERE target = $1 ORDER BY id";

pub async fn begin(
    tx: &mut Tx,
    id: AttemptId,
    (campaign, target): (CampaignId, TargetId),
    run: i64,
    now: Timestamp,
) -> anyhow::Result<()> {
    let query = sqlx::query(BEGIN).bind(id.get()).bind(campaign.get()).bind(target.get());
    query.bind(run).bind(now.as_micros()).execute(&mut **tx).await.context("an attempt")?;
    Ok(())
}

/// Nobody was rung.
pub async fn forget(tx: &mut Tx, id: AttemptId) -> anyhow::Result<()> {
    sqlx::query(FORGET).bind(id.get()).execute(&mut **tx).await.context("an attempt that was not made")?;
    Ok(())
}

/// Whom an attempt that is not settled yet was to reach.
pub async fn target(tx: &mut Tx, id: AttemptId) -> anyhow::Result<Option<TargetId>> {
    let row = sqlx::query(TARGET).bind(id.get()).fetch_optional(&mut **tx).await.context("an attempt")?;
    row.map(|row| Ok(TargetId(row.try_get("target")?))).transpose()
}

pub async fn end(
    tx: &mut Tx,
    id: AttemptId,
    outcome: Outcome,
    call: Option<CallId>,
    keys: &[Pressed],
    ended: Timestamp,
) -> anyhow::Result<()> {
    let query = sqlx::query(END).bind(outcome.word()).bind(call.map(CallId::get));
    let query = query.bind(serde_json::to_string(keys)?).bind(ended.as_micros()).bind(id.get());
    query.execute(&mut **tx).await.context("how an attempt ended")?;
    Ok(())
}

/// How many calls of a campaign are being made by this process.
pub async fn open(tx: &mut Tx, run: i64, campaign: CampaignId) -> anyhow::Result<u64> {
    let row = sqlx::query(OPEN).bind(run).bind(campaign.get()).fetch_one(&mut **tx).await;
    Ok(u64::try_from(row.context("calls being made")?.try_get::<i64, _>("count")?).unwrap_or(0))
}

/// A page of the attempts that other processes have begun and nobody has settled, behind one of them.
pub async fn left(tx: &mut Tx, run: i64, after: AttemptId) -> anyhow::Result<Vec<(AttemptId, TargetId)>> {
    let rows = sqlx::query(LEFT)
        .bind(run)
        .bind(after.get())
        .fetch_all(&mut **tx)
        .await
        .context("attempts that were left")?;
    rows.iter().map(|row| Ok((AttemptId(row.try_get("id")?), TargetId(row.try_get("target")?)))).collect()
}

/// Every attempt to reach somebody, the first first.
pub async fn of(db: &Db, target: TargetId) -> anyhow::Result<Vec<Attempt>> {
    let rows = sqlx::query(OF).bind(target.get()).fetch_all(db.read()).await.context("attempts")?;
    let attempt = |row: &db::Row| {
        let keys: String = row.try_get("keys")?;
        let outcome: Option<String> = row.try_get("outcome")?;
        Ok(Attempt {
            id: AttemptId(row.try_get("id")?),
            target: TargetId(row.try_get("target")?),
            at: Timestamp::from_micros(row.try_get("at")?),
            outcome: outcome.as_deref().and_then(Outcome::parse),
            call: row.try_get::<Option<i64>, _>("call")?.map(CallId),
            keys: serde_json::from_str(&keys).context("keys of an attempt")?,
            ended: row.try_get::<Option<i64>, _>("ended_at")?.map(Timestamp::from_micros),
        })
    };
    rows.iter().map(attempt).collect()
}
