//! Before an order is filed: what is known to be off where it is to be done, and the order of the work on that.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use customers::store::{calls, reach};
use db::config;
use kernel::calendar::Calendar;
use kernel::{CustomerId, PhoneNumber, WorkOrderId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Answer, App, Json, Query, given};
use work_orders::store::orders;

use super::views::{OutageLine, line};
use crate::rules::Settings;
use crate::rules::greeting::Voice;
use crate::store::outages;

/// So many outages are shown: nobody reads more while somebody is on the line.
const MOST: usize = 5;

/// Who it is for and where, as far as that is known.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Where {
    customer: Option<String>,
    /// As it is written.
    address: Option<String>,
    /// Asked for where nothing else is known.
    phone: Option<String>,
}

/// An outage in progress there.
#[derive(Debug, Serialize, ToSchema)]
pub struct KnownOff {
    #[serde(flatten)]
    line: OutageLine,
    /// The work on it, while that is not done: further reports can follow it.
    order: Option<OrderOfIt>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct OrderOfIt {
    #[schema(value_type = String)]
    id: WorkOrderId,
    number: String,
}

/// Who may be meant.
async fn parties(app: &App, asked: &Where) -> Result<BTreeSet<i64>, web::Error> {
    let customer: Option<CustomerId> = given("customer", asked.customer.as_deref())?;
    let mut parties: BTreeSet<i64> = customer.into_iter().map(|id| id.get()).collect();
    if let Some(address) = asked.address.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        let there = reach::at_addresses(&app.db, &BTreeSet::from([address])).await?;
        parties.extend(there.into_values().flatten().map(|home| home.party.get()));
    }
    if parties.is_empty()
        && let Some(number) = asked.phone.as_deref().and_then(|phone| phone.parse::<PhoneNumber>().ok())
    {
        parties.extend(calls::by_number(&app.db, &number).await?.into_iter().map(CustomerId::get));
    }
    Ok(parties)
}

/// What is off where somebody's matter is, with the order that a further report can follow.
#[utoipa::path(get, path = "/api/outages/known", tag = "outages", params(Where),
    responses((status = 200, body = Vec<KnownOff>)))]
pub async fn known(
    State(app): State<App>,
    Extension(calendar): Extension<Arc<Calendar>>,
    Query(asked): Query<Where>,
) -> Answer<Vec<KnownOff>> {
    let parties = parties(&app, &asked).await?;
    if parties.is_empty() {
        return Ok(Json(Vec::new()));
    }
    let settings = config::read::<Settings>(&app.db).await?.value;
    let voice = Voice { now: app.now(), calendar: &calendar, settings: &settings };
    let off: BTreeSet<_> = outages::off(&app.db, &parties).await?.into_values().collect();
    let mut found = Vec::new();
    for id in off.into_iter().take(MOST) {
        let Some(outage) = outages::read(&app.db, id).await? else { continue };
        let order = match outage.order {
            Some(order) => orders::read(&app.db, order).await?.filter(|kept| kept.order.state.is_open()),
            None => None,
        };
        let order = order.map(|kept| OrderOfIt { id: kept.order.id, number: kept.order.number });
        found.push(KnownOff { line: line(&outage, voice), order });
    }
    Ok(Json(found))
}
