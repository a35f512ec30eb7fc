//! What was told, what came of it, and telling it again.

use axum::extract::State as Is;
use db::Entry;
use kernel::{Timestamp, WebhookId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, Error, ErrorBody, Json, Page, Path, Query, given, word};

use crate::rules::{self, Delivery, DeliveryAct, REPLAY_MAX, Refusal, Stage, WAITING_MAX};
use crate::store::{deliveries, subscriptions};

#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryView {
    /// Under which it is sent, the same each time.
    id: String,
    number: i64,
    kind: String,
    /// As it is sent.
    body: String,
    state: Stage,
    /// In this turn.
    attempts: i64,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    tried_at: Option<Timestamp>,
    /// HTTP status of the last answer.
    status: Option<i64>,
    took_ms: Option<i64>,
    /// What went wrong last, in words.
    error: String,
}

impl From<Delivery> for DeliveryView {
    fn from(one: Delivery) -> Self {
        DeliveryView {
            id: one.name(),
            number: one.number,
            kind: one.kind,
            body: one.body,
            state: one.stage,
            attempts: one.attempts,
            created_at: one.created_at,
            tried_at: one.tried_at,
            status: one.status,
            took_ms: one.took_ms,
            error: one.error,
        }
    }
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filters {
    /// `waiting`, `sent`, `skipped`, `expired`, `failed`.
    pub state: Option<String>,
    /// The `next` of the page before.
    pub before: Option<String>,
    /// 1 to 200; 50 if not given.
    pub limit: Option<u32>,
}

/// What one was told, newest first.
#[utoipa::path(get, path = "/api/webhooks/{id}/deliveries", tag = "webhooks",
    params(("id" = String, Path), Filters), responses((status = 200, body = Page<DeliveryView>)))]
pub async fn list(
    Is(app): Is<App>,
    Path(id): Path<WebhookId>,
    Query(filters): Query<Filters>,
) -> Answer<Page<DeliveryView>> {
    let stage: Option<Stage> = word("state", filters.state.as_deref())?;
    let before: Option<i64> = given("before", filters.before.as_deref())?;
    let limit = i64::from(web::page_size(filters.limit));
    let found = deliveries::latest(&app.db, id, stage, before, limit + 1).await?;
    Ok(Json(Page::of(found, limit, |one| one.number.to_string()).map(DeliveryView::from)))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActForm {
    act: DeliveryAct,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Queued {
    /// How many go out again.
    deliveries: i64,
}

/// Sends one again, under its old name, at the end of the line; or takes one that waits out of it.
#[utoipa::path(post, path = "/api/webhooks/{id}/deliveries/{number}/act", tag = "webhooks",
    params(("id" = String, Path), ("number" = i64, Path)), request_body = ActForm,
    responses((status = 200, body = Queued), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub async fn act(
    Is(app): Is<App>,
    actor: Actor,
    Path((id, number)): Path<(WebhookId, i64)>,
    Json(form): Json<ActForm>,
) -> Answer<Queued> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    subscriptions::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    let found = deliveries::one(&mut tx, id, number).await?.ok_or_else(Error::not_found)?;
    rules::check_delivery(found.stage, form.act)?;
    let (done, kind, count) = match form.act {
        DeliveryAct::SendAgain => {
            let place = subscriptions::lengthen(&mut tx, id, 1, 1).await?.ok_or_else(Error::not_found)?;
            (deliveries::again_one(&mut tx, id, number, place, now).await?, "sent_again", 1)
        }
        DeliveryAct::Skip => {
            subscriptions::shorten(&mut tx, id, 1).await?;
            (deliveries::skip(&mut tx, id, number).await?, "skipped", 0)
        }
    };
    if !done {
        return Err(Error::changed_meanwhile());
    }
    let payload = json!({ "delivery": found.name(), "event": found.kind });
    let (who, subject) = (Some(actor.person), id.to_string());
    tx.journal(Entry { at: now, who, room: "webhooks", subject, kind, payload });
    tx.commit().await?;
    Ok(Json(Queued { deliveries: count }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// From this instant on.
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    /// Before this instant.
    #[schema(value_type = String, format = DateTime)]
    to: Timestamp,
}

/// Sends everything of a time again, in the order it had, each under its old name.
#[utoipa::path(post, path = "/api/webhooks/{id}/replay", tag = "webhooks", params(("id" = String, Path)),
    request_body = Period, responses((status = 200, body = Queued), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn replay(
    Is(app): Is<App>,
    actor: Actor,
    Path(id): Path<WebhookId>,
    Json(period): Json<Period>,
) -> Answer<Queued> {
    if period.to <= period.from {
        return Err(Refusal::BadPeriod.into());
    }
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let found = subscriptions::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    let span = deliveries::span(&mut tx, id, period.from, period.to).await?;
    if span.count == 0 {
        return Err(Refusal::NothingToSend.into());
    }
    let most = REPLAY_MAX.min(WAITING_MAX.saturating_sub(found.waiting));
    if span.count > most {
        return Err(Refusal::TooManyToSend { most }.into());
    }
    let places = span.last - span.first + 1;
    let last =
        subscriptions::lengthen(&mut tx, id, places, span.count).await?.ok_or_else(Error::not_found)?;
    let count = deliveries::again(&mut tx, id, &span, last - places, now).await?;
    if count != span.count {
        return Err(Error::changed_meanwhile());
    }
    let payload = json!({ "from": period.from, "to": period.to, "deliveries": count });
    let (who, subject) = (Some(actor.person), id.to_string());
    tx.journal(Entry { at: now, who, room: "webhooks", subject, kind: "replayed", payload });
    tx.commit().await?;
    Ok(Json(Queued { deliveries: count }))
}
