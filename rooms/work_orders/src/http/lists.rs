//! Lists of orders, and how many stand where.

use axum::extract::State;
use kernel::{Timestamp, UnitId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, Error, Json, Page, Query, bad_query, given, place, placed, word};

use super::views::{OrderLine, line};
use crate::permissions::READ;
use crate::rules::order::Urge;
use crate::rules::privacy::Written as _;
use crate::rules::{Asker, Power, State as OrderState};
use crate::store::behind::{self, Behind, Set};
use crate::store::found::{self, Filter, Lead};
use crate::store::orders::Kept;
use crate::store::{time_asked, unassigned};
use crate::work;

/// What is looked for; everything absent is any.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Search {
    /// `units` (those of one's own units), `mine` (accepted by oneself); without it everything one may see.
    pub of: Option<String>,
    /// Only open ones, the next due first; otherwise all, the newest first.
    #[serde(default)]
    pub open: bool,
    /// One or several, with commas between them: `result_given,in_review`.
    pub state: Option<String>,
    pub kind: Option<String>,
    pub subtype: Option<String>,
    pub unit: Option<String>,
    pub handler: Option<String>,
    pub customer: Option<String>,
    /// A number, in any writing.
    pub phone: Option<String>,
    pub address: Option<String>,
    pub call: Option<String>,
    #[serde(default)]
    pub important: bool,
    #[serde(default)]
    pub urged: bool,
    #[serde(default)]
    pub supervised: bool,
    /// Only those whose unit has asked for more time and has no answer.
    #[serde(default)]
    pub time_asked: bool,
    /// Sent back at least once.
    #[serde(default)]
    pub returned: bool,
    /// Only those of which the promise to the customer was broken.
    #[serde(default)]
    pub late: bool,
    /// Taken up again at least once.
    #[serde(default)]
    pub reopened: bool,
    /// Only what is overdue.
    #[serde(default)]
    pub overdue: bool,
    /// Only what no unit has two hours after it was accepted.
    #[serde(default)]
    pub unassigned: bool,
    /// Those behind a figure of the period `from` to `to`, and of `unit` (or `none`), `kind`, `area` (or `none`), the newest
    /// first: `accepted`, `answered`, `dispatched`, `returned`, `urged`, `reopened`, `supervised`, `on_time`, `late`, `overdue`,
    /// `owed`. Nothing else narrows them down.
    pub set: Option<String>,
    /// Together with `set`.
    pub area: Option<String>,
    /// Accepted at or after this instant (RFC 3339).
    pub from: Option<String>,
    /// Accepted before this instant.
    pub to: Option<String>,
    /// The `next` of the page before.
    pub after: Option<String>,
    /// 1 to 200; 50 if not given.
    pub limit: Option<u32>,
}

/// How many open orders stand where.
#[derive(Debug, Serialize, ToSchema)]
pub struct Now {
    standing: Vec<StandingView>,
    /// What no unit has two hours after it was accepted, however long ago; and of how many: those that needed a unit in the last
    /// day, and all that have waited longer.
    needed: i64,
    unassigned: i64,
    /// When the one of them that waits longest was accepted.
    #[schema(value_type = Option<String>, format = DateTime)]
    unassigned_since: Option<Timestamp>,
    /// Units that have asked for more time and have no answer.
    time_asked: i64,
    /// Until when the first of them is to be answered.
    #[schema(value_type = Option<String>, format = DateTime)]
    decide_by: Option<Timestamp>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct StandingView {
    state: String,
    #[schema(value_type = Option<String>)]
    unit: Option<UnitId>,
    count: i64,
    overdue: i64,
    important: i64,
    urged: i64,
    /// When the one that waits longest was accepted.
    #[schema(value_type = String, format = DateTime)]
    oldest: Timestamp,
}

impl Search {
    fn lead(&self, asker: &Asker, reads: bool) -> Result<Lead, Error> {
        let text = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let own = || {
            if !asker.has(Power::Handle) || asker.units.is_empty() {
                asker.person.map_or(Lead::Units(Vec::new()), Lead::AcceptedBy)
            } else {
                Lead::Units(asker.units.iter().copied().collect())
            }
        };
        let lead = match text(&self.of).as_deref() {
            Some("units") if !asker.has(Power::Handle) => Lead::Units(Vec::new()),
            Some("units") => Lead::Units(asker.units.iter().copied().collect()),
            Some("mine") => asker.person.map_or(Lead::Units(Vec::new()), Lead::AcceptedBy),
            Some(_) => return Err(bad_query("of")),
            None => Lead::Everything,
        };
        let narrower = if let Some(unit) = given::<UnitId>("unit", self.unit.as_deref())? {
            let works_there = asker.has(Power::Handle) && asker.units.contains(&unit);
            if !reads && !works_there {
                return Ok(Lead::Units(Vec::new()));
            }
            return Ok(Lead::Units(vec![unit]));
        } else if let Some(customer) = text(&self.customer) {
            Some(Lead::Customer(customer))
        } else if let Some(phone) = text(&self.phone) {
            Some(Lead::Phone(phone))
        } else if let Some(address) = text(&self.address) {
            Some(Lead::Address(address))
        } else if let Some(call) = given("call", self.call.as_deref())? {
            Some(Lead::CallSeen(call))
        } else {
            given("handler", self.handler.as_deref())?.map(Lead::Handler)
        };
        match (lead, narrower) {
            (Lead::Everything, Some(narrower)) if reads => Ok(narrower),
            (Lead::Everything, _) if reads => Ok(Lead::Everything),
            (Lead::Everything, _) => Ok(own()),
            (lead, _) => Ok(lead),
        }
    }

    fn filter(&self, asker: &Asker, reads: bool, now: Timestamp) -> Result<Filter, Error> {
        let states = self.state.as_deref().unwrap_or_default().split(',').filter(|state| !state.is_empty());
        let mut states: Vec<String> = states.map(str::to_owned).collect();
        if states.iter().any(|state| !OrderState::WORDS.contains(&state.as_str())) {
            return Err(bad_query("state"));
        }
        let mut to = given("to", self.to.as_deref())?;
        if self.unassigned {
            let waits = unassigned::since(now);
            to = Some(to.map_or(waits, |to: Timestamp| to.min(waits)));
            if states.is_empty() {
                states = unassigned::STATES.map(str::to_owned).to_vec();
            }
            states.retain(|state| unassigned::STATES.contains(&state.as_str()));
            if states.is_empty() {
                return Err(bad_query("unassigned"));
            }
        }
        Ok(Filter {
            lead: self.lead(asker, reads)?,
            open: self.open || self.overdue || self.unassigned || self.time_asked,
            states,
            kind: word("kind", self.kind.as_deref())?,
            subtype: self.subtype.clone().filter(|code| !code.is_empty()),
            handler: given("handler", self.handler.as_deref())?,
            important: self.important,
            urged: self.urged,
            supervised: self.supervised,
            time_asked: self.time_asked,
            returned: self.returned,
            late: self.late,
            reopened: self.reopened,
            not_about: asker.person,
            due_before: self.overdue.then_some(now),
            from: given("from", self.from.as_deref())?,
            to,
            after: place("after", self.after.as_deref())?,
        })
    }
}

/// One of those that may be absent, and may be said to be none.
fn or_none<T: std::str::FromStr>(
    field: &'static str,
    text: Option<&str>,
) -> Result<Option<Option<T>>, Error> {
    if text == Some("none") { Ok(Some(None)) } else { Ok(given(field, text)?.map(Some)) }
}

impl Search {
    fn behind(&self, set: Set) -> Result<Behind, Error> {
        let period =
            |field, text: &Option<String>| given(field, text.as_deref())?.ok_or_else(|| bad_query(field));
        let area: Option<Option<String>> = or_none("area", self.area.as_deref())?;
        Ok(Behind {
            set,
            from: period("from", &self.from)?,
            to: period("to", &self.to)?,
            unit: or_none("unit", self.unit.as_deref())?,
            kind: word("kind", self.kind.as_deref())?,
            area: area.map(Option::unwrap_or_default),
            after: place("after", self.after.as_deref())?,
        })
    }
}

/// Orders, a page at a time.
#[utoipa::path(get, path = "/api/work_orders", tag = "work_orders", params(Search),
    responses((status = 200, body = Page<OrderLine>)))]
pub async fn list(
    State(app): State<App>,
    actor: Actor,
    Query(search): Query<Search>,
) -> Answer<Page<OrderLine>> {
    let asker = work::asker(&app, &actor).await?;
    if let Some(set) = word::<Set>("set", search.set.as_deref())? {
        if !actor.may(READ) {
            return Err(Error::forbidden());
        }
        let limit = i64::from(web::page_size(search.limit));
        let found = behind::behind(&app.db, &search.behind(set)?, app.now(), limit + 1).await?;
        let next = |kept: &Kept| placed(kept.order.accepted_at, kept.order.id);
        return Ok(Json(Page::of(found, limit, next).map(|kept| line(&kept, &asker))));
    }
    let filter = search.filter(&asker, actor.may(READ), app.now())?;
    let limit = i64::from(web::page_size(search.limit));
    let found = found::find(&app.db, &filter, limit + 1).await?;
    let next = |kept: &Kept| {
        let at = if filter.open { kept.beside.due.map(|(due, _)| due) } else { Some(kept.order.accepted_at) };
        placed(at.unwrap_or_default(), kept.order.id)
    };
    let mut page = Page::of(found, limit, next);
    // What is about oneself is left out of the page, wherever the list came from.
    page.items.retain(|kept| kept.order.matter.about != Some(actor.person));
    Ok(Json(page.map(|kept| line(&kept, &asker))))
}

/// How many open orders stand where, and how much work no unit has.
#[utoipa::path(get, path = "/api/work_orders/now", tag = "work_orders", responses((status = 200, body = Now)))]
pub async fn now(State(app): State<App>) -> Answer<Now> {
    let now = app.now();
    let (waiting, needed) = unassigned::share(&app.db, now).await?;
    let view = |row: found::Standing| {
        let found::Standing { state, unit, count, overdue, important, urged, oldest } = row;
        StandingView { state, unit, count, overdue, important, urged, oldest }
    };
    let standing = found::standing(&app.db, now).await?.into_iter().map(view).collect();
    let asking = time_asked::asking(&app.db).await?;
    Ok(Json(Now {
        standing,
        needed,
        unassigned: waiting.count,
        unassigned_since: waiting.oldest,
        time_asked: asking.count,
        decide_by: asking.soonest,
    }))
}

/// What is looked for among the urged ones.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct UrgedSearch {
    unit: Option<String>,
    /// The `next` of the page before.
    after: Option<String>,
    /// 1 to 200; 50 if not given.
    limit: Option<u32>,
}

/// An open order that was urged.
#[derive(Debug, Serialize, ToSchema)]
pub struct UrgedLine {
    #[serde(flatten)]
    line: OrderLine,
    /// The last urge: who pressed, what was said and promised, what the unit answered. Numbers in it are masked.
    last: Urge,
    /// How many of them nobody has answered.
    unanswered: usize,
}

/// Open orders that were urged, the next due first, with what was said last.
#[utoipa::path(get, path = "/api/work_orders/urged", tag = "work_orders", params(UrgedSearch),
    responses((status = 200, body = Page<UrgedLine>)))]
pub async fn urged(
    State(app): State<App>,
    actor: Actor,
    Query(search): Query<UrgedSearch>,
) -> Answer<Page<UrgedLine>> {
    let asker = work::asker(&app, &actor).await?;
    let UrgedSearch { unit, after, limit } = search;
    let limit = i64::from(web::page_size(limit));
    let asked = Search { unit, after, open: true, urged: true, ..Search::default() };
    let filter = asked.filter(&asker, actor.may(READ), app.now())?;
    let found = found::find(&app.db, &filter, limit + 1).await?;
    let page = Page::of(found, limit, |kept| {
        let due = kept.beside.due.map(|(due, _)| due).unwrap_or_default();
        placed(due, kept.order.id)
    });
    let items = page.items.iter().filter_map(|kept| {
        let last = kept.order.urges.last()?.clone().masked();
        let unanswered = kept.order.urges.iter().filter(|urge| urge.answer.is_none()).count();
        Some(UrgedLine { line: line(kept, &asker), last, unanswered })
    });
    Ok(Json(Page { items: items.collect(), next: page.next.clone() }))
}
