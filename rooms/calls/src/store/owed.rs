//! What is owed to callers: read by page, changed one at a time.

use anyhow::{Context, Result};
use db::{Db, Entry, Text, Tx, ids, in_ids};
use kernel::{CallId, PersonId, QueueId, RecordingId, Timestamp};
use sqlx::Row;

use crate::rules::owed::{Kind, Owed};

// Who has waited longest comes first; of what is done, the newest.
const OPEN: &str = "SELECT position, at, kind, call, queue, number, recording, tries, taken_by, done_at, done_by, note, version, last_at, times, place \
     FROM calls_owed WHERE done_at IS NULL AND position > $1 ORDER BY position LIMIT $2";
const DONE: &str = "SELECT position, at, kind, call, queue, number, recording, tries, taken_by, done_at, done_by, note, version, last_at, times, place \
     FROM calls_owed WHERE done_at IS NOT NULL AND position < $1 ORDER BY position DESC LIMIT $2";
const ONE: &str = "SELECT position, at, kind, call, queue, number, recording, tries, taken_by, done_at, done_by, note, version, last_at, times, place \
     FROM calls_owed WHERE position = $1";
const SAVE: &str = "UPDATE calls_owed SET tries = $1, taken_by = $2, done_at = $3, done_by = $4, note = $5, \
     version = version + 1 WHERE position = $6 AND version = $7";

/// What is still owed, or what is done, from behind `after` on.
pub async fn page(db: &Db, done: bool, after: Option<i64>, limit: u32) -> Result<Vec<Owed>> {
    let (sql, from) = if done { (DONE, after.unwrap_or(i64::MAX)) } else { (OPEN, after.unwrap_or(-1)) };
    let query = sqlx::query(sql).bind(from).bind(i64::from(limit));
    query.fetch_all(db.read()).await.context("what is owed to callers")?.iter().map(owed).collect()
}

pub async fn one(tx: &mut Tx, id: i64) -> Result<Option<Owed>> {
    let row =
        sqlx::query(ONE).bind(id).fetch_optional(&mut **tx).await.context("what is owed to a caller")?;
    row.as_ref().map(owed).transpose()
}

/// False when somebody else was faster. The journal does not repeat the caller's number.
pub async fn save(
    tx: &mut Tx,
    owed: &Owed,
    act: &'static str,
    who: PersonId,
    now: Timestamp,
) -> Result<bool> {
    let saved = sqlx::query(SAVE)
        .bind(i64::from(owed.tries))
        .bind(owed.taken_by.map(|id| id.get()))
        .bind(owed.done_at.map(Timestamp::as_micros))
        .bind(owed.done_by.map(|id| id.get()))
        .bind(owed.note.as_deref())
        .bind(owed.id)
        .bind(owed.version)
        .execute(&mut **tx)
        .await
        .context("what is owed to a caller")?;
    if saved.rows_affected() == 0 {
        return Ok(false);
    }
    tx.journal(Entry {
        at: now,
        who: Some(who),
        room: "calls",
        subject: owed.call.to_string(),
        kind: act,
        payload: serde_json::json!({ "tries": owed.tries, "note": owed.note }),
    });
    Ok(true)
}

fn owed(row: &db::Row) -> Result<Owed> {
    let time = |name| -> Result<Option<Timestamp>> {
        Ok(row.try_get::<Option<i64>, _>(name)?.map(Timestamp::from_micros))
    };
    let kind: String = row.try_get("kind")?;
    Ok(Owed {
        id: row.try_get("position")?,
        at: Timestamp::from_micros(row.try_get("at")?),
        kind: Kind::parse(&kind),
        call: CallId(row.try_get("call")?),
        queue: QueueId(row.try_get("queue")?),
        number: row.try_get("number")?,
        recording: row.try_get::<Option<i64>, _>("recording")?.map(RecordingId),
        tries: u32::try_from(row.try_get::<i64, _>("tries")?).unwrap_or(0),
        taken_by: row.try_get::<Option<i64>, _>("taken_by")?.map(PersonId),
        done_at: time("done_at")?,
        done_by: row.try_get::<Option<i64>, _>("done_by")?.map(PersonId),
        note: row.try_get("note")?,
        version: row.try_get("version")?,
        last_at: time("last_at")?.unwrap_or(Timestamp::from_micros(row.try_get("at")?)),
        times: u32::try_from(row.try_get::<i64, _>("times")?).unwrap_or(1),
        place: row.try_get::<Option<i64>, _>("place")?.map(CallId),
    })
}

/// A call that was made for it.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub owed: i64,
    pub call: CallId,
    pub agent: PersonId,
    pub at: Timestamp,
    /// `answered`, `busy`, `no_answer` …; absent while it goes on.
    pub result: Option<String>,
}

const ATTEMPTS: Text =
    in_ids!("SELECT owed, call, agent, at, result FROM calls_attempts WHERE owed IN ", " ORDER BY at, call");

/// The attempts of these rows, oldest first.
pub async fn attempts(db: &Db, owed: &[i64]) -> Result<Vec<Attempt>> {
    if owed.is_empty() {
        return Ok(Vec::new());
    }
    let query = sqlx::query(ATTEMPTS.of(db.kind())).bind(ids(owed.iter().copied()));
    let rows = query.fetch_all(db.read()).await.context("attempts to call back")?;
    let attempt = |row: &db::Row| {
        Ok(Attempt {
            owed: row.try_get("owed")?,
            call: CallId(row.try_get("call")?),
            agent: PersonId(row.try_get("agent")?),
            at: Timestamp::from_micros(row.try_get("at")?),
            result: row.try_get("result")?,
        })
    };
    rows.iter().map(attempt).collect()
}
