//! Customers whom a message did not reach after all: the gateway had taken it, and it failed for good. Somebody calls, as where
//! none could be sent.

use std::sync::Arc;

use db::{Emitted, Tx};
use kernel::NoticeId;
use kernel::calendar::Calendar;
use notices::State as Fate;
use web::App;

use crate::rules::act::Verb;
use crate::rules::order::{Channel, State};
use crate::rules::{Act, Asker, Order, table};
use crate::store::steps::{self, Line};
use crate::store::{orders, untold};
use crate::telling;
use crate::work::{self, Rulebook};

/// Seen to in one round.
const BATCH: i64 = 200;

/// It will not arrive any more. What nobody knows of may have, and a receipt may still say so.
fn lost(fate: Fate) -> bool {
    matches!(fate, Fate::Failed | Fate::Expired | Fate::Suppressed)
}

/// What became of messages: those to customers that are lost are kept until [`call`] has seen to them.
pub async fn heard(tx: &mut Tx, events: &[Emitted]) -> anyhow::Result<()> {
    let done = db::only::<notices::Done>(events)?;
    let lost = done.iter().filter(|(_, done)| done.about.room == "work_orders" && lost(done.outcome));
    let lost: Vec<_> =
        lost.filter_map(|(event, done)| Some((done.notice, done.about.id.parse().ok()?, event.at))).collect();
    if lost.is_empty() {
        return Ok(());
    }
    let ids: Vec<NoticeId> = lost.iter().map(|(notice, ..)| *notice).collect();
    let notices = notices::store::of_ids(tx, &ids).await?;
    let to_customer = |notice: &NoticeId| {
        notices.get(notice).is_some_and(|notice| telling::TO_CUSTOMERS.contains(&notice.template.as_str()))
    };
    let untold: Vec<_> = lost.into_iter().filter(|(notice, ..)| to_customer(notice)).collect();
    untold::put_all(tx, &untold).await
}

/// Begins what is owed to whom a message did not reach, each once.
pub async fn call(app: App, calendar: Arc<Calendar>) -> anyhow::Result<()> {
    for (notice, order) in untold::left(&app.db, BATCH).await? {
        let mut tx = app.db.begin().await?;
        if !untold::seen_to(&mut tx, notice).await? {
            continue;
        }
        if let Some(kept) = orders::one(&mut tx, order).await?
            && owed(&app, &mut tx, &kept.order, notice).await?
        {
            let rules = Rulebook::now(&mut tx).await?;
            let act = Act::Untold { notice: Some(notice) };
            match work::moving(&mut tx, &app, &calendar, &rules, kept, &act, &Asker::centre()).await {
                Ok(_) => {}
                Err(web::Error::Failed(error)) => return Err(error),
                // Somebody was faster: the next round sees it as it is then.
                Err(_) => continue,
            }
        }
        tx.commit().await?;
    }
    Ok(())
}

/// Whether somebody has to say what this message was to say.
async fn owed(app: &App, tx: &mut Tx, order: &Order, notice: NoticeId) -> anyhow::Result<bool> {
    let Some(lost_one) = notices::store::one(tx, notice).await? else { return Ok(false) };
    if !table::fits(&order.state, Verb::Untold) || !order.matter.is_called() {
        return Ok(false);
    }
    let closed = matches!(order.state, State::Closed { .. });
    let fits = match lost_one.template.as_str() {
        // Whoever reported it to a person has heard it from that person.
        telling::COMING | telling::ACCEPTED => {
            !closed && !matches!(order.matter.channel, Channel::Phone | Channel::Counter)
        }
        telling::RESULT => closed && order.satisfaction.is_none(),
        _ => !closed,
    };
    if !fits {
        return Ok(false);
    }
    // Something newer was said meanwhile, and that is not lost.
    let history = steps::of(&app.db, order.id).await?;
    let newer = history.iter().filter_map(|step| match &step.line {
        Line::Act { notice, .. } => *notice,
        Line::Accepted { .. } => None,
    });
    for newer in newer.filter(|newer| *newer > notice) {
        if notices::store::one(tx, newer).await?.is_some_and(|newer| !lost(newer.state)) {
            return Ok(false);
        }
    }
    Ok(true)
}
