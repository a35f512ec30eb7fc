//! A superior is called for, and answers.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State as Is;
use calls::Hall;
use kernel::calendar::Calendar;
use kernel::{CallId, EscalationId, WorkOrderId};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Actor, Answer, App, ErrorBody, Json, Path};

use super::lists::shown;
use super::views::EscalationView;
use crate::raising::{self, Said};
use crate::rules::{Act, Event, Ground};
use crate::work;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RaiseForm {
    ground: Ground,
    /// Needed for everything but help, an abusive caller and an emergency.
    #[serde(default)]
    words: String,
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    order: Option<WorkOrderId>,
    /// Absent, without an order, too: the call one is on.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    call: Option<CallId>,
}

/// Calls for a superior. What is open about the same matter is added to.
#[utoipa::path(post, path = "/api/escalations", tag = "escalations", request_body = RaiseForm,
    responses((status = 200, body = EscalationView), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn raise(
    Is(app): Is<App>,
    Extension(calendar): Extension<Arc<Calendar>>,
    Extension(hall): Extension<Arc<dyn Hall>>,
    actor: Actor,
    Json(form): Json<RaiseForm>,
) -> Answer<EscalationView> {
    let RaiseForm { ground, words, order, call } = form;
    let said = Said { ground, words, order, call };
    let id = raising::raise(&app, &calendar, hall.as_ref(), &actor, said).await?;
    shown(&app, &actor, id).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActForm {
    act: Act,
    /// As it was read; absent where it does not matter what has happened since.
    #[serde(default)]
    version: Option<i64>,
}

/// Acknowledges, takes over, passes up, stands down, closes: `{"act":{"act":"acknowledge"}}`.
#[utoipa::path(post, path = "/api/escalations/{id}/act", tag = "escalations", params(("id" = String, Path)),
    request_body = ActForm, responses((status = 200, body = EscalationView), (status = 404, body = ErrorBody),
    (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn act(
    Is(app): Is<App>,
    Extension(calendar): Extension<Arc<Calendar>>,
    actor: Actor,
    Path(id): Path<EscalationId>,
    Json(form): Json<ActForm>,
) -> Answer<EscalationView> {
    let asker = super::asker(&actor);
    work::act(&app, &calendar, id, &Event::Act(form.act), (asker, form.version)).await?;
    shown(&app, &actor, id).await
}
