//! What the room does by itself: tells platforms what waits, and forgets which requests were here.
//!
//! A ticket is taken in hand for a while; its line is sent from the head, one after the other, each outcome kept before the
//! next goes out. Whoever dies between sending and keeping leaves it at the head: it goes out again under the same name.

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
use crate::rules::settle::{LEASE, Next, Outcome, settle};
use crate::rules::{Platform, Return, Sending, Told, files, name, retention};
use crate::store::tickets::Claimed;
use crate::store::{platforms, returns, tickets};

/// So many tickets are served at once: a platform that does not answer does not hold up the others.
const AT_ONCE: usize = 8;
/// While some are being served, those that become due are looked for so often.
const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// So many of one ticket go out before others have their turn.
const IN_A_ROW: usize = 20;

/// Tells what waits, until nothing does.
pub async fn send(app: App, outlet: Outlet) -> anyhow::Result<()> {
    let mut under_way = FuturesUnordered::new();
    loop {
        let free = AT_ONCE.saturating_sub(under_way.len());
        if free > 0 {
            let now = app.now();
            for id in tickets::due(&app.db, now, free).await? {
                if let Some(claimed) = tickets::claim(&app.db, id, now, now + LEASE).await? {
                    under_way.push(serve(&app, &outlet, claimed, now + LEASE));
                }
            }
        }
        match timeout(LOOK_AGAIN, under_way.next()).await {
            Ok(None) => return Ok(()),
            Ok(Some(Err(failure))) => tracing::error!("a platform could not be told: {failure:#}"),
            Ok(Some(Ok(()))) | Err(_) => {}
        }
    }
}

/// Sends one line until it is empty or something goes wrong.
async fn serve(app: &App, outlet: &Outlet, claimed: Claimed, until: Timestamp) -> anyhow::Result<()> {
    let (ticket, mut until, mut failures) = (claimed.ticket, until, claimed.failures);
    let Some(platform) = platforms::read(&app.db, claimed.platform).await? else {
        return tickets::release(&app.db, ticket, until).await;
    };
    for turn in 0..IN_A_ROW {
        let head = returns::head(&app.db, ticket).await?.filter(|head| head.state == Sending::Waiting);
        let Some(head) = head else {
            if turn == 0 {
                // It was said that some wait; it would be taken in hand for ever.
                let mut tx = app.db.begin().await?;
                tickets::recount(&mut tx, ticket, app.now()).await?;
                tx.commit().await?;
            }
            break;
        };
        let name = name(ticket, head.number);
        let (outcome, took_ms) = match head.kind {
            Told::File => {
                let body = files::with_content(&head.body, outlet.file(&head.body).await?.as_deref());
                outlet.post(app, &platform, &name, &body).await
            }
            _ => outlet.post(app, &platform, &name, &head.body).await,
        };
        match keep(app, &platform, &head, &outcome, (failures, took_ms)).await? {
            Some(next) => until = next,
            None => break,
        }
        failures = 0;
    }
    tickets::release(&app.db, ticket, until).await
}

/// Keeps what came of a try; until when the line is in hand, none when no more may be sent now.
async fn keep(
    app: &App,
    platform: &Platform,
    head: &Return,
    outcome: &Outcome,
    (failures, took_ms): (i64, i64),
) -> anyhow::Result<Option<Timestamp>> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let Some(kept) = tickets::one(&mut tx, head.ticket).await? else { return Ok(None) };
    let next = settle(outcome, failures, now);
    let state = match next {
        Next::Taken => Sending::Sent,
        Next::Again { .. } => Sending::Waiting,
        Next::Refused => Sending::Refused,
    };
    // Somebody has taken it out of the line, or another node was given it meanwhile.
    if !returns::tried(&mut tx, head, (outcome, state), now, took_ms).await? {
        return Ok(None);
    }
    let error = outcome.error();
    let in_hand = match next {
        Next::Taken => {
            tickets::taken(&mut tx, head.ticket, now + LEASE).await?;
            Some(now + LEASE)
        }
        Next::Again { at, failures } => {
            tickets::later(&mut tx, head.ticket, failures, &error, at).await?;
            None
        }
        Next::Refused => {
            tickets::refused(&mut tx, head.ticket, &error).await?;
            tracing::warn!("{} refuses {}: {error}", platform.code, name(head.ticket, head.number));
            let payload = json!({ "platform": platform.code, "ticket": kept.ticket.number, "told": head.kind,
                "error": error });
            let (subject, kind) = (head.ticket.to_string(), "refused");
            tx.journal(Entry { at: now, who: None, room: "government", subject, kind, payload });
            None
        }
    };
    tx.commit().await.context("keeping what came of telling a platform")?;
    Ok(in_hand)
}

/// Forgets requests whose time is over.
pub async fn tidy(app: App) -> anyhow::Result<()> {
    let before = app.now() - 2 * gateways::signed::SKEW_MAX;
    let mut tx = app.db.begin().await?;
    platforms::forget_nonces(&mut tx, before).await?;
    tx.commit().await
}

/// Looked at in one round.
const LET_GO: i64 = 200;

/// Lets tickets go of which nothing was said for as long as they are kept.
pub async fn let_go(app: App) -> anyhow::Result<()> {
    let now = app.now();
    let before = retention::cutoff(now);
    for id in tickets::over(&app.db, before, LET_GO).await? {
        let mut tx = app.db.begin().await?;
        if let Some(number) = tickets::let_go(&mut tx, id, before).await? {
            let (subject, payload) = (id.to_string(), json!({ "ticket": number }));
            tx.journal(Entry { at: now, who: None, room: "government", subject, kind: "let_go", payload });
            tx.commit().await?;
        }
    }
    Ok(())
}
