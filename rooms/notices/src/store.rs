//! Notices as they are kept. With its children the only writer of the `notices_*` tables.

pub mod bulletins;
mod config;
pub mod consents;
pub mod found;
pub mod sending;
pub mod templates;

use anyhow::Context;
use db::{Db, Row, Tx};
use kernel::{NoticeId, PersonId, Timestamp};
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
const ABOUT: &str = columns!("WHERE room = $1 AND about = $2 ORDER BY id DESC LIMIT 200");
const BY_ONCE: &str = "SELECT id FROM notices_notice WHERE once = $1";
const ADD: &str = "INSERT INTO notices_notice (id, once, template, language, template_version, class, channel, recipient, \
     customer, person, subject, text, room, about, urgent, state, why, detail, attempts, next_at, lease_until, reference, \
     created_by, created_at, handed_at, sent_at, done_at, expires_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, \
     $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, 1) \
     ON CONFLICT (once) DO NOTHING";
const SAVE: &str = "UPDATE notices_notice SET state = $1, why = $2, detail = $3, attempts = $4, next_at = $5, \
     lease_until = $6, handed_at = $7, sent_at = $8, done_at = $9, version = version + 1 WHERE id = $10 AND version = $11";

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

pub async fn read(db: &Db, id: NoticeId) -> anyhow::Result<Option<Kept>> {
    let row = sqlx::query(ONE).bind(id.get()).fetch_optional(db.read()).await;
    row.with_context(|| format!("reading {id}"))?.as_ref().map(kept).transpose()
}

/// Notices about a thing of another room, newest first.
pub async fn about(db: &Db, about: &Subject) -> anyhow::Result<Vec<Kept>> {
    let rows = sqlx::query(ABOUT).bind(&about.room).bind(&about.id).fetch_all(db.read()).await;
    rows.context("notices about something")?.iter().map(kept).collect()
}

/// The same inside a change.
pub async fn about_in(tx: &mut Tx, about: &Subject) -> anyhow::Result<Vec<Kept>> {
    let rows = sqlx::query(ABOUT).bind(&about.room).bind(&about.id).fetch_all(&mut **tx).await;
    rows.context("notices about something")?.iter().map(kept).collect()
}

pub async fn by_once(tx: &mut Tx, once: &str) -> anyhow::Result<Option<NoticeId>> {
    let row =
        sqlx::query(BY_ONCE).bind(once).fetch_optional(&mut **tx).await.context("looking for a notice")?;
    row.map(|row| Ok(NoticeId(row.try_get("id")?))).transpose()
}

/// False when there is one with this key.
pub async fn add(tx: &mut Tx, notice: &Kept) -> anyhow::Result<bool> {
    let micros = |at: Option<Timestamp>| at.map(Timestamp::as_micros);
    let add = sqlx::query(ADD)
        .bind(notice.id.get())
        .bind(&notice.once)
        .bind(&notice.template)
        .bind(&notice.language)
        .bind(notice.template_version)
        .bind(notice.class.as_str())
        .bind(notice.channel.as_str())
        .bind(&notice.recipient)
        .bind(&notice.customer)
        .bind(notice.person.map(PersonId::get))
        .bind(&notice.subject)
        .bind(&notice.text)
        .bind(&notice.about.room)
        .bind(&notice.about.id)
        .bind(i64::from(notice.urgency == Urgency::Urgent))
        .bind(notice.state.as_str())
        .bind(&notice.why)
        .bind(&notice.detail)
        .bind(notice.attempts)
        .bind(notice.next_at.as_micros())
        .bind(micros(notice.lease_until))
        .bind(i64::from(notice.reference))
        .bind(notice.created_by.map(PersonId::get))
        .bind(notice.created_at.as_micros())
        .bind(micros(notice.handed_at))
        .bind(micros(notice.sent_at))
        .bind(micros(notice.done_at))
        .bind(notice.expires_at.as_micros());
    Ok(add.execute(&mut **tx).await.context("queueing a notice")?.rows_affected() > 0)
}

/// Writes what changes in a notice's life; false when somebody else was faster.
pub async fn save(tx: &mut Tx, notice: &Kept) -> anyhow::Result<bool> {
    let micros = |at: Option<Timestamp>| at.map(Timestamp::as_micros);
    let save = sqlx::query(SAVE)
        .bind(notice.state.as_str())
        .bind(&notice.why)
        .bind(&notice.detail)
        .bind(notice.attempts)
        .bind(notice.next_at.as_micros())
        .bind(micros(notice.lease_until))
        .bind(micros(notice.handed_at))
        .bind(micros(notice.sent_at))
        .bind(micros(notice.done_at))
        .bind(notice.id.get())
        .bind(notice.version);
    let saved = save.execute(&mut **tx).await;
    Ok(saved.with_context(|| format!("keeping {}", notice.id))?.rows_affected() > 0)
}
