//! Accepting a matter: what is like it, whose it would be, and the order itself.

use db::config;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use kernel::calendar::Calendar;
use kernel::{Timestamp, UnitId, WorkOrderId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, ErrorBody, Json, Query, bad_query};

use super::views::{self, OrderLine, OrderView, Parts, line};
use crate::filing::{Accepted, Filing, NewOrder};
use crate::rules::{Kinds, Matter, Settings};
use crate::store::found;
use crate::work;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FilingForm {
    matter: Matter,
    /// Sent to this unit at once.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    unit: Option<UnitId>,
    /// One more report of what that order is about.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    master: Option<WorkOrderId>,
    /// Answered on the call: what the customer was told. The order is closed at once.
    #[serde(default)]
    answered: Option<String>,
    /// A time agreed with the customer.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(default)]
    appointment: Option<Timestamp>,
    /// A key made by the page: the same again files nothing a second time.
    #[serde(default)]
    token: Option<String>,
}

/// What may be like it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Like {
    pub customer: Option<String>,
    pub address: Option<String>,
    pub phone: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct About {
    /// A sub-type's code.
    pub subtype: String,
    pub area: Option<String>,
}

/// Units that could do it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Suggested {
    /// The likeliest first.
    #[schema(value_type = Vec<String>)]
    units: Vec<UnitId>,
}

/// Open orders of the same home of the last day: offered before another is made.
#[utoipa::path(get, path = "/api/work_orders/alike", tag = "work_orders", params(Like),
    responses((status = 200, body = Vec<OrderLine>)))]
pub async fn alike(State(app): State<App>, actor: Actor, Query(like): Query<Like>) -> Answer<Vec<OrderLine>> {
    let settings = config::read::<Settings>(&app.db).await?.value;
    let since = app.now() - Duration::from_secs(u64::from(settings.duplicate_hours) * 3600);
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let customer = like.customer.as_deref().filter(|id| !id.is_empty());
    let (address, phone) = (text(&like.address), text(&like.phone));
    let found = found::alike(&app.db, since, customer, &address, &phone, Some(actor.person)).await?;
    let asker = work::asker(&app, &actor).await?;
    Ok(Json(found.iter().map(|kept| line(kept, &asker)).collect()))
}

/// Whose it would be, by kind and area, and by earlier rulings.
#[utoipa::path(get, path = "/api/work_orders/suggest", tag = "work_orders", params(About),
    responses((status = 200, body = Suggested)))]
pub async fn suggest(State(app): State<App>, Query(about): Query<About>) -> Answer<Suggested> {
    let kinds = config::read::<Kinds>(&app.db).await?.value;
    let subtype = kinds.find(&about.subtype).ok_or_else(|| bad_query("subtype"))?;
    let units = work::suggest(&app, subtype, about.area.as_deref().unwrap_or_default()).await?;
    Ok(Json(Suggested { units }))
}

/// Accepts a matter.
#[utoipa::path(post, path = "/api/work_orders", tag = "work_orders", request_body = FilingForm,
    responses((status = 200, body = OrderView), (status = 422, body = ErrorBody)))]
pub async fn accept(
    State(app): State<App>,
    Extension(calendar): Extension<Arc<Calendar>>,
    Extension(filing): Extension<Filing>,
    actor: Actor,
    Json(form): Json<FilingForm>,
) -> Answer<OrderView> {
    let asker = work::asker(&app, &actor).await?;
    let FilingForm { matter, unit, master, answered, appointment, token } = form;
    let token = super::token(token)?;
    let new = NewOrder { matter, unit, master, answered, appointment, token };
    let accepted = filing.accept(&app, &calendar, asker.clone(), new).await?;
    let Accepted { kept, promised, steps, children, unheard, rules } = accepted;
    let now = app.now();
    let allowed = rules.allowed((&kept, &promised), &asker, now, &calendar);
    Ok(Json(views::order(
        Parts { calendar: &calendar, kept, promised, steps, children, unheard, allowed, now },
        &asker,
    )))
}
