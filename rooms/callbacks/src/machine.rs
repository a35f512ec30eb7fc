//! The machine asks customers, where it is told to and nobody has taken it: it is put into a standing campaign, and what was
//! pressed is written down like what a person heard.

use std::sync::Arc;

use campaigns::{Done, Standing, Wanted};
use db::{Emitted, Tx, config};
use kernel::calendar::Calendar;
use kernel::{CampaignId, TargetId, WorkOrderId};
use serde_json::json;
use web::{App, Error};
use work_orders::rules::Asker;

use crate::asking::{By, Loaded, keep_recorded};
use crate::rules::machine;
use crate::rules::task::State;
use crate::rules::{Hours, Settings, Task};
use crate::store::{found, tasks};

/// The campaign's name for this room.
pub const CAMPAIGN: &str = "callbacks";
/// Looked at in one turn: the most urgent.
const PAGE: i64 = 100;
const PAGES: usize = 20;

/// How the machine calls: at what hours, is this room's; only one attempt at a time is asked for.
fn standing(settings: &Settings) -> Standing {
    let hours = settings.hours.iter();
    let hours = hours.map(|hours| campaigns::rules::Hours { from: hours.from, to: hours.to }).collect();
    let rules = campaigns::rules::Settings { attempts: 1, gap_min: 0, hours, ..Default::default() };
    let plan =
        campaigns::rules::Plan { confirm: "0123456789".to_owned(), ..rules.plan(&settings.machine.flow) };
    Standing {
        key: CAMPAIGN,
        name: "自动回访".to_owned(),
        purpose: "工单办结后按键回访客户：是否解决、是否满意".to_owned(),
        plan,
    }
}

/// Puts those in about whom the machine may ask now.
pub async fn ask(app: App, calendar: Arc<Calendar>) -> anyhow::Result<()> {
    let settings = config::read::<Settings>(&app.db).await?.value;
    let hours = Hours { calendar: &calendar, settings: &settings };
    if !settings.machine.on || !hours.open(app.now()) {
        return Ok(());
    }
    let mut tx = app.db.begin().await?;
    let flow = ivr_flows::store::named(&mut tx, &settings.machine.flow).await?;
    tx.rollback().await?;
    if flow.is_none_or(|flow| flow.live.is_none()) {
        tracing::warn!(
            flow = settings.machine.flow,
            "nobody is asked by the machine: no such flow is published"
        );
        return Ok(());
    }
    let standing = standing(&settings);
    let mut queue = found::Queue {
        person: crate::rules::task::MACHINE,
        now: app.now(),
        wished_only: false,
        hidden: false,
        after: found::Queue::START,
    };
    for _ in 0..PAGES {
        let page = found::queue(&app.db, &queue, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        queue.after = (last.due, last.order);
        for task in &page {
            if machine::may_ask(task, app.now(), hours)
                && let Err(failure) = put(&app, &calendar, &standing, task.order).await
            {
                tracing::warn!(order = %task.order, "the machine cannot ask about it: {failure:?}");
            }
        }
    }
    Ok(())
}

async fn put(app: &App, calendar: &Calendar, standing: &Standing, order: WorkOrderId) -> Result<(), Error> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let loaded = Loaded::of(&mut tx, order).await?;
    if !machine::may_ask(&loaded.task, now, loaded.hours(calendar)) {
        return Ok(());
    }
    let task = machine::take(&loaded.task, now);
    let Some(once) = task.machine.clone() else { return Ok(()) };
    let reported = calendar.civil(loaded.kept.order.accepted_at).date().to_string();
    let wanted = Wanted {
        once,
        number: loaded.kept.order.matter.contact.phone.clone(),
        about: order.to_string(),
        known: [("reported".to_owned(), reported)].into(),
        not_before: now,
    };
    let ids = (app.id::<CampaignId>(), app.id::<TargetId>());
    match campaigns::call(&mut tx, now, ids, standing, wanted).await? {
        Ok(Some(_)) => {}
        // Put in before, or stopped by people, or no number: a person asks.
        Ok(None) | Err(_) => return Ok(()),
    }
    if !tasks::save(&mut tx, &task).await? {
        return Err(Error::changed_meanwhile());
    }
    Ok(tx.commit().await?)
}

/// What the machine's call came to: kept with the task, in the change that hears of it, and written down by [`answers`].
pub async fn heard(tx: &mut Tx, event: &Emitted) -> anyhow::Result<()> {
    let Some(done) = event.is::<Done>()?.filter(|done| done.standing.as_deref() == Some(CAMPAIGN)) else {
        return Ok(());
    };
    let Ok(order) = done.about.parse::<WorkOrderId>() else { return Ok(()) };
    let Some(task) = tasks::of(tx, order).await?.pop() else { return Ok(()) };
    // Meanwhile the order went another way, or a person took it.
    if task.state == State::Open && task.machine.as_deref() == Some(done.once.as_str()) {
        let answered = Task { answer: Some(done), ..task };
        anyhow::ensure!(tasks::save(tx, &answered).await?, "the call-back of {order} changed meanwhile");
    }
    Ok(())
}

/// Writes down what was answered, and does to the orders what follows from it.
pub async fn answers(app: App, calendar: Arc<Calendar>) -> anyhow::Result<()> {
    for task in found::of_the_machine(&app.db).await? {
        if task.answer.is_some()
            && let Err(failure) = conclude(&app, &calendar, task.order).await
        {
            tracing::warn!(order = %task.order, "the machine's answer waits: {failure:?}");
        }
    }
    Ok(())
}

async fn conclude(app: &App, calendar: &Calendar, order: WorkOrderId) -> Result<(), Error> {
    let mut tx = app.db.begin().await?;
    let loaded = Loaded::of(&mut tx, order).await?;
    let Some(done) = loaded.task.answer.clone() else { return Ok(()) };
    let facts = loaded.facts(calendar, app.now());
    let recorded = machine::record(&loaded.task, &done, facts)?;
    let centre = Asker::centre();
    let by = By { asker: &centre, actor: None, outcome: json!(done.outcome), call: done.call };
    keep_recorded(&mut tx, app, calendar, loaded.kept, recorded, by).await?;
    Ok(tx.commit().await?)
}
