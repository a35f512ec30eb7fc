//! What this room hears of work orders: what is done with one that came from a platform is told there.

use db::{Emitted, Entry, Tx};
use kernel::UnitId;
use serde_json::json;
use work_orders::Changed;
use work_orders::rules::result::Outcome;
use work_orders::store::steps::Line;
use work_orders::store::{orders, steps};

use crate::rules::hear::{Heard, hear};
use crate::rules::{Ticket, files};
use crate::store::{platforms, returns, tickets};

/// Orders moved: what their platforms are told of it is written in this transaction, once.
pub async fn heard(tx: &mut Tx, events: &[Emitted]) -> anyhow::Result<()> {
    let changed = db::only::<Changed>(events)?;
    // Few orders came from a platform.
    let ours = tickets::among(tx, changed.iter().map(|(_, changed)| changed.order)).await?;
    for (event, changed) in changed.iter().filter(|(_, changed)| ours.contains(&changed.order)) {
        moved(tx, event, changed).await?;
    }
    Ok(())
}

async fn moved(tx: &mut Tx, event: &Emitted, changed: &Changed) -> anyhow::Result<()> {
    let Some(kept) = tickets::one_of(tx, changed.order).await? else { return Ok(()) };
    let Some(step) = steps::done_at(tx, changed.order, &changed.verb, event.at).await? else {
        return Ok(());
    };
    let Line::Act { act, .. } = &step.line else { return Ok(()) };
    let Some(order) = orders::one(tx, changed.order).await?.map(|kept| kept.order) else { return Ok(()) };
    let masters: Option<Outcome> = match order.master {
        Some(master) => orders::one(tx, master).await?.and_then(|kept| kept.order.result),
        None => None,
    };
    let (from, to) = (step.from.as_str(), step.to.as_str());
    let heard = Heard { act, at: event.at, from, to, order: &order, masters: masters.as_ref() };
    let (mut next, mut told) = hear(&kept.ticket, &heard);
    // What was done about another report names no files of this one.
    if let Some(result) = told.iter_mut().find(|telling| files::names_any(telling)) {
        let platform = platforms::seen(tx, next.platform).await?;
        let wanted = platform.is_some_and(|platform| platform.mapping.files);
        files::announce(result, &order.attachments, wanted);
        if wanted {
            let before = returns::files(tx, next.id).await?;
            told.extend(files::tellings(&order.attachments, &before));
        }
    }
    if let Some(unit) = step.unit.filter(|_| matches!(changed.verb.as_str(), "dispatch" | "redispatch"))
        && !next.conflict
        && is_concerned(tx, &next, unit).await?
    {
        // Who is reported has been sent the report.
        next.conflict = true;
        let payload = json!({ "ticket": next.number, "order": next.order_number, "unit": unit });
        let (subject, kind) = (next.id.to_string(), "conflict");
        tx.journal(Entry { at: event.at, who: step.who, room: "government", subject, kind, payload });
    }
    if next != kept.ticket {
        anyhow::ensure!(tickets::save(tx, &next).await?, "{} changed meanwhile", next.id);
    }
    for telling in &told {
        returns::add(tx, &next, telling, event.at).await?;
    }
    Ok(())
}

/// Whether a unit is the one that the ticket is about, or below it.
pub async fn is_concerned(tx: &mut Tx, ticket: &Ticket, unit: UnitId) -> anyhow::Result<bool> {
    match ticket.concerned {
        Some(concerned) => is_below(tx, unit, concerned).await,
        None => Ok(false),
    }
}

pub async fn is_below(tx: &mut Tx, unit: UnitId, above: UnitId) -> anyhow::Result<bool> {
    let tree = departments::Tree::from(departments::store::within(tx).await?);
    Ok(unit == above || tree.upwards(unit).any(|one| one.id == above))
}
