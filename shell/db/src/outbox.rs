//! Events: what one room tells the others, kept with the change and delivered after it.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

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
    payload: String,
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

/// What is new for a follower.
#[derive(Debug)]
pub struct News {
    /// Those it wants.
    pub events: Vec<Emitted>,
    /// How many there are with those it does not want.
    pub passed: usize,
    /// The place behind all of them.
    pub last: i64,
}

type Handling<'a> = Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send + 'a>>;
type Handle = dyn for<'a> Fn(&'a mut Tx, &'a Emitted) -> Handling<'a> + Send + Sync;

/// Who wants to hear of what. What the handler writes with its `Tx` and the note that it has heard are one transaction, which
/// several events may share: written once, however often the centre is killed. What it does outside the database may happen
/// again, and what it reads there does not show what the events just before have changed: it reads with its `Tx`.
#[derive(Clone)]
pub struct Subscription {
    /// Never changed once in use: `floor.counts_calls`.
    pub name: &'static str,
    pub kinds: &'static [&'static str],
    pub handle: Arc<Handle>,
}

impl Subscription {
    pub fn new<F>(name: &'static str, kinds: &'static [&'static str], handle: F) -> Self
    where
        F: for<'a> Fn(&'a mut Tx, &'a Emitted) -> Handling<'a> + Send + Sync + 'static,
    {
        Subscription { name, kinds, handle: Arc::new(handle) }
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
const JOIN: &str = "INSERT INTO db_outbox_reader (name, heard, failures) \
     SELECT $1, outbox, 0 FROM db_head WHERE id = 1 ON CONFLICT (name) DO NOTHING";
const NEXT: &str = "SELECT id, at, kind, payload FROM db_outbox WHERE id > $1 ORDER BY id LIMIT 100";
/// Locks the reader on PostgreSQL, so that two nodes do not both deliver.
const CLAIM: &str =
    "UPDATE db_outbox_reader SET failures = failures WHERE name = $1 RETURNING heard, failures";
/// How far each has heard, and the same for many at once.
const PLACES: &str = "SELECT name, heard FROM db_outbox_reader ORDER BY name LIMIT 1000";
const PASSED: Text = Text {
    sqlite: "UPDATE db_outbox_reader SET heard = $2, failures = 0 WHERE heard < $2 \
             AND name IN (SELECT value FROM json_each($1))",
    postgres: "UPDATE db_outbox_reader SET heard = $2, failures = 0 WHERE heard < $2 \
               AND name IN (SELECT value FROM json_array_elements_text(CAST($1 AS json)))",
};
const HEARD: &str = "UPDATE db_outbox_reader SET heard = $1, failures = 0 WHERE name = $2";
const FAILED: &str = "UPDATE db_outbox_reader SET failures = failures + 1 WHERE name = $1 RETURNING failures";
const PARK: &str = "INSERT INTO db_outbox_parked (name, event, at, kind, payload, why) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (name, event) DO NOTHING";
const PRUNE: &str = "DELETE FROM db_outbox WHERE id <= (SELECT MIN(heard) FROM db_outbox_reader)";

/// For whom there is something new.
struct Concerned<'a> {
    all: Vec<&'a Subscription>,
    /// There is more behind it.
    more: bool,
}

/// As many as [`NEXT`] reads.
const READ_MAX: usize = 100;
/// So many are handled in one transaction: a storm's events share their flushes, and nobody else waits long to write.
const TOGETHER: usize = 32;
/// After this many failures an event is put aside for this subscriber, with the reason, and the next is delivered:
/// one bad event must not stop all that follow.
const ATTEMPTS_MAX: i64 = 8;

impl Db {
    /// Delivers events to these subscribers until dropped. One task per process; at start it takes up where the last
    /// one stopped.
    pub async fn deliver(&self, subscriptions: &[Subscription]) -> anyhow::Result<()> {
        self.join(subscriptions).await?;
        let mut retry_after: BTreeMap<&'static str, u32> = BTreeMap::new();
        loop {
            let emitted = self.emitted.notified();
            tokio::pin!(emitted);
            emitted.as_mut().enable();
            let mut ready = Vec::new();
            for subscription in subscriptions {
                let wait = retry_after.entry(subscription.name).or_default();
                if *wait == 0 {
                    ready.push(subscription);
                } else {
                    *wait -= 1;
                }
            }
            let Concerned { all, more } = self.concerned(&ready).await?;
            for subscription in all {
                if let Err(error) = self.deliver_to(subscription).await {
                    tracing::warn!(subscriber = subscription.name, "an event was not handled: {error:#}");
                    retry_after.insert(subscription.name, 2);
                }
            }
            if more {
                continue;
            }
            // Other nodes' events do not ring our bell, so look once a second as well.
            let _ = tokio::time::timeout(Duration::from_secs(1), emitted).await;
        }
    }

    /// Delivers everything that waits, once; for tests and for an orderly stop.
    pub async fn deliver_pending(&self, subscriptions: &[Subscription]) -> anyhow::Result<()> {
        self.join(subscriptions).await?;
        for subscription in subscriptions {
            self.deliver_to(subscription).await?;
        }
        Ok(())
    }

    /// Those for whom there is something. All others are led past what is new together: each event concerns a few of many,
    /// and a change of its own for each of the rest would keep everybody else from writing.
    async fn concerned<'a>(&self, subscriptions: &[&'a Subscription]) -> anyhow::Result<Concerned<'a>> {
        let mut concerned = Concerned { all: Vec::new(), more: false };
        let rows = sqlx::query(PLACES).fetch_all(self.read()).await.context("how far events were heard")?;
        let mut heard: BTreeMap<String, i64> = BTreeMap::new();
        for row in &rows {
            heard.insert(row.try_get("name")?, row.try_get("heard")?);
        }
        let placed: Vec<(&'a Subscription, i64)> =
            subscriptions.iter().filter_map(|one| Some((*one, *heard.get(one.name)?))).collect();
        let Some(first) = placed.iter().map(|(_, at)| *at).min() else { return Ok(concerned) };
        let rows = sqlx::query(NEXT).bind(first).fetch_all(self.read()).await.context("reading events")?;
        let news = rows.iter().map(emitted_of).collect::<anyhow::Result<Vec<_>>>()?;
        let Some(last) = news.last().map(|event| event.id) else { return Ok(concerned) };
        concerned.more = news.len() >= READ_MAX;
        let mut passing = Vec::new();
        for (subscription, at) in placed.into_iter().filter(|(_, at)| *at < last) {
            let wanted = |event: &Emitted| event.id > at && subscription.kinds.contains(&event.kind.as_str());
            if news.iter().any(wanted) {
                concerned.all.push(subscription);
            } else {
                passing.push(subscription.name);
            }
        }
        if !passing.is_empty() {
            let mut tx = self.begin().await?;
            let pass = sqlx::query(PASSED.of(self.kind())).bind(serde_json::to_string(&passing)?).bind(last);
            pass.execute(&mut *tx).await.context("passing events over")?;
            tx.commit().await?;
        }
        Ok(concerned)
    }

    /// Begins listening, so that nothing emitted from here on is missed.
    pub async fn join(&self, subscriptions: &[Subscription]) -> anyhow::Result<()> {
        let mut tx = self.begin().await?;
        for subscription in subscriptions {
            sqlx::query(JOIN).bind(subscription.name).execute(&mut *tx).await.context("subscribing")?;
        }
        tx.commit().await
    }

    async fn deliver_to(&self, subscription: &Subscription) -> anyhow::Result<()> {
        let mut most = TOGETHER;
        loop {
            let mut tx = self.begin().await?;
            let claim = sqlx::query(CLAIM).bind(subscription.name).fetch_one(&mut *tx).await?;
            let heard: i64 = claim.try_get("heard")?;
            let rows = sqlx::query(NEXT).bind(heard).fetch_all(&mut *tx).await.context("reading events")?;
            let (mut last, mut handled, mut failed) = (heard, 0, None);
            for row in &rows {
                let event = emitted_of(row)?;
                if subscription.kinds.contains(&event.kind.as_str()) {
                    if let Err(error) = (subscription.handle)(&mut tx, &event).await {
                        failed = Some((event, error));
                        break;
                    }
                    handled += 1;
                }
                last = event.id;
                if handled == most {
                    break;
                }
            }
            match failed {
                // Those before it are handled again without it; then it is the first.
                Some(_) if handled > 0 => {
                    tx.rollback().await?;
                    most = handled;
                }
                Some((event, error)) => {
                    tx.rollback().await?;
                    self.note_failure(subscription.name, &event, &error).await?;
                    return Err(error.context(format!("handling {} ({})", event.kind, event.id)));
                }
                None if last == heard => return Ok(()),
                None => {
                    sqlx::query(HEARD).bind(last).bind(subscription.name).execute(&mut *tx).await?;
                    tx.commit().await?;
                    most = TOGETHER;
                }
            }
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

    /// What is new for a follower. It works outside the database (an index, a cache) and says itself with
    /// [`Db::followed`] what it has kept; until then nothing it has not heard is forgotten. None when it is not known.
    pub async fn follow(&self, name: &str, kinds: &[&str]) -> anyhow::Result<Option<News>> {
        const PLACE: &str = "SELECT heard FROM db_outbox_reader WHERE name = $1";
        let place =
            sqlx::query(PLACE).bind(name).fetch_optional(self.read()).await.context("a follower's place")?;
        let Some(place) = place else { return Ok(None) };
        let mut news = News { events: Vec::new(), passed: 0, last: place.try_get("heard")? };
        for row in sqlx::query(NEXT).bind(news.last).fetch_all(self.read()).await.context("reading events")? {
            let event = emitted_of(&row)?;
            news.last = event.id;
            news.passed += 1;
            if kinds.contains(&event.kind.as_str()) {
                news.events.push(event);
            }
        }
        Ok(Some(news))
    }

    /// What is new behind a place, for who keeps nothing and only wants to know what changed just now; `i64::MAX` leads to the
    /// end. `last` is always the end: where it is further on than `passed` tells, some are gone, or there were too many.
    pub async fn glance(&self, after: i64, kinds: &[&str]) -> anyhow::Result<News> {
        const END: &str = "SELECT outbox FROM db_head WHERE id = 1";
        let end = sqlx::query(END).fetch_one(self.read()).await.context("where the events end")?;
        let end: i64 = end.try_get("outbox")?;
        let mut news = News { events: Vec::new(), passed: 0, last: end };
        if after >= end {
            return Ok(news);
        }
        for row in sqlx::query(NEXT).bind(after).fetch_all(self.read()).await.context("reading events")? {
            let event = emitted_of(&row)?;
            news.last = end.max(event.id);
            news.passed += 1;
            if kinds.contains(&event.kind.as_str()) {
                news.events.push(event);
            }
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
