//! The one-time link of a new centre.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use kernel::BuiltIn;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use web::{Answer, App, ClientAddress, Error, ErrorBody, Json};

use super::{Desk, entry};
use crate::rules::{Person, Refusal, password};
use crate::{setup, store};

#[derive(Serialize, ToSchema)]
pub struct SetupState {
    /// Nobody can sign in yet: open the link that the centre printed when it started.
    needed: bool,
    /// The centre's name.
    centre: Option<String>,
}

/// Whether the centre waits for its first person.
#[utoipa::path(get, path = "/api/setup", tag = "people", responses((status = 200, body = SetupState)))]
pub async fn setup_state(State(app): State<App>, Extension(desk): Extension<Desk>) -> Answer<SetupState> {
    let needed = setup::nobody_yet(&app.db).await?;
    Ok(Json(SetupState { needed, centre: desk.config.centre.get() }))
}

#[derive(Deserialize, ToSchema)]
pub struct SetUp {
    /// From the printed link.
    token: String,
    number: String,
    name: String,
    password: String,
}

/// Makes the first person, a security administrator, who adds all others.
#[utoipa::path(post, path = "/api/setup", tag = "people", request_body = SetUp,
    responses((status = 204), (status = 403, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn set_up(
    State(app): State<App>,
    Extension(desk): Extension<Desk>,
    ClientAddress(from): ClientAddress,
    Json(form): Json<SetUp>,
) -> Result<StatusCode, Error> {
    let now = app.now();
    desk.wrong
        .check(&from, now)
        .map_err(|throttled| Refusal::TooOften { retry_after_s: throttled.wait.as_secs() + 1 })?;
    let person = Person::new(app.id(), &form.number, &form.name, BuiltIn::SecurityAdmin)?;
    password::check(&form.password, &person.number, &person.name)?;
    let hash = desk.passwords.hash(&form.password, app.chance.as_ref()).await?;
    let mut tx = app.db.begin().await?;
    if !setup::is_empty(&mut tx).await? {
        return Err(Refusal::AlreadySetUp.into());
    }
    if !setup::use_link(&mut tx, &form.token).await? {
        desk.wrong.failed(&from, now);
        return Err(Refusal::BadSetupLink.into());
    }
    store::insert(&mut tx, &person).await?;
    let secret = store::Secret { hash, digest: None, must_change: false };
    store::set_password(&mut tx, person.id, &secret, now).await?;
    tx.journal(entry(now, Some(person.id), person.id, "set_up", json!({ "number": person.number })));
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
