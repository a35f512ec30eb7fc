//! What this room hears of work orders: one that comes to be called back is a task, one that leaves otherwise is none.

use std::sync::Arc;

use db::{Emitted, Tx, config};
use deadlines::Step;
use kernel::calendar::Calendar;
use kernel::{Timestamp, WorkOrderId};
use web::App;
use work_orders::Changed;
use work_orders::rules::order::{Channel, Order, Privacy, Urgency};
use work_orders::store::found::{Filter, find};
use work_orders::store::{orders, steps};

use crate::rules::task::{State, Withdrawal};
use crate::rules::{Hours, Settings, Task};
use crate::store::{found, tasks};

const TO_CALL_BACK: &str = "to_call_back";
const BATCH: i64 = 200;

/// An order moved.
pub async fn heard(tx: &mut Tx, event: &Emitted, calendar: &Calendar) -> anyhow::Result<()> {
    let Some(changed) = event.is::<Changed>()? else { return Ok(()) };
    let (from, to) = (changed.from == TO_CALL_BACK, changed.to == TO_CALL_BACK);
    if to && !from {
        begin(tx, changed.order, event.at, calendar).await?;
    } else if from && !to {
        let why = match changed.verb.as_str() {
            "reopen" => Withdrawal::Reopened,
            "void" => Withdrawal::Void,
            "merge" => Withdrawal::Merged,
            _ => Withdrawal::Closed,
        };
        withdraw(tx, changed.order, event.at, why).await?;
    }
    Ok(())
}

/// A customer is to be asked, once for each time the order came to it.
async fn begin(
    tx: &mut Tx,
    order: WorkOrderId,
    since: Timestamp,
    calendar: &Calendar,
) -> anyhow::Result<bool> {
    let Some(kept) = orders::one(tx, order).await? else { return Ok(false) };
    let promised = promises::of(tx, "work_orders", &order.to_string()).await?;
    let due = promised.iter().filter(|kept| kept.step == Step::CallBack).filter_map(|kept| kept.due()).min();
    let settings = config::now::<Settings>(tx).await?.value;
    let hours = Hours { calendar, settings: &settings };
    let task = task(&kept.order, since, due.map(|(due, _)| due), hours);
    tasks::add(tx, &task).await
}

fn task(order: &Order, since: Timestamp, due: Option<Timestamp>, hours: Hours<'_>) -> Task {
    let matter = &order.matter;
    let urgent = matter.danger || matter.urgency == Urgency::Urgent;
    let mut task = Task {
        order: order.id,
        since,
        number: order.number.clone(),
        kind: matter.kind,
        subtype: matter.subtype.clone(),
        area: matter.area.clone(),
        unit: order.state.unit(),
        accepted_by: order.accepted_by,
        about: matter.about,
        hidden: matter.privacy != Privacy::Open,
        government: matter.channel == Channel::Government,
        urgent,
        due: due.unwrap_or_else(|| hours.due(urgent, since)),
        state: State::Open,
        attempts: Vec::new(),
        wish: None,
        not_before: since,
        claim: None,
        rung: None,
        doubt: None,
        machine: None,
        answer: None,
        for_person: false,
        told: false,
        version: 1,
    };
    task.not_before = hours.next(&task, since);
    task
}

async fn withdraw(tx: &mut Tx, order: WorkOrderId, at: Timestamp, why: Withdrawal) -> anyhow::Result<()> {
    // One that this room has ended itself is open no more.
    let open =
        tasks::of(tx, order).await?.into_iter().find(|task| task.state == State::Open && task.since <= at);
    if let Some(task) = open {
        let withdrawn = Task { state: State::Withdrawn { at, why }, claim: None, ..task };
        anyhow::ensure!(tasks::save(tx, &withdrawn).await?, "the call-back of {order} changed meanwhile");
    }
    Ok(())
}

/// Orders that wait for their customer's word, and of which nobody told this room: those from before it listened.
pub async fn find_missed(app: App, calendar: Arc<Calendar>) -> anyhow::Result<()> {
    let mut filter = Filter { open: true, states: vec![TO_CALL_BACK.into()], ..Filter::default() };
    loop {
        let waiting = find(&app.db, &filter, BATCH).await?;
        let ids: Vec<WorkOrderId> = waiting.iter().map(|kept| kept.order.id).collect();
        let known = found::known(&app.db, &ids).await?;
        for order in ids.iter().filter(|order| !known.contains(order)) {
            let steps = steps::of(&app.db, *order).await?;
            let came = steps.iter().rev().find(|step| step.to == TO_CALL_BACK && step.from != TO_CALL_BACK);
            let mut tx = app.db.begin().await?;
            let waits = orders::one(&mut tx, *order).await?;
            let waits = waits.is_some_and(|kept| kept.order.state.word() == TO_CALL_BACK);
            if let Some(came) = came
                && waits
                && begin(&mut tx, *order, came.at, &calendar).await?
            {
                tx.commit().await?;
            }
        }
        let place = waiting.last().and_then(|kept| Some((kept.beside.due?.0, kept.order.id)));
        if ids.len() < usize::try_from(BATCH).unwrap_or(usize::MAX) || place.is_none() {
            return Ok(());
        }
        filter.after = place;
    }
}
