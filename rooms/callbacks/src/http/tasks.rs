//! One call-back: taken, dialled, written down.

use db::config;
use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use calls::Hall;
use kernel::WorkOrderId;
use kernel::calendar::Calendar;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, ErrorBody, Json, Path};
use work_orders::store::orders;

use super::views::{self, TaskView};
use crate::asking::{self, Hold, Person};
use crate::rules::{Hours, Report, Settings};
use crate::store::tasks;

async fn shown(app: &App, calendar: &Calendar, actor: &Actor, order: WorkOrderId) -> Answer<TaskView> {
    let rounds = tasks::read(&app.db, order).await?;
    let kept = orders::read(&app.db, order).await?.ok_or_else(Error::not_found)?;
    // Nobody reads what was said about oneself, whatever else one may read.
    if kept.order.matter.about == Some(actor.person) {
        return Err(Error::not_found());
    }
    let settings = config::read::<Settings>(&app.db).await?.value;
    let person = Person::of(app, actor).await?;
    let hours = Hours { calendar, settings: &settings };
    let view = views::task(&kept.order, rounds, person.caller(&kept.order), app.now(), hours);
    Ok(Json(view.ok_or_else(Error::not_found)?))
}

/// One call-back by its order, with what the caller needs to know.
#[utoipa::path(get, path = "/api/callbacks/{order}", tag = "callbacks", params(("order" = String, Path)),
    responses((status = 200, body = TaskView), (status = 404, body = ErrorBody)))]
pub async fn one(
    State(app): State<App>,
    Extension(calendar): Extension<Arc<Calendar>>,
    actor: Actor,
    Path(order): Path<WorkOrderId>,
) -> Answer<TaskView> {
    shown(&app, &calendar, &actor, order).await
}

/// Takes the most urgent one that may be made now and that nobody else has.
#[utoipa::path(post, path = "/api/callbacks/next", tag = "callbacks",
    responses((status = 200, body = TaskView), (status = 409, body = ErrorBody)))]
pub async fn next(
    State(app): State<App>,
    Extension(calendar): Extension<Arc<Calendar>>,
    actor: Actor,
) -> Answer<TaskView> {
    let order = asking::next(&app, &calendar, &actor).await?;
    shown(&app, &calendar, &actor, order).await
}

#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum HoldForm {
    /// For some minutes; again, for some more.
    Take,
    Release,
}

/// Takes it, or gives it back.
#[utoipa::path(post, path = "/api/callbacks/{order}/act", tag = "callbacks", params(("order" = String, Path)),
    request_body = HoldForm, responses((status = 200, body = TaskView), (status = 409, body = ErrorBody)))]
pub async fn act(
    State(app): State<App>,
    Extension(calendar): Extension<Arc<Calendar>>,
    actor: Actor,
    Path(order): Path<WorkOrderId>,
    Json(form): Json<HoldForm>,
) -> Answer<TaskView> {
    let hold = match form {
        HoldForm::Take => Hold::Take,
        HoldForm::Release => Hold::Release,
    };
    asking::hold(&app, &calendar, &actor, order, hold).await?;
    shown(&app, &calendar, &actor, order).await
}

/// Calls the customer from one's desk. The page shows the number masked; the look is written down.
#[utoipa::path(post, path = "/api/callbacks/{order}/dial", tag = "callbacks", params(("order" = String, Path)),
    responses((status = 200), (status = 409, body = ErrorBody)))]
pub async fn dial(
    State(app): State<App>,
    Extension(calendar): Extension<Arc<Calendar>>,
    Extension(hall): Extension<Arc<dyn Hall>>,
    actor: Actor,
    Path(order): Path<WorkOrderId>,
) -> Answer<serde_json::Value> {
    asking::dial(&app, &calendar, hall.as_ref(), &actor, order).await?;
    Ok(Json(serde_json::json!({})))
}

/// Writes down what an attempt came to: `{"outcome":"no_answer"}`, `{"outcome":"reached","answers":{"satisfaction":"satisfied"}}`.
#[utoipa::path(post, path = "/api/callbacks/{order}/record", tag = "callbacks", params(("order" = String, Path)),
    request_body = Report, responses((status = 200, body = TaskView), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn record(
    State(app): State<App>,
    Extension(calendar): Extension<Arc<Calendar>>,
    Extension(hall): Extension<Arc<dyn Hall>>,
    actor: Actor,
    Path(order): Path<WorkOrderId>,
    Json(report): Json<Report>,
) -> Answer<TaskView> {
    asking::record(&app, &calendar, hall.as_ref(), &actor, order, &report).await?;
    shown(&app, &calendar, &actor, order).await
}
