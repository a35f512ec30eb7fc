//! What the room does by itself: sends what waits, gives up what waited too long, forgets what is old.
//!
//! A subscription is taken in hand for a while; its line is sent from the head, one after the other, each outcome kept
//! before the next goes out. Whoever dies between sending and keeping leaves it at the head: it goes out again under the
//! same name.

use std::time::Duration;

use anyhow::Context;
use db::Entry;
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use kernel::Timestamp;
use serde_json::json;
use tokio::time::timeout;
use web::App;

use crate::Outlet;
use crate::rules::{Delivery, KEEP, LEASE, Next, Outcome, Subscription, WAIT_MAX, settle};
use crate::store::{deliveries, subscriptions};

/// So many subscriptions are served at once: one that does not answer does not hold up the others.
const AT_ONCE: usize = 8;
/// While some are being served, those that become due are looked for so often.
const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// So many go out before others have their turn.
const IN_A_ROW: usize = 100;

/// Sends what waits, until nothing does.
pub async fn send(app: App, outlet: Outlet) -> anyhow::Result<()> {
    let mut under_way = FuturesUnordered::new();
    loop {
        let free = AT_ONCE.saturating_sub(under_way.len());
        if free > 0 {
            let now = app.now();
            for id in subscriptions::due(&app.db, now, free).await? {
                if let Some(claimed) = subscriptions::claim(&app.db, id, now, now + LEASE).await? {
                    under_way.push(serve(&app, &outlet, claimed, now + LEASE));
                }
            }
        }
        match timeout(LOOK_AGAIN, under_way.next()).await {
            Ok(None) => return Ok(()),
            Ok(Some(Err(failure))) => tracing::error!("a webhook could not be served: {failure:#}"),
            Ok(Some(Ok(()))) | Err(_) => {}
        }
    }
}

/// Sends one line until it is empty or something goes wrong.
async fn serve(app: &App, outlet: &Outlet, to: Subscription, until: Timestamp) -> anyhow::Result<()> {
    let mut until = until;
    let mut failures = to.failures;
    for turn in 0..IN_A_ROW {
        let Some(head) = deliveries::head(&app.db, to.id).await? else {
            if turn == 0 {
                // It was said that some wait; it would be taken in hand for ever.
                subscriptions::recount(&app.db, to.id).await?;
            }
            break;
        };
        let (outcome, took_ms) = outlet.post(app, &to, &head.kind, &head.name(), &head.body).await;
        match keep(app, &to, &head, &outcome, failures, took_ms).await? {
            Some(next) => until = next,
            None => break,
        }
        failures = 0;
    }
    subscriptions::release(&app.db, to.id, until).await
}

/// Keeps what came of a try; until when the line is in hand, none when no more may be sent now.
async fn keep(
    app: &App,
    to: &Subscription,
    head: &Delivery,
    outcome: &Outcome,
    failures: i64,
    took_ms: i64,
) -> anyhow::Result<Option<Timestamp>> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    subscriptions::lock(&mut tx, to.id).await?;
    // Somebody has taken it out of the line, or another node was given it meanwhile.
    if !deliveries::tried(&mut tx, head, outcome, now, took_ms).await? {
        return Ok(None);
    }
    let error = outcome.error();
    let next = match settle(outcome, failures, now) {
        Next::Taken => {
            subscriptions::renew(&mut tx, to.id, now + LEASE).await?;
            Some(now + LEASE)
        }
        Next::Again { at, failures } => {
            subscriptions::later(&mut tx, to.id, failures, &error, at).await?;
            None
        }
        Next::Pause { why, failures } => {
            if subscriptions::pause(&mut tx, to.id, failures, &error, why).await? {
                tracing::warn!(webhook = %to.id, "{} is told nothing more: {error}", to.name);
                let payload = json!({ "name": to.name, "why": why, "detail": error, "failures": failures });
                let (subject, kind) = (to.id.to_string(), "paused");
                tx.journal(Entry { at: now, who: None, room: "webhooks", subject, kind, payload });
            }
            None
        }
    };
    tx.commit().await.context("keeping what came of a delivery")?;
    Ok(next)
}

/// Gives up what waited too long and forgets what is old.
pub async fn tidy(app: App) -> anyhow::Result<()> {
    let now = app.now();
    for (subscription, _) in subscriptions::list(&app.db).await? {
        if subscription.waiting == 0 {
            continue;
        }
        let mut tx = app.db.begin().await?;
        subscriptions::lock(&mut tx, subscription.id).await?;
        let gone = deliveries::expire(&mut tx, subscription.id, now - WAIT_MAX).await?;
        if gone > 0 {
            subscriptions::shorten(&mut tx, subscription.id, gone).await?;
            let payload = json!({ "name": subscription.name, "deliveries": gone });
            let (subject, kind) = (subscription.id.to_string(), "given_up");
            tx.journal(Entry { at: now, who: None, room: "webhooks", subject, kind, payload });
        }
        tx.commit().await?;
    }
    loop {
        let mut tx = app.db.begin().await?;
        let gone = deliveries::forget(&mut tx, now - KEEP).await?;
        tx.commit().await?;
        if gone < 1_000 {
            return Ok(());
        }
    }
}
