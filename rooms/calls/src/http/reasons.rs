//! Limits of the reasons for not being ready.

use std::collections::BTreeMap;

use axum::extract::State;
use web::{Actor, Answer, App, Json};

use crate::LinesChanged;
use crate::rules::{ReasonLimit, check_reason};
use crate::store::lines;

/// Every reason that has a limit, built-in or configured.
#[utoipa::path(get, path = "/api/calls/reasons", tag = "calls",
    responses((status = 200, body = BTreeMap<String, ReasonLimit>)))]
pub async fn list(State(app): State<App>) -> Answer<BTreeMap<String, ReasonLimit>> {
    Ok(Json(lines::reasons(&app.db).await?))
}

/// Changes the reasons that are named: `{"short_break":{"minutes":10,"spells":3,"share_percent":15}}`.
#[utoipa::path(put, path = "/api/calls/reasons", tag = "calls", request_body = BTreeMap<String, ReasonLimit>,
    responses((status = 200, body = BTreeMap<String, ReasonLimit>), (status = 422)))]
pub async fn put(
    State(app): State<App>,
    actor: Actor,
    Json(reasons): Json<BTreeMap<String, ReasonLimit>>,
) -> Answer<BTreeMap<String, ReasonLimit>> {
    for (reason, limit) in &reasons {
        check_reason(reason, limit)?;
    }
    let now = app.now();
    let mut tx = app.db.begin().await?;
    lines::put_reasons(&mut tx, actor.person, now, &reasons).await?;
    tx.emit(now, &LinesChanged {})?;
    tx.commit().await?;
    list(State(app)).await
}
