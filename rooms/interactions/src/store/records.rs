//! Records of calls, kept and read one by one.

use anyhow::Context;
use db::{Db, Row, Text, Tx};
use kernel::{CallId, GroupId, PersonId, Timestamp};
use sqlx::{AnyConnection, Row as _};

use super::contacts;
use crate::rules::record::Release;
use crate::rules::{Draft, Record, State};

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT call, agent, group_id, direction, number, at, state, body, tree, edition, overdue_at, \
             completed_at, released_at, released_by, release_why, writer, seq, saved_at, version \
             FROM interactions_record ",
            $rest
        )
    };
}
pub(super) use columns;

const ONE: &str = columns!("WHERE call = $1 AND agent = $2");
const OF_CALL: &str = columns!("WHERE call = $1 ORDER BY at, agent LIMIT 50");
const OF_CALLS: Text = Text {
    sqlite: columns!("WHERE call IN (SELECT value FROM json_each($1))"),
    postgres: columns!(
        "WHERE call IN (SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST($1 AS json)))"
    ),
};
const DRAFTS: &str = columns!("WHERE agent = $1 AND state = 'draft' ORDER BY at DESC LIMIT $2");
const ADD: &str = "INSERT INTO interactions_record (group_id, direction, number, at, state, reason, result, customer, \
     body, tree, edition, overdue_at, completed_at, released_at, released_by, release_why, writer, seq, saved_at, call, agent, \
     version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, 1) \
     ON CONFLICT (call, agent) DO NOTHING";
const SAVE: &str = "UPDATE interactions_record SET group_id = $1, direction = $2, number = $3, at = $4, state = $5, \
     reason = $6, result = $7, customer = $8, body = $9, tree = $10, edition = $11, overdue_at = $12, completed_at = $13, \
     released_at = $14, released_by = $15, release_why = $16, writer = $17, seq = $18, saved_at = $19, version = version + 1 \
     WHERE call = $20 AND agent = $21 AND version = $22";
const EDITION: &str = "INSERT INTO interactions_edition (call, agent, edition, at, who, why, tree, body) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const EDITIONS: &str = "SELECT edition, at, who, why, tree, body FROM interactions_edition \
     WHERE call = $1 AND agent = $2 ORDER BY edition DESC LIMIT 100";
/// What a call is by the call records, where nobody has known it yet.
const KNOW: &str = "UPDATE interactions_record SET direction = $1, number = $2, group_id = COALESCE(group_id, $3) \
     WHERE call = $4 AND agent = $5 AND number = ''";
/// The agent has moved on from all calls but one.
const OVERDUE: &str = "UPDATE interactions_record SET overdue_at = $1 WHERE agent = $2 AND state = 'draft' \
     AND overdue_at IS NULL AND call <> $3";
const HEARD: &str = "SELECT position FROM interactions_heard WHERE one = 1";
const HEAR: &str = "INSERT INTO interactions_heard (one, position) VALUES (1, $1) \
     ON CONFLICT (one) DO UPDATE SET position = excluded.position";

pub async fn one(
    connection: &mut AnyConnection,
    call: CallId,
    agent: PersonId,
) -> anyhow::Result<Option<Record>> {
    let row = sqlx::query(ONE).bind(call.get()).bind(agent.get()).fetch_optional(connection).await;
    row.context("reading a record")?.as_ref().map(record).transpose()
}

/// Everybody's records of a call, in order of time.
pub async fn of_call(db: &Db, call: CallId) -> anyhow::Result<Vec<Record>> {
    let rows = sqlx::query(OF_CALL).bind(call.get()).fetch_all(db.read()).await;
    rows.context("the records of a call")?.iter().map(record).collect()
}

/// Everybody's records of these calls, in no particular order.
pub async fn of_calls(db: &Db, calls: &[CallId]) -> anyhow::Result<Vec<Record>> {
    let query = sqlx::query(OF_CALLS.of(db.kind())).bind(db::ids(calls.iter().map(|call| call.get())));
    query.fetch_all(db.read()).await.context("the records of calls")?.iter().map(record).collect()
}

/// An agent's drafts, newest first.
pub async fn drafts(db: &Db, agent: PersonId, limit: i64) -> anyhow::Result<Vec<Record>> {
    let rows = sqlx::query(DRAFTS).bind(agent.get()).bind(limit).fetch_all(db.read()).await;
    rows.context("an agent's drafts")?.iter().map(record).collect()
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

/// `$1` to `$21`.
fn bound<'q>(query: Query<'q>, record: &'q Record) -> anyhow::Result<Query<'q>> {
    let release = record.release.as_ref();
    Ok(query
        .bind(record.group.map(GroupId::get))
        .bind(&record.direction)
        .bind(&record.number)
        .bind(record.at.as_micros())
        .bind(record.state.as_str())
        .bind(&record.draft.reason)
        .bind(record.draft.result.map(|result| result.as_str()))
        .bind(&record.draft.customer)
        .bind(serde_json::to_string(&record.draft)?)
        .bind(record.tree)
        .bind(record.edition)
        .bind(record.overdue_at.map(Timestamp::as_micros))
        .bind(record.completed_at.map(Timestamp::as_micros))
        .bind(release.map(|release| release.at.as_micros()))
        .bind(release.map(|release| release.by.get()))
        .bind(release.map(|release| release.why.as_str()))
        .bind(&record.writer)
        .bind(record.seq)
        .bind(record.saved_at.as_micros())
        .bind(record.call.get())
        .bind(record.agent.get()))
}

/// False when there is one already.
pub async fn add(tx: &mut Tx, record: &Record) -> anyhow::Result<bool> {
    let add = bound(sqlx::query(ADD), record)?;
    let added = add.execute(&mut **tx).await.context("beginning a record")?.rows_affected() > 0;
    if added {
        contacts::changed(tx, record.call, None, &contacts::Facts::of(record)).await?;
    }
    Ok(added)
}

/// False when somebody else was faster.
pub async fn save(tx: &mut Tx, record: &Record) -> anyhow::Result<bool> {
    let was = contacts::seen(tx, record.call, record.agent).await?;
    let save = bound(sqlx::query(SAVE), record)?.bind(record.version);
    let saved = save.execute(&mut **tx).await.context("saving a record")?.rows_affected() > 0;
    if saved {
        contacts::changed(tx, record.call, was.as_ref(), &contacts::Facts::of(record)).await?;
    }
    Ok(saved)
}

/// A completed record as it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    pub edition: i64,
    pub at: Timestamp,
    pub who: PersonId,
    pub why: String,
    pub tree: i64,
    pub draft: Draft,
}

pub async fn add_edition(tx: &mut Tx, record: &Record, edition: &Edition) -> anyhow::Result<()> {
    let add = sqlx::query(EDITION)
        .bind(record.call.get())
        .bind(record.agent.get())
        .bind(edition.edition)
        .bind(edition.at.as_micros())
        .bind(edition.who.get())
        .bind(&edition.why)
        .bind(edition.tree)
        .bind(serde_json::to_string(&edition.draft)?);
    add.execute(&mut **tx).await.context("keeping an edition")?;
    Ok(())
}

/// Newest first.
pub async fn editions(db: &Db, call: CallId, agent: PersonId) -> anyhow::Result<Vec<Edition>> {
    let rows = sqlx::query(EDITIONS).bind(call.get()).bind(agent.get()).fetch_all(db.read()).await;
    let one = |row: &Row| {
        Ok(Edition {
            edition: row.try_get("edition")?,
            at: Timestamp::from_micros(row.try_get("at")?),
            who: PersonId(row.try_get("who")?),
            why: row.try_get("why")?,
            tree: row.try_get("tree")?,
            draft: serde_json::from_str(row.try_get("body")?).context("an edition as kept")?,
        })
    };
    rows.context("the editions of a record")?.iter().map(one).collect()
}

/// Begins the record of a call that an agent is on, or tells what the call is where that was not known yet.
pub async fn ensure(tx: &mut Tx, record: &Record) -> anyhow::Result<()> {
    if !add(tx, record).await? {
        let know = sqlx::query(KNOW)
            .bind(&record.direction)
            .bind(&record.number)
            .bind(record.group.map(GroupId::get))
            .bind(record.call.get())
            .bind(record.agent.get());
        let known = know.execute(&mut **tx).await.context("telling a record its call")?.rows_affected() > 0;
        // What was typed before the call was known counts from now on.
        if known && let Some(is) = contacts::seen(tx, record.call, record.agent).await? {
            contacts::changed(tx, record.call, None, &is).await?;
        }
    }
    Ok(())
}

/// Marks what this agent has left behind unfinished; `on` is the call she is still at. Says how many.
pub async fn mark_overdue(
    tx: &mut Tx,
    agent: PersonId,
    on: Option<CallId>,
    at: Timestamp,
) -> anyhow::Result<u64> {
    let mark = sqlx::query(OVERDUE).bind(at.as_micros()).bind(agent.get()).bind(on.map_or(0, CallId::get));
    Ok(mark.execute(&mut **tx).await.context("marking records overdue")?.rows_affected())
}

/// How far the desks have been followed; none before the first time.
pub async fn heard(db: &Db) -> anyhow::Result<Option<i64>> {
    let row = sqlx::query(HEARD).fetch_optional(db.read()).await.context("how far desks are followed")?;
    row.map(|row| Ok(row.try_get("position")?)).transpose()
}

pub async fn hear(tx: &mut Tx, position: i64) -> anyhow::Result<()> {
    sqlx::query(HEAR).bind(position).execute(&mut **tx).await.context("how far desks are followed")?;
    Ok(())
}

pub(super) fn record(row: &Row) -> anyhow::Result<Record> {
    let state: String = row.try_get("state")?;
    let time = |column: &str| -> anyhow::Result<Option<Timestamp>> {
        Ok(row.try_get::<Option<i64>, _>(column)?.map(Timestamp::from_micros))
    };
    let release = match (time("released_at")?, row.try_get::<Option<i64>, _>("released_by")?) {
        (Some(at), Some(by)) => {
            let why: Option<String> = row.try_get("release_why")?;
            Some(Release { at, by: PersonId(by), why: why.unwrap_or_default() })
        }
        _ => None,
    };
    Ok(Record {
        call: CallId(row.try_get("call")?),
        agent: PersonId(row.try_get("agent")?),
        group: row.try_get::<Option<i64>, _>("group_id")?.map(GroupId),
        direction: row.try_get("direction")?,
        number: row.try_get("number")?,
        at: Timestamp::from_micros(row.try_get("at")?),
        state: State::parse(&state).with_context(|| format!("a record in the state {state}"))?,
        draft: serde_json::from_str(row.try_get("body")?).context("a record as kept")?,
        tree: row.try_get("tree")?,
        edition: row.try_get("edition")?,
        overdue_at: time("overdue_at")?,
        completed_at: time("completed_at")?,
        release,
        writer: row.try_get("writer")?,
        seq: row.try_get("seq")?,
        saved_at: Timestamp::from_micros(row.try_get("saved_at")?),
        version: row.try_get("version")?,
    })
}
