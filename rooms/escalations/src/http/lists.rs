//! What is open, what was, what waits for whoever asks; and who stands on the ladder now.

use axum::extract::State as Is;
use db::config;
use kernel::{EscalationId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, Error, ErrorBody, Json, Page, Path, Query, bad_query, place, placed};

use super::views::{EscalationView, view};
use crate::permissions::READ;
use crate::rosters;
use crate::rules::decide::sees;
use crate::rules::escalation::Escalation;
use crate::rules::{Rung, Settings};
use crate::store::escalations::{self, Whose};

/// A matter has few of them.
const ABOUT_MAX: i64 = 50;
/// Shown in the bar; who has more waiting opens the page.
const WAITING_MAX: i64 = 50;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// `open` (if not given) or `past`.
    which: Option<String>,
    /// Of one matter, open and past: `wo_…`, `ca_…`.
    about: Option<String>,
    /// The `next` of the page before.
    after: Option<String>,
    /// 1 to 200; 50 if not given.
    limit: Option<u32>,
}

/// Escalations that one may see, the newest first.
#[utoipa::path(get, path = "/api/escalations", tag = "escalations", params(Which),
    responses((status = 200, body = Page<EscalationView>)))]
pub async fn list(
    Is(app): Is<App>,
    actor: Actor,
    Query(which): Query<Which>,
) -> Answer<Page<EscalationView>> {
    let (asker, now) = (super::asker(&actor), app.now());
    if let Some(about) = which.about.as_deref().filter(|about| !about.is_empty()) {
        let found = escalations::about(&app.db, about, ABOUT_MAX).await?;
        let seen = found.iter().filter(|one| sees(one, &asker)).map(|one| view(one, asker, now));
        return Ok(Json(Page { items: seen.collect(), next: None }));
    }
    let open = match which.which.as_deref() {
        None | Some("" | "open") => true,
        Some("past") => false,
        Some(_) => return Err(bad_query("which")),
    };
    let limit = i64::from(web::page_size(which.limit));
    let after: Option<(Timestamp, EscalationId)> = place("after", which.after.as_deref())?;
    let whose = if actor.may(READ) { Whose::All } else { Whose::Own };
    let found = escalations::page(&app.db, (whose, open), actor.person, after, limit + 1).await?;
    let next = |one: &Escalation| placed(one.begun_at, one.id);
    Ok(Json(Page::of(found, limit, next).map(|one| view(&one, asker, now))))
}

pub(super) async fn shown(app: &App, actor: &Actor, id: EscalationId) -> Answer<EscalationView> {
    let asker = super::asker(actor);
    let found = escalations::read(&app.db, id).await?.filter(|one| sees(one, &asker));
    Ok(Json(view(&found.ok_or_else(Error::not_found)?, asker, app.now())))
}

/// One of them, with every turn it has had.
#[utoipa::path(get, path = "/api/escalations/{id}", tag = "escalations", params(("id" = String, Path)),
    responses((status = 200, body = EscalationView), (status = 404, body = ErrorBody)))]
pub async fn one(Is(app): Is<App>, actor: Actor, Path(id): Path<EscalationId>) -> Answer<EscalationView> {
    shown(&app, &actor, id).await
}

/// What concerns whoever asks.
#[derive(Debug, Serialize, ToSchema)]
pub struct Mine {
    /// Has come to the own step, and nobody has answered: to be acknowledged.
    waiting: Vec<EscalationView>,
    /// What one has acknowledged or taken over.
    held: Vec<EscalationView>,
    /// What one has called for.
    begun: Vec<EscalationView>,
}

/// What waits for whoever asks, what this person has, and what this person has called for.
#[utoipa::path(get, path = "/api/escalations/now", tag = "escalations", responses((status = 200, body = Mine)))]
pub async fn now(Is(app): Is<App>, actor: Actor) -> Answer<Mine> {
    let (asker, now) = (super::asker(&actor), app.now());
    let own = escalations::page(&app.db, (Whose::Own, true), actor.person, None, WAITING_MAX).await?;
    // Who may end anything sees also what nobody on any step has heard.
    let mut unheard = if asker.manages && asker.reads {
        escalations::unheard(&app.db, actor.person, WAITING_MAX).await?
    } else {
        Vec::new()
    };
    unheard.retain(|one| !own.iter().any(|known| known.id == one.id));
    let mut mine = Mine { waiting: Vec::new(), held: Vec::new(), begun: Vec::new() };
    for one in own.iter().chain(&unheard) {
        let seen = view(one, asker, now);
        if one.begun_by == Some(actor.person) {
            mine.begun.push(seen);
        } else if one.state.holder() == Some(actor.person) {
            mine.held.push(seen);
        } else if asker.answers && one.state.is_unanswered() {
            mine.waiting.push(seen);
        }
    }
    Ok(Json(mine))
}

/// Somebody on a step now.
#[derive(Debug, Serialize, ToSchema)]
pub struct OnStep {
    #[schema(value_type = String)]
    person: PersonId,
    /// Signed in.
    present: bool,
    /// There is a number for messages.
    phone: bool,
    /// Can be told in one of the ways of this step.
    reachable: bool,
}

/// A step, and who stands on it now. Whose group or unit a matter has, adds to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepNow {
    rung: Rung,
    people: Vec<OnStep>,
}

/// Who stands on each step now.
#[utoipa::path(get, path = "/api/escalations/ladder", tag = "escalations", responses((status = 200, body = Vec<StepNow>)))]
pub async fn ladder(Is(app): Is<App>) -> Answer<Vec<StepNow>> {
    let mut tx = app.db.begin().await?;
    let settings = config::now::<Settings>(&mut tx).await?.value;
    let ladder = rosters::draw(&mut tx, &settings, rosters::Whose::default(), app.now()).await?;
    tx.rollback().await?;
    let reachable = rosters::reachable(&ladder, &settings);
    let step = |(rung, people): (Rung, Vec<rosters::Reached>)| {
        let can = reachable.get(&rung).cloned().unwrap_or_default();
        let person = |one: rosters::Reached| OnStep {
            person: one.person,
            present: one.present,
            phone: one.phone.is_some(),
            reachable: can.contains(&one.person),
        };
        StepNow { rung, people: people.into_iter().map(person).collect() }
    };
    Ok(Json(ladder.into_iter().map(step).collect()))
}
