//! Who is to be called, as rows.

use anyhow::Context;
use db::{Db, Tx};
use kernel::{CampaignId, TargetId, Timestamp};
use sqlx::{AnyConnection, Row as _};

use crate::rules::{Outcome, Stage, Target};

const ADD: &str = "INSERT INTO campaigns_target (id, campaign, once, number, about, known, state, outcome, tries, due_at, \
     changed_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, 0, $8, $9, 1) ON CONFLICT DO NOTHING";
const SAVE: &str = "UPDATE campaigns_target SET state = $1, outcome = $2, tries = $3, due_at = $4, changed_at = $5, \
     version = version + 1 WHERE id = $6 AND version = $7";
macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT id, campaign, once, number, about, known, state, outcome, tries, due_at, version FROM campaigns_target ",
            $rest
        )
    };
}
const ONE: &str = columns!("WHERE id = $1");
const ONCE: &str = columns!("WHERE campaign = $1 AND once = $2");
const DUE: &str =
    columns!("WHERE campaign = $1 AND state = 'waiting' AND due_at <= $2 ORDER BY due_at, id LIMIT $3");
const PAGE: &str = columns!("WHERE campaign = $1 AND id > $2 ORDER BY id LIMIT $3");
const PAGE_OF_STATE: &str = columns!(
    "WHERE campaign = $1 AND state = $4 AND ($5 = '' OR outcome = $5) AND id > $2 ORDER BY id LIMIT $3"
);
const PAGE_OF_OUTCOME: &str =
    columns!("WHERE campaign = $1 AND outcome = $4 AND id > $2 ORDER BY id LIMIT $3");
const WITHDRAW: &str = "UPDATE campaigns_target SET state = 'done', outcome = 'withdrawn', changed_at = $1, version = version + 1 \
     WHERE campaign = $2 AND state = 'waiting'";

fn read(row: &db::Row) -> anyhow::Result<Target> {
    let known: String = row.try_get("known")?;
    let stage: String = row.try_get("state")?;
    let outcome: Option<String> = row.try_get("outcome")?;
    Ok(Target {
        id: TargetId(row.try_get("id")?),
        campaign: CampaignId(row.try_get("campaign")?),
        once: row.try_get("once")?,
        number: row.try_get("number")?,
        about: row.try_get("about")?,
        known: serde_json::from_str(&known).context("the values of a target")?,
        stage: Stage::parse(&stage).with_context(|| format!("{stage} is no state of a target"))?,
        outcome: outcome.as_deref().and_then(Outcome::parse),
        tries: u32::try_from(row.try_get::<i64, _>("tries")?).unwrap_or(0),
        due: Timestamp::from_micros(row.try_get("due_at")?),
        version: row.try_get("version")?,
    })
}

/// False when somebody is in it already under this name.
pub async fn add(tx: &mut Tx, target: &Target, now: Timestamp) -> anyhow::Result<bool> {
    let done = sqlx::query(ADD)
        .bind(target.id.get())
        .bind(target.campaign.get())
        .bind(&target.once)
        .bind(&target.number)
        .bind(&target.about)
        .bind(serde_json::to_string(&target.known)?)
        .bind(target.stage.word())
        .bind(target.due.as_micros())
        .bind(now.as_micros())
        .execute(&mut **tx)
        .await
        .context("somebody to be called")?;
    Ok(done.rows_affected() > 0)
}

/// False when somebody else was faster.
pub async fn save(tx: &mut Tx, target: &Target, now: Timestamp) -> anyhow::Result<bool> {
    let done = sqlx::query(SAVE)
        .bind(target.stage.word())
        .bind(target.outcome.map(Outcome::word))
        .bind(i64::from(target.tries))
        .bind(target.due.as_micros())
        .bind(now.as_micros())
        .bind(target.id.get())
        .bind(target.version)
        .execute(&mut **tx)
        .await
        .with_context(|| format!("keeping {}", target.id))?;
    Ok(done.rows_affected() > 0)
}

pub async fn one(connection: &mut AnyConnection, id: TargetId) -> anyhow::Result<Option<Target>> {
    let row = sqlx::query(ONE).bind(id.get()).fetch_optional(connection).await;
    row.with_context(|| format!("reading {id}"))?.as_ref().map(read).transpose()
}

pub async fn get(db: &Db, id: TargetId) -> anyhow::Result<Option<Target>> {
    let row = sqlx::query(ONE).bind(id.get()).fetch_optional(db.read()).await;
    row.with_context(|| format!("reading {id}"))?.as_ref().map(read).transpose()
}

pub async fn once(tx: &mut Tx, campaign: CampaignId, once: &str) -> anyhow::Result<Option<Target>> {
    let row = sqlx::query(ONCE).bind(campaign.get()).bind(once).fetch_optional(&mut **tx).await;
    row.context("somebody by name")?.as_ref().map(read).transpose()
}

/// Who may be called now, the longest due first.
pub async fn due(
    tx: &mut Tx,
    campaign: CampaignId,
    now: Timestamp,
    limit: i64,
) -> anyhow::Result<Vec<Target>> {
    let query = sqlx::query(DUE).bind(campaign.get()).bind(now.as_micros()).bind(limit);
    query.fetch_all(&mut **tx).await.context("who is due")?.iter().map(read).collect()
}

/// Nobody who waits is called any more. How many that were.
pub async fn withdraw_all(tx: &mut Tx, campaign: CampaignId, now: Timestamp) -> anyhow::Result<u64> {
    let done = sqlx::query(WITHDRAW).bind(now.as_micros()).bind(campaign.get()).execute(&mut **tx).await;
    Ok(done.context("withdrawing who waits")?.rows_affected())
}

/// What is looked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    pub stage: Option<Stage>,
    pub outcome: Option<Outcome>,
    pub after: Option<TargetId>,
}

/// In the order in which they were put in.
pub async fn page(db: &Db, campaign: CampaignId, filter: Filter, limit: i64) -> anyhow::Result<Vec<Target>> {
    let text = match (filter.stage, filter.outcome) {
        (Some(_), _) => PAGE_OF_STATE,
        (None, Some(_)) => PAGE_OF_OUTCOME,
        (None, None) => PAGE,
    };
    let after = filter.after.map_or(0, TargetId::get);
    let mut query = sqlx::query(text).bind(campaign.get()).bind(after).bind(limit);
    let outcome = filter.outcome.map_or("", Outcome::word);
    match filter.stage {
        Some(stage) => query = query.bind(stage.word()).bind(outcome),
        None if filter.outcome.is_some() => query = query.bind(outcome),
        None => {}
    }
    query.fetch_all(db.read()).await.context("who is in a campaign")?.iter().map(read).collect()
}
