//! Notices as they are kept. With its children the only writer of the `notices_*` tables.

pub mod bulletins;
mod config;
pub mod consents;
pub mod found;
pub mod replies;
pub mod sending;
pub mod templates;
pub mod withdrawn;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use db::{Db, Row, Text, Tx, over_rows};
use kernel::{NoticeId, PersonId, Timestamp};
use serde_json::{Value, json};
use sqlx::{AnyConnection, Row as _};

use crate::rules::{Channel, Class, Kept, State, Subject, Urgency};

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT id, once, template, language, template_version, class, channel, recipient, customer, person, subject, \
             text, room, about, urgent, state, why, detail, attempts, next_at, lease_until, reference, created_by, \
             created_at, handed_at, sent_at, done_at, expires_at, version FROM notices_notice ",
            $rest
        )
    };
}
pub(crate) use columns;

const ONE: &str = columns!("WHERE id = $1");
const OF_IDS: Text = db::in_ids!(columns!("WHERE id IN "), "");
const ABOUT: &str = columns!("WHERE room = $1 AND about = $2 ORDER BY id DESC LIMIT 200");
const BY_ONCE: &str = "SELECT id FROM notices_notice WHERE once = $1";
const ADD: db::Text = db::from_rows!(
    "INSERT INTO notices_notice (id, once, template, language, template_version, class, channel, recipient, \
     customer, person, subject, text, room, about, urgent, state, why, detail, attempts, next_at, lease_until, \
     reference, created_by, created_at, handed_at, sent_at, done_at, expires_at, version) SELECT CAST(value ->> 0 AS \
     BIGINT), value ->> 1, value ->> 2, value ->> 3, CAST(value ->> 4 AS BIGINT), value ->> 5, value ->> 6, value \
     ->> 7, value ->> 8, CAST(value ->> 9 AS BIGINT), value ->> 10, value ->> 11, value ->> 12, value ->> 13, \
     CAST(value ->> 14 AS BIGINT), value ->> 15, value ->> 16, value ->> 17, CAST(value ->> 18 AS BIGINT), \
     CAST(value ->> 19 AS BIGINT), CAST(value ->> 20 AS BIGINT), CAST(value ->> 21 AS BIGINT), CAST(value ->> 22 AS \
     BIGINT), CAST(value ->> 23 AS BIGINT), CAST(value ->> 24 AS BIGINT), CAST(value ->> 25 AS BIGINT), CAST(value \
     ->> 26 AS BIGINT), CAST(value ->> 27 AS BIGINT), 1 FROM ",
    " ON CONFLICT (once) DO NOTHING"
);
const SAVE: Text = over_rows!(
    "UPDATE notices_notice SET state = value ->> 0, why = value ->> 1, detail = value ->> 2, attempts = CAST(value ->> 3 AS BIGINT), \
     next_at = CAST(value ->> 4 AS BIGINT), lease_until = CAST(value ->> 5 AS BIGINT), handed_at = CAST(value ->> 6 AS BIGINT), \
     sent_at = CAST(value ->> 7 AS BIGINT), done_at = CAST(value ->> 8 AS BIGINT), version = version + 1 FROM ",
    " AND notices_notice.id = CAST(value ->> 9 AS BIGINT) AND version = CAST(value ->> 10 AS BIGINT) RETURNING notices_notice.id"
);

pub fn kept(row: &Row) -> anyhow::Result<Kept> {
    let time = |name: &str| -> anyhow::Result<Timestamp> { Ok(Timestamp::from_micros(row.try_get(name)?)) };
    let maybe = |name: &str| -> anyhow::Result<Option<Timestamp>> {
        Ok(row.try_get::<Option<i64>, _>(name)?.map(Timestamp::from_micros))
    };
    let person = |name: &str| -> anyhow::Result<Option<PersonId>> {
        Ok(row.try_get::<Option<i64>, _>(name)?.map(PersonId))
    };
    let word = |name: &str| -> anyhow::Result<String> { Ok(row.try_get(name)?) };
    let (class, channel, state) = (word("class")?, word("channel")?, word("state")?);
    Ok(Kept {
        id: NoticeId(row.try_get("id")?),
        once: word("once")?,
        template: word("template")?,
        language: word("language")?,
        template_version: row.try_get("template_version")?,
        class: Class::of(&class).with_context(|| format!("the class {class}"))?,
        channel: Channel::of(&channel).with_context(|| format!("the channel {channel}"))?,
        recipient: word("recipient")?,
        customer: row.try_get("customer")?,
        person: person("person")?,
        subject: word("subject")?,
        text: word("text")?,
        about: Subject { room: word("room")?, id: word("about")? },
        urgency: if row.try_get::<i64, _>("urgent")? == 1 { Urgency::Urgent } else { Urgency::Normal },
        state: State::of(&state).with_context(|| format!("the state {state}"))?,
        why: word("why")?,
        detail: word("detail")?,
        attempts: row.try_get("attempts")?,
        next_at: time("next_at")?,
        lease_until: maybe("lease_until")?,
        reference: u16::try_from(row.try_get::<i64, _>("reference")?).unwrap_or(0),
        created_by: person("created_by")?,
        created_at: time("created_at")?,
        handed_at: maybe("handed_at")?,
        sent_at: maybe("sent_at")?,
        done_at: maybe("done_at")?,
        expires_at: time("expires_at")?,
        version: row.try_get("version")?,
    })
}

pub async fn one(connection: &mut AnyConnection, id: NoticeId) -> anyhow::Result<Option<Kept>> {
    let row = sqlx::query(ONE).bind(id.get()).fetch_optional(connection).await;
    row.with_context(|| format!("reading {id}"))?.as_ref().map(kept).transpose()
}

pub async fn of_ids(tx: &mut Tx, ids: &[NoticeId]) -> anyhow::Result<BTreeMap<NoticeId, Kept>> {
    let list = db::ids(ids.iter().map(|id| id.get()));
    let rows = sqlx::query(OF_IDS.of(tx.db().kind())).bind(list).fetch_all(&mut **tx).await;
    let notices = rows.context("reading notices")?;
    notices.iter().map(|row| kept(row).map(|notice| (notice.id, notice))).collect()
}

pub async fn read(db: &Db, id: NoticeId) -> anyhow::Result<Option<Kept>> {
    let row = sqlx::query(ONE).bind(id.get()).fetch_optional(db.read()).await;
    row.with_context(|| format!("reading {id}"))?.as_ref().map(kept).transpose()
}

/// Notices about a thing of another room, newest first.
pub async fn about(db: &Db, about: &Subject) -> anyhow::Result<Vec<Kept>> {
    let rows = sqlx::query(ABOUT).bind(&about.room).bind(&about.id).fetch_all(db.read()).await;
    rows.context("notices about something")?.iter().map(kept).collect()
}

pub async fn by_once(tx: &mut Tx, once: &str) -> anyhow::Result<Option<NoticeId>> {
    let row =
        sqlx::query(BY_ONCE).bind(once).fetch_optional(&mut **tx).await.context("looking for a notice")?;
    row.map(|row| Ok(NoticeId(row.try_get("id")?))).transpose()
}

/// False when there is one with the key of one of them; the others are written.
pub async fn add_all(tx: &mut Tx, notices: &[Kept]) -> anyhow::Result<bool> {
    let micros = |at: Option<Timestamp>| at.map(Timestamp::as_micros);
    let row = |notice: &Kept| {
        json!([
            notice.id.get(),
            notice.once,
            notice.template,
            notice.language,
            notice.template_version,
            notice.class.as_str(),
            notice.channel.as_str(),
            notice.recipient,
            notice.customer,
            notice.person.map(PersonId::get),
            notice.subject,
            notice.text,
            notice.about.room,
            notice.about.id,
            i64::from(notice.urgency == Urgency::Urgent),
            notice.state.as_str(),
            notice.why,
            notice.detail,
            notice.attempts,
            notice.next_at.as_micros(),
            micros(notice.lease_until),
            notice.reference,
            notice.created_by.map(PersonId::get),
            notice.created_at.as_micros(),
            micros(notice.handed_at),
            micros(notice.sent_at),
            micros(notice.done_at),
            notice.expires_at.as_micros(),
        ])
    };
    let rows: Value = notices.iter().map(row).collect();
    let add = sqlx::query(ADD.of(tx.db().kind())).bind(rows.to_string()).execute(&mut **tx).await;
    Ok(add.context("queueing notices")?.rows_affected() == notices.len() as u64)
}

/// False when there is one with this key.
pub async fn add(tx: &mut Tx, notice: &Kept) -> anyhow::Result<bool> {
    add_all(tx, std::slice::from_ref(notice)).await
}

/// Keeps a notice as it is now. False when somebody else was faster than whoever read its version.
pub async fn save(tx: &mut Tx, notice: &Kept) -> anyhow::Result<bool> {
    let saved = save_all(tx, std::slice::from_ref(notice)).await?;
    Ok(saved.contains(&notice.id))
}

/// The same for many; which of them were kept.
pub async fn save_all(tx: &mut Tx, notices: &[Kept]) -> anyhow::Result<BTreeSet<NoticeId>> {
    if notices.is_empty() {
        return Ok(BTreeSet::new());
    }
    let micros = |at: Option<Timestamp>| at.map(Timestamp::as_micros);
    let row = |notice: &Kept| {
        json!([
            notice.state.as_str(),
            notice.why,
            notice.detail,
            notice.attempts,
            notice.next_at.as_micros(),
            micros(notice.lease_until),
            micros(notice.handed_at),
            micros(notice.sent_at),
            micros(notice.done_at),
            notice.id.get(),
            notice.version,
        ])
    };
    let rows: Value = notices.iter().map(row).collect();
    let save = sqlx::query(SAVE.of(tx.db().kind())).bind(rows.to_string());
    let saved = save.fetch_all(&mut **tx).await.with_context(|| match notices {
        [one] => format!("keeping {}", one.id),
        many => format!("keeping {} notices", many.len()),
    })?;
    saved.iter().map(|row| Ok(NoticeId(row.try_get("id")?))).collect()
}
