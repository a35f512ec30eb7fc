//! What a centre configures: sub-types, limits, settings. Each change is a whole new version.

use axum::extract::State;
use db::{
    Entry,
    config::{self, Config},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, ErrorBody, Json, Setting};

use crate::rules::settings::{Limits, Settings};
use crate::rules::{Kinds, Refusal, seed};

/// One version of the sub-types.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KindsView {
    kinds: Kinds,
    /// When it is put: of what was read.
    version: i64,
}

/// One version of something else that is configured.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Configured<T> {
    value: T,
    version: i64,
}

async fn put<T: Config>(
    app: &App,
    actor: &Actor,
    value: &T,
    before: i64,
    kind: &'static str,
) -> Result<i64, Error> {
    let mut tx = app.db.begin().await?;
    let setting = Setting { room: "work_orders", kind, who: actor.person, at: app.now() };
    let version = setting.put(&mut tx, value, before).await?;
    tx.commit().await?;
    Ok(version)
}

/// The sub-types in force.
#[utoipa::path(get, path = "/api/work_orders/kinds", tag = "work_orders", responses((status = 200, body = KindsView)))]
pub async fn kinds(State(app): State<App>) -> Answer<KindsView> {
    let config::Versioned { value, version } = config::read::<Kinds>(&app.db).await?;
    Ok(Json(KindsView { kinds: value, version }))
}

/// New sub-types. None may disappear: what is no longer offered is retired.
#[utoipa::path(put, path = "/api/work_orders/kinds", tag = "work_orders", request_body = KindsView,
    responses((status = 200, body = KindsView), (status = 422, body = ErrorBody)))]
pub async fn put_kinds(
    State(app): State<App>,
    actor: Actor,
    Json(form): Json<KindsView>,
) -> Answer<KindsView> {
    form.kinds.check()?;
    let before = config::read::<Kinds>(&app.db).await?.value;
    if let Some(code) = before.missing_from(&form.kinds) {
        return Err(Refusal::BadConfig { detail: format!("{code} is gone: retire it instead") }.into());
    }
    let version = put(&app, &actor, &form.kinds, form.version, "kinds_changed").await?;
    Ok(Json(KindsView { kinds: form.kinds, version }))
}

/// The limits in force.
#[utoipa::path(get, path = "/api/work_orders/limits", tag = "work_orders", responses((status = 200, body = Object)))]
pub async fn limits(State(app): State<App>) -> Answer<Configured<Limits>> {
    let config::Versioned { value, version } = config::read::<Limits>(&app.db).await?;
    Ok(Json(Configured { value, version }))
}

/// New limits: for orders accepted, and steps begun, from now on.
#[utoipa::path(put, path = "/api/work_orders/limits", tag = "work_orders", request_body = Object,
    responses((status = 200, body = Object), (status = 422, body = ErrorBody)))]
pub async fn put_limits(
    State(app): State<App>,
    actor: Actor,
    Json(form): Json<Configured<Limits>>,
) -> Answer<Configured<Limits>> {
    form.value.check()?;
    let version = put(&app, &actor, &form.value, form.version, "limits_changed").await?;
    Ok(Json(Configured { value: form.value, version }))
}

/// The settings in force.
#[utoipa::path(get, path = "/api/work_orders/settings", tag = "work_orders", responses((status = 200, body = Object)))]
pub async fn settings(State(app): State<App>) -> Answer<Configured<Settings>> {
    let config::Versioned { value, version } = config::read::<Settings>(&app.db).await?;
    Ok(Json(Configured { value, version }))
}

/// New settings.
#[utoipa::path(put, path = "/api/work_orders/settings", tag = "work_orders", request_body = Object,
    responses((status = 200, body = Object), (status = 422, body = ErrorBody)))]
pub async fn put_settings(
    State(app): State<App>,
    actor: Actor,
    Json(form): Json<Configured<Settings>>,
) -> Answer<Configured<Settings>> {
    form.value.check()?;
    let version = put(&app, &actor, &form.value, form.version, "settings_changed").await?;
    Ok(Json(Configured { value: form.value, version }))
}

/// The demo's sub-types and limits, where there are none yet: `gas`, `power`, `cable`.
pub async fn put_demo(app: &App, name: &str) -> anyhow::Result<()> {
    let Some(demo) = seed::demo(name) else { anyhow::bail!("there is no demo called {name}") };
    let (kinds, limits) = demo?;
    let mut tx = app.db.begin().await?;
    if config::now::<Kinds>(&mut tx).await?.version == 0 {
        config::put(&mut tx, &kinds, 0, None, app.now()).await?;
        config::put(&mut tx, &limits, 0, None, app.now()).await?;
        let (subject, payload) = ("kinds".to_owned(), json!({ "demo": name }));
        tx.journal(Entry {
            at: app.now(),
            who: None,
            room: "work_orders",
            subject,
            kind: "kinds_changed",
            payload,
        });
        tx.commit().await?;
    }
    Ok(())
}
