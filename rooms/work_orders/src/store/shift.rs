//! What one shift leaves to the next: orders that must not fall between them, and how many there were.

use anyhow::Context;
use db::Db;
use deadlines::Kind;
use kernel::Timestamp;
use promises::rules::parse;
use sqlx::Row as _;

use super::orders::{Kept, kept};

// Open orders are few beside all there ever were, and their index leads.
const LEFT: &str = "SELECT id, due, due_step, promised_since, promised, kept, body, version FROM work_orders_order \
     WHERE open = 1 AND (important = 1 OR urges > 0 OR supervised > 0 OR kind = 'complaint' OR due < $1) \
     ORDER BY important DESC, due, id LIMIT $2";

/// Open orders that are important, urged, supervised, a complaint, or due before `soon`: the important first, then the next due.
pub async fn left(db: &Db, soon: Timestamp, most: i64) -> anyhow::Result<Vec<Kept>> {
    let rows = sqlx::query(LEFT).bind(soon.as_micros()).bind(most).fetch_all(db.read()).await;
    rows.context("what one shift leaves to the next")?.iter().map(kept).collect()
}

/// How many orders of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    pub kind: Kind,
    /// Accepted, and closed, in the period.
    pub accepted: i64,
    pub closed: i64,
    /// Open now; of these overdue.
    pub open: i64,
    pub overdue: i64,
}

const TALLY: &str = "SELECT kind, CAST(SUM(accepted) AS BIGINT) AS accepted, CAST(SUM(closed) AS BIGINT) AS closed, \
     CAST(SUM(open) AS BIGINT) AS open, CAST(SUM(overdue) AS BIGINT) AS overdue FROM (\
     SELECT kind, COUNT(*) AS accepted, 0 AS closed, 0 AS open, 0 AS overdue FROM work_orders_order \
     WHERE accepted_at >= $1 AND accepted_at < $2 GROUP BY kind \
     UNION ALL SELECT kind, 0, COUNT(*), 0, 0 FROM work_orders_order \
     WHERE closed_at IS NOT NULL AND closed_at >= $1 AND closed_at < $2 GROUP BY kind \
     UNION ALL SELECT kind, 0, 0, COUNT(*), COUNT(*) FILTER (WHERE due < $3) FROM work_orders_order \
     WHERE open = 1 GROUP BY kind) AS counted GROUP BY kind ORDER BY kind";

/// By kind: accepted and closed in `[from, to)`, open and overdue now.
pub async fn tally(db: &Db, from: Timestamp, to: Timestamp, now: Timestamp) -> anyhow::Result<Vec<Tally>> {
    let query = sqlx::query(TALLY).bind(from.as_micros()).bind(to.as_micros()).bind(now.as_micros());
    let rows = query.fetch_all(db.read()).await.context("counting the orders of a shift")?;
    let one = |row: &db::Row| {
        let kind: String = row.try_get("kind")?;
        Ok(Tally {
            kind: parse(&kind).with_context(|| format!("{kind:?} is no kind of orders"))?,
            accepted: row.try_get("accepted")?,
            closed: row.try_get("closed")?,
            open: row.try_get("open")?,
            overdue: row.try_get("overdue")?,
        })
    };
    rows.iter().map(one).collect()
}
