//! Who has just called, and which keys were pressed in the menu: for whoever listens to all calls as they come.

use anyhow::{Context, Result};
use db::{Db, Row};
use kernel::{CallId, Timestamp};
use sqlx::Row as _;

/// A call from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    pub call: CallId,
    pub at: Timestamp,
    pub from: String,
    /// `node:key node:key`; none while the caller is in the menu, or pressed nothing.
    pub keys: Option<String>,
}

const ARRIVED: &str = "SELECT r.id, r.arrived_at, r.from_number, (SELECT MAX(s.detail) FROM calls_segments s \
     WHERE s.call = r.id AND s.kind = 'menu') AS keys FROM calls_records r WHERE r.arrived_at > $1 AND r.direction = 'in' \
     ORDER BY r.arrived_at DESC, r.id DESC LIMIT $2";

/// Those that came since then, the newest first.
pub async fn arrived(db: &Db, since: Timestamp, limit: i64) -> Result<Vec<Arrival>> {
    let rows = sqlx::query(ARRIVED).bind(since.as_micros()).bind(limit).fetch_all(db.read()).await;
    let one = |row: &Row| {
        Ok(Arrival {
            call: CallId(row.try_get("id")?),
            at: Timestamp::from_micros(row.try_get("arrived_at")?),
            from: row.try_get("from_number")?,
            keys: row.try_get("keys")?,
        })
    };
    rows.context("who has just called")?.iter().map(one).collect()
}
