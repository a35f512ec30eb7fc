//! Questions to the journal, each answered along an index.

use anyhow::Context;
use db::{Db, Text};
use kernel::{JournalId, PersonId, Timestamp};
use serde_json::Value;
use sqlx::Row;

/// One line of the journal.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub id: JournalId,
    pub at: Timestamp,
    pub who: Option<PersonId>,
    pub room: String,
    pub subject: String,
    pub kind: String,
    pub payload: Value,
    pub hash: String,
}

/// Which lines: all that are given must hold. Newest first, older than `before`.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub who: Option<PersonId>,
    pub subject: Option<String>,
    pub room: Option<String>,
    /// Together with a room.
    pub kind: Option<String>,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
    pub before: Option<JournalId>,
    pub limit: i64,
}

/// Times become line numbers first: lines are numbered in order of commit, which is the order of time but for the
/// moments in which two changes overlap; so the span of numbers is taken wide and the times are compared as well.
const SPAN: &str = "SELECT COALESCE(MIN(id), 0) AS first, COALESCE(MAX(id), 0) AS last FROM db_journal \
     WHERE at >= $1 AND at < $2";

macro_rules! lines {
    ($by:literal) => {
        concat!(
            "SELECT id, at, who, room, subject, kind, payload, hash FROM db_journal WHERE ",
            $by,
            " id >= $1 AND id < $2 AND at >= $3 AND at < $4 \
             AND ($5 = 0 OR who = $5) AND ($6 = '' OR subject = $6) AND ($7 = '' OR room = $7) AND ($8 = '' OR kind = $8) \
             ORDER BY id DESC LIMIT $9"
        )
    };
}
/// One text per index that may lead: the database would otherwise have to guess with the filter unknown.
const BY_SUBJECT: &str = lines!("subject = $6 AND");
const BY_WHO: &str = lines!("who = $5 AND");
const BY_KIND: &str = lines!("room = $7 AND kind = $8 AND");
const BY_ID: &str = lines!("");

/// Up to `limit + 1` lines, newest first.
pub async fn lines(db: &Db, filter: &Filter) -> anyhow::Result<Vec<Line>> {
    let (from, to) = (filter.from.unwrap_or(Timestamp::MIN), filter.to.unwrap_or(Timestamp::MAX));
    let (mut first, mut before) = (0, filter.before.map_or(i64::MAX, JournalId::get));
    if filter.from.is_some() || filter.to.is_some() {
        let span = sqlx::query(SPAN).bind(from.as_micros()).bind(to.as_micros()).fetch_one(db.read()).await;
        let span = span.context("finding a span of the journal")?;
        first = span.try_get("first")?;
        before = before.min(span.try_get::<i64, _>("last")?.saturating_add(1));
    }
    let sql = match filter {
        Filter { subject: Some(_), .. } => BY_SUBJECT,
        Filter { who: Some(_), .. } => BY_WHO,
        Filter { room: Some(_), kind: Some(_), .. } => BY_KIND,
        _ => BY_ID,
    };
    let rows = sqlx::query(sql)
        .bind(first)
        .bind(before)
        .bind(from.as_micros())
        .bind(to.as_micros())
        .bind(filter.who.map_or(0, PersonId::get))
        .bind(filter.subject.as_deref().unwrap_or_default())
        .bind(filter.room.as_deref().unwrap_or_default())
        .bind(filter.kind.as_deref().unwrap_or_default())
        .bind(filter.limit + 1)
        .fetch_all(db.read())
        .await
        .context("reading the journal")?;
    rows.iter().map(line).collect()
}

const AFTER: &str = "SELECT id, at, who, room, subject, kind, payload, hash FROM db_journal WHERE id > $1 ORDER BY id LIMIT $2";

/// Up to `limit` lines behind this one, in order, for rooms that follow the journal. Lines are numbered in order of commit
/// and without gaps: none appears later in front of one that was read.
pub async fn after(db: &Db, place: JournalId, limit: i64) -> anyhow::Result<Vec<Line>> {
    let rows = sqlx::query(AFTER).bind(place.get()).bind(limit).fetch_all(db.read()).await;
    rows.context("following the journal")?.iter().map(line).collect()
}

const END: &str = "SELECT journal FROM db_head WHERE id = 1";

/// The line behind which to begin, for what was written at or after an instant.
pub async fn place_before(db: &Db, at: Timestamp) -> anyhow::Result<JournalId> {
    let span = sqlx::query(SPAN).bind(at.as_micros()).bind(i64::MAX).fetch_one(db.read()).await;
    let first: i64 = span.context("finding a place in the journal")?.try_get("first")?;
    if first > 0 {
        return Ok(JournalId(first - 1));
    }
    let end = sqlx::query(END).fetch_one(db.read()).await.context("the end of the journal")?;
    Ok(JournalId(end.try_get("journal")?))
}

fn line(row: &db::Row) -> anyhow::Result<Line> {
    let payload: String = row.try_get("payload")?;
    Ok(Line {
        id: JournalId(row.try_get("id")?),
        at: Timestamp::from_micros(row.try_get("at")?),
        who: row.try_get::<Option<i64>, _>("who")?.map(PersonId),
        room: row.try_get("room")?,
        subject: row.try_get("subject")?,
        kind: row.try_get("kind")?,
        payload: serde_json::from_str(&payload).unwrap_or(Value::String(payload)),
        hash: row.try_get("hash")?,
    })
}

const ABOUT: Text = db::in_texts!(
    "SELECT id, at, who, room, subject, kind, payload, hash FROM db_journal WHERE subject IN ",
    " AND room = $2 ORDER BY id"
);

/// Everything that a room has written about these subjects, the oldest first.
pub async fn about(db: &Db, room: &str, subjects: &[String]) -> anyhow::Result<Vec<Line>> {
    let query = sqlx::query(ABOUT.of(db.kind())).bind(serde_json::to_string(subjects)?).bind(room);
    query.fetch_all(db.read()).await.context("reading the journal")?.iter().map(line).collect()
}

/// Steps from one kind to the next along the index, so that millions of lines cost as much as there are kinds.
const NEXT_KIND: &str =
    "SELECT room, kind FROM db_journal WHERE (room, kind) > ($1, $2) ORDER BY room, kind LIMIT 1";

/// The rooms and kinds that occur.
pub async fn kinds(db: &Db) -> anyhow::Result<Vec<(String, String)>> {
    const KINDS_MAX: usize = 1_000;
    let mut kinds: Vec<(String, String)> = Vec::new();
    while kinds.len() < KINDS_MAX {
        let (room, kind) = kinds.last().cloned().unwrap_or_default();
        let next = sqlx::query(NEXT_KIND).bind(room).bind(kind).fetch_optional(db.read()).await;
        let Some(row) = next.context("reading the kinds of the journal")? else { break };
        kinds.push((row.try_get("room")?, row.try_get("kind")?));
    }
    Ok(kinds)
}
