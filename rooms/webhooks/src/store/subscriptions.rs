//! Who is told of what, the line that waits for each, and who has it in hand.
//!
//! Whoever changes a line takes its subscription first, so that two never wait for each other.

use anyhow::Context;
use db::{Db, Row, Tx};
use kernel::{PersonId, Timestamp, WebhookId};
use serde_json::Value;
use sqlx::Row as _;

use crate::rules::{State, Subscription, Why};

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, url, secret, state, why, detail, failures, waiting, dropped, last_number, last_place, next_at, \
             created_by, created_at, version FROM webhooks_subscription ",
            $rest
        )
    };
}

const ONE: &str = columns!("WHERE id = $1 AND state <> 'removed'");
const LIST: &str = columns!("WHERE state IN ('active', 'paused') ORDER BY id LIMIT 100");
const LOCK: &str = "UPDATE webhooks_subscription SET version = version WHERE id = $1 AND state <> 'removed'";
const COUNT: &str =
    "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM webhooks_subscription WHERE state IN ('active', 'paused')";
const ADD: &str = "INSERT INTO webhooks_subscription (id, name, url, secret, state, why, detail, failures, waiting, \
     dropped, last_number, last_place, next_at, lease_until, created_by, created_at, version) VALUES ($1, $2, $3, $4, \
     'active', '', '', 0, 0, 0, 0, 0, $5, 0, $6, $5, 1)";
const SAVE: &str = "UPDATE webhooks_subscription SET name = $1, url = $2, secret = $3, state = $4, why = $5, detail = $6, \
     failures = $7, waiting = $8, next_at = $9, version = version + 1 WHERE id = $10 AND version = $11";
const WANT_NONE: &str = "DELETE FROM webhooks_wanted WHERE subscription = $1";
const WANT: db::Text = db::from_rows!(
    "INSERT INTO webhooks_wanted (kind, subscription) SELECT value ->> 0, CAST(value ->> 1 AS BIGINT) FROM ",
    ""
);
const WANTED: &str = "SELECT w.subscription, w.kind FROM webhooks_wanted w ORDER BY w.subscription, w.kind";
const WANTING: &str = "SELECT s.id, s.waiting FROM webhooks_wanted w JOIN webhooks_subscription s \
     ON s.id = w.subscription WHERE w.kind = $1 AND s.state IN ('active', 'paused') ORDER BY s.id";
const ENQUEUE: db::Text = db::in_ids!(
    "UPDATE webhooks_subscription SET waiting = waiting + 1, last_number = last_number + 1, last_place = last_place + 1 \
     WHERE id IN ",
    " RETURNING id, last_number, last_place"
);
const DROP: db::Text = db::in_ids!("UPDATE webhooks_subscription SET dropped = dropped + 1 WHERE id IN ", "");
const DUE: &str = "SELECT id FROM webhooks_subscription WHERE state = 'active' AND waiting > 0 AND next_at <= $1 \
     AND lease_until <= $1 ORDER BY next_at LIMIT $2";
const CLAIM: &str = "UPDATE webhooks_subscription SET lease_until = $1 WHERE id = $2 AND state = 'active' AND waiting > 0 \
     AND next_at <= $3 AND lease_until <= $3 RETURNING failures";
const RENEW: &str = "UPDATE webhooks_subscription SET waiting = waiting - 1, failures = 0, detail = '', lease_until = $1 \
     WHERE id = $2";
const RELEASE: &str = "UPDATE webhooks_subscription SET lease_until = 0 WHERE id = $1 AND lease_until = $2";
const LATER: &str = "UPDATE webhooks_subscription SET failures = $1, detail = $2, next_at = $3, lease_until = 0 \
     WHERE id = $4";
const PAUSE: &str = "UPDATE webhooks_subscription SET failures = $1, detail = $2, lease_until = 0, state = 'paused', \
     why = $3, version = version + 1 WHERE id = $4 AND state = 'active'";
const NUMBER: &str = "UPDATE webhooks_subscription SET last_number = last_number + 1 WHERE id = $1 AND state <> 'removed' \
     RETURNING last_number";
const LINE: &str = "UPDATE webhooks_subscription SET last_place = last_place + $1, waiting = waiting + $2, version = version \
     WHERE id = $3 AND state <> 'removed' RETURNING last_place";
const FEWER: &str = "UPDATE webhooks_subscription SET waiting = waiting - $1 WHERE id = $2";
const RECOUNT: &str = "UPDATE webhooks_subscription SET waiting = (SELECT CAST(COUNT(*) AS BIGINT) FROM webhooks_delivery d \
     WHERE d.subscription = webhooks_subscription.id AND d.state = 'waiting') WHERE id = $1";

const SEALED: &str = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM webhooks_subscription \
     WHERE state IN ('active', 'paused') AND secret <> ''";
const FORGET_SECRETS: &str = "UPDATE webhooks_subscription SET secret = '', state = 'paused', why = 'no_secret', \
     lease_until = 0, version = version + 1 WHERE state IN ('active', 'paused') AND secret <> ''";

fn subscription(row: &Row) -> anyhow::Result<Subscription> {
    let word = |name: &str| -> anyhow::Result<String> { Ok(row.try_get(name)?) };
    let state = word("state")?;
    Ok(Subscription {
        id: WebhookId(row.try_get("id")?),
        name: word("name")?,
        url: word("url")?,
        secret: word("secret")?,
        state: State::of(&state).with_context(|| format!("the state {state}"))?,
        why: Why::of(&word("why")?),
        detail: word("detail")?,
        failures: row.try_get("failures")?,
        waiting: row.try_get("waiting")?,
        dropped: row.try_get("dropped")?,
        last_number: row.try_get("last_number")?,
        last_place: row.try_get("last_place")?,
        next_at: Timestamp::from_micros(row.try_get("next_at")?),
        created_by: PersonId(row.try_get("created_by")?),
        created_at: Timestamp::from_micros(row.try_get("created_at")?),
        version: row.try_get("version")?,
    })
}

/// With the events each wants.
pub async fn list(db: &Db) -> anyhow::Result<Vec<(Subscription, Vec<String>)>> {
    let rows = sqlx::query(LIST).fetch_all(db.read()).await.context("the subscriptions")?;
    let wanted = sqlx::query(WANTED).fetch_all(db.read()).await.context("what they want")?;
    let mut found = Vec::new();
    for row in &rows {
        let one = subscription(row)?;
        let mut kinds = Vec::new();
        for want in &wanted {
            if want.try_get::<i64, _>("subscription")? == one.id.get() {
                kinds.push(want.try_get("kind")?);
            }
        }
        found.push((one, kinds));
    }
    Ok(found)
}

pub async fn read(db: &Db, id: WebhookId) -> anyhow::Result<Option<Subscription>> {
    let row = sqlx::query(ONE).bind(id.get()).fetch_optional(db.read()).await;
    row.with_context(|| format!("reading {id}"))?.as_ref().map(subscription).transpose()
}

/// Nobody else changes it or its line until the change is over.
pub async fn lock(tx: &mut Tx, id: WebhookId) -> anyhow::Result<()> {
    sqlx::query(LOCK).bind(id.get()).execute(&mut **tx).await.with_context(|| format!("locking {id}"))?;
    Ok(())
}

/// Locked, for a change.
pub async fn one(tx: &mut Tx, id: WebhookId) -> anyhow::Result<Option<Subscription>> {
    lock(tx, id).await?;
    let row = sqlx::query(ONE).bind(id.get()).fetch_optional(&mut **tx).await;
    row.with_context(|| format!("reading {id}"))?.as_ref().map(subscription).transpose()
}

pub async fn count(tx: &mut Tx) -> anyhow::Result<i64> {
    let row = sqlx::query(COUNT).fetch_one(&mut **tx).await.context("counting subscriptions")?;
    Ok(row.try_get("n")?)
}

pub async fn add(tx: &mut Tx, new: &Subscription, kinds: &[String]) -> anyhow::Result<()> {
    let add = sqlx::query(ADD).bind(new.id.get()).bind(&new.name).bind(&new.url).bind(&new.secret);
    let add = add.bind(new.created_at.as_micros()).bind(new.created_by.get());
    add.execute(&mut **tx).await.context("keeping a subscription")?;
    want(tx, new.id, kinds).await
}

/// These events from now on.
pub async fn want(tx: &mut Tx, id: WebhookId, kinds: &[String]) -> anyhow::Result<()> {
    sqlx::query(WANT_NONE).bind(id.get()).execute(&mut **tx).await.context("what is wanted")?;
    let rows: Value = kinds.iter().map(|kind| serde_json::json!([kind, id.get()])).collect();
    let want = sqlx::query(WANT.of(tx.db().kind())).bind(rows.to_string());
    want.execute(&mut **tx).await.context("what is wanted")?;
    Ok(())
}

/// What people change; false when somebody else was faster.
pub async fn save(tx: &mut Tx, one: &Subscription) -> anyhow::Result<bool> {
    let save = sqlx::query(SAVE)
        .bind(&one.name)
        .bind(&one.url)
        .bind(&one.secret)
        .bind(one.state.as_str())
        .bind(one.why.map_or("", Why::as_str))
        .bind(&one.detail)
        .bind(one.failures)
        .bind(one.waiting)
        .bind(one.next_at.as_micros())
        .bind(one.id.get())
        .bind(one.version);
    let saved = save.execute(&mut **tx).await.with_context(|| format!("keeping {}", one.id))?;
    Ok(saved.rows_affected() > 0)
}

/// Who wants an event, and how many wait for each.
pub async fn wanting(tx: &mut Tx, kind: &str) -> anyhow::Result<Vec<(i64, i64)>> {
    let rows = sqlx::query(WANTING).bind(kind).fetch_all(&mut **tx).await.context("who wants an event")?;
    rows.iter().map(|row| Ok((row.try_get("id")?, row.try_get("waiting")?))).collect()
}

/// One more waits for each: subscription, number and place of it.
pub async fn enqueue_one(tx: &mut Tx, ids: &[i64]) -> anyhow::Result<Vec<(WebhookId, i64, i64)>> {
    let enqueue = sqlx::query(ENQUEUE.of(tx.db().kind())).bind(db::ids(ids.iter().copied()));
    let rows = enqueue.fetch_all(&mut **tx).await.context("numbering deliveries")?;
    let line = |row: &Row| {
        Ok((WebhookId(row.try_get("id")?), row.try_get("last_number")?, row.try_get("last_place")?))
    };
    rows.iter().map(line).collect()
}

/// One was not kept for each.
pub async fn drop_one(tx: &mut Tx, ids: &[i64]) -> anyhow::Result<()> {
    let drop = sqlx::query(DROP.of(tx.db().kind())).bind(db::ids(ids.iter().copied()));
    drop.execute(&mut **tx).await.context("counting what is not kept")?;
    Ok(())
}

/// Those with something to send now that nobody has in hand.
pub async fn due(db: &Db, now: Timestamp, most: usize) -> anyhow::Result<Vec<WebhookId>> {
    let due = sqlx::query(DUE).bind(now.as_micros()).bind(i64::try_from(most).unwrap_or(1));
    let rows = due.fetch_all(db.read()).await.context("what is to be sent")?;
    rows.iter().map(|row| Ok(WebhookId(row.try_get("id")?))).collect()
}

/// Takes one in hand until `until`: its failures in a row; none when somebody else was faster.
pub async fn claim(db: &Db, id: WebhookId, now: Timestamp, until: Timestamp) -> anyhow::Result<Option<i64>> {
    let mut tx = db.begin().await?;
    let claim = sqlx::query(CLAIM).bind(until.as_micros()).bind(id.get()).bind(now.as_micros());
    let row = claim.fetch_optional(&mut *tx).await.with_context(|| format!("taking {id} in hand"))?;
    let failures = row.map(|row| row.try_get("failures")).transpose()?;
    tx.commit().await?;
    Ok(failures)
}

/// One was taken: the line is shorter, and in hand until then.
pub async fn renew(tx: &mut Tx, id: WebhookId, until: Timestamp) -> anyhow::Result<()> {
    let renew = sqlx::query(RENEW).bind(until.as_micros()).bind(id.get());
    renew.execute(&mut **tx).await.with_context(|| format!("keeping {id} in hand"))?;
    Ok(())
}

/// Lets go of one that was in hand until then.
pub async fn release(db: &Db, id: WebhookId, until: Timestamp) -> anyhow::Result<()> {
    let mut tx = db.begin().await?;
    let release = sqlx::query(RELEASE).bind(id.get()).bind(until.as_micros());
    release.execute(&mut *tx).await.with_context(|| format!("letting go of {id}"))?;
    tx.commit().await
}

/// It failed: not before then.
pub async fn later(
    tx: &mut Tx,
    id: WebhookId,
    failures: i64,
    detail: &str,
    at: Timestamp,
) -> anyhow::Result<()> {
    let later = sqlx::query(LATER).bind(failures).bind(detail).bind(at.as_micros()).bind(id.get());
    later.execute(&mut **tx).await.with_context(|| format!("putting {id} off"))?;
    Ok(())
}

/// It is paused by itself; false when it was not served any more.
pub async fn pause(
    tx: &mut Tx,
    id: WebhookId,
    failures: i64,
    detail: &str,
    why: Why,
) -> anyhow::Result<bool> {
    let pause = sqlx::query(PAUSE).bind(failures).bind(detail).bind(why.as_str()).bind(id.get());
    let paused = pause.execute(&mut **tx).await.with_context(|| format!("pausing {id}"))?;
    Ok(paused.rows_affected() > 0)
}

/// The next number, for a trial.
pub async fn number(tx: &mut Tx, id: WebhookId) -> anyhow::Result<Option<i64>> {
    let row =
        sqlx::query(NUMBER).bind(id.get()).fetch_optional(&mut **tx).await.context("numbering a trial")?;
    row.map(|row| Ok(row.try_get("last_number")?)).transpose()
}

/// So many places more, taken by so many deliveries; the last of them.
pub async fn lengthen(tx: &mut Tx, id: WebhookId, places: i64, count: i64) -> anyhow::Result<Option<i64>> {
    let line = sqlx::query(LINE).bind(places).bind(count).bind(id.get());
    let row =
        line.fetch_optional(&mut **tx).await.with_context(|| format!("lengthening the line of {id}"))?;
    row.map(|row| Ok(row.try_get("last_place")?)).transpose()
}

/// So many left the line.
pub async fn shorten(tx: &mut Tx, id: WebhookId, count: i64) -> anyhow::Result<()> {
    let fewer = sqlx::query(FEWER).bind(count).bind(id.get());
    fewer.execute(&mut **tx).await.with_context(|| format!("shortening the line of {id}"))?;
    Ok(())
}

/// Counts those that wait anew.
pub async fn recount(db: &Db, id: WebhookId) -> anyhow::Result<()> {
    let mut tx = db.begin().await?;
    lock(&mut tx, id).await?;
    sqlx::query(RECOUNT).bind(id.get()).execute(&mut *tx).await.context("counting those that wait")?;
    tx.commit().await
}

/// How many have a sealed secret.
pub async fn sealed(db: &Db) -> anyhow::Result<i64> {
    let row = sqlx::query(SEALED).fetch_one(db.read()).await.context("counting sealed secrets")?;
    Ok(row.try_get("n")?)
}

/// When their key is lost: they pause until they have a new secret.
pub async fn forget_secrets(tx: &mut Tx) -> anyhow::Result<u64> {
    let forget = sqlx::query(FORGET_SECRETS).execute(&mut **tx).await.context("forgetting secrets")?;
    Ok(forget.rows_affected())
}
