//! Records of handovers: one for each end of a shift, changed by whoever has read it last.

use anyhow::Context;
use db::{Db, Row, Tx};
use kernel::{GroupId, HandoverId, Timestamp};
use sqlx::{AnyConnection, Row as _};

use crate::rules::Record;

macro_rules! columns {
    ($rest:literal) => {
        concat!("SELECT id, alarmed_at, body, version FROM handover_record ", $rest)
    };
}

const ONE: &str = columns!("WHERE id = $1");
const LATEST: &str = columns!("WHERE COALESCE(team, 0) = $1 ORDER BY ends DESC LIMIT 1");
const BEFORE: &str = columns!("WHERE COALESCE(team, 0) = $1 AND ends < $2 ORDER BY ends DESC LIMIT $3");
const PAGE: &str = columns!("WHERE (ends, id) < ($1, $2) ORDER BY ends DESC, id DESC LIMIT $3");
const PAGE_OF: &str =
    columns!("WHERE COALESCE(team, 0) = $1 AND (ends, id) < ($2, $3) ORDER BY ends DESC, id DESC LIMIT $4");
// Few are ever open: those that run, those before, and what was forgotten.
const OPEN: &str = columns!("WHERE state <> 'signed_in' ORDER BY ends, id LIMIT 500");
const CURRENT: &str = columns!("WHERE ends > $1 ORDER BY ends, id LIMIT 100");
const COVERING: &str = columns!("WHERE COALESCE(team, 0) = $1 AND ends > $2 ORDER BY ends LIMIT 1");
const ADD: &str = "INSERT INTO handover_record (id, begins, ends, state, alarmed_at, team, body, version) \
     VALUES ($1, $2, $3, $4, NULL, $5, $6, 1) ON CONFLICT DO NOTHING";
const SAVE: &str = "UPDATE handover_record SET state = $1, alarmed_at = $2, body = $3, version = version + 1 \
     WHERE id = $4 AND version = $5";

/// None is the centre's.
fn key(team: Option<GroupId>) -> i64 {
    team.map_or(0, GroupId::get)
}

/// Begins it. False when there is one for this end and team.
pub async fn add(tx: &mut Tx, record: &Record) -> anyhow::Result<bool> {
    let add = sqlx::query(ADD).bind(record.id.get()).bind(record.begins.as_micros());
    let add = add.bind(record.ends.as_micros()).bind(record.state.word());
    let add = add.bind(record.scope.team().map(GroupId::get));
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

/// A team's that ends last; without a team the centre's.
pub async fn latest(db: &Db, team: Option<GroupId>) -> anyhow::Result<Option<Record>> {
    let row = sqlx::query(LATEST).bind(key(team)).fetch_optional(db.read()).await;
    row.context("the latest handover")?.as_ref().map(record).transpose()
}

/// A team's that end before, the latest first.
pub async fn before(
    db: &Db,
    team: Option<GroupId>,
    ends: Timestamp,
    limit: i64,
) -> anyhow::Result<Vec<Record>> {
    let query = sqlx::query(BEFORE).bind(key(team)).bind(ends.as_micros()).bind(limit);
    let rows = query.fetch_all(db.read()).await;
    rows.context("earlier handovers")?.iter().map(record).collect()
}

/// A page of everybody's, or of one team's, behind a place; the latest first.
pub async fn page(
    db: &Db,
    team: Option<Option<GroupId>>,
    (ends, id): (Timestamp, i64),
    limit: i64,
) -> anyhow::Result<Vec<Record>> {
    let query = match team {
        Some(team) => sqlx::query(PAGE_OF).bind(key(team)),
        None => sqlx::query(PAGE),
    };
    let rows = query.bind(ends.as_micros()).bind(id).bind(limit).fetch_all(db.read()).await;
    rows.context("a page of handovers")?.iter().map(record).collect()
}

/// Those of the shift that works now: the centre's and its teams'.
pub async fn current(db: &Db, now: Timestamp) -> anyhow::Result<Vec<Record>> {
    let rows = sqlx::query(CURRENT).bind(now.as_micros()).fetch_all(db.read()).await;
    rows.context("the handovers of this shift")?.iter().map(record).collect()
}

/// Those that are not signed by both, the earliest first.
pub async fn open(db: &Db) -> anyhow::Result<Vec<Record>> {
    let rows = sqlx::query(OPEN).fetch_all(db.read()).await;
    rows.context("handovers that nobody has signed")?.iter().map(record).collect()
}

/// A team's record of the shift in which this instant lies: the first that ends later.
pub async fn covering(
    connection: &mut AnyConnection,
    team: Option<GroupId>,
    at: Timestamp,
) -> anyhow::Result<Option<Record>> {
    let row = sqlx::query(COVERING).bind(key(team)).bind(at.as_micros()).fetch_optional(connection).await;
    row.context("the handover of an instant")?.as_ref().map(record).transpose()
}

fn record(row: &Row) -> anyhow::Result<Record> {
    let body: String = row.try_get("body")?;
    let record: Record = serde_json::from_str(&body).context("a handover as kept")?;
    let alarmed_at = row.try_get::<Option<i64>, _>("alarmed_at")?.map(Timestamp::from_micros);
    Ok(Record { alarmed_at, version: row.try_get("version")?, ..record })
}
