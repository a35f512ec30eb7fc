//! Facts that make, pay or void what is owed to callers who were not served.

use anyhow::{Context, Result};
use db::Tx;
use exchange::Fact;
use exchange::fact::{Blocked, Direction, FlowOut, What};
use kernel::{CallId, PersonId, QueueId, RecordingId, Timestamp};
use sqlx::Row;

use super::places;
use crate::rules::owed::Kind;
use crate::rules::{Record, word};

const OF_NUMBER: &str =
    "SELECT position, kind FROM calls_owed WHERE number = $1 AND done_at IS NULL ORDER BY position LIMIT 1";
const OF_PLACE: &str =
    "SELECT position FROM calls_owed WHERE place = $1 AND done_at IS NULL ORDER BY position LIMIT 1";
const ADD: &str = "INSERT INTO calls_owed (position, at, kind, call, queue, number, recording, last_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $2)";
// The stronger wish decides what is owed; a message is kept whatever else happens.
const AGAIN: &str = "UPDATE calls_owed SET last_at = $1, times = times + 1, recording = COALESCE($2, recording) \
     WHERE position = $3";
const STRONGER: &str = "UPDATE calls_owed SET last_at = $1, times = times + 1, kind = $2, call = $3, queue = $4, \
     recording = COALESCE($5, recording) WHERE position = $6";
const GOT_THROUGH: &str = "UPDATE calls_owed SET done_at = $1, note = 'got_through', place = NULL, \
     version = version + 1 WHERE number = $2 AND done_at IS NULL";
const ATTEMPT: &str = "INSERT INTO calls_attempts (call, owed, agent, at) VALUES ($1, $2, $3, $4)";
const TAKEN: &str = "UPDATE calls_owed SET taken_by = $1, place = NULL, offered_to = NULL, version = version + 1 WHERE position = $2";
const RESULT: &str = "UPDATE calls_attempts SET result = $1 WHERE call = $2 AND result IS NULL";
const REACHED: &str = "UPDATE calls_owed SET done_at = $1, done_by = $2, note = COALESCE(note, 'reached'), \
     version = version + 1 WHERE position = $3 AND done_at IS NULL";
const NOT_REACHED: &str = "UPDATE calls_owed SET taken_by = NULL, tries = tries + 1, version = version + 1 \
     WHERE position = $1 AND done_at IS NULL";

/// What a fact makes somebody owe.
struct Debt<'a> {
    kind: Kind,
    call: CallId,
    queue: QueueId,
    number: &'a str,
    recording: Option<RecordingId>,
}

impl<'a> Debt<'a> {
    fn new(kind: Kind, call: CallId, queue: QueueId, number: &'a str) -> Debt<'a> {
        Debt { kind, call, queue, number, recording: None }
    }
}

/// `caller`: the customer's number of the call the fact is about.
fn debt<'a>(what: &'a What, caller: &'a str) -> Option<Debt<'a>> {
    Some(match what {
        What::CallbackAsked { call, queue, number } => Debt::new(Kind::Callback, *call, *queue, number),
        What::MessageLeft { call, queue, recording } => {
            Debt { recording: Some(*recording), ..Debt::new(Kind::Message, *call, *queue, caller) }
        }
        What::Abandoned { call, queue } if !caller.is_empty() => {
            Debt::new(Kind::Abandoned, *call, *queue, caller)
        }
        What::FlowedOut { call, queue, to: FlowOut::Message } if !caller.is_empty() => {
            Debt::new(Kind::Closed, *call, *queue, caller)
        }
        What::CallBlocked { from, why: Blocked::Full | Blocked::Draining, .. } if !from.is_empty() => {
            Debt::new(Kind::Busy, CallId(0), QueueId(0), from)
        }
        _ => return None,
    })
}

/// What the end of a call makes somebody owe, as only its whole record tells.
fn debt_at_the_end(record: &Record) -> Option<Debt<'_>> {
    let (kind, queue) = if record.found_closed() {
        (Kind::AfterHours, QueueId(0))
    } else {
        (Kind::Closed, record.left_no_message()?)
    };
    Some(Debt::new(kind, record.call, queue, &record.from))
}

/// Before the record takes the fact in.
pub async fn owe(tx: &mut Tx, position: i64, fact: &Fact, caller: &str) -> Result<()> {
    match debt(&fact.what, caller) {
        Some(debt) => add(tx, position, fact.at, &debt).await,
        None => Ok(()),
    }
}

async fn add(tx: &mut Tx, position: i64, at: Timestamp, debt: &Debt<'_>) -> Result<()> {
    let at = at.as_micros();
    let recording = debt.recording.map(|id| id.get());
    let known = match debt.number {
        "" => None,
        number => {
            let query = sqlx::query(OF_NUMBER).bind(number);
            query.fetch_optional(&mut **tx).await.context("what is owed to this number")?
        }
    };
    let query = match known {
        None => sqlx::query(ADD)
            .bind(position)
            .bind(at)
            .bind(word(&debt.kind))
            .bind(debt.call.get())
            .bind(debt.queue.get())
            .bind(debt.number)
            .bind(recording),
        Some(row) => {
            let (id, kind): (i64, String) = (row.try_get("position")?, row.try_get("kind")?);
            if debt.kind <= Kind::parse(&kind) {
                sqlx::query(STRONGER)
                    .bind(at)
                    .bind(word(&debt.kind))
                    .bind(debt.call.get())
                    .bind(debt.queue.get())
                    .bind(recording)
                    .bind(id)
            } else {
                sqlx::query(AGAIN).bind(at).bind(recording).bind(id)
            }
        }
    };
    query.execute(&mut **tx).await.context("what is owed to a caller")?;
    Ok(())
}

/// After the record has taken the fact in: who got through, and what became of a call that was made for this.
pub async fn pay(tx: &mut Tx, position: i64, fact: &Fact, record: &mut Record) -> Result<()> {
    match &fact.what {
        What::Connected { .. } if record.direction == Direction::In && !record.from.is_empty() => {
            let query = sqlx::query(GOT_THROUGH).bind(fact.at.as_micros()).bind(record.from.clone());
            query.execute(&mut **tx).await.context("a caller who got through")?;
        }
        What::CallPlaced { call, agent, promised_in, owed, .. } => {
            record.owed = match (owed, promised_in) {
                (Some(owed), _) => Some(*owed),
                (None, Some(_)) => {
                    let query = sqlx::query(OF_PLACE).bind(call.get());
                    let row = query.fetch_optional(&mut **tx).await.context("what was promised")?;
                    row.map(|row| row.try_get("position")).transpose()?
                }
                (None, None) => None,
            };
            if let Some(owed) = record.owed {
                begin(tx, *call, owed, *agent, fact.at).await?;
            }
        }
        What::Connected { call, agent, .. } => {
            if let Some(owed) = record.owed.take() {
                result(tx, *call, "answered").await?;
                let query = sqlx::query(REACHED).bind(fact.at.as_micros()).bind(agent.get()).bind(owed);
                query.execute(&mut **tx).await.context("a call back that was answered")?;
            }
        }
        What::CallEnded { call, cause, .. } => {
            if let Some(debt) = debt_at_the_end(record) {
                add(tx, position, fact.at, &debt).await?;
            } else if let Some(owed) = record.owed.take() {
                not_reached(tx, *call, owed, &word(cause)).await?;
            }
        }
        _ => {}
    }
    Ok(())
}

async fn begin(tx: &mut Tx, call: CallId, owed: i64, agent: PersonId, at: Timestamp) -> Result<()> {
    let query = sqlx::query(ATTEMPT).bind(call.get()).bind(owed).bind(agent.get()).bind(at.as_micros());
    query.execute(&mut **tx).await.context("an attempt to call back")?;
    let query = sqlx::query(TAKEN).bind(agent.get()).bind(owed);
    query.execute(&mut **tx).await.context("an attempt to call back")?;
    Ok(())
}

async fn result(tx: &mut Tx, call: CallId, result: &str) -> Result<()> {
    let query = sqlx::query(RESULT).bind(result.to_owned()).bind(call.get());
    query.execute(&mut **tx).await.context("the result of an attempt")?;
    Ok(())
}

async fn not_reached(tx: &mut Tx, call: CallId, owed: i64, why: &str) -> Result<()> {
    result(tx, call, why).await?;
    let query = sqlx::query(NOT_REACHED).bind(owed);
    query.execute(&mut **tx).await.context("a call back that was not answered")?;
    Ok(())
}

/// The process died, and who was being rung has not been reached. Nobody is rung again by himself: whoever may have been
/// rung already is on the list, for a person to decide.
pub async fn interrupted(tx: &mut Tx, records: impl Iterator<Item = &mut Record>) -> Result<()> {
    for record in records {
        if let Some(owed) = record.owed.take() {
            not_reached(tx, record.call, owed, "interrupted").await?;
        }
    }
    for (call, owed, agent, at) in places::rung(tx).await? {
        begin(tx, call, owed, agent, at).await?;
        not_reached(tx, call, owed, "interrupted").await?;
    }
    Ok(())
}
