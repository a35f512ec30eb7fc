//! Ends what is too late, gives up what was claimed and never heard of, asks gateways what nobody knows.

use std::sync::Arc;
use std::time::Duration;

use db::config;
use gateways::{Asked, Incoming, Sent};
use kernel::Timestamp;
use web::App;

use super::answers::keep_answers;
use super::hearing::hear;
use super::{DAYS_3, keep, message, with_receipts};
use crate::Ways;
use crate::rules::gate::Settings;
use crate::rules::settle::{self, Answer};
use crate::rules::{Channel, Kept, State};
use crate::store::sending;

/// A receipt whose notice has not come by then will not come.
const ORPHANS_MAX: Duration = Duration::from_secs(7 * 24 * 3_600);

/// Ends what is too late, and gives up what was claimed and never heard of.
pub async fn tidy(app: App) -> anyhow::Result<()> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut expired = sending::expired(&mut tx, now).await?;
    // In the order in which everybody changes several: two never wait for each other.
    expired.sort_by_key(|notice| notice.id);
    for notice in expired {
        let why = "too_late".to_owned();
        let next = Kept { state: State::Expired, why, done_at: Some(now), ..notice.clone() };
        keep(&mut tx, &notice, next, now).await?;
    }
    tx.commit().await?;
    let mut tx = app.db.begin().await?;
    let mut abandoned = sending::abandoned(&mut tx, now).await?;
    abandoned.sort_by_key(|notice| notice.id);
    for notice in abandoned {
        let next = settle::abandoned(&notice, now);
        let next = with_receipts(&mut tx, next, now).await?;
        keep(&mut tx, &notice, next, now).await?;
    }
    tx.commit().await?;
    let mut tx = app.db.begin().await?;
    sending::forget_nonces(&mut tx, now - 2 * gateways::signed::SKEW_MAX).await?;
    sending::forget_orphans(&mut tx, now - ORPHANS_MAX).await?;
    tx.commit().await
}

/// Asks the gateway about some of what nobody knows; the next time about those behind them.
pub async fn ask(app: App, ways: Arc<Ways>, channel: Channel) -> anyhow::Result<()> {
    let Some(gateway) = ways.of(channel).filter(|gateway| gateway.ready().is_ok()) else { return Ok(()) };
    let unknown = {
        let mut tx = app.db.begin().await?;
        let unknown =
            sending::unknown(&mut tx, channel, app.now() - DAYS_3, ways.asked_up_to(channel)).await?;
        tx.rollback().await?;
        unknown
    };
    // Behind the last of a full page, from the first again after one that is not.
    let last = unknown.last().filter(|_| unknown.len() >= sending::ASKED_MAX);
    ways.ask_from(channel, last.map(|notice| notice.id));
    for notice in unknown {
        if app.ending.has_begun() {
            break;
        }
        let (ids, fate) = match gateway.ask(message(&notice, app.now())).await {
            Asked::Away => break,
            Asked::NoAnswer => continue,
            Asked::NeverHad => {
                never_had(&app, &notice, app.now()).await?;
                continue;
            }
            Asked::Has { ids, fate } => (ids, fate),
        };
        let answered = (notice.clone(), Sent::Accepted { ids: ids.clone() });
        keep_answers(&app, gateway.name(), vec![answered]).await?;
        if let (Some(id), Some(fate)) = (ids.first(), fate) {
            let (id, to) = (id.clone(), notice.recipient.clone());
            let incoming = Incoming::Receipt { id, reference: None, to, fate, error: String::new() };
            hear(&app, gateway.name(), &incoming).await?;
        }
    }
    Ok(())
}

/// It was a try like any other that certainly did not send: the next one comes later, and not for ever.
async fn never_had(app: &App, notice: &Kept, now: Timestamp) -> anyhow::Result<()> {
    let mut tx = app.db.begin().await?;
    let attempts_max = config::now::<Settings>(&mut tx).await?.value.attempts_max;
    let answer = Answer::NotSent { again: true, why: notice.detail.clone() };
    let next = settle::answered(notice, &answer, attempts_max, now);
    // Somebody else may have changed it meanwhile: then that holds.
    if keep(&mut tx, notice, next, now).await? {
        tx.commit().await?;
    }
    Ok(())
}
