//! One change: its rows, its journal and its events, all or nothing.

use std::ops::{Deref, DerefMut};

use anyhow::Context;
use kernel::Timestamp;
use sqlx::AnyConnection;
use sqlx::{Any, Row, Transaction};

use crate::Db;
use crate::held::Held;
use crate::journal::{self, Entry};
use crate::outbox::{self, Event};

/// A change that is not yet kept. Dropped without [`Tx::commit`] it never happened.
///
/// It is the connection itself: `sqlx::query(SQL).execute(&mut *tx)`.
pub struct Tx {
    inner: Transaction<'static, Any>,
    db: Db,
    journal: Vec<Entry>,
    events: Vec<outbox::Pending>,
    /// The last of the fields: it is over when the connection has been given back.
    held: Held,
}

impl Tx {
    pub(crate) fn new(inner: Transaction<'static, Any>, db: Db, held: Held) -> Self {
        Tx { inner, db, journal: Vec::new(), events: Vec::new(), held }
    }

    pub fn db(&self) -> &Db {
        &self.db
    }

    /// One more line of the journal, written at commit.
    pub fn journal(&mut self, entry: Entry) {
        self.journal.push(entry);
    }

    /// An event for whoever listens, written at commit and delivered after it, at least once.
    pub fn emit<E: Event>(&mut self, at: Timestamp, event: &E) -> anyhow::Result<()> {
        self.events.push(outbox::Pending::of(at, event)?);
        Ok(())
    }

    /// The next number that people read aloud, counted per day: `20260105-0417`. `day` is the local date as
    /// `20260105`; a number is used up only if the change commits.
    pub async fn next_number(&mut self, room: &'static str, day: &str) -> anyhow::Result<String> {
        Ok(format!("{day}-{:04}", self.last_number(room, day, 1).await?))
    }

    /// The next so many of them, the lowest first.
    pub async fn next_numbers(
        &mut self,
        room: &'static str,
        day: &str,
        count: i64,
    ) -> anyhow::Result<Vec<String>> {
        let last = if count > 0 { self.last_number(room, day, count).await? } else { 0 };
        Ok((last - count + 1..=last).map(|number| format!("{day}-{number:04}")).collect())
    }

    async fn last_number(&mut self, room: &'static str, day: &str, count: i64) -> anyhow::Result<i64> {
        const NEXT: &str = "INSERT INTO db_number (room, day, last) VALUES ($1, $2, $3) \
             ON CONFLICT (room, day) DO UPDATE SET last = db_number.last + $3 RETURNING last";
        let next = sqlx::query(NEXT).bind(room).bind(day).bind(count).fetch_one(&mut **self).await;
        Ok(next.with_context(|| format!("the next number of {room}"))?.try_get("last")?)
    }

    /// Keeps the change, its journal and its events.
    pub async fn commit(mut self) -> anyhow::Result<()> {
        let entries = std::mem::take(&mut self.journal);
        let events = std::mem::take(&mut self.events);
        // Both are numbered without gaps under one lock, taken last so that it is held only for these few rows.
        // That makes the order of numbers the order of commits, on which the hash chain and the readers of events rely.
        if !entries.is_empty() || !events.is_empty() {
            let kind = self.db.kind();
            journal::append(&mut self.inner, kind, &entries).await?;
            outbox::append(&mut self.inner, kind, &events).await?;
        }
        self.held.committing();
        self.inner.commit().await.context("keeping a change")?;
        if !events.is_empty() {
            self.db.emitted.notify_waiters();
        }
        Ok(())
    }

    /// Undoes the change now rather than when dropped.
    pub async fn rollback(self) -> anyhow::Result<()> {
        self.inner.rollback().await.context("undoing a change")
    }
}

impl Deref for Tx {
    type Target = AnyConnection;
    fn deref(&self) -> &AnyConnection {
        &self.inner
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }
}
