//! One order: looked at, moved, unmasked.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use db::Look;
use kernel::WorkOrderId;
use kernel::calendar::Calendar;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, ErrorBody, Json, Path};

use super::views::{self, OrderLine, OrderView, Parts, line};
use crate::permissions::READ;
use crate::rules::decide::may_know;
use crate::rules::{Act, Asker, Matter, text};
use crate::store::orders::Kept;
use crate::store::{asked, orders, steps, unheard};
use crate::work::{self, Asked, Rulebook};

const CHILDREN_MAX: i64 = 200;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActForm {
    #[schema(value_type = Object)]
    act: Act,
    /// Of the order as it was read; absent from a telephone that was without a network.
    #[serde(default)]
    version: Option<i64>,
    /// A key made by the page: the same again does nothing a second time.
    #[serde(default)]
    token: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WhyForm {
    reason: String,
}

/// An order by its id, or by the number that people read aloud.
pub(super) async fn find(app: &App, name: &str) -> Result<Kept, Error> {
    let kept = match name.parse::<WorkOrderId>() {
        Ok(id) => orders::read(&app.db, id).await?,
        Err(_) => orders::by_number(&app.db, name).await?,
    };
    kept.ok_or_else(Error::not_found)
}

/// One that this person may see.
pub(super) async fn seen(app: &App, actor: &Actor, name: &str) -> Result<(Kept, Asker), Error> {
    let asker = work::asker(app, actor).await?;
    let kept = find(app, name).await?;
    if work::sees(&asker, &kept.order, actor.may(READ)) { Ok((kept, asker)) } else { Err(Error::not_found()) }
}

/// The order as it stands, with its timeline and its promises.
pub(super) async fn shown(app: &App, calendar: &Calendar, asker: &Asker, kept: Kept) -> Answer<OrderView> {
    let id = kept.order.id;
    let promised = promises::read(&app.db, "work_orders", &id.to_string()).await?;
    let (_, children) = orders::children(&app.db, id, 0).await?;
    let steps = steps::of(&app.db, id).await?;
    let unheard = unheard::of(&app.db, id).await?;
    let now = app.now();
    let allowed = Rulebook::read(&app.db).await?.allowed((&kept, &promised), asker, now, calendar);
    Ok(Json(views::order(Parts { calendar, kept, promised, steps, children, unheard, allowed, now }, asker)))
}

/// One order, by id or number.
#[utoipa::path(get, path = "/api/work_orders/{order}", tag = "work_orders", params(("order" = String, Path)),
    responses((status = 200, body = OrderView), (status = 404, body = ErrorBody)))]
pub async fn one(
    State(app): State<App>,
    Extension(calendar): Extension<Arc<Calendar>>,
    actor: Actor,
    Path(order): Path<String>,
) -> Answer<OrderView> {
    let (kept, asker) = seen(&app, &actor, &order).await?;
    shown(&app, &calendar, &asker, kept).await
}

/// Does something to an order: `{"act":{"act":"take"},"version":3}`.
#[utoipa::path(post, path = "/api/work_orders/{order}/act", tag = "work_orders", params(("order" = String, Path)),
    request_body = ActForm, responses((status = 200, body = Answered), (status = 409, body = ErrorBody)))]
pub async fn act(
    State(app): State<App>,
    Extension(calendar): Extension<Arc<Calendar>>,
    actor: Actor,
    Path(order): Path<String>,
    Json(form): Json<ActForm>,
) -> Answer<Answered> {
    let token = super::token(form.token)?;
    // Whoever sent an order back sees it no more, and may still ask again whether it was done.
    if let Some(token) = &token
        && let Some(before) = asked::before(&app.db, actor.person, token).await?
    {
        let kept = find(&app, &order).await?;
        before.same(&asked::act(kept.order.id, &form.act)?)?;
        let asker = work::asker(&app, &actor).await?;
        return answered(&app, &calendar, (&actor, &asker), kept).await;
    }
    let (kept, asker) = seen(&app, &actor, &order).await?;
    // Files come by their own door, which has looked at them.
    if matches!(
        form.act,
        Act::Attach { .. } | Act::Follow | Act::Part | Act::Limit { .. } | Act::Untold { .. }
    ) {
        return Err(crate::rules::Refusal::NotAllowed.into());
    }
    let id = kept.order.id;
    let kept =
        work::act(&app, &calendar, &asker, Asked { order: id, version: form.version, act: form.act, token })
            .await?;
    answered(&app, &calendar, (&actor, &asker), kept).await
}

/// The order after an act; only that it is done for whoever sees it no more.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Answered {
    Order(Box<OrderView>),
    Done {
        #[schema(value_type = String)]
        id: WorkOrderId,
        /// Always true.
        done: bool,
    },
}

pub(super) async fn answered(
    app: &App,
    calendar: &Calendar,
    (actor, asker): (&Actor, &Asker),
    kept: Kept,
) -> Answer<Answered> {
    if !work::sees(asker, &kept.order, actor.may(READ)) {
        return Ok(Json(Answered::Done { id: kept.order.id, done: true }));
    }
    let Json(order) = shown(app, calendar, asker, kept).await?;
    Ok(Json(Answered::Order(Box::new(order))))
}

/// The reports that follow this order.
#[utoipa::path(get, path = "/api/work_orders/{order}/children", tag = "work_orders", params(("order" = String, Path)),
    responses((status = 200, body = Vec<OrderLine>)))]
pub async fn children(
    State(app): State<App>,
    actor: Actor,
    Path(order): Path<String>,
) -> Answer<Vec<OrderLine>> {
    let (kept, asker) = seen(&app, &actor, &order).await?;
    let (found, _) = orders::children(&app.db, kept.order.id, CHILDREN_MAX).await?;
    Ok(Json(found.iter().map(|kept| line(kept, &asker)).collect()))
}

/// The matter whole: number, name, address. The look is written down.
#[utoipa::path(post, path = "/api/work_orders/{order}/unmask", tag = "work_orders", params(("order" = String, Path)),
    request_body = WhyForm, responses((status = 200, body = Matter), (status = 403, body = ErrorBody)))]
pub async fn unmask(
    State(app): State<App>,
    actor: Actor,
    Path(order): Path<String>,
    Json(form): Json<WhyForm>,
) -> Answer<Matter> {
    text(&form.reason, "reason", 2, 200)?;
    let (kept, asker) = seen(&app, &actor, &order).await?;
    if !may_know(&kept.order, &asker) {
        return Err(Error::forbidden());
    }
    let mut tx = app.db.begin().await?;
    let look = Look {
        at: app.now(),
        who: actor.person,
        room: "work_orders",
        subject: kept.order.id.to_string(),
        what: "matter",
        reason: Some(form.reason.trim().to_owned()),
    };
    tx.journal(look.into());
    tx.commit().await?;
    Ok(Json(kept.order.matter))
}
