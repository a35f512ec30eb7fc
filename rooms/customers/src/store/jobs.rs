//! Imports as they are kept, and the accounts that are there already.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use db::{Db, Row, Text, Tx, in_texts};
use kernel::{CustomerId, PersonId, Timestamp};
use sqlx::Row as _;

use crate::rules::job::{Detail, Job, JobKind, JobState};

const ADD: &str =
    "INSERT INTO customers_job (id, kind, state, at, who, title, detail) VALUES ($1, $7, $2, $3, $4, $5, $6)";
const SAVE: &str = "UPDATE customers_job SET state = $1, detail = $2 WHERE id = $3";
const ONE: &str =
    "SELECT id, kind, state, at, who, title, detail, files FROM customers_job WHERE id = $1 AND kind = $2";
const LIST: &str = "SELECT id, kind, state, at, who, title, detail, files FROM customers_job WHERE kind = $1 \
     ORDER BY id DESC LIMIT 20";
const OLD: &str = "SELECT id, kind, state, at, who, title, detail, files FROM customers_job WHERE files = 1 AND at < $1 \
     ORDER BY at LIMIT 200";
const FORGET: &str = "UPDATE customers_job SET state = $1, detail = $2, files = 0 WHERE id = $3";
const STRANDED: &str = "UPDATE customers_job SET state = 'failed' WHERE state = 'running'";
const KNOWN: Text = in_texts!("SELECT number, party FROM customers_account WHERE number IN ", "");

pub async fn add(tx: &mut Tx, job: &Job) -> Result<()> {
    let detail = serde_json::to_string(&job.detail).context("an import's detail")?;
    let add = sqlx::query(ADD).bind(job.id).bind(job.state.as_str()).bind(job.at.as_micros());
    add.bind(job.who.get())
        .bind(&job.title)
        .bind(detail)
        .bind(job.kind.as_str())
        .execute(&mut **tx)
        .await
        .context("keeping a job")?;
    Ok(())
}

pub async fn save(tx: &mut Tx, job: &Job) -> Result<()> {
    let detail = serde_json::to_string(&job.detail).context("an import's detail")?;
    let save = sqlx::query(SAVE).bind(job.state.as_str()).bind(detail).bind(job.id);
    save.execute(&mut **tx).await.context("keeping a job")?;
    Ok(())
}

pub async fn one(db: &Db, kind: JobKind, id: i64) -> Result<Option<Job>> {
    let row = sqlx::query(ONE)
        .bind(id)
        .bind(kind.as_str())
        .fetch_optional(db.read())
        .await
        .context("reading a job")?;
    row.as_ref().map(job).transpose()
}

/// The newest first.
pub async fn list(db: &Db, kind: JobKind) -> Result<Vec<Job>> {
    let rows = sqlx::query(LIST).bind(kind.as_str()).fetch_all(db.read()).await.context("listing jobs")?;
    rows.iter().map(job).collect()
}

/// Jobs that a process took with it when it ended.
pub async fn strand(db: &Db) -> Result<()> {
    let mut tx = db.begin().await?;
    sqlx::query(STRANDED).execute(&mut *tx).await.context("closing jobs")?;
    tx.commit().await
}

/// Imports begun before this are no longer to be run, and the rows shown of them are forgotten, but for those at work. Their
/// files are the caller's to take away.
pub async fn forget(db: &Db, before: Timestamp, at_work: impl Fn(i64) -> bool) -> Result<usize> {
    let old = sqlx::query(OLD).bind(before.as_micros()).fetch_all(db.read()).await;
    let old: Vec<Job> = old.context("looking for old imports")?.iter().map(job).collect::<Result<_>>()?;
    let mut forgotten = 0;
    let mut tx = db.begin().await?;
    for mut job in old.into_iter().filter(|job| !at_work(job.id)) {
        job.detail.sample.clear();
        job.detail.problems.clear();
        if job.state != JobState::Done {
            job.state = JobState::Expired;
        }
        let detail = serde_json::to_string(&job.detail).context("an import's detail")?;
        let forget = sqlx::query(FORGET).bind(job.state.as_str()).bind(detail).bind(job.id);
        forget.execute(&mut *tx).await.context("forgetting an import")?;
        forgotten += 1;
    }
    tx.commit().await?;
    Ok(forgotten)
}

/// Whose these accounts are, of those that are there.
pub async fn known(db: &Db, numbers: &[&str]) -> Result<BTreeMap<String, CustomerId>> {
    let list = serde_json::to_string(numbers).context("account numbers")?;
    let rows = sqlx::query(KNOWN.of(db.kind()))
        .bind(list)
        .fetch_all(db.read())
        .await
        .context("looking for accounts")?;
    rows.iter().map(|row| Ok((row.try_get("number")?, CustomerId(row.try_get("party")?)))).collect()
}

fn job(row: &Row) -> Result<Job> {
    let (state, detail): (String, String) = (row.try_get("state")?, row.try_get("detail")?);
    let kind: String = row.try_get("kind")?;
    Ok(Job {
        id: row.try_get("id")?,
        kind: JobKind::parse(&kind).with_context(|| format!("a job of the kind {kind}"))?,
        state: JobState::parse(&state).with_context(|| format!("a job in the state {state}"))?,
        at: Timestamp::from_micros(row.try_get("at")?),
        who: PersonId(row.try_get("who")?),
        title: row.try_get("title")?,
        detail: serde_json::from_str::<Detail>(&detail).unwrap_or_default(),
        files: row.try_get::<i64, _>("files")? == 1,
    })
}
