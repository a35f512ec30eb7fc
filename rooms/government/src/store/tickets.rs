//! Tickets, the lines of what their platforms are told, and what those have said.
//!
//! Whoever changes a ticket or its line takes the ticket first, so that two never wait for each other.

use std::collections::BTreeSet;

use anyhow::Context;
use db::{Db, Row, Text, Tx, in_ids};
use kernel::{PlatformId, TicketId, Timestamp, WorkOrderId};
use sqlx::Row as _;

use crate::rules::Ticket;

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT t.id, t.body, t.version, t.waiting, t.failures, t.refused, t.detail, t.next_at FROM government_ticket t ",
            $rest
        )
    };
}

const ONE: &str = columns!("WHERE t.id = $1");
const OF_ORDER: &str = columns!("WHERE t.work_order = $1");
const BY_NUMBER: &str = columns!("WHERE t.platform = $1 AND t.number = $2");
const LATEST: &str =
    columns!("WHERE (t.came_at, t.id) < ($1, $2) ORDER BY t.came_at DESC, t.id DESC LIMIT $3");
const OPEN: &str =
    columns!("WHERE t.open = 1 AND (t.came_at, t.id) < ($1, $2) ORDER BY t.came_at DESC, t.id DESC LIMIT $3");
const IN_LINE: &str = columns!(
    "WHERE t.waiting > 0 AND (t.came_at, t.id) < ($1, $2) ORDER BY t.came_at DESC, t.id DESC LIMIT $3"
);
const LOCK: &str = "UPDATE government_ticket SET version = version WHERE id = $1";
const AMONG: Text = in_ids!("SELECT work_order FROM government_ticket WHERE work_order IN ", "");
const LOCK_ORDER: &str = "UPDATE government_ticket SET version = version WHERE work_order = $1";
const LOCK_NUMBER: &str =
    "UPDATE government_ticket SET version = version WHERE platform = $1 AND number = $2";
const ADD: &str = "INSERT INTO government_ticket (id, platform, number, work_order, order_number, stage, open, due, came_at, \
     body, version, waiting, last_number, failures, refused, detail, next_at, lease_until) VALUES ($1, $2, $3, $4, $5, $6, \
     $7, $8, $9, $10, 1, 0, 0, 0, 0, '', $9, 0) ON CONFLICT (platform, number) DO NOTHING";
const SAVE: &str = "UPDATE government_ticket SET stage = $1, open = $2, due = $3, body = $4, version = version + 1 \
     WHERE id = $5 AND version = $6";
const FIGURES: &str = "SELECT CAST(COUNT(*) FILTER (WHERE open = 1) AS BIGINT) AS open_now, \
     CAST(COUNT(*) FILTER (WHERE waiting > 0) AS BIGINT) AS waiting, \
     CAST(COUNT(*) FILTER (WHERE refused = 1) AS BIGINT) AS refused, \
     CAST(COUNT(*) FILTER (WHERE open = 1 AND due < $1) AS BIGINT) AS overdue \
     FROM government_ticket WHERE open = 1 OR waiting > 0";
const DUE: &str = "SELECT t.id FROM government_ticket t JOIN government_platform p ON p.id = t.platform \
     WHERE t.waiting > 0 AND t.refused = 0 AND t.next_at <= $1 AND t.lease_until <= $1 AND p.state = 'active' \
     ORDER BY t.next_at LIMIT $2";
const CLAIM: &str = "UPDATE government_ticket SET lease_until = $1 WHERE id = $2 AND waiting > 0 AND refused = 0 \
     AND next_at <= $3 AND lease_until <= $3 RETURNING failures";
const LONGER: &str = "UPDATE government_ticket SET waiting = waiting + 1, last_number = last_number + 1 WHERE id = $1 \
     RETURNING last_number";
const TAKEN: &str = "UPDATE government_ticket SET waiting = waiting - 1, failures = 0, detail = '', lease_until = $1 \
     WHERE id = $2";
const RELEASE: &str = "UPDATE government_ticket SET lease_until = 0 WHERE id = $1 AND lease_until = $2";
const LATER: &str =
    "UPDATE government_ticket SET failures = $1, detail = $2, next_at = $3, lease_until = 0 WHERE id = $4";
const REFUSED: &str =
    "UPDATE government_ticket SET refused = 1, failures = 0, detail = $1, lease_until = 0 WHERE id = $2";
/// Counted anew from the rows; due at once.
const RECOUNT: &str = "UPDATE government_ticket SET waiting = (SELECT CAST(COUNT(*) AS BIGINT) FROM government_return r \
     WHERE r.ticket = government_ticket.id AND r.state IN ('waiting', 'refused')), refused = COALESCE((SELECT CASE WHEN \
     r.state = 'refused' THEN 1 ELSE 0 END FROM government_return r WHERE r.ticket = government_ticket.id AND r.state IN \
     ('waiting', 'refused') ORDER BY r.number LIMIT 1), 0), next_at = $1 WHERE id = $2";
const SAID: &str = "SELECT ticket, hash FROM government_message WHERE platform = $1 AND message = $2";
const SAY: &str = "INSERT INTO government_message (platform, message, ticket, kind, hash, at) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (platform, message) DO NOTHING";
const MESSAGES: &str =
    "SELECT message, kind, at FROM government_message WHERE ticket = $1 ORDER BY at DESC LIMIT 200";

// Nothing was said since, on either side, and nothing is owed.
macro_rules! over {
    ($which:literal, $before:literal) => {
        concat!(
            $which,
            " AND t.came_at < ",
            $before,
            " AND t.open = 0 AND t.waiting = 0 AND NOT EXISTS (SELECT 1 FROM government_return r WHERE r.ticket = t.id \
             AND r.created_at >= ",
            $before,
            ") AND NOT EXISTS (SELECT 1 FROM government_message m WHERE m.ticket = t.id AND m.at >= ",
            $before,
            ")"
        )
    };
}
const OVER: &str = concat!(
    "SELECT t.id FROM government_ticket t WHERE ",
    over!("1 = 1", "$1"),
    " ORDER BY t.came_at, t.id LIMIT $2"
);
const STILL_OVER: &str = concat!("SELECT t.number FROM government_ticket t WHERE ", over!("t.id = $2", "$1"));
const FORGET: [&str; 3] = [
    "DELETE FROM government_return WHERE ticket = $1",
    "DELETE FROM government_message WHERE ticket = $1",
    "DELETE FROM government_ticket WHERE id = $1",
];

/// A ticket with the line of what its platform is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub ticket: Ticket,
    pub line: Line,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub waiting: i64,
    pub failures: i64,
    /// The head is refused.
    pub refused: bool,
    /// What went wrong last.
    pub detail: String,
    /// Not before.
    pub next_at: Timestamp,
}

fn kept(row: &Row) -> anyhow::Result<Kept> {
    let body: String = row.try_get("body")?;
    let mut ticket: Ticket = serde_json::from_str(&body).context("a ticket")?;
    ticket.version = row.try_get("version")?;
    Ok(Kept {
        ticket,
        line: Line {
            waiting: row.try_get("waiting")?,
            failures: row.try_get("failures")?,
            refused: row.try_get::<i64, _>("refused")? != 0,
            detail: row.try_get("detail")?,
            next_at: Timestamp::from_micros(row.try_get("next_at")?),
        },
    })
}

pub async fn read(db: &Db, id: TicketId) -> anyhow::Result<Option<Kept>> {
    let row = sqlx::query(ONE).bind(id.get()).fetch_optional(db.read()).await;
    row.with_context(|| format!("reading {id}"))?.as_ref().map(kept).transpose()
}

pub async fn of_order(db: &Db, order: WorkOrderId) -> anyhow::Result<Option<Kept>> {
    let row = sqlx::query(OF_ORDER).bind(order.get()).fetch_optional(db.read()).await;
    row.with_context(|| format!("the ticket of {order}"))?.as_ref().map(kept).transpose()
}

/// Locked, for a change.
pub async fn one(tx: &mut Tx, id: TicketId) -> anyhow::Result<Option<Kept>> {
    sqlx::query(LOCK).bind(id.get()).execute(&mut **tx).await.with_context(|| format!("locking {id}"))?;
    let row = sqlx::query(ONE).bind(id.get()).fetch_optional(&mut **tx).await;
    row.with_context(|| format!("reading {id}"))?.as_ref().map(kept).transpose()
}

/// Which of these orders came from a platform.
pub async fn among(
    tx: &mut Tx,
    orders: impl IntoIterator<Item = WorkOrderId>,
) -> anyhow::Result<BTreeSet<WorkOrderId>> {
    let ids = db::ids(orders.into_iter().map(WorkOrderId::get));
    let rows = sqlx::query(AMONG.of(tx.db().kind())).bind(ids).fetch_all(&mut **tx).await;
    let of = |row: &Row| Ok(WorkOrderId(row.try_get("work_order")?));
    rows.context("which orders are tickets")?.iter().map(of).collect()
}

/// The same by its order.
pub async fn one_of(tx: &mut Tx, order: WorkOrderId) -> anyhow::Result<Option<Kept>> {
    let lock = sqlx::query(LOCK_ORDER).bind(order.get()).execute(&mut **tx).await;
    if lock.with_context(|| format!("locking the ticket of {order}"))?.rows_affected() == 0 {
        return Ok(None);
    }
    let row = sqlx::query(OF_ORDER).bind(order.get()).fetch_optional(&mut **tx).await;
    row.with_context(|| format!("the ticket of {order}"))?.as_ref().map(kept).transpose()
}

/// The same by their number.
pub async fn one_by(tx: &mut Tx, platform: PlatformId, number: &str) -> anyhow::Result<Option<Kept>> {
    let lock = sqlx::query(LOCK_NUMBER).bind(platform.get()).bind(number).execute(&mut **tx).await;
    if lock.context("locking a ticket")?.rows_affected() == 0 {
        return Ok(None);
    }
    let row = sqlx::query(BY_NUMBER).bind(platform.get()).bind(number).fetch_optional(&mut **tx).await;
    row.context("looking for a ticket")?.as_ref().map(kept).transpose()
}

/// False when the platform has sent one under this number already.
pub async fn add(tx: &mut Tx, new: &Ticket) -> anyhow::Result<bool> {
    let add = sqlx::query(ADD)
        .bind(new.id.get())
        .bind(new.platform.get())
        .bind(&new.number)
        .bind(new.work_order.get())
        .bind(&new.order_number)
        .bind(new.stage.as_str())
        .bind(i64::from(new.stage.is_open()))
        .bind(new.due().map(Timestamp::as_micros))
        .bind(new.came_at.as_micros())
        .bind(serde_json::to_string(new)?);
    Ok(add.execute(&mut **tx).await.context("keeping a ticket")?.rows_affected() > 0)
}

/// False when somebody else was faster.
pub async fn save(tx: &mut Tx, ticket: &Ticket) -> anyhow::Result<bool> {
    let save = sqlx::query(SAVE)
        .bind(ticket.stage.as_str())
        .bind(i64::from(ticket.stage.is_open()))
        .bind(ticket.due().map(Timestamp::as_micros))
        .bind(serde_json::to_string(ticket)?)
        .bind(ticket.id.get())
        .bind(ticket.version);
    let saved = save.execute(&mut **tx).await.with_context(|| format!("keeping {}", ticket.id))?;
    Ok(saved.rows_affected() > 0)
}

/// Those of which the last was said before then, the oldest first.
pub async fn over(db: &Db, before: Timestamp, most: i64) -> anyhow::Result<Vec<TicketId>> {
    let rows = sqlx::query(OVER).bind(before.as_micros()).bind(most).fetch_all(db.read()).await;
    let rows = rows.context("tickets whose time is over")?;
    rows.iter().map(|row| Ok(TicketId(row.try_get("id")?))).collect()
}

/// Lets one go with all that was said of it: its number there. None when something was said meanwhile.
pub async fn let_go(tx: &mut Tx, id: TicketId, before: Timestamp) -> anyhow::Result<Option<String>> {
    sqlx::query(LOCK).bind(id.get()).execute(&mut **tx).await.with_context(|| format!("locking {id}"))?;
    let still = sqlx::query(STILL_OVER).bind(before.as_micros()).bind(id.get());
    let Some(row) = still.fetch_optional(&mut **tx).await.context("whether a ticket is over")? else {
        return Ok(None);
    };
    for text in FORGET {
        let gone = sqlx::query(text).bind(id.get()).execute(&mut **tx).await;
        gone.with_context(|| format!("letting {id} go"))?;
    }
    Ok(Some(row.try_get("number")?))
}

/// Which are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Which {
    #[default]
    All,
    /// Something is owed to the platform.
    Open,
    /// Something waits to be told, or was refused.
    InLine,
}

/// Newest first, before a place.
pub async fn latest(
    db: &Db,
    which: Which,
    before: Option<(Timestamp, TicketId)>,
    most: i64,
) -> anyhow::Result<Vec<Kept>> {
    let text = match which {
        Which::All => LATEST,
        Which::Open => OPEN,
        Which::InLine => IN_LINE,
    };
    let (at, id) = before.map_or((i64::MAX, i64::MAX), |(at, id)| (at.as_micros(), id.get()));
    let rows = sqlx::query(text).bind(at).bind(id).bind(most).fetch_all(db.read()).await;
    rows.context("listing tickets")?.iter().map(kept).collect()
}

/// How things stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    pub open: i64,
    pub overdue: i64,
    pub waiting: i64,
    pub refused: i64,
}

pub async fn figures(db: &Db, now: Timestamp) -> anyhow::Result<Figures> {
    let row = sqlx::query(FIGURES).bind(now.as_micros()).fetch_one(db.read()).await;
    let row = row.context("counting tickets")?;
    let number = |name: &str| -> anyhow::Result<i64> { Ok(row.try_get(name)?) };
    Ok(Figures {
        open: number("open_now")?,
        overdue: number("overdue")?,
        waiting: number("waiting")?,
        refused: number("refused")?,
    })
}

/// Those with something to tell now that nobody has in hand.
pub async fn due(db: &Db, now: Timestamp, most: usize) -> anyhow::Result<Vec<TicketId>> {
    let due = sqlx::query(DUE).bind(now.as_micros()).bind(i64::try_from(most).unwrap_or(1));
    let rows = due.fetch_all(db.read()).await.context("what is to be told")?;
    rows.iter().map(|row| Ok(TicketId(row.try_get("id")?))).collect()
}

/// Takes one in hand until `until`: its failures in a row; none when somebody else was faster.
pub async fn claim(
    db: &Db,
    ticket: TicketId,
    now: Timestamp,
    until: Timestamp,
) -> anyhow::Result<Option<i64>> {
    let mut tx = db.begin().await?;
    let claim = sqlx::query(CLAIM).bind(until.as_micros()).bind(ticket.get()).bind(now.as_micros());
    let row = claim.fetch_optional(&mut *tx).await.with_context(|| format!("taking {ticket} in hand"))?;
    let failures = row.map(|row| row.try_get("failures")).transpose()?;
    tx.commit().await?;
    Ok(failures)
}

/// One more waits: its number.
pub async fn longer(tx: &mut Tx, ticket: TicketId) -> anyhow::Result<i64> {
    let row = sqlx::query(LONGER).bind(ticket.get()).fetch_one(&mut **tx).await;
    Ok(row.with_context(|| format!("lengthening the line of {ticket}"))?.try_get("last_number")?)
}

/// One was taken: the line is shorter, and in hand until then.
pub async fn taken(tx: &mut Tx, ticket: TicketId, until: Timestamp) -> anyhow::Result<()> {
    let taken = sqlx::query(TAKEN).bind(until.as_micros()).bind(ticket.get());
    taken.execute(&mut **tx).await.with_context(|| format!("shortening the line of {ticket}"))?;
    Ok(())
}

/// Lets go of one that was in hand until then.
pub async fn release(db: &Db, ticket: TicketId, until: Timestamp) -> anyhow::Result<()> {
    let mut tx = db.begin().await?;
    let release = sqlx::query(RELEASE).bind(ticket.get()).bind(until.as_micros());
    release.execute(&mut *tx).await.with_context(|| format!("letting go of {ticket}"))?;
    tx.commit().await
}

/// It failed: not before then.
pub async fn later(
    tx: &mut Tx,
    ticket: TicketId,
    failures: i64,
    detail: &str,
    at: Timestamp,
) -> anyhow::Result<()> {
    let later = sqlx::query(LATER).bind(failures).bind(detail).bind(at.as_micros()).bind(ticket.get());
    later.execute(&mut **tx).await.with_context(|| format!("putting {ticket} off"))?;
    Ok(())
}

/// The head of the line was refused: it waits for a person.
pub async fn refused(tx: &mut Tx, ticket: TicketId, detail: &str) -> anyhow::Result<()> {
    let refused = sqlx::query(REFUSED).bind(detail).bind(ticket.get());
    refused.execute(&mut **tx).await.with_context(|| format!("stopping the line of {ticket}"))?;
    Ok(())
}

/// The line is counted anew and goes on at once.
pub async fn recount(tx: &mut Tx, ticket: TicketId, now: Timestamp) -> anyhow::Result<()> {
    let recount = sqlx::query(RECOUNT).bind(now.as_micros()).bind(ticket.get());
    recount.execute(&mut **tx).await.with_context(|| format!("counting the line of {ticket}"))?;
    Ok(())
}

/// The ticket of a message that was here, and what it said.
pub async fn said(
    tx: &mut Tx,
    platform: PlatformId,
    message: &str,
) -> anyhow::Result<Option<(TicketId, String)>> {
    let row = sqlx::query(SAID).bind(platform.get()).bind(message).fetch_optional(&mut **tx).await;
    let row = row.context("looking for a message")?;
    row.map(|row| Ok((TicketId(row.try_get("ticket")?), row.try_get("hash")?))).transpose()
}

/// One message of theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub message: String,
    pub kind: String,
    pub at: Timestamp,
}

/// False when it came twice at once.
pub async fn say(
    tx: &mut Tx,
    platform: PlatformId,
    ticket: TicketId,
    said: &Said,
    hash: &str,
) -> anyhow::Result<bool> {
    let say = sqlx::query(SAY)
        .bind(platform.get())
        .bind(&said.message)
        .bind(ticket.get())
        .bind(&said.kind)
        .bind(hash)
        .bind(said.at.as_micros());
    Ok(say.execute(&mut **tx).await.context("keeping a message")?.rows_affected() > 0)
}

/// The last two hundred, newest first.
pub async fn messages(db: &Db, ticket: TicketId) -> anyhow::Result<Vec<Said>> {
    let rows = sqlx::query(MESSAGES).bind(ticket.get()).fetch_all(db.read()).await;
    let said = |row: &Row| {
        let at = Timestamp::from_micros(row.try_get("at")?);
        Ok(Said { message: row.try_get("message")?, kind: row.try_get("kind")?, at })
    };
    rows.context("what a platform has said")?.iter().map(said).collect()
}
