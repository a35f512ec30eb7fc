//! Signing in and out, and one's own account.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::IntoResponse;
use kernel::{GroupId, PersonId, SessionId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use web::{Actor, Answer, App, ClientAddress, Error, ErrorBody, Json};

use super::{Desk, entry};
use crate::rules::second_factor as code_rule;
use crate::rules::{Refusal, password, sign_in as rule};
use crate::secrets;
use crate::store::{self, second_factor, session};

#[derive(Deserialize, ToSchema)]
pub struct SignIn {
    /// The number (工号).
    user: String,
    password: String,
    /// Of the second factor; asked for (`people.code_missing`) when the password is right.
    #[serde(default)]
    code: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct SignedIn {
    /// The centre's time.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Nothing else can be done before the password is changed.
    must_change_password: bool,
    /// A role demands a second factor, and there is none: nothing else can be done before.
    must_add_second_factor: bool,
}

/// Signs in: sets the session's cookie.
#[utoipa::path(post, path = "/api/sign_in", tag = "people", request_body = SignIn,
    responses((status = 200, body = SignedIn), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 429, body = ErrorBody)))]
pub async fn sign_in(
    State(app): State<App>,
    Extension(desk): Extension<Desk>,
    ClientAddress(from): ClientAddress,
    Json(form): Json<SignIn>,
) -> Result<impl IntoResponse, Error> {
    let now = app.now();
    desk.may_try(&from, now)?;
    let user = form.user.trim();
    let found = match user.len() <= 64 && form.password.len() <= 4 * password::MOST {
        true => {
            let mut connection = app.db.read().acquire().await.map_err(anyhow::Error::from)?;
            store::by_number(&mut connection, user).await?
        }
        false => None,
    };
    if let Some((person, _)) = &found {
        rule::may_try(person, now)?;
    }
    let hash = found.as_ref().and_then(|(_, hash)| hash.clone());
    let right = desk.passwords.matches(&form.password, hash).await?;

    // Loaded again with the right to write: hashing took a while, and another try may have locked it meanwhile.
    let mut tx = app.db.begin().await?;
    let person = match &found {
        Some((person, _)) => store::hold(&mut tx, person.id).await?.map(|(person, _)| person),
        None => None,
    };
    let Some(person) = person else {
        desk.wrong.failed(&from, now);
        // The number is not written down: people type passwords into the wrong field.
        tx.journal(entry(now, None, from, "sign_in_failed", json!({ "why": "no_such_number" })));
        tx.commit().await?;
        return Err(Refusal::WrongPassword.into());
    };
    rule::may_try(&person, now)?;
    let factor = second_factor::read(&mut tx, &desk.config.sealer, person.id).await?;
    // The code is looked at only after a right password: it tells a stranger nothing.
    let code = match (&factor.secret, form.code.as_deref()) {
        (None, _) => Ok(None),
        (Some(_), None | Some("")) if right => return Err(Refusal::CodeMissing.into()),
        (Some(secret), code) => {
            code_rule::check(secret, factor.last_step, code.unwrap_or_default(), now)?.map(Some)
        }
    };
    if !right || code.is_err() {
        desk.wrong.failed(&from, now);
        let tried = rule::after_failure(&person, now);
        session::note_failure(&mut tx, person.id, &tried).await?;
        let why = if right { "wrong_code" } else { "wrong_password" };
        let payload = json!({ "why": why, "failures": tried.failures, "locked_until": tried.locked_until,
            "address": from.to_string() });
        tx.journal(entry(now, None, person.id, "sign_in_failed", payload));
        tx.commit().await?;
        return Err(match tried.locked_until {
            Some(until) => Refusal::LockedOut { until },
            None if right => Refusal::WrongCode,
            None => Refusal::WrongPassword,
        }
        .into());
    }
    desk.wrong.succeeded(&from);
    if let Ok(Some(step)) = code {
        second_factor::used(&mut tx, person.id, step).await?;
    }
    let required = second_factor::required(&mut tx, person.id).await?;
    let token = secrets::token(app.chance.as_ref())?;
    let new = session::NewSession {
        id: app.id::<SessionId>(),
        token_hash: &secrets::token_hash(&token),
        idle: rule::idle(&person),
        address: &from.to_string(),
    };
    session::begin(&mut tx, &person, new, now).await?;
    session::forget_old(&mut tx, now).await?;
    tx.journal(entry(now, Some(person.id), person.id, "signed_in", json!({ "address": from.to_string() })));
    tx.commit().await?;
    let body = SignedIn {
        at: now,
        must_change_password: rule::must_change_password(&person, now),
        must_add_second_factor: required && factor.secret.is_none(),
    };
    Ok(([(SET_COOKIE, web::session_cookie(&token, app.secure_cookies))], Json(body)))
}

/// Signs out: ends the session.
#[utoipa::path(post, path = "/api/sign_out", tag = "people", responses((status = 204)))]
pub async fn sign_out(State(app): State<App>, actor: Actor) -> Result<impl IntoResponse, Error> {
    let mut tx = app.db.begin().await?;
    session::end(&mut tx, actor.session).await?;
    tx.journal(entry(app.now(), Some(actor.person), actor.person, "signed_out", json!({})));
    tx.commit().await?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, web::cleared_cookie())]))
}

/// Who is signed in.
#[derive(Serialize, ToSchema)]
pub struct Me {
    #[schema(value_type = String, example = "pe_1f3k9m2c8x4q")]
    id: PersonId,
    /// 工号
    number: String,
    name: String,
    permissions: Vec<String>,
    #[schema(value_type = Option<String>)]
    group: Option<GroupId>,
    /// The groups this person leads.
    #[schema(value_type = Vec<String>)]
    leads: Vec<GroupId>,
    must_change_password: bool,
    /// A role demands a second factor, and there is none: nothing else can be done before.
    must_add_second_factor: bool,
    /// The centre's name.
    centre: Option<String>,
    demo: bool,
    /// The centre's time.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

/// Who I am and what I may do.
#[utoipa::path(get, path = "/api/me", tag = "people", responses((status = 200, body = Me), (status = 401, body = ErrorBody)))]
pub async fn me(State(app): State<App>, Extension(desk): Extension<Desk>, actor: Actor) -> Answer<Me> {
    let now = app.now();
    let mut connection = app.db.read().acquire().await.map_err(anyhow::Error::from)?;
    let (person, _) = store::by_id(&mut connection, actor.person).await?.ok_or_else(Error::not_found)?;
    let required = second_factor::required(&mut connection, actor.person).await?;
    let missing = required
        && second_factor::read(&mut connection, &desk.config.sealer, actor.person).await?.secret.is_none();
    Ok(Json(Me {
        id: actor.person,
        number: actor.number,
        name: actor.name,
        permissions: actor.permissions.keys().map(str::to_owned).collect(),
        group: actor.group,
        leads: actor.leads,
        must_change_password: rule::must_change_password(&person, now),
        must_add_second_factor: missing,
        centre: desk.config.centre.get(),
        demo: desk.config.demo,
        at: now,
    }))
}

#[derive(Deserialize, ToSchema)]
pub struct NewPassword {
    /// The present one.
    present: String,
    new: String,
}

/// Changes one's own password; every other session of the person ends.
#[utoipa::path(put, path = "/api/me/password", tag = "people", request_body = NewPassword,
    responses((status = 204), (status = 422, body = ErrorBody), (status = 429, body = ErrorBody)))]
pub async fn change_password(
    State(app): State<App>,
    Extension(desk): Extension<Desk>,
    ClientAddress(from): ClientAddress,
    actor: Actor,
    Json(form): Json<NewPassword>,
) -> Result<StatusCode, Error> {
    let now = app.now();
    desk.may_try(&from, now)?;
    let (person, hash) = {
        let mut connection = app.db.read().acquire().await.map_err(anyhow::Error::from)?;
        store::by_id(&mut connection, actor.person).await?.ok_or_else(Error::not_found)?
    };
    password::check(&form.new, &person.number, &person.name)?;
    if form.new == form.present {
        return Err(Refusal::PasswordNotNew.into());
    }
    if form.present.len() > 4 * password::MOST || !desk.passwords.matches(&form.present, hash).await? {
        desk.wrong.failed(&from, now);
        return Err(Refusal::PresentPasswordWrong.into());
    }
    let secret = store::Secret {
        hash: desk.passwords.hash(&form.new, app.chance.as_ref()).await?,
        digest: desk.digest(person.phone, &person.number, &form.new),
        must_change: false,
    };
    let mut tx = app.db.begin().await?;
    store::set_password(&mut tx, person.id, &secret, now).await?;
    session::end_all(&mut tx, person.id, Some(actor.session)).await?;
    tx.journal(entry(now, Some(person.id), person.id, "password_changed", json!({})));
    if person.phone {
        tx.emit(now, &crate::Changed { person: person.id })?;
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
