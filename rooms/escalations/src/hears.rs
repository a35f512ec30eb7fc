//! What begins by itself: an order that is accepted or corrected and is grave, and many faults of one area.

use db::{Emitted, Tx, config};
use deadlines::Kind;
use kernel::calendar::Calendar;
use kernel::{IdMint, NoticeId, Timestamp};
use std::time::Duration;
use web::Error;
use work_orders::Changed;
use work_orders::rules::order::{Order, State};
use work_orders::store::{behind, orders};

use crate::rules::escalation::{Matter, Reason, State as At, area_key};
use crate::rules::grounds::of_order;
use crate::rules::{Ground, Settings};
use crate::store::{escalations, fired};
use crate::work::{self, New};

/// What was accepted longer ago and is only now told of is history: an import, a demo.
const NEWS: Duration = Duration::from_secs(24 * 3_600);

/// An order moved.
pub async fn heard(tx: &mut Tx, event: &Emitted, calendar: &Calendar) -> anyhow::Result<()> {
    let Some(changed) = event.is::<Changed>()? else { return Ok(()) };
    if !matches!(changed.verb.as_str(), "accepted" | "correct") {
        return Ok(());
    }
    let Some(order) = orders::one(tx, changed.order).await?.map(|kept| kept.order) else { return Ok(()) };
    if order.state == State::Void || order.accepted_at + NEWS < event.at {
        return Ok(());
    }
    let settings = config::now::<Settings>(tx).await?.value;
    // Ids that follow from the event: heard again, they are the same.
    let mut nth = event.id.wrapping_mul(64);
    let mut ids = || {
        nth = nth.wrapping_add(1);
        IdMint::derived::<NoticeId>(event.at, nth).get()
    };
    let by = (&settings, calendar);
    about_order(tx, &order, by, &mut ids, event.at).await?;
    if changed.verb == "accepted" && order.matter.kind == Kind::Fault {
        about_area(tx, &order, by, &mut ids, event.at).await?;
    }
    Ok(())
}

async fn about_order(
    tx: &mut Tx,
    order: &Order,
    by: (&Settings, &Calendar),
    ids: work::Ids<'_>,
    at: Timestamp,
) -> anyhow::Result<()> {
    let found = of_order(order);
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
        work::raise(tx, new, by, ids, at).await.map_err(again)?;
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

async fn about_area(
    tx: &mut Tx,
    order: &Order,
    by: (&Settings, &Calendar),
    ids: work::Ids<'_>,
    at: Timestamp,
) -> anyhow::Result<()> {
    let (settings, area) = (by.0, order.matter.area.trim());
    if area.is_empty() || !settings.way(Ground::ManyReports).by_rule {
        return Ok(());
    }
    let key = area_key(area);
    let mut since = order.accepted_at - settings.window();
    if let Some(last) = escalations::last_of(tx, &key).await? {
        match last.state {
            // Those that somebody has dealt with are not counted again.
            At::StoodDown { at, .. } | At::Closed { at, .. } => since = since.max(at),
            _ => return Ok(()),
        }
    }
    let enough = i64::from(settings.reports);
    let count = behind::faults_in(tx, &order.matter.area, (since, order.accepted_at), enough).await?;
    if count < enough {
        return Ok(());
    }
    let ground = Ground::ManyReports;
    let reason = Reason { ground, at, by: None, words: String::new(), count: u32::try_from(count).ok() };
    let matter = Matter::Area { area: area.to_owned() };
    let new = New { matter, reason, agent: None, unit: order.state.unit(), concerns: None };
    work::raise(tx, new, by, ids, at).await.map_err(again)?;
    Ok(())
}

/// Within an event a refusal is somebody who was faster: it is heard again.
pub fn again(error: Error) -> anyhow::Error {
    match error {
        Error::Failed(error) => error,
        refused => anyhow::anyhow!("an escalation changed meanwhile: {refused:?}"),
    }
}
