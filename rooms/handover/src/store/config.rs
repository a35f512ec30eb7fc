//! Settings: whole versions, of which the newest is in force.

use anyhow::Context;
use db::{Db, Tx};
use kernel::{PersonId, Timestamp};
use sqlx::{AnyConnection, Row as _};

use crate::rules::Settings;

const NEWEST: &str = "SELECT version, body FROM handover_settings ORDER BY version DESC LIMIT 1";
const ADD: &str = "INSERT INTO handover_settings (version, at, who, body) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (version) DO NOTHING";

/// What is in force, and its version; 0 is what the product begins with.
pub async fn now(connection: &mut AnyConnection) -> anyhow::Result<(Settings, i64)> {
    let row = sqlx::query(NEWEST).fetch_optional(connection).await;
    of(row.context("reading the settings of handovers")?.as_ref())
}

/// The same outside a change.
pub async fn read(db: &Db) -> anyhow::Result<(Settings, i64)> {
    let row = sqlx::query(NEWEST).fetch_optional(db.read()).await;
    of(row.context("reading the settings of handovers")?.as_ref())
}

fn of(row: Option<&db::Row>) -> anyhow::Result<(Settings, i64)> {
    let Some(row) = row else { return Ok((Settings::default(), 0)) };
    let body: String = row.try_get("body")?;
    let settings = serde_json::from_str(&body).context("the settings of handovers as kept")?;
    Ok((settings, row.try_get("version")?))
}

/// The next version after `before`. False when somebody else was faster.
pub async fn put(
    tx: &mut Tx,
    settings: &Settings,
    before: i64,
    who: PersonId,
    at: Timestamp,
) -> anyhow::Result<bool> {
    let add = sqlx::query(ADD).bind(before + 1).bind(at.as_micros()).bind(who.get());
    let done = add.bind(serde_json::to_string(settings)?).execute(&mut **tx).await;
    Ok(done.context("keeping the settings of handovers")?.rows_affected() > 0)
}
