//! The platforms, their secrets, and which of their requests were here.

use anyhow::Context;
use db::{Db, Row, Tx};
use kernel::{PersonId, PlatformId, Timestamp};
use sqlx::Row as _;

use crate::rules::Platform;
use crate::rules::platform::State;

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT id, code, name, url, secret, old_secret, old_until, state, mapping, created_by, created_at, version \
             FROM government_platform ",
            $rest
        )
    };
}

const ONE: &str = columns!("WHERE id = $1 AND state <> 'removed'");
const BY_CODE: &str = columns!("WHERE code = $1 AND state <> 'removed'");
const LIST: &str = columns!("WHERE state IN ('active', 'paused') ORDER BY id LIMIT 100");
const LOCK: &str = "UPDATE government_platform SET version = version WHERE id = $1";
const COUNT: &str =
    "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM government_platform WHERE state IN ('active', 'paused')";
const ADD: &str = "INSERT INTO government_platform (id, code, name, url, secret, old_secret, old_until, state, mapping, \
     created_by, created_at, version) VALUES ($1, $2, $3, $4, $5, '', 0, 'active', $6, $7, $8, 1)";
const SAVE: &str = "UPDATE government_platform SET name = $1, url = $2, secret = $3, old_secret = $4, old_until = $5, \
     state = $6, mapping = $7, version = version + 1 WHERE id = $8 AND version = $9";
const NONCE: &str = "INSERT INTO government_nonce (platform, nonce, at) VALUES ($1, $2, $3) \
     ON CONFLICT (platform, nonce) DO NOTHING";
const FORGET_NONCES: &str = "DELETE FROM government_nonce WHERE at < $1";
const SEALED: &str = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM government_platform \
     WHERE state IN ('active', 'paused') AND secret <> ''";
const FORGET_SECRETS: &str = "UPDATE government_platform SET secret = '', old_secret = '', version = version + 1 \
     WHERE state IN ('active', 'paused') AND secret <> ''";

fn platform(row: &Row) -> anyhow::Result<Platform> {
    let word = |name: &str| -> anyhow::Result<String> { Ok(row.try_get(name)?) };
    let state = word("state")?;
    let by: Option<i64> = row.try_get("created_by")?;
    Ok(Platform {
        id: PlatformId(row.try_get("id")?),
        code: word("code")?,
        name: word("name")?,
        url: word("url")?,
        secret: word("secret")?,
        old_secret: word("old_secret")?,
        old_until: Timestamp::from_micros(row.try_get("old_until")?),
        state: State::of(&state).with_context(|| format!("the state {state}"))?,
        mapping: serde_json::from_str(&word("mapping")?).context("the mapping of a platform")?,
        created_by: by.map(PersonId),
        created_at: Timestamp::from_micros(row.try_get("created_at")?),
        version: row.try_get("version")?,
    })
}

pub async fn list(db: &Db) -> anyhow::Result<Vec<Platform>> {
    let rows = sqlx::query(LIST).fetch_all(db.read()).await.context("the platforms")?;
    rows.iter().map(platform).collect()
}

pub async fn read(db: &Db, id: PlatformId) -> anyhow::Result<Option<Platform>> {
    let row = sqlx::query(ONE).bind(id.get()).fetch_optional(db.read()).await;
    row.with_context(|| format!("reading {id}"))?.as_ref().map(platform).transpose()
}

pub async fn by_code(db: &Db, code: &str) -> anyhow::Result<Option<Platform>> {
    let row = sqlx::query(BY_CODE).bind(code).fetch_optional(db.read()).await;
    row.context("looking for a platform")?.as_ref().map(platform).transpose()
}

/// Locked, for a change.
pub async fn one(tx: &mut Tx, id: PlatformId) -> anyhow::Result<Option<Platform>> {
    sqlx::query(LOCK).bind(id.get()).execute(&mut **tx).await.with_context(|| format!("locking {id}"))?;
    let row = sqlx::query(ONE).bind(id.get()).fetch_optional(&mut **tx).await;
    row.with_context(|| format!("reading {id}"))?.as_ref().map(platform).transpose()
}

/// Not locked, within a change.
pub async fn seen(tx: &mut Tx, id: PlatformId) -> anyhow::Result<Option<Platform>> {
    let row = sqlx::query(ONE).bind(id.get()).fetch_optional(&mut **tx).await;
    row.with_context(|| format!("reading {id}"))?.as_ref().map(platform).transpose()
}

/// Whether another has this code.
pub async fn is_taken(tx: &mut Tx, code: &str) -> anyhow::Result<bool> {
    let row =
        sqlx::query(BY_CODE).bind(code).fetch_optional(&mut **tx).await.context("looking for a code")?;
    Ok(row.is_some())
}

pub async fn count(tx: &mut Tx) -> anyhow::Result<i64> {
    let row = sqlx::query(COUNT).fetch_one(&mut **tx).await.context("counting platforms")?;
    Ok(row.try_get("n")?)
}

pub async fn add(tx: &mut Tx, new: &Platform) -> anyhow::Result<()> {
    let add = sqlx::query(ADD)
        .bind(new.id.get())
        .bind(&new.code)
        .bind(&new.name)
        .bind(&new.url)
        .bind(&new.secret)
        .bind(serde_json::to_string(&new.mapping)?)
        .bind(new.created_by.map(PersonId::get))
        .bind(new.created_at.as_micros());
    add.execute(&mut **tx).await.context("keeping a platform")?;
    Ok(())
}

/// False when somebody else was faster.
pub async fn save(tx: &mut Tx, one: &Platform) -> anyhow::Result<bool> {
    let save = sqlx::query(SAVE)
        .bind(&one.name)
        .bind(&one.url)
        .bind(&one.secret)
        .bind(&one.old_secret)
        .bind(one.old_until.as_micros())
        .bind(one.state.as_str())
        .bind(serde_json::to_string(&one.mapping)?)
        .bind(one.id.get())
        .bind(one.version);
    let saved = save.execute(&mut **tx).await.with_context(|| format!("keeping {}", one.id))?;
    Ok(saved.rows_affected() > 0)
}

/// False when this request was here before.
pub async fn is_new(tx: &mut Tx, id: PlatformId, nonce: &str, at: Timestamp) -> anyhow::Result<bool> {
    let add = sqlx::query(NONCE).bind(id.get()).bind(nonce).bind(at.as_micros()).execute(&mut **tx).await;
    Ok(add.context("keeping a nonce")?.rows_affected() > 0)
}

pub async fn forget_nonces(tx: &mut Tx, before: Timestamp) -> anyhow::Result<()> {
    let forget = sqlx::query(FORGET_NONCES).bind(before.as_micros()).execute(&mut **tx).await;
    forget.context("forgetting nonces")?;
    Ok(())
}

/// How many have a sealed secret.
pub async fn sealed(db: &Db) -> anyhow::Result<i64> {
    let row = sqlx::query(SEALED).fetch_one(db.read()).await.context("counting sealed secrets")?;
    Ok(row.try_get("n")?)
}

/// When their key is lost: none of them is believed or told before it has a new secret.
pub async fn forget_secrets(tx: &mut Tx) -> anyhow::Result<u64> {
    let forget = sqlx::query(FORGET_SECRETS).execute(&mut **tx).await.context("forgetting secrets")?;
    Ok(forget.rows_affected())
}
