//! What this room does by the clock: takes up what stood still long enough, lets reports follow their master, presses what is
//! overdue, forgets what nobody can ask again.

use db::config;
use std::sync::Arc;
use std::time::Duration;

use kernel::calendar::Calendar;
use web::App;

use crate::rules::clocks;
use crate::rules::order::{Grade, SupervisionReason};
use crate::rules::{Act, Asker, Settings, State};
use crate::store::found::{self, Filter};
use crate::store::{asked, orders};
use crate::work::{self, Asked};

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

/// What stood open before it was kept from when on an order is late gets that from its promises.
async fn read_up(app: &App) -> anyhow::Result<()> {
    loop {
        let unread = orders::unread(&app.db, BATCH).await?;
        if unread.is_empty() {
            return Ok(());
        }
        let mut tx = app.db.begin().await?;
        for order in &unread {
            let promised = promises::of(&mut tx, "work_orders", &order.id.to_string()).await?;
            let from = clocks::late_from(&promised, order.reopened_at);
            orders::put_late_from(&mut tx, order.id, from).await?;
        }
        tx.commit().await?;
    }
}

/// What is late towards the customer in any promise and that nobody presses: the centre does.
pub async fn press(app: App, calendar: Arc<Calendar>) -> anyhow::Result<()> {
    read_up(&app).await?;
    if !config::read::<Settings>(&app.db).await?.value.supervise_overdue {
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

pub async fn forget(app: App) -> anyhow::Result<()> {
    let mut tx = app.db.begin().await?;
    asked::forget(&mut tx, app.now() - Duration::from_secs(ASKED_DAYS * 86_400)).await?;
    tx.commit().await
}
