//! Who is told of what: set up, tried, paused.

use axum::Extension;
use axum::extract::State as Is;
use db::Entry;
use gateways::post::{Reach, Target};
use kernel::{PersonId, Timestamp, WebhookId};
use posting::{Tried, without_query};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, ErrorBody, Json, Path};

use crate::rules::{
    self, Act, Delivery, Form, KINDS, Refusal, SUBSCRIPTIONS_MAX, Stage, State, Subscription, TEST, Why,
};
use crate::store::{deliveries, subscriptions};
use crate::{Outlet, hears, permissions};

#[derive(Debug, Serialize, ToSchema)]
pub struct View {
    #[schema(value_type = String)]
    id: WebhookId,
    name: String,
    /// Whole for whoever may change it; without what stands behind the question mark for others.
    url: String,
    kinds: Vec<String>,
    state: State,
    /// Why it is paused.
    why: Option<Why>,
    /// What was heard last when it went wrong.
    detail: String,
    /// In a row.
    failures: i64,
    waiting: i64,
    /// Events that were not kept, because too many waited.
    dropped: i64,
    /// After a failure: not before.
    #[schema(value_type = String, format = DateTime)]
    next_at: Timestamp,
    #[schema(value_type = String)]
    created_by: PersonId,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    allowed: Vec<Act>,
    version: i64,
}

impl View {
    fn of(one: Subscription, kinds: Vec<String>, whole: bool) -> View {
        let url = if whole { one.url } else { without_query(&one.url).to_owned() };
        View {
            id: one.id,
            name: one.name,
            url,
            kinds,
            state: one.state,
            why: one.why,
            detail: one.detail,
            failures: one.failures,
            waiting: one.waiting,
            dropped: one.dropped,
            next_at: one.next_at,
            created_by: one.created_by,
            created_at: one.created_at,
            allowed: if whole { Act::all_that_fit(one.state) } else { Vec::new() },
            version: one.version,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Overview {
    subscriptions: Vec<View>,
    /// The events that may be told.
    kinds: Vec<&'static str>,
    /// http and addresses inside our own network may be called, too.
    private_addresses: bool,
}

/// Who is told of what.
#[utoipa::path(get, path = "/api/webhooks", tag = "webhooks", responses((status = 200, body = Overview)))]
pub async fn list(Is(app): Is<App>, actor: Actor, Extension(outlet): Extension<Outlet>) -> Answer<Overview> {
    let whole = actor.may(permissions::CONFIGURE);
    let found = subscriptions::list(&app.db).await?;
    Ok(Json(Overview {
        subscriptions: found.into_iter().map(|(one, kinds)| View::of(one, kinds, whole)).collect(),
        kinds: KINDS.to_vec(),
        private_addresses: outlet.reach() == Reach::Private,
    }))
}

/// A secret is shown once, when it is made.
#[derive(Debug, Serialize, ToSchema)]
pub struct Made {
    #[schema(value_type = String)]
    id: WebhookId,
    secret: String,
}

fn entry(
    at: Timestamp,
    who: PersonId,
    id: WebhookId,
    kind: &'static str,
    payload: serde_json::Value,
) -> Entry {
    Entry { at, who: Some(who), room: "webhooks", subject: id.to_string(), kind, payload }
}

fn callable(outlet: &Outlet, form: Form) -> Result<Form, Error> {
    let form = form.checked()?;
    Target::read(&form.url, outlet.reach()).map_err(Refusal::from)?;
    Ok(form)
}

/// Tells somebody from now on.
#[utoipa::path(post, path = "/api/webhooks", tag = "webhooks", request_body = Form,
    responses((status = 200, body = Made), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn add(
    Is(app): Is<App>,
    actor: Actor,
    Extension(outlet): Extension<Outlet>,
    Json(form): Json<Form>,
) -> Answer<Made> {
    let form = callable(&outlet, form)?;
    let (now, id): (_, WebhookId) = (app.now(), app.id());
    let (secret, sealed) = outlet.secret(app.chance.as_ref(), id)?;
    let new = Subscription {
        id,
        name: form.name,
        url: form.url,
        secret: sealed,
        state: State::Active,
        why: None,
        detail: String::new(),
        failures: 0,
        waiting: 0,
        dropped: 0,
        last_number: 0,
        last_place: 0,
        next_at: now,
        created_by: actor.person,
        created_at: now,
        version: 1,
    };
    let mut tx = app.db.begin().await?;
    if subscriptions::count(&mut tx).await? >= SUBSCRIPTIONS_MAX {
        return Err(Refusal::TooManySubscriptions { most: SUBSCRIPTIONS_MAX }.into());
    }
    subscriptions::add(&mut tx, &new, &form.kinds).await?;
    let payload = json!({ "name": new.name, "url": without_query(&new.url), "kinds": form.kinds });
    tx.journal(entry(now, actor.person, id, "added", payload));
    tx.commit().await?;
    Ok(Json(Made { id, secret }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutForm {
    name: String,
    url: String,
    kinds: Vec<String>,
    /// As it was read.
    version: i64,
}

/// Another name, address, other events. What waits goes to the new address.
#[utoipa::path(put, path = "/api/webhooks/{id}", tag = "webhooks", params(("id" = String, Path)),
    request_body = PutForm, responses((status = 200, body = View), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn put(
    Is(app): Is<App>,
    actor: Actor,
    Path(id): Path<WebhookId>,
    Extension(outlet): Extension<Outlet>,
    Json(form): Json<PutForm>,
) -> Answer<View> {
    let version = form.version;
    let form = callable(&outlet, Form { name: form.name, url: form.url, kinds: form.kinds })?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let before = subscriptions::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    if before.version != version {
        return Err(Error::changed_meanwhile());
    }
    let after = Subscription { name: form.name, url: form.url, ..before.clone() };
    if !subscriptions::save(&mut tx, &after).await? {
        return Err(Error::changed_meanwhile());
    }
    subscriptions::want(&mut tx, id, &form.kinds).await?;
    let payload = json!({ "name": after.name, "url": without_query(&after.url), "kinds": form.kinds,
        "before": { "name": before.name, "url": without_query(&before.url) } });
    tx.journal(entry(now, actor.person, id, "changed", payload));
    tx.commit().await?;
    Ok(Json(View::of(Subscription { version: version + 1, ..after }, form.kinds, true)))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActForm {
    act: Act,
    /// As it was read.
    version: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Acted {
    /// After `new_secret`: shown this once.
    secret: Option<String>,
}

/// Pauses, resumes, makes a new secret (the old one ends at once), removes.
#[utoipa::path(post, path = "/api/webhooks/{id}/act", tag = "webhooks", params(("id" = String, Path)),
    request_body = ActForm, responses((status = 200, body = Acted), (status = 409, body = ErrorBody)))]
pub async fn act(
    Is(app): Is<App>,
    actor: Actor,
    Path(id): Path<WebhookId>,
    Extension(outlet): Extension<Outlet>,
    Json(form): Json<ActForm>,
) -> Answer<Acted> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let before = subscriptions::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    rules::check(before.state, form.act)?;
    if before.version != form.version {
        return Err(Error::changed_meanwhile());
    }
    let mut shown = None;
    let after = match form.act {
        Act::Pause => Subscription { state: State::Paused, why: Some(Why::ByHand), ..before.clone() },
        Act::Resume => {
            Subscription { state: State::Active, why: None, failures: 0, next_at: now, ..before.clone() }
        }
        Act::NewSecret => {
            let (open, sealed) = outlet.secret(app.chance.as_ref(), id)?;
            shown = Some(open);
            Subscription { secret: sealed, ..before.clone() }
        }
        Act::Remove => {
            deliveries::skip_all(&mut tx, id).await?;
            subscriptions::want(&mut tx, id, &[]).await?;
            Subscription { state: State::Removed, secret: String::new(), waiting: 0, ..before.clone() }
        }
    };
    if !subscriptions::save(&mut tx, &after).await? {
        return Err(Error::changed_meanwhile());
    }
    let kind = match form.act {
        Act::Pause => "paused",
        Act::Resume => "resumed",
        Act::NewSecret => "secret_made",
        Act::Remove => "removed",
    };
    tx.journal(entry(now, actor.person, id, kind, json!({ "name": before.name, "waiting": before.waiting })));
    tx.commit().await?;
    Ok(Json(Acted { secret: shown }))
}

/// Sends a trial at once, past the line, and says what came of it; also to one that is paused.
#[utoipa::path(post, path = "/api/webhooks/{id}/test", tag = "webhooks", params(("id" = String, Path)),
    responses((status = 200, body = Tried), (status = 404, body = ErrorBody), (status = 429, body = ErrorBody)))]
pub async fn test(
    Is(app): Is<App>,
    actor: Actor,
    Path(id): Path<WebhookId>,
    Extension(outlet): Extension<Outlet>,
) -> Answer<Tried> {
    let _one_of_few = outlet.trial().ok_or(Refusal::Busy)?;
    let to = subscriptions::read(&app.db, id).await?.ok_or_else(Error::not_found)?;
    let mut tx = app.db.begin().await?;
    let number = subscriptions::number(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    tx.commit().await?;
    let (now, name) = (app.now(), rules::name(id, number));
    let body = hears::body(&name, TEST, now, &json!({})).to_string();
    let tried = Tried::from(outlet.post(&app, &to, TEST, &name, &body).await);
    let delivery = Delivery {
        subscription: id,
        number,
        place: 0,
        kind: TEST.to_owned(),
        body,
        stage: if tried.taken { Stage::Sent } else { Stage::Failed },
        attempts: 1,
        created_at: now,
        tried_at: Some(now),
        status: tried.status,
        took_ms: Some(tried.took_ms),
        error: tried.error.clone(),
    };
    let mut tx = app.db.begin().await?;
    deliveries::add_tried(&mut tx, &delivery).await?;
    let payload = json!({ "name": to.name, "status": tried.status, "error": tried.error });
    tx.journal(entry(now, actor.person, id, "tried", payload));
    tx.commit().await?;
    Ok(Json(tried))
}
