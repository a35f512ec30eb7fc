//! The agents' desks, one state after the other, for rooms that follow them.

use anyhow::{Context, Result};
use db::Db;
use kernel::{CallId, PersonId, Timestamp};
use sqlx::Row;

/// A state that a desk took on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskRow {
    /// Grows with time; states of one moment have different ones.
    pub position: i64,
    pub agent: PersonId,
    pub at: Timestamp,
    /// `talking`, `after_call` …
    pub state: String,
    pub call: Option<CallId>,
    /// Of `not_ready`: why.
    pub reason: Option<String>,
    /// The leader who put the agent there.
    pub ordered_by: Option<PersonId>,
}

const AFTER: &str = "SELECT position, agent, at, state, call, reason, ordered_by FROM calls_desks WHERE position > $1 \
     ORDER BY position LIMIT $2";
const LAST: &str = "SELECT COALESCE(MAX(position), 0) AS last FROM calls_desks";

/// Up to `limit` states after this position, in order.
pub async fn after(db: &Db, position: i64, limit: i64) -> Result<Vec<DeskRow>> {
    let rows = sqlx::query(AFTER).bind(position).bind(limit).fetch_all(db.read()).await;
    let row = |row: &db::Row| {
        Ok(DeskRow {
            position: row.try_get("position")?,
            agent: PersonId(row.try_get("agent")?),
            at: Timestamp::from_micros(row.try_get("at")?),
            state: row.try_get("state")?,
            call: row.try_get::<Option<i64>, _>("call")?.map(CallId),
            reason: row.try_get("reason")?,
            ordered_by: row.try_get::<Option<i64>, _>("ordered_by")?.map(PersonId),
        })
    };
    rows.context("following the agents' desks")?.iter().map(row).collect()
}

/// The position of the newest state; 0 if there is none.
pub async fn last(db: &Db) -> Result<i64> {
    let row = sqlx::query(LAST).fetch_one(db.read()).await.context("the newest state of a desk")?;
    Ok(row.try_get("last")?)
}
