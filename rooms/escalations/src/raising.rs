//! Somebody calls for a superior: an agent from the call or the desk, anybody from an order.

use calls::Hall;
use calls::store::search;
use db::config;
use kernel::calendar::Calendar;
use kernel::{CallId, EscalationId, NoticeId, WorkOrderId};
use web::{Actor, App, Error};
use work_orders::permissions::READ as READ_ORDERS;
use work_orders::store::orders;

use crate::permissions::READ;
use crate::rules::escalation::{Matter, Reason};
use crate::rules::{Ground, Refusal, Settings, text};
use crate::work::{self, New};

/// What is said.
#[derive(Clone, Debug)]
pub struct Said {
    pub ground: Ground,
    pub words: String,
    pub order: Option<WorkOrderId>,
    pub call: Option<CallId>,
}

/// Begins it, or adds to the one that is open.
///
/// # Errors
/// Refused for what is not said by hand, and for calls and orders of others.
pub async fn raise(
    app: &App,
    calendar: &Calendar,
    hall: &dyn Hall,
    actor: &Actor,
    said: Said,
) -> Result<EscalationId, Error> {
    if !Ground::BY_HAND.contains(&said.ground) {
        return Err(Refusal::NotByHand.into());
    }
    let least = if said.ground.needs_no_words() { 0 } else { 2 };
    let words = text(&said.words, "words", least, 500)?;
    let now = app.now();
    let reason = Reason { ground: said.ground, at: now, by: Some(actor.person), words, count: None };
    let new = match said.order {
        Some(order) => of_order(app, actor, order, reason).await?,
        None => New {
            matter: of_desk(app, hall, actor, said.call).await?,
            reason,
            agent: Some(actor.person),
            unit: None,
            concerns: None,
        },
    };
    let mut tx = app.db.begin().await?;
    let settings = config::now::<Settings>(&mut tx).await?.value;
    let mut ids = || app.id::<NoticeId>().get();
    let id = work::raise(&mut tx, new, (&settings, calendar), &mut ids, now).await?;
    tx.commit().await?;
    Ok(id)
}

async fn of_order(app: &App, actor: &Actor, order: WorkOrderId, reason: Reason) -> Result<New, Error> {
    let asker = work_orders::work::asker(app, actor).await?;
    let kept = orders::read(&app.db, order).await?.ok_or_else(Error::not_found)?;
    if !work_orders::work::sees(&asker, &kept.order, actor.may(READ_ORDERS)) {
        return Err(Error::not_found());
    }
    Ok(New {
        matter: Matter::Order { order, number: kept.order.number.clone() },
        reason,
        agent: Some(actor.person),
        unit: kept.order.state.unit(),
        concerns: kept.order.matter.about,
    })
}

/// The call one is on, or one that was one's own; without any, the desk itself.
async fn of_desk(app: &App, hall: &dyn Hall, actor: &Actor, named: Option<CallId>) -> Result<Matter, Error> {
    let on = hall.desk(actor.person).await?.and_then(|desk| desk.agent.call);
    let Some(call) = named else {
        return Ok(on.map_or(Matter::Desk { person: actor.person }, |call| Matter::Call { call }));
    };
    if on == Some(call) {
        return Ok(Matter::Call { call });
    }
    let record = search::one(&app.db, call).await?.ok_or(Refusal::NotYourCall)?;
    let talked = search::stretches(&app.db, call).await?;
    let own = record.agent == Some(actor.person)
        || talked.iter().any(|stretch| stretch.agent == Some(actor.person))
        || actor.may(READ);
    if own { Ok(Matter::Call { call }) } else { Err(Refusal::NotYourCall.into()) }
}
