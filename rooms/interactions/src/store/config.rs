//! Reasons, phrases and settings: whole versions, of which the newest is in force.

use anyhow::Context;
use db::{Db, Tx};
use kernel::{PersonId, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::{AnyConnection, Row};

use crate::rules::phrases::Phrases;
use crate::rules::{Settings, Tree};

/// What is kept in versions.
pub trait Config: Serialize + DeserializeOwned + Sized {
    const KIND: &'static str;

    /// Before anybody has set anything.
    fn initial() -> anyhow::Result<Self>;
}

impl Config for Tree {
    const KIND: &'static str = "reasons";
    fn initial() -> anyhow::Result<Self> {
        Ok(Tree::default())
    }
}

impl Config for Phrases {
    const KIND: &'static str = "phrases";
    fn initial() -> anyhow::Result<Self> {
        Ok(Phrases::standard()?)
    }
}

impl Config for Settings {
    const KIND: &'static str = "settings";
    fn initial() -> anyhow::Result<Self> {
        Ok(Settings::default())
    }
}

/// One version of it; 0 is what the product begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versioned<T> {
    pub value: T,
    pub version: i64,
}

const NEWEST: &str =
    "SELECT version, body FROM interactions_config WHERE kind = $1 ORDER BY version DESC LIMIT 1";
const ONE: &str = "SELECT version, body FROM interactions_config WHERE kind = $1 AND version = $2";
const ADD: &str = "INSERT INTO interactions_config (kind, version, at, who, body) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (kind, version) DO NOTHING";
const VERSIONS: &str =
    "SELECT version, at, who FROM interactions_config WHERE kind = $1 ORDER BY version DESC LIMIT $2";

/// What is in force.
pub async fn now<T: Config>(connection: &mut AnyConnection) -> anyhow::Result<Versioned<T>> {
    let row = sqlx::query(NEWEST).bind(T::KIND).fetch_optional(connection).await;
    of(row.with_context(|| format!("reading the {}", T::KIND))?.as_ref())
}

/// What is in force, outside a change.
pub async fn read<T: Config>(db: &Db) -> anyhow::Result<Versioned<T>> {
    let row = sqlx::query(NEWEST).bind(T::KIND).fetch_optional(db.read()).await;
    of(row.with_context(|| format!("reading the {}", T::KIND))?.as_ref())
}

/// As it was.
pub async fn at<T: Config>(db: &Db, version: i64) -> anyhow::Result<Option<Versioned<T>>> {
    let row = sqlx::query(ONE).bind(T::KIND).bind(version).fetch_optional(db.read()).await;
    let row = row.with_context(|| format!("reading version {version} of the {}", T::KIND))?;
    if row.is_none() { Ok(None) } else { of(row.as_ref()).map(Some) }
}

fn of<T: Config>(row: Option<&db::Row>) -> anyhow::Result<Versioned<T>> {
    match row {
        None => Ok(Versioned { value: T::initial()?, version: 0 }),
        Some(row) => {
            let body: String = row.try_get("body")?;
            let value = serde_json::from_str(&body).with_context(|| format!("the {} as kept", T::KIND))?;
            Ok(Versioned { value, version: row.try_get("version")? })
        }
    }
}

/// The next version after `before`. False when somebody else was faster.
pub async fn put<T: Config>(
    tx: &mut Tx,
    value: &T,
    before: i64,
    who: Option<PersonId>,
    at: Timestamp,
) -> anyhow::Result<bool> {
    let body = serde_json::to_string(value)?;
    let add = sqlx::query(ADD).bind(T::KIND).bind(before + 1).bind(at.as_micros());
    let done = add.bind(who.map(PersonId::get)).bind(body).execute(&mut **tx).await;
    Ok(done.with_context(|| format!("keeping the {}", T::KIND))?.rows_affected() > 0)
}

/// Who changed it when, newest first.
pub async fn versions<T: Config>(
    db: &Db,
    limit: i64,
) -> anyhow::Result<Vec<(i64, Timestamp, Option<PersonId>)>> {
    let rows = sqlx::query(VERSIONS).bind(T::KIND).bind(limit).fetch_all(db.read()).await;
    let one = |row: &db::Row| {
        let who: Option<i64> = row.try_get("who")?;
        Ok((row.try_get("version")?, Timestamp::from_micros(row.try_get("at")?), who.map(PersonId)))
    };
    rows.with_context(|| format!("the versions of the {}", T::KIND))?.iter().map(one).collect()
}
