//! What is heard of other rooms: calls as they come and what is keyed, what agents write down, orders, outages.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use db::{Db, Emitted, Tx, config};
use kernel::{CallId, CustomerId, Timestamp};
use work_orders::rules::order::{Order, Privacy};
use work_orders::store::orders;

use crate::rules::{Says, Settings, Source, State, reading};
use crate::store::proposals;
use crate::store::signals::{self, Heard};

/// A caller is in the menu for so long at the most.
const MENU: Duration = Duration::from_secs(180);
/// Calls of those minutes; more are a flood, of which the newest are enough.
const CALLS_MAX: i64 = 3_000;
/// What is told of later is history: an import, a demo.
const NEWS: Duration = Duration::from_secs(3_600);

/// What was heard of the calls of the last minutes, so that each change is kept once. Forgotten with the process: what is kept
/// twice is the same.
#[derive(Debug, Default)]
pub struct Ears {
    calls: BTreeMap<CallId, Says>,
}

impl Ears {
    /// Calls that came, and keys that were pressed, since the last time.
    pub async fn listen(&mut self, db: &Db, settings: &Settings, now: Timestamp) -> anyhow::Result<()> {
        let arrived = calls::store::menus::arrived(db, now - MENU, CALLS_MAX).await?;
        let mut news: Vec<Heard> = Vec::new();
        for one in &arrived {
            let says = reading::of_keys(one.keys.as_deref(), settings);
            if one.from.is_empty() || self.calls.get(&one.call) == Some(&says) {
                continue;
            }
            news.push(Heard {
                source: Source::Call(one.call.get()),
                at: one.at,
                says,
                rank: i64::from(one.keys.is_some()),
                number: one.from.clone(),
                party: None,
                address: String::new(),
            });
        }
        if !news.is_empty() {
            // In the order in which they came.
            news.reverse();
            let mut tx = db.begin().await?;
            signals::hear_all(&mut tx, &news).await?;
            tx.commit().await?;
        }
        for heard in news {
            if let Source::Call(call) = heard.source {
                self.calls.insert(CallId(call), heard.says);
            }
        }
        let recent: BTreeSet<CallId> = arrived.iter().map(|one| one.call).collect();
        self.calls.retain(|call, _| recent.contains(call));
        Ok(())
    }
}

/// An agent wrote down what a call was about.
pub async fn record(tx: &mut Tx, event: &Emitted) -> anyhow::Result<()> {
    let Some(done) = event.is::<interactions::Completed>()? else { return Ok(()) };
    let settings = config::now::<Settings>(tx).await?.value;
    let says = reading::of_reason(done.reason.as_deref(), &settings);
    if says == Says::Nothing {
        return Ok(());
    }
    let party = done.customer.as_deref().and_then(|text| text.parse::<CustomerId>().ok());
    let (source, number, address) = (Source::Call(done.call.get()), String::new(), String::new());
    signals::hear_all(tx, &[Heard { source, at: event.at, says, rank: 2, number, party, address }]).await
}

/// Orders were accepted.
pub async fn orders(tx: &mut Tx, events: &[Emitted]) -> anyhow::Result<()> {
    let mut changed = db::only::<work_orders::Changed>(events)?;
    changed.retain(|(_, changed)| changed.verb == "accepted");
    if changed.is_empty() {
        return Ok(());
    }
    let settings = config::now::<Settings>(tx).await?.value;
    let mut kept = orders::some_in(tx, changed.iter().map(|(_, changed)| changed.order)).await?;
    let fresh = changed.iter().filter_map(|(event, changed)| {
        let order = kept.remove(&changed.order)?.order;
        (order.accepted_at + NEWS >= event.at).then_some(order)
    });
    let heard: Vec<Heard> = fresh.filter_map(|order| of_order(order, &settings)).collect();
    signals::hear_all(tx, &heard).await
}

fn of_order(order: Order, settings: &Settings) -> Option<Heard> {
    let matter = order.matter;
    // Who wants not to be known is no evidence with a name.
    if matter.privacy != Privacy::Open {
        return None;
    }
    let says = reading::of_order(&matter.subtype, settings);
    // Of a call, one signal, however many orders came of it.
    let source = match matter.call {
        Some(call) => Source::Call(call.get()),
        None if says == Says::Other => return None,
        None => Source::Order(order.id.get()),
    };
    let party = matter.customer.as_deref().and_then(|text| text.parse::<CustomerId>().ok());
    let at = order.accepted_at;
    let (number, address) = (matter.contact.phone, matter.address);
    Some(Heard { source, at, says, rank: 2, number, party, address })
}

/// Supply is known to be off: what was heard from there is explained, and what is proposed of it is that outage.
pub async fn outage(tx: &mut Tx, event: &Emitted) -> anyhow::Result<()> {
    let Some(changed) = event.is::<outages::Changed>()? else { return Ok(()) };
    if changed.to != "in_progress" {
        return Ok(());
    }
    let explained = signals::explain(tx, changed.outage, event.at - NEWS).await?;
    let mut decided = false;
    for open in proposals::open_in(tx).await? {
        let known = proposals::affected(tx, open.id, changed.outage).await?;
        if known * 2 < i64::from(open.signals) || known == 0 {
            continue;
        }
        let mut next = open;
        (next.state, next.outage, next.decided_at) = (State::Confirmed, Some(changed.outage), Some(event.at));
        if !proposals::save(tx, &next).await? {
            anyhow::bail!("{} was changed meanwhile", next.number);
        }
        proposals::close(tx, next.id, next.outage).await?;
        crate::work::tell(tx, event.at, None, &next, "covered");
        decided = true;
    }
    if decided || explained > 0 {
        signals::anew(tx).await?;
    }
    Ok(())
}
