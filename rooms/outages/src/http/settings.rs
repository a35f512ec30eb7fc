//! From how many callers hear of an outage, how long, who gets messages.

use axum::extract::State;
use db::config;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Actor, Answer, App, ErrorBody, Json, Setting};

use crate::rules::Settings;
use crate::{ROOM, picture};

/// One version of the settings.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsView {
    settings: Settings,
    /// When it is put: of what was read.
    version: i64,
    /// Told, and not asked: nobody has named the company, so messages are in the name of 本公司.
    #[serde(default)]
    unnamed: bool,
}

impl SettingsView {
    fn of(settings: Settings, version: i64) -> SettingsView {
        SettingsView { unnamed: settings.is_unnamed(), settings, version }
    }
}

/// The settings in force.
#[utoipa::path(get, path = "/api/outages/settings", tag = "outages", responses((status = 200, body = SettingsView)))]
pub async fn get(State(app): State<App>) -> Answer<SettingsView> {
    let found = config::read::<Settings>(&app.db).await?;
    Ok(Json(SettingsView::of(found.value, found.version)))
}

/// New settings.
#[utoipa::path(put, path = "/api/outages/settings", tag = "outages", request_body = SettingsView,
    responses((status = 200, body = SettingsView), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn put(
    State(app): State<App>,
    actor: Actor,
    Json(form): Json<SettingsView>,
) -> Answer<SettingsView> {
    form.settings.check()?;
    let (settings, before) = (form.settings, form.version);
    let mut tx = app.db.begin().await?;
    let setting = Setting { room: ROOM, kind: "settings_changed", who: actor.person, at: app.now() };
    let version = setting.put(&mut tx, &settings, before).await?;
    tx.commit().await?;
    picture::changed();
    Ok(Json(SettingsView::of(settings, version)))
}
