//! Keeping a recording although its time is over.

use axum::extract::State;
use kernel::RecordingId;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Actor, Answer, App, Json, Path};

use super::found::reach;
use crate::store::rows;

#[derive(Debug, Deserialize, ToSchema)]
pub struct Hold {
    pub held: bool,
    /// For the journal.
    pub why: String,
}

#[utoipa::path(post, path = "/api/recordings/{id}/hold", tag = "recordings", params(("id" = String, Path)),
    request_body = Hold, responses((status = 200), (status = 404)))]
pub async fn hold(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<RecordingId>,
    Json(hold): Json<Hold>,
) -> Answer<serde_json::Value> {
    reach(&app, &actor, id).await?;
    let mut tx = app.db.begin().await?;
    rows::hold(&mut tx, id, hold.held, actor.person, &hold.why, app.now()).await?;
    tx.commit().await?;
    Ok(Json(serde_json::json!({ "held": hold.held })))
}
