//! Secret addresses of calendars: kept as SHA-256, one for each person.

use anyhow::Context;
use db::{Db, Tx};
use kernel::{PersonId, Timestamp};
use sqlx::Row as _;

/// Whose calendar it is, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feed {
    pub person: PersonId,
    pub made_at: Timestamp,
    pub used_at: Option<Timestamp>,
}

const OF: &str = "SELECT person, made_at, used_at FROM departments_feed WHERE person = $1";
const BY_TOKEN: &str = "SELECT person, made_at, used_at FROM departments_feed WHERE token_hash = $1";
const PUT: &str = "INSERT INTO departments_feed (person, token_hash, made_at) VALUES ($1, $2, $3) \
     ON CONFLICT (person) DO UPDATE SET token_hash = excluded.token_hash, made_at = excluded.made_at, used_at = NULL";
const REMOVE: &str = "DELETE FROM departments_feed WHERE person = $1";
const USED: &str = "UPDATE departments_feed SET used_at = $2 WHERE person = $1";

fn feed_of(row: &db::Row) -> anyhow::Result<Feed> {
    Ok(Feed {
        person: PersonId(row.try_get("person")?),
        made_at: Timestamp::from_micros(row.try_get("made_at")?),
        used_at: row.try_get::<Option<i64>, _>("used_at")?.map(Timestamp::from_micros),
    })
}

pub async fn of(db: &Db, person: PersonId) -> anyhow::Result<Option<Feed>> {
    let row = sqlx::query(OF).bind(person.get()).fetch_optional(db.read()).await;
    row.context("reading a calendar's address")?.as_ref().map(feed_of).transpose()
}

pub async fn by_token(db: &Db, hash: &str) -> anyhow::Result<Option<Feed>> {
    let row = sqlx::query(BY_TOKEN).bind(hash).fetch_optional(db.read()).await;
    row.context("looking a calendar up")?.as_ref().map(feed_of).transpose()
}

/// A new address; the one before is no longer good.
pub async fn put(tx: &mut Tx, person: PersonId, hash: &str, at: Timestamp) -> anyhow::Result<()> {
    let put = sqlx::query(PUT).bind(person.get()).bind(hash).bind(at.as_micros());
    put.execute(&mut **tx).await.context("keeping a calendar's address")?;
    Ok(())
}

/// False when there was none.
pub async fn remove(tx: &mut Tx, person: PersonId) -> anyhow::Result<bool> {
    let done = sqlx::query(REMOVE).bind(person.get()).execute(&mut **tx).await;
    Ok(done.context("taking a calendar's address away")?.rows_affected() > 0)
}

pub async fn used(tx: &mut Tx, person: PersonId, at: Timestamp) -> anyhow::Result<()> {
    let used = sqlx::query(USED).bind(person.get()).bind(at.as_micros()).execute(&mut **tx).await;
    used.context("noting that a calendar was fetched")?;
    Ok(())
}
