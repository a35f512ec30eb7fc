//! What platforms are told: kept with what it follows from, sent from the head of each ticket's line.

use anyhow::Context;
use db::{Db, Row, Tx};
use kernel::{TicketId, Timestamp};
use posting::Try;
use sqlx::Row as _;

use super::tickets;
use crate::rules::{Return, Sending, Telling, Ticket, Told, name, tell};

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT ticket, number, kind, body, state, attempts, created_at, tried_at, status, took_ms, error \
             FROM government_return ",
            $rest
        )
    };
}

const HEAD: &str = columns!("WHERE ticket = $1 AND state IN ('waiting', 'refused') ORDER BY number LIMIT 1");
const ONE: &str = columns!("WHERE ticket = $1 AND number = $2");
const OF: &str = columns!("WHERE ticket = $1 ORDER BY number DESC LIMIT 200");
const FILES: &str =
    "SELECT body FROM government_return WHERE ticket = $1 AND kind = 'file' ORDER BY number LIMIT 1000";
const ADD: &str = "INSERT INTO government_return (ticket, number, kind, body, state, attempts, created_at, error) \
     VALUES ($1, $2, $3, $4, 'waiting', 0, $5, '')";
const TRIED: &str = "UPDATE government_return SET state = $1, attempts = attempts + 1, tried_at = $2, status = $3, \
     took_ms = $4, error = $5 WHERE ticket = $6 AND number = $7 AND state = 'waiting' AND attempts = $8";
const PUT: &str = "UPDATE government_return SET state = $1 WHERE ticket = $2 AND number = $3 AND state = $4";

fn one_of(row: &Row) -> anyhow::Result<Return> {
    let word = |name: &str| -> anyhow::Result<String> { Ok(row.try_get(name)?) };
    let (kind, state) = (word("kind")?, word("state")?);
    let tried: Option<i64> = row.try_get("tried_at")?;
    Ok(Return {
        ticket: TicketId(row.try_get("ticket")?),
        number: row.try_get("number")?,
        kind: Told::of(&kind).with_context(|| format!("the kind {kind}"))?,
        body: word("body")?,
        state: Sending::of(&state).with_context(|| format!("the state {state}"))?,
        attempts: row.try_get("attempts")?,
        created_at: Timestamp::from_micros(row.try_get("created_at")?),
        tried_at: tried.map(Timestamp::from_micros),
        status: row.try_get("status")?,
        took_ms: row.try_get("took_ms")?,
        error: word("error")?,
    })
}

/// What was told of files.
pub async fn files(tx: &mut Tx, ticket: TicketId) -> anyhow::Result<Vec<String>> {
    let rows = sqlx::query(FILES).bind(ticket.get()).fetch_all(&mut **tx).await;
    rows.context("which files were told")?.iter().map(|row| Ok(row.try_get("body")?)).collect()
}

/// At the end of the ticket's line.
pub async fn add(tx: &mut Tx, ticket: &Ticket, telling: &Telling, at: Timestamp) -> anyhow::Result<()> {
    let number = tickets::longer(tx, ticket.id).await?;
    let body = tell::body(&name(ticket.id, number), ticket, telling, at).to_string();
    let add = sqlx::query(ADD).bind(ticket.id.get()).bind(number).bind(telling.kind.as_str()).bind(body);
    add.bind(at.as_micros()).execute(&mut **tx).await.context("keeping what a platform is told")?;
    Ok(())
}

/// The head of the line, which may be refused.
pub async fn head(db: &Db, ticket: TicketId) -> anyhow::Result<Option<Return>> {
    let row = sqlx::query(HEAD).bind(ticket.get()).fetch_optional(db.read()).await;
    row.with_context(|| format!("the head of the line of {ticket}"))?.as_ref().map(one_of).transpose()
}

pub async fn one(tx: &mut Tx, ticket: TicketId, number: i64) -> anyhow::Result<Option<Return>> {
    let row = sqlx::query(ONE).bind(ticket.get()).bind(number).fetch_optional(&mut **tx).await;
    row.with_context(|| format!("reading {}", name(ticket, number)))?.as_ref().map(one_of).transpose()
}

/// The last two hundred, newest first.
pub async fn of(db: &Db, ticket: TicketId) -> anyhow::Result<Vec<Return>> {
    let rows = sqlx::query(OF).bind(ticket.get()).fetch_all(db.read()).await;
    rows.with_context(|| format!("what was told of {ticket}"))?.iter().map(one_of).collect()
}

/// What came of a try; false when somebody has taken it out of the line meanwhile.
pub async fn tried(
    tx: &mut Tx,
    one: &Return,
    Try { outcome, took_ms }: &Try,
    state: Sending,
    at: Timestamp,
) -> anyhow::Result<bool> {
    let tried = sqlx::query(TRIED)
        .bind(state.as_str())
        .bind(at.as_micros())
        .bind(outcome.status())
        .bind(took_ms)
        .bind(outcome.error())
        .bind(one.ticket.get())
        .bind(one.number)
        .bind(one.attempts);
    let tried = tried.execute(&mut **tx).await.context("keeping what came of a try")?;
    Ok(tried.rows_affected() > 0)
}

/// Into the line again or out of it; false when it has moved meanwhile.
pub async fn put(tx: &mut Tx, one: &Return, state: Sending) -> anyhow::Result<bool> {
    let put = sqlx::query(PUT).bind(state.as_str()).bind(one.ticket.get()).bind(one.number);
    let put = put.bind(one.state.as_str()).execute(&mut **tx).await;
    Ok(put.context("moving what a platform is told")?.rows_affected() > 0)
}
