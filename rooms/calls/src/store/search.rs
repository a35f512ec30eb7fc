//! Finding call records. The narrowest filter leads, so that each search walks one index; the rest is checked row by row.

use anyhow::{Context, Result};
use db::{Db, Row as DbRow, Text};
use exchange::fact::Direction;
use kernel::{CallId, FlowId, PersonId, QueueId, RecordingId, Timestamp, TrunkId};
use serde::Serialize;
use sqlx::Row;

use crate::rules::Outcome;

/// What is looked for. Everything absent is any.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The customer's number, or its last digits.
    pub number: Option<String>,
    /// Only calls of this direction: `in`, `out`, `internal`.
    pub direction: Option<Direction>,
    /// Talked with this agent, also before a transfer, or was called by him.
    pub agent: Option<PersonId>,
    pub queue: Option<QueueId>,
    pub result: Option<Outcome>,
    /// Arrived in `[from, to)`.
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
    /// Talk time in milliseconds, both included.
    pub talk_min_ms: Option<u64>,
    pub talk_max_ms: Option<u64>,
    /// Only calls before this one: the last of the page before.
    pub before: Option<(Timestamp, CallId)>,
    /// Only calls that have a recording.
    pub recorded: bool,
}

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    pub id: CallId,
    /// `in`, `out` or `internal`. Of the last two, `to` is the other end.
    pub direction: String,
    pub at: Timestamp,
    pub answered: Option<Timestamp>,
    pub requested: Option<Timestamp>,
    pub connected: Option<Timestamp>,
    pub ended: Option<Timestamp>,
    pub from: String,
    pub to: String,
    pub trunk: Option<TrunkId>,
    pub queue: Option<QueueId>,
    pub agent: Option<PersonId>,
    pub urgent: bool,
    /// Absent while the call goes on.
    pub result: Option<String>,
    pub ended_by: Option<String>,
    pub cause: Option<String>,
    pub wait_ms: Option<i64>,
    pub talk_ms: i64,
    pub hold_ms: i64,
    pub after_ms: i64,
    pub rating: Option<i64>,
    pub recording: Option<RecordingId>,
    pub announced: Option<bool>,
    pub interrupted: bool,
}

/// A finished stretch of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stretch {
    pub kind: String,
    pub at: Timestamp,
    pub until: Timestamp,
    pub agent: Option<PersonId>,
    pub queue: Option<QueueId>,
    pub flow: Option<FlowId>,
    pub detail: Option<String>,
}

macro_rules! columns {
    () => {
        "SELECT r.id, r.arrived_at, r.answered_at, r.requested_at, r.connected_at, r.ended_at, r.from_number, \
         r.to_number, r.trunk, r.queue, r.agent, r.urgent, r.result, r.ended_by, r.cause, r.wait_ms, r.talk_ms, \
         r.hold_ms, r.after_ms, r.rating, r.recording, r.announced, r.interrupted, r.direction FROM calls_records r WHERE "
    };
}

/// `$1` to `$4` lead: what the index is walked by. The rest is the same for every search.
macro_rules! search {
    ($lead:literal) => {
        concat!(
            columns!(),
            $lead,
            " AND r.arrived_at >= $3 AND r.arrived_at < $4 \
             AND (CAST($5 AS BIGINT) IS NULL OR r.queue = $5) \
             AND (CAST($6 AS TEXT) IS NULL OR r.result = $6) \
             AND r.talk_ms >= $7 AND r.talk_ms <= $8 \
             AND (r.arrived_at < $9 OR (r.arrived_at = $9 AND r.id < $10)) \
             AND (CAST($11 AS BIGINT) IS NULL OR r.agent = $11 OR r.id IN (SELECT s.call FROM calls_segments s \
             WHERE s.agent = $11 AND s.kind IN ('talk', 'dial'))) \
             AND ($13 = 0 OR r.recording IS NOT NULL) \
             AND (CAST($14 AS TEXT) IS NULL OR r.direction = $14) \
             ORDER BY r.arrived_at DESC, r.id DESC LIMIT $12"
        )
    };
}

const BY_NUMBER: &str = search!("r.from_reversed >= $1 AND r.from_reversed < $2");
const BY_TIME: &str = search!("(CAST($1 AS TEXT) IS NULL AND CAST($2 AS TEXT) IS NULL)");
const ONE: &str = concat!(columns!(), "r.id = $1");
const AFTER: &str = concat!(
    columns!(),
    "(r.arrived_at, r.id) > ($1, $2) AND r.arrived_at < $3 ORDER BY r.arrived_at, r.id LIMIT $4"
);
const STRETCHES_OF: Text = db::in_ids!(
    "SELECT call, kind, at, until_at, agent, queue, flow, detail FROM calls_segments WHERE call IN ",
    " ORDER BY call, at, position"
);
const STRETCHES: &str = "SELECT kind, at, until_at, agent, queue, flow, detail FROM calls_segments \
     WHERE call = $1 ORDER BY at, position";

/// The newest first, at most `limit`.
pub async fn find(db: &Db, filter: &Filter, limit: u32) -> Result<Vec<Found>> {
    let micros = |at: Option<Timestamp>, otherwise: i64| at.map_or(otherwise, Timestamp::as_micros);
    let millis =
        |ms: Option<u64>, otherwise: i64| ms.map_or(otherwise, |ms| i64::try_from(ms).unwrap_or(i64::MAX));
    let tail = filter.number.as_ref().map(|number| {
        let digits: String = number.chars().filter(|c| c.is_ascii_digit() || *c == '+').rev().collect();
        (digits.clone(), format!("{digits}\u{7f}"))
    });
    let (low, high) = tail.unzip();
    let (before, before_id) =
        filter.before.map_or((i64::MAX, i64::MAX), |(at, id)| (at.as_micros(), id.get()));
    let rows = sqlx::query(if low.is_some() { BY_NUMBER } else { BY_TIME })
        .bind(low)
        .bind(high)
        .bind(micros(filter.from, i64::MIN))
        .bind(micros(filter.to, i64::MAX))
        .bind(filter.queue.map(QueueId::get))
        .bind(filter.result.map(Outcome::as_str))
        .bind(millis(filter.talk_min_ms, 0))
        .bind(millis(filter.talk_max_ms, i64::MAX))
        .bind(before)
        .bind(before_id)
        .bind(filter.agent.map(PersonId::get))
        .bind(i64::from(limit))
        .bind(i64::from(filter.recorded))
        .bind(filter.direction.as_ref().map(crate::rules::word))
        .fetch_all(db.read())
        .await
        .context("searching the call records")?;
    rows.iter().map(found).collect()
}

/// One record, complete or growing.
pub async fn one(db: &Db, call: CallId) -> Result<Option<Found>> {
    let row =
        sqlx::query(ONE).bind(call.get()).fetch_optional(db.read()).await.context("reading a call record")?;
    row.as_ref().map(found).transpose()
}

/// The oldest first, behind a place, arrived before `until`: for whoever goes through all calls once.
pub async fn after(db: &Db, place: (Timestamp, CallId), until: Timestamp, limit: i64) -> Result<Vec<Found>> {
    let query = sqlx::query(AFTER).bind(place.0.as_micros()).bind(place.1.get());
    let rows = query.bind(until.as_micros()).bind(limit).fetch_all(db.read()).await;
    rows.context("going through the call records")?.iter().map(found).collect()
}

/// The finished stretches of these calls, in order within each.
pub async fn stretches_of(db: &Db, calls: &[CallId]) -> Result<Vec<(CallId, Stretch)>> {
    let query = sqlx::query(STRETCHES_OF.of(db.kind())).bind(db::ids(calls.iter().map(|call| call.get())));
    let rows = query.fetch_all(db.read()).await.context("the parts of calls")?;
    rows.iter().map(|row| Ok((CallId(row.try_get("call")?), stretch(row)?))).collect()
}

/// The finished stretches of a call, in order.
pub async fn stretches(db: &Db, call: CallId) -> Result<Vec<Stretch>> {
    let rows =
        sqlx::query(STRETCHES).bind(call.get()).fetch_all(db.read()).await.context("the parts of a call")?;
    rows.iter().map(stretch).collect()
}

fn stretch(row: &DbRow) -> Result<Stretch> {
    Ok(Stretch {
        kind: row.try_get("kind")?,
        at: Timestamp::from_micros(row.try_get("at")?),
        until: Timestamp::from_micros(row.try_get("until_at")?),
        agent: id(row, "agent")?,
        queue: id(row, "queue")?,
        flow: id(row, "flow")?,
        detail: row.try_get("detail")?,
    })
}

fn found(row: &DbRow) -> Result<Found> {
    Ok(Found {
        id: CallId(row.try_get("id")?),
        direction: row.try_get("direction")?,
        at: Timestamp::from_micros(row.try_get("arrived_at")?),
        answered: time(row, "answered_at")?,
        requested: time(row, "requested_at")?,
        connected: time(row, "connected_at")?,
        ended: time(row, "ended_at")?,
        from: row.try_get("from_number")?,
        to: row.try_get("to_number")?,
        trunk: id(row, "trunk")?,
        queue: id(row, "queue")?,
        agent: id(row, "agent")?,
        urgent: row.try_get::<i64, _>("urgent")? != 0,
        result: row.try_get("result")?,
        ended_by: row.try_get("ended_by")?,
        cause: row.try_get("cause")?,
        wait_ms: row.try_get("wait_ms")?,
        talk_ms: row.try_get("talk_ms")?,
        hold_ms: row.try_get("hold_ms")?,
        after_ms: row.try_get("after_ms")?,
        rating: row.try_get("rating")?,
        recording: id(row, "recording")?,
        announced: row.try_get::<Option<i64>, _>("announced")?.map(|whole| whole != 0),
        interrupted: row.try_get::<i64, _>("interrupted")? != 0,
    })
}

fn id<T: From<i64>>(row: &DbRow, column: &str) -> Result<Option<T>> {
    Ok(row.try_get::<Option<i64>, _>(column)?.map(T::from))
}

fn time(row: &DbRow, column: &str) -> Result<Option<Timestamp>> {
    Ok(row.try_get::<Option<i64>, _>(column)?.map(Timestamp::from_micros))
}
