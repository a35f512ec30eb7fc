//! How often, how far apart, at what hours.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use db::config;
use kernel::calendar::Calendar;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Actor, Answer, App, ErrorBody, Json, Setting};

use crate::asking;
use crate::rules::Settings;

/// One version of the settings.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsView {
    settings: Settings,
    /// When it is put: of what was read.
    version: i64,
}

/// The settings in force.
#[utoipa::path(get, path = "/api/callbacks/settings", tag = "callbacks", responses((status = 200, body = SettingsView)))]
pub async fn get(State(app): State<App>) -> Answer<SettingsView> {
    let found = config::read::<Settings>(&app.db).await?;
    Ok(Json(SettingsView { settings: found.value, version: found.version }))
}

/// New settings, for what is open too.
#[utoipa::path(put, path = "/api/callbacks/settings", tag = "callbacks", request_body = SettingsView,
    responses((status = 200, body = SettingsView), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn put(
    State(app): State<App>,
    Extension(calendar): Extension<Arc<Calendar>>,
    actor: Actor,
    Json(form): Json<SettingsView>,
) -> Answer<SettingsView> {
    form.settings.check()?;
    let (settings, before) = (form.settings, form.version);
    let mut tx = app.db.begin().await?;
    let setting = Setting { room: "callbacks", kind: "settings_changed", who: actor.person, at: app.now() };
    let version = setting.put(&mut tx, &settings, before).await?;
    asking::reckon_again(&mut tx, &calendar, &settings).await?;
    tx.commit().await?;
    Ok(Json(SettingsView { settings, version }))
}
