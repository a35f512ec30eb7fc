//! What is kept of people's second factors.

use anyhow::Context;
use db::Tx;
use kernel::PersonId;
use sqlx::{AnyConnection, Row};

use crate::rules::second_factor::Factor;

const READ: &str = "SELECT totp_secret, totp_pending, totp_step FROM people_person WHERE id = $1";
const REQUIRED: &str = "SELECT COUNT(*) AS roles FROM people_person_role pr JOIN people_role r ON r.name = pr.role \
     WHERE pr.person = $1 AND r.second_factor = 1";
const WRITE: &str =
    "UPDATE people_person SET totp_secret = $1, totp_pending = $2, totp_step = $3 WHERE id = $4";

pub async fn read(connection: &mut AnyConnection, person: PersonId) -> anyhow::Result<Factor> {
    let row = sqlx::query(READ).bind(person.get()).fetch_optional(connection).await;
    let Some(row) = row.with_context(|| format!("reading the second factor of {person}"))? else {
        return Ok(Factor::default());
    };
    Ok(Factor {
        secret: row.try_get("totp_secret")?,
        pending: row.try_get("totp_pending")?,
        last_step: row.try_get("totp_step")?,
    })
}

/// Whether one of the person's roles demands it.
pub async fn required(connection: &mut AnyConnection, person: PersonId) -> anyhow::Result<bool> {
    let row = sqlx::query(REQUIRED).bind(person.get()).fetch_one(connection).await;
    Ok(row.with_context(|| format!("reading the roles of {person}"))?.try_get::<i64, _>("roles")? > 0)
}

pub async fn write(tx: &mut Tx, person: PersonId, factor: &Factor) -> anyhow::Result<()> {
    sqlx::query(WRITE)
        .bind(factor.secret.as_deref())
        .bind(factor.pending.as_deref())
        .bind(factor.last_step)
        .bind(person.get())
        .execute(&mut **tx)
        .await
        .with_context(|| format!("keeping the second factor of {person}"))?;
    Ok(())
}
