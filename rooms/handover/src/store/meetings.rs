//! Meetings before shifts, and who has read what was said.

use anyhow::Context;
use db::{Db, Row, Tx};
use kernel::{HandoverId, PersonId, Timestamp};
use sqlx::{AnyConnection, Row as _};

use crate::rules::meeting::Meeting;

const ONE: &str = "SELECT body, version FROM handover_meeting WHERE handover = $1";
const ADD: &str =
    "INSERT INTO handover_meeting (handover, body, version) VALUES ($1, $2, 1) ON CONFLICT DO NOTHING";
const SAVE: &str =
    "UPDATE handover_meeting SET body = $1, version = version + 1 WHERE handover = $2 AND version = $3";
// The first reading counts.
const READ: &str =
    "INSERT INTO handover_read (handover, person, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
const READERS: &str = "SELECT person, at FROM handover_read WHERE handover = $1 ORDER BY at, person";

pub async fn one(connection: &mut AnyConnection, handover: HandoverId) -> anyhow::Result<Option<Meeting>> {
    let row = sqlx::query(ONE).bind(handover.get()).fetch_optional(connection).await;
    row.context("looking for a meeting")?.as_ref().map(meeting).transpose()
}

/// The same outside a change.
pub async fn read(db: &Db, handover: HandoverId) -> anyhow::Result<Option<Meeting>> {
    let row = sqlx::query(ONE).bind(handover.get()).fetch_optional(db.read()).await;
    row.context("looking for a meeting")?.as_ref().map(meeting).transpose()
}

/// Keeps it: a new one for `before` 0, otherwise the one of that version. False when somebody else was faster.
pub async fn put(tx: &mut Tx, handover: HandoverId, meeting: &Meeting, before: i64) -> anyhow::Result<bool> {
    let body = serde_json::to_string(meeting)?;
    let put = if before == 0 {
        sqlx::query(ADD).bind(handover.get()).bind(body)
    } else {
        sqlx::query(SAVE).bind(body).bind(handover.get()).bind(before)
    };
    let done = put.execute(&mut **tx).await.context("keeping a meeting")?;
    Ok(done.rows_affected() > 0)
}

pub async fn mark_read(
    tx: &mut Tx,
    handover: HandoverId,
    person: PersonId,
    now: Timestamp,
) -> anyhow::Result<()> {
    let read = sqlx::query(READ).bind(handover.get()).bind(person.get()).bind(now.as_micros());
    read.execute(&mut **tx).await.context("keeping who has read a meeting's minutes")?;
    Ok(())
}

/// Who has read it, and when.
pub async fn readers(db: &Db, handover: HandoverId) -> anyhow::Result<Vec<(PersonId, Timestamp)>> {
    let rows = sqlx::query(READERS).bind(handover.get()).fetch_all(db.read()).await;
    let one = |row: &Row| Ok((PersonId(row.try_get("person")?), Timestamp::from_micros(row.try_get("at")?)));
    rows.context("who has read a meeting's minutes")?.iter().map(one).collect()
}

fn meeting(row: &Row) -> anyhow::Result<Meeting> {
    let body: String = row.try_get("body")?;
    let meeting: Meeting = serde_json::from_str(&body).context("a meeting as kept")?;
    Ok(Meeting { version: row.try_get("version")?, ..meeting })
}
