//! Campaigns: listed, drafted, changed, approved, started, paused, stopped.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State as Now;
use db::{Entry, Tx};
use kernel::CampaignId;
use kernel::calendar::Calendar;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, ErrorBody, Json, Page, PageQuery, Path, Query, place, placed};

use super::views::{self, CampaignLine, CampaignView};
use crate::ROOM;
use crate::permissions::{APPROVE, PREPARE, RUN};
use crate::rules::decide::{self, May};
use crate::rules::{Act, Campaign, Plan, Refusal, State};
use crate::store::{campaigns, figures, targets};

pub fn may(actor: &Actor) -> May {
    May { prepare: actor.may(PREPARE), approve: actor.may(APPROVE), run: actor.may(RUN) }
}

/// Campaigns, the newest first.
#[utoipa::path(get, path = "/api/campaigns", tag = "campaigns", params(PageQuery),
    responses((status = 200, body = Page<CampaignLine>)))]
pub async fn list(Now(app): Now<App>, Query(page): Query<PageQuery>) -> Answer<Page<CampaignLine>> {
    let after = place("after", page.after.as_deref())?;
    let limit = page.limit();
    let found = campaigns::page(&app.db, after, limit + 1).await?;
    let page = Page::of(found, limit, |campaign| placed(campaign.created_at, campaign.id));
    let ids: Vec<CampaignId> = page.items.iter().map(|campaign| campaign.id).collect();
    let mut progress = figures::progress(&app.db, &ids).await?;
    Ok(Json(page.map(|campaign| {
        let progress = progress.remove(&campaign.id).unwrap_or_default();
        views::line(&campaign, progress)
    })))
}

async fn shown(app: &App, calendar: &Calendar, actor: &Actor, id: CampaignId) -> Answer<CampaignView> {
    let campaign = campaigns::get(&app.db, id).await?.ok_or_else(Error::not_found)?;
    let progress = figures::progress(&app.db, &[id]).await?.remove(&id).unwrap_or_default();
    let bars = figures::over_time(&app.db, id).await?;
    let now = app.now();
    let hours = (campaign.plan.open(calendar, now), campaign.plan.next(calendar, now));
    Ok(Json(views::whole(&campaign, progress, bars, may(actor), hours)))
}

/// One campaign, with how far it has come.
#[utoipa::path(get, path = "/api/campaigns/{id}", tag = "campaigns", params(("id" = String, Path)),
    responses((status = 200, body = CampaignView), (status = 404, body = ErrorBody)))]
pub async fn one(
    Now(app): Now<App>,
    Extension(calendar): Extension<Arc<Calendar>>,
    actor: Actor,
    Path(id): Path<CampaignId>,
) -> Answer<CampaignView> {
    shown(&app, &calendar, &actor, id).await
}

/// What is written when one is drafted or changed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignForm {
    name: String,
    purpose: String,
    plan: Plan,
    /// Of what was read, when it is changed.
    #[serde(default)]
    version: i64,
}

async fn check_flow(tx: &mut Tx, flow: &str) -> Result<(), Error> {
    let found = ivr_flows::store::named(tx, flow).await?;
    match found.is_some_and(|flow| flow.live.is_some()) {
        true => Ok(()),
        false => Err(Refusal::NoSuchFlow { flow: flow.to_owned() }.into()),
    }
}

/// A new one, as a draft.
#[utoipa::path(post, path = "/api/campaigns", tag = "campaigns", request_body = CampaignForm,
    responses((status = 200, body = CampaignView), (status = 422, body = ErrorBody)))]
pub async fn create(
    Now(app): Now<App>,
    Extension(calendar): Extension<Arc<Calendar>>,
    actor: Actor,
    Json(form): Json<CampaignForm>,
) -> Answer<CampaignView> {
    decide::check_words(&form.name, &form.purpose)?;
    form.plan.check()?;
    let (id, now): (CampaignId, _) = (app.id(), app.now());
    let mut tx = app.db.begin().await?;
    check_flow(&mut tx, &form.plan.flow).await?;
    let campaign = Campaign {
        id,
        name: form.name.trim().to_owned(),
        purpose: form.purpose.trim().to_owned(),
        state: State::Draft,
        plan: form.plan,
        standing: None,
        created_by: Some(actor.person),
        created_at: now,
        trouble: None,
        version: 1,
    };
    campaigns::add(&mut tx, &campaign).await?;
    let (who, payload) = (Some(actor.person), json!({ "name": campaign.name, "plan": campaign.plan }));
    tx.journal(Entry { at: now, who, room: ROOM, subject: id.to_string(), kind: "drafted", payload });
    tx.commit().await?;
    shown(&app, &calendar, &actor, id).await
}

/// Another wording or plan. What was approved keeps its purpose and its flow.
#[utoipa::path(put, path = "/api/campaigns/{id}", tag = "campaigns", params(("id" = String, Path)), request_body = CampaignForm,
    responses((status = 200, body = CampaignView), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn change(
    Now(app): Now<App>,
    Extension(calendar): Extension<Arc<Calendar>>,
    actor: Actor,
    Path(id): Path<CampaignId>,
    Json(form): Json<CampaignForm>,
) -> Answer<CampaignView> {
    let mut tx = app.db.begin().await?;
    let campaign = campaigns::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    if campaign.version != form.version {
        return Err(Error::changed_meanwhile());
    }
    let changed = decide::change(&campaign, &form.name, &form.purpose, &form.plan)?;
    check_flow(&mut tx, &changed.plan.flow).await?;
    if !campaigns::save(&mut tx, &changed).await? {
        return Err(Error::changed_meanwhile());
    }
    let payload = json!({ "name": changed.name, "plan": changed.plan });
    let (at, who, subject) = (app.now(), Some(actor.person), id.to_string());
    tx.journal(Entry { at, who, room: ROOM, subject, kind: "changed", payload });
    tx.commit().await?;
    shown(&app, &calendar, &actor, id).await
}

/// Approves, starts, pauses, stops. Who is on the line is never cut off.
#[utoipa::path(post, path = "/api/campaigns/{id}/act", tag = "campaigns", params(("id" = String, Path)), request_body = Act,
    responses((status = 200, body = CampaignView), (status = 403, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub async fn act(
    Now(app): Now<App>,
    Extension(calendar): Extension<Arc<Calendar>>,
    actor: Actor,
    Path(id): Path<CampaignId>,
    Json(act): Json<Act>,
) -> Answer<CampaignView> {
    let mut tx = app.db.begin().await?;
    let campaign = campaigns::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    let people = figures::people(&mut tx, id).await?;
    let moved = decide::decide(&campaign, act, may(&actor), people)?;
    if act == Act::Start {
        check_flow(&mut tx, &campaign.plan.flow).await?;
    }
    if !campaigns::save(&mut tx, &moved).await? {
        return Err(Error::changed_meanwhile());
    }
    let now = app.now();
    let withdrawn = match act {
        Act::Stop => targets::withdraw_all(&mut tx, id, now).await?,
        Act::Approve | Act::Start | Act::Pause => 0,
    };
    let payload = json!({ "from": campaign.state, "to": moved.state, "withdrawn": withdrawn });
    let (who, subject) = (Some(actor.person), id.to_string());
    tx.journal(Entry { at: now, who, room: ROOM, subject, kind: act.word(), payload });
    tx.commit().await?;
    shown(&app, &calendar, &actor, id).await
}
