//! What browsers see of an outage: its own words, nobody's personal data unmasked.

use customers::rules::network::Kept as Element;
use customers::rules::{Customer, Kind, Utility};
use kernel::{CustomerId, OutageId, PersonId, Timestamp, UnitId, WorkOrderId, mask};
use serde::Serialize;
use utoipa::ToSchema;

use crate::rules::greeting::{self, Voice};
use crate::rules::limits::{self, Duty, Finding};
use crate::rules::notice_texts::Ready;
use crate::rules::outage::{Counts, Estimate, Excuse, Greeting};
use crate::rules::table::{self, Terms};
use crate::rules::{
    Asker, Cause, Class, Crew, Moment, Outage, Plan, Revision, Segment, State, Verb, allowed, notice_texts,
};

/// One outage in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct OutageLine {
    #[schema(value_type = String)]
    pub id: OutageId,
    pub number: String,
    pub utility: Utility,
    pub class: Class,
    pub state: State,
    /// As people say it.
    pub area: String,
    pub cause: Cause,
    pub crew: Crew,
    #[schema(value_type = String, format = DateTime)]
    pub starts: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ends: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_news: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub restored_at: Option<Timestamp>,
    /// The time that people were told has passed, of the restoration or of the next news, and supply is not back.
    pub stale: bool,
    /// It is later than people were told first.
    pub delayed: bool,
    /// By when something must happen to it.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due: Option<Timestamp>,
    pub counts: Counts,
    #[schema(value_type = String)]
    pub owner: PersonId,
    #[schema(value_type = Option<String>)]
    pub unit: Option<UnitId>,
    /// Callers hear of it now.
    pub speaks: bool,
    /// They would, if a leader had approved what they hear.
    pub greeting_waits: bool,
    /// The network has changed since people were told last, and with it who is affected.
    pub network_changed: bool,
    pub version: i64,
}

pub fn line(outage: &Outage, voice: Voice<'_>) -> OutageLine {
    let now = voice.now;
    OutageLine {
        id: outage.id,
        number: outage.number.clone(),
        utility: outage.plan.utility,
        class: outage.plan.class,
        state: outage.state,
        area: outage.plan.area.text.clone(),
        cause: outage.cause(),
        crew: outage.crew(),
        starts: outage.starts(),
        ends: outage.ends(),
        next_news: outage.next_news(),
        restored_at: outage.restored_at,
        stale: outage.is_stale(now),
        delayed: outage.is_delayed(now),
        due: table::due(outage, voice.settings, voice.calendar),
        counts: outage.counts.clone(),
        owner: outage.owner,
        unit: outage.plan.unit,
        speaks: greeting::speaks(outage, voice),
        greeting_waits: outage.greeting_waits(),
        network_changed: outage.state.is_public()
            && outage.last().is_some_and(|last| last.moment == Moment::Network),
        version: outage.version,
    }
}

/// What callers hear of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct GreetingView {
    #[serde(flatten)]
    greeting: Greeting,
    /// To whoever is affected, and to everybody.
    own: Segment,
    general: Segment,
    /// Everybody hears of it, because it is large or the leader wants it.
    is_general: bool,
    #[schema(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
}

/// Moved before it, this duty is not kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct Earliest {
    duty: Duty,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

fn earliest(outage: &Outage, voice: Voice<'_>) -> Option<Earliest> {
    let (plan, important) = (&outage.plan, outage.counts.important);
    let found = limits::earliest(plan.utility, plan.class, important, voice.now, voice.calendar);
    let found = found.filter(|_| outage.state == State::Published);
    found.map(|(duty, at)| Earliest { duty, at })
}

/// Everything about one outage.
#[derive(Debug, Serialize, ToSchema)]
pub struct OutageView {
    #[serde(flatten)]
    line: OutageLine,
    plan: Plan,
    elements: Vec<Element>,
    revisions: Vec<Revision>,
    /// The number of the revision that people were told last.
    said: usize,
    /// The network has just changed: who is affected is computed again within half a minute.
    recounting: bool,
    estimates: Vec<Estimate>,
    findings: Vec<Finding>,
    excuses: Vec<Excuse>,
    greeting: GreetingView,
    /// Texts for halls, newspaper, television and the website.
    texts: Vec<Ready>,
    why: String,
    #[schema(value_type = String)]
    created_by: PersonId,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = Option<String>)]
    submitted_by: Option<PersonId>,
    #[schema(value_type = Option<String>)]
    approved_by: Option<PersonId>,
    #[schema(value_type = Option<String>, format = DateTime)]
    published_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_at: Option<Timestamp>,
    /// People were told that gas will be turned on again.
    #[schema(value_type = Option<String>, format = DateTime)]
    announced_at: Option<Timestamp>,
    /// What would have to be explained if supply were back now.
    before_restoring: Option<Finding>,
    /// The earliest start that what is coming could be moved to now without breaking a duty.
    earliest: Option<Earliest>,
    /// Texts by which customers would be told, and which nobody has approved: nothing is sent by them.
    unapproved: Vec<String>,
    /// The order of the work on it.
    #[schema(value_type = Option<String>)]
    order: Option<WorkOrderId>,
    allowed: Vec<Verb>,
}

/// What is read beside it.
pub struct Beside {
    pub elements: Vec<Element>,
    pub recounting: bool,
    pub unapproved: Vec<String>,
}

pub fn view(outage: &Outage, beside: Beside, asker: Asker, voice: Voice<'_>) -> OutageView {
    let terms = Terms { now: voice.now, calendar: voice.calendar, settings: voice.settings };
    let span = greeting::span(outage, voice.settings);
    let told = table::as_published(outage, terms);
    let greeting = GreetingView {
        greeting: outage.greeting.clone(),
        own: greeting::segment(&told, true, voice),
        general: greeting::segment(&told, false, voice),
        is_general: greeting::is_general(outage, voice.settings),
        from: span.map(|(from, _)| from),
        until: span.map(|(_, until)| until),
    };
    OutageView {
        line: line(outage, voice),
        plan: outage.plan.clone(),
        elements: beside.elements,
        revisions: outage.revisions.clone(),
        said: outage.said(),
        recounting: beside.recounting,
        estimates: outage.estimates(voice.now),
        findings: table::findings(outage, terms),
        excuses: outage.excuses.clone(),
        greeting,
        texts: notice_texts::ready(&told, voice),
        why: outage.why.clone(),
        created_by: outage.created_by,
        created_at: outage.created_at,
        submitted_by: outage.submitted_by,
        approved_by: outage.approved_by,
        published_at: outage.published_at,
        closed_at: outage.closed_at,
        announced_at: outage.announced_at,
        before_restoring: limits::before_restoring(
            outage.plan.utility,
            outage.plan.class,
            outage.announced_at,
        ),
        earliest: earliest(outage, voice),
        unapproved: beside.unapproved,
        order: outage.order,
        allowed: allowed(outage, asker),
    }
}

/// A customer as everybody may see him: a firm by its name, a person masked.
pub fn name(customer: &Customer) -> String {
    if customer.kind == Kind::Organisation { customer.name.clone() } else { mask::name(&customer.name) }
}

/// A customer in a list of calls or of who is affected.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WhoView {
    #[schema(value_type = String)]
    pub customer: CustomerId,
    pub name: String,
    /// Masked; empty without one.
    pub phone: String,
    /// Masked.
    pub address: String,
}

pub fn who(customer: &Customer) -> WhoView {
    let phone = customer.preferred().map(|contact| mask::phone(contact.number.as_str())).unwrap_or_default();
    let address = customer.accounts.first().map(|account| mask::address(&account.premises.text));
    WhoView { customer: customer.id, name: name(customer), phone, address: address.unwrap_or_default() }
}
