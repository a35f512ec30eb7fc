//! When shifts begin, and what a handover must say.

use axum::extract::State as Is;
use db::config;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Actor, Answer, App, ErrorBody, Json, Setting};

use crate::ROOM;
use crate::rules::{Refusal, Settings};

/// One version of the settings.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsView {
    settings: Settings,
    /// When it is put: of what was read.
    version: i64,
}

/// The settings in force.
#[utoipa::path(get, path = "/api/handover/settings", tag = "handover", responses((status = 200, body = SettingsView)))]
pub async fn get(Is(app): Is<App>) -> Answer<SettingsView> {
    let found = config::read::<Settings>(&app.db).await?;
    Ok(Json(SettingsView { settings: found.value, version: found.version }))
}

/// New settings. The shift that works now ends as it was begun; they count for the next.
#[utoipa::path(put, path = "/api/handover/settings", tag = "handover", request_body = SettingsView,
    responses((status = 200, body = SettingsView), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn put(Is(app): Is<App>, actor: Actor, Json(form): Json<SettingsView>) -> Answer<SettingsView> {
    let SettingsView { mut settings, version: before } = form;
    settings.shifts.iter_mut().for_each(|shift| shift.name = shift.name.trim().to_owned());
    settings.shifts.sort_by_key(|shift| shift.begins);
    settings.check()?;
    let known = people::store::teams::names(&app.db).await?;
    if settings.teams.iter().any(|team| !known.contains_key(team)) {
        return Err(Refusal::BadSettings { field: "teams" }.into());
    }
    let mut tx = app.db.begin().await?;
    let setting = Setting { room: ROOM, kind: "settings_changed", who: actor.person, at: app.now() };
    let version = setting.put(&mut tx, &settings, before).await?;
    tx.commit().await?;
    Ok(Json(SettingsView { settings, version }))
}
