//! What callers did who had been told something: over time, and before and after it was told for the first time.

use anyhow::{Context, Result};
use db::Db;
use kernel::Timestamp;
use serde::Serialize;
use sqlx::Row;
use utoipa::ToSchema;

/// Stretches at the most in one drawing.
const POINTS_MAX: i64 = 500;

macro_rules! course {
    ($which:literal) => {
        concat!(
            "SELECT (x.at - $2) / $4 AS place, CAST(COUNT(*) AS BIGINT) AS callers, CAST(SUM(x.asked) AS BIGINT) AS asked, \
             CAST(SUM(CASE WHEN x.asked = 0 THEN x.told ELSE 0 END) AS BIGINT) AS told, \
             CAST(SUM(CASE WHEN x.asked = 0 AND x.told = 0 THEN x.over ELSE 0 END) AS BIGINT) AS hung_up FROM ( \
             SELECT h.call, MIN(h.at) AS at, MAX(CASE WHEN r.requested_at IS NULL THEN 0 ELSE 1 END) AS asked, \
             MAX(CASE WHEN h.tell_number IS NULL THEN 0 ELSE 1 END) AS told, \
             MAX(CASE WHEN r.ended_at IS NULL THEN 0 ELSE 1 END) AS over \
             FROM calls_heard h JOIN calls_records r ON r.id = h.call WHERE r.direction = 'in' AND ",
            $which,
            " AND h.at >= $2 AND h.at < $3 GROUP BY h.call) x GROUP BY 1 ORDER BY 1 LIMIT $5"
        )
    };
}
const OF_ALL: &str = course!("CAST($1 AS TEXT) IS NULL");
const OF_SUBJECT: &str = course!("h.subject = $1");
const FIRST: &str = "SELECT MIN(h.at) AS at FROM calls_heard h JOIN calls_records r ON r.id = h.call \
     WHERE h.subject = $1 AND r.direction = 'in'";
const AROUND: &str = "SELECT CAST(COUNT(*) AS BIGINT) AS calls, \
     CAST(COALESCE(SUM(CASE WHEN requested_at IS NULL THEN 0 ELSE 1 END), 0) AS BIGINT) AS asked, \
     CAST(COALESCE(SUM(CASE WHEN result = 'self_served' THEN 1 ELSE 0 END), 0) AS BIGINT) AS self_served \
     FROM calls_records WHERE arrived_at >= $1 AND arrived_at < $2 AND direction = 'in'";

/// Callers who were told something in one stretch of time. Each counts once, by what he did in the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Point {
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub callers: i64,
    /// Asked for a person.
    pub asked_person: i64,
    /// Did not, and wants to be told how it goes on.
    pub to_be_told: i64,
    /// Did neither, and the call is over.
    pub hung_up: i64,
}

/// All calls that came in a stretch of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Calls {
    pub calls: i64,
    pub asked_person: i64,
    pub self_served: i64,
}

/// What was told, over time: stretches in which nobody was told anything are left out.
pub async fn course(
    db: &Db,
    subject: Option<&str>,
    (from, to): (Timestamp, Timestamp),
    step_s: u32,
) -> Result<Vec<Point>> {
    let step = i64::from(step_s.max(1)) * 1_000_000;
    let rows = sqlx::query(if subject.is_some() { OF_SUBJECT } else { OF_ALL })
        .bind(subject)
        .bind(from.as_micros())
        .bind(to.as_micros())
        .bind(step)
        .bind(POINTS_MAX)
        .fetch_all(db.read())
        .await
        .context("what callers did who were told something")?;
    let point = |row: &db::Row| {
        let place: i64 = row.try_get("place")?;
        Ok(Point {
            at: Timestamp::from_micros(from.as_micros().saturating_add(place.saturating_mul(step))),
            callers: row.try_get("callers")?,
            asked_person: row.try_get("asked")?,
            to_be_told: row.try_get("told")?,
            hung_up: row.try_get("hung_up")?,
        })
    };
    rows.iter().map(point).collect()
}

/// When a caller was told of it for the first time.
pub async fn first(db: &Db, subject: &str) -> Result<Option<Timestamp>> {
    let row =
        sqlx::query(FIRST).bind(subject).fetch_one(db.read()).await.context("when it was first told")?;
    Ok(row.try_get::<Option<i64>, _>("at")?.map(Timestamp::from_micros))
}

/// Calls from outside that came in `[from, to)`.
pub async fn calls(db: &Db, from: Timestamp, to: Timestamp) -> Result<Calls> {
    let row = sqlx::query(AROUND).bind(from.as_micros()).bind(to.as_micros()).fetch_one(db.read()).await;
    let row = row.context("calls around an announcement")?;
    Ok(Calls {
        calls: row.try_get("calls")?,
        asked_person: row.try_get("asked")?,
        self_served: row.try_get("self_served")?,
    })
}
