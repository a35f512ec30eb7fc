//! What callers were told before the menu or in answer to a question, and what they did then: the shield's figures.

use anyhow::{Context, Result};
use db::{Db, Tx};
use exchange::Fact;
use exchange::fact::What;
use kernel::{CallId, Timestamp};
use serde::Serialize;
use sqlx::Row;
use utoipa::ToSchema;

use crate::{AnnouncementHeard, WantsToBeTold};

const ADD: &str = "INSERT INTO calls_heard (call, subject, revision, at, node, own, whole) \
     VALUES ($1, $2, $3, $4, $5, $6, 0) ON CONFLICT (call, subject, revision) DO NOTHING";
const WHOLE: &str = "UPDATE calls_heard SET whole = 1 WHERE call = $1 AND node = $2 RETURNING subject, own";
const CHOSEN: &str = "UPDATE calls_heard SET chosen = $3 WHERE call = $1 AND node = $2 AND chosen IS NULL";
const TELL: &str =
    "UPDATE calls_heard SET tell_number = $4 WHERE call = $1 AND subject = $2 AND revision = $3";
const BY_CALL: &str = "SELECT subject, revision, at, node, own, whole, chosen, tell_number FROM calls_heard \
     WHERE call = $1 ORDER BY at, subject, revision";
macro_rules! figures {
    ($which:literal) => {
        concat!(
            "SELECT h.subject, CAST(COUNT(DISTINCT h.call) AS BIGINT) AS callers, \
             CAST(COUNT(DISTINCT CASE WHEN h.own = 1 THEN h.call END) AS BIGINT) AS own, \
             CAST(COUNT(DISTINCT CASE WHEN h.whole = 1 THEN h.call END) AS BIGINT) AS whole, \
             CAST(COUNT(DISTINCT CASE WHEN h.tell_number IS NOT NULL THEN h.call END) AS BIGINT) AS to_be_told, \
             CAST(COUNT(DISTINCT CASE WHEN r.requested_at IS NOT NULL THEN h.call END) AS BIGINT) AS asked_person \
             FROM calls_heard h JOIN calls_records r ON r.id = h.call WHERE r.direction = 'in' AND ",
            $which,
            " AND h.at >= $2 AND h.at < $3 GROUP BY h.subject ORDER BY 2 DESC, 1 LIMIT $4"
        )
    };
}
const OF_ALL: &str = figures!("CAST($1 AS TEXT) IS NULL");
const OF_SUBJECT: &str = figures!("h.subject = $1");

/// One thing a caller was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Heard {
    pub subject: String,
    pub revision: i64,
    #[schema(value_type = String)]
    pub at: Timestamp,
    pub node: String,
    /// It concerned this caller, not everybody.
    pub own: bool,
    /// To its end.
    pub whole: bool,
    /// The key pressed there.
    pub chosen: Option<String>,
    /// Wants to be told how it goes on.
    pub to_be_told: bool,
}

/// How many calls heard of one thing, and what came of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Figures {
    pub subject: String,
    pub callers: i64,
    /// It was their own.
    pub own: i64,
    /// Heard it to the end.
    pub whole: i64,
    pub to_be_told: i64,
    /// Asked for a person all the same; the rest served themselves.
    pub asked_person: i64,
}

/// What a fact says of it. `told_at`: the node that last told this caller something.
pub(super) async fn follow(tx: &mut Tx, fact: &Fact, told_at: Option<&str>, caller: &str) -> Result<()> {
    let query = match &fact.what {
        What::Announced { call, node, subject, revision, own } => sqlx::query(ADD)
            .bind(call.get())
            .bind(subject)
            .bind(i64::from(*revision))
            .bind(fact.at.as_micros())
            .bind(node)
            .bind(i64::from(*own)),
        What::AnnouncementHeard { call, node } => return whole(tx, (*call, caller), node, fact.at).await,
        What::MenuChosen { call, node, key } if told_at == Some(node) => {
            sqlx::query(CHOSEN).bind(call.get()).bind(node).bind(key.to_string())
        }
        What::WantsToBeTold { call, number, subject, revision, .. } => {
            let event = WantsToBeTold {
                call: *call,
                number: number.clone(),
                subject: subject.clone(),
                revision: *revision,
            };
            tx.emit(fact.at, &event)?;
            sqlx::query(TELL).bind(call.get()).bind(subject).bind(i64::from(*revision)).bind(number)
        }
        _ => return Ok(()),
    };
    query.execute(&mut **tx).await.context("what a caller was told")?;
    Ok(())
}

/// Heard to its end. Whom it concerned tells others so.
async fn whole(tx: &mut Tx, (call, number): (CallId, &str), node: &str, at: Timestamp) -> Result<()> {
    let query = sqlx::query(WHOLE).bind(call.get()).bind(node.to_owned());
    for row in query.fetch_all(&mut **tx).await.context("what a caller heard to its end")? {
        if row.try_get::<i64, _>("own")? == 0 || number.is_empty() {
            continue;
        }
        let subject = row.try_get("subject")?;
        tx.emit(at, &AnnouncementHeard { call, number: number.to_owned(), subject })?;
    }
    Ok(())
}

/// What one caller was told, in order.
pub async fn by_call(db: &Db, call: CallId) -> Result<Vec<Heard>> {
    let rows = sqlx::query(BY_CALL).bind(call.get()).fetch_all(db.read()).await.context("what was heard")?;
    let heard = |row: &db::Row| {
        Ok(Heard {
            subject: row.try_get("subject")?,
            revision: row.try_get("revision")?,
            at: Timestamp::from_micros(row.try_get("at")?),
            node: row.try_get("node")?,
            own: row.try_get::<i64, _>("own")? != 0,
            whole: row.try_get::<i64, _>("whole")? != 0,
            chosen: row.try_get("chosen")?,
            to_be_told: row.try_get::<Option<String>, _>("tell_number")?.is_some(),
        })
    };
    rows.iter().map(heard).collect()
}

/// The figures of one subject, or of all, told in `[from, to)`; those most heard first.
pub async fn figures(
    db: &Db,
    subject: Option<&str>,
    from: Timestamp,
    to: Timestamp,
    limit: u32,
) -> Result<Vec<Figures>> {
    let rows = sqlx::query(if subject.is_some() { OF_SUBJECT } else { OF_ALL })
        .bind(subject)
        .bind(from.as_micros())
        .bind(to.as_micros())
        .bind(i64::from(limit))
        .fetch_all(db.read())
        .await
        .context("figures of what was heard")?;
    let figures = |row: &db::Row| {
        Ok(Figures {
            subject: row.try_get("subject")?,
            callers: row.try_get("callers")?,
            own: row.try_get("own")?,
            whole: row.try_get("whole")?,
            to_be_told: row.try_get("to_be_told")?,
            asked_person: row.try_get("asked_person")?,
        })
    };
    rows.iter().map(figures).collect()
}
