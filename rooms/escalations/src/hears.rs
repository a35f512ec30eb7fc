//! What begins by itself: an order that is accepted or corrected and is grave, and many faults of one area.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use db::{Emitted, Tx, config};
use deadlines::Kind;
use kernel::calendar::Calendar;
use kernel::{IdMint, NoticeId, Timestamp};
use web::Error;
use work_orders::rules::order::{Order, State};
use work_orders::store::{behind, orders};
use work_orders::{Changed, LevelProposed};

use crate::rules::escalation::{Matter, Reason, State as At, area_key};
use crate::rules::grounds::{of_level, of_order};
use crate::rules::{Ground, Settings};
use crate::store::{escalations, fired};
use crate::work::{self, New};

/// What was accepted longer ago and is only now told of is history: an import, a demo.
const NEWS: Duration = Duration::from_secs(24 * 3_600);

/// An order that was accepted or corrected just now.
struct Fresh<'a> {
    order: &'a Order,
    at: Timestamp,
    /// Ids follow from the event: heard again, they are the same.
    nth: i64,
}

impl Fresh<'_> {
    fn id(&mut self) -> i64 {
        self.nth = self.nth.wrapping_add(1);
        IdMint::derived::<NoticeId>(self.at, self.nth).get()
    }
}

/// Orders moved, or deserve a graver level than they have.
pub async fn heard(tx: &mut Tx, events: &[Emitted], calendar: &Calendar) -> anyhow::Result<()> {
    moved(tx, events, calendar).await?;
    let proposed = db::only::<LevelProposed>(events)?;
    if proposed.is_empty() {
        return Ok(());
    }
    let orders = orders::some_in(tx, proposed.iter().map(|(_, proposed)| proposed.order)).await?;
    let settings = config::now::<Settings>(tx).await?.value;
    for (event, proposed) in &proposed {
        let Some(order) = orders.get(&proposed.order).map(|kept| &kept.order) else { continue };
        let news = proposed.grown || order.accepted_at + NEWS >= event.at;
        if order.state.is_open() && news {
            let mut fresh = Fresh { order, at: event.at, nth: event.id.wrapping_mul(64) };
            begun(tx, &mut fresh, of_level(proposed.level), (&settings, calendar)).await?;
        }
    }
    Ok(())
}

async fn moved(tx: &mut Tx, events: &[Emitted], calendar: &Calendar) -> anyhow::Result<()> {
    let mut changed = db::only::<Changed>(events)?;
    changed.retain(|(_, changed)| matches!(changed.verb.as_str(), "accepted" | "correct"));
    if changed.is_empty() {
        return Ok(());
    }
    let orders = orders::some_in(tx, changed.iter().map(|(_, changed)| changed.order)).await?;
    let settings = config::now::<Settings>(tx).await?.value;
    let by = (&settings, calendar);
    let mut faults: BTreeMap<&str, Vec<Fresh<'_>>> = BTreeMap::new();
    for (event, changed) in &changed {
        let Some(order) = orders.get(&changed.order).map(|kept| &kept.order) else { continue };
        let old = changed.verb == "accepted" && order.accepted_at + NEWS < event.at;
        if order.state == State::Void || old {
            continue;
        }
        let mut fresh = Fresh { order, at: event.at, nth: event.id.wrapping_mul(64) };
        about_order(tx, &mut fresh, by).await?;
        if changed.verb == "accepted" && order.matter.kind == Kind::Fault {
            faults.entry(&order.matter.area).or_default().push(fresh);
        }
    }
    for (area, faults) in &mut faults {
        about_area(tx, area, faults, by).await?;
    }
    Ok(())
}

async fn about_order(tx: &mut Tx, fresh: &mut Fresh<'_>, by: (&Settings, &Calendar)) -> anyhow::Result<()> {
    begun(tx, fresh, of_order(fresh.order), by).await
}

async fn begun(
    tx: &mut Tx,
    fresh: &mut Fresh<'_>,
    found: BTreeSet<Ground>,
    by: (&Settings, &Calendar),
) -> anyhow::Result<()> {
    let (order, at) = (fresh.order, fresh.at);
    // The gravest begins it, so that nobody below is asked in vain.
    let wanted = found.into_iter().rev().filter(|ground| by.0.way(*ground).by_rule);
    for ground in wanted {
        let matter = matter(tx, order).await?;
        if !fired::fire(tx, &matter.key(), ground, at).await? {
            continue;
        }
        let reason = Reason { ground, at, by: None, words: String::new(), count: None };
        let new = New {
            matter,
            reason,
            agent: order.accepted_by,
            unit: order.state.unit(),
            concerns: order.matter.about,
        };
        work::raise(tx, new, by, &mut || fresh.id(), at).await.map_err(again)?;
    }
    Ok(())
}

/// Of several reports of one fault the one they follow.
async fn matter(tx: &mut Tx, order: &Order) -> anyhow::Result<Matter> {
    if let Some(master) = order.master
        && let Some(kept) = orders::one(tx, master).await?
    {
        return Ok(Matter::Order { order: kept.order.id, number: kept.order.number });
    }
    Ok(Matter::Order { order: order.id, number: order.number.clone() })
}

/// Faults of one area, in the order in which they came.
async fn about_area(
    tx: &mut Tx,
    area: &str,
    faults: &mut [Fresh<'_>],
    by: (&Settings, &Calendar),
) -> anyhow::Result<()> {
    let settings = by.0;
    if area.trim().is_empty() || !settings.way(Ground::ManyReports).by_rule {
        return Ok(());
    }
    let times = || faults.iter().map(|fault| fault.order.accepted_at);
    let (Some(first), Some(last)) = (times().min(), times().max()) else { return Ok(()) };
    let dealt_with = match escalations::last_of(tx, &area_key(area.trim())).await?.map(|last| last.state) {
        // Those that somebody has dealt with are not counted again.
        Some(At::StoodDown { at, .. } | At::Closed { at, .. }) => at,
        Some(_) => return Ok(()),
        None => Timestamp::MIN,
    };
    let since = |at: Timestamp| dealt_with.max(at - settings.window());
    let enough = i64::from(settings.reports);
    // Where all their windows together hold too few, each of them does.
    if behind::faults_in(tx, area, (since(first), last), enough).await? < enough {
        return Ok(());
    }
    for fault in faults {
        let (at, until) = (fault.at, fault.order.accepted_at);
        let count = behind::faults_in(tx, area, (since(until), until), enough).await?;
        if count < enough {
            continue;
        }
        let count = u32::try_from(count).ok();
        let reason = Reason { ground: Ground::ManyReports, at, by: None, words: String::new(), count };
        let matter = Matter::Area { area: area.trim().to_owned() };
        let new = New { matter, reason, agent: None, unit: fault.order.state.unit(), concerns: None };
        work::raise(tx, new, by, &mut || fault.id(), at).await.map_err(again)?;
        // It goes on now: those that follow are not counted.
        return Ok(());
    }
    Ok(())
}

/// Within an event a refusal is somebody who was faster: it is heard again.
pub fn again(error: Error) -> anyhow::Error {
    match error {
        Error::Failed(error) => error,
        refused => anyhow::anyhow!("an escalation changed meanwhile: {refused:?}"),
    }
}
