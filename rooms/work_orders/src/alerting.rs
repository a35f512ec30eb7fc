//! Our own people are told, in the transaction in which it happens: an order is urged, a superior presses, a promise is about to
//! break or broken (domain reference 3.6). First whoever has it; from the second urge on the leaders, too.

use db::{Emitted, Tx, config};
use deadlines::{Clock, Level};
use kernel::calendar::Calendar;
use kernel::mask::in_text;
use kernel::{IdMint, NoticeId, PersonId, Timestamp, WorkOrderId};
use notices::{Notice, Subject, Urgency};

use crate::rules::order::Privacy;
use crate::rules::{Act, Kinds, Order};
use crate::store::orders;
use crate::telling::{clock, short};

/// The longest reason in a text message, in characters.
const REASON_MAX: usize = 40;
/// Told of one event; a unit with more leaders has a roster.
const MOST: usize = 6;

struct Alert {
    template: &'static str,
    /// A second one with this key is the first one.
    once: String,
    values: Vec<(&'static str, String)>,
    /// Not only whoever has it.
    leaders: bool,
}

/// What is told of an act.
fn of_act(order: &Order, act: &Act, calendar: &Calendar) -> Option<Alert> {
    let open = order.matter.privacy == Privacy::Open;
    // What a confidential reporter said could tell who it was.
    let words = |text: &str, otherwise: &str| {
        let text = short(&in_text(text), REASON_MAX);
        if open && !text.is_empty() { text } else { otherwise.to_owned() }
    };
    match act {
        Act::Urge { words: said, .. } => {
            let times = order.urges.len();
            let values = vec![("times", times.to_string()), ("reason", words(said, "请查看工单"))];
            Some(Alert { template: "order_urged", once: times.to_string(), values, leaders: times >= 2 })
        }
        Act::Supervise { action, .. } => {
            let due = order.supervisions.last()?.due;
            let values = vec![("due", clock(calendar, due)), ("reason", words(action, "请查看工单"))];
            let once = order.supervisions.len().to_string();
            Some(Alert { template: "order_supervised", once, values, leaders: true })
        }
        _ => None,
    }
}

/// Tells whom an act concerns.
pub async fn tell(
    tx: &mut Tx,
    id: impl FnMut() -> NoticeId,
    (order, act): (&Order, &Act),
    (kinds, calendar): (&Kinds, &Calendar),
    now: Timestamp,
) -> anyhow::Result<()> {
    match of_act(order, act, calendar) {
        Some(alert) => send(tx, id, order, kinds, &alert, now).await,
        None => Ok(()),
    }
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
        leaders: late,
    };
    let kinds = config::now::<Kinds>(tx).await?.value;
    let mut nth = event.id.wrapping_mul(8);
    let id = || {
        nth = nth.wrapping_add(1);
        IdMint::derived(event.at, nth)
    };
    send(tx, id, &order, &kinds, &alert, event.at).await
}

/// One message for each of them. Where nobody can be reached, or there is no such text, nothing is sent: the lists show it.
async fn send(
    tx: &mut Tx,
    mut id: impl FnMut() -> NoticeId,
    order: &Order,
    kinds: &Kinds,
    alert: &Alert,
    now: Timestamp,
) -> anyhow::Result<()> {
    let Some(unit) = order.state.unit() else { return Ok(()) };
    let reach = departments::reach(tx, unit, order.state.handler(), now).await?;
    let mut told: Vec<(PersonId, String)> = reach.hands;
    if alert.leaders {
        told.extend(reach.leaders);
    }
    told.sort();
    told.dedup_by_key(|(person, _)| *person);
    // Nobody is told of what is about oneself.
    told.retain(|(person, _)| order.matter.about != Some(*person));
    let what = kinds.find(&order.matter.subtype).map(|subtype| subtype.title.zh.clone());
    let what = what.unwrap_or_else(|| "事项".into());
    for (person, phone) in told.into_iter().take(MOST) {
        let subject = Subject::new("work_orders", order.id);
        let once = format!("work_orders.{}.{}.{}.{person}", alert.template, order.id, alert.once);
        let mut notice = Notice::sms(alert.template, &phone, subject, once)
            .with("number", &order.number)
            .with("what", &what);
        for (key, value) in &alert.values {
            notice = notice.with(key, value);
        }
        notice.to.person = Some(person);
        if order.is_important() {
            notice.urgency = Urgency::Urgent;
        }
        if let Err(refusal) = notices::send(tx, now, id(), &notice).await? {
            tracing::debug!("{person} is not told of {}: {refusal}", order.number);
        }
    }
    Ok(())
}
