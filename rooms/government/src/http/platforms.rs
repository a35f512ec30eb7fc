//! Who sends us tickets: set up, tried, paused, given a new secret.

use axum::Extension;
use axum::extract::State as Is;
use db::{Entry, config};
use gateways::post::{Reach, Target};
use kernel::{PersonId, PlatformId, Timestamp, UnitId};
use posting::{Tried, without_query};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, ErrorBody, Json, Path};
use work_orders::rules::Kinds;

use crate::rules::platform::{self, Act, Form, PLATFORMS_MAX, State};
use crate::rules::{Mapping, OLD_SECRET, Platform, Refusal, tell};
use crate::store::platforms;
use crate::{Outlet, permissions, taking};

#[derive(Debug, Serialize, ToSchema)]
pub struct PlatformView {
    #[schema(value_type = String)]
    id: PlatformId,
    name: String,
    code: String,
    /// Whole for whoever may change it; without what stands behind the question mark for others.
    url: String,
    state: State,
    /// False once its key was lost: it needs a new one.
    has_secret: bool,
    /// The secret before is believed until then.
    #[schema(value_type = Option<String>, format = DateTime)]
    old_until: Option<Timestamp>,
    mapping: Mapping,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    allowed: Vec<Act>,
    version: i64,
}

impl PlatformView {
    fn of(one: Platform, whole: bool, now: Timestamp) -> PlatformView {
        let url = if whole { one.url } else { without_query(&one.url).to_owned() };
        PlatformView {
            id: one.id,
            name: one.name,
            code: one.code,
            url,
            state: one.state,
            has_secret: !one.secret.is_empty(),
            old_until: Some(one.old_until).filter(|until| *until > now),
            mapping: one.mapping,
            created_at: one.created_at,
            allowed: if whole { Act::all_that_fit(one.state) } else { Vec::new() },
            version: one.version,
        }
    }
}

/// A sub-type that may be mapped to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Offered {
    code: String,
    zh: String,
    en: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Platforms {
    platforms: Vec<PlatformView>,
    subtypes: Vec<Offered>,
    /// http and addresses inside our own network may be called, too.
    private_addresses: bool,
}

/// The platforms.
#[utoipa::path(get, path = "/api/government/platforms", tag = "government", responses((status = 200, body = Platforms)))]
pub async fn list(Is(app): Is<App>, actor: Actor, Extension(outlet): Extension<Outlet>) -> Answer<Platforms> {
    let (whole, now) = (actor.may(permissions::CONFIGURE), app.now());
    let kinds = config::read::<Kinds>(&app.db).await?.value;
    let subtypes = kinds.subtypes.into_iter().filter(|one| !one.retired);
    let subtypes = subtypes.map(|one| Offered { code: one.code, zh: one.title.zh, en: one.title.en });
    let found = platforms::list(&app.db).await?;
    Ok(Json(Platforms {
        platforms: found.into_iter().map(|one| PlatformView::of(one, whole, now)).collect(),
        subtypes: subtypes.collect(),
        private_addresses: outlet.reach() == Reach::Private,
    }))
}

/// A secret is shown once, when it is made.
#[derive(Debug, Serialize, ToSchema)]
pub struct Made {
    #[schema(value_type = String)]
    id: PlatformId,
    secret: String,
}

fn entry(
    at: Timestamp,
    who: PersonId,
    id: PlatformId,
    kind: &'static str,
    payload: serde_json::Value,
) -> Entry {
    Entry { at, who: Some(who), room: "government", subject: id.to_string(), kind, payload }
}

async fn fitting(app: &App, outlet: &Outlet, form: Form) -> Result<Form, Error> {
    let kinds = config::read::<Kinds>(&app.db).await?.value;
    let units = departments::all(&app.db).await?;
    let units: std::collections::BTreeSet<UnitId> =
        units.into_iter().filter(|unit| unit.retired_at.is_none()).map(|unit| unit.id).collect();
    let form = form.checked(&taking::offered(&kinds), &units)?;
    Target::read(&form.url, outlet.reach()).map_err(Refusal::from)?;
    Ok(form)
}

/// Takes tickets from a platform from now on.
#[utoipa::path(post, path = "/api/government/platforms", tag = "government", request_body = Form,
    responses((status = 200, body = Made), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn add(
    Is(app): Is<App>,
    actor: Actor,
    Extension(outlet): Extension<Outlet>,
    Json(form): Json<Form>,
) -> Answer<Made> {
    let form = fitting(&app, &outlet, form).await?;
    let id: PlatformId = app.id();
    let (secret, sealed) = outlet.secret(app.chance.as_ref(), id)?;
    put_in(&app, id, form, sealed, Some(actor.person)).await?;
    Ok(Json(Made { id, secret }))
}

/// The same by the centre itself, for the demo.
pub(crate) async fn put_in(
    app: &App,
    id: PlatformId,
    form: Form,
    secret: String,
    by: Option<PersonId>,
) -> Result<(), Error> {
    let now = app.now();
    let Form { name, code, url, mapping } = form;
    let new = Platform {
        id,
        code,
        name,
        url,
        secret,
        old_secret: String::new(),
        old_until: Timestamp::from_secs(0),
        state: State::Active,
        mapping,
        created_by: by,
        created_at: now,
        version: 1,
    };
    let mut tx = app.db.begin().await?;
    if platforms::count(&mut tx).await? >= PLATFORMS_MAX {
        return Err(Refusal::TooManyPlatforms { most: PLATFORMS_MAX }.into());
    }
    if platforms::is_taken(&mut tx, &new.code).await? {
        return Err(Refusal::CodeTaken.into());
    }
    platforms::add(&mut tx, &new).await?;
    let payload = json!({ "name": new.name, "code": new.code, "url": without_query(&new.url) });
    let (subject, kind) = (id.to_string(), "platform_added");
    tx.journal(Entry { at: now, who: by, room: "government", subject, kind, payload });
    tx.commit().await?;
    Ok(())
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutForm {
    name: String,
    url: String,
    #[serde(default)]
    mapping: Mapping,
    /// As it was read.
    version: i64,
}

/// Another name, address, mapping. What waits goes to the new address.
#[utoipa::path(put, path = "/api/government/platforms/{id}", tag = "government", params(("id" = String, Path)),
    request_body = PutForm, responses((status = 200, body = PlatformView), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn put(
    Is(app): Is<App>,
    actor: Actor,
    Path(id): Path<PlatformId>,
    Extension(outlet): Extension<Outlet>,
    Json(form): Json<PutForm>,
) -> Answer<PlatformView> {
    let PutForm { name, url, mapping, version } = form;
    let code = platforms::read(&app.db, id).await?.ok_or_else(Error::not_found)?.code;
    let form = fitting(&app, &outlet, Form { name, code, url, mapping }).await?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let before = platforms::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    if before.version != version {
        return Err(Error::changed_meanwhile());
    }
    let Form { name, url, mapping, .. } = form;
    let after = Platform { name, url, mapping, ..before.clone() };
    if !platforms::save(&mut tx, &after).await? {
        return Err(Error::changed_meanwhile());
    }
    let payload = json!({ "name": after.name, "url": without_query(&after.url), "mapping": after.mapping,
        "before": { "name": before.name, "url": without_query(&before.url), "mapping": before.mapping } });
    tx.journal(entry(now, actor.person, id, "platform_changed", payload));
    tx.commit().await?;
    Ok(Json(PlatformView::of(Platform { version: version + 1, ..after }, true, now)))
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

/// Pauses, resumes, makes a new secret (the old one is believed for another day), removes.
#[utoipa::path(post, path = "/api/government/platforms/{id}/act", tag = "government", params(("id" = String, Path)),
    request_body = ActForm, responses((status = 200, body = Acted), (status = 409, body = ErrorBody)))]
pub async fn act(
    Is(app): Is<App>,
    actor: Actor,
    Path(id): Path<PlatformId>,
    Extension(outlet): Extension<Outlet>,
    Json(form): Json<ActForm>,
) -> Answer<Acted> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let before = platforms::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    platform::check(before.state, form.act)?;
    if before.version != form.version {
        return Err(Error::changed_meanwhile());
    }
    let mut shown = None;
    let (after, kind) = match form.act {
        Act::Pause => (Platform { state: State::Paused, ..before.clone() }, "platform_paused"),
        Act::Resume => (Platform { state: State::Active, ..before.clone() }, "platform_resumed"),
        Act::NewSecret => {
            let (open, secret) = outlet.secret(app.chance.as_ref(), id)?;
            shown = Some(open);
            let (old_secret, old_until) = (before.secret.clone(), now + OLD_SECRET);
            (Platform { secret, old_secret, old_until, ..before.clone() }, "secret_made")
        }
        Act::Remove => {
            let gone = String::new();
            let (secret, old_secret) = (gone.clone(), gone);
            (Platform { state: State::Removed, secret, old_secret, ..before.clone() }, "platform_removed")
        }
    };
    if !platforms::save(&mut tx, &after).await? {
        return Err(Error::changed_meanwhile());
    }
    tx.journal(entry(now, actor.person, id, kind, json!({ "name": before.name, "code": before.code })));
    tx.commit().await?;
    Ok(Json(Acted { secret: shown }))
}

/// Posts a trial at once and says what came of it; also to one that is paused.
#[utoipa::path(post, path = "/api/government/platforms/{id}/test", tag = "government", params(("id" = String, Path)),
    responses((status = 200, body = Tried), (status = 404, body = ErrorBody), (status = 429, body = ErrorBody)))]
pub async fn test(
    Is(app): Is<App>,
    actor: Actor,
    Path(id): Path<PlatformId>,
    Extension(outlet): Extension<Outlet>,
) -> Answer<Tried> {
    let _one_of_few = outlet.trial().ok_or(Refusal::Busy)?;
    let to = platforms::read(&app.db, id).await?.ok_or_else(Error::not_found)?;
    let now = app.now();
    let name = format!("test-{}", now.as_micros());
    let tried = Tried::from(outlet.post(&app, &to, &name, &tell::trial(&name, now).to_string()).await);
    let mut tx = app.db.begin().await?;
    let payload = json!({ "name": to.name, "status": tried.status, "error": tried.error });
    tx.journal(entry(now, actor.person, id, "tried", payload));
    tx.commit().await?;
    Ok(Json(tried))
}
