//! The reasons for not being ready, and their limits.

use std::collections::BTreeMap;

use axum::extract::State;
use web::{Actor, Answer, App, Json};

use crate::LinesChanged;
use crate::rules::{REASONS_MAX, ReasonLimit, Refusal, check_reason};
use crate::store::lines;

/// Every reason that may be chosen or has a limit, built-in or configured.
#[utoipa::path(get, path = "/api/calls/reasons", tag = "calls",
    responses((status = 200, body = BTreeMap<String, ReasonLimit>)))]
pub async fn list(State(app): State<App>) -> Answer<BTreeMap<String, ReasonLimit>> {
    Ok(Json(lines::reasons(&app.db).await?))
}

/// Changes the reasons that are named: `{"short_break":{"minutes":10,"spells":3,"share_percent":15}}`. One that is `null` goes, or
/// is again as it was from the start.
#[utoipa::path(put, path = "/api/calls/reasons", tag = "calls", request_body = BTreeMap<String, ReasonLimit>,
    responses((status = 200, body = BTreeMap<String, ReasonLimit>), (status = 422)))]
pub async fn put(
    State(app): State<App>,
    actor: Actor,
    Json(reasons): Json<BTreeMap<String, Option<ReasonLimit>>>,
) -> Answer<BTreeMap<String, ReasonLimit>> {
    for (reason, limit) in &reasons {
        check_reason(reason, limit.as_ref())?;
    }
    let mut after = lines::reasons(&app.db).await?;
    after.extend(reasons.iter().filter_map(|(reason, limit)| Some((reason.clone(), limit.clone()?))));
    if after.len() > REASONS_MAX {
        return Err(Refusal::TooManyReasons { most: REASONS_MAX }.into());
    }
    let now = app.now();
    let mut tx = app.db.begin().await?;
    lines::put_reasons(&mut tx, actor.person, now, &reasons).await?;
    tx.emit(now, &LinesChanged {})?;
    tx.commit().await?;
    list(State(app)).await
}
