//! Events on their way to whoever subscribed: each subscriber at its own place, all of them reading the same pages.

use std::time::Duration;

use anyhow::Context;
use sqlx::Row;

use crate::Db;
use crate::outbox::{Emitted, HEARD, JOIN, PAGE, PLACE, Subscription};

/// Locks the reader on PostgreSQL, so that two nodes do not both deliver.
const CLAIM: &str = "UPDATE db_outbox_reader SET failures = failures WHERE name = $1 RETURNING heard";
const FAILED: &str = "UPDATE db_outbox_reader SET failures = failures + 1 WHERE name = $1 RETURNING failures";
const PARK: &str = "INSERT INTO db_outbox_parked (name, event, at, kind, payload, why) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (name, event) DO NOTHING";

/// After this many failures an event is put aside for this subscriber, with the reason, and the next is delivered:
/// one bad event must not stop all that follow.
const ATTEMPTS_MAX: i64 = 8;
/// A subscriber that passes by so many events without wanting one has its place written down.
const PASSED_BY: i64 = 1_000;
/// Rounds that a subscriber sits out after a failure.
const SAT_OUT: u32 = 2;

/// A subscriber as this process knows it.
struct Reader<'a> {
    of: &'a Subscription,
    /// Its place as it is kept; unknown at first.
    heard: Option<i64>,
    /// Up to here there was nothing that it wants.
    passed: i64,
    sits_out: u32,
}

impl<'a> Reader<'a> {
    fn new(of: &'a Subscription) -> Reader<'a> {
        Reader { of, heard: None, passed: 0, sits_out: 0 }
    }
}

/// The events read last. Nearly always all subscribers are at the same place.
#[derive(Default)]
struct Page {
    after: i64,
    events: Vec<Emitted>,
}

impl Page {
    /// The events behind a place, read if they are not here. None only where there are none.
    async fn behind(&mut self, db: &Db, after: i64) -> anyhow::Result<&[Emitted]> {
        let here = self.after <= after && self.events.last().is_some_and(|last| after < last.id);
        if !here {
            self.events = db.events_after(after).await?;
            self.after = after;
        }
        let from = self.events.partition_point(|event| event.id <= after);
        Ok(self.events.get(from..).unwrap_or_default())
    }
}

impl Db {
    /// Delivers events to these subscribers until dropped. One task per process; at start it takes up where the last
    /// one stopped.
    pub async fn deliver(&self, subscriptions: &[Subscription]) -> anyhow::Result<()> {
        self.join(subscriptions).await?;
        let mut readers: Vec<Reader<'_>> = subscriptions.iter().map(Reader::new).collect();
        loop {
            let emitted = self.emitted.notified();
            tokio::pin!(emitted);
            emitted.as_mut().enable();
            for reader in &mut readers {
                reader.sits_out = reader.sits_out.saturating_sub(1);
            }
            if let Err(error) = self.deliver_round(&mut readers).await {
                tracing::warn!("events cannot be read: {error:#}");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            // Other nodes' events do not ring our bell, so look once a second as well.
            let _ = tokio::time::timeout(Duration::from_secs(1), emitted).await;
        }
    }

    /// Delivers everything that waits, once; for tests and for an orderly stop.
    pub async fn deliver_pending(&self, subscriptions: &[Subscription]) -> anyhow::Result<()> {
        self.join(subscriptions).await?;
        let end = self.outbox_end().await?;
        let mut page = Page::default();
        for subscription in subscriptions {
            let mut reader = Reader::new(subscription);
            while self.deliver_page(&mut reader, end, &mut page).await? {}
        }
        Ok(())
    }

    /// Begins listening, so that nothing emitted from here on is missed.
    pub async fn join(&self, subscriptions: &[Subscription]) -> anyhow::Result<()> {
        let mut tx = self.begin().await?;
        for subscription in subscriptions {
            sqlx::query(JOIN).bind(subscription.name).execute(&mut *tx).await.context("subscribing")?;
        }
        tx.commit().await
    }

    /// To all of them what is there now, page by page, so that they stay together.
    async fn deliver_round(&self, readers: &mut [Reader<'_>]) -> anyhow::Result<()> {
        let end = self.outbox_end().await?;
        let mut page = Page::default();
        loop {
            let mut more = false;
            for reader in readers.iter_mut().filter(|reader| reader.sits_out == 0) {
                match self.deliver_page(reader, end, &mut page).await {
                    Ok(went_on) => more |= went_on,
                    Err(error) => {
                        tracing::warn!(subscriber = reader.of.name, "an event was not handled: {error:#}");
                        reader.sits_out = SAT_OUT + 1;
                        // It may have been put aside.
                        reader.heard = None;
                    }
                }
            }
            if !more {
                return Ok(());
            }
        }
    }

    /// To one of them the next page, as far as `end`; false when there is nothing more.
    async fn deliver_page(&self, reader: &mut Reader<'_>, end: i64, page: &mut Page) -> anyhow::Result<bool> {
        let name = reader.of.name;
        let begun = match reader.heard {
            Some(heard) => heard,
            None => {
                let row = sqlx::query(PLACE).bind(name).fetch_one(self.read()).await;
                row.with_context(|| format!("where {name} is"))?.try_get("heard")?
            }
        };
        reader.heard = Some(begun);
        let start = begun.max(reader.passed);
        if start >= end {
            return Ok(false);
        }
        let events = page.behind(self, start).await?;
        let Some(until) = events.last().map(|event| event.id) else { return Ok(false) };
        let wants = |event: &&Emitted| reader.of.kinds.contains(&event.kind.as_str());
        let wanted: Vec<Emitted> = events.iter().filter(wants).cloned().collect();
        let (mut rest, mut most) = (wanted.as_slice(), reader.of.together.min(PAGE));
        loop {
            let some = rest.get(..most.min(rest.len())).unwrap_or_default();
            let behind = rest.get(some.len()..).unwrap_or_default();
            // With its last events a subscriber has passed by the rest of the page.
            let last = match some.last() {
                Some(event) if !behind.is_empty() => event.id,
                _ => until,
            };
            let heard = reader.heard.unwrap_or(begun);
            if some.is_empty() && last - heard < PASSED_BY {
                reader.passed = last;
                return Ok(true);
            }
            let mut tx = self.begin().await?;
            let claim = sqlx::query(CLAIM).bind(name).fetch_one(&mut *tx).await;
            let at: i64 = claim.with_context(|| format!("the place of {name}"))?.try_get("heard")?;
            if at != heard {
                // Another node has delivered meanwhile.
                reader.heard = Some(at);
                return Ok(true);
            }
            if !some.is_empty()
                && let Err(error) = (reader.of.handle)(&mut tx, some).await
            {
                tx.rollback().await?;
                if let [event] = some {
                    self.note_failure(name, event, &error).await?;
                    return Err(error.context(format!("handling {} ({})", event.kind, event.id)));
                }
                // One of them it is: fewer together, until it stands alone.
                most = some.len() / 2;
                continue;
            }
            sqlx::query(HEARD).bind(last).bind(name).execute(&mut *tx).await?;
            tx.commit().await?;
            reader.heard = Some(last);
            if behind.is_empty() {
                return Ok(true);
            }
            rest = behind;
        }
    }

    async fn note_failure(&self, name: &str, event: &Emitted, error: &anyhow::Error) -> anyhow::Result<()> {
        let mut tx = self.begin().await?;
        let row = sqlx::query(FAILED).bind(name).fetch_one(&mut *tx).await?;
        if row.try_get::<i64, _>("failures")? >= ATTEMPTS_MAX {
            tracing::error!(subscriber = name, event = event.id, "an event is put aside: {error:#}");
            sqlx::query(PARK)
                .bind(name)
                .bind(event.id)
                .bind(event.at.as_micros())
                .bind(event.kind.as_str())
                .bind(event.payload.as_str())
                .bind(format!("{error:#}"))
                .execute(&mut *tx)
                .await?;
            sqlx::query(HEARD).bind(event.id).bind(name).execute(&mut *tx).await?;
        }
        tx.commit().await
    }
}
