//! Looks for what is hidden or forged: orders soon after something was done to them, calls after they have ended, and every
//! order of the last months again and again. Each finder goes on behind the place where it stopped.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use callbacks::Doubted;
use callbacks::rules::task::Outcome;
use calls::store::search;
use db::{Emitted, Entry, Tx, config};
use deadlines::Kind;
use exchange::fact::Direction;
use kernel::calendar::Calendar;
use kernel::{CallId, PersonId, Timestamp, WorkOrderId};
use serde_json::json;
use web::App;
use work_orders::Changed;
use work_orders::rules::order::{Channel, Order};
use work_orders::rules::{Act as OrderAct, Kinds};
use work_orders::store::found::{Filter, Lead, find_readable as find};
use work_orders::store::orders;
use work_orders::store::steps::{self, Line, Step};

use crate::rules::Settings;
use crate::rules::conceal::{self, CallSeen, OrderSeen, concealed, hints, proper};
use crate::rules::finding::{Found, Hint};
use crate::rules::forge::{self, Arrival, NamedCall, OrderFacts, ResultSeen, StepSeen};
use crate::store::{findings, places};

const PAGE: i64 = 100;
/// A call that has not ended after so many hours is passed by: its process died.
const HANGS_H: u64 = 12;
/// So far back finders begin, and orders are compared with their history.
const BACK_DAYS: u64 = 90;
/// The first calls a finder looks at are so old.
const FIRST_DAYS: u64 = 31;
/// Going through all orders begins again after so many hours.
const AGAIN_H: u64 = 24;
/// Results are compared with those of so many days.
const RESULTS_DAYS: u64 = 30;
const RESULTS_MAX: i64 = 200;
/// Arrivals of the same person this near are compared.
const ARRIVALS_H: u64 = 3;
const LATER_MAX: u32 = 20;
const ORDERS_MAX: i64 = 20;

const DAY: u64 = 86_400;

fn minutes(of: u16) -> Duration {
    Duration::from_secs(u64::from(of) * 60)
}

/// Something was done to orders that is worth a look.
pub async fn heard(tx: &mut Tx, events: &[Emitted]) -> anyhow::Result<()> {
    let changed = db::only::<Changed>(events)?;
    let mut due: BTreeMap<WorkOrderId, Timestamp> = BTreeMap::new();
    let accepted = changed.iter().any(|(_, changed)| changed.verb == "accepted");
    // The call may still go on, and the order may be filed before its record is complete.
    let wait = match accepted {
        true => minutes(config::now::<Settings>(tx).await?.value.record_min),
        false => Duration::ZERO,
    };
    for (event, changed) in &changed {
        let at = match changed.verb.as_str() {
            "accepted" => event.at + wait,
            "arrive" | "give_result" | "close" => event.at,
            _ => continue,
        };
        due.entry(changed.order).and_modify(|first| *first = at.min(*first)).or_insert(at);
    }
    places::check(tx, &due).await
}

/// A customer tells another time of arrival than the crew.
pub async fn doubted(tx: &mut Tx, event: &Emitted) -> anyhow::Result<()> {
    match event.is::<Doubted>()? {
        Some(doubt) => places::check(tx, &BTreeMap::from([(doubt.order, event.at)])).await,
        None => Ok(()),
    }
}

fn month(calendar: &Calendar, at: Timestamp) -> String {
    calendar.civil(at).strftime("%Y-%m").to_string()
}

/// Keeps what is new, with its line in the journal.
pub async fn keep(
    tx: &mut Tx,
    id: kernel::FindingId,
    found: &Found,
    calendar: &Calendar,
    now: Timestamp,
) -> anyhow::Result<()> {
    let month = month(calendar, found.done_at);
    if let Some(finding) = findings::add(tx, id, found, &month, now).await? {
        let payload = json!({ "kind": finding.kind, "person": finding.person, "unit": finding.unit, "order": finding.order,
            "call": finding.call, "month": finding.month });
        let (subject, who) = (finding.id.to_string(), found.by);
        tx.journal(Entry { at: now, who, room: "complaints", subject, kind: "found", payload });
    }
    Ok(())
}

/// An order as it is compared.
fn facts(order: &Order, steps: &[Step]) -> OrderFacts {
    let act = |verb: &str| steps.iter().rev().find(|step| step.verb == verb);
    let arrival = act("arrive").and_then(|step| arrival(order.id, step));
    OrderFacts {
        order: order.id,
        number: order.number.clone(),
        kind: order.matter.kind,
        unit: order.state.unit(),
        accepted_at: order.accepted_at,
        accepted_by: order.accepted_by,
        by_phone: order.matter.channel == Channel::Phone,
        call: order.matter.call,
        dispatched_at: order.dispatched_at,
        // Whoever did not say that they left is taken to have left when they arrived: that tells nothing of the way.
        left_at: order.left_at.filter(|left| Some(*left) != order.arrived_at),
        arrived_at: order.arrived_at,
        done_at: order.result.as_ref().and_then(|result| result.done_at),
        arrival,
        result_by: act("give_result").and_then(|step| step.who),
    }
}

fn arrival(order: WorkOrderId, step: &Step) -> Option<Arrival> {
    let Line::Act { act: OrderAct::Arrive { at, place }, .. } = &step.line else { return None };
    Some(Arrival { order, by: step.who?, at: *at, entered_at: step.at, place: *place })
}

fn seen(order: &Order) -> OrderSeen {
    OrderSeen {
        order: order.id,
        number: order.number.clone(),
        kind: order.matter.kind,
        at: order.accepted_at,
        by: order.accepted_by,
        about: order.matter.about,
        call: order.matter.call,
    }
}

/// Orders to which something was done: without a call, by impossible times, by templates; complaints recorded in time, and
/// those that tell of an earlier call.
pub async fn check(app: App, calendar: Arc<Calendar>) -> anyhow::Result<()> {
    let now = app.now();
    let settings = config::read::<Settings>(&app.db).await?.value;
    loop {
        let due = places::due(&app.db, now, PAGE).await?;
        let kept = orders::some_readable(&app.db, &due).await?;
        let steps = steps::of_many_readable(&app.db, &due).await?;
        let mut history: BTreeMap<WorkOrderId, Vec<Step>> = BTreeMap::new();
        for (order, step) in steps.good {
            history.entry(order).or_default().push(step);
        }
        let mut looked = Vec::new();
        for order in &due {
            let reads = kept.good.iter().find(|kept| kept.order.id == *order);
            // One that is gone from the tables, or cannot be read, is looked at no more: it must not stop those behind it.
            let Some(one) = reads.filter(|_| !steps.bad.contains(order)) else {
                looked.push((*order, Vec::new(), None));
                continue;
            };
            let steps = history.remove(order).unwrap_or_default();
            let (found, again) = look(&app, &calendar, &one.order, &steps, &settings, now).await?;
            looked.push((*order, found, again));
        }
        let mut tx = app.db.begin().await?;
        for (order, found, _) in &looked {
            for found in found {
                keep(&mut tx, app.id(), found, &calendar, now).await?;
            }
            places::checked(&mut tx, *order, now).await?;
        }
        let again = looked.iter().filter_map(|(order, _, again)| again.map(|at| (*order, at)));
        places::check(&mut tx, &again.collect()).await?;
        tx.commit().await?;
        if due.len() < usize::try_from(PAGE).unwrap_or(usize::MAX) {
            return Ok(());
        }
    }
}

/// Everything there is to find about one order now, and when to look again.
async fn look(
    app: &App,
    calendar: &Calendar,
    order: &Order,
    steps: &[Step],
    settings: &Settings,
    now: Timestamp,
) -> anyhow::Result<(Vec<Found>, Option<Timestamp>)> {
    let facts = facts(order, steps);
    let mut found = Vec::new();
    let mut again = None;
    let told = order.accepted_at + minutes(settings.record_min);
    if now < told {
        again = Some(told);
    } else {
        let named = match facts.call {
            Some(call) => named(app, call).await?,
            None => None,
        };
        found.extend(forge::without_call(&facts, named.as_ref()));
        if order.matter.kind == Kind::Complaint {
            if let (Some(call), Some(named), Some(by)) = (facts.call, &named, order.accepted_by) {
                match named.ended {
                    None if now < named.at + Duration::from_secs(HANGS_H * 3_600) => {
                        again = Some(now + minutes(5));
                    }
                    ended => {
                        let ended = ended.unwrap_or(named.at);
                        found.extend(proper(&seen(order), &as_seen(call, by, named, ended), settings));
                    }
                }
            }
            found.extend(complained_before(app, order, settings).await?);
        }
    }
    let others = match facts.arrival {
        Some(arrival) if arrival.place.is_some() => around(app, arrival).await?,
        _ => Vec::new(),
    };
    found.extend(forge::impossible(&facts, &others, settings));
    found.extend(template(app, calendar, order, &facts, settings, now).await?);
    found.extend(told_by_customer(app, order, &facts, settings).await?);
    Ok((found, again))
}

fn as_seen(call: CallId, agent: PersonId, named: &NamedCall, ended: Timestamp) -> CallSeen {
    let (at, talk_s) = (named.at, named.talk_s);
    let agent = if named.agents.contains(&agent) { agent } else { PersonId(0) };
    CallSeen { call, agent, at, ended, talk_s, queue: None, keys: None, reason: None }
}

/// The call an order names, with everybody who talked in it.
async fn named(app: &App, call: CallId) -> anyhow::Result<Option<NamedCall>> {
    let Some(record) = search::one(&app.db, call).await? else { return Ok(None) };
    let stretches = search::stretches(&app.db, call).await?;
    let talked = stretches.iter().filter(|stretch| stretch.kind == "talk" || stretch.kind == "dial");
    let agents: BTreeSet<PersonId> = talked.filter_map(|stretch| stretch.agent).chain(record.agent).collect();
    Ok(Some(NamedCall {
        at: record.at,
        ended: record.ended,
        talk_s: record.talk_ms / 1_000,
        agents: agents.into_iter().collect(),
    }))
}

/// A complaint about an agent: earlier calls of the same number with that agent of which nothing is told.
async fn complained_before(app: &App, order: &Order, settings: &Settings) -> anyhow::Result<Vec<Found>> {
    let number: String = order.matter.contact.phone.chars().filter(char::is_ascii_digit).collect();
    let Some(about) = order.matter.about.filter(|_| number.len() >= 7) else { return Ok(Vec::new()) };
    let from = order.accepted_at - Duration::from_secs(u64::from(settings.later_days) * DAY);
    let filter = search::Filter {
        number: Some(number.clone()),
        direction: Some(Direction::In),
        agent: Some(about),
        from: Some(from),
        to: Some(order.accepted_at),
        ..search::Filter::default()
    };
    let mut found = Vec::new();
    for call in search::find(&app.db, &filter, LATER_MAX).await? {
        let Some(ended) = call.ended.filter(|_| Some(call.id) != order.matter.call) else { continue };
        // Whom the caller complains about in the same breath has not hidden that yet.
        if ended + minutes(settings.record_min) > order.accepted_at {
            continue;
        }
        let seen = CallSeen {
            call: call.id,
            agent: about,
            at: call.at,
            ended,
            talk_s: call.talk_ms / 1_000,
            queue: None,
            keys: None,
            reason: None,
        };
        let hint = Hint::Later { order: order.id, number: order.number.clone(), at: order.accepted_at };
        let near = near(app, &seen, &number, settings).await?;
        found.extend(concealed(&seen, vec![hint], &near, settings));
    }
    Ok(found)
}

/// Orders of the call, and of its number around it.
async fn near(
    app: &App,
    call: &CallSeen,
    number: &str,
    settings: &Settings,
) -> anyhow::Result<Vec<OrderSeen>> {
    let mut orders: BTreeMap<WorkOrderId, OrderSeen> = BTreeMap::new();
    let of_call = Filter { lead: Lead::Call(call.call), ..Filter::default() };
    for kept in find(&app.db, &of_call, ORDERS_MAX).await? {
        orders.insert(kept.order.id, seen(&kept.order));
    }
    if number.chars().filter(char::is_ascii_digit).count() >= 7 {
        let of_number = Filter {
            lead: Lead::Phone(number.to_owned()),
            from: Some(call.at),
            to: Some(conceal::recorded_by(call, settings)),
            ..Filter::default()
        };
        for kept in find(&app.db, &of_number, ORDERS_MAX).await? {
            orders.insert(kept.order.id, seen(&kept.order));
        }
    }
    Ok(orders.into_values().collect())
}

/// Where the same person has arrived around this arrival.
async fn around(app: &App, arrival: Arrival) -> anyhow::Result<Vec<Arrival>> {
    let hours = Duration::from_secs(ARRIVALS_H * 3_600);
    let span = (arrival.entered_at - hours, arrival.entered_at + hours);
    let entered = steps::by(&app.db, arrival.by, span, "arrive").await?;
    Ok(entered.iter().filter_map(|(order, step)| self::arrival(*order, step)).collect())
}

fn result_of(order: &Order) -> Option<ResultSeen> {
    let result = order.result.as_ref()?;
    Some(ResultSeen {
        order: order.id,
        number: order.number.clone(),
        person: result.person.trim().to_owned(),
        text: format!("{} {}", result.cause.trim(), result.action.trim()),
    })
}

async fn template(
    app: &App,
    calendar: &Calendar,
    order: &Order,
    facts: &OrderFacts,
    settings: &Settings,
    now: Timestamp,
) -> anyhow::Result<Option<Found>> {
    let (Some(result), Some(unit)) = (result_of(order), facts.unit) else { return Ok(None) };
    let filter = Filter {
        lead: Lead::Units(vec![unit]),
        states: ["result_given", "in_review", "to_call_back", "closed"].map(str::to_owned).into(),
        from: Some(now - Duration::from_secs(RESULTS_DAYS * DAY)),
        ..Filter::default()
    };
    let others = find(&app.db, &filter, RESULTS_MAX).await?;
    let others: Vec<ResultSeen> = others.iter().filter_map(|kept| result_of(&kept.order)).collect();
    let month = month(calendar, facts.done_at.unwrap_or(order.accepted_at));
    Ok(forge::templated(facts, &month, &result, &others, settings))
}

/// What call-backs say: attempts that reached the customer without a call to the customer's number, and customers who tell
/// another time of arrival.
async fn told_by_customer(
    app: &App,
    order: &Order,
    facts: &OrderFacts,
    settings: &Settings,
) -> anyhow::Result<Vec<Found>> {
    let number: String = order.matter.contact.phone.chars().filter(char::is_ascii_digit).collect();
    let mut found = Vec::new();
    for task in callbacks::store::tasks::read(&app.db, order.id).await? {
        if let Some(doubt) = task.doubt {
            let judged = OrderFacts { unit: task.unit, ..facts.clone() };
            found.push(forge::false_arrival(&judged, doubt.recorded, doubt.told));
        }
        for attempt in task.attempts.iter().filter(|attempt| attempt.outcome == Outcome::Reached) {
            let named = match attempt.call {
                Some(call) => search::one(&app.db, call).await?.is_some_and(|call| call.connected.is_some()),
                None => false,
            };
            let around = minutes(settings.call_back_min);
            let filter = search::Filter {
                number: Some(number.clone()),
                from: Some(attempt.at - around),
                to: Some(attempt.recorded_at + around),
                ..search::Filter::default()
            };
            let called = named
                || number.len() >= 7 && {
                    let calls = search::find(&app.db, &filter, LATER_MAX).await?;
                    calls.iter().any(|call| call.talk_ms > 0 && call.agent == Some(attempt.by))
                };
            if !called {
                found.push(forge::not_called(facts, attempt.at, attempt.by, settings));
            }
        }
    }
    Ok(found)
}

const CALLS: &str = "calls";

/// Calls that have ended long enough ago: somebody complained, and no order tells of it.
pub async fn listen(app: App, calendar: Arc<Calendar>) -> anyhow::Result<()> {
    let now = app.now();
    let settings = config::read::<Settings>(&app.db).await?.value;
    let kinds = config::read::<Kinds>(&app.db).await?.value;
    let queues = calls::store::lines::queues(&app.db).await?;
    let ours = |kind: Kind| matches!(kind, Kind::Complaint | Kind::Report);
    let complains = |code: &str| kinds.for_reason(code).is_some_and(|subtype| ours(subtype.kind));
    let until = now - minutes(settings.record_min);
    let first = (now - Duration::from_secs(FIRST_DAYS * DAY), 0);
    let mut place = places::read(&app.db, CALLS).await?.unwrap_or(first);
    loop {
        let page = search::after(&app.db, (place.0, CallId(place.1)), until, PAGE).await?;
        let ids: Vec<CallId> = page.iter().map(|call| call.id).collect();
        let mut pressed: BTreeMap<CallId, String> = BTreeMap::new();
        for (call, stretch) in search::stretches_of(&app.db, &ids).await? {
            if let Some(keys) = stretch.detail.filter(|_| stretch.kind == "menu") {
                pressed.entry(call).or_default().push_str(&keys);
            }
        }
        let records = interactions::store::records::of_calls(&app.db, &ids).await?;
        let mut found = Vec::new();
        let mut waits = false;
        for call in &page {
            match call.ended {
                Some(ended) if ended > until => waits = true,
                None if call.at > now - Duration::from_secs(HANGS_H * 3_600) => waits = true,
                _ => {}
            }
            if waits {
                break;
            }
            place = (call.at, call.id.get());
            let (Some(agent), Some(ended)) = (call.agent, call.ended) else { continue };
            if call.direction != "in" || call.connected.is_none() {
                continue;
            }
            let queue = queues.iter().find(|queue| Some(queue.id) == call.queue);
            let reasons = records.iter().filter(|record| record.call == call.id);
            let reasons: Vec<(PersonId, &String)> =
                reasons.filter_map(|record| Some((record.agent, record.draft.reason.as_ref()?))).collect();
            // Several may have written it up; a complaint counts, whoever has heard it.
            let said = reasons.iter().find(|(_, code)| complains(code));
            let own = reasons.iter().find(|(by, _)| *by == agent);
            let seen = CallSeen {
                call: call.id,
                agent: said.map_or(agent, |(by, _)| *by),
                at: call.at,
                ended,
                talk_s: call.talk_ms / 1_000,
                queue: queue.map(|queue| queue.line.name.clone()),
                keys: pressed.remove(&call.id),
                reason: said.or(own).map(|(_, code)| (*code).clone()),
            };
            let hints = hints(&seen, &settings, complains);
            if !hints.is_empty() {
                let near = near(&app, &seen, &call.from, &settings).await?;
                found.extend(concealed(&seen, hints, &near, &settings));
            }
        }
        let mut tx = app.db.begin().await?;
        for found in &found {
            keep(&mut tx, app.id(), found, &calendar, now).await?;
        }
        places::put(&mut tx, CALLS, place).await?;
        tx.commit().await?;
        if waits || page.len() < usize::try_from(PAGE).unwrap_or(usize::MAX) {
            return Ok(());
        }
    }
}

const HISTORIES: &str = "histories";

/// One page of orders is compared with their histories and with the journal; at the end it rests for a day.
pub async fn compare(app: App, calendar: Arc<Calendar>) -> anyhow::Result<()> {
    let now = app.now();
    let place = places::read(&app.db, HISTORIES).await?;
    let after = match place {
        Some((rested, 0)) if now < rested + Duration::from_secs(AGAIN_H * 3_600) => return Ok(()),
        Some((_, id)) if id > 0 => id,
        // Ids begin with their time.
        _ => {
            let back = now - Duration::from_secs(BACK_DAYS * DAY);
            back.as_millis().max(0) << 21
        }
    };
    let ids = orders::ids_above(&app.db, WorkOrderId(after), PAGE).await?;
    let mut found = Vec::new();
    for (order, one) in compared(&app, &ids).await? {
        // Somebody may have moved it between two readings: only what is so a second time is so.
        if one.is_some()
            && let Some((_, Some(again))) = compared(&app, &[order]).await?.pop()
        {
            found.push(again);
        }
    }
    let mut tx = app.db.begin().await?;
    for found in &found {
        keep(&mut tx, app.id(), found, &calendar, now).await?;
    }
    places::put(&mut tx, HISTORIES, (now, ids.last().map_or(0, |id| id.get()))).await?;
    tx.commit().await
}

/// Each of these orders, with what is wrong with its history.
async fn compared(app: &App, ids: &[WorkOrderId]) -> anyhow::Result<Vec<(WorkOrderId, Option<Found>)>> {
    let page = orders::some_readable(&app.db, ids).await?.good;
    let all = steps::of_many_readable(&app.db, ids).await?;
    let mut history: BTreeMap<WorkOrderId, Vec<Step>> = BTreeMap::new();
    for (order, step) in all.good {
        history.entry(order).or_default().push(step);
    }
    let subjects: Vec<String> = ids.iter().map(WorkOrderId::to_string).collect();
    let mut journal: BTreeMap<String, Vec<StepSeen>> = BTreeMap::new();
    for line in audit::store::about(&app.db, "work_orders", &subjects).await? {
        // Looks at a number stand there, too: they are no steps.
        if let (Some(seq), Some(to)) = (line.payload["seq"].as_i64(), line.payload["to"].as_str()) {
            let step = StepSeen { seq, at: line.at, who: line.who, to: to.to_owned() };
            journal.entry(line.subject).or_default().push(step);
        }
    }
    let mut compared = Vec::new();
    for kept in page.into_iter().filter(|kept| !all.bad.contains(&kept.order.id)) {
        let order = &kept.order;
        let steps = history.remove(&order.id).unwrap_or_default();
        let lines = journal.remove(&order.id.to_string()).unwrap_or_default();
        let replayed = steps::replay(order.id, &order.number, &steps);
        let replayed = replayed.map(|order| serde_json::to_value(&order)).transpose()?;
        let seen: Vec<StepSeen> = steps
            .iter()
            .map(|step| StepSeen { seq: step.seq, at: step.at, who: step.who, to: step.to.clone() })
            .collect();
        let facts = facts(order, &steps);
        let value = serde_json::to_value(order)?;
        compared.push((order.id, forge::edited(&facts, &value, replayed.as_ref(), &seen, &lines)));
    }
    Ok(compared)
}

/// Results and times of the latest orders, whoever has told of them: for orders that were put in as a whole.
pub async fn look_at_results(app: &App, calendar: &Calendar) -> anyhow::Result<()> {
    let now = app.now();
    let settings = config::read::<Settings>(&app.db).await?.value;
    let latest = Filter { states: vec!["closed".into()], ..Filter::default() };
    let latest = find(&app.db, &latest, PAGE).await?;
    let ids: Vec<WorkOrderId> = latest.iter().map(|kept| kept.order.id).collect();
    let mut history: BTreeMap<WorkOrderId, Vec<Step>> = BTreeMap::new();
    for (order, step) in steps::of_many(&app.db, &ids).await? {
        history.entry(order).or_default().push(step);
    }
    let mut found = Vec::new();
    for kept in &latest {
        let steps = history.remove(&kept.order.id).unwrap_or_default();
        let facts = facts(&kept.order, &steps);
        found.extend(template(app, calendar, &kept.order, &facts, &settings, now).await?);
        found.extend(forge::impossible(&facts, &[], &settings));
    }
    let mut tx = app.db.begin().await?;
    for found in &found {
        keep(&mut tx, app.id(), found, calendar, now).await?;
    }
    tx.commit().await
}
