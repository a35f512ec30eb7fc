//! What people set, kept in whole versions: the newest is in force, none is changed or deleted.
//!
//! A room has one table for all it keeps so, with exactly these columns:
//!
//! ```sql
//! CREATE TABLE orders_config (
//!   kind TEXT NOT NULL,
//!   version BIGINT NOT NULL,
//!   at BIGINT NOT NULL,
//!   who BIGINT,
//!   body TEXT NOT NULL,
//!   PRIMARY KEY (kind, version)
//! );
//! ```

use std::collections::HashMap;

use anyhow::Context;
use kernel::{PersonId, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::{AnyConnection, Row as _};

use crate::{Db, Row, Tx};

/// What is kept in versions: `impl Config for Settings { const TABLE: Table = db::versions!("orders"); … }`.
pub trait Config: Serialize + DeserializeOwned {
    const TABLE: Table;
    /// Which of the room's: `settings`.
    const KIND: &'static str;

    /// Before anybody has set anything.
    fn initial() -> anyhow::Result<Self>;
}

/// The SQL of one room's table; [`versions!`](crate::versions) makes it.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    pub newest: &'static str,
    pub all: &'static str,
    pub one: &'static str,
    pub add: &'static str,
    pub list: &'static str,
}

/// `versions!("orders")` is the table `orders_config`.
#[macro_export]
macro_rules! versions {
    ($room:literal) => {
        $crate::config::Table {
            newest: concat!(
                "SELECT version, body FROM ",
                $room,
                "_config WHERE kind = $1 ORDER BY version DESC LIMIT 1"
            ),
            all: concat!(
                "SELECT one.kind, one.version, one.body FROM (SELECT kind, MAX(version) AS version FROM ",
                $room,
                "_config GROUP BY kind) AS newest JOIN ",
                $room,
                "_config AS one ON one.kind = newest.kind AND one.version = newest.version"
            ),
            one: concat!("SELECT version, body FROM ", $room, "_config WHERE kind = $1 AND version = $2"),
            add: concat!(
                "INSERT INTO ",
                $room,
                "_config (kind, version, at, who, body) SELECT CAST($1 AS TEXT), CAST($2 AS BIGINT), \
                 CAST($3 AS BIGINT), CAST($4 AS BIGINT), CAST($5 AS TEXT) WHERE $2 - 1 = \
                 (SELECT COALESCE(MAX(version), 0) FROM ",
                $room,
                "_config WHERE kind = $1) ON CONFLICT (kind, version) DO NOTHING"
            ),
            list: concat!(
                "SELECT version, at, who FROM ",
                $room,
                "_config WHERE kind = $1 ORDER BY version DESC LIMIT $2"
            ),
        }
    };
}

/// One version of it; 0 is what the product begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versioned<T> {
    pub value: T,
    pub version: i64,
}

/// What is in force, in the change that decides by it.
pub async fn now<T: Config>(connection: &mut AnyConnection) -> anyhow::Result<Versioned<T>> {
    let row = sqlx::query(T::TABLE.newest).bind(T::KIND).fetch_optional(connection).await;
    row.with_context(|| format!("reading the {}", T::KIND))?.map_or_else(initial, |row| of(&row))
}

/// What is in force, outside a change.
pub async fn read<T: Config>(db: &Db) -> anyhow::Result<Versioned<T>> {
    let row = sqlx::query(T::TABLE.newest).bind(T::KIND).fetch_optional(db.read()).await;
    row.with_context(|| format!("reading the {}", T::KIND))?.map_or_else(initial, |row| of(&row))
}

/// As it was.
pub async fn at<T: Config>(db: &Db, version: i64) -> anyhow::Result<Option<Versioned<T>>> {
    let row = sqlx::query(T::TABLE.one).bind(T::KIND).bind(version).fetch_optional(db.read()).await;
    row.with_context(|| format!("reading version {version} of the {}", T::KIND))?
        .map(|row| of(&row))
        .transpose()
}

/// All that a room has in force, in one query, to be taken out one by one.
#[derive(Debug)]
pub struct InForce {
    /// Version and body by kind.
    rows: HashMap<String, (i64, String)>,
}

impl InForce {
    pub async fn now(table: Table, connection: &mut AnyConnection) -> anyhow::Result<InForce> {
        InForce::of(sqlx::query(table.all).fetch_all(connection).await)
    }

    pub async fn read(table: Table, db: &Db) -> anyhow::Result<InForce> {
        InForce::of(sqlx::query(table.all).fetch_all(db.read()).await)
    }

    fn of(rows: sqlx::Result<Vec<Row>>) -> anyhow::Result<InForce> {
        let one = |row: &Row| Ok((row.try_get("kind")?, (row.try_get("version")?, row.try_get("body")?)));
        let rows = rows.context("reading what is in force")?.iter().map(one).collect::<anyhow::Result<_>>();
        Ok(InForce { rows: rows? })
    }

    pub fn get<T: Config>(&self) -> anyhow::Result<Versioned<T>> {
        self.rows.get(T::KIND).map_or_else(initial, |(version, body)| parsed(*version, body))
    }
}

fn initial<T: Config>() -> anyhow::Result<Versioned<T>> {
    Ok(Versioned { value: T::initial()?, version: 0 })
}

fn of<T: Config>(row: &Row) -> anyhow::Result<Versioned<T>> {
    parsed(row.try_get("version")?, &row.try_get::<String, _>("body")?)
}

fn parsed<T: Config>(version: i64, body: &str) -> anyhow::Result<Versioned<T>> {
    let value = serde_json::from_str(body).with_context(|| format!("the {} as kept", T::KIND))?;
    Ok(Versioned { value, version })
}

/// The next version after `before`. False when that is not the newest any more: nothing is kept then.
pub async fn put<T: Config>(
    tx: &mut Tx,
    value: &T,
    before: i64,
    who: Option<PersonId>,
    at: Timestamp,
) -> anyhow::Result<bool> {
    let body = serde_json::to_string(value)?;
    let Some(version) = before.checked_add(1) else { return Ok(false) };
    let add = sqlx::query(T::TABLE.add).bind(T::KIND).bind(version).bind(at.as_micros());
    let done = add.bind(who.map(PersonId::get)).bind(body).execute(&mut **tx).await;
    Ok(done.with_context(|| format!("keeping the {}", T::KIND))?.rows_affected() > 0)
}

/// Who changed it when, newest first.
pub async fn versions<T: Config>(
    db: &Db,
    limit: i64,
) -> anyhow::Result<Vec<(i64, Timestamp, Option<PersonId>)>> {
    let rows = sqlx::query(T::TABLE.list).bind(T::KIND).bind(limit).fetch_all(db.read()).await;
    let one = |row: &Row| {
        let who: Option<i64> = row.try_get("who")?;
        Ok((row.try_get("version")?, Timestamp::from_micros(row.try_get("at")?), who.map(PersonId)))
    };
    rows.with_context(|| format!("the versions of the {}", T::KIND))?.iter().map(one).collect()
}
