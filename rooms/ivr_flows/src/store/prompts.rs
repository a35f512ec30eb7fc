//! Uploaded prompts.

use anyhow::Context;
use db::{Db, Tx};
use kernel::{PersonId, PromptId, Timestamp};
use serde_json::json;
use sqlx::Row;

use super::{By, FlowsPublished, entry};

/// An uploaded prompt without its sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    pub id: PromptId,
    /// As flows name it.
    pub name: String,
    pub text: Option<String>,
    pub duration_ms: u64,
    /// SHA-256 of the WAV file, hexadecimal.
    pub hash: String,
    pub at: Timestamp,
}

const ALL: &str = "SELECT id, name, text, duration_ms, hash, at FROM ivr_flows_prompts ORDER BY name";
const GET: &str = "SELECT id, name, text, duration_ms, hash, at FROM ivr_flows_prompts WHERE id = $1";
const AUDIO: &str = "SELECT audio FROM ivr_flows_prompts WHERE id = $1";
const PUT: &str = "INSERT INTO ivr_flows_prompts (id, name, text, duration_ms, hash, audio, at, who) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (name) DO NOTHING";
const REPLACE: &str = "UPDATE ivr_flows_prompts SET text = $1, duration_ms = $2, hash = $3, audio = $4, at = $5, who = $6 \
     WHERE name = $7 RETURNING id";
const DELETE: &str = "DELETE FROM ivr_flows_prompts WHERE id = $1";

fn prompt_of(row: &db::Row) -> anyhow::Result<Prompt> {
    Ok(Prompt {
        id: PromptId(row.try_get("id")?),
        name: row.try_get("name")?,
        text: row.try_get("text")?,
        duration_ms: u64::try_from(row.try_get::<i64, _>("duration_ms")?).unwrap_or(0),
        hash: row.try_get("hash")?,
        at: Timestamp::from_micros(row.try_get("at")?),
    })
}

pub async fn all(db: &Db) -> anyhow::Result<Vec<Prompt>> {
    let rows = sqlx::query(ALL).fetch_all(db.read()).await.context("reading the prompts")?;
    rows.iter().map(prompt_of).collect()
}

pub async fn get(db: &Db, id: PromptId) -> anyhow::Result<Option<Prompt>> {
    let row = sqlx::query(GET).bind(id.get()).fetch_optional(db.read()).await;
    row.with_context(|| format!("reading {id}"))?.as_ref().map(prompt_of).transpose()
}

/// The WAV file.
pub async fn audio(db: &Db, id: PromptId) -> anyhow::Result<Option<Vec<u8>>> {
    let row = sqlx::query(AUDIO).bind(id.get()).fetch_optional(db.read()).await;
    let row = row.with_context(|| format!("reading the sound of {id}"))?;
    Ok(row.map(|row| row.try_get("audio")).transpose()?)
}

/// Keeps a prompt under its name; with `replace` in place of the one that has the name. `None`: the name is taken.
pub async fn put(
    tx: &mut Tx,
    prompt: &Prompt,
    wav: Vec<u8>,
    replace: bool,
    by: &By,
) -> anyhow::Result<Option<PromptId>> {
    let failed = || format!("keeping the prompt {}", prompt.name);
    let duration = i64::try_from(prompt.duration_ms).unwrap_or(i64::MAX);
    let who = by.person.map(PersonId::get);
    let now = prompt.at;
    let payload = json!({ "name": prompt.name, "hash": prompt.hash, "duration_ms": prompt.duration_ms });
    if replace {
        let row = sqlx::query(REPLACE)
            .bind(prompt.text.as_deref())
            .bind(duration)
            .bind(prompt.hash.as_str())
            .bind(wav.as_slice())
            .bind(now.as_micros())
            .bind(who)
            .bind(prompt.name.as_str())
            .fetch_optional(&mut **tx)
            .await
            .with_context(failed)?;
        if let Some(row) = row {
            let id = PromptId(row.try_get("id")?);
            tx.journal(entry(by, now, id.to_string(), "prompt_replaced", payload));
            tx.emit(now, &FlowsPublished { flow: None })?;
            return Ok(Some(id));
        }
    }
    let added = sqlx::query(PUT)
        .bind(prompt.id.get())
        .bind(prompt.name.as_str())
        .bind(prompt.text.as_deref())
        .bind(duration)
        .bind(prompt.hash.as_str())
        .bind(wav)
        .bind(now.as_micros())
        .bind(who)
        .execute(&mut **tx)
        .await
        .with_context(failed)?;
    if added.rows_affected() == 0 {
        return Ok(None);
    }
    tx.journal(entry(by, now, prompt.id.to_string(), "prompt_added", payload));
    // It may stand in front of a prompt of the house with the same name.
    tx.emit(now, &FlowsPublished { flow: None })?;
    Ok(Some(prompt.id))
}

pub async fn delete(tx: &mut Tx, prompt: &Prompt, by: &By, now: Timestamp) -> anyhow::Result<bool> {
    let gone = sqlx::query(DELETE).bind(prompt.id.get()).execute(&mut **tx).await;
    if gone.with_context(|| format!("deleting {}", prompt.id))?.rows_affected() == 0 {
        return Ok(false);
    }
    let payload = json!({ "name": prompt.name, "hash": prompt.hash });
    tx.journal(entry(by, now, prompt.id.to_string(), "prompt_deleted", payload));
    tx.emit(now, &FlowsPublished { flow: None })?;
    Ok(true)
}
