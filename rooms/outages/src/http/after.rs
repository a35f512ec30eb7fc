//! After supply is back: who was asked, what was answered, which orders came of it, and how a leader goes on.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Extension;
use axum::extract::State as Site;
use customers::rules::Customer;
use customers::rules::network::{ElementKind, Kept as Element};
use customers::store::{load, network};
use db::{Entry, config};
use kernel::calendar::Calendar;
use kernel::{AccountId, CustomerId, ElementId, OutageId, PersonId, Timestamp, WorkOrderId, mask};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, Error, ErrorBody, Json, Page, Path, Query, pair, word};

use super::views::name;
use crate::permissions::APPROVE;
use crate::rules::after::{How, Known, Said, Stage, Step, Tally};
use crate::rules::{Refusal, Settings};
use crate::store::afters::{self, After};
use crate::store::asks::{self, Ask};
use crate::{ROOM, asking, filing};

const PAGE: i64 = 50;
/// Shown one by one; the worst first.
const ELEMENTS_MAX: usize = 200;

/// What is known below one element.
#[derive(Debug, Serialize, ToSchema)]
pub struct ElementView {
    #[serde(flatten)]
    tally: Tally,
    name: String,
    kind: Option<ElementKind>,
    all: i64,
    /// So many must have said that they have it.
    need: i64,
    known: Known,
    /// So many are without that it looks like an outage of its own.
    proposed: bool,
}

/// Somebody who was asked, masked.
#[derive(Debug, Serialize, ToSchema)]
pub struct AskView {
    #[schema(value_type = String)]
    account: AccountId,
    #[schema(value_type = String)]
    customer: CustomerId,
    /// Of the account; the rest masked.
    number: String,
    name: String,
    phone: String,
    address: String,
    #[schema(value_type = Option<String>)]
    element: Option<ElementId>,
    /// 0 wished to be told, 1 important, 2 life support, 3 elderly, 4 called about it, 5 everybody else.
    ord: i64,
    said: Said,
    how: Option<How>,
    wave: i64,
    #[schema(value_type = Option<String>)]
    order: Option<WorkOrderId>,
    order_number: String,
    mended: bool,
    /// A code: why nobody could be asked, or no order be filed.
    trouble: String,
    steps: Vec<Step>,
}

/// How far the asking is.
#[derive(Debug, Serialize, ToSchema)]
pub struct AfterView {
    stage: Stage,
    wave: i64,
    waves: i64,
    #[schema(value_type = Option<String>, format = DateTime)]
    next: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    begun_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    ended_by: Option<PersonId>,
    why: String,
    total: Tally,
    elements: Vec<ElementView>,
    /// Further elements that are not shown.
    more: usize,
    without: Vec<AskView>,
    /// `more`: another wave; `close`.
    allowed: Vec<&'static str>,
}

pub async fn ask_views(app: &App, all: Vec<Ask>) -> anyhow::Result<Vec<AskView>> {
    let mut parties: Vec<CustomerId> = all.iter().map(|ask| ask.party).collect();
    parties.sort_unstable();
    parties.dedup();
    let customers = load::some(&app.db, &parties).await?;
    let of = |id: CustomerId| customers.iter().find(|one: &&Customer| one.id == id);
    let view = |ask: Ask| {
        let customer = of(ask.party);
        let account = customer.and_then(|one| one.accounts.iter().find(|account| account.id == ask.account));
        AskView {
            account: ask.account,
            customer: ask.party,
            number: account.map(|account| account.number.clone()).unwrap_or_default(),
            name: customer.map(name).unwrap_or_default(),
            phone: mask::phone(&ask.number),
            address: account.map(|account| mask::address(&account.premises.text)).unwrap_or_default(),
            element: ask.element,
            ord: ask.ord,
            said: ask.said,
            how: ask.how,
            wave: ask.wave,
            order: ask.order,
            order_number: ask.order_number,
            mended: ask.mended,
            trouble: ask.trouble,
            steps: ask.steps,
        }
    };
    Ok(all.into_iter().map(view).collect())
}

fn sum(tallies: &[Tally]) -> Tally {
    tallies.iter().fold(Tally::default(), |sum, one| Tally {
        element: None,
        waiting: sum.waiting + one.waiting,
        first: sum.first + one.first,
        asked: sum.asked + one.asked,
        yes: sum.yes + one.yes,
        no: sum.no + one.no,
        mended: sum.mended + one.mended,
        silent: sum.silent + one.silent,
        unheard: sum.unheard + one.unheard,
        unreachable: sum.unreachable + one.unreachable,
    })
}

/// What a leader reads first.
fn urgency(one: &ElementView) -> (u8, i64) {
    let known = match one.known {
        Known::Without => 0,
        Known::Open => 1,
        Known::Silent => 2,
        Known::Nobody => 3,
        Known::Sure => 4,
    };
    (known, -one.tally.no)
}

async fn shown(app: &App, actor: &Actor, after: After) -> anyhow::Result<AfterView> {
    let asking = config::read::<Settings>(&app.db).await?.value.asking;
    let tallies = asks::read_tallies(&app.db, &after).await?;
    let total = sum(&tallies);
    let mut elements: Vec<ElementView> = tallies
        .into_iter()
        .map(|tally| ElementView {
            name: String::new(),
            kind: None,
            all: tally.all(),
            need: tally.need(&asking),
            known: tally.known(&asking),
            proposed: tally.is_proposed(&asking),
            tally,
        })
        .collect();
    elements.sort_by_key(urgency);
    let more = elements.len().saturating_sub(ELEMENTS_MAX);
    elements.truncate(ELEMENTS_MAX);
    let ids: Vec<ElementId> = elements.iter().filter_map(|one| one.tally.element).collect();
    let named: BTreeMap<ElementId, Element> =
        network::by_ids(&app.db, &ids).await?.into_iter().map(|one| (one.id, one)).collect();
    for one in &mut elements {
        if let Some(found) = one.tally.element.and_then(|id| named.get(&id)) {
            (one.name, one.kind) = (found.name.clone(), Some(found.kind));
        }
    }
    let without = ask_views(app, asks::without(&app.db, &after).await?).await?;
    let leads = actor.permissions.has(APPROVE) && after.ended_at.is_none();
    let allowed = if leads { vec!["more", "close"] } else { Vec::new() };
    Ok(AfterView {
        stage: after.stage,
        wave: after.wave,
        waves: after.waves,
        next: after.next,
        begun_at: after.begun_at,
        ended_at: after.ended_at,
        ended_by: after.ended_by,
        why: after.why,
        total,
        elements,
        more,
        without,
        allowed,
    })
}

/// How far it is known that everybody has supply again; nothing before it came back.
#[utoipa::path(get, path = "/api/outages/{id}/after", tag = "outages", params(("id" = String, Path)),
    responses((status = 200, body = Option<AfterView>)))]
pub async fn show(Site(app): Site<App>, actor: Actor, Path(id): Path<OutageId>) -> Answer<Option<AfterView>> {
    Ok(Json(match afters::read_last(&app.db, id).await? {
        Some(after) => Some(shown(&app, &actor, after).await?),
        None => None,
    }))
}

#[derive(Debug, Deserialize, IntoParams)]
pub struct Asked {
    /// `asked`, `yes`, `no`, `silent`, `unreachable`, `waiting`; `yes` if not given.
    said: Option<String>,
    /// The `next` of the page before.
    after: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AskList {
    asked: Vec<AskView>,
    next: Option<String>,
}

/// Who was asked, and what happened.
#[utoipa::path(get, path = "/api/outages/{id}/asked", tag = "outages", params(("id" = String, Path), Asked),
    responses((status = 200, body = AskList)))]
pub async fn asked(
    Site(app): Site<App>,
    Path(id): Path<OutageId>,
    Query(query): Query<Asked>,
) -> Answer<AskList> {
    let said = word("said", query.said.as_deref())?.unwrap_or(Said::Yes);
    let behind = pair("after", query.after.as_deref())?.unwrap_or((-1, AccountId(0)));
    let Some(after) = afters::read_last(&app.db, id).await? else {
        return Ok(Json(AskList { asked: Vec::new(), next: None }));
    };
    let found = asks::page(&app.db, &after, said, behind, PAGE + 1).await?;
    let Page { items, next } = Page::of(found, PAGE, |last| format!("{}~{}", last.ord, last.account));
    Ok(Json(AskList { asked: ask_views(&app, items).await?, next }))
}

/// How a leader goes on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum AfterAct {
    /// Another wave, and whom nothing reached is tried again; `waves` as they were read.
    More { waves: i64 },
    /// Nobody is asked any more.
    Close { why: String },
}

/// Asks another wave, or ends it with a reason.
#[utoipa::path(post, path = "/api/outages/{id}/after", tag = "outages", params(("id" = String, Path)),
    request_body = AfterAct, responses((status = 200, body = AfterView), (status = 409, body = ErrorBody)))]
pub async fn act(
    Site(app): Site<App>,
    actor: Actor,
    Path(id): Path<OutageId>,
    Json(form): Json<AfterAct>,
) -> Answer<AfterView> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let after = afters::last(&mut tx, id).await?.ok_or(Refusal::NobodyAsked)?;
    if after.ended_at.is_some() {
        return Err(Refusal::AskingOver.into());
    }
    // Answers change the row all the time; another leader's wave is what matters.
    if matches!(&form, AfterAct::More { waves } if *waves != after.waves) {
        return Err(Error::changed_meanwhile());
    }
    let (kind, payload) = match &form {
        AfterAct::More { .. } => {
            asks::again(&mut tx, &after).await?;
            // Who is being written down goes on being written down.
            let stage = if after.stage == Stage::Listing { Stage::Listing } else { Stage::Asking };
            let more = After {
                stage,
                wave_at: None,
                waves: after.waves.max(after.wave) + 1,
                next: Some(now),
                ..after.clone()
            };
            if !afters::save(&mut tx, &more).await? {
                return Err(Error::changed_meanwhile());
            }
            ("asked_more", json!({ "revision": after.revision, "wave": after.wave + 1 }))
        }
        AfterAct::Close { why } => {
            let why: String = why.split_whitespace().collect::<Vec<_>>().join(" ");
            if !(2..=200).contains(&why.chars().count()) {
                return Err(Refusal::BadField { field: "why", most: 200 }.into());
            }
            if !asking::close(&mut tx, &after, Some(actor.person), &why, now).await? {
                return Err(Error::changed_meanwhile());
            }
            ("asking_closed", json!({ "revision": after.revision, "stage": after.stage, "why": why }))
        }
    };
    let subject = id.to_string();
    tx.journal(Entry { at: now, who: Some(actor.person), room: ROOM, subject, kind, payload });
    tx.commit().await?;
    let after = afters::read_last(&app.db, id).await?.ok_or_else(Error::not_found)?;
    Ok(Json(shown(&app, &actor, after).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderForm {
    /// Of an order that is there; without it one is filed.
    #[serde(default)]
    number: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct OrderView {
    #[schema(value_type = String)]
    order: WorkOrderId,
}

/// The order of the work on it: named, or filed.
#[utoipa::path(post, path = "/api/outages/{id}/order", tag = "outages", params(("id" = String, Path)),
    request_body = OrderForm, responses((status = 200, body = OrderView), (status = 422, body = ErrorBody)))]
pub async fn order(
    Site(app): Site<App>,
    Extension(calendar): Extension<Arc<Calendar>>,
    actor: Actor,
    Path(id): Path<OutageId>,
    Json(form): Json<OrderForm>,
) -> Answer<OrderView> {
    let number = form.number.as_deref().map(str::trim).filter(|number| !number.is_empty());
    let order = filing::master(&app, &calendar, actor.person, id, number).await?;
    Ok(Json(OrderView { order }))
}
