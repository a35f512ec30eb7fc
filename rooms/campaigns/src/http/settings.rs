//! At what hours, how often and over how many lines the machine calls.

use axum::extract::State;
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
    /// The flows that are published, by name: what a campaign can be led through.
    #[serde(default)]
    flows: Vec<String>,
}

async fn flows(app: &App) -> anyhow::Result<Vec<String>> {
    let all = ivr_flows::store::all(&app.db).await?;
    Ok(all.into_iter().filter(|flow| flow.live.is_some()).map(|flow| flow.name).collect())
}

/// The settings in force.
#[utoipa::path(get, path = "/api/campaigns/settings", tag = "campaigns", responses((status = 200, body = SettingsView)))]
pub async fn get(State(app): State<App>) -> Answer<SettingsView> {
    let found = config::read::<Settings>(&app.db).await?;
    Ok(Json(SettingsView { settings: found.value, version: found.version, flows: flows(&app).await? }))
}

/// New settings. The lines kept free hold at once for every campaign; the rest is what new ones begin with.
#[utoipa::path(put, path = "/api/campaigns/settings", tag = "campaigns", request_body = SettingsView,
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
    Ok(Json(SettingsView { settings, version, flows: flows(&app).await? }))
}
