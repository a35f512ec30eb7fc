//! What the room does by itself: sends what waits, gives up what waited too long, forgets what is old.

use anyhow::Context;
use db::Entry;
use kernel::{Timestamp, WebhookId};
use posting::{Head, LEASE, Lines, Try};
use serde_json::json;
use web::App;

use crate::Outlet;
use crate::rules::{Delivery, KEEP, Next, State, Subscription, WAIT_MAX, settle};
use crate::store::{deliveries, subscriptions};

/// Sends what waits, until nothing does.
pub async fn send(app: App, outlet: Outlet) -> anyhow::Result<()> {
    posting::serve(&BySubscription { app, outlet }).await
}

/// Each subscription has a line of its own.
pub(crate) struct BySubscription {
    pub app: App,
    pub outlet: Outlet,
}

impl Lines for BySubscription {
    type Id = WebhookId;
    type Head = (Subscription, Delivery);
    const IN_A_ROW: usize = 100;

    fn app(&self) -> &App {
        &self.app
    }

    async fn due(&self, now: Timestamp, most: usize) -> anyhow::Result<Vec<WebhookId>> {
        subscriptions::due(&self.app.db, now, most).await
    }

    async fn claim(&self, id: WebhookId, now: Timestamp, until: Timestamp) -> anyhow::Result<Option<i64>> {
        subscriptions::claim(&self.app.db, id, now, until).await
    }

    async fn head(&self, id: WebhookId) -> anyhow::Result<Head<(Subscription, Delivery)>> {
        let to = subscriptions::read(&self.app.db, id).await?;
        let Some(to) = to.filter(|to| to.state == State::Active) else { return Ok(Head::Shut) };
        Ok(deliveries::head(&self.app.db, id).await?.map(|next| (to, next)).into())
    }

    async fn tell(&self, (to, next): &(Subscription, Delivery)) -> anyhow::Result<Try> {
        Ok(self.outlet.post(&self.app, to, &next.kind, &next.name(), &next.body).await)
    }

    async fn keep(
        &self,
        (to, head): &(Subscription, Delivery),
        tried: &Try,
        failures: i64,
    ) -> anyhow::Result<Option<Timestamp>> {
        keep(&self.app, to, head, tried, failures).await
    }

    async fn recount(&self, id: WebhookId) -> anyhow::Result<()> {
        subscriptions::recount(&self.app.db, id).await
    }

    async fn release(&self, id: WebhookId, until: Timestamp) -> anyhow::Result<()> {
        subscriptions::release(&self.app.db, id, until).await
    }
}

/// Keeps what came of a try; until when the line is in hand, none when no more may be sent now.
async fn keep(
    app: &App,
    to: &Subscription,
    head: &Delivery,
    tried: &Try,
    failures: i64,
) -> anyhow::Result<Option<Timestamp>> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    subscriptions::lock(&mut tx, to.id).await?;
    // Somebody has taken it out of the line, or another node was given it meanwhile.
    if !deliveries::tried(&mut tx, head, tried, now).await? {
        return Ok(None);
    }
    let error = tried.outcome.error();
    let next = match settle(&tried.outcome, failures, now) {
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
