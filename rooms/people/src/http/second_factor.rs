//! One's own second factor, and taking it from somebody who lost the telephone it is on.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use kernel::PersonId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use web::{Actor, Answer, App, ClientAddress, Error, ErrorBody, Json, Path};

use super::{Desk, entry};
use crate::rules::second_factor::{self as rule, Factor, SECRET_BYTES};
use crate::rules::{Refusal, password};
use crate::store::{self, second_factor, session};

/// Whether signing in asks for a code.
#[derive(Debug, Serialize, ToSchema)]
pub struct SecondFactor {
    on: bool,
    /// A role demands it: it cannot be taken off.
    required: bool,
}

/// One's own second factor.
#[utoipa::path(get, path = "/api/me/second_factor", tag = "people", responses((status = 200, body = SecondFactor)))]
pub async fn show(
    State(app): State<App>,
    Extension(desk): Extension<Desk>,
    actor: Actor,
) -> Answer<SecondFactor> {
    let mut connection = app.db.read().acquire().await.map_err(anyhow::Error::from)?;
    let factor = second_factor::read(&mut connection, &desk.config.sealer, actor.person).await?;
    let required = second_factor::required(&mut connection, actor.person).await?;
    Ok(Json(SecondFactor { on: factor.secret.is_some(), required }))
}

#[derive(Deserialize, ToSchema)]
pub struct Present {
    /// The present password: whoever finds an open page cannot change this.
    password: String,
}

/// What to put into an authenticator app.
#[derive(Serialize, ToSchema)]
pub struct Offered {
    /// Base 32, for typing.
    secret: String,
    /// `otpauth://…`, for a picture.
    address: String,
}

/// Offers a secret; it counts once a code of it has been given.
#[utoipa::path(post, path = "/api/me/second_factor", tag = "people", request_body = Present,
    responses((status = 200, body = Offered), (status = 422, body = ErrorBody), (status = 429, body = ErrorBody)))]
pub async fn offer(
    State(app): State<App>,
    Extension(desk): Extension<Desk>,
    ClientAddress(from): ClientAddress,
    actor: Actor,
    Json(form): Json<Present>,
) -> Answer<Offered> {
    prove(&app, &desk, from, &actor, &form.password).await?;
    let mut bytes = [0u8; SECRET_BYTES];
    app.chance.fill(&mut bytes)?;
    let secret = rule::secret_text(bytes);
    let address = rule::address(&secret, &actor.number, &desk.config.centre.get().unwrap_or_default())?;
    let mut tx = app.db.begin().await?;
    let factor = second_factor::read(&mut tx, &desk.config.sealer, actor.person).await?;
    let offered = Factor { pending: Some(secret.clone()), ..factor };
    second_factor::write(&mut tx, &desk.config.sealer, app.chance.as_ref(), actor.person, &offered).await?;
    tx.journal(entry(app.now(), Some(actor.person), actor.person, "second_factor_offered", json!({})));
    tx.commit().await?;
    Ok(Json(Offered { secret, address }))
}

#[derive(Deserialize, ToSchema)]
pub struct Code {
    /// Six digits.
    code: String,
}

/// Turns the offered secret on: from now on signing in asks for a code; every other session ends.
#[utoipa::path(put, path = "/api/me/second_factor", tag = "people", request_body = Code,
    responses((status = 204), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn turn_on(
    State(app): State<App>,
    Extension(desk): Extension<Desk>,
    ClientAddress(from): ClientAddress,
    actor: Actor,
    Json(form): Json<Code>,
) -> Result<StatusCode, Error> {
    let now = app.now();
    desk.may_try(&from, now)?;
    let mut tx = app.db.begin().await?;
    store::hold(&mut tx, actor.person).await?;
    let factor = second_factor::read(&mut tx, &desk.config.sealer, actor.person).await?;
    let pending = factor.pending.ok_or(Refusal::NothingOffered)?;
    let step = match rule::check(&pending, None, &form.code, now)? {
        Ok(step) => step,
        Err(wrong) => {
            desk.wrong.failed(&from, now);
            return Err(wrong.into());
        }
    };
    let on = Factor { secret: Some(pending), pending: None, last_step: Some(step) };
    second_factor::write(&mut tx, &desk.config.sealer, app.chance.as_ref(), actor.person, &on).await?;
    session::end_all(&mut tx, actor.person, Some(actor.session)).await?;
    tx.journal(entry(now, Some(actor.person), actor.person, "second_factor_on", json!({})));
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes one's own off, unless a role demands it.
#[utoipa::path(post, path = "/api/me/second_factor/off", tag = "people", request_body = Present,
    responses((status = 204), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn turn_off(
    State(app): State<App>,
    Extension(desk): Extension<Desk>,
    ClientAddress(from): ClientAddress,
    actor: Actor,
    Json(form): Json<Present>,
) -> Result<StatusCode, Error> {
    prove(&app, &desk, from, &actor, &form.password).await?;
    let mut tx = app.db.begin().await?;
    if second_factor::required(&mut tx, actor.person).await? {
        return Err(Refusal::SecondFactorRequired.into());
    }
    second_factor::take(&mut tx, actor.person).await?;
    tx.journal(entry(app.now(), Some(actor.person), actor.person, "second_factor_off", json!({})));
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes it from somebody else, who lost it; where a role demands one, the next sign-in asks to set it up anew.
#[utoipa::path(delete, path = "/api/people/persons/{id}/second_factor", tag = "people", params(("id" = String, Path)),
    responses((status = 204), (status = 403, body = ErrorBody)))]
pub async fn take(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<PersonId>,
) -> Result<StatusCode, Error> {
    if id == actor.person {
        return Err(Refusal::NotToOneself.into());
    }
    let mut tx = app.db.begin().await?;
    store::by_id(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    second_factor::take(&mut tx, id).await?;
    session::end_all(&mut tx, id, None).await?;
    tx.journal(entry(app.now(), Some(actor.person), id, "second_factor_taken", json!({})));
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether whoever sits there knows the password.
async fn prove(
    app: &App,
    desk: &Desk,
    from: std::net::IpAddr,
    actor: &Actor,
    given: &str,
) -> Result<(), Error> {
    let now = app.now();
    desk.may_try(&from, now)?;
    let hash = {
        let mut connection = app.db.read().acquire().await.map_err(anyhow::Error::from)?;
        store::by_id(&mut connection, actor.person).await?.ok_or_else(Error::not_found)?.1
    };
    if given.len() > 4 * password::MOST || !desk.passwords.matches(given, hash).await? {
        desk.wrong.failed(&from, now);
        return Err(Refusal::PresentPasswordWrong.into());
    }
    Ok(())
}
