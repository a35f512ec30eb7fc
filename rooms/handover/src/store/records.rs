//! Records of handovers: one for each end of a shift, changed by whoever has read it last.

use anyhow::Context;
use db::{Db, Row, Tx};
use kernel::{HandoverId, Timestamp};
use sqlx::{AnyConnection, Row as _};

use crate::rules::Record;

macro_rules! columns {
    ($rest:literal) => {
        concat!("SELECT id, alarmed_at, body, version FROM handover_record ", $rest)
    };
}

const ONE: &str = columns!("WHERE id = $1");
const LATEST: &str = columns!("ORDER BY ends DESC LIMIT 1");
const BEFORE: &str = columns!("WHERE ends < $1 ORDER BY ends DESC LIMIT $2");
// Few are ever open: the one that runs, the one before, and what was forgotten.
const OPEN: &str = columns!("WHERE state <> 'signed_in' ORDER BY ends LIMIT 50");
const COVERING: &str = columns!("WHERE ends > $1 ORDER BY ends LIMIT 1");
const ADD: &str = "INSERT INTO handover_record (id, begins, ends, state, alarmed_at, body, version) \
     VALUES ($1, $2, $3, $4, NULL, $5, 1) ON CONFLICT (ends) DO NOTHING";
const SAVE: &str = "UPDATE handover_record SET state = $1, alarmed_at = $2, body = $3, version = version + 1 \
     WHERE id = $4 AND version = $5";

/// Begins it. False when there is one for this end.
pub async fn add(tx: &mut Tx, record: &Record) -> anyhow::Result<bool> {
    let add = sqlx::query(ADD).bind(record.id.get()).bind(record.begins.as_micros());
    let add = add.bind(record.ends.as_micros()).bind(record.state.word());
    let done = add.bind(serde_json::to_string(record)?).execute(&mut **tx).await;
    Ok(done.with_context(|| format!("beginning the handover {}", record.number))?.rows_affected() > 0)
}

/// Keeps it as it is now. False when somebody else was faster than whoever read `record.version`.
pub async fn save(tx: &mut Tx, record: &Record) -> anyhow::Result<bool> {
    let save = sqlx::query(SAVE).bind(record.state.word()).bind(record.alarmed_at.map(Timestamp::as_micros));
    let save = save.bind(serde_json::to_string(record)?).bind(record.id.get()).bind(record.version);
    let done = save.execute(&mut **tx).await;
    Ok(done.with_context(|| format!("keeping the handover {}", record.number))?.rows_affected() > 0)
}

pub async fn one(connection: &mut AnyConnection, id: HandoverId) -> anyhow::Result<Option<Record>> {
    let row = sqlx::query(ONE).bind(id.get()).fetch_optional(connection).await;
    row.context("looking for a handover")?.as_ref().map(record).transpose()
}

/// The same outside a change.
pub async fn read(db: &Db, id: HandoverId) -> anyhow::Result<Option<Record>> {
    let row = sqlx::query(ONE).bind(id.get()).fetch_optional(db.read()).await;
    row.context("looking for a handover")?.as_ref().map(record).transpose()
}

/// The one that ends last.
pub async fn latest(db: &Db) -> anyhow::Result<Option<Record>> {
    let row = sqlx::query(LATEST).fetch_optional(db.read()).await;
    row.context("the latest handover")?.as_ref().map(record).transpose()
}

/// Those that end before, the latest first.
pub async fn before(db: &Db, ends: Timestamp, limit: i64) -> anyhow::Result<Vec<Record>> {
    let rows = sqlx::query(BEFORE).bind(ends.as_micros()).bind(limit).fetch_all(db.read()).await;
    rows.context("earlier handovers")?.iter().map(record).collect()
}

/// Those that are not signed by both, the earliest first.
pub async fn open(db: &Db) -> anyhow::Result<Vec<Record>> {
    let rows = sqlx::query(OPEN).fetch_all(db.read()).await;
    rows.context("handovers that nobody has signed")?.iter().map(record).collect()
}

/// The record of the shift in which this instant lies: the first that ends later.
pub async fn covering(connection: &mut AnyConnection, at: Timestamp) -> anyhow::Result<Option<Record>> {
    let row = sqlx::query(COVERING).bind(at.as_micros()).fetch_optional(connection).await;
    row.context("the handover of an instant")?.as_ref().map(record).transpose()
}

fn record(row: &Row) -> anyhow::Result<Record> {
    let body: String = row.try_get("body")?;
    let record: Record = serde_json::from_str(&body).context("a handover as kept")?;
    let alarmed_at = row.try_get::<Option<i64>, _>("alarmed_at")?.map(Timestamp::from_micros);
    Ok(Record { alarmed_at, version: row.try_get("version")?, ..record })
}
