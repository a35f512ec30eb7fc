//! What this room hears of work orders: a complaint or a report that is accepted is a case; what happens to the order, the
//! case learns.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use db::{Emitted, Tx};
use deadlines::{Kind, State as Clock, Step};
use departments::{Kind as UnitKind, Tree};
use kernel::calendar::{Calendar, Limit};
use kernel::{PersonId, Timestamp, UnitId, WorkOrderId};
use promises::Kept as Promised;
use web::App;
use work_orders::rules::order::{Channel, Order, State};
use work_orders::store::found::{Filter, Lead, find, find_in};
use work_orders::store::orders;
use work_orders::{Changed, LevelProposed};

use crate::rules::follow::{OrderSeen, unheard};
use crate::rules::level::{Circumstances, heard_in, propose};
use crate::rules::{Act, Case, Opening, decide};
use crate::store::{cases, places};

const BATCH: i64 = 100;
/// Orders of so many days are looked through for some that nobody told of.
const MISSED_DAYS: u64 = 31;
/// Complaints of the same customer within so many days are a repetition.
const REPEAT_DAYS: u64 = 90;
const REPEATS_MAX: i64 = 20;

/// Whether the committee has to do with such matters.
pub fn is_ours(kind: Kind) -> bool {
    matches!(kind, Kind::Complaint | Kind::Report)
}

/// Orders moved.
pub async fn heard(tx: &mut Tx, events: &[Emitted], calendar: &Calendar) -> anyhow::Result<()> {
    for (event, changed) in db::only::<Changed>(events)? {
        if is_ours(changed.kind) {
            learn(tx, changed.order, event.at, calendar).await?;
        }
        // Faults come by the thousand, and follow faults.
        if changed.verb == "merge" && changed.kind != Kind::Fault {
            joined(tx, changed.order, event.at, calendar).await?;
        }
    }
    Ok(())
}

/// A report follows another order now: more customers are concerned than that one's case knows.
async fn joined(tx: &mut Tx, order: WorkOrderId, at: Timestamp, calendar: &Calendar) -> anyhow::Result<()> {
    let Some(master) = orders::one(tx, order).await?.and_then(|kept| kept.order.master) else {
        return Ok(());
    };
    let ours = orders::one(tx, master).await?.is_some_and(|kept| is_ours(kept.order.matter.kind));
    if ours { learn(tx, master, at, calendar).await } else { Ok(()) }
}

/// The case of an order, opened if there is none yet, knows what stands in the order.
async fn learn(tx: &mut Tx, order: WorkOrderId, at: Timestamp, calendar: &Calendar) -> anyhow::Result<()> {
    let Some(kept) = orders::one(tx, order).await? else { return Ok(()) };
    let promised = promises::of(tx, "work_orders", &order.to_string()).await?;
    let seen = seen(&kept.order, &promised, customers(tx, order).await?);
    let fresh = cases::one(tx, order).await?.is_none();
    if fresh {
        if seen.gone {
            return Ok(());
        }
        let opening = opening(tx, &kept.order, &promised, calendar).await?;
        let about = (kept.order.id, opening.proposal.level);
        let since = opening.at;
        if cases::open(tx, &Case::opened(opening), since).await? {
            let payload = serde_json::json!({ "number": kept.order.number, "level": about.1 });
            let subject = about.0.to_string();
            tx.journal(db::Entry { at, who: None, room: "complaints", subject, kind: "opened", payload });
            // What was stated stands at the order, and superiors have seen it.
            if about.1 > kept.order.matter.level {
                tx.emit(at, &LevelProposed { order, level: about.1, grown: false })?;
            }
        }
    }
    let Some(mut case) = cases::one(tx, order).await? else { return Ok(()) };
    for act in unheard(&case, &seen) {
        // When it was so, not when it was heard.
        let when = match &act {
            Act::HeardContact { at } | Act::HeardDone { at, .. } => *at,
            Act::HeardUnit { .. } if fresh => kept.order.dispatched_at.unwrap_or(at),
            _ => at,
        };
        let next = decide::apply(&case, &act, None, when);
        anyhow::ensure!(
            cases::save(tx, &case, &next, &act, None, when).await?,
            "the case of {order} changed meanwhile"
        );
        if let Act::HeardMore { customers } = act {
            more(tx, &kept.order, (&case, &next), customers, at)?;
        }
        case = Case { version: case.version + 1, ..next };
    }
    Ok(())
}

/// The proposal has changed because of them; when it is graver than it was, and than the order says, superiors see it.
fn more(
    tx: &mut Tx,
    order: &Order,
    (before, after): (&Case, &Case),
    customers: u32,
    at: Timestamp,
) -> anyhow::Result<()> {
    let (was, level) = (before.opening.proposal.level, after.opening.proposal.level);
    let payload =
        serde_json::json!({ "number": order.number, "customers": customers, "before": was, "level": level });
    let subject = order.id.to_string();
    tx.journal(db::Entry { at, who: None, room: "complaints", subject, kind: "proposed_anew", payload });
    if level > was && level > order.matter.level {
        tx.emit(at, &LevelProposed { order: order.id, level, grown: true })?;
    }
    Ok(())
}

/// Its own customer, and those whose reports follow it.
async fn customers(tx: &mut Tx, order: WorkOrderId) -> anyhow::Result<u32> {
    let children = orders::count_children(tx, order).await?;
    Ok(u32::try_from(children).unwrap_or(u32::MAX).saturating_add(1))
}

fn due(promised: &[Promised], step: Step) -> Option<Timestamp> {
    let of = promised.iter().rev().filter(|kept| kept.step == step);
    of.flat_map(|kept| kept.clocks.customer().or(Some(kept.clocks.unit())))
        .map(deadlines::Promise::due)
        .next()
}

/// What the order says now.
pub fn seen(order: &Order, promised: &[Promised], customers: u32) -> OrderSeen {
    let contact = promised.iter().find(|kept| kept.step == Step::Contact);
    OrderSeen {
        customers,
        gone: matches!(order.state, State::Merged { .. } | State::Void),
        unit: order.state.unit(),
        contacted: contact.and_then(|kept| match kept.clocks.unit().state() {
            Clock::Fulfilled { at } => Some(*at),
            Clock::Running | Clock::Withdrawn { .. } => None,
        }),
        done: match order.state {
            State::Closed { at, .. } => Some(at),
            _ => None,
        },
        satisfaction: order.satisfaction,
        contact_due: due(promised, Step::Contact),
        answer_due: due(promised, Step::Answer),
    }
}

/// The units somebody works in: teams and departments, not the whole company.
async fn own_units(tx: &mut Tx, person: PersonId) -> anyhow::Result<BTreeSet<UnitId>> {
    let own = departments::units_of_in(tx, person).await?;
    if own.is_empty() {
        return Ok(BTreeSet::new());
    }
    let tree = Tree::from(departments::store::within(tx).await?);
    let narrow = |unit: &UnitId| tree.get(*unit).is_some_and(|unit| unit.kind != UnitKind::Branch);
    Ok(own.iter().map(|own| own.unit).filter(narrow).collect())
}

/// What is known when a case begins.
async fn opening(
    tx: &mut Tx,
    order: &Order,
    promised: &[Promised],
    calendar: &Calendar,
) -> anyhow::Result<Opening> {
    let matter = &order.matter;
    let (mut group, mut units) = (None, BTreeSet::new());
    if let Some(about) = matter.about {
        group = people::store::by_id(tx, about).await?.and_then(|(person, _)| person.group);
        units = own_units(tx, about).await?;
    }
    let stated = Circumstances {
        stated: matter.level,
        customers: customers(tx, order.id).await?,
        important_customer: matter.important_customer,
        earlier: earlier(tx, order).await?,
        ..Circumstances::default()
    };
    let circumstances = heard_in(&matter.content, stated);
    let within = |step, limit| due(promised, step).unwrap_or(calendar.deadline(order.accepted_at, limit));
    Ok(Opening {
        order: order.id,
        number: order.number.clone(),
        kind: matter.kind,
        subtype: matter.subtype.clone(),
        area: matter.area.clone(),
        at: order.accepted_at,
        accepted_by: order.accepted_by,
        month: calendar.civil(order.accepted_at).strftime("%Y-%m").to_string(),
        about: matter.about,
        group,
        units,
        call: matter.call,
        proposal: propose(&circumstances),
        circumstances,
        contact_due: within(Step::Contact, Limit::Hours(24)),
        answer_due: within(Step::Answer, Limit::WorkingDays(5)),
    })
}

/// Complaints of the same customer about the same that were closed before this one came. Of somebody whom nobody may know
/// there are none to be found.
async fn earlier(tx: &mut Tx, order: &Order) -> anyhow::Result<u32> {
    let phone: String = order.matter.contact.phone.chars().filter(char::is_ascii_digit).collect();
    let lead = match &order.matter.customer {
        Some(customer) => Lead::Customer(customer.clone()),
        None if phone.len() >= 7 && order.matter.channel != Channel::Inside => Lead::Phone(phone),
        None => return Ok(0),
    };
    let filter = Filter {
        lead,
        states: vec!["closed".into()],
        kind: Some(order.matter.kind),
        subtype: Some(order.matter.subtype.clone()),
        from: Some(order.accepted_at - Duration::from_secs(REPEAT_DAYS * 86_400)),
        to: Some(order.accepted_at),
        ..Filter::default()
    };
    let found = find_in(tx, &filter, REPEATS_MAX).await?;
    Ok(u32::try_from(found.iter().filter(|kept| kept.order.id != order.id).count()).unwrap_or(0))
}

const MISSED: &str = "missed";

/// Complaints and reports of the last weeks of which nobody told this room: those from before it listened. Afterwards only
/// those since it looked last, and a day more.
pub async fn find_missed(app: App, calendar: Arc<Calendar>) -> anyhow::Result<()> {
    let now = app.now();
    let oldest = now - Duration::from_secs(MISSED_DAYS * 86_400);
    let last = places::read(&app.db, MISSED).await?;
    let from = last.map_or(oldest, |(at, _)| oldest.max(at - Duration::from_secs(86_400)));
    for kind in [Kind::Complaint, Kind::Report] {
        let mut filter = Filter { kind: Some(kind), from: Some(from), ..Filter::default() };
        loop {
            let page = find(&app.db, &filter, BATCH).await?;
            let ids: Vec<WorkOrderId> = page.iter().map(|kept| kept.order.id).collect();
            let known: BTreeSet<WorkOrderId> = cases::known(&app.db, &ids).await?.into_iter().collect();
            for order in ids.iter().filter(|order| !known.contains(order)) {
                let mut tx = app.db.begin().await?;
                learn(&mut tx, *order, now, &calendar).await?;
                tx.commit().await?;
            }
            filter.after = page.last().map(|kept| (kept.order.accepted_at, kept.order.id));
            if page.len() < usize::try_from(BATCH).unwrap_or(usize::MAX) {
                break;
            }
        }
    }
    let mut tx = app.db.begin().await?;
    places::put(&mut tx, MISSED, (now, 0)).await?;
    tx.commit().await
}
