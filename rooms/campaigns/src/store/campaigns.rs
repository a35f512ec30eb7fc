//! Campaigns as rows.

use anyhow::Context;
use db::{Db, Tx};
use kernel::{CampaignId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::{AnyConnection, Row as _};

use crate::rules::campaign::Trouble;
use crate::rules::{Campaign, Plan, State};

const ADD: &str = "INSERT INTO campaigns_campaign (id, name, purpose, state, standing, body, created_by, created_at, version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1) ON CONFLICT DO NOTHING";
const SAVE: &str = "UPDATE campaigns_campaign SET name = $1, purpose = $2, state = $3, body = $4, version = version + 1 \
     WHERE id = $5 AND version = $6";
macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, purpose, state, standing, body, created_by, created_at, version FROM campaigns_campaign ",
            $rest
        )
    };
}
const ONE: &str = columns!("WHERE id = $1");
const STANDING: &str = columns!("WHERE standing = $1");
const RUNNING: &str = columns!("WHERE state = 'running' ORDER BY id");
const PAGE: &str = columns!("WHERE (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT $3");

#[derive(Serialize, Deserialize)]
struct Body {
    plan: Plan,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trouble: Option<Trouble>,
}

fn body(campaign: &Campaign) -> anyhow::Result<String> {
    Ok(serde_json::to_string(&Body { plan: campaign.plan.clone(), trouble: campaign.trouble })?)
}

fn read(row: &db::Row) -> anyhow::Result<Campaign> {
    let text: String = row.try_get("body")?;
    let Body { plan, trouble } = serde_json::from_str(&text).context("a campaign as kept")?;
    let state: String = row.try_get("state")?;
    Ok(Campaign {
        id: CampaignId(row.try_get("id")?),
        name: row.try_get("name")?,
        purpose: row.try_get("purpose")?,
        state: State::parse(&state).with_context(|| format!("{state} is no state of a campaign"))?,
        plan,
        standing: row.try_get("standing")?,
        created_by: row.try_get::<Option<i64>, _>("created_by")?.map(PersonId),
        created_at: Timestamp::from_micros(row.try_get("created_at")?),
        trouble,
        version: row.try_get("version")?,
    })
}

/// False when another room's campaign of this name is there already.
pub async fn add(tx: &mut Tx, campaign: &Campaign) -> anyhow::Result<bool> {
    let done = sqlx::query(ADD)
        .bind(campaign.id.get())
        .bind(&campaign.name)
        .bind(&campaign.purpose)
        .bind(campaign.state.word())
        .bind(&campaign.standing)
        .bind(body(campaign)?)
        .bind(campaign.created_by.map(PersonId::get))
        .bind(campaign.created_at.as_micros())
        .execute(&mut **tx)
        .await
        .context("a new campaign")?;
    Ok(done.rows_affected() > 0)
}

/// False when somebody else was faster.
pub async fn save(tx: &mut Tx, campaign: &Campaign) -> anyhow::Result<bool> {
    let done = sqlx::query(SAVE)
        .bind(&campaign.name)
        .bind(&campaign.purpose)
        .bind(campaign.state.word())
        .bind(body(campaign)?)
        .bind(campaign.id.get())
        .bind(campaign.version)
        .execute(&mut **tx)
        .await
        .with_context(|| format!("keeping {}", campaign.id))?;
    Ok(done.rows_affected() > 0)
}

pub async fn one(connection: &mut AnyConnection, id: CampaignId) -> anyhow::Result<Option<Campaign>> {
    let row = sqlx::query(ONE).bind(id.get()).fetch_optional(connection).await;
    row.with_context(|| format!("reading {id}"))?.as_ref().map(read).transpose()
}

/// The same outside a change.
pub async fn get(db: &Db, id: CampaignId) -> anyhow::Result<Option<Campaign>> {
    let row = sqlx::query(ONE).bind(id.get()).fetch_optional(db.read()).await;
    row.with_context(|| format!("reading {id}"))?.as_ref().map(read).transpose()
}

pub async fn standing(tx: &mut Tx, name: &str) -> anyhow::Result<Option<Campaign>> {
    let row = sqlx::query(STANDING).bind(name).fetch_optional(&mut **tx).await;
    row.context("a standing campaign")?.as_ref().map(read).transpose()
}

pub async fn running(db: &Db) -> anyhow::Result<Vec<Campaign>> {
    let rows = sqlx::query(RUNNING).fetch_all(db.read()).await.context("campaigns that run")?;
    rows.iter().map(read).collect()
}

/// The newest first.
pub async fn page(
    db: &Db,
    before: Option<(Timestamp, CampaignId)>,
    limit: i64,
) -> anyhow::Result<Vec<Campaign>> {
    let (at, id) = before.unwrap_or((Timestamp::MAX, CampaignId(i64::MAX)));
    let query = sqlx::query(PAGE).bind(at.as_micros()).bind(id.get()).bind(limit);
    query.fetch_all(db.read()).await.context("campaigns")?.iter().map(read).collect()
}
