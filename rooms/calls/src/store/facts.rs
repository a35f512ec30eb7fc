//! Facts become rows. The place in the log of facts is kept in the same transaction, so that each fact counts once.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use db::Tx;
use exchange::Fact;
use exchange::fact::{DeskState, What};
use exchange::line::Device;
use kernel::{AttemptId, CallId, PersonId, QueueId, Timestamp};
use sqlx::Row;

use super::{heard, not_served, places, storm};
use crate::CalledOut;
use crate::rules::{Record, Segment};

/// The records that still grow. It mirrors the rows with a `state`; after a failed transaction read it anew.
#[derive(Debug, Default)]
pub struct Growing {
    records: BTreeMap<CallId, Record>,
}

const OPEN: &str = "SELECT state FROM calls_records WHERE state IS NOT NULL";
const APPLIED: &str = "SELECT position FROM calls_applied WHERE one = 1";
const APPLY: &str = "UPDATE calls_applied SET position = $1 WHERE one = 1";
const UPSERT: &str = "INSERT INTO calls_records (id, arrived_at, answered_at, requested_at, connected_at, ended_at, \
     from_number, from_reversed, to_number, trunk, queue, agent, urgent, result, ended_by, cause, wait_ms, talk_ms, \
     hold_ms, after_ms, rating, recording, announced, interrupted, state, direction, attempt) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, \
     $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27) ON CONFLICT (id) DO UPDATE SET \
     answered_at = excluded.answered_at, requested_at = excluded.requested_at, connected_at = excluded.connected_at, \
     ended_at = excluded.ended_at, queue = excluded.queue, agent = excluded.agent, urgent = excluded.urgent, \
     result = excluded.result, ended_by = excluded.ended_by, cause = excluded.cause, wait_ms = excluded.wait_ms, \
     talk_ms = excluded.talk_ms, hold_ms = excluded.hold_ms, after_ms = excluded.after_ms, rating = excluded.rating, \
     recording = excluded.recording, announced = excluded.announced, interrupted = excluded.interrupted, \
     state = excluded.state";
const SEGMENT: &str = "INSERT INTO calls_segments (call, position, kind, at, until_at, agent, queue, flow, detail) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const BLOCKED: &str = "INSERT INTO calls_blocked (position, at, trunk, from_number, to_number, why) \
     VALUES ($1, $2, $3, $4, $5, $6)";
const DESK: &str = "INSERT INTO calls_desks (position, agent, at, state, reason, call, ordered_by) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)";
const DEVICE: &str = "INSERT INTO calls_devices (agent, device) VALUES ($1, $2) \
     ON CONFLICT (agent) DO UPDATE SET device = excluded.device";

/// The place in the log up to which facts have been taken in.
pub async fn applied(db: &db::Db) -> Result<u64> {
    let row =
        sqlx::query(APPLIED).fetch_one(db.read()).await.context("how far the call records have come")?;
    Ok(u64::try_from(row.try_get::<i64, _>("position")?).unwrap_or(0))
}

const SIGNED_IN: &str = "SELECT d.agent FROM calls_desks d WHERE d.state <> 'signed_out' AND d.position = \
     (SELECT MAX(n.position) FROM calls_desks n WHERE n.agent = d.agent)";

/// Agents whose last known state is not signed out: after a death none of them is what the rows say.
pub async fn still_signed_in(db: &db::Db) -> Result<Vec<PersonId>> {
    let rows =
        sqlx::query(SIGNED_IN).fetch_all(db.read()).await.context("agents signed in at the last death")?;
    rows.iter().map(|row| Ok(PersonId(row.try_get("agent")?))).collect()
}

const DEVICES: &str = "SELECT agent, device FROM calls_devices";

/// On what each agent wants to be called.
pub async fn devices(db: &db::Db) -> Result<Vec<(PersonId, Device)>> {
    let rows = sqlx::query(DEVICES).fetch_all(db.read()).await.context("the agents' devices")?;
    let device = |row: &db::Row| {
        let word: String = row.try_get("device")?;
        Ok((PersonId(row.try_get("agent")?), serde_json::from_value(word.into()).unwrap_or_default()))
    };
    rows.iter().map(device).collect()
}

const OF_ATTEMPTS: db::Text = db::in_ids!("SELECT attempt, id FROM calls_records WHERE attempt IN ", "");

/// Of these attempts those for which there is a call. After the log has been followed to its end, for the others nobody was
/// rung.
pub async fn of_attempts(tx: &mut Tx, attempts: &[AttemptId]) -> Result<BTreeMap<AttemptId, CallId>> {
    let query = sqlx::query(OF_ATTEMPTS.of(tx.db().kind())).bind(db::ids(attempts.iter().map(|id| id.get())));
    let rows = query.fetch_all(&mut **tx).await.context("the calls of attempts")?;
    rows.iter().map(|row| Ok((AttemptId(row.try_get("attempt")?), CallId(row.try_get("id")?)))).collect()
}

impl Growing {
    /// The records that were still growing when the last transaction was kept.
    pub async fn load(db: &db::Db) -> Result<Growing> {
        let mut records = BTreeMap::new();
        for row in sqlx::query(OPEN).fetch_all(db.read()).await.context("the calls in progress")? {
            let record: Record = serde_json::from_str(row.try_get("state")?).context("a call in progress")?;
            records.insert(record.call, record);
        }
        Ok(Growing { records })
    }

    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Customers who wait for a person and have not been answered, with their queues.
    pub fn waiting(&self) -> impl Iterator<Item = (CallId, QueueId)> {
        self.records.iter().filter_map(|(call, record)| Some((*call, record.waits_in()?)))
    }

    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Takes facts in, each with the place in the log behind it. Facts of calls nobody knows (before the log began)
    /// leave no trace.
    pub async fn take(&mut self, tx: &mut Tx, facts: &[(u64, Fact)]) -> Result<()> {
        let mut touched = BTreeSet::new();
        let mut segments: Vec<(CallId, u32, Segment)> = Vec::new();
        for (position, fact) in facts {
            let position = i64::try_from(*position).unwrap_or(i64::MAX);
            match &fact.what {
                What::CallBlocked { trunk, from, to, why } => {
                    sqlx::query(BLOCKED)
                        .bind(position)
                        .bind(fact.at.as_micros())
                        .bind(trunk.map(|id| id.get()))
                        .bind(from)
                        .bind(to)
                        .bind(crate::rules::word(why))
                        .execute(&mut **tx)
                        .await
                        .context("a blocked call")?;
                }
                What::DeskChanged { agent, desk, by } => {
                    let (state, reason, call) = desk_columns(desk);
                    sqlx::query(DESK)
                        .bind(position)
                        .bind(agent.get())
                        .bind(fact.at.as_micros())
                        .bind(state)
                        .bind(reason)
                        .bind(call.map(CallId::get))
                        .bind(by.map(|id| id.get()))
                        .execute(&mut **tx)
                        .await
                        .context("an agent's state")?;
                }
                What::DeviceChosen { agent, device } => {
                    sqlx::query(DEVICE)
                        .bind(agent.get())
                        .bind(crate::rules::word(device))
                        .execute(&mut **tx)
                        .await
                        .context("an agent's device")?;
                }
                _ => {}
            }
            storm::follow(tx, position, fact).await?;
            let known = fact.what.call().and_then(|call| self.records.get(&call));
            let caller = known.map(|record| record.customer().to_owned()).unwrap_or_default();
            let unknown = known.is_none();
            not_served::owe(tx, position, fact, &caller).await?;
            places::follow(tx, fact, unknown).await?;
            let Some(call) = fact.what.call() else { continue };
            if let Some(record) = Record::begin(fact) {
                self.records.entry(call).or_insert(record);
            } else if let Some(record) = self.records.get_mut(&call) {
                for segment in record.take(fact) {
                    segments.push((call, record.next_segment(), segment));
                }
            } else {
                continue;
            }
            if let Some(record) = self.records.get_mut(&call) {
                heard::follow(tx, fact, record.told_at.as_deref(), record.customer()).await?;
                not_served::pay(tx, position, fact, record).await?;
                if matches!(fact.what, What::CallEnded { .. }) {
                    tell_attempt(tx, record)?;
                }
            }
            touched.insert(call);
        }
        self.keep(tx, touched, segments).await?;
        if let Some((position, _)) = facts.last() {
            let position = i64::try_from(*position).unwrap_or(i64::MAX);
            sqlx::query(APPLY)
                .bind(position)
                .execute(&mut **tx)
                .await
                .context("how far the records have come")?;
        }
        Ok(())
    }

    /// At the start after a death: closes what was going on, as of the last moment the process was known to live.
    pub async fn interrupt(&mut self, tx: &mut Tx, at: Timestamp) -> Result<usize> {
        let mut segments = Vec::new();
        not_served::interrupted(tx, self.records.values_mut()).await?;
        let touched: BTreeSet<CallId> = self.records.keys().copied().collect();
        for (call, record) in &mut self.records {
            let went_on = record.ended.is_none();
            for segment in record.interrupt(at) {
                segments.push((*call, record.next_segment(), segment));
            }
            if went_on {
                tell_attempt(tx, record)?;
            }
        }
        let count = touched.len();
        self.keep(tx, touched, segments).await?;
        Ok(count)
    }

    async fn keep(
        &mut self,
        tx: &mut Tx,
        touched: BTreeSet<CallId>,
        segments: Vec<(CallId, u32, Segment)>,
    ) -> Result<()> {
        for call in touched {
            let Some(record) = self.records.get(&call) else { continue };
            write(tx, record).await?;
            if record.is_complete() {
                self.records.remove(&call);
            }
        }
        for (call, position, segment) in segments {
            sqlx::query(SEGMENT)
                .bind(call.get())
                .bind(i64::from(position))
                .bind(segment.kind.as_str())
                .bind(segment.at.as_micros())
                .bind(segment.until.unwrap_or(segment.at).as_micros())
                .bind(segment.agent.map(|id| id.get()))
                .bind(segment.queue.map(|id| id.get()))
                .bind(segment.flow.map(|id| id.get()))
                .bind(segment.detail)
                .execute(&mut **tx)
                .await
                .context("a segment of a call")?;
        }
        Ok(())
    }
}

async fn write(tx: &mut Tx, record: &Record) -> Result<()> {
    let complete = record.is_complete();
    let state = if complete { None } else { Some(serde_json::to_string(record)?) };
    let micros = |at: Option<Timestamp>| at.map(Timestamp::as_micros);
    let millis = |ms: u64| i64::try_from(ms).unwrap_or(i64::MAX);
    sqlx::query(UPSERT)
        .bind(record.call.get())
        .bind(record.arrived.as_micros())
        .bind(micros(record.answered))
        .bind(micros(record.requested))
        .bind(micros(record.connected))
        .bind(micros(record.ended))
        .bind(&record.from)
        .bind(record.customer().chars().rev().collect::<String>())
        .bind(&record.to)
        .bind(record.trunk.map(|id| id.get()))
        .bind(record.queue.map(|id| id.get()))
        .bind(record.agent.map(|id| id.get()))
        .bind(i64::from(record.urgent))
        .bind(record.result.map(|result| result.as_str()))
        .bind(record.ended_by.as_ref().map(crate::rules::word))
        .bind(record.cause.as_ref().map(crate::rules::word))
        .bind(record.wait_ms().map(millis))
        .bind(millis(record.talk_ms))
        .bind(millis(record.hold_ms))
        .bind(millis(record.after_ms))
        .bind(record.rating.map(i64::from))
        .bind(record.recording.map(|id| id.get()))
        .bind(record.announced.map(i64::from))
        .bind(i64::from(record.interrupted))
        .bind(state)
        .bind(crate::rules::word(&record.direction))
        .bind(record.attempt.map(|id| id.get()))
        .execute(&mut **tx)
        .await
        .with_context(|| format!("the record of {}", record.call))?;
    if complete {
        tx.journal(journal_entry(record));
    }
    Ok(())
}

/// Whoever wanted the call hears how it came out.
fn tell_attempt(tx: &mut Tx, record: &Record) -> Result<()> {
    let (Some(attempt), Some(ended), Some(cause)) = (record.attempt, record.ended, record.cause) else {
        return Ok(());
    };
    let over = CalledOut {
        attempt,
        call: record.call,
        answered: record.answered.is_some(),
        machine: record.machine,
        connected: record.connected.is_some(),
        keys: record.keys.clone(),
        cause,
        interrupted: record.interrupted,
        ended,
    };
    tx.emit(ended, &over)
}

/// The line of the journal that closes a call.
fn journal_entry(record: &Record) -> db::Entry {
    let payload = serde_json::json!({
        "direction": record.direction,
        "result": record.result,
        "ended_by": record.ended_by,
        "cause": record.cause,
        "agent": record.agent,
        "wait_ms": record.wait_ms(),
        "talk_ms": record.talk_ms,
        "rating": record.rating,
        "recording": record.recording,
        "interrupted": record.interrupted,
    });
    let at = record.ended.unwrap_or(record.arrived);
    db::Entry { at, who: None, room: "calls", subject: record.call.to_string(), kind: "ended", payload }
}

fn desk_columns(desk: &DeskState) -> (&'static str, Option<&str>, Option<CallId>) {
    match desk {
        DeskState::SignedOut => ("signed_out", None, None),
        DeskState::NotReady { reason } => ("not_ready", Some(reason), None),
        DeskState::Ready => ("ready", None, None),
        DeskState::Ringing { call } => ("ringing", None, Some(*call)),
        DeskState::Talking { call } => ("talking", None, Some(*call)),
        DeskState::Holding { call } => ("holding", None, Some(*call)),
        DeskState::AfterCall { call } => ("after_call", None, Some(*call)),
    }
}
