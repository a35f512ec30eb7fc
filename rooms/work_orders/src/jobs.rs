//! What this room does by the clock: takes up what stood still long enough, lets reports follow their master and hear what its
//! customer hears, presses what is overdue, forgets what nobody can ask again.

use db::config;
use std::sync::Arc;
use std::time::Duration;

use kernel::calendar::Calendar;
use web::App;

use crate::rules::clocks;
use crate::rules::order::{Grade, SupervisionReason};
use crate::rules::{Act, Asker, Settings, State};
use crate::store::found::{self, Filter};
use crate::store::orders::{self, Kept};
use crate::store::{asked, passed};
use crate::telling;
use crate::work::{self, Asked, Rulebook};

/// Taken up at once.
const BATCH: i64 = 200;
/// A telephone that was away longer asks again under a new key.
const ASKED_DAYS: u64 = 30;

/// Orders whose suspension is over go on.
pub async fn resume(app: App, calendar: Arc<Calendar>) -> anyhow::Result<()> {
    let today = calendar.civil(app.now()).date();
    let mut filter = Filter { open: true, states: vec!["suspended".into()], ..Filter::default() };
    loop {
        let found = found::find(&app.db, &filter, BATCH).await?;
        let Some(last) = found.last() else { return Ok(()) };
        filter.after = last.beside.due.map(|(due, _)| (due, last.order.id));
        for kept in &found {
            let over = matches!(kept.order.state, State::Suspended { until, .. } if until < today);
            if over {
                let asked = Asked {
                    order: kept.order.id,
                    version: Some(kept.order.version),
                    act: Act::Resume,
                    token: None,
                };
                // Somebody was faster: the next round sees it as it is then.
                if let Err(web::Error::Failed(error)) =
                    work::act(&app, &calendar, &Asker::centre(), asked).await
                {
                    return Err(error);
                }
            }
        }
        if found.len() < usize::try_from(BATCH).unwrap_or(usize::MAX) || filter.after.is_none() {
            return Ok(());
        }
    }
}

/// Whoever only joined in a fault that others reported: the fault is done, so is the report.
pub async fn follow(app: App, calendar: Arc<Calendar>) -> anyhow::Result<()> {
    loop {
        let left = orders::left_behind(&app.db, BATCH).await?;
        for order in &left {
            let asked = Asked { order: *order, version: None, act: Act::Follow, token: None };
            if let Err(web::Error::Failed(error)) = work::act(&app, &calendar, &Asker::centre(), asked).await
            {
                return Err(error);
            }
        }
        if left.len() < usize::try_from(BATCH).unwrap_or(usize::MAX) {
            return Ok(());
        }
    }
}

/// Whoever only joined in hears what the customer of the master was told: of a time that was named, or moved.
pub async fn pass_on(app: App, calendar: Arc<Calendar>) -> anyhow::Result<()> {
    while let Some(passed) = passed::any(&app.db).await? {
        let mut tx = app.db.begin().await?;
        let rules = Rulebook::now(&mut tx).await?;
        let master = orders::one(&mut tx, passed.master).await?;
        // Done meanwhile: they hear the result instead.
        let runs = master.is_some_and(|kept| kept.order.state.is_open());
        let most = if runs { BATCH } else { 0 };
        let children = orders::following(&mut tx, passed.master, passed.told_to, most).await?;
        let last = children.last().map(|last| last.order.id);
        let full = children.len() >= usize::try_from(BATCH).unwrap_or(usize::MAX);
        let mut told = Vec::with_capacity(children.len());
        let once = format!("{}.{}", passed.master, passed.seq);
        for Kept { order, .. } in &children {
            if let Some(notice) = passed.said.to(order, &rules.kinds, &rules.settings, &once) {
                telling::outdated(&mut tx, order, app.now()).await?;
                told.push((app.id(), notice));
            }
        }
        telling::tell_all(&mut tx, app.now(), &told).await?;
        // Whom no message reaches is called, as the master's customer would be.
        let calls = rules.settings.people_call();
        let called = |kept: &Kept| kept.order.matter.is_called() && !kept.order.matter.is_texted();
        for child in children.into_iter().filter(|child| calls && called(child)) {
            let act = Act::Untold { notice: None };
            let asker = Asker::centre();
            match work::moving(&mut tx, &app, &calendar, &rules, child, &act, &asker).await {
                Ok(_) => {}
                Err(web::Error::Failed(error)) => return Err(error),
                // It changed meanwhile: all of them are told in the next round.
                Err(_) => return Ok(()),
            }
        }
        let told_to = last.filter(|_| runs && full);
        // Something newer was said meanwhile: that is told instead.
        if passed::go_on(&mut tx, &passed, told_to).await? {
            tx.commit().await?;
        }
    }
    Ok(())
}

/// What stood open before it was kept from when on an order is late gets that from its promises.
async fn read_up(app: &App) -> anyhow::Result<()> {
    loop {
        let unread = orders::unread(&app.db, BATCH).await?;
        if unread.is_empty() {
            return Ok(());
        }
        let mut tx = app.db.begin().await?;
        for (id, order) in &unread {
            let promised = promises::of(&mut tx, "work_orders", &id.to_string()).await?;
            let order = order.as_ref();
            let from = order.and_then(|order| clocks::late_from(&promised, order.reopened_at));
            orders::put_late_from(&mut tx, *id, order, from).await?;
        }
        tx.commit().await?;
    }
}

/// What is late towards the customer in any promise and that nobody presses: the centre does.
pub async fn press(app: App, calendar: Arc<Calendar>) -> anyhow::Result<()> {
    read_up(&app).await?;
    let settings = config::read::<Settings>(&app.db).await?.value;
    if settings.raise_unanswered {
        climb(&app, &calendar).await?;
    }
    if !settings.supervise_overdue {
        return Ok(());
    }
    loop {
        let late = orders::unpressed(&app.db, app.now(), BATCH).await?;
        for order in &late {
            let act = Act::Supervise {
                grade: Grade::Daily,
                reason: SupervisionReason::Overdue,
                action: "已超时，请立即处理并说明原因".into(),
            };
            let asked = Asked { order: *order, version: None, act, token: None };
            if let Err(web::Error::Failed(error)) = work::act(&app, &calendar, &Asker::centre(), asked).await
            {
                return Err(error);
            }
        }
        if late.len() < usize::try_from(BATCH).unwrap_or(usize::MAX) {
            return Ok(());
        }
    }
}

/// A supervision that the unit has left unanswered: the next grade, told one level higher.
async fn climb(app: &App, calendar: &Calendar) -> anyhow::Result<()> {
    loop {
        let left = orders::unanswered(&app.db, app.now(), BATCH).await?;
        let mut raised = 0;
        for Kept { order, .. } in &left {
            let Some((before, grade)) = order.unanswered().and_then(|(at, _)| Some((at, at.next()?))) else {
                continue;
            };
            let action = format!("{}逾期未答复，升级为{}", before.zh(), grade.zh());
            let act = Act::Supervise { grade, reason: SupervisionReason::Unanswered, action };
            let asked = Asked { order: order.id, version: Some(order.version), act, token: None };
            match work::act(app, calendar, &Asker::centre(), asked).await {
                Ok(_) => raised += 1,
                Err(web::Error::Failed(error)) => return Err(error),
                // Somebody was faster: the next round sees it as it is then.
                Err(_) => {}
            }
        }
        if raised == 0 || left.len() < usize::try_from(BATCH).unwrap_or(usize::MAX) {
            return Ok(());
        }
    }
}

pub async fn forget(app: App) -> anyhow::Result<()> {
    let mut tx = app.db.begin().await?;
    asked::forget(&mut tx, app.now() - Duration::from_secs(ASKED_DAYS * 86_400)).await?;
    tx.commit().await
}
