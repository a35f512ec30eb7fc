//! Notices that are taken back, and who has been told of something: many at once.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use db::{Text, Tx};
use kernel::{NoticeId, Timestamp};
use sqlx::Row as _;

use crate::rules::{NOT_AGAIN, State, Subject};

// What is still queued is not sent; what may have gone out is not sent again. Whoever claims one meanwhile is before or after.
macro_rules! withdraw {
    ($whose:literal) => {
        concat!(
            "UPDATE notices_notice SET why = CASE WHEN state = 'queued' THEN 'taken_back' ELSE $6 END, \
             detail = CASE WHEN state = 'queued' THEN $4 ELSE detail END, \
             done_at = CASE WHEN state = 'queued' THEN $5 ELSE done_at END, \
             state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END, version = version + 1 \
             WHERE id IN (SELECT id FROM notices_notice WHERE room = $2 AND about = $3 AND ",
            $whose,
            " AND (state = 'queued' OR (state IN ('sending', 'unknown') AND why NOT IN ('sent_again', 'not_again'))) \
             ORDER BY id LIMIT $7) \
             AND (state = 'queued' OR (state IN ('sending', 'unknown') AND why NOT IN ('sent_again', 'not_again'))) \
             RETURNING id, state"
        )
    };
}
const WITHDRAW: Text = Text {
    sqlite: withdraw!("recipient IN (SELECT value FROM json_each($1))"),
    postgres: withdraw!("recipient IN (SELECT value FROM json_array_elements_text(CAST($1 AS json)))"),
};
const WITHDRAW_ALL: &str = withdraw!("$1 = ''");
const TOLD: Text = db::in_texts!(
    "SELECT recipient, state FROM notices_notice WHERE recipient IN ",
    " AND room = $2 AND about = $3 AND state IN ('queued', 'sending', 'sent', 'delivered', 'unknown') ORDER BY id LIMIT 2000"
);

/// Which were withdrawn, and whether they had been queued: the others may have gone out. Of everybody's, or of these
/// recipients'; so many at the most.
pub async fn withdraw(
    tx: &mut Tx,
    about: &Subject,
    to: Option<&[String]>,
    why: &str,
    (now, most): (Timestamp, i64),
) -> anyhow::Result<Vec<(NoticeId, bool)>> {
    let kind = tx.db().kind();
    let query = match to {
        Some(to) => sqlx::query(WITHDRAW.of(kind)).bind(serde_json::to_string(to)?),
        None => sqlx::query(WITHDRAW_ALL).bind(String::new()),
    };
    let query = query.bind(&about.room).bind(&about.id).bind(why).bind(now.as_micros());
    let rows = query.bind(NOT_AGAIN).bind(most).fetch_all(&mut **tx).await.context("taking notices back")?;
    let one = |row: &db::Row| {
        let state: String = row.try_get("state")?;
        Ok((NoticeId(row.try_get("id")?), state == State::Cancelled.as_str()))
    };
    rows.iter().map(one).collect()
}

/// Which of these recipients were told of something, or are about to be, with where that stands.
pub async fn told(
    tx: &mut Tx,
    about: &Subject,
    to: &BTreeSet<&str>,
) -> anyhow::Result<BTreeMap<String, State>> {
    let query = sqlx::query(TOLD.of(tx.db().kind())).bind(serde_json::to_string(to)?);
    let rows = query.bind(&about.room).bind(&about.id).fetch_all(&mut **tx).await;
    let one = |row: &db::Row| {
        let state: String = row.try_get("state")?;
        Ok((row.try_get("recipient")?, State::of(&state).with_context(|| format!("the state {state}"))?))
    };
    rows.context("who was told")?.iter().map(one).collect()
}
