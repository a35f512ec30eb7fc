//! What is kept of people's second factors; their secrets sealed.

use anyhow::Context;
use db::{Db, Tx};
use kernel::PersonId;
use serde_json::json;
use sqlx::{AnyConnection, Row};
use web::{App, Chance};

use crate::http::entry;
use crate::rules::second_factor::Factor;
use crate::seal::{MARK, Sealer};

const READ: &str = "SELECT totp_secret, totp_pending, totp_step FROM people_person WHERE id = $1";
const REQUIRED: &str = "SELECT COUNT(*) AS roles FROM people_person_role pr JOIN people_role r ON r.name = pr.role \
     WHERE pr.person = $1 AND r.second_factor = 1";
const WRITE: &str =
    "UPDATE people_person SET totp_secret = $1, totp_pending = $2, totp_step = $3 WHERE id = $4";

pub async fn read(
    connection: &mut AnyConnection,
    sealer: &Sealer,
    person: PersonId,
) -> anyhow::Result<Factor> {
    let row = sqlx::query(READ).bind(person.get()).fetch_optional(connection).await;
    let Some(row) = row.with_context(|| format!("reading the second factor of {person}"))? else {
        return Ok(Factor::default());
    };
    let open = |sealed: Option<String>| sealed.map(|sealed| sealer.open(person, &sealed)).transpose();
    Ok(Factor {
        secret: open(row.try_get("totp_secret")?)?,
        pending: open(row.try_get("totp_pending")?)?,
        last_step: row.try_get("totp_step")?,
    })
}

/// Whether one of the person's roles demands it.
pub async fn required(connection: &mut AnyConnection, person: PersonId) -> anyhow::Result<bool> {
    let row = sqlx::query(REQUIRED).bind(person.get()).fetch_one(connection).await;
    Ok(row.with_context(|| format!("reading the roles of {person}"))?.try_get::<i64, _>("roles")? > 0)
}

pub async fn write(
    tx: &mut Tx,
    sealer: &Sealer,
    chance: &dyn Chance,
    person: PersonId,
    factor: &Factor,
) -> anyhow::Result<()> {
    let seal =
        |text: &Option<String>| text.as_deref().map(|text| sealer.seal(chance, person, text)).transpose();
    sqlx::query(WRITE)
        .bind(seal(&factor.secret)?)
        .bind(seal(&factor.pending)?)
        .bind(factor.last_step)
        .bind(person.get())
        .execute(&mut **tx)
        .await
        .with_context(|| format!("keeping the second factor of {person}"))?;
    Ok(())
}

const STEP: &str = "UPDATE people_person SET totp_step = $1 WHERE id = $2";

/// A code of this step was accepted, and none up to it will be again.
pub async fn used(tx: &mut Tx, person: PersonId, step: i64) -> anyhow::Result<()> {
    let update = sqlx::query(STEP).bind(step).bind(person.get()).execute(&mut **tx).await;
    update.with_context(|| format!("keeping the step of {person}"))?;
    Ok(())
}

const TAKE: &str =
    "UPDATE people_person SET totp_secret = NULL, totp_pending = NULL, totp_step = NULL WHERE id = $1";

/// Nothing is left of it, not even what was offered.
pub async fn take(tx: &mut Tx, person: PersonId) -> anyhow::Result<()> {
    let taken = sqlx::query(TAKE).bind(person.get()).execute(&mut **tx).await;
    taken.with_context(|| format!("taking the second factor of {person}"))?;
    Ok(())
}

const KEPT: &str = "SELECT id, totp_secret, totp_pending FROM people_person \
     WHERE totp_secret IS NOT NULL OR totp_pending IS NOT NULL ORDER BY id";
const SEAL: &str = "UPDATE people_person SET totp_secret = $1, totp_pending = $2 WHERE id = $3";

struct Kept {
    person: PersonId,
    texts: [Option<String>; 2],
}

async fn kept(connection: &mut AnyConnection) -> anyhow::Result<Vec<Kept>> {
    let rows = sqlx::query(KEPT).fetch_all(connection).await.context("reading the second factors")?;
    let one = |row: &db::Row| {
        let texts = [row.try_get("totp_secret")?, row.try_get("totp_pending")?];
        Ok(Kept { person: PersonId(row.try_get("id")?), texts })
    };
    rows.iter().map(one).collect()
}

/// How many people's second factors are sealed: without the key they are lost.
pub async fn sealed(db: &Db) -> anyhow::Result<usize> {
    let mut connection = db.read().acquire().await?;
    let is_sealed = |kept: &Kept| kept.texts.iter().flatten().any(|text| text.starts_with(MARK));
    Ok(kept(&mut connection).await?.iter().filter(|kept| is_sealed(kept)).count())
}

/// To be called at the start: seals what an earlier version kept as it is, and makes sure that the key opens everything else.
/// Returns how many people's were sealed.
///
/// # Errors
/// When something was sealed with another key.
pub async fn seal_all(db: &Db, sealer: &Sealer, chance: &dyn Chance) -> anyhow::Result<usize> {
    let mut tx = db.begin().await?;
    let mut newly = 0;
    for Kept { person, texts } in kept(&mut tx).await? {
        let plain = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.starts_with(MARK));
        let any = texts.iter().any(plain);
        let mut sealed = Vec::with_capacity(2);
        for text in &texts {
            sealed.push(match text {
                Some(text) if text.starts_with(MARK) => {
                    sealer.open(person, text)?;
                    Some(text.clone())
                }
                Some(text) => Some(sealer.seal(chance, person, text)?),
                None => None,
            });
        }
        if let ([secret, pending], true) = (sealed.as_slice(), any) {
            let update =
                sqlx::query(SEAL).bind(secret.as_deref()).bind(pending.as_deref()).bind(person.get());
            update
                .execute(&mut *tx)
                .await
                .with_context(|| format!("sealing the second factor of {person}"))?;
            newly += 1;
        }
    }
    tx.commit().await?;
    Ok(newly)
}

/// Takes everybody's second factor: for when the key is lost. Where a role demands one, the next sign-in asks to set it up anew.
pub async fn forget(app: &App) -> anyhow::Result<usize> {
    let mut tx = app.db.begin().await?;
    let all = kept(&mut tx).await?;
    for Kept { person, .. } in &all {
        take(&mut tx, *person).await?;
        let why = json!({ "why": "key_lost" });
        tx.journal(entry(app.now(), None, *person, "second_factor_taken", why));
    }
    tx.commit().await?;
    Ok(all.len())
}
