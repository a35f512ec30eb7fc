//! What the room does by itself: tells platforms what waits, and forgets which requests were here.

use anyhow::Context;
use db::Entry;
use kernel::{TicketId, Timestamp};
use posting::{Head, LEASE, Lines, Try};
use serde_json::json;
use web::App;

use crate::Outlet;
use crate::rules::platform::State;
use crate::rules::settle::{Next, settle};
use crate::rules::{Platform, Return, Sending, Told, files, name, retention};
use crate::store::{platforms, returns, tickets};

/// Tells what waits, until nothing does.
pub async fn send(app: App, outlet: Outlet) -> anyhow::Result<()> {
    posting::serve(&ByTicket { app, outlet }).await
}

/// Each ticket has a line of its own.
pub(crate) struct ByTicket {
    pub app: App,
    pub outlet: Outlet,
}

impl Lines for ByTicket {
    type Id = TicketId;
    type Head = (Platform, Return);
    const IN_A_ROW: usize = 20;

    fn app(&self) -> &App {
        &self.app
    }

    async fn due(&self, now: Timestamp, most: usize) -> anyhow::Result<Vec<TicketId>> {
        tickets::due(&self.app.db, now, most).await
    }

    async fn claim(&self, id: TicketId, now: Timestamp, until: Timestamp) -> anyhow::Result<Option<i64>> {
        tickets::claim(&self.app.db, id, now, until).await
    }

    async fn head(&self, id: TicketId) -> anyhow::Result<Head<(Platform, Return)>> {
        let Some(kept) = tickets::read(&self.app.db, id).await? else { return Ok(Head::Shut) };
        let platform = platforms::read(&self.app.db, kept.ticket.platform).await?;
        let Some(platform) = platform.filter(|one| one.state == State::Active) else {
            return Ok(Head::Shut);
        };
        let next = returns::head(&self.app.db, id).await?.filter(|head| head.state == Sending::Waiting);
        Ok(next.map(|next| (platform, next)).into())
    }

    async fn tell(&self, (platform, next): &(Platform, Return)) -> anyhow::Result<Try> {
        let name = name(next.ticket, next.number);
        let body = match next.kind {
            Told::File => &files::with_content(&next.body, self.outlet.file(&next.body).await?.as_deref()),
            _ => &next.body,
        };
        Ok(self.outlet.post(&self.app, platform, &name, body).await)
    }

    async fn keep(
        &self,
        (platform, head): &(Platform, Return),
        tried: &Try,
        failures: i64,
    ) -> anyhow::Result<Option<Timestamp>> {
        keep(&self.app, platform, head, tried, failures).await
    }

    async fn recount(&self, id: TicketId) -> anyhow::Result<()> {
        let mut tx = self.app.db.begin().await?;
        tickets::recount(&mut tx, id, self.app.now()).await?;
        tx.commit().await
    }

    async fn release(&self, id: TicketId, until: Timestamp) -> anyhow::Result<()> {
        tickets::release(&self.app.db, id, until).await
    }
}

/// Keeps what came of a try; until when the line is in hand, none when no more may be sent now.
async fn keep(
    app: &App,
    platform: &Platform,
    head: &Return,
    tried: &Try,
    failures: i64,
) -> anyhow::Result<Option<Timestamp>> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let Some(kept) = tickets::one(&mut tx, head.ticket).await? else { return Ok(None) };
    let next = settle(&tried.outcome, failures, now);
    let state = match next {
        Next::Taken => Sending::Sent,
        Next::Again { .. } => Sending::Waiting,
        Next::Refused => Sending::Refused,
    };
    // Somebody has taken it out of the line, or another node was given it meanwhile.
    if !returns::tried(&mut tx, head, tried, state, now).await? {
        return Ok(None);
    }
    let error = tried.outcome.error();
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
