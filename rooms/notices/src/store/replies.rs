//! What customers wrote back, with what it answers.

use anyhow::Context;
use db::{Db, Row, Tx};
use kernel::{NoticeId, PersonId, Timestamp};
use sqlx::Row as _;

use crate::rules::Subject;

/// A reply as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub id: i64,
    pub at: Timestamp,
    pub phone: String,
    pub text: String,
    /// The last notice to this number, its text's code and what it was about.
    pub notice: Option<NoticeId>,
    pub template: Option<String>,
    pub about: Option<Subject>,
    /// When somebody looked at it first, and who.
    pub seen: Option<(Timestamp, PersonId)>,
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT r.id AS id, r.at AS at, r.phone AS phone, r.text AS text, r.notice AS notice, r.seen_at AS seen_at, \
             r.seen_by AS seen_by, n.template AS template, n.room AS room, n.about AS about FROM notices_reply r \
             LEFT JOIN notices_notice n ON n.id = r.notice ",
            $rest
        )
    };
}

const ONE: &str = columns!("WHERE r.id = $1");
const ALL: &str = columns!("WHERE r.id < $1 ORDER BY r.id DESC LIMIT $2");
const UNSEEN: &str = columns!("WHERE r.seen_at IS NULL AND r.id < $1 ORDER BY r.id DESC LIMIT $2");
const COUNT: &str =
    "SELECT COUNT(*) AS count FROM (SELECT id FROM notices_reply WHERE seen_at IS NULL LIMIT 1000) AS unseen";
const SEE: &str = "UPDATE notices_reply SET seen_at = $1, seen_by = $2 WHERE id = $3 AND seen_at IS NULL";

fn reply(row: &Row) -> anyhow::Result<Reply> {
    let about = match (row.try_get::<Option<String>, _>("room")?, row.try_get("about")?) {
        (Some(room), Some(id)) if !room.is_empty() => Some(Subject { room, id }),
        _ => None,
    };
    let seen = match (row.try_get::<Option<i64>, _>("seen_at")?, row.try_get::<Option<i64>, _>("seen_by")?) {
        (Some(at), Some(by)) => Some((Timestamp::from_micros(at), PersonId(by))),
        _ => None,
    };
    Ok(Reply {
        id: row.try_get("id")?,
        at: Timestamp::from_micros(row.try_get("at")?),
        phone: row.try_get("phone")?,
        text: row.try_get("text")?,
        notice: row.try_get::<Option<i64>, _>("notice")?.map(NoticeId),
        template: row.try_get("template")?,
        about,
        seen,
    })
}

/// Newest first.
pub async fn list(db: &Db, unseen: bool, before: Option<i64>, limit: i64) -> anyhow::Result<Vec<Reply>> {
    let query = sqlx::query(if unseen { UNSEEN } else { ALL }).bind(before.unwrap_or(i64::MAX)).bind(limit);
    query.fetch_all(db.read()).await.context("reading replies")?.iter().map(reply).collect()
}

/// How many nobody has looked at, a thousand at the most.
pub async fn unseen(db: &Db) -> anyhow::Result<i64> {
    let row = sqlx::query(COUNT).fetch_one(db.read()).await.context("counting replies")?;
    Ok(row.try_get("count")?)
}

pub async fn one(tx: &mut Tx, id: i64) -> anyhow::Result<Option<Reply>> {
    let row = sqlx::query(ONE).bind(id).fetch_optional(&mut **tx).await.context("reading a reply")?;
    row.as_ref().map(reply).transpose()
}

/// False when somebody had looked at it before, or there is none.
pub async fn see(tx: &mut Tx, id: i64, who: PersonId, now: Timestamp) -> anyhow::Result<bool> {
    let see = sqlx::query(SEE).bind(now.as_micros()).bind(who.get()).bind(id).execute(&mut **tx).await;
    Ok(see.context("keeping who has looked at a reply")?.rows_affected() > 0)
}
