//! Who was told, who is to be called, and what came of it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use ::calls::Hall;
use axum::Extension;
use axum::extract::State;
use customers::store::load;
use db::Entry;
use kernel::{CustomerId, OutageId, PersonId, Timestamp, mask};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, ErrorBody, Json, Path};

use super::promised::{self, PromisedView};
use super::views::{WhoView, who};
use crate::rules::calls::{Attempt, Outcome, Standing, attempted};
use crate::rules::told::Contact;
use crate::rules::{Moment, Refusal};
use crate::store::told::{Receipt, Told};
use crate::store::{calls, liaisons, reached, told, waves};
use crate::{ROOM, machine};

/// A message to a liaison.
#[derive(Debug, Serialize, ToSchema)]
pub struct ToldView {
    id: String,
    #[schema(value_type = String)]
    outage: OutageId,
    moment: Moment,
    revision: i64,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    name: String,
    /// Masked.
    phone: String,
    place: String,
    state: Receipt,
    /// The word of what hindered it.
    why: String,
    #[schema(value_type = Option<String>, format = DateTime)]
    call_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    called_by: Option<PersonId>,
    #[schema(value_type = Option<String>, format = DateTime)]
    called_at: Option<Timestamp>,
    /// `calling`: the machine has it; `done`: it has tried.
    machine: &'static str,
}

/// Text messages to everybody at one moment.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaveView {
    moment: Moment,
    revision: i64,
    sent: i64,
    refused: i64,
    /// So many of those affected have been gone through, of so many.
    passed: i64,
    total: i64,
    #[schema(value_type = Option<String>, format = DateTime)]
    done_at: Option<Timestamp>,
}

/// A call to an important customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct CallView {
    #[schema(value_type = String)]
    outage: OutageId,
    #[serde(flatten)]
    who: WhoView,
    /// Days before; nought and below: at once.
    days: i64,
    #[schema(value_type = String, format = DateTime)]
    due: Timestamp,
    late: bool,
    state: Standing,
    attempts: Vec<Attempt>,
    /// `calling`: the machine has it; `done`: it has tried.
    machine: &'static str,
    version: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TellingView {
    liaisons: Vec<ToldView>,
    waves: Vec<WaveView>,
    calls: Vec<CallView>,
    /// Callers who want to hear when supply is back.
    wishes: i64,
}

async fn told_views(app: &App, all: Vec<Told>) -> anyhow::Result<Vec<ToldView>> {
    let concerned: BTreeSet<i64> = all.iter().map(|one| one.liaison).collect();
    let known = liaisons::some(&app.db, concerned).await?;
    let view = |one: Told| {
        let liaison = known.iter().find(|liaison| liaison.id == one.liaison);
        ToldView {
            id: one.id.to_string(),
            outage: one.outage,
            moment: one.moment,
            revision: one.revision,
            at: one.at,
            name: liaison.map(|liaison| liaison.name.clone()).unwrap_or_default(),
            phone: liaison.map(|liaison| mask::phone(&liaison.phone)).unwrap_or_default(),
            place: liaison.map(|liaison| liaison.place.clone()).unwrap_or_default(),
            state: one.state,
            why: one.why,
            call_at: one.call_at,
            called_by: one.called_by,
            called_at: one.called_at,
            machine: one.machine.word(),
        }
    };
    Ok(all.into_iter().map(view).collect())
}

async fn call_views(app: &App, all: Vec<calls::Call>) -> anyhow::Result<Vec<CallView>> {
    let mut parties: Vec<CustomerId> = all.iter().map(|call| call.party).collect();
    parties.sort_unstable();
    parties.dedup();
    let customers = load::some(&app.db, &parties).await?;
    let view = |call: calls::Call| {
        let customer = customers.iter().find(|customer| customer.id == call.party)?;
        Some(CallView {
            outage: call.outage,
            who: who(customer),
            days: call.days,
            due: call.due,
            late: call.late,
            state: call.state,
            attempts: call.attempts,
            machine: call.machine.word(),
            version: call.version,
        })
    };
    Ok(all.into_iter().filter_map(view).collect())
}

/// Who was told of one outage.
#[utoipa::path(get, path = "/api/outages/{id}/told", tag = "outages", params(("id" = String, Path)),
    responses((status = 200, body = TellingView)))]
pub async fn told(State(app): State<App>, Path(id): Path<OutageId>) -> Answer<TellingView> {
    let all = waves::of(&app.db, id).await?;
    let wave = |one: waves::Wave| WaveView {
        moment: one.moment,
        revision: one.revision,
        sent: one.sent,
        refused: one.refused,
        passed: one.passed,
        total: one.total,
        done_at: one.done_at,
    };
    Ok(Json(TellingView {
        liaisons: told_views(&app, told::of(&app.db, id).await?).await?,
        waves: all.into_iter().map(wave).collect(),
        calls: call_views(&app, calls::of(&app.db, id).await?).await?,
        wishes: waves::wish_count(&app.db, id).await?,
    }))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct OwedView {
    liaisons: Vec<ToldView>,
    calls: Vec<CallView>,
    /// The first who are to be called after that.
    next: Vec<CallView>,
    /// Callers who wished to hear that supply is back, and whom no message tells.
    promised: Vec<PromisedView>,
}

const NEXT: i64 = 20;

/// Everybody who is to be called by now or within the day, and who is next after them.
#[utoipa::path(get, path = "/api/outages/owed", tag = "outages", responses((status = 200, body = OwedView)))]
pub async fn owed(State(app): State<App>) -> Answer<OwedView> {
    let now = app.now();
    let day = now + Duration::from_secs(86_400);
    Ok(Json(OwedView {
        liaisons: told_views(&app, told::to_call(&app.db, now).await?).await?,
        calls: call_views(&app, calls::open(&app.db, day).await?).await?,
        next: call_views(&app, calls::later(&app.db, day, NEXT).await?).await?,
        promised: promised::views(&app).await?,
    }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttemptForm {
    pub(super) outcome: Outcome,
    #[serde(default)]
    pub(super) note: String,
    pub(super) version: i64,
}

/// Writes down what a call to an important customer came to.
#[utoipa::path(post, path = "/api/outages/{id}/calls/{customer}/{days}", tag = "outages",
    params(("id" = String, Path), ("customer" = String, Path), ("days" = i64, Path)), request_body = AttemptForm,
    responses((status = 200, body = Vec<CallView>), (status = 409, body = ErrorBody)))]
pub async fn attempt(
    State(app): State<App>,
    actor: Actor,
    Path((id, customer, days)): Path<(OutageId, CustomerId, i64)>,
    Json(form): Json<AttemptForm>,
) -> Answer<Vec<CallView>> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let call = calls::one(&mut tx, id, customer, days).await?.ok_or_else(Error::not_found)?;
    if call.version != form.version {
        return Err(Error::changed_meanwhile());
    }
    let attempt =
        Attempt { at: now, by: actor.person, outcome: form.outcome, note: mask::in_text(form.note.trim()) };
    let (state, attempts) = attempted(call.state, &call.attempts, &attempt)?;
    let done_at = (state != Standing::Open).then_some(now);
    if done_at.is_some() {
        machine::withdraw(&mut tx, &call, now).await?;
    }
    if !calls::save(&mut tx, &calls::Call { state, attempts, done_at, ..call }).await? {
        return Err(Error::changed_meanwhile());
    }
    let contact = Contact::Called { reached: state == Standing::Reached, by_machine: false };
    reached::by_customer(&mut tx, id, customer, contact, now).await?;
    let payload = json!({ "customer": customer, "days": days, "outcome": form.outcome, "state": state });
    let (who, subject) = (Some(actor.person), id.to_string());
    tx.journal(Entry { at: now, who, room: ROOM, subject, kind: "called_important", payload });
    tx.commit().await?;
    let all = calls::of(&app.db, id).await?;
    Ok(Json(call_views(&app, all).await?))
}

/// Calls an important customer from one's desk. The page shows the number masked; the look is written down.
#[utoipa::path(post, path = "/api/outages/{id}/calls/{customer}/dial", tag = "outages",
    params(("id" = String, Path), ("customer" = String, Path)), responses((status = 200), (status = 409, body = ErrorBody)))]
pub async fn dial(
    State(app): State<App>,
    Extension(hall): Extension<Arc<dyn Hall>>,
    actor: Actor,
    Path((id, customer)): Path<(OutageId, CustomerId)>,
) -> Answer<serde_json::Value> {
    let owed = calls::of(&app.db, id).await?;
    if !owed.iter().any(|call| call.party == customer) {
        return Err(Error::not_found());
    }
    let found = load::one(&app.db, customer).await?.ok_or_else(Error::not_found)?;
    let number = found.preferred().ok_or(Refusal::NoNumber)?.number.as_str().to_owned();
    looked(&app, &actor, id, json!({ "customer": customer })).await?;
    ::calls::http::desk::dial(hall.as_ref(), &actor, number).await?;
    Ok(Json(json!({})))
}

/// Calls a liaison from one's desk.
#[utoipa::path(post, path = "/api/outages/liaisons/{id}/dial", tag = "outages", params(("id" = i64, Path)),
    responses((status = 200), (status = 409, body = ErrorBody)))]
pub async fn dial_liaison(
    State(app): State<App>,
    Extension(hall): Extension<Arc<dyn Hall>>,
    actor: Actor,
    Path(id): Path<i64>,
) -> Answer<serde_json::Value> {
    let known = told::one(&app.db, id).await?.ok_or_else(Error::not_found)?;
    let liaison = liaisons::some(&app.db, [known.liaison]).await?.pop().ok_or_else(Error::not_found)?;
    looked(&app, &actor, known.outage, json!({ "liaison": liaison.id })).await?;
    ::calls::http::desk::dial(hall.as_ref(), &actor, liaison.phone.clone()).await?;
    Ok(Json(json!({})))
}

pub(super) async fn looked(
    app: &App,
    actor: &Actor,
    outage: OutageId,
    payload: serde_json::Value,
) -> Result<(), Error> {
    let mut tx = app.db.begin().await?;
    let (at, who, subject) = (app.now(), Some(actor.person), outage.to_string());
    tx.journal(Entry { at, who, room: ROOM, subject, kind: "looked", payload });
    tx.commit().await?;
    Ok(())
}

/// A liaison without a receipt was called.
#[utoipa::path(post, path = "/api/outages/liaisons/{id}/called", tag = "outages", params(("id" = i64, Path)),
    responses((status = 200), (status = 409, body = ErrorBody)))]
pub async fn called(State(app): State<App>, actor: Actor, Path(id): Path<i64>) -> Answer<serde_json::Value> {
    let known = told::one(&app.db, id).await?.ok_or_else(Error::not_found)?;
    let mut tx = app.db.begin().await?;
    if !told::called(&mut tx, id, actor.person, app.now()).await? {
        return Err(Refusal::CallDone.into());
    }
    let (at, who, subject) = (app.now(), Some(actor.person), known.outage.to_string());
    let payload = json!({ "liaison": known.liaison, "moment": known.moment });
    tx.journal(Entry { at, who, room: ROOM, subject, kind: "called_liaison", payload });
    tx.commit().await?;
    Ok(Json(json!({})))
}
