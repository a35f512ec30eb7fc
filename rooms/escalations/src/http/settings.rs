//! The ladder: its steps, and what begins where.

use axum::extract::State as Is;
use db::config;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Actor, Answer, App, ErrorBody, Json, Setting};

use crate::ROOM;
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
#[utoipa::path(get, path = "/api/escalations/settings", tag = "escalations", responses((status = 200, body = SettingsView)))]
pub async fn get(Is(app): Is<App>) -> Answer<SettingsView> {
    let found = config::read::<Settings>(&app.db).await?;
    Ok(Json(SettingsView { settings: found.value, version: found.version }))
}

/// New settings. A turn that runs keeps its time; the next one has the new.
#[utoipa::path(put, path = "/api/escalations/settings", tag = "escalations", request_body = SettingsView,
    responses((status = 200, body = SettingsView), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn put(Is(app): Is<App>, actor: Actor, Json(form): Json<SettingsView>) -> Answer<SettingsView> {
    let SettingsView { settings, version: before } = form;
    settings.check()?;
    let mut tx = app.db.begin().await?;
    let setting = Setting { room: ROOM, kind: "settings_changed", who: actor.person, at: app.now() };
    let version = setting.put(&mut tx, &settings, before).await?;
    tx.commit().await?;
    Ok(Json(SettingsView { settings, version }))
}
