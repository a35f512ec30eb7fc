//! What platforms post: signed, recent, and each request only once. docs/government.md tells the other side's engineers.

use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State as Is;
use axum::extract::rejection::BytesRejection;
use axum::http::HeaderMap;
use gateways::signed::{Doubt, NONCE, SIGNATURE, Signature, TIMESTAMP};
use kernel::calendar::Calendar;
use web::{Answer, App, Error, ErrorBody, Json, Status};

use crate::outlet::{Outlet, PLATFORM};
use crate::rules::platform::State;
use crate::rules::{Platform, Refusal};
use crate::store::platforms;
use crate::taking;

/// The largest request, in bytes.
pub const BODY_MAX: usize = 64 << 10;

/// Whose request it is, under which nonce.
async fn believed(
    app: &App,
    outlet: &Outlet,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(Platform, String), Error> {
    let doubt = |doubt: Doubt| Error::from(Refusal::NotBelieved { why: doubt.to_string() });
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let signature = Signature::read(header(TIMESTAMP), header(NONCE), header(SIGNATURE)).map_err(doubt)?;
    let code = header(PLATFORM).filter(|code| code.len() <= 32).ok_or_else(|| doubt(Doubt::Unsigned))?;
    // Whether there is such a platform is nobody's business who cannot sign for it.
    let platform = platforms::by_code(&app.db, code).await?.ok_or_else(|| doubt(Doubt::Wrong))?;
    outlet.believe(&platform, &signature, app.now(), body).map_err(doubt)?;
    match platform.state {
        State::Active => Ok((platform, signature.nonce)),
        State::Paused | State::Removed => Err(Refusal::Paused.into()),
    }
}

fn whole(body: Result<Bytes, BytesRejection>) -> Result<Bytes, Error> {
    body.map_err(|_| Error::refused(Status::TooLarge, "too_large"))
}

/// A ticket, which becomes a work order. The same again is answered with the same order.
#[utoipa::path(post, path = "/api/government/tickets", tag = "government", request_body = serde_json::Value,
    responses((status = 200, body = taking::Answer), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn ticket(
    Is(app): Is<App>,
    Extension(outlet): Extension<Outlet>,
    Extension(calendar): Extension<Arc<Calendar>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Answer<taking::Answer> {
    let body = whole(body)?;
    let (platform, nonce) = believed(&app, &outlet, &headers, &body).await?;
    Ok(Json(taking::ticket(&app, &calendar, &platform, &nonce, &body).await?))
}

/// What a platform says about a ticket afterwards: urged, supervised, sent back, cancelled, more time, an addition.
#[utoipa::path(post, path = "/api/government/messages", tag = "government", request_body = serde_json::Value,
    responses((status = 200, body = taking::Answer), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn message(
    Is(app): Is<App>,
    Extension(outlet): Extension<Outlet>,
    Extension(calendar): Extension<Arc<Calendar>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Answer<taking::Answer> {
    let body = whole(body)?;
    let (platform, nonce) = believed(&app, &outlet, &headers, &body).await?;
    Ok(Json(taking::message(&app, &calendar, &platform, &nonce, &body).await?))
}
