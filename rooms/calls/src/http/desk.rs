//! One's own desk: ready, not ready, hold, transfer … The exchange decides; here it is only asked.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use exchange::floor::AgentView;
use exchange::{AgentAct, Input};
use kernel::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Actor, Answer, App, Json};

use crate::Hall;
use crate::rules::NotNow;

/// The desk of whoever asks.
#[derive(Debug, Serialize, ToSchema)]
pub struct Desk {
    /// The centre's time, for counting the seconds of a state.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Absent for people who answer no calls.
    #[schema(value_type = Option<Object>)]
    pub desk: Option<AgentView>,
}

#[utoipa::path(get, path = "/api/calls/desk", tag = "calls", responses((status = 200, body = Desk)))]
pub async fn show(
    State(app): State<App>,
    Extension(hall): Extension<Arc<dyn Hall>>,
    actor: Actor,
) -> Answer<Desk> {
    let mut desk = hall.desk(actor.person).await?;
    if let Some(desk) = &mut desk {
        // The whole number stands on the call's page, for who may see it, and the look is written down.
        desk.caller = desk.caller.as_deref().map(kernel::mask::phone);
    }
    Ok(Json(Desk { at: app.now(), desk }))
}

/// Does something at one's own desk: `{"act":"ready"}`, `{"act":"not_ready","reason":"meal"}`, `{"act":"hold"}` …
#[utoipa::path(post, path = "/api/calls/desk", tag = "calls", request_body = Object,
    responses((status = 200), (status = 409)))]
pub async fn act(
    Extension(hall): Extension<Arc<dyn Hall>>,
    actor: Actor,
    Json(act): Json<AgentAct>,
) -> Answer<serde_json::Value> {
    let input = Input::Agent { agent: actor.person, act };
    hall.act(input).await?.map_err(NotNow)?;
    Ok(Json(serde_json::json!({})))
}
