//! The day's figures from the records, by the same definitions as the live ones.

use std::time::Duration;

use anyhow::{Context, Result};
use db::Db;
use exchange::Figures;
use kernel::{QueueId, Timestamp};
use sqlx::Row;

const BETWEEN: &str = "SELECT CAST(COUNT(answered_at) AS BIGINT) AS offered, \
     CAST(COUNT(requested_at) AS BIGINT) AS requests, CAST(COUNT(connected_at) AS BIGINT) AS answered, \
     CAST(COUNT(*) FILTER (WHERE connected_at IS NOT NULL AND wait_ms <= 20000) AS BIGINT) AS in_20, \
     CAST(COUNT(*) FILTER (WHERE result = 'abandoned') AS BIGINT) AS abandoned, \
     CAST(COUNT(*) FILTER (WHERE result IN ('voicemail', 'callback', 'message')) AS BIGINT) AS flowed, \
     CAST(COALESCE(SUM(CASE WHEN connected_at IS NOT NULL THEN wait_ms ELSE 0 END), 0) AS BIGINT) AS wait_ms \
     FROM calls_records WHERE arrived_at >= $1 AND arrived_at < $2 AND direction = 'in'";
const BLOCKED: &str = "SELECT CAST(COUNT(*) AS BIGINT) AS blocked FROM calls_blocked WHERE at >= $1 AND at < $2 AND \
     why IN ('full', 'draining')";
const BY_QUEUE: &str = "SELECT queue, CAST(COUNT(requested_at) AS BIGINT) AS requests, \
     CAST(COUNT(connected_at) AS BIGINT) AS answered FROM calls_records \
     WHERE arrived_at >= $1 AND queue IS NOT NULL AND direction = 'in' GROUP BY queue";

/// The figures of calls that arrived in `[from, to)`.
pub async fn between(db: &Db, from: Timestamp, to: Timestamp) -> Result<Figures> {
    let (from, to) = (from.as_micros(), to.as_micros());
    let row =
        sqlx::query(BETWEEN).bind(from).bind(to).fetch_one(db.read()).await.context("the day's figures")?;
    let blocked =
        sqlx::query(BLOCKED).bind(from).bind(to).fetch_one(db.read()).await.context("blocked calls")?;
    let count =
        |column: &str| Ok::<_, sqlx::Error>(u64::try_from(row.try_get::<i64, _>(column)?).unwrap_or(0));
    Ok(Figures {
        offered: count("offered")?,
        requests: count("requests")?,
        answered: count("answered")?,
        answered_in_20_s: count("in_20")?,
        abandoned: count("abandoned")?,
        flowed_out: count("flowed")?,
        wait_answered_ms: count("wait_ms")?,
        blocked: u64::try_from(blocked.try_get::<i64, _>("blocked")?).unwrap_or(0),
        ..Figures::default()
    })
}

const LONGEST: &str = "SELECT CAST(MAX(wait_ms) AS BIGINT) AS longest FROM calls_records \
     WHERE arrived_at >= $1 AND arrived_at < $2 AND direction = 'in'";

/// The longest that one of those who arrived in `[from, to)` waited for a person; none where nobody asked for one.
pub async fn longest_wait(db: &Db, from: Timestamp, to: Timestamp) -> Result<Option<Duration>> {
    let query = sqlx::query(LONGEST).bind(from.as_micros()).bind(to.as_micros());
    let row = query.fetch_one(db.read()).await.context("the longest wait")?;
    let longest: Option<i64> = row.try_get("longest")?;
    Ok(longest.map(|ms| Duration::from_millis(u64::try_from(ms).unwrap_or(0))))
}

/// Requests and answers by queue since an instant.
pub async fn by_queue(db: &Db, since: Timestamp) -> Result<Vec<(QueueId, u64, u64)>> {
    let rows = sqlx::query(BY_QUEUE)
        .bind(since.as_micros())
        .fetch_all(db.read())
        .await
        .context("figures by queue")?;
    let figures = |row: &db::Row| {
        let count =
            |column: &str| Ok::<_, sqlx::Error>(u64::try_from(row.try_get::<i64, _>(column)?).unwrap_or(0));
        Ok((QueueId(row.try_get("queue")?), count("requests")?, count("answered")?))
    };
    rows.iter().map(figures).collect()
}
