//! Where an HTTP gateway posts receipts and replies: signed, recent, and each only once.

use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State as Is;
use axum::http::HeaderMap;
use gateways::http::{Callback, NAME};
use gateways::signed::{Doubt, NONCE, SIGNATURE, Signature, TIMESTAMP};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Answer, App, Error, ErrorBody, Json, Status};

use crate::rules::Refusal;
use crate::store::sending;
use crate::{Ways, jobs};

#[derive(Debug, Serialize, ToSchema)]
pub struct Kept {
    kept: bool,
}

/// Keeps a receipt or a reply: `{"kind":"receipt","id","to","fate","error"}` or `{"kind":"reply","from","text"}`, with the
/// headers `x-switchboard-timestamp`, `-nonce` and `-signature`: HMAC-SHA256 of `timestamp\nnonce\nbody` as hex.
#[utoipa::path(post, path = "/api/notices/callback", tag = "notices", request_body = serde_json::Value,
    responses((status = 200, body = Kept), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub async fn receive(
    Is(app): Is<App>,
    Extension(ways): Extension<Arc<Ways>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer<Kept> {
    let secret = ways.secret().ok_or_else(Error::not_found)?;
    let doubt = |doubt: Doubt| Error::from(Refusal::NotBelieved { why: doubt.to_string() });
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let signature = Signature::read(header(TIMESTAMP), header(NONCE), header(SIGNATURE)).map_err(doubt)?;
    let now = app.now();
    signature.check(secret, now.as_secs(), &body).map_err(doubt)?;
    let callback: Callback = serde_json::from_slice(&body)
        .map_err(|error| Error::refused(Status::Invalid, "bad_fields").with("detail", error.to_string()))?;
    // The nonce is kept only with what it brought: a request that failed may come again as it is.
    let mut tx = app.db.begin().await?;
    if !sending::is_new(&mut tx, &signature.nonce, now).await? {
        return Err(Refusal::NotBelieved { why: "the request was here before".into() }.into());
    }
    if !jobs::hear_in(&app, &mut tx, NAME, &callback.into()).await? {
        return Err(Error::changed_meanwhile());
    }
    tx.commit().await?;
    Ok(Json(Kept { kept: true }))
}
