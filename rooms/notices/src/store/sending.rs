//! Claiming what is due, and keeping what gateways say of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::Context;
use db::{Db, Row, Text, Tx, in_texts};
use kernel::{NoticeId, Timestamp};
use serde_json::{Value, json};
use sqlx::Row as _;

use super::{columns, kept};
use crate::rules::settle::Receipt;
use crate::rules::{Channel, Class, Kept};

/// A receipt may be so much older than its notice's name.
const ORPHAN_MAX: Duration = Duration::from_secs(3 * 24 * 3_600);

/// Urgent ones first; each of the two walks one index. Those whose time is over are among them: with a second bound here
/// PostgreSQL walks everything that waits.
const DUE: &str = columns!(
    "WHERE state = 'queued' AND channel = $1 AND urgent = $2 AND next_at <= $3 ORDER BY next_at, id LIMIT $4"
);
const ABANDONED: &str =
    columns!("WHERE state = 'sending' AND lease_until < $1 ORDER BY lease_until LIMIT 100");
const EXPIRED: &str = columns!("WHERE state = 'queued' AND expires_at <= $1 ORDER BY expires_at LIMIT 200");
/// How many a gateway is asked about at once.
pub const ASKED_MAX: usize = 50;
const UNKNOWN: &str =
    columns!("WHERE state = 'unknown' AND channel = $1 AND done_at > $2 AND id > $3 ORDER BY id LIMIT 50");
const REFERENCED: &str = columns!(
    "WHERE recipient = $2 AND handed_at > $3 AND reference = $1 AND state IN ('unknown', 'sending', 'sent') \
     ORDER BY handed_at DESC LIMIT 1"
);
/// Those that may have gone out count as well.
const TODAY: Text = in_texts!(
    "SELECT recipient, class, COUNT(*) AS count FROM notices_notice WHERE recipient IN ",
    " AND handed_at >= $2 AND state IN ('sending', 'sent', 'delivered', 'unknown') GROUP BY recipient, class"
);
const WAITING: &str = "SELECT channel, COUNT(*) AS count, MIN(created_at) AS oldest FROM notices_notice WHERE state = 'queued' GROUP BY channel";
/// Names are given again after some time: what was heard under it about another notice, or long ago about none, is not
/// about this one.
const LINK: Text = db::from_rows!(
    "INSERT INTO notices_receipt (gateway, message_id, notice, part, outcome, error, at) \
     SELECT CAST($2 AS TEXT), value ->> 0, CAST(value ->> 1 AS BIGINT), CAST(value ->> 2 AS BIGINT), NULL, '', \
     CAST($3 AS BIGINT) FROM ",
    " ON CONFLICT (gateway, message_id) DO UPDATE SET notice = excluded.notice, part = excluded.part, \
     outcome = CASE WHEN notices_receipt.notice = excluded.notice OR (notices_receipt.notice IS NULL \
     AND notices_receipt.at > $4) THEN notices_receipt.outcome END, \
     error = CASE WHEN notices_receipt.notice = excluded.notice OR (notices_receipt.notice IS NULL \
     AND notices_receipt.at > $4) THEN notices_receipt.error ELSE '' END"
);
const HEAR: Text = db::from_rows!(
    "INSERT INTO notices_receipt (gateway, message_id, notice, part, outcome, error, at) \
     SELECT CAST($2 AS TEXT), value ->> 0, CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), value ->> 1, value ->> 2, \
     CAST($3 AS BIGINT) FROM ",
    " ON CONFLICT (gateway, message_id) DO UPDATE SET outcome = excluded.outcome, error = excluded.error, \
     at = excluded.at RETURNING message_id, notice"
);
const PARTS: &str = "SELECT message_id, part, outcome, error, at FROM notices_receipt WHERE notice = $1 ORDER BY part LIMIT 100";
const PARTS_OF: Text = db::in_ids!(
    "SELECT notice, message_id, part, outcome, error, at FROM notices_receipt WHERE notice IN ",
    " ORDER BY notice, part LIMIT 5000"
);
const REPLY: &str = "INSERT INTO notices_reply (id, at, phone, text, notice) VALUES ($1, $2, $3, $4, $5)";
const REPLIES: &str = "SELECT id, at, text FROM notices_reply WHERE notice = $1 ORDER BY id LIMIT 100";
const NONCE: &str = "INSERT INTO notices_nonce (nonce, at) VALUES ($1, $2) ON CONFLICT (nonce) DO NOTHING";
const FORGET_ORPHANS: &str = "DELETE FROM notices_receipt WHERE notice IS NULL AND at < $1";
const FORGET_NONCES: &str = "DELETE FROM notices_nonce WHERE at < $1";
const LAST_TO: &str = columns!("WHERE recipient = $1 AND handed_at > $2 ORDER BY handed_at DESC LIMIT 1");

async fn all(
    tx: &mut Tx,
    query: sqlx::query::Query<'_, sqlx::Any, sqlx::any::AnyArguments>,
) -> anyhow::Result<Vec<Kept>> {
    query.fetch_all(&mut **tx).await.context("reading notices")?.iter().map(kept).collect()
}

/// What is due on a channel, the urgent first.
pub async fn due(tx: &mut Tx, channel: Channel, now: Timestamp, limit: i64) -> anyhow::Result<Vec<Kept>> {
    let of = |urgent: i64, limit: i64| {
        sqlx::query(DUE).bind(channel.as_str()).bind(urgent).bind(now.as_micros()).bind(limit)
    };
    let mut due = all(tx, of(1, limit)).await?;
    let left = limit - i64::try_from(due.len()).unwrap_or(limit);
    if left > 0 {
        due.extend(all(tx, of(0, left)).await?);
    }
    Ok(due)
}

/// Claimed, and nothing heard in the time of the lease.
pub async fn abandoned(tx: &mut Tx, now: Timestamp) -> anyhow::Result<Vec<Kept>> {
    all(tx, sqlx::query(ABANDONED).bind(now.as_micros())).await
}

/// Still waiting when their time was over.
pub async fn expired(tx: &mut Tx, now: Timestamp) -> anyhow::Result<Vec<Kept>> {
    all(tx, sqlx::query(EXPIRED).bind(now.as_micros())).await
}

/// What nobody knows about since a moment: the gateway may be asked.
pub async fn unknown(
    tx: &mut Tx,
    channel: Channel,
    since: Timestamp,
    after: NoticeId,
) -> anyhow::Result<Vec<Kept>> {
    all(tx, sqlx::query(UNKNOWN).bind(channel.as_str()).bind(since.as_micros()).bind(after.get())).await
}

/// The notice a receipt means that carries our reference.
pub async fn referenced(
    tx: &mut Tx,
    reference: u16,
    recipient: &str,
    since: Timestamp,
) -> anyhow::Result<Option<Kept>> {
    let query = sqlx::query(REFERENCED).bind(i64::from(reference)).bind(recipient).bind(since.as_micros());
    Ok(all(tx, query).await?.pop())
}

/// The last notice that went to this recipient.
pub async fn last_to(tx: &mut Tx, recipient: &str, since: Timestamp) -> anyhow::Result<Option<Kept>> {
    Ok(all(tx, sqlx::query(LAST_TO).bind(recipient).bind(since.as_micros())).await?.pop())
}

/// How many of each class went to each of these recipients since a moment.
pub async fn sent_since(
    tx: &mut Tx,
    recipients: &BTreeSet<&str>,
    since: Timestamp,
) -> anyhow::Result<BTreeMap<(String, Class), u32>> {
    let query = sqlx::query(TODAY.of(tx.db().kind())).bind(serde_json::to_string(recipients)?);
    let rows = query.bind(since.as_micros()).fetch_all(&mut **tx).await.context("counting notices")?;
    let one = |row: &Row| {
        let class: String = row.try_get("class")?;
        let class = Class::of(&class).with_context(|| format!("the class {class}"))?;
        let count = u32::try_from(row.try_get::<i64, _>("count")?).unwrap_or(u32::MAX);
        Ok(((row.try_get("recipient")?, class), count))
    };
    rows.iter().map(one).collect()
}

/// How many wait on each channel, and since when the oldest.
pub async fn waiting(db: &Db) -> anyhow::Result<Vec<(String, i64, Timestamp)>> {
    let rows = sqlx::query(WAITING).fetch_all(db.read()).await.context("counting what waits")?;
    let one = |row: &Row| {
        Ok((row.try_get("channel")?, row.try_get("count")?, Timestamp::from_micros(row.try_get("oldest")?)))
    };
    rows.iter().map(one).collect()
}

/// The gateway's names of the parts of notices. Receipts that came before them find it now.
pub async fn link(
    tx: &mut Tx,
    gateway: &str,
    names: &[(NoticeId, usize, String)],
    at: Timestamp,
) -> anyhow::Result<()> {
    if names.is_empty() {
        return Ok(());
    }
    // A name that was given twice at once is the last one's.
    let by_name: BTreeMap<&str, (NoticeId, usize)> =
        names.iter().map(|(notice, part, name)| (name.as_str(), (*notice, *part))).collect();
    let row = |(name, (notice, part)): (&str, (NoticeId, usize))| json!([name, notice.get(), part]);
    let rows: Value = by_name.into_iter().map(row).collect();
    let link = sqlx::query(LINK.of(tx.db().kind())).bind(rows.to_string()).bind(gateway).bind(at.as_micros());
    let link = link.bind((at - ORPHAN_MAX).as_micros()).execute(&mut **tx).await;
    link.context("keeping a gateway's names of notices")?;
    Ok(())
}

/// A receipt, and the notice it is about if that is known.
pub async fn hear(
    tx: &mut Tx,
    gateway: &str,
    message_id: &str,
    receipt: Receipt,
    error: &str,
    at: Timestamp,
) -> anyhow::Result<Option<NoticeId>> {
    let heard = Heard { id: message_id.to_owned(), receipt, error: error.to_owned() };
    Ok(hear_all(tx, gateway, &[heard], at).await?.into_values().next())
}

/// A receipt by the gateway's name of its message.
pub struct Heard {
    pub id: String,
    pub receipt: Receipt,
    pub error: String,
}

/// The same for many of a gateway: which notices they are about, by the gateway's names, as far as that is known.
pub async fn hear_all(
    tx: &mut Tx,
    gateway: &str,
    heard: &[Heard],
    at: Timestamp,
) -> anyhow::Result<BTreeMap<String, NoticeId>> {
    // Of several about one message the last counts.
    let by_id: BTreeMap<&str, &Heard> = heard.iter().map(|heard| (heard.id.as_str(), heard)).collect();
    let row = |heard: &Heard| json!([heard.id, heard.receipt.as_str(), heard.error]);
    let rows: Value = by_id.into_values().map(row).collect();
    let query = sqlx::query(HEAR.of(tx.db().kind())).bind(rows.to_string()).bind(gateway);
    let rows = query.bind(at.as_micros()).fetch_all(&mut **tx).await.context("keeping receipts")?;
    let mut about = BTreeMap::new();
    for row in &rows {
        if let Some(notice) = row.try_get::<Option<i64>, _>("notice")? {
            about.insert(row.try_get("message_id")?, NoticeId(notice));
        }
    }
    Ok(about)
}

/// A part as the gateway calls it, and what it said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub message_id: String,
    pub part: i64,
    pub receipt: Option<Receipt>,
    pub error: String,
    pub at: Timestamp,
}

fn part(row: &Row) -> anyhow::Result<Part> {
    let outcome: Option<String> = row.try_get("outcome")?;
    Ok(Part {
        message_id: row.try_get("message_id")?,
        part: row.try_get::<Option<i64>, _>("part")?.unwrap_or(0),
        receipt: outcome.as_deref().and_then(Receipt::of),
        error: row.try_get("error")?,
        at: Timestamp::from_micros(row.try_get("at")?),
    })
}

pub async fn parts(tx: &mut Tx, notice: NoticeId) -> anyhow::Result<Vec<Part>> {
    let rows = sqlx::query(PARTS).bind(notice.get()).fetch_all(&mut **tx).await;
    rows.context("reading receipts")?.iter().map(part).collect()
}

pub async fn parts_of(tx: &mut Tx, notices: &[NoticeId]) -> anyhow::Result<BTreeMap<NoticeId, Vec<Part>>> {
    let list = db::ids(notices.iter().map(|id| id.get()));
    let rows = sqlx::query(PARTS_OF.of(tx.db().kind())).bind(list).fetch_all(&mut **tx).await;
    let mut parts: BTreeMap<NoticeId, Vec<Part>> = BTreeMap::new();
    for row in rows.context("reading receipts")? {
        parts.entry(NoticeId(row.try_get("notice")?)).or_default().push(part(&row)?);
    }
    Ok(parts)
}

pub async fn read_parts(db: &Db, notice: NoticeId) -> anyhow::Result<Vec<Part>> {
    let rows = sqlx::query(PARTS).bind(notice.get()).fetch_all(db.read()).await;
    rows.context("reading receipts")?.iter().map(part).collect()
}

/// What a customer wrote back.
pub async fn add_reply(
    tx: &mut Tx,
    id: i64,
    at: Timestamp,
    phone: &str,
    text: &str,
    notice: Option<NoticeId>,
) -> anyhow::Result<()> {
    let add = sqlx::query(REPLY).bind(id).bind(at.as_micros()).bind(phone).bind(text);
    add.bind(notice.map(NoticeId::get)).execute(&mut **tx).await.context("keeping a reply")?;
    Ok(())
}

/// What came back to a notice.
pub async fn replies(db: &Db, notice: NoticeId) -> anyhow::Result<Vec<(Timestamp, String)>> {
    let rows =
        sqlx::query(REPLIES).bind(notice.get()).fetch_all(db.read()).await.context("reading replies")?;
    let one = |row: &Row| Ok((Timestamp::from_micros(row.try_get("at")?), row.try_get("text")?));
    rows.iter().map(one).collect()
}

/// False when this request was here before.
pub async fn is_new(tx: &mut Tx, nonce: &str, at: Timestamp) -> anyhow::Result<bool> {
    let add = sqlx::query(NONCE).bind(nonce).bind(at.as_micros()).execute(&mut **tx).await;
    Ok(add.context("keeping a nonce")?.rows_affected() > 0)
}

/// Receipts whose notice never had that name.
pub async fn forget_orphans(tx: &mut Tx, before: Timestamp) -> anyhow::Result<()> {
    let forget = sqlx::query(FORGET_ORPHANS).bind(before.as_micros()).execute(&mut **tx).await;
    forget.context("forgetting receipts")?;
    Ok(())
}

pub async fn forget_nonces(tx: &mut Tx, before: Timestamp) -> anyhow::Result<()> {
    sqlx::query(FORGET_NONCES)
        .bind(before.as_micros())
        .execute(&mut **tx)
        .await
        .context("forgetting nonces")?;
    Ok(())
}
