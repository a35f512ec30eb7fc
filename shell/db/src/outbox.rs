//! Events: what one room tells the others, kept with the change and delivered after it.

use std::pin::Pin;
use std::sync::Arc;

use anyhow::Context;
use kernel::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sqlx::AnyConnection;
use sqlx::Row;

use crate::{Db, Kind, Text, Tx, from_rows};

/// Something that has happened in a room and that others may want to know.
pub trait Event: Serialize + DeserializeOwned {
    /// Room and past tense: `calls.ended`.
    const KIND: &'static str;
}

pub(crate) struct Pending {
    at: Timestamp,
    kind: &'static str,
    payload: String,
}

impl Pending {
    pub(crate) fn of<E: Event>(at: Timestamp, event: &E) -> anyhow::Result<Pending> {
        let payload =
            serde_json::to_string(event).with_context(|| format!("writing the event {}", E::KIND))?;
        Ok(Pending { at, kind: E::KIND, payload })
    }
}

/// An event as it is delivered.
#[derive(Clone, Debug)]
pub struct Emitted {
    /// Without gaps, in order of commit.
    pub id: i64,
    pub at: Timestamp,
    pub kind: String,
    pub(crate) payload: String,
}

impl Emitted {
    /// The event itself, if it is of this kind.
    pub fn is<E: Event>(&self) -> anyhow::Result<Option<E>> {
        if self.kind != E::KIND {
            return Ok(None);
        }
        serde_json::from_str(&self.payload)
            .map(Some)
            .with_context(|| format!("reading the event {}", E::KIND))
    }
}

/// Those of one kind, read.
pub fn only<E: Event>(events: &[Emitted]) -> anyhow::Result<Vec<(&Emitted, E)>> {
    let read = |event| Emitted::is::<E>(event).map(|is| is.map(|is| (event, is))).transpose();
    events.iter().filter_map(read).collect()
}

/// What is new for a follower.
#[derive(Debug)]
pub struct News {
    /// Those it wants.
    pub events: Vec<Emitted>,
    /// How many there are with those it does not want.
    pub passed: usize,
    /// The place behind all of them.
    pub last: i64,
    /// There are more than a follower is given at a time.
    pub more: bool,
}

impl News {
    fn since(last: i64) -> News {
        News { events: Vec::new(), passed: 0, last, more: false }
    }

    fn hear(&mut self, page: Vec<Emitted>, kinds: &[&str]) {
        self.passed += page.len();
        self.last = page.last().map_or(self.last, |event| self.last.max(event.id));
        self.events.extend(page.into_iter().filter(|event| kinds.contains(&event.kind.as_str())));
    }
}

type Handling<'a> = Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send + 'a>>;
type Handle = dyn for<'a> Fn(&'a mut Tx, &'a [Emitted]) -> Handling<'a> + Send + Sync;

/// Who wants to hear of what. What the handler writes with its `Tx` and the note that it has heard are one transaction, which
/// several events share: written once, however often the centre is killed. What it does outside the database may happen
/// again, and what it reads there does not show what the events just before have changed: it reads with its `Tx`.
#[derive(Clone)]
pub struct Subscription {
    /// Never changed once in use: `floor.counts_calls`.
    pub name: &'static str,
    pub kinds: &'static [&'static str],
    /// So many are handled in one transaction.
    pub(crate) together: usize,
    pub(crate) handle: Arc<Handle>,
}

impl Subscription {
    /// Hears of one event after the other.
    pub fn new<F>(name: &'static str, kinds: &'static [&'static str], handle: F) -> Self
    where
        F: for<'a> Fn(&'a mut Tx, &'a Emitted) -> Handling<'a> + Send + Sync + 'static,
    {
        let handle = Arc::new(handle);
        let each = Subscription::together(name, kinds, move |tx, events| {
            let handle = handle.clone();
            Box::pin(async move {
                for event in events {
                    handle(&mut *tx, event).await?;
                }
                Ok(())
            })
        });
        Subscription { together: ONE_BY_ONE, ..each }
    }

    /// Hears of all that came together, in their order: a storm's thousand orders then cost a few statements, not thousands.
    pub fn together<F>(name: &'static str, kinds: &'static [&'static str], handle: F) -> Self
    where
        F: for<'a> Fn(&'a mut Tx, &'a [Emitted]) -> Handling<'a> + Send + Sync + 'static,
    {
        Subscription { name, kinds, together: PAGE, handle: Arc::new(handle) }
    }
}

const HEAD: &str = "UPDATE db_head SET outbox = outbox + $1 WHERE id = 1 RETURNING outbox";
const APPEND: Text = from_rows!(
    "INSERT INTO db_outbox (id, at, kind, payload) SELECT CAST(value ->> 0 AS BIGINT), CAST(value ->> 1 AS BIGINT), \
     value ->> 2, value ->> 3 FROM ",
    ""
);

pub(crate) async fn append(
    connection: &mut AnyConnection,
    db: Kind,
    events: &[Pending],
) -> anyhow::Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let count = events.len() as i64;
    let head = sqlx::query(HEAD).bind(count).fetch_one(&mut *connection).await.context("numbering events")?;
    let first = head.try_get::<i64, _>("outbox")? - count + 1;
    let row = |(id, event): (i64, &Pending)| json!([id, event.at.as_micros(), event.kind, event.payload]);
    let rows: Value = (first..).zip(events).map(row).collect();
    sqlx::query(APPEND.of(db)).bind(rows.to_string()).execute(&mut *connection).await.with_context(|| {
        format!("keeping the events {:?}", events.iter().map(|event| event.kind).collect::<Vec<_>>())
    })?;
    Ok(())
}

/// A new subscriber hears what comes from now on.
pub(crate) const JOIN: &str = "INSERT INTO db_outbox_reader (name, heard, failures) \
     SELECT $1, outbox, 0 FROM db_head WHERE id = 1 ON CONFLICT (name) DO NOTHING";
/// Where a subscriber or a follower is.
pub(crate) const PLACE: &str = "SELECT heard FROM db_outbox_reader WHERE name = $1";
pub(crate) const HEARD: &str = "UPDATE db_outbox_reader SET heard = $1, failures = 0 WHERE name = $2";
const END: &str = "SELECT outbox FROM db_head WHERE id = 1";
const NEXT: &str = "SELECT id, at, kind, payload FROM db_outbox WHERE id > $1 ORDER BY id LIMIT 100";
/// What [`NEXT`] reads.
pub(crate) const PAGE: usize = 100;
/// A follower is given no more at a time. An index is kept once for many: each keeping has a price of its own.
const FOLLOWED: usize = 50 * PAGE;
/// Enough to share a flush; nobody else waits long to write.
const ONE_BY_ONE: usize = 32;
const PRUNE: &str = "DELETE FROM db_outbox WHERE id <= (SELECT MIN(heard) FROM db_outbox_reader)";

impl Db {
    /// The number of the last event.
    pub(crate) async fn outbox_end(&self) -> anyhow::Result<i64> {
        let end = sqlx::query(END).fetch_one(self.read()).await.context("where the events end")?;
        Ok(end.try_get("outbox")?)
    }

    /// A page of events behind this one.
    pub(crate) async fn events_after(&self, after: i64) -> anyhow::Result<Vec<Emitted>> {
        let rows = sqlx::query(NEXT).bind(after).fetch_all(self.read()).await;
        rows.context("reading events")?.iter().map(emitted_of).collect()
    }

    /// What is new for a follower, as much as is worth keeping together. It works outside the database (an index, a cache)
    /// and says itself with [`Db::followed`] what it has kept; until then nothing it has not heard is forgotten. None when it
    /// is not known.
    pub async fn follow(&self, name: &str, kinds: &[&str]) -> anyhow::Result<Option<News>> {
        let place =
            sqlx::query(PLACE).bind(name).fetch_optional(self.read()).await.context("a follower's place")?;
        let Some(place) = place else { return Ok(None) };
        let mut news = News::since(place.try_get("heard")?);
        news.more = true;
        while news.more && news.passed < FOLLOWED {
            let page = self.events_after(news.last).await?;
            news.more = page.len() == PAGE;
            news.hear(page, kinds);
        }
        Ok(Some(news))
    }

    /// What is new behind a place, for who keeps nothing and only wants to know what changed just now; `i64::MAX` leads to the
    /// end. `last` is always the end: where it is further on than `passed` tells, some are gone, or there were too many.
    pub async fn glance(&self, after: i64, kinds: &[&str]) -> anyhow::Result<News> {
        let end = self.outbox_end().await?;
        let mut news = News::since(end);
        if after < end {
            news.hear(self.events_after(after).await?, kinds);
        }
        Ok(news)
    }

    /// The follower has kept what it made of all events up to this one.
    pub async fn followed(&self, name: &str, up_to: i64) -> anyhow::Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query(HEARD)
            .bind(up_to)
            .bind(name)
            .execute(&mut *tx)
            .await
            .context("keeping a follower's place")?;
        tx.commit().await
    }

    /// A new follower takes the place of the old ones whose names begin with `family`: it hears what comes from now on.
    pub async fn new_follower(&self, family: &str, name: &str) -> anyhow::Result<()> {
        const GONE: &str = "DELETE FROM db_outbox_reader WHERE name >= $1 AND name < $2";
        let mut tx = self.begin().await?;
        let end = format!("{family}\u{7f}");
        sqlx::query(GONE).bind(family).bind(end).execute(&mut *tx).await.context("dismissing followers")?;
        sqlx::query(JOIN).bind(name).execute(&mut *tx).await.context("a new follower")?;
        tx.commit().await
    }

    /// Forgets events that every subscriber has heard; returns how many.
    pub async fn prune_outbox(&self) -> anyhow::Result<u64> {
        let mut tx = self.begin().await?;
        let gone = sqlx::query(PRUNE).execute(&mut *tx).await.context("pruning events")?.rows_affected();
        tx.commit().await?;
        Ok(gone)
    }
}

fn emitted_of(row: &crate::Row) -> anyhow::Result<Emitted> {
    Ok(Emitted {
        id: row.try_get("id")?,
        at: Timestamp::from_micros(row.try_get("at")?),
        kind: row.try_get("kind")?,
        payload: row.try_get("payload")?,
    })
}
