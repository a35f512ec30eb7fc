//! Sub-types, limits and settings: whole versions, of which the newest is in force.

use anyhow::Context;
use db::{Db, Tx};
use deadlines::Profile;
use kernel::{PersonId, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::{AnyConnection, Row};

use crate::rules::Kinds;
use crate::rules::settings::{Limits, Settings};

/// What is kept in versions.
pub trait Config: Serialize + DeserializeOwned + Sized {
    const KIND: &'static str;

    /// Before anybody has set anything.
    fn initial() -> Self;
}

impl Config for Kinds {
    const KIND: &'static str = "kinds";
    fn initial() -> Self {
        Kinds::default()
    }
}

impl Config for Limits {
    const KIND: &'static str = "limits";
    fn initial() -> Self {
        Limits::of(Profile::gas())
    }
}

impl Config for Settings {
    const KIND: &'static str = "settings";
    fn initial() -> Self {
        Settings::default()
    }
}

/// One version of it; 0 is what the product begins with.
#[derive(Clone, Debug, PartialEq)]
pub struct Versioned<T> {
    pub value: T,
    pub version: i64,
}

const NEWEST: &str =
    "SELECT version, body FROM work_orders_config WHERE kind = $1 ORDER BY version DESC LIMIT 1";
const ADD: &str = "INSERT INTO work_orders_config (kind, version, at, who, body) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (kind, version) DO NOTHING";

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

fn of<T: Config>(row: Option<&db::Row>) -> anyhow::Result<Versioned<T>> {
    let Some(row) = row else { return Ok(Versioned { value: T::initial(), version: 0 }) };
    let body: String = row.try_get("body")?;
    let value = serde_json::from_str(&body).with_context(|| format!("the {} as kept", T::KIND))?;
    Ok(Versioned { value, version: row.try_get("version")? })
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
