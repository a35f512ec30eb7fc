//! Tickets as our people see them, what they do with them, and what is told again.

use std::collections::BTreeMap;

use axum::extract::State as Is;
use db::Entry;
use kernel::mask::in_text;
use kernel::{PersonId, PlatformId, TicketId, Timestamp, UnitId, WorkOrderId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, Error, ErrorBody, Json, Page, Path, Query, bad_query, place, placed};
use work_orders::store::orders;

use crate::permissions::HANDLE;
use crate::rules::act::{Act, Verb, allowed, decide};
use crate::rules::{Extension, HandBack, Limits, Refusal, Return, Sending, Stage, Ticket, Told, name};
use crate::store::tickets::{self, Kept, Which};
use crate::store::{platforms, returns};

/// A ticket in a list. What it is about stands in its order.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketLine {
    #[schema(value_type = String)]
    id: TicketId,
    #[schema(value_type = String)]
    platform: PlatformId,
    platform_name: String,
    /// Theirs.
    number: String,
    #[schema(value_type = String)]
    order: WorkOrderId,
    /// Ours.
    order_number: String,
    category: String,
    /// Who made it is hidden, and so is what was told.
    confidential: bool,
    urgent: bool,
    stage: Stage,
    /// Where the order stands here.
    order_state: &'static str,
    limits: Limits,
    /// The next of their limits that runs.
    #[schema(value_type = Option<String>, format = DateTime)]
    due: Option<Timestamp>,
    /// Until when the caller is to be answered: the earlier of their limit and ours.
    #[schema(value_type = Option<String>, format = DateTime)]
    promised: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    came_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    signed_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    contacted_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    resulted_at: Option<Timestamp>,
    extension: Option<Extension>,
    hand_back: Option<HandBack>,
    /// The platform has ruled that it is ours.
    bound: bool,
    sent_back: u8,
    /// Nobody has answered their urging, their supervision.
    urged: bool,
    supervised: bool,
    /// The unit that it is about, which must not have it.
    #[schema(value_type = Option<String>)]
    concerned: Option<UnitId>,
    /// That unit has been sent it.
    conflict: bool,
    /// What waits to be told.
    waiting: i64,
    /// Failures in a row; not before.
    failures: i64,
    #[schema(value_type = Option<String>, format = DateTime)]
    next_at: Option<Timestamp>,
    /// They will not have the next of it: somebody has to look.
    refused: bool,
    detail: String,
    allowed: Vec<Verb>,
    version: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ReturnView {
    /// Under which it is told, the same each time.
    id: String,
    number: i64,
    kind: Told,
    /// As it is told, with numbers hidden; absent where who made the ticket is hidden.
    body: Option<String>,
    state: Sending,
    attempts: i64,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    tried_at: Option<Timestamp>,
    status: Option<i64>,
    took_ms: Option<i64>,
    error: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SaidView {
    message: String,
    kind: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TicketView {
    #[serde(flatten)]
    line: TicketLine,
    /// What they are and were told, newest first.
    returns: Vec<ReturnView>,
    /// What they have said, newest first.
    messages: Vec<SaidView>,
}

/// What a line needs to know beside the ticket.
struct Beside {
    names: BTreeMap<PlatformId, String>,
    orders: BTreeMap<WorkOrderId, orders::Kept>,
    now: Timestamp,
    handles: bool,
    asks: PersonId,
}

impl Beside {
    async fn of(app: &App, actor: &Actor, tickets: &[Kept]) -> anyhow::Result<Beside> {
        let ids: Vec<i64> = tickets.iter().map(|kept| kept.ticket.work_order.get()).collect();
        let orders = orders::some(&app.db, &ids).await?;
        let platforms = platforms::list(&app.db).await?;
        Ok(Beside {
            names: platforms.into_iter().map(|one| (one.id, one.name)).collect(),
            orders: orders.into_iter().map(|kept| (kept.order.id, kept)).collect(),
            now: app.now(),
            handles: actor.may(HANDLE),
            asks: actor.person,
        })
    }

    /// Whoever a ticket is about does not see it (回避).
    fn hides(&self, kept: &Kept) -> bool {
        let order = self.orders.get(&kept.ticket.work_order);
        order.is_some_and(|kept| kept.order.matter.about == Some(self.asks))
    }

    fn line(&self, kept: Kept) -> TicketLine {
        let Kept { ticket, line } = kept;
        let order = self.orders.get(&ticket.work_order);
        let allowed = if self.handles { allowed(&ticket, self.now) } else { Vec::new() };
        let masked = |text: String| in_text(&text);
        TicketLine {
            due: ticket.due(),
            platform_name: self.names.get(&ticket.platform).cloned().unwrap_or_default(),
            order_state: order.map_or("", |kept| kept.order.state.word()),
            promised: order.and_then(|kept| kept.beside.promised).map(|(_, until)| until),
            id: ticket.id,
            platform: ticket.platform,
            number: ticket.number,
            order: ticket.work_order,
            order_number: ticket.order_number,
            category: ticket.category,
            confidential: ticket.confidential,
            urgent: ticket.urgent,
            stage: ticket.stage,
            limits: ticket.limits,
            came_at: ticket.came_at,
            signed_at: ticket.signed_at,
            contacted_at: ticket.contacted_at,
            resulted_at: ticket.resulted_at,
            extension: ticket.extension.map(|one| Extension {
                reason: masked(one.reason),
                answer: masked(one.answer),
                ..one
            }),
            hand_back: ticket.hand_back.map(|one| HandBack {
                note: masked(one.note),
                answer: masked(one.answer),
                ..one
            }),
            bound: ticket.bound,
            sent_back: ticket.sent_back,
            urged: ticket.urged,
            supervised: ticket.supervised,
            concerned: ticket.concerned,
            conflict: ticket.conflict,
            waiting: line.waiting,
            failures: line.failures,
            next_at: (line.failures > 0).then_some(line.next_at),
            refused: line.refused,
            detail: line.detail,
            allowed,
            version: ticket.version,
        }
    }
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Search {
    /// `open`: something is owed to the platform; `in_line`: something waits to be told or was refused; otherwise all.
    pub which: Option<String>,
    /// The `next` of the page before.
    pub before: Option<String>,
    /// 1 to 200; 50 if not given.
    pub limit: Option<u32>,
}

/// How things stand with the platforms.
#[derive(Debug, Serialize, ToSchema)]
pub struct Now {
    open: i64,
    overdue: i64,
    waiting: i64,
    refused: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Tickets {
    now: Now,
    #[serde(flatten)]
    page: Page<TicketLine>,
}

/// The tickets, newest first.
#[utoipa::path(get, path = "/api/government/tickets", tag = "government", params(Search),
    responses((status = 200, body = Tickets)))]
pub async fn list(Is(app): Is<App>, actor: Actor, Query(search): Query<Search>) -> Answer<Tickets> {
    let which = match search.which.as_deref().unwrap_or_default() {
        "" | "all" => Which::All,
        "open" => Which::Open,
        "in_line" => Which::InLine,
        _ => return Err(bad_query("which")),
    };
    let before = place("before", search.before.as_deref())?;
    let limit = i64::from(web::page_size(search.limit));
    let found = tickets::latest(&app.db, which, before, limit + 1).await?;
    let beside = Beside::of(&app, &actor, &found).await?;
    let key = |kept: &Kept| placed(kept.ticket.came_at, kept.ticket.id);
    let mut page = Page::of(found, limit, key);
    page.items.retain(|kept| !beside.hides(kept));
    let page = page.map(|kept| beside.line(kept));
    let tickets::Figures { open, overdue, waiting, refused } = tickets::figures(&app.db, beside.now).await?;
    Ok(Json(Tickets { now: Now { open, overdue, waiting, refused }, page }))
}

async fn view(app: &App, actor: &Actor, kept: Kept) -> Result<TicketView, Error> {
    let id = kept.ticket.id;
    let hidden = kept.ticket.confidential;
    let told = |one: Return| ReturnView {
        id: name(one.ticket, one.number),
        number: one.number,
        kind: one.kind,
        body: (!hidden).then(|| in_text(&one.body)),
        state: one.state,
        attempts: one.attempts,
        created_at: one.created_at,
        tried_at: one.tried_at,
        status: one.status,
        took_ms: one.took_ms,
        error: one.error,
    };
    let returns = returns::of(&app.db, id).await?.into_iter().map(told).collect();
    let said = |one: tickets::Said| SaidView { message: one.message, kind: one.kind, at: one.at };
    let messages = tickets::messages(&app.db, id).await?.into_iter().map(said).collect();
    let kept = vec![kept];
    let beside = Beside::of(app, actor, &kept).await?;
    let seen = kept.into_iter().find(|kept| !beside.hides(kept)).ok_or_else(Error::not_found)?;
    let line = beside.line(seen);
    Ok(TicketView { line, returns, messages })
}

/// One ticket, with what was told and said.
#[utoipa::path(get, path = "/api/government/tickets/{id}", tag = "government", params(("id" = String, Path)),
    responses((status = 200, body = TicketView), (status = 404, body = ErrorBody)))]
pub async fn one(Is(app): Is<App>, actor: Actor, Path(id): Path<TicketId>) -> Answer<TicketView> {
    let kept = tickets::read(&app.db, id).await?.ok_or_else(Error::not_found)?;
    Ok(Json(view(&app, &actor, kept).await?))
}

/// The ticket of an order, if it came from a platform.
#[utoipa::path(get, path = "/api/government/of/{order}", tag = "government", params(("order" = String, Path)),
    responses((status = 200, body = TicketView), (status = 404, body = ErrorBody)))]
pub async fn of_order(Is(app): Is<App>, actor: Actor, Path(order): Path<WorkOrderId>) -> Answer<TicketView> {
    let kept = tickets::of_order(&app.db, order).await?.ok_or_else(Error::not_found)?;
    Ok(Json(view(&app, &actor, kept).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActForm {
    act: Act,
    /// As it was read.
    version: i64,
}

/// Signs for a ticket, tells how far it is, asks for more time, hands it back.
#[utoipa::path(post, path = "/api/government/tickets/{id}/act", tag = "government", params(("id" = String, Path)),
    request_body = ActForm, responses((status = 200, body = TicketView), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn act(
    Is(app): Is<App>,
    actor: Actor,
    Path(id): Path<TicketId>,
    Json(form): Json<ActForm>,
) -> Answer<TicketView> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let kept = tickets::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    if kept.ticket.version != form.version {
        return Err(Error::changed_meanwhile());
    }
    not_about(&mut tx, &kept.ticket, &actor).await?;
    let (next, telling) = decide(&kept.ticket, &form.act, now)?;
    if !tickets::save(&mut tx, &next).await? {
        return Err(Error::changed_meanwhile());
    }
    returns::add(&mut tx, &next, &telling, now).await?;
    let payload = json!({ "ticket": next.number, "order": next.order_number, "act": form.act });
    let (who, subject, kind) = (Some(actor.person), id.to_string(), "acted");
    tx.journal(Entry { at: now, who, room: "government", subject, kind, payload });
    tx.commit().await?;
    let kept = tickets::read(&app.db, id).await?.ok_or_else(Error::not_found)?;
    Ok(Json(view(&app, &actor, kept).await?))
}

/// Whoever a ticket is about has nothing to say of it (回避).
async fn not_about(tx: &mut db::Tx, ticket: &Ticket, actor: &Actor) -> Result<(), Error> {
    let order = orders::one(tx, ticket.work_order).await?;
    match order.and_then(|kept| kept.order.matter.about) {
        Some(about) if about == actor.person => Err(Error::not_found()),
        _ => Ok(()),
    }
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LineAct {
    /// Told again, under its old name.
    Again,
    /// Taken out of the line: what stands behind it goes on.
    Skip,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LineForm {
    act: LineAct,
}

/// Tells one thing again, or takes it out of the line.
#[utoipa::path(post, path = "/api/government/tickets/{id}/returns/{number}/act", tag = "government",
    params(("id" = String, Path), ("number" = i64, Path)), request_body = LineForm,
    responses((status = 200, body = TicketView), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub async fn line(
    Is(app): Is<App>,
    actor: Actor,
    Path((id, number)): Path<(TicketId, i64)>,
    Json(form): Json<LineForm>,
) -> Answer<TicketView> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let kept = tickets::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    not_about(&mut tx, &kept.ticket, &actor).await?;
    let found = returns::one(&mut tx, id, number).await?.ok_or_else(Error::not_found)?;
    let to = match (form.act, found.state) {
        // One that waits is tried at once.
        (LineAct::Again, _) => Sending::Waiting,
        (LineAct::Skip, Sending::Waiting | Sending::Refused) => Sending::Skipped,
        (LineAct::Skip, state) => return Err(Refusal::NotInLine { state: state.as_str() }.into()),
    };
    if !returns::put(&mut tx, &found, to).await? {
        return Err(Error::changed_meanwhile());
    }
    tickets::recount(&mut tx, id, now).await?;
    let payload = json!({ "ticket": kept.ticket.number, "told": found.kind, "name": name(id, number), "act": form.act });
    let (who, subject, kind) = (Some(actor.person), id.to_string(), "line_moved");
    tx.journal(Entry { at: now, who, room: "government", subject, kind, payload });
    tx.commit().await?;
    let kept = tickets::read(&app.db, id).await?.ok_or_else(Error::not_found)?;
    Ok(Json(view(&app, &actor, kept).await?))
}
