//! What became of the orders of a period, by unit, kind or area: the counts that K22, K24 and K25 are made of.

use anyhow::Context;
use db::Db;
use kernel::Timestamp;
use sqlx::Row as _;

/// By what the counts are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum By {
    Unit,
    Kind,
    Area,
}

/// Counts of one unit, kind or area; those void or merged into others do not count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// A unit's id as a number, a kind, an area; empty where there is none.
    pub key: String,
    /// Accepted in the period; of those, answered on the call, sent to a unit, sent back, urged, taken up again, supervised.
    pub accepted: i64,
    pub answered: i64,
    pub dispatched: i64,
    pub returned: i64,
    pub urged: i64,
    pub reopened: i64,
    pub supervised: i64,
    /// Closed in the period with the promise to the customer kept, and broken.
    pub on_time: i64,
    pub late: i64,
    /// Open at the end of the period although overdue.
    pub overdue: i64,
}

macro_rules! accepted {
    ($key:literal) => {
        concat!(
            "SELECT ",
            $key,
            " AS key, COUNT(*) AS accepted, \
             CAST(COUNT(*) FILTER (WHERE state = 'closed' AND dispatched_at IS NULL) AS BIGINT) AS answered, \
             CAST(COUNT(*) FILTER (WHERE dispatched_at IS NOT NULL) AS BIGINT) AS dispatched, \
             CAST(COUNT(*) FILTER (WHERE returns > 0) AS BIGINT) AS returned, \
             CAST(COUNT(*) FILTER (WHERE urges > 0) AS BIGINT) AS urged, \
             CAST(COUNT(*) FILTER (WHERE reopened > 0) AS BIGINT) AS reopened, \
             CAST(COUNT(*) FILTER (WHERE supervised > 0) AS BIGINT) AS supervised \
             FROM work_orders_order WHERE accepted_at >= $1 AND accepted_at < $2 AND state NOT IN ('void', 'merged') \
             GROUP BY ",
            $key
        )
    };
}
macro_rules! closed {
    ($key:literal) => {
        concat!(
            "SELECT ",
            $key,
            " AS key, CAST(COUNT(*) FILTER (WHERE kept = 1) AS BIGINT) AS on_time, \
             CAST(COUNT(*) FILTER (WHERE kept = 0) AS BIGINT) AS late FROM work_orders_order \
             WHERE closed_at IS NOT NULL AND closed_at >= $1 AND closed_at < $2 AND dispatched_at IS NOT NULL GROUP BY ",
            $key
        )
    };
}
// Those open now, and those that were open then and are closed since.
macro_rules! overdue {
    ($key:literal) => {
        concat!(
            "SELECT key, CAST(SUM(n) AS BIGINT) AS overdue FROM (SELECT ",
            $key,
            " AS key, COUNT(*) AS n FROM work_orders_order WHERE open = 1 AND accepted_at < $1 AND promised < $1 AND (kept IS NULL OR kept = 0) GROUP BY ",
            $key,
            " UNION ALL SELECT ",
            $key,
            " AS key, COUNT(*) AS n FROM work_orders_order WHERE closed_at IS NOT NULL AND closed_at >= $1 \
             AND accepted_at < $1 AND promised < $1 AND (kept IS NULL OR kept = 0) AND dispatched_at IS NOT NULL GROUP BY ",
            $key,
            ") late GROUP BY key"
        )
    };
}

struct Texts {
    accepted: &'static str,
    closed: &'static str,
    overdue: &'static str,
}

macro_rules! texts {
    ($key:literal) => {
        Texts { accepted: accepted!($key), closed: closed!($key), overdue: overdue!($key) }
    };
}

const UNIT: Texts = texts!("CAST(COALESCE(unit, 0) AS TEXT)");
const KIND: Texts = texts!("kind");
const AREA: Texts = texts!("area");

/// The counts of `[from, to)`, as of `now` where that is earlier than the end.
pub async fn counts(
    db: &Db,
    by: By,
    from: Timestamp,
    to: Timestamp,
    now: Timestamp,
) -> anyhow::Result<Vec<Counts>> {
    let texts = match by {
        By::Unit => UNIT,
        By::Kind => KIND,
        By::Area => AREA,
    };
    let mut found: std::collections::BTreeMap<String, Counts> = std::collections::BTreeMap::new();
    let period = |text: &'static str| sqlx::query(text).bind(from.as_micros()).bind(to.as_micros());
    for row in period(texts.accepted).fetch_all(db.read()).await.context("counting what was accepted")? {
        let counts = entry(&mut found, &row)?;
        counts.accepted = row.try_get("accepted")?;
        counts.answered = row.try_get("answered")?;
        counts.dispatched = row.try_get("dispatched")?;
        counts.returned = row.try_get("returned")?;
        counts.urged = row.try_get("urged")?;
        counts.reopened = row.try_get("reopened")?;
        counts.supervised = row.try_get("supervised")?;
    }
    for row in period(texts.closed).fetch_all(db.read()).await.context("counting what was closed")? {
        let counts = entry(&mut found, &row)?;
        (counts.on_time, counts.late) = (row.try_get("on_time")?, row.try_get("late")?);
    }
    let end = to.min(now).as_micros();
    let late = sqlx::query(texts.overdue).bind(end).fetch_all(db.read()).await;
    for row in late.context("counting what is overdue")? {
        entry(&mut found, &row)?.overdue = row.try_get("overdue")?;
    }
    Ok(found.into_values().collect())
}

fn entry<'a>(
    found: &'a mut std::collections::BTreeMap<String, Counts>,
    row: &db::Row,
) -> anyhow::Result<&'a mut Counts> {
    let key: String = row.try_get("key")?;
    Ok(found.entry(key.clone()).or_insert_with(|| Counts { key, ..Counts::default() }))
}
