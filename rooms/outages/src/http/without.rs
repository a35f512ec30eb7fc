//! A caller says that he is still without: an agent marks it, and an order is filed for his account.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::State as Site;
use calls::Hall;
use kernel::calendar::Calendar;
use kernel::{AccountId, CallId, CustomerId, OutageId, PersonId};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, ErrorBody, Json, Path};

use super::after::{AskView, ask_views};
use crate::rules::Refusal;
use crate::rules::after::{Answer as Says, How};
use crate::store::afters;
use crate::store::asks::{self, Ask};
use crate::{answering, filing};

/// A call in which somebody said that he is still without may be over.
const LATER: Duration = Duration::from_secs(24 * 3_600);

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithoutForm {
    #[schema(value_type = String)]
    outage: OutageId,
    #[schema(value_type = String)]
    account: AccountId,
    #[schema(value_type = String)]
    customer: CustomerId,
}

/// The caller is still without: an order is filed for his account, once.
#[utoipa::path(post, path = "/api/outages/at_call/{call}/without", tag = "outages", params(("call" = String, Path)),
    request_body = WithoutForm, responses((status = 200, body = AskView), (status = 403, body = ErrorBody)))]
pub async fn without(
    Site(app): Site<App>,
    Extension(hall): Extension<Arc<dyn Hall>>,
    Extension(calendar): Extension<Arc<Calendar>>,
    actor: Actor,
    Path(call): Path<CallId>,
    Json(form): Json<WithoutForm>,
) -> Answer<AskView> {
    let at_desk = hall.desk(actor.person).await?.is_some_and(|desk| desk.agent.call == Some(call));
    let record = calls::store::search::one(&app.db, call).await?;
    let own = record.is_some_and(|one| one.agent == Some(actor.person) && one.at + LATER > app.now());
    if !at_desk && !own {
        return Err(Refusal::NotYourCall.into());
    }
    let ask = still_without(&app, &calendar, actor.person, call, &form).await?;
    let view = ask_views(&app, vec![ask]).await?.pop();
    Ok(Json(view.ok_or_else(Error::not_found)?))
}

pub(crate) async fn still_without(
    app: &App,
    calendar: &Calendar,
    agent: PersonId,
    call: CallId,
    form: &WithoutForm,
) -> Result<Ask, Error> {
    let found = asks::of_party(&app.db, form.customer, form.outage).await?;
    // The latest restoration stands first.
    let found = found.into_iter().find(|ask| ask.account == form.account).ok_or(Refusal::NotAffected)?;
    let key = (found.outage, found.revision, found.account);
    let mut tx = app.db.begin().await?;
    let ask = asks::one(&mut tx, key).await?.ok_or_else(Error::not_found)?;
    let now = app.now();
    if let Some(next) = answering::answered(&ask, Says::No, (How::Agent, Some(agent)), "", now) {
        if !asks::save(&mut tx, &next).await? {
            return Err(Error::changed_meanwhile());
        }
        afters::poke(&mut tx, key.0, key.1, now).await?;
        tx.commit().await?;
    } else {
        drop(tx);
    }
    // At once, so that the agent can tell its number.
    filing::file(app, calendar, &found, Some((call, agent))).await?;
    let mut tx = app.db.begin().await?;
    asks::one(&mut tx, key).await?.ok_or_else(Error::not_found)
}

#[cfg(test)]
impl WithoutForm {
    pub fn new(outage: OutageId, account: AccountId, customer: CustomerId) -> WithoutForm {
        WithoutForm { outage, account, customer }
    }
}
