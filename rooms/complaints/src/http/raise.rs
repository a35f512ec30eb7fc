//! At the desk: the caller complains about the agent.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use calls::Hall;
use kernel::calendar::Calendar;
use kernel::{CallId, WorkOrderId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Actor, Answer, App, ErrorBody, Json};
use work_orders::rules::order::Emotion;

use crate::raising::{self, Said};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RaiseForm {
    /// Absent: the call one is on.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    call: Option<CallId>,
    /// What the caller says, in one sentence.
    words: String,
    #[serde(default)]
    emotion: Emotion,
    /// A key made by the page: the same again does nothing a second time.
    #[serde(default)]
    token: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Raised {
    #[schema(value_type = String)]
    order: WorkOrderId,
    /// To be read aloud.
    number: String,
}

/// Records a complaint about oneself. It goes to the committee and to one's leader; oneself sees nothing of it.
#[utoipa::path(post, path = "/api/complaints/raise", tag = "complaints", request_body = RaiseForm,
    responses((status = 200, body = Raised), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn raise(
    State(app): State<App>,
    Extension(calendar): Extension<Arc<Calendar>>,
    Extension(hall): Extension<Arc<dyn Hall>>,
    actor: Actor,
    Json(form): Json<RaiseForm>,
) -> Answer<Raised> {
    let RaiseForm { call, words, emotion, token } = form;
    let said = Said { call, words, emotion, token };
    let (order, number) = raising::raise(&app, &calendar, hall.as_ref(), &actor, said).await?;
    Ok(Json(Raised { order, number }))
}
