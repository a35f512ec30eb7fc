//! Outages: lists, one, acts, who is affected, figures.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State as Site;
use customers::rules::network::Kept as Element;
use customers::store::network;
use db::config;
use kernel::OutageId;
use kernel::calendar::Calendar;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, Error, ErrorBody, Json, Path, Period, Query, given, word};

use super::views::{Beside, OutageLine, OutageView, line, view};
use crate::rules::figures::Figures;
use crate::rules::greeting::Voice;
use crate::rules::{Act, Outage, Plan, Refusal, Settings, State};
use crate::store::outages::{self, Which};
use crate::store::{afters, calls, mentions, promised, recounts, told};
use crate::telephone::Menus;
use crate::{telling, work};

const PAGE: i64 = 50;

#[derive(Debug, Deserialize, IntoParams)]
pub struct Asked {
    /// `now`, `coming`, `prepared`, `past`; `now` if not given.
    which: Option<String>,
    /// So many before.
    offset: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct OutageList {
    outages: Vec<OutageLine>,
    /// The `offset` of the next page; none on the last.
    next: Option<i64>,
}

/// A page of outages.
#[utoipa::path(get, path = "/api/outages", tag = "outages", params(Asked), responses((status = 200, body = OutageList)))]
pub async fn list(
    Site(app): Site<App>,
    Extension(calendar): Extension<Arc<Calendar>>,
    Query(asked): Query<Asked>,
) -> Answer<OutageList> {
    let which = word("which", asked.which.as_deref())?.unwrap_or(Which::Now);
    let offset: i64 = given("offset", asked.offset.as_deref())?.unwrap_or(0).max(0);
    let settings = config::read::<Settings>(&app.db).await?.value;
    let voice = Voice { now: app.now(), calendar: &calendar, settings: &settings };
    let mut found = outages::list(&app.db, which, offset, PAGE + 1).await?;
    let more = i64::try_from(found.len()).unwrap_or(0) > PAGE;
    found.truncate(usize::try_from(PAGE).unwrap_or(50));
    let next = more.then_some(offset + PAGE);
    Ok(Json(OutageList { outages: found.iter().map(|outage| line(outage, voice)).collect(), next }))
}

/// What the head of the page counts.
#[derive(Debug, Serialize, ToSchema)]
pub struct NowView {
    in_progress: i64,
    coming: i64,
    restored: i64,
    /// Households without supply now.
    affected: i64,
    /// Of which the time that people were told has passed.
    stale: i64,
    /// Greetings that wait for a leader.
    greetings_waiting: i64,
    /// Liaisons, important customers and who was promised a call: to be called by now.
    to_call: i64,
    /// Restorations of which a leader says how the asking goes on.
    stuck: i64,
}

/// How it stands.
#[utoipa::path(get, path = "/api/outages/now", tag = "outages", responses((status = 200, body = NowView)))]
pub async fn now(Site(app): Site<App>, Extension(calendar): Extension<Arc<Calendar>>) -> Answer<NowView> {
    const ALL: i64 = 500;
    let settings = config::read::<Settings>(&app.db).await?.value;
    let voice = Voice { now: app.now(), calendar: &calendar, settings: &settings };
    let open = outages::list(&app.db, Which::Now, 0, ALL).await?;
    let coming = outages::list(&app.db, Which::Coming, 0, ALL).await?;
    let many = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let on: Vec<&Outage> = open.iter().filter(|outage| outage.state == State::InProgress).collect();
    let waits = open.iter().chain(&coming).filter(|outage| line(outage, voice).greeting_waits);
    let promised = promised::open(&app.db).await?.into_iter().filter(|one| one.due <= app.now()).count();
    let owed = calls::open(&app.db, app.now()).await?.len() + told::to_call(&app.db, app.now()).await?.len();
    Ok(Json(NowView {
        in_progress: many(on.len()),
        coming: many(coming.len()),
        restored: many(open.len() - on.len()),
        affected: on.iter().map(|outage| outage.counts.all).sum(),
        stale: many(on.iter().filter(|outage| outage.is_stale(app.now())).count()),
        greetings_waiting: many(waits.count()),
        to_call: many(owed + promised),
        stuck: afters::stuck(&app.db).await?,
    }))
}

async fn shown(app: &App, calendar: &Calendar, actor: &Actor, id: OutageId) -> Answer<OutageView> {
    let outage = outages::read(&app.db, id).await?.ok_or_else(Error::not_found)?;
    let settings = config::read::<Settings>(&app.db).await?.value;
    let voice = Voice { now: app.now(), calendar, settings: &settings };
    let elements: Vec<Element> = network::by_ids(&app.db, &outage.plan.area.elements).await?;
    let recounting = recounts::waits(&app.db, id).await?;
    let unapproved = telling::unapproved(&app.db, &outage).await?;
    let beside = Beside { elements, recounting, unapproved };
    Ok(Json(view(&outage, beside, work::asker(actor), voice)))
}

/// One outage.
#[utoipa::path(get, path = "/api/outages/{id}", tag = "outages", params(("id" = String, Path)),
    responses((status = 200, body = OutageView), (status = 404, body = ErrorBody)))]
pub async fn one(
    Site(app): Site<App>,
    Extension(calendar): Extension<Arc<Calendar>>,
    actor: Actor,
    Path(id): Path<OutageId>,
) -> Answer<OutageView> {
    shown(&app, &calendar, &actor, id).await
}

/// Enters one as a draft; who is affected is computed at once.
#[utoipa::path(post, path = "/api/outages", tag = "outages", request_body = Plan,
    responses((status = 200, body = OutageView), (status = 422, body = ErrorBody)))]
pub async fn enter(
    Site(app): Site<App>,
    Extension(calendar): Extension<Arc<Calendar>>,
    actor: Actor,
    Json(plan): Json<Plan>,
) -> Answer<OutageView> {
    let id = work::enter(&app, &calendar, actor.person, &plan).await?;
    shown(&app, &calendar, &actor, id).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActForm {
    act: Act,
    /// Of the outage as it was read.
    version: i64,
}

/// Does something to it: `{"act":{"act":"revise",…},"version":3}`.
#[utoipa::path(post, path = "/api/outages/{id}/act", tag = "outages", params(("id" = String, Path)), request_body = ActForm,
    responses((status = 200, body = OutageView), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn act(
    Site(app): Site<App>,
    Extension(calendar): Extension<Arc<Calendar>>,
    actor: Actor,
    Path(id): Path<OutageId>,
    Extension(menus): Extension<Menus>,
    Json(form): Json<ActForm>,
) -> Answer<OutageView> {
    if let Act::SetGreeting { clip: Some(clip), .. } = &form.act
        && menus.booth.file(&clip.name).await.is_none()
    {
        // Callers would hear nothing.
        return Err(Refusal::NoSuchClip { clip: clip.name.clone() }.into());
    }
    let next = work::act(&app, &calendar, work::asker(&actor), id, Some(form.version), &form.act).await?;
    let settings = config::read::<Settings>(&app.db).await?.value;
    // Begun at once and waited for by nobody: until it is spoken, callers hear the same in recorded sentences.
    menus.speak_of(&next, &settings, app.now()).await;
    shown(&app, &calendar, &actor, id).await
}

/// K33 and K34 of a period.
#[derive(Debug, Serialize, ToSchema)]
pub struct FiguresView {
    /// K33: calls of customers to whom something was coming within seven days, and those of them who were told or knew.
    eligible: i64,
    told: i64,
    not_applicable: i64,
    /// K34: planned outages that begin in the period, and those published in time.
    planned: i64,
    in_time: i64,
    /// Times of restoration that people were told of all outages that begin in the period, and what became of them.
    estimates: i64,
    estimates_kept: i64,
    estimates_broken: i64,
}

/// Whether people were told in time.
#[utoipa::path(get, path = "/api/outages/figures", tag = "outages", params(Period), responses((status = 200, body = FiguresView)))]
pub async fn figures(
    Site(app): Site<App>,
    Extension(calendar): Extension<Arc<Calendar>>,
    Query(period): Query<Period>,
) -> Answer<FiguresView> {
    const TOGETHER: i64 = 500;
    let (from, to) = period.read()?;
    let (eligible, told, not_applicable) = mentions::count(&app.db, from, to).await?;
    let (mut figures, mut behind) = (Figures::default(), (from, OutageId(i64::MIN)));
    loop {
        let page = outages::published(&app.db, behind, to, TOGETHER).await?;
        let Some(last) = page.last() else { break };
        behind = (last.starts(), last.id);
        for outage in &page {
            figures.add(outage, app.now(), &calendar);
        }
    }
    Ok(Json(FiguresView {
        eligible,
        told,
        not_applicable,
        planned: figures.planned,
        in_time: figures.in_time,
        estimates: figures.estimates,
        estimates_kept: figures.kept,
        estimates_broken: figures.broken,
    }))
}
