//! The standard phrases and the centre's settings of this room.

use axum::extract::State;
use calls::store::lines;
use db::{
    Entry,
    config::{self, Config},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, ErrorBody, Json};

use crate::rules::Settings;
use crate::rules::phrases::Phrases;

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PhrasesForm {
    version: i64,
    #[serde(flatten)]
    phrases: Phrases,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SettingsForm {
    version: i64,
    #[serde(flatten)]
    settings: Settings,
}

/// What to say at which moment, with one's own number filled in.
#[utoipa::path(get, path = "/api/interactions/phrases", tag = "interactions",
    responses((status = 200, body = PhrasesForm)))]
pub async fn mine(State(app): State<App>, actor: Actor) -> Answer<PhrasesForm> {
    let found = config::read::<Phrases>(&app.db).await?;
    let centre = lines::centre(&app.db).await?.name;
    let phrases = found.value.filled(&centre, &actor.number);
    Ok(Json(PhrasesForm { version: found.version, phrases }))
}

/// The same as they are kept, with their placeholders.
#[utoipa::path(get, path = "/api/interactions/phrases/raw", tag = "interactions",
    responses((status = 200, body = PhrasesForm)))]
pub async fn raw(State(app): State<App>) -> Answer<PhrasesForm> {
    let found = config::read::<Phrases>(&app.db).await?;
    Ok(Json(PhrasesForm { version: found.version, phrases: found.value }))
}

/// A new version of all phrases.
#[utoipa::path(put, path = "/api/interactions/phrases", tag = "interactions", request_body = PhrasesForm,
    responses((status = 200, body = PhrasesForm), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn put(State(app): State<App>, actor: Actor, Json(form): Json<PhrasesForm>) -> Answer<PhrasesForm> {
    let phrases = form.phrases.checked()?;
    let version = keep(&app, &actor, &phrases, form.version, "phrases_changed").await?;
    Ok(Json(PhrasesForm { version, phrases }))
}

/// Whether a record must be complete before its agent is ready again.
#[utoipa::path(get, path = "/api/interactions/settings", tag = "interactions",
    responses((status = 200, body = SettingsForm)))]
pub async fn settings(State(app): State<App>) -> Answer<SettingsForm> {
    let found = config::read::<Settings>(&app.db).await?;
    Ok(Json(SettingsForm { version: found.version, settings: found.value }))
}

#[utoipa::path(put, path = "/api/interactions/settings", tag = "interactions", request_body = SettingsForm,
    responses((status = 200, body = SettingsForm), (status = 409, body = ErrorBody)))]
pub async fn put_settings(
    State(app): State<App>,
    actor: Actor,
    Json(form): Json<SettingsForm>,
) -> Answer<SettingsForm> {
    let version = keep(&app, &actor, &form.settings, form.version, "settings_changed").await?;
    Ok(Json(SettingsForm { version, settings: form.settings }))
}

async fn keep<T: Config>(
    app: &App,
    actor: &Actor,
    value: &T,
    before: i64,
    kind: &'static str,
) -> Result<i64, Error> {
    let (at, who) = (app.now(), Some(actor.person));
    let mut tx = app.db.begin().await?;
    let now = config::now::<T>(&mut tx).await?;
    if now.version != before || !config::put(&mut tx, value, before, who, at).await? {
        return Err(Error::changed_meanwhile());
    }
    let payload = json!({ "version": before + 1, "before": now.value, "after": value });
    let subject = T::KIND.to_owned();
    tx.journal(Entry { at, who, room: "interactions", subject, kind, payload });
    tx.commit().await?;
    Ok(before + 1)
}
