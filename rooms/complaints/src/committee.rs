//! What the committee does: load, decide, move the order where it has to be moved, save; in one transaction.

use std::collections::BTreeSet;

use db::{Entry, Tx};
use departments::Tree;
use kernel::calendar::Calendar;
use kernel::{UnitId, WorkOrderId};
use serde_json::json;
use web::{Actor, App, Error};
use work_orders::rules::act::{Act as OrderAct, Verb as OrderVerb};
use work_orders::rules::order::Matter;
use work_orders::rules::table;
use work_orders::rules::{Asker as OrderAsker, Order, State};
use work_orders::store::orders;
use work_orders::work::{self, Rulebook};

use crate::permissions::{COMMITTEE, READ};
use crate::rules::case::Exhibit;
use crate::rules::{Act, Asker, Case, Facts, OrderNow, Refusal, concerned, decide};
use crate::store::cases;
use crate::store::found::Looker;

/// Who asks, with the units that are the person's own.
pub async fn asker(app: &App, actor: &Actor) -> anyhow::Result<Asker> {
    let own = departments::units_of(&app.db, actor.person).await?;
    let mut upwards = BTreeSet::new();
    if !own.is_empty() {
        let tree = Tree::from(departments::all(&app.db).await?);
        upwards = own.iter().flat_map(|own| tree.upwards(own.unit)).map(|unit| unit.id).collect();
    }
    Ok(Asker { person: actor.person, committee: actor.may(COMMITTEE), upwards })
}

/// Whose cases this person may find.
pub fn looker(actor: &Actor, asker: &Asker) -> Looker {
    let all = actor.may(READ) || actor.may(COMMITTEE);
    let groups = if all { None } else { Some(actor.leads.clone()) };
    Looker { person: asker.person, upwards: asker.upwards.clone(), groups }
}

/// Whether this person may see the case: not whom it is about, nobody of the units it is about; of leaders only those of
/// the agent's group.
pub fn sees(actor: &Actor, asker: &Asker, case: &Case) -> bool {
    let all = actor.may(READ) || actor.may(COMMITTEE);
    let leads = case.opening.group.is_some_and(|group| actor.leads.contains(&group));
    !concerned(case, asker) && (all || leads)
}

/// What the order allows now.
pub fn order_now(order: &Order) -> OrderNow {
    OrderNow {
        waits: matches!(order.state, State::Accepted | State::ToDispatch),
        open: order.state.is_open(),
        contactable: table::fits(&order.state, OrderVerb::Contact),
        unit: order.state.unit(),
    }
}

/// One act of a member.
///
/// # Errors
/// Refused by this room or by work orders; nothing has changed then.
pub async fn act(
    app: &App,
    calendar: &Calendar,
    actor: &Actor,
    order: WorkOrderId,
    version: i64,
    act: &Act,
) -> Result<(), Error> {
    let asker = asker(app, actor).await?;
    let target = target(app, act).await?;
    exhibit_exists(app, order, act).await?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let case = cases::one(&mut tx, order).await?.ok_or_else(Error::not_found)?;
    if !sees(actor, &asker, &case) {
        return Err(Error::not_found());
    }
    if case.version != version {
        return Err(Error::changed_meanwhile());
    }
    let kept = orders::one(&mut tx, order).await?.ok_or_else(Error::not_found)?;
    let facts = Facts { now, order: order_now(&kept.order), target };
    let change = decide(&case, act, &asker, &facts)?;
    keep(&mut tx, &case, &change.case, act, actor, app).await?;
    if let Some(act) = &change.order.or_else(|| relevelled(&kept.order, act)) {
        let rules = Rulebook::now(&mut tx).await?;
        // In the member's name and with the committee's power; what bars a person from an order bars here, too.
        let asker = OrderAsker { person: Some(actor.person), ..OrderAsker::centre() };
        work::moving(&mut tx, app, calendar, &rules, kept, act, &asker).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Superiors, the ladder and the handover look at the order: what the committee decides of the level stands there, too.
fn relevelled(order: &Order, act: &Act) -> Option<OrderAct> {
    let Act::SetLevel { level, why } = act else { return None };
    if order.matter.level == *level || !table::fits(&order.state, OrderVerb::Correct) {
        return None;
    }
    let matter = Box::new(Matter { level: *level, ..order.matter.clone() });
    let why = format!("投诉委员会核定级别：{}", why.chars().take(180).collect::<String>());
    Some(OrderAct::Correct { matter, why })
}

async fn keep(
    tx: &mut Tx,
    before: &Case,
    after: &Case,
    act: &Act,
    actor: &Actor,
    app: &App,
) -> Result<(), Error> {
    let (at, who) = (app.now(), Some(actor.person));
    if !cases::save(tx, before, after, act, who, at).await? {
        return Err(Error::changed_meanwhile());
    }
    let payload = json!({ "number": after.opening.number, "from": before.stage, "to": after.stage,
        "level": after.level, "seq": before.version + 1 });
    let (subject, kind) = (after.order().to_string(), act.verb().key());
    tx.journal(Entry { at, who, room: "complaints", subject, kind, payload });
    Ok(())
}

/// The unit that is to have it, and those above.
async fn target(app: &App, act: &Act) -> Result<BTreeSet<UnitId>, Error> {
    let Act::Reassign { unit, .. } = act else { return Ok(BTreeSet::new()) };
    let tree = Tree::from(departments::all(&app.db).await?);
    let upwards: BTreeSet<UnitId> = tree.upwards(*unit).map(|unit| unit.id).collect();
    if upwards.is_empty() { Err(Refusal::Unknown { what: "unit" }.into()) } else { Ok(upwards) }
}

/// Nobody points at a call or a file that does not exist.
async fn exhibit_exists(app: &App, order: WorkOrderId, act: &Act) -> Result<(), Error> {
    let exists = match act {
        Act::AddEvidence { exhibit: Exhibit::Call { call } } => {
            (calls::store::search::one(&app.db, *call).await?.is_some(), "call")
        }
        Act::AddEvidence { exhibit: Exhibit::File { attachment } } => {
            let kept = orders::read(&app.db, order).await?;
            let files = kept.iter().flat_map(|kept| &kept.order.attachments);
            (files.into_iter().any(|file| file.id == *attachment), "file")
        }
        _ => (true, ""),
    };
    if exists.0 { Ok(()) } else { Err(Refusal::Unknown { what: exists.1 }.into()) }
}
