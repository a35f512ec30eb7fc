//! Reading recordings, holding them, and letting them go when their time is over.

use anyhow::{Context, Result};
use db::{Db, Entry, Tx};
use kernel::{CallId, PersonId, RecordingId, Timestamp};
use serde::Serialize;
use sqlx::Row;

/// What is known of one recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    pub id: RecordingId,
    pub call: CallId,
    /// Below the recordings folder.
    pub file: String,
    pub started: Timestamp,
    pub sealed: Option<Timestamp>,
    pub duration_ms: Option<i64>,
    pub bytes: Option<i64>,
    pub sha256: Option<String>,
    pub lost_ms: i64,
    pub held: bool,
    pub deleted: Option<Timestamp>,
}

/// A note at a moment of a recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mark {
    pub kind: String,
    pub offset_ms: i64,
}

macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT id, call, file, started_at, sealed_at, duration_ms, bytes, sha256, lost_ms, held, deleted_at \
             FROM recordings_recordings WHERE ",
            $where
        )
    };
}

const ONE: &str = select!("id = $1");
const OF_CALLS: &str = select!("call >= $1 AND call <= $2");
const OVER: &str =
    select!("started_at < $1 AND held = 0 AND deleted_at IS NULL ORDER BY started_at LIMIT 500");
const MARKS: &str = "SELECT mark, offset_ms FROM recordings_marks WHERE recording = $1 ORDER BY position";
const HOLD: &str = "UPDATE recordings_recordings SET held = $2 WHERE id = $1 AND held <> $2";
const DELETED: &str =
    "UPDATE recordings_recordings SET deleted_at = $2 WHERE id = $1 AND held = 0 AND deleted_at IS NULL";

pub async fn one(db: &Db, id: RecordingId) -> Result<Option<Recording>> {
    let row =
        sqlx::query(ONE).bind(id.get()).fetch_optional(db.read()).await.context("reading a recording")?;
    row.as_ref().map(recording).transpose()
}

/// The recordings of a page of calls, whose ids lie close together.
pub async fn of_calls(db: &Db, calls: &[CallId]) -> Result<Vec<Recording>> {
    let (Some(first), Some(last)) = (calls.iter().min(), calls.iter().max()) else { return Ok(Vec::new()) };
    let query = sqlx::query(OF_CALLS).bind(first.get()).bind(last.get());
    let rows = query.fetch_all(db.read()).await.context("reading recordings")?;
    let all: Result<Vec<Recording>> = rows.iter().map(recording).collect();
    Ok(all?.into_iter().filter(|recording| calls.contains(&recording.call)).collect())
}

pub async fn marks(db: &Db, id: RecordingId) -> Result<Vec<Mark>> {
    let rows =
        sqlx::query(MARKS).bind(id.get()).fetch_all(db.read()).await.context("the marks of a recording")?;
    let mark = |row: &db::Row| Ok(Mark { kind: row.try_get("mark")?, offset_ms: row.try_get("offset_ms")? });
    rows.iter().map(mark).collect()
}

/// Up to 500 recordings that began before `cutoff` and may go.
pub async fn over(db: &Db, cutoff: Timestamp) -> Result<Vec<Recording>> {
    let rows =
        sqlx::query(OVER).bind(cutoff.as_micros()).fetch_all(db.read()).await.context("old recordings")?;
    rows.iter().map(recording).collect()
}

/// Holds or lets go; true when that changed something.
pub async fn hold(
    tx: &mut Tx,
    id: RecordingId,
    held: bool,
    who: PersonId,
    why: &str,
    now: Timestamp,
) -> Result<bool> {
    let done =
        sqlx::query(HOLD).bind(id.get()).bind(i64::from(held)).execute(&mut **tx).await.context("holding")?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    tx.journal(Entry {
        at: now,
        who: Some(who),
        room: "recordings",
        subject: id.to_string(),
        kind: if held { "held" } else { "let_go" },
        payload: serde_json::json!({ "why": why }),
    });
    Ok(true)
}

/// Writes down that the file is gone; false when somebody has held it meanwhile.
pub async fn deleted(tx: &mut Tx, id: RecordingId, now: Timestamp) -> Result<bool> {
    let query = sqlx::query(DELETED).bind(id.get()).bind(now.as_micros());
    let done = query.execute(&mut **tx).await.context("deleting an old recording")?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    let payload = serde_json::json!({ "why": "retention" });
    tx.journal(Entry {
        at: now,
        who: None,
        room: "recordings",
        subject: id.to_string(),
        kind: "deleted",
        payload,
    });
    Ok(true)
}

fn recording(row: &db::Row) -> Result<Recording> {
    let time =
        |column| Ok::<_, sqlx::Error>(row.try_get::<Option<i64>, _>(column)?.map(Timestamp::from_micros));
    Ok(Recording {
        id: RecordingId(row.try_get("id")?),
        call: CallId(row.try_get("call")?),
        file: row.try_get("file")?,
        started: Timestamp::from_micros(row.try_get("started_at")?),
        sealed: time("sealed_at")?,
        duration_ms: row.try_get("duration_ms")?,
        bytes: row.try_get("bytes")?,
        sha256: row.try_get("sha256")?,
        lost_ms: row.try_get("lost_ms")?,
        held: row.try_get::<i64, _>("held")? != 0,
        deleted: time("deleted_at")?,
    })
}
