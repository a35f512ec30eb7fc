//! What a shift leaves, drawn from the orders and calls as they stand.

use std::collections::{BTreeMap, BTreeSet};

use calls::rules::owed::Owed;
use deadlines::Kind;
use escalations::rules::{Escalation, Ground};
use kernel::{Timestamp, mask};
use work_orders::rules::Order;
use work_orders::rules::order::{Level, Urgency};
use work_orders::store::orders::Kept;
use work_orders::store::shift::Tally;

use super::item::{EscalationItem, Item, Matter, Next, OrderItem, OwedItem, Pressed, Why};
use super::record::Orders;

/// Of a matter's text so much stands on the list.
const CONTENT_MAX: usize = 200;

/// Why an open order is handed over by itself; nothing where it is only counted.
pub fn why(kept: &Kept, now: Timestamp, soon: Timestamp) -> BTreeSet<Why> {
    let order = &kept.order;
    let matter = &order.matter;
    let due = kept.beside.due.map(|(due, _)| due);
    let open_supervisions = order.supervisions.iter().filter(|one| one.evaluation.is_none()).count();
    [
        (Why::Emergency, matter.danger || matter.urgency == Urgency::Urgent),
        (Why::Important, matter.level >= Level::Important),
        (Why::Overdue, due.is_some_and(|due| due < now)),
        (Why::Supervised, open_supervisions > 0),
        (Why::Urged, !order.urges.is_empty()),
        (Why::Complaint, matter.kind == Kind::Complaint),
        (Why::DueSoon, due.is_some_and(|due| due >= now && due < soon)),
    ]
    .into_iter()
    .filter_map(|(why, is)| is.then_some(why))
    .collect()
}

/// An order as an item, its place not yet given.
pub fn order(kept: &Kept, now: Timestamp, soon: Timestamp) -> Item {
    let order = &kept.order;
    let matter = &order.matter;
    let open: Vec<_> = order.supervisions.iter().filter(|one| one.evaluation.is_none()).collect();
    let item = OrderItem {
        order: order.id,
        number: order.number.clone(),
        kind: matter.kind,
        subtype: matter.subtype.clone(),
        area: matter.area.clone(),
        content: short(&matter.content),
        state: order.state.word().to_owned(),
        unit: order.state.unit(),
        handler: order.state.handler(),
        accepted_at: order.accepted_at,
        next: kept.beside.due.map(|(due, step)| Next { step, due }),
        urges: order.urges.len(),
        urged: urged(order),
        supervisions: open.len(),
        supervised: open.last().map(|one| Pressed {
            at: one.at,
            words: short(&one.action),
            answer: one.reply.as_deref().map(short),
        }),
    };
    Item {
        seq: 0,
        matter: Matter::Order(Box::new(item)),
        why: why(kept, now, soon),
        concerns: matter.about,
        remark: String::new(),
        late: false,
        verdict: None,
        version: 1,
    }
}

fn urged(order: &Order) -> Option<Pressed> {
    let last = order.urges.last()?;
    Some(Pressed { at: last.at, words: short(&last.words), answer: last.answer.as_deref().map(short) })
}

/// A caller who is owed a call.
pub fn owed(owed: &Owed) -> Item {
    let item = OwedItem {
        kind: promises::rules::word(&owed.kind),
        call: owed.call,
        queue: owed.queue,
        number: mask::phone(&owed.number),
        at: owed.at,
        times: owed.times,
        tries: owed.tries,
        taken_by: owed.taken_by,
    };
    Item {
        seq: 0,
        matter: Matter::Owed(item),
        why: BTreeSet::from([Why::Owed]),
        concerns: None,
        remark: String::new(),
        late: false,
        verdict: None,
        version: 1,
    }
}

/// What somebody above was called for.
pub fn escalation(of: &Escalation) -> Item {
    let asked = of.turn().and_then(|turn| turn.person);
    let item = EscalationItem {
        escalation: of.id,
        number: of.number.clone(),
        matter: of.matter.clone(),
        ground: of.reasons.iter().map(|reason| reason.ground).max().unwrap_or(Ground::Other),
        rung: of.rung,
        state: of.state.word().to_owned(),
        waits_for: of.state.holder().or(asked),
        begun_at: of.begun_at,
        due: of.due(),
    };
    Item {
        seq: 0,
        matter: Matter::Escalation(Box::new(item)),
        why: BTreeSet::from([Why::Escalated]),
        concerns: of.concerns,
        remark: String::new(),
        late: false,
        verdict: None,
        version: 1,
    }
}

fn short(text: &str) -> String {
    mask::in_text(text).chars().take(CONTENT_MAX).collect()
}

/// Those that are most pressing first: by the first reason, then by what is due next. Places are given from `first` on.
pub fn sorted(mut items: Vec<Item>, first: i64) -> Vec<Item> {
    items.sort_by_key(|item| {
        let at = match &item.matter {
            Matter::Order(order) => order.next.map_or(Timestamp::MAX, |next| next.due),
            Matter::Owed(owed) => owed.at,
            Matter::Escalation(one) => one.due.unwrap_or(one.begun_at),
        };
        (item.why.first().copied(), at, item.about())
    });
    for (item, seq) in items.iter_mut().zip(first..) {
        item.seq = seq;
    }
    items
}

/// How orders stand by kind, and how many open ones are only counted.
pub fn orders(tallies: &[Tally], items: &[Item]) -> Vec<Orders> {
    let mut listed: BTreeMap<Kind, i64> = BTreeMap::new();
    for item in items {
        if let Matter::Order(order) = &item.matter {
            *listed.entry(order.kind).or_default() += 1;
        }
    }
    let one = |tally: &Tally| {
        let Tally { kind, accepted, closed, open, overdue } = *tally;
        let rest = (open - listed.get(&kind).copied().unwrap_or_default()).max(0);
        Orders { kind, accepted, closed, open, overdue, rest }
    };
    tallies.iter().map(one).collect()
}
