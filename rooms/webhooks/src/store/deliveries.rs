//! Deliveries: kept when an event is heard, sent from the head of the line, kept for a month afterwards.

use anyhow::Context;
use db::{Db, Row, Tx};
use kernel::{Timestamp, WebhookId};
use posting::Try;
use serde_json::{Value, json};
use sqlx::Row as _;

use crate::rules::{Delivery, Stage, TEST, name};

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT subscription, number, place, kind, body, state, attempts, created_at, tried_at, status, took_ms, \
             error FROM webhooks_delivery ",
            $rest
        )
    };
}

const HEAD: &str = columns!("WHERE subscription = $1 AND state = 'waiting' ORDER BY place LIMIT 1");
const ONE: &str = columns!("WHERE subscription = $1 AND number = $2");
const LATEST: &str = columns!("WHERE subscription = $1 AND number < $2 ORDER BY number DESC LIMIT $3");
const LATEST_IN: &str =
    columns!("WHERE subscription = $1 AND state = $4 AND number < $2 ORDER BY number DESC LIMIT $3");
const ADD: db::Text = db::from_rows!(
    "INSERT INTO webhooks_delivery (subscription, number, place, kind, body, state, attempts, created_at, queued_at, \
     error) SELECT CAST(value ->> 0 AS BIGINT), CAST(value ->> 1 AS BIGINT), CAST(value ->> 2 AS BIGINT), value ->> 3, \
     value ->> 4, 'waiting', 0, CAST(value ->> 5 AS BIGINT), CAST(value ->> 5 AS BIGINT), '' FROM ",
    ""
);
const ADD_TRIED: &str = "INSERT INTO webhooks_delivery (subscription, number, place, kind, body, state, attempts, \
     created_at, queued_at, tried_at, status, took_ms, error) VALUES ($1, $2, 0, $3, $4, $5, 1, $6, $6, $6, $7, $8, $9)";
const TRIED: &str = "UPDATE webhooks_delivery SET state = $1, attempts = attempts + 1, tried_at = $2, status = $3, \
     took_ms = $4, error = $5 WHERE subscription = $6 AND number = $7 AND place = $8 AND state = 'waiting' \
     AND attempts = $9";
const SKIP: &str = "UPDATE webhooks_delivery SET state = 'skipped' WHERE subscription = $1 AND number = $2 \
     AND state = 'waiting'";
const SKIP_ALL: &str =
    "UPDATE webhooks_delivery SET state = 'skipped' WHERE subscription = $1 AND state = 'waiting'";
const SPAN: &str = "SELECT CAST(COUNT(*) AS BIGINT) AS n, MIN(number) AS first, MAX(number) AS last \
     FROM webhooks_delivery WHERE subscription = $1 AND created_at >= $2 AND created_at < $3 AND state <> 'waiting' \
     AND kind <> $4";
const AGAIN: &str = "UPDATE webhooks_delivery SET state = 'waiting', place = $1 + number, attempts = 0, queued_at = $2 \
     WHERE subscription = $3 AND number >= $4 AND number <= $5 AND created_at >= $6 AND created_at < $7 \
     AND state <> 'waiting' AND kind <> $8";
const AGAIN_ONE: &str = "UPDATE webhooks_delivery SET state = 'waiting', place = $1, attempts = 0, queued_at = $2 \
     WHERE subscription = $3 AND number = $4 AND state <> 'waiting'";
const EXPIRE: &str = "UPDATE webhooks_delivery SET state = 'expired' WHERE subscription = $1 AND state = 'waiting' \
     AND queued_at < $2";
const FORGET: &str = "DELETE FROM webhooks_delivery WHERE (subscription, number) IN (SELECT subscription, number FROM \
     webhooks_delivery WHERE created_at < $1 AND state <> 'waiting' LIMIT 1000)";

fn delivery(row: &Row) -> anyhow::Result<Delivery> {
    let state: String = row.try_get("state")?;
    let tried: Option<i64> = row.try_get("tried_at")?;
    Ok(Delivery {
        subscription: WebhookId(row.try_get("subscription")?),
        number: row.try_get("number")?,
        place: row.try_get("place")?,
        kind: row.try_get("kind")?,
        body: row.try_get("body")?,
        stage: Stage::of(&state).with_context(|| format!("the state {state}"))?,
        attempts: row.try_get("attempts")?,
        created_at: Timestamp::from_micros(row.try_get("created_at")?),
        tried_at: tried.map(Timestamp::from_micros),
        status: row.try_get("status")?,
        took_ms: row.try_get("took_ms")?,
        error: row.try_get("error")?,
    })
}

/// One for each of these lines: subscription, number and place.
pub async fn add(
    tx: &mut Tx,
    lines: &[(WebhookId, i64, i64)],
    kind: &str,
    at: Timestamp,
    body: impl Fn(&str) -> String,
) -> anyhow::Result<()> {
    let row = |(id, number, place): &(WebhookId, i64, i64)| {
        json!([id.get(), number, place, kind, body(&name(*id, *number)), at.as_micros()])
    };
    let rows: Value = lines.iter().map(row).collect();
    let add = sqlx::query(ADD.of(tx.db().kind())).bind(rows.to_string());
    add.execute(&mut **tx).await.context("keeping deliveries")?;
    Ok(())
}

/// A trial, with what came of it.
pub async fn add_tried(tx: &mut Tx, one: &Delivery) -> anyhow::Result<()> {
    let add = sqlx::query(ADD_TRIED)
        .bind(one.subscription.get())
        .bind(one.number)
        .bind(&one.kind)
        .bind(&one.body)
        .bind(one.stage.as_str())
        .bind(one.created_at.as_micros())
        .bind(one.status)
        .bind(one.took_ms)
        .bind(&one.error);
    add.execute(&mut **tx).await.context("keeping a trial")?;
    Ok(())
}

/// The head of the line.
pub async fn head(db: &Db, id: WebhookId) -> anyhow::Result<Option<Delivery>> {
    let row = sqlx::query(HEAD).bind(id.get()).fetch_optional(db.read()).await;
    row.with_context(|| format!("the head of the line of {id}"))?.as_ref().map(delivery).transpose()
}

pub async fn one(tx: &mut Tx, id: WebhookId, number: i64) -> anyhow::Result<Option<Delivery>> {
    let row = sqlx::query(ONE).bind(id.get()).bind(number).fetch_optional(&mut **tx).await;
    row.with_context(|| format!("reading {id}-{number}"))?.as_ref().map(delivery).transpose()
}

/// Newest first, before a number.
pub async fn latest(
    db: &Db,
    id: WebhookId,
    stage: Option<Stage>,
    before: Option<i64>,
    limit: i64,
) -> anyhow::Result<Vec<Delivery>> {
    let text = if stage.is_some() { LATEST_IN } else { LATEST };
    let mut query = sqlx::query(text).bind(id.get()).bind(before.unwrap_or(i64::MAX)).bind(limit);
    if let Some(stage) = stage {
        query = query.bind(stage.as_str());
    }
    query.fetch_all(db.read()).await.context("deliveries")?.iter().map(delivery).collect()
}

/// What came of a try; false when it was not at the head any more as it was read.
pub async fn tried(
    tx: &mut Tx,
    one: &Delivery,
    Try { outcome, took_ms }: &Try,
    now: Timestamp,
) -> anyhow::Result<bool> {
    let stage = if outcome.taken() { Stage::Sent } else { Stage::Waiting };
    let tried = sqlx::query(TRIED)
        .bind(stage.as_str())
        .bind(now.as_micros())
        .bind(outcome.status())
        .bind(took_ms)
        .bind(outcome.error())
        .bind(one.subscription.get())
        .bind(one.number)
        .bind(one.place)
        .bind(one.attempts);
    let kept = tried.execute(&mut **tx).await.with_context(|| format!("what came of {}", one.name()))?;
    Ok(kept.rows_affected() > 0)
}

/// False when it did not wait any more.
pub async fn skip(tx: &mut Tx, id: WebhookId, number: i64) -> anyhow::Result<bool> {
    let skip = sqlx::query(SKIP).bind(id.get()).bind(number).execute(&mut **tx).await;
    Ok(skip.with_context(|| format!("skipping {id}-{number}"))?.rows_affected() > 0)
}

/// Nothing waits any more.
pub async fn skip_all(tx: &mut Tx, id: WebhookId) -> anyhow::Result<()> {
    let skip = sqlx::query(SKIP_ALL).bind(id.get()).execute(&mut **tx).await;
    skip.with_context(|| format!("emptying the line of {id}"))?;
    Ok(())
}

/// What could be sent again of a time.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub from: Timestamp,
    pub to: Timestamp,
    pub count: i64,
    /// The lowest and the highest number.
    pub first: i64,
    pub last: i64,
}

pub async fn span(tx: &mut Tx, id: WebhookId, from: Timestamp, to: Timestamp) -> anyhow::Result<Span> {
    let span = sqlx::query(SPAN).bind(id.get()).bind(from.as_micros()).bind(to.as_micros()).bind(TEST);
    let row = span.fetch_one(&mut **tx).await.context("what could be sent again")?;
    Ok(Span {
        from,
        to,
        count: row.try_get("n")?,
        first: row.try_get::<Option<i64>, _>("first")?.unwrap_or(0),
        last: row.try_get::<Option<i64>, _>("last")?.unwrap_or(0),
    })
}

/// They wait again, in the order they had, behind `place`.
pub async fn again(
    tx: &mut Tx,
    id: WebhookId,
    span: &Span,
    place: i64,
    now: Timestamp,
) -> anyhow::Result<i64> {
    let again = sqlx::query(AGAIN)
        .bind(place + 1 - span.first)
        .bind(now.as_micros())
        .bind(id.get())
        .bind(span.first)
        .bind(span.last)
        .bind(span.from.as_micros())
        .bind(span.to.as_micros())
        .bind(TEST);
    let done = again.execute(&mut **tx).await.with_context(|| format!("sending again for {id}"))?;
    Ok(i64::try_from(done.rows_affected()).unwrap_or(i64::MAX))
}

/// It waits again at this place; false when it waits already.
pub async fn again_one(
    tx: &mut Tx,
    id: WebhookId,
    number: i64,
    place: i64,
    now: Timestamp,
) -> anyhow::Result<bool> {
    let again = sqlx::query(AGAIN_ONE).bind(place).bind(now.as_micros()).bind(id.get()).bind(number);
    let done = again.execute(&mut **tx).await.with_context(|| format!("sending {id}-{number} again"))?;
    Ok(done.rows_affected() > 0)
}

/// Gives up what has waited since before then; how many.
pub async fn expire(tx: &mut Tx, id: WebhookId, before: Timestamp) -> anyhow::Result<i64> {
    let expire = sqlx::query(EXPIRE).bind(id.get()).bind(before.as_micros()).execute(&mut **tx).await;
    let gone = expire.with_context(|| format!("giving up what waited too long for {id}"))?.rows_affected();
    Ok(i64::try_from(gone).unwrap_or(i64::MAX))
}

/// Forgets up to a thousand from before then; how many.
pub async fn forget(tx: &mut Tx, before: Timestamp) -> anyhow::Result<u64> {
    let forget = sqlx::query(FORGET).bind(before.as_micros()).execute(&mut **tx).await;
    Ok(forget.context("forgetting old deliveries")?.rows_affected())
}
