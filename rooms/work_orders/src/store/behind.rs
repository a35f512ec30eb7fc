//! The orders behind a figure: each number on the page of figures opens exactly those that were counted.

use anyhow::Context;
use db::Db;
use deadlines::Kind;
use kernel::{Timestamp, UnitId, WorkOrderId};
use promises::rules::word;
use serde::{Deserialize, Serialize};

use super::orders::{Kept, kept};

/// What was counted; the words of [`super::figures::Counts`], and `owed` for what K22 is a share of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Set {
    Accepted,
    Answered,
    Dispatched,
    Returned,
    Urged,
    Reopened,
    Supervised,
    OnTime,
    Late,
    Overdue,
    /// Closed in the period, or open and overdue at its end.
    Owed,
}

/// Which of them.
#[derive(Clone, Debug)]
pub struct Behind {
    pub set: Set,
    pub from: Timestamp,
    pub to: Timestamp,
    /// Of one unit, or of none.
    pub unit: Option<Option<UnitId>>,
    pub kind: Option<Kind>,
    /// Of one area; empty for those without.
    pub area: Option<String>,
    /// The place behind which the page begins: accepted, and id.
    pub after: Option<(Timestamp, WorkOrderId)>,
}

macro_rules! behind {
    ($ids:expr) => {
        concat!(
            "SELECT id, due, due_step, due_since, promised_since, promised, kept, late_from, body, version FROM work_orders_order \
             WHERE id IN (",
            $ids,
            ") AND $1 = $1 AND $2 = $2 AND $3 = $3 AND ($4 = 0 OR unit = $4 OR $4 = -1 AND unit IS NULL) \
             AND ($5 = '' OR kind = $5) AND ($6 = '*' OR area = $6) AND (accepted_at, id) < ($7, $8) \
             ORDER BY accepted_at DESC, id DESC LIMIT $9"
        )
    };
}
macro_rules! accepted {
    ($which:literal) => {
        behind!(concat!(
            "SELECT id FROM work_orders_order WHERE accepted_at >= $1 AND accepted_at < $2 \
             AND state NOT IN ('void', 'merged')",
            $which
        ))
    };
}
macro_rules! closed {
    ($which:literal) => {
        concat!(
            "SELECT id FROM work_orders_order WHERE closed_at IS NOT NULL AND closed_at >= $1 AND closed_at < $2 \
             AND dispatched_at IS NOT NULL",
            $which
        )
    };
}
macro_rules! overdue {
    () => {
        "SELECT id FROM work_orders_order WHERE open = 1 AND accepted_at < $3 AND promised < $3 \
         AND (kept IS NULL OR kept = 0) UNION ALL \
         SELECT id FROM work_orders_order WHERE closed_at IS NOT NULL AND closed_at >= $3 AND accepted_at < $3 \
         AND promised < $3 AND (kept IS NULL OR kept = 0) AND dispatched_at IS NOT NULL"
    };
}

impl Set {
    fn text(self) -> &'static str {
        match self {
            Set::Accepted => accepted!(""),
            Set::Answered => accepted!(" AND state = 'closed' AND dispatched_at IS NULL"),
            Set::Dispatched => accepted!(" AND dispatched_at IS NOT NULL"),
            Set::Returned => accepted!(" AND returns > 0"),
            Set::Urged => accepted!(" AND urges > 0"),
            Set::Reopened => accepted!(" AND reopened > 0"),
            Set::Supervised => accepted!(" AND supervised > 0"),
            Set::OnTime => behind!(closed!(" AND kept = 1")),
            Set::Late => behind!(closed!(" AND kept = 0")),
            Set::Overdue => behind!(overdue!()),
            Set::Owed => behind!(concat!(closed!(" AND kept IS NOT NULL"), " UNION ALL ", overdue!())),
        }
    }
}

/// A page of them, the newest first, as of `now` where that is earlier than the period's end.
pub async fn behind(db: &Db, asked: &Behind, now: Timestamp, limit: i64) -> anyhow::Result<Vec<Kept>> {
    let place = asked.after.map_or((i64::MAX, i64::MAX), |(at, id)| (at.as_micros(), id.get()));
    let query = sqlx::query(asked.set.text())
        .bind(asked.from.as_micros())
        .bind(asked.to.as_micros())
        .bind(asked.to.min(now).as_micros())
        .bind(asked.unit.map_or(0, |unit| unit.map_or(-1, UnitId::get)))
        .bind(asked.kind.as_ref().map(word).unwrap_or_default())
        .bind(asked.area.clone().unwrap_or_else(|| "*".to_owned()))
        .bind(place.0)
        .bind(place.1)
        .bind(limit);
    query.fetch_all(db.read()).await.context("the orders behind a figure")?.iter().map(kept).collect()
}

const FAULTS_IN: &str = "SELECT COUNT(*) AS n FROM (SELECT 1 FROM work_orders_order WHERE area <> '' AND area = $1 \
     AND accepted_at > $2 AND accepted_at <= $3 AND kind = 'fault' AND state <> 'void' LIMIT $4) AS counted";

/// How many faults of an area were accepted after the first instant and not after the second; merged ones are reports like
/// others. Not more than `most`: whoever asks wants to know whether they are many.
pub async fn faults_in(
    tx: &mut db::Tx,
    area: &str,
    (after, until): (Timestamp, Timestamp),
    most: i64,
) -> anyhow::Result<i64> {
    let query = sqlx::query(FAULTS_IN).bind(area).bind(after.as_micros()).bind(until.as_micros()).bind(most);
    let row = query.fetch_one(&mut **tx).await.context("counting the faults of an area")?;
    Ok(sqlx::Row::try_get(&row, "n")?)
}
