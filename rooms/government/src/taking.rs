//! What comes from a platform becomes an order, or something done to one: one transaction each.

use std::collections::BTreeSet;

use anyhow::Context as _;
use db::{Entry, Tx, config};
use kernel::calendar::Calendar;
use kernel::{PersonId, TicketId, Timestamp};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use web::{App, Error};
use work_orders::filing::{self, NewOrder};
use work_orders::rules::order::{Privacy, State, Urgency};
use work_orders::rules::{Act, Asker, Fault, Kinds, file};
use work_orders::store::orders::{self, Kept as Order};
use work_orders::work::{Rulebook, moving};

use crate::hears::is_below;
use crate::rules::message::{Message, decide};
use crate::rules::sent::{Sent, at_our_fields, hash};
use crate::rules::{Platform, Refusal, Stage, Ticket};
use crate::store::platforms;
use crate::store::tickets::{self, Said};

/// What a platform is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Answer {
    kept: bool,
    /// It was here before; nothing was done a second time.
    repeated: bool,
    ticket: String,
    /// Our number of it.
    order: String,
    /// Where the order stands.
    state: String,
    /// Until when the caller is to be answered: the earlier of their limit and ours.
    #[schema(value_type = Option<String>, format = DateTime)]
    answer_by: Option<Timestamp>,
}

fn answer(ticket: &Ticket, order: &Order, repeated: bool) -> Answer {
    Answer {
        kept: true,
        repeated,
        ticket: ticket.number.clone(),
        order: ticket.order_number.clone(),
        state: order.order.state.word().to_owned(),
        answer_by: order.beside.promised.map(|(_, until)| until),
    }
}

/// A request is taken once; one that failed may come again as it is.
async fn once(tx: &mut Tx, platform: &Platform, nonce: &str, now: Timestamp) -> Result<(), Error> {
    if platforms::is_new(tx, platform.id, nonce, now).await? {
        return Ok(());
    }
    Err(Refusal::NotBelieved { why: "the request was here before".into() }.into())
}

async fn order_of(tx: &mut Tx, ticket: &Ticket) -> Result<Order, Error> {
    let order = orders::one(tx, ticket.work_order).await?;
    Ok(order.ok_or_else(|| anyhow::anyhow!("{} has no order", ticket.id))?)
}

/// A ticket becomes an order. The same again is the same order; other words under its number are refused.
///
/// # Errors
/// A [`Refusal`], with everything that is missing.
pub async fn ticket(
    app: &App,
    calendar: &Calendar,
    platform: &Platform,
    nonce: &str,
    body: &[u8],
) -> Result<Answer, Error> {
    let sent = Sent::read(body)?;
    let about = staff(app, &sent.concerned_staff).await?;
    let mut tx = app.db.begin().await?;
    let now = app.now();
    once(&mut tx, platform, nonce, now).await?;
    if let Some(kept) = tickets::one_by(&mut tx, platform.id, &sent.number).await? {
        let ticket = kept.ticket;
        if ticket.hash != sent.hash() {
            let (ticket, order) = (ticket.number, ticket.order_number);
            return Err(Refusal::TicketChanged { ticket, order }.into());
        }
        let order = order_of(&mut tx, &ticket).await?;
        tx.commit().await?;
        return Ok(answer(&ticket, &order, true));
    }
    let (ticket, order) = accept(app, calendar, &mut tx, platform, &sent, about, now).await?;
    let payload = json!({ "platform": platform.code, "ticket": ticket.number, "order": ticket.order_number,
        "category": ticket.category });
    let (subject, kind) = (ticket.id.to_string(), "came");
    tx.journal(Entry { at: now, who: None, room: "government", subject, kind, payload });
    tx.commit().await?;
    Ok(answer(&ticket, &order, false))
}

/// Which of our people a ticket is about: whoever works here, at a telephone or not.
async fn staff(app: &App, number: &str) -> Result<Option<PersonId>, Error> {
    if number.is_empty() {
        return Ok(None);
    }
    let mut reading = app.db.read().acquire().await.context("whom a ticket is about")?;
    let found = people::store::by_number(&mut reading, number).await?;
    match found.filter(|(person, _)| person.state != people::State::Left) {
        Some((person, _)) => Ok(Some(person.id)),
        None => Err(incomplete("concerned_staff", "unknown").into()),
    }
}

fn incomplete(field: &str, why: &'static str) -> Refusal {
    Refusal::Incomplete { faults: vec![Fault { field: field.to_owned(), why }] }
}

async fn accept(
    app: &App,
    calendar: &Calendar,
    tx: &mut Tx,
    platform: &Platform,
    sent: &Sent,
    about: Option<PersonId>,
    now: Timestamp,
) -> Result<(Ticket, Order), Error> {
    sent.in_time(now)?;
    let mapped = sent.mapped(&platform.mapping)?;
    let kinds = config::now::<Kinds>(tx).await?.value;
    let subtype = kinds.find(mapped.subtype).filter(|subtype| !subtype.retired);
    let subtype = subtype.ok_or_else(|| incomplete("category", "unknown"))?;
    let matter = sent.matter(subtype, about);
    let matter = match file::complete(matter, &kinds) {
        Ok((matter, _)) => matter,
        Err(work_orders::rules::Refusal::Incomplete { faults }) => {
            return Err(Refusal::Incomplete { faults: at_our_fields(faults) }.into());
        }
        Err(other) => return Err(other.into()),
    };
    // Whoever it is about does not get it by itself.
    let unit = match (mapped.unit, mapped.concerned) {
        (Some(unit), Some(concerned)) if is_below(tx, unit, concerned).await? => None,
        (unit, _) => unit,
    };
    let confidential = matter.privacy != Privacy::Open || about.is_some();
    let urgent = matter.danger || matter.urgency == Urgency::Urgent;
    let new = NewOrder { matter, unit, master: None, answered: None, appointment: None, token: None };
    let id = filing::accept_in(tx, app, calendar, &Asker::centre(), new).await?;
    let rules = Rulebook::now(tx).await?;
    let mut order = orders::one(tx, id).await?.ok_or_else(Error::not_found)?;
    for (step, until) in sent.limits.each() {
        let limit = Act::Limit { step, until, reason: "12345 平台限时".to_owned() };
        order = moving(tx, app, calendar, &rules, order, &limit, &Asker::centre()).await?;
    }
    if let Some(concerned) = mapped.concerned {
        let name = departments::unit_in(tx, concerned).await?.map(|unit| unit.name).unwrap_or_default();
        let text = format!("12345 注明被反映单位：{name}。按回避要求，请勿派往该单位及其下级。");
        order = moving(tx, app, calendar, &rules, order, &Act::Note { text }, &Asker::centre()).await?;
    }
    let ticket = Ticket {
        id: app.id::<TicketId>(),
        platform: platform.id,
        number: sent.number.clone(),
        work_order: id,
        order_number: order.order.number.clone(),
        hash: sent.hash(),
        category: sent.category.clone(),
        confidential,
        urgent,
        came_at: now,
        limits: sent.limits,
        stage: Stage::Received,
        concerned: mapped.concerned,
        conflict: false,
        signed_at: None,
        contacted_at: None,
        resulted_at: None,
        extension: None,
        hand_back: None,
        hand_backs_refused: 0,
        bound: false,
        urged: false,
        supervised: false,
        sent_back: 0,
        own_doing: 0,
        version: 1,
    };
    if !tickets::add(tx, &ticket).await? {
        // It comes twice at the same moment: the other one has it.
        return Err(Error::changed_meanwhile());
    }
    Ok((ticket, order))
}

/// What a platform says about a ticket afterwards is done to its order, once.
///
/// # Errors
/// A [`Refusal`], or why the order does not take it; nothing has changed then.
pub async fn message(
    app: &App,
    calendar: &Calendar,
    platform: &Platform,
    nonce: &str,
    body: &[u8],
) -> Result<Answer, Error> {
    let Message { id, ticket: number, what } = Message::read(body)?;
    let hash = hash(&format!("{number} {what:?}"));
    let mut tx = app.db.begin().await?;
    let now = app.now();
    once(&mut tx, platform, nonce, now).await?;
    let kept = tickets::one_by(&mut tx, platform.id, &number).await?;
    let ticket = kept.ok_or(Refusal::NoSuchTicket { ticket: number })?.ticket;
    let order = order_of(&mut tx, &ticket).await?;
    if let Some((_, before)) = tickets::said(&mut tx, platform.id, &id).await? {
        if before != hash {
            return Err(Refusal::MessageUsed { message: id }.into());
        }
        tx.commit().await?;
        return Ok(answer(&ticket, &order, true));
    }
    let (next, acts) = decide(&ticket, &what, &order.order.state, now)?;
    let rules = Rulebook::now(&mut tx).await?;
    let mut order = order;
    for act in &acts {
        order = done(&mut tx, app, calendar, &rules, order, act).await?;
    }
    if next != ticket && !tickets::save(&mut tx, &next).await? {
        return Err(Error::changed_meanwhile());
    }
    let said = Said { message: id, kind: what.kind().to_owned(), at: now };
    if !tickets::say(&mut tx, platform.id, ticket.id, &said, &hash).await? {
        return Err(Error::changed_meanwhile());
    }
    let payload = json!({ "platform": platform.code, "ticket": next.number, "order": next.order_number,
        "message": said.message, "said": said.kind });
    let (subject, kind) = (next.id.to_string(), "said");
    tx.journal(Entry { at: now, who: None, room: "government", subject, kind, payload });
    tx.commit().await?;
    Ok(answer(&next, &order, false))
}

/// One act. Who presses about one of several reports presses those who work on them all.
async fn done(
    tx: &mut Tx,
    app: &App,
    calendar: &Calendar,
    rules: &Rulebook,
    order: Order,
    act: &Act,
) -> Result<Order, Error> {
    let centre = Asker::centre();
    if let (State::Merged { master }, Act::Urge { .. } | Act::Supervise { .. }) = (&order.order.state, act) {
        orders::hold(tx, *master).await?;
        let master = orders::one(tx, *master).await?.ok_or_else(Error::not_found)?;
        moving(tx, app, calendar, rules, master, act, &centre).await?;
        return Ok(order);
    }
    moving(tx, app, calendar, rules, order, act, &centre).await
}

/// The sub-types that may be mapped to.
pub fn offered(kinds: &Kinds) -> BTreeSet<&str> {
    kinds.subtypes.iter().filter(|one| !one.retired).map(|one| one.code.as_str()).collect()
}
