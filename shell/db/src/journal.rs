//! The journal: everything that happens is one line that is never changed, each line sealed with the one before it.

use anyhow::Context;
use kernel::{JournalId, PersonId, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::AnyConnection;
use sqlx::Row;

use crate::{Db, Kind, Text, from_rows};

/// One line to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub at: Timestamp,
    /// Who did it; none is the centre itself.
    pub who: Option<PersonId>,
    /// The room whose thing it is about.
    pub room: &'static str,
    /// What it is about, as an id (`ca_…`) or another stable name.
    pub subject: String,
    /// What happened, in the past tense: `signed_in`, `looked`, `password_changed`.
    pub kind: &'static str,
    pub payload: Value,
}

/// Somebody saw personal data: the journal line that must go with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    pub at: Timestamp,
    pub who: PersonId,
    pub room: &'static str,
    pub subject: String,
    /// What was shown: `phone`, `recording`.
    pub what: &'static str,
    pub reason: Option<String>,
}

impl From<Look> for Entry {
    fn from(look: Look) -> Entry {
        let payload = serde_json::json!({ "what": look.what, "reason": look.reason });
        Entry {
            at: look.at,
            who: Some(look.who),
            room: look.room,
            subject: look.subject,
            kind: "looked",
            payload,
        }
    }
}

/// The first line whose seal does not fit: it, or the one before it, was changed or taken away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    pub at: JournalId,
    pub why: &'static str,
}

/// The seal of a line: over the seal before it and all its fields, each with its length, so that nothing can be moved
/// from one field to the next.
#[allow(clippy::too_many_arguments)]
pub fn hash_of(
    before: &str,
    id: i64,
    at: i64,
    who: Option<i64>,
    room: &str,
    subject: &str,
    kind: &str,
    payload: &str,
) -> String {
    let mut hasher = Sha256::new();
    let who = who.map(|who| who.to_string()).unwrap_or_default();
    for field in [before, &id.to_string(), &at.to_string(), &who, room, subject, kind, payload] {
        hasher.update((field.len() as u64).to_be_bytes());
        hasher.update(field.as_bytes());
    }
    hex::encode(hasher.finalize())
}

/// Locks the heads of journal and outbox; whoever holds it writes the next lines.
const HEAD: &str = "UPDATE db_head SET journal = journal WHERE id = 1 RETURNING journal, hash";
const ADVANCE: &str = "UPDATE db_head SET journal = $1, hash = $2 WHERE id = 1";
const APPEND: Text = from_rows!(
    "INSERT INTO db_journal (id, at, who, room, subject, kind, payload, hash) SELECT CAST(value ->> 0 AS BIGINT), \
     CAST(value ->> 1 AS BIGINT), CAST(value ->> 2 AS BIGINT), value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7 FROM ",
    ""
);

/// However many lines there are, it is the same number of statements.
pub(crate) async fn append(
    connection: &mut AnyConnection,
    db: Kind,
    entries: &[Entry],
) -> anyhow::Result<()> {
    let head = sqlx::query(HEAD).fetch_one(&mut *connection).await.context("locking the journal")?;
    if entries.is_empty() {
        return Ok(());
    }
    let mut id: i64 = head.try_get("journal")?;
    let mut hash: String = head.try_get("hash")?;
    let mut rows = Vec::with_capacity(entries.len());
    for Entry { at, who, room, subject, kind, payload } in entries {
        id += 1;
        let (at, who, payload) = (at.as_micros(), who.map(PersonId::get), payload.to_string());
        hash = hash_of(&hash, id, at, who, room, subject, kind, &payload);
        rows.push(json!([id, at, who, room, subject, kind, payload, hash]));
    }
    let rows = Value::Array(rows).to_string();
    let append = sqlx::query(APPEND.of(db)).bind(rows).execute(&mut *connection).await;
    append.with_context(|| {
        let of: Vec<String> = entries.iter().map(|entry| format!("{}.{}", entry.room, entry.kind)).collect();
        format!("writing {} to the journal", of.join(", "))
    })?;
    sqlx::query(ADVANCE).bind(id).bind(hash).execute(connection).await.context("advancing the journal")?;
    Ok(())
}

const PAGE: i64 = 1_000;
const READ: &str = "SELECT id, at, who, room, subject, kind, payload, hash FROM db_journal \
     WHERE id > $1 ORDER BY id LIMIT $2";
const END: &str = "SELECT journal, hash FROM db_head WHERE id = 1";

impl Db {
    /// Recomputes every seal; returns how many lines there are, or the first that does not fit.
    pub async fn verify_journal(&self) -> anyhow::Result<Result<u64, Broken>> {
        // The end is read first: lines written meanwhile are simply not part of this check.
        let end = sqlx::query(END).fetch_one(self.read()).await.context("reading the journal's end")?;
        let (last, seal): (i64, String) = (end.try_get("journal")?, end.try_get("hash")?);
        let mut id = 0i64;
        let mut hash = String::new();
        while id < last {
            let rows = sqlx::query(READ)
                .bind(id)
                .bind(PAGE.min(last - id))
                .fetch_all(self.read())
                .await
                .context("reading the journal")?;
            if rows.is_empty() {
                return Ok(Err(Broken { at: JournalId(id + 1), why: "missing" }));
            }
            for row in rows {
                let found: i64 = row.try_get("id")?;
                if found != id + 1 {
                    return Ok(Err(Broken { at: JournalId(id + 1), why: "missing" }));
                }
                let (room, subject): (String, String) = (row.try_get("room")?, row.try_get("subject")?);
                let (kind, payload): (String, String) = (row.try_get("kind")?, row.try_get("payload")?);
                let stored: String = row.try_get("hash")?;
                let (at, who): (i64, Option<i64>) = (row.try_get("at")?, row.try_get("who")?);
                hash = hash_of(&hash, found, at, who, &room, &subject, &kind, &payload);
                if hash != stored {
                    return Ok(Err(Broken { at: JournalId(found), why: "changed" }));
                }
                id = found;
            }
        }
        if hash != seal {
            return Ok(Err(Broken { at: JournalId(last), why: "changed" }));
        }
        Ok(Ok(last as u64))
    }
}
