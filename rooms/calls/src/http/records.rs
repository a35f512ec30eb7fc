//! Finding past calls, and looking at one.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use db::Look;
use kernel::{CallId, PersonId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, Error, Json, Page, Path, Query, given, place, placed, word};

use crate::permissions::{READ, UNMASK};
use crate::rules::Looks;
use crate::store::heard::{self, Heard};
use crate::store::search::{self, Filter, Found, Stretch};

/// What is looked for; everything absent is any.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Search {
    /// The customer's number, or its last digits (three or more).
    pub number: Option<String>,
    /// `in`, `out` or `internal`.
    pub direction: Option<String>,
    /// An agent's id.
    pub agent: Option<String>,
    /// A queue's id.
    pub queue: Option<String>,
    /// `answered`, `abandoned`, …
    pub result: Option<String>,
    /// Arrived at or after this instant (RFC 3339).
    pub from: Option<String>,
    /// Arrived before this instant.
    pub to: Option<String>,
    /// Talk time in seconds.
    pub min_s: Option<u64>,
    pub max_s: Option<u64>,
    /// The `next` of the page before.
    pub before: Option<String>,
    /// 1 to 200; 50 if not given.
    pub limit: Option<u32>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CallPage {
    #[schema(value_type = Vec<Object>)]
    pub items: Vec<Found>,
    /// Pass as `before` for what is older; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct WholeCall {
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub call: Found,
    #[schema(value_type = Vec<Object>)]
    pub segments: Vec<Stretch>,
    /// What the caller was told before the menu, or in answer to his question.
    pub heard: Vec<Heard>,
}

impl Search {
    /// The filter for the store, narrowed to what the actor may see.
    pub fn filter(&self, actor: &Actor) -> Result<Filter, Error> {
        let own = (!actor.may(READ)).then_some(actor.person);
        Ok(Filter {
            number: self.number.clone().filter(|number| !number.trim().is_empty()),
            direction: word("direction", self.direction.as_deref())?,
            agent: own.or(given("agent", self.agent.as_deref())?),
            queue: given("queue", self.queue.as_deref())?,
            result: word("result", self.result.as_deref())?,
            from: given("from", self.from.as_deref())?,
            to: given("to", self.to.as_deref())?,
            talk_min_ms: self.min_s.map(|s| s.saturating_mul(1_000)),
            talk_max_ms: self.max_s.map(|s| s.saturating_mul(1_000)),
            before: place("before", self.before.as_deref())?,
            recorded: false,
        })
    }

    pub fn limit(&self) -> u32 {
        web::page_size(self.limit)
    }
}

/// The newest calls first.
#[utoipa::path(get, path = "/api/calls", tag = "calls", params(Search), responses((status = 200, body = CallPage)))]
pub async fn list(State(app): State<App>, actor: Actor, Query(search): Query<Search>) -> Answer<CallPage> {
    let filter = search.filter(&actor)?;
    let limit = search.limit();
    let found = search::find(&app.db, &filter, limit + 1).await?;
    let Page { mut items, next } = Page::of(found, limit.into(), |call| placed(call.at, call.id));
    items.iter_mut().for_each(mask);
    Ok(Json(CallPage { items, next }))
}

/// One call with every stretch of it. Whoever may see numbers whole sees this one whole, and the look is written down,
/// once in ten minutes.
#[utoipa::path(get, path = "/api/calls/{id}", tag = "calls", params(("id" = String, Path)),
    responses((status = 200, body = WholeCall), (status = 404)))]
pub async fn one(
    State(app): State<App>,
    Extension(looks): Extension<Arc<Looks>>,
    actor: Actor,
    Path(id): Path<CallId>,
) -> Answer<WholeCall> {
    let (mut call, segments) = visible(&app, &actor, id).await?;
    let heard = heard::by_call(&app.db, id).await?;
    if actor.may(UNMASK) {
        if looks.known(actor.person, id, app.now()) {
            return Ok(Json(WholeCall { call, segments, heard }));
        }
        let mut tx = app.db.begin().await?;
        let look = Look {
            at: app.now(),
            who: actor.person,
            room: "calls",
            subject: id.to_string(),
            what: "number",
            reason: None,
        };
        tx.journal(look.into());
        tx.commit().await?;
        looks.written(actor.person, id, app.now());
    } else {
        mask(&mut call);
    }
    Ok(Json(WholeCall { call, segments, heard }))
}

/// A call whose record this person may see, with its stretches: not found for everybody else.
pub(super) async fn visible(app: &App, actor: &Actor, id: CallId) -> Result<(Found, Vec<Stretch>), Error> {
    let call = search::one(&app.db, id).await?.ok_or_else(Error::not_found)?;
    let segments = search::stretches(&app.db, id).await?;
    if !actor.may(READ) && !took_part(actor.person, &call, &segments) {
        return Err(Error::not_found());
    }
    Ok((call, segments))
}

/// Whether this person talked with the caller, or was called by a colleague.
pub fn took_part(person: PersonId, call: &Found, segments: &[Stretch]) -> bool {
    call.agent == Some(person)
        || segments.iter().any(|s| matches!(s.kind.as_str(), "talk" | "dial") && s.agent == Some(person))
}

fn mask(found: &mut Found) {
    match found.direction.as_str() {
        "in" => found.from = kernel::mask::phone(&found.from),
        "out" => found.to = kernel::mask::phone(&found.to),
        _ => {}
    }
}
