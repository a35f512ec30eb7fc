//! Our own people are told, in the transaction in which it happens: an order is theirs now, it is urged, a superior presses, a
//! promise is about to break or broken (domain reference 3.6). First whoever has it; from the second urge on the leaders, too.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use db::{Emitted, Tx, config};
use deadlines::{Clock, Kind, Level, Step};
use departments::{Hears, Reach};
use kernel::calendar::Calendar;
use kernel::mask::in_text;
use kernel::{IdMint, NoticeId, PersonId, Timestamp, UnitId, WorkOrderId};
use notices::{Notice, Subject, Urgency};

use crate::permissions::EXTEND;
use crate::rules::order::{Grade, Privacy};
use crate::rules::{Act, Kinds, Order, State, TimeAsked};
use crate::store::orders;
use crate::store::unheard::{self, Unheard};
use crate::telling::{self, clock, short};

/// The longest reason in a text message, in characters.
const REASON_MAX: usize = 40;
/// Told of one event; a unit with more leaders has a roster.
const MOST: usize = 6;

/// An order is theirs now.
const DISPATCHED: &str = "order_dispatched";

struct Alert {
    template: &'static str,
    /// A second one with this key is the first one.
    once: String,
    values: Vec<(&'static str, String)>,
    /// Not only whoever has it: the leaders too, and those so many levels above them.
    above: Option<usize>,
}

/// What people wrote, as a text message may say it.
fn words(order: &Order, text: &str) -> String {
    // What a confidential reporter said could tell who it was.
    let open = order.matter.privacy == Privacy::Open;
    let text = short(&in_text(text), REASON_MAX);
    if open && !text.is_empty() { text } else { "请查看工单".to_owned() }
}

/// What is told of an act; `due` is when the next promise breaks.
fn of_act(order: &Order, act: &Act, calendar: &Calendar, due: Option<Timestamp>) -> Option<Alert> {
    match act {
        Act::Dispatch { .. } | Act::Redispatch { .. } => dispatched(order, calendar, due?, None),
        Act::Reopen { why, .. } => dispatched(order, calendar, due?, Some(why)),
        Act::Urge { words: said, .. } => {
            let times = order.urges.len();
            let values = vec![("times", times.to_string()), ("reason", words(order, said))];
            Some(Alert {
                template: "order_urged",
                once: times.to_string(),
                values,
                above: (times >= 2).then_some(0),
            })
        }
        Act::Supervise { action, .. } => {
            let last = order.supervisions.last()?;
            let values = vec![("due", clock(calendar, last.due)), ("reason", words(order, action))];
            let once = order.supervisions.len().to_string();
            let levels = match last.grade {
                Grade::Daily => 0,
                Grade::Listed => 1,
                Grade::Summoned => 2,
            };
            Some(Alert { template: "order_supervised", once, values, above: Some(levels) })
        }
        _ => None,
    }
}

/// Somebody is to take it now; `again` is why it is done a second time.
fn dispatched(order: &Order, calendar: &Calendar, due: Timestamp, again: Option<&str>) -> Option<Alert> {
    if !matches!(order.state, State::Dispatched { .. }) {
        return None;
    }
    let matter = &order.matter;
    let reason = match again {
        Some(why) => short(&format!("重办：{}", words(order, why)), REASON_MAX),
        None if matter.danger => "有危险，请立即出发".to_owned(),
        None if matter.kind == Kind::Fault => "报修，请尽快出发".to_owned(),
        None => "请查看工单".to_owned(),
    };
    let values = vec![("due", clock(calendar, due)), ("reason", reason)];
    let once = order.version.to_string();
    Some(Alert { template: DISPATCHED, once, values, above: None })
}

/// Tells whom an act concerns; `due` is when the next promise of the order breaks.
pub async fn tell(
    tx: &mut Tx,
    id: impl FnMut() -> NoticeId,
    (order, act, due): (&Order, &Act, Option<Timestamp>),
    (kinds, calendar): (&Kinds, &Calendar),
    now: Timestamp,
) -> anyhow::Result<()> {
    match of_act(order, act, calendar, due) {
        Some(alert) => send(tx, id, order, kinds, &alert, now).await,
        None => Ok(()),
    }
}

/// Who asked for more time hears what became of it; `until` is by when the customer has an answer now.
pub async fn time_answered(
    tx: &mut Tx,
    id: impl FnMut() -> NoticeId,
    (order, act, asked): (&Order, &Act, &TimeAsked),
    until: Option<Timestamp>,
    (kinds, calendar): (&Kinds, &Calendar),
    now: Timestamp,
) -> anyhow::Result<()> {
    let reason = match (act, until) {
        (Act::RefuseTime { reason }, _) => format!("未批准，{}", words(order, reason)),
        (Act::Extend { .. }, Some(until)) => format!("已批准，时限调整至{}", clock(calendar, until)),
        (Act::Suspend { until, .. }, _) => {
            format!("已改为挂起，至{}月{}日止", until.month(), until.day())
        }
        _ => return Ok(()),
    };
    let values = vec![("reason", short(&reason, REASON_MAX))];
    let once = asked.at.as_micros().to_string();
    let alert = Alert { template: "order_time_answered", once, values, above: None };
    send(tx, id, order, kinds, &alert, now).await
}

/// A request for more time has little time left, or none: whoever may give more is called, not the unit that waits for it.
async fn time_waits(
    tx: &mut Tx,
    id: impl FnMut() -> NoticeId,
    (order, warned): (&Order, &promises::Warned),
    (kinds, calendar): (&Kinds, &Calendar),
    now: Timestamp,
) -> anyhow::Result<()> {
    let Some(asked) = order.time_asked.as_ref().filter(|asked| asked.due == warned.due) else {
        return Ok(());
    };
    let people = people::who_may(tx, EXTEND.key, now).await?;
    let phones = departments::phones(tx, &people).await?;
    let told = people.iter().filter_map(|person| Some((*person, phones.get(person)?.clone())));
    let reach = Reach { hears: Hears::Centre, hands: told.collect(), leaders: Vec::new(), above: Vec::new() };
    let alert = Alert {
        template: "order_time_asked",
        once: format!("{}.{:?}", warned.promise, warned.level),
        values: vec![("due", clock(calendar, asked.due)), ("reason", words(order, &asked.reason))],
        above: None,
    };
    send_to(tx, id, (order, kinds), &alert, &reach, now).await?;
    Ok(())
}

/// Units hear of what was filed for them; many orders at once, of which none was told before.
pub async fn filed(
    tx: &mut Tx,
    mut id: impl FnMut() -> NoticeId,
    orders: impl Iterator<Item = (Order, Option<Timestamp>)>,
    (kinds, calendar): (&Kinds, &Calendar),
    now: Timestamp,
) -> anyhow::Result<()> {
    let mut reaches: BTreeMap<UnitId, Reach> = BTreeMap::new();
    let mut notices = Vec::new();
    let mut sent = Vec::new();
    for (order, due) in orders {
        let State::Dispatched { unit } = order.state else { continue };
        let Some(alert) = due.and_then(|due| dispatched(&order, calendar, due, None)) else { continue };
        // In a storm hundreds go to one unit in one change.
        let reach = match reaches.entry(unit) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(free) => free.insert(departments::reach(tx, unit, None, now).await?),
        };
        let from = notices.len();
        notices.extend(all(&order, kinds, &alert, reach).into_iter().map(|notice| (id(), notice)));
        sent.push((order.id, unit, reach.hears, from..notices.len()));
    }
    let refused = telling::tell_all(tx, now, &notices).await?;
    if refused.iter().any(|(_, why)| no_text(why)) {
        return Ok(());
    }
    let refused: BTreeSet<NoticeId> = refused.into_iter().map(|(id, _)| id).collect();
    let mut silent = Vec::new();
    for (order, unit, hears, range) in sent {
        let own = notices.get(range).unwrap_or_default();
        let told = own.iter().filter(|(id, _)| !refused.contains(id));
        let told = told.filter_map(|(_, notice)| notice.to.person).collect();
        silent.extend(unheard(unit, hears, told, now).map(|unheard| (order, unheard)));
    }
    unheard::put(tx, &silent).await
}

/// A promise is about to break, or has broken.
pub async fn warned(tx: &mut Tx, event: &Emitted, calendar: &Calendar) -> anyhow::Result<()> {
    let Some(warned) = event.is::<promises::Warned>()? else { return Ok(()) };
    // The unit's clock is never later than the customer's; half of the time gone is no reason to call anybody.
    if warned.room != "work_orders" || warned.clock != Clock::Unit || warned.level == Level::Yellow {
        return Ok(());
    }
    let Ok(order) = warned.subject.parse::<WorkOrderId>() else { return Ok(()) };
    let Some(kept) = orders::one(tx, order).await? else { return Ok(()) };
    let order = kept.order;
    let promised = promises::of(tx, "work_orders", &warned.subject).await?;
    let runs = promised.iter().any(|promise| {
        promise.id == warned.promise
            && promise.clocks.unit().is_running()
            && promise.clocks.unit().due() == warned.due
    });
    let mut nth = event.id.wrapping_mul(8);
    let id = || {
        nth = nth.wrapping_add(1);
        IdMint::derived(event.at, nth)
    };
    if warned.step == Step::DecideTime {
        let kinds = config::now::<Kinds>(tx).await?.value;
        return time_waits(tx, id, (&order, &warned), (&kinds, calendar), event.at).await;
    }
    // Meanwhile it was done, moved or given to another.
    if !runs || order.state.unit() != warned.unit {
        return Ok(());
    }
    let late = warned.level == Level::Red;
    let reason = if late { "已超时" } else { "即将超时" };
    let alert = Alert {
        template: "order_warned",
        once: format!("{}.{:?}.{}", warned.promise, warned.level, warned.due.as_micros()),
        values: vec![("due", clock(calendar, warned.due)), ("reason", reason.to_owned())],
        above: late.then_some(0),
    };
    let kinds = config::now::<Kinds>(tx).await?.value;
    send(tx, id, &order, &kinds, &alert, event.at).await
}

/// Where nobody can be reached, or there is no such text, nothing is sent: the lists show it.
async fn send(
    tx: &mut Tx,
    id: impl FnMut() -> NoticeId,
    order: &Order,
    kinds: &Kinds,
    alert: &Alert,
    now: Timestamp,
) -> anyhow::Result<()> {
    let Some(unit) = order.state.unit() else { return Ok(()) };
    let reach = departments::reach(tx, unit, order.state.handler(), now).await?;
    let sent = send_to(tx, id, (order, kinds), alert, &reach, now).await?;
    if alert.template == DISPATCHED && !sent.textless {
        match unheard(unit, reach.hears, sent.told, now) {
            Some(unheard) => unheard::put(tx, &[(order.id, unheard)]).await?,
            None => unheard::gone(tx, order.id).await?,
        }
    }
    Ok(())
}

/// Who is told; `textless` where the centre has no such text.
struct SentTo {
    told: Vec<PersonId>,
    textless: bool,
}

async fn send_to(
    tx: &mut Tx,
    mut id: impl FnMut() -> NoticeId,
    (order, kinds): (&Order, &Kinds),
    alert: &Alert,
    reach: &Reach,
    now: Timestamp,
) -> anyhow::Result<SentTo> {
    let mut sent = SentTo { told: Vec::new(), textless: false };
    for notice in all(order, kinds, alert, reach) {
        match notices::send(tx, now, id(), &notice).await? {
            Ok(_) => sent.told.extend(notice.to.person),
            Err(refusal) => {
                sent.textless |= no_text(&refusal);
                tracing::debug!("somebody is not told of {}: {refusal}", order.number);
            }
        }
    }
    Ok(sent)
}

/// A centre that has not approved the text tells its people in another way.
fn no_text(refusal: &notices::Refusal) -> bool {
    matches!(refusal, notices::Refusal::NoTemplate { .. })
}

/// What is to be seen of a dispatch that the unit itself does not hear.
fn unheard(unit: UnitId, hears: Hears, told: Vec<PersonId>, at: Timestamp) -> Option<Unheard> {
    let hears = if told.is_empty() { Hears::Nobody } else { hears };
    (hears != Hears::Unit).then_some(Unheard { unit, hears, told, at })
}

/// One message for each of them.
fn all(order: &Order, kinds: &Kinds, alert: &Alert, reach: &Reach) -> Vec<Notice> {
    // Those furthest above come first: they are few, and hear it seldom.
    let mut told: Vec<&(PersonId, String)> = Vec::new();
    if let Some(levels) = alert.above {
        told.extend(reach.higher(levels));
    }
    told.extend(&reach.hands);
    if alert.above.is_some() {
        told.extend(&reach.leaders);
    }
    let mut known = BTreeSet::new();
    told.retain(|(person, _)| known.insert(*person));
    // Nobody is told of what is about oneself.
    told.retain(|(person, _)| order.matter.about != Some(*person));
    let what = kinds.find(&order.matter.subtype).map(|subtype| subtype.title.zh.clone());
    let what = what.unwrap_or_else(|| "事项".into());
    // Who stands in for a unit hears why it is not the unit that hears it.
    let reason = alert.values.iter().find(|(key, _)| *key == "reason").map(|(_, reason)| reason);
    let instead = reason.filter(|_| alert.template == DISPATCHED && reach.hears != Hears::Unit);
    let instead = instead.map(|reason| short(&format!("承办单位无人值班，请安排；{reason}"), REASON_MAX));
    let notice = |(person, phone): &(PersonId, String)| {
        let subject = Subject::new("work_orders", order.id);
        let once = format!("work_orders.{}.{}.{}.{person}", alert.template, order.id, alert.once);
        let mut notice = Notice::sms(alert.template, phone, subject, once)
            .with("number", &order.number)
            .with("what", &what);
        for (key, value) in &alert.values {
            notice = notice.with(key, value);
        }
        if let Some(instead) = &instead {
            notice = notice.with("reason", instead);
        }
        notice.to.person = Some(*person);
        // A duty room may have no mobile: the machine calls it.
        notice.or_call = true;
        // A fault is measured in minutes: whoever has it is woken.
        if order.is_important() || order.matter.kind == Kind::Fault {
            notice.urgency = Urgency::Urgent;
        }
        notice
    };
    told.into_iter().take(MOST).map(notice).collect()
}
