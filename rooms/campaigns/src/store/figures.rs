//! How far a campaign has come.

use std::collections::BTreeMap;

use anyhow::Context;
use db::{Db, Text, Tx};
use kernel::{CampaignId, Timestamp};
use serde::Serialize;
use sqlx::Row as _;
use utoipa::ToSchema;

/// Of how many people what is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Progress {
    pub people: u64,
    pub waiting: u64,
    pub calling: u64,
    pub done: u64,
    /// Of those done, by what came of it.
    pub outcomes: BTreeMap<String, u64>,
    /// Of those waiting, how many were tried before.
    pub tried: u64,
}

const GROUPS: Text = db::in_ids!(
    "SELECT campaign, state, COALESCE(outcome, '') AS outcome, COUNT(*) AS count FROM campaigns_target WHERE campaign IN ",
    " GROUP BY campaign, state, outcome"
);
const LEFT: &str =
    "SELECT 1 AS one FROM campaigns_target WHERE campaign = $1 AND state IN ('waiting', 'calling') LIMIT 1";
const PEOPLE: &str = "SELECT COUNT(*) AS count FROM campaigns_target WHERE campaign = $1";

pub async fn progress(db: &Db, campaigns: &[CampaignId]) -> anyhow::Result<BTreeMap<CampaignId, Progress>> {
    let query = sqlx::query(GROUPS.of(db.kind())).bind(db::ids(campaigns.iter().map(|id| id.get())));
    let rows = query.fetch_all(db.read()).await.context("how far campaigns have come")?;
    let mut found: BTreeMap<CampaignId, Progress> = BTreeMap::new();
    for row in rows {
        let progress = found.entry(CampaignId(row.try_get("campaign")?)).or_default();
        let count = u64::try_from(row.try_get::<i64, _>("count")?).unwrap_or(0);
        let (state, outcome): (String, String) = (row.try_get("state")?, row.try_get("outcome")?);
        progress.people += count;
        match state.as_str() {
            "waiting" => {
                progress.waiting += count;
                progress.tried += if outcome.is_empty() { 0 } else { count };
            }
            "calling" => progress.calling += count,
            _ => {
                progress.done += count;
                *progress.outcomes.entry(outcome).or_default() += count;
            }
        }
    }
    Ok(found)
}

/// Whether somebody is still to be called.
pub async fn anybody_left(tx: &mut Tx, campaign: CampaignId) -> anyhow::Result<bool> {
    let row = sqlx::query(LEFT).bind(campaign.get()).fetch_optional(&mut **tx).await;
    Ok(row.context("who is left")?.is_some())
}

pub async fn people(tx: &mut Tx, campaign: CampaignId) -> anyhow::Result<u64> {
    let row = sqlx::query(PEOPLE).bind(campaign.get()).fetch_one(&mut **tx).await.context("who is in it")?;
    Ok(u64::try_from(row.try_get::<i64, _>("count")?).unwrap_or(0))
}

/// What attempts came to in a stretch of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Bar {
    /// When the stretch begins.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub outcome: String,
    pub count: u64,
}

const SPAN: &str = "SELECT MIN(ended_at) AS first, MAX(ended_at) AS last FROM campaigns_attempt WHERE campaign = $1 AND ended_at IS NOT NULL";
const BARS: &str = "SELECT (ended_at - $2) / $3 AS place, outcome, COUNT(*) AS count FROM campaigns_attempt \
     WHERE campaign = $1 AND ended_at IS NOT NULL AND outcome IS NOT NULL GROUP BY (ended_at - $2) / $3, outcome ORDER BY 1, outcome";
const STEPS_S: [i64; 8] = [10, 60, 300, 900, 3_600, 14_400, 86_400, 604_800];
const BARS_MAX: i64 = 40;

/// Attempts over time, in at most forty stretches.
pub async fn over_time(db: &Db, campaign: CampaignId) -> anyhow::Result<Vec<Bar>> {
    let row = sqlx::query(SPAN).bind(campaign.get()).fetch_one(db.read()).await.context("when it called")?;
    let (first, last): (Option<i64>, Option<i64>) = (row.try_get("first")?, row.try_get("last")?);
    let (Some(first), Some(last)) = (first, last) else { return Ok(Vec::new()) };
    let fits = STEPS_S.into_iter().find(|step| (last - first) / (step * 1_000_000) < BARS_MAX);
    let step = fits.unwrap_or(604_800) * 1_000_000;
    let first = first - first.rem_euclid(step);
    let rows = sqlx::query(BARS).bind(campaign.get()).bind(first).bind(step).fetch_all(db.read()).await;
    let bar = |row: &db::Row| {
        Ok(Bar {
            at: Timestamp::from_micros(first + row.try_get::<i64, _>("place")? * step),
            outcome: row.try_get("outcome")?,
            count: u64::try_from(row.try_get::<i64, _>("count")?).unwrap_or(0),
        })
    };
    rows.context("attempts over time")?.iter().map(bar).collect()
}
