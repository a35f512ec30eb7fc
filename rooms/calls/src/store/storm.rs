//! Of times when more people call than can be answered: what came in, who was told to better not wait, which breaks there
//! were none of.

use anyhow::{Context, Result};
use db::{Db, Row, Tx};
use exchange::Fact;
use exchange::fact::What;
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use utoipa::ToSchema;

const HELD: &str = "INSERT INTO calls_held_back (call, at, queue, waiting, wait_s) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (call) DO NOTHING";
const REFUSED: &str = "INSERT INTO calls_breaks_refused (position, at, agent, reason) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (position) DO NOTHING";

pub(super) async fn follow(tx: &mut Tx, position: i64, fact: &Fact) -> Result<()> {
    let at = fact.at.as_micros();
    let query = match &fact.what {
        What::HeldBack { call, queue, waiting, wait_s } => sqlx::query(HELD)
            .bind(call.get())
            .bind(at)
            .bind(queue.get())
            .bind(i64::from(*waiting))
            .bind(wait_s.map(|wait| i64::try_from(wait).unwrap_or(i64::MAX))),
        What::BreakRefused { agent, reason } => {
            sqlx::query(REFUSED).bind(position).bind(at).bind(agent.get()).bind(reason)
        }
        _ => return Ok(()),
    };
    query.execute(&mut **tx).await.context("what a storm brings")?;
    Ok(())
}

/// What came of a stretch of time. Calls count by when they came in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Load {
    /// Refused for want of a line.
    pub blocked: i64,
    /// Answered by the centre.
    pub offered: i64,
    pub requests: i64,
    pub answered: i64,
    pub answered_in_20_s: i64,
    pub abandoned: i64,
    pub self_served: i64,
    /// Asked for a person and not known yet what came of it.
    pub open: i64,
    pub longest_wait_ms: i64,
    /// Heard of an outage; of those, asked for no person.
    pub heard: i64,
    pub heard_and_went: i64,
    /// Were told to better not wait; of those, waited all the same.
    pub held_back: i64,
    pub waited_anyway: i64,
    /// Calls back promised, and of those made or not needed any more.
    pub callbacks: i64,
    pub callbacks_kept: i64,
    pub breaks_refused: i64,
}

const LOAD: &str = "SELECT CAST(COUNT(answered_at) AS BIGINT) AS offered, \
     CAST(COUNT(requested_at) AS BIGINT) AS requests, CAST(COUNT(connected_at) AS BIGINT) AS answered, \
     CAST(COUNT(*) FILTER (WHERE connected_at IS NOT NULL AND wait_ms <= 20000) AS BIGINT) AS in_20, \
     CAST(COUNT(*) FILTER (WHERE result = 'abandoned') AS BIGINT) AS abandoned, \
     CAST(COUNT(*) FILTER (WHERE result = 'self_served') AS BIGINT) AS self_served, \
     CAST(COUNT(*) FILTER (WHERE requested_at IS NOT NULL AND connected_at IS NULL AND result IS NULL) AS BIGINT) AS open, \
     CAST(COALESCE(MAX(wait_ms), 0) AS BIGINT) AS longest \
     FROM calls_records WHERE arrived_at >= $1 AND arrived_at < $2 AND direction = 'in'";
const BLOCKED: &str = "SELECT CAST(COUNT(*) AS BIGINT) AS blocked FROM calls_blocked WHERE at >= $1 AND at < $2 AND \
     why IN ('full', 'draining')";
const HEARD: &str = "SELECT CAST(COUNT(DISTINCT h.call) AS BIGINT) AS heard, \
     CAST(COUNT(DISTINCT CASE WHEN r.requested_at IS NULL THEN h.call END) AS BIGINT) AS went \
     FROM calls_heard h JOIN calls_records r ON r.id = h.call WHERE r.direction = 'in' AND h.at >= $1 AND h.at < $2";
const HELD_BACK: &str = "SELECT CAST(COUNT(*) AS BIGINT) AS held, \
     CAST(COUNT(*) FILTER (WHERE r.connected_at IS NOT NULL OR r.result = 'abandoned') AS BIGINT) AS waited \
     FROM calls_held_back h JOIN calls_records r ON r.id = h.call WHERE h.at >= $1 AND h.at < $2";
const CALLBACKS: &str = "SELECT CAST(COUNT(*) AS BIGINT) AS promised, CAST(COUNT(done_at) AS BIGINT) AS kept \
     FROM calls_owed WHERE at >= $1 AND at < $2 AND kind = 'callback'";
const NO_BREAKS: &str =
    "SELECT CAST(COUNT(*) AS BIGINT) AS refused FROM calls_breaks_refused WHERE at >= $1 AND at < $2";

async fn row(db: &Db, text: &'static str, from: Timestamp, to: Timestamp) -> Result<Row> {
    let row = sqlx::query(text).bind(from.as_micros()).bind(to.as_micros()).fetch_one(db.read()).await;
    row.context("figures of a storm")
}

/// Of `[from, to)`.
pub async fn load(db: &Db, from: Timestamp, to: Timestamp) -> Result<Load> {
    let calls = row(db, LOAD, from, to).await?;
    let heard = row(db, HEARD, from, to).await?;
    let held = row(db, HELD_BACK, from, to).await?;
    let owed = row(db, CALLBACKS, from, to).await?;
    Ok(Load {
        blocked: row(db, BLOCKED, from, to).await?.try_get("blocked")?,
        offered: calls.try_get("offered")?,
        requests: calls.try_get("requests")?,
        answered: calls.try_get("answered")?,
        answered_in_20_s: calls.try_get("in_20")?,
        abandoned: calls.try_get("abandoned")?,
        self_served: calls.try_get("self_served")?,
        open: calls.try_get("open")?,
        longest_wait_ms: calls.try_get("longest")?,
        heard: heard.try_get("heard")?,
        heard_and_went: heard.try_get("went")?,
        held_back: held.try_get("held")?,
        waited_anyway: held.try_get("waited")?,
        callbacks: owed.try_get("promised")?,
        callbacks_kept: owed.try_get("kept")?,
        breaks_refused: row(db, NO_BREAKS, from, to).await?.try_get("refused")?,
    })
}

/// What came in during one stretch of a chart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slot {
    pub arrived: i64,
    pub self_served: i64,
    pub requests: i64,
    pub abandoned: i64,
}

const SLOTS: &str = "SELECT CAST((arrived_at - $1) / $3 AS BIGINT) AS slot, CAST(COUNT(*) AS BIGINT) AS arrived, \
     CAST(COUNT(*) FILTER (WHERE result = 'self_served') AS BIGINT) AS self_served, \
     CAST(COUNT(requested_at) AS BIGINT) AS requests, \
     CAST(COUNT(*) FILTER (WHERE result = 'abandoned') AS BIGINT) AS abandoned \
     FROM calls_records WHERE arrived_at >= $1 AND arrived_at < $2 AND direction = 'in' GROUP BY 1 LIMIT 1000";

/// `[from, to)` in stretches of `width`: one for each, also those in which nobody called.
pub async fn slots(db: &Db, from: Timestamp, to: Timestamp, width: std::time::Duration) -> Result<Vec<Slot>> {
    let step = i64::try_from(width.as_micros()).unwrap_or(i64::MAX).max(1);
    let count = usize::try_from((to.as_micros() - from.as_micros()) / step).unwrap_or(0).min(1_000);
    let mut slots = vec![Slot::default(); count];
    let query = sqlx::query(SLOTS).bind(from.as_micros()).bind(to.as_micros()).bind(step);
    for row in query.fetch_all(db.read()).await.context("what came in")? {
        let at: i64 = row.try_get("slot")?;
        let Some(slot) = usize::try_from(at).ok().and_then(|at| slots.get_mut(at)) else { continue };
        *slot = Slot {
            arrived: row.try_get("arrived")?,
            self_served: row.try_get("self_served")?,
            requests: row.try_get("requests")?,
            abandoned: row.try_get("abandoned")?,
        };
    }
    Ok(slots)
}
