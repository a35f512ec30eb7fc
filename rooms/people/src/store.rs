//! The only writer of this room's tables.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::Context;
use db::{Db, Row as DbRow, Tx};
use kernel::{GroupId, PersonId, QueueId, Timestamp};
use sqlx::{AnyConnection, Row};

use crate::rules::{Agent, Person, Phone, PhoneDigest, State};

macro_rules! person_columns {
    ($rest:literal) => {
        concat!(
            "SELECT id, number, name, group_id, state, phone, contact, ready, wrap_up_s, must_change, password_set_at, \
             failures, locked_until, version, password FROM people_person ",
            $rest
        )
    };
}

pub mod groups;
pub mod list;
pub mod put;
pub mod second_factor;
pub mod session;
pub mod teams;
#[cfg(test)]
mod tests;

pub use put::put_agent;

const BY_ID: &str = person_columns!("WHERE id = $1");
const BY_NUMBER: &str = person_columns!("WHERE number = $1");
const ROLES: &str = "SELECT role FROM people_person_role WHERE person = $1";
const QUEUES: &str = "SELECT queue, rank FROM people_person_queue WHERE person = $1";
const SKILLS: &str = "SELECT skill, level FROM people_person_skill WHERE person = $1";

fn opt_seconds(row: &DbRow, name: &str) -> anyhow::Result<Option<Duration>> {
    let seconds: Option<i64> = row.try_get(name)?;
    Ok(seconds.map(|s| Duration::from_secs(u64::try_from(s).unwrap_or(0))))
}

fn small(value: i64) -> u8 {
    u8::try_from(value.clamp(0, 255)).unwrap_or(u8::MAX)
}

/// The person without roles, queues and skills, and the password's hash.
fn person_of(row: &DbRow) -> anyhow::Result<(Person, Option<String>)> {
    let state: String = row.try_get("state")?;
    let person = Person {
        id: PersonId(row.try_get("id")?),
        number: row.try_get("number")?,
        name: row.try_get("name")?,
        group: row.try_get::<Option<i64>, _>("group_id")?.map(GroupId),
        roles: BTreeSet::new(),
        queues: BTreeMap::new(),
        skills: BTreeMap::new(),
        state: State::from_key(&state).with_context(|| format!("unknown state {state:?} of a person"))?,
        phone: row.try_get::<i64, _>("phone")? != 0,
        contact: row.try_get("contact")?,
        ready: row.try_get::<i64, _>("ready")? != 0,
        wrap_up: opt_seconds(row, "wrap_up_s")?,
        must_change_password: row.try_get::<i64, _>("must_change")? != 0,
        password_set_at: row.try_get::<Option<i64>, _>("password_set_at")?.map(Timestamp::from_micros),
        failures: u32::try_from(row.try_get::<i64, _>("failures")?).unwrap_or(u32::MAX),
        locked_until: row.try_get::<Option<i64>, _>("locked_until")?.map(Timestamp::from_micros),
        version: row.try_get("version")?,
    };
    Ok((person, row.try_get("password")?))
}

async fn complete(connection: &mut AnyConnection, row: &DbRow) -> anyhow::Result<(Person, Option<String>)> {
    let (mut person, password) = person_of(row)?;
    let id = person.id.get();
    for row in sqlx::query(ROLES).bind(id).fetch_all(&mut *connection).await? {
        person.roles.insert(row.try_get("role")?);
    }
    for row in sqlx::query(QUEUES).bind(id).fetch_all(&mut *connection).await? {
        person.queues.insert(QueueId(row.try_get("queue")?), small(row.try_get("rank")?));
    }
    for row in sqlx::query(SKILLS).bind(id).fetch_all(&mut *connection).await? {
        person.skills.insert(row.try_get("skill")?, small(row.try_get("level")?));
    }
    Ok((person, password))
}

/// One person with the hash of the password.
pub async fn by_id(
    connection: &mut AnyConnection,
    id: PersonId,
) -> anyhow::Result<Option<(Person, Option<String>)>> {
    let row = sqlx::query(BY_ID).bind(id.get()).fetch_optional(&mut *connection).await;
    match row.with_context(|| format!("reading {id}"))? {
        Some(row) => complete(connection, &row).await.map(Some),
        None => Ok(None),
    }
}

const HOLD: &str = "UPDATE people_person SET failures = failures WHERE id = $1";

/// The same, held until the change is over: tries that come together are counted one after the other.
pub async fn hold(tx: &mut Tx, id: PersonId) -> anyhow::Result<Option<(Person, Option<String>)>> {
    sqlx::query(HOLD).bind(id.get()).execute(&mut **tx).await.with_context(|| format!("holding {id}"))?;
    by_id(tx, id).await
}

pub async fn by_number(
    connection: &mut AnyConnection,
    number: &str,
) -> anyhow::Result<Option<(Person, Option<String>)>> {
    let row = sqlx::query(BY_NUMBER).bind(number).fetch_optional(&mut *connection).await;
    match row.context("reading a person by number")? {
        Some(row) => complete(connection, &row).await.map(Some),
        None => Ok(None),
    }
}

const PHONES: &str = "SELECT id, number, name, contact, realm, ha1_md5, ha1_sha256 FROM people_person \
     WHERE phone = 1 AND state = 'active' ORDER BY number";
const AGENTS: &str = "SELECT id, number, name, group_id, contact, ready, wrap_up_s FROM people_person \
     WHERE phone = 1 AND state = 'active' ORDER BY number";
const AGENTS_QUEUES: &str = "SELECT person, queue, rank FROM people_person_queue ORDER BY person, queue";
const AGENTS_SKILLS: &str = "SELECT person, skill, level FROM people_person_skill ORDER BY person, skill";

/// Every telephone that may register, for the directory of the SIP shell.
pub async fn phones(db: &Db) -> anyhow::Result<Vec<Phone>> {
    let rows = sqlx::query(PHONES).fetch_all(db.read()).await.context("reading telephones")?;
    rows.iter()
        .map(|row| {
            let realm: Option<String> = row.try_get("realm")?;
            let (md5, sha256): (Option<String>, Option<String>) =
                (row.try_get("ha1_md5")?, row.try_get("ha1_sha256")?);
            Ok(Phone {
                person: PersonId(row.try_get("id")?),
                number: row.try_get("number")?,
                name: row.try_get("name")?,
                contact: row.try_get("contact")?,
                digest: match (realm, md5, sha256) {
                    (Some(realm), Some(md5), Some(sha256)) => Some(PhoneDigest { realm, md5, sha256 }),
                    _ => None,
                },
            })
        })
        .collect()
}

/// Everybody who answers calls, for the distributor's policy and the exchange's configuration.
pub async fn agents(db: &Db) -> anyhow::Result<Vec<Agent>> {
    let rows = sqlx::query(AGENTS).fetch_all(db.read()).await.context("reading agents")?;
    let mut queues: BTreeMap<i64, BTreeMap<QueueId, u8>> = BTreeMap::new();
    for row in sqlx::query(AGENTS_QUEUES).fetch_all(db.read()).await? {
        let of = queues.entry(row.try_get("person")?).or_default();
        of.insert(QueueId(row.try_get("queue")?), small(row.try_get("rank")?));
    }
    let mut skills: BTreeMap<i64, BTreeMap<String, u8>> = BTreeMap::new();
    for row in sqlx::query(AGENTS_SKILLS).fetch_all(db.read()).await? {
        let of = skills.entry(row.try_get("person")?).or_default();
        of.insert(row.try_get("skill")?, small(row.try_get("level")?));
    }
    rows.iter()
        .map(|row| {
            let id: i64 = row.try_get("id")?;
            Ok(Agent {
                person: PersonId(id),
                number: row.try_get("number")?,
                name: row.try_get("name")?,
                group: row.try_get::<Option<i64>, _>("group_id")?.map(GroupId),
                queues: queues.remove(&id).unwrap_or_default(),
                skills: skills.remove(&id).unwrap_or_default(),
                wrap_up: opt_seconds(row, "wrap_up_s")?,
                contact: row.try_get("contact")?,
                ready: row.try_get::<i64, _>("ready")? != 0,
            })
        })
        .collect()
}

const INSERT: &str = "INSERT INTO people_person (id, number, name, group_id, state, phone, contact, ready, wrap_up_s, \
     must_change, failures, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, 1) \
     ON CONFLICT (number) DO NOTHING";
const UPDATE: &str = "UPDATE people_person SET name = $1, group_id = $2, state = $3, phone = $4, contact = $5, \
     ready = $6, wrap_up_s = $7, must_change = $10, failures = $11, locked_until = $12, \
     realm = CASE WHEN $4 = 1 THEN realm END, ha1_md5 = CASE WHEN $4 = 1 THEN ha1_md5 END, \
     ha1_sha256 = CASE WHEN $4 = 1 THEN ha1_sha256 END, version = version + 1 WHERE id = $8 AND version = $9";
const CLEAR_ROLES: &str = "DELETE FROM people_person_role WHERE person = $1";
const ADD_ROLE: &str = "INSERT INTO people_person_role (person, role) VALUES ($1, $2)";
const CLEAR_QUEUES: &str = "DELETE FROM people_person_queue WHERE person = $1";
const ADD_QUEUE: &str = "INSERT INTO people_person_queue (person, queue, rank) VALUES ($1, $2, $3)";
const CLEAR_SKILLS: &str = "DELETE FROM people_person_skill WHERE person = $1";
const ADD_SKILL: &str = "INSERT INTO people_person_skill (person, skill, level) VALUES ($1, $2, $3)";

fn seconds(duration: Option<Duration>) -> Option<i64> {
    duration.map(|d| i64::try_from(d.as_secs()).unwrap_or(i64::MAX))
}

/// A new person; false when the number is taken.
pub async fn insert(tx: &mut Tx, person: &Person) -> anyhow::Result<bool> {
    let added = sqlx::query(INSERT)
        .bind(person.id.get())
        .bind(person.number.as_str())
        .bind(person.name.as_str())
        .bind(person.group.map(GroupId::get))
        .bind(person.state.key())
        .bind(i64::from(person.phone))
        .bind(person.contact.as_deref())
        .bind(i64::from(person.ready))
        .bind(seconds(person.wrap_up))
        .execute(&mut **tx)
        .await
        .with_context(|| format!("adding {}", person.number))?;
    if added.rows_affected() == 0 {
        return Ok(false);
    }
    save_lists(tx, person, false).await?;
    Ok(true)
}

/// Everything but the password; false when somebody else was faster.
pub async fn update(tx: &mut Tx, person: &Person) -> anyhow::Result<bool> {
    let changed = sqlx::query(UPDATE)
        .bind(person.name.as_str())
        .bind(person.group.map(GroupId::get))
        .bind(person.state.key())
        .bind(i64::from(person.phone))
        .bind(person.contact.as_deref())
        .bind(i64::from(person.ready))
        .bind(seconds(person.wrap_up))
        .bind(person.id.get())
        .bind(person.version)
        .bind(i64::from(person.must_change_password))
        .bind(i64::from(person.failures))
        .bind(person.locked_until.map(Timestamp::as_micros))
        .execute(&mut **tx)
        .await
        .with_context(|| format!("changing {}", person.id))?;
    if changed.rows_affected() == 0 {
        return Ok(false);
    }
    save_lists(tx, person, true).await?;
    Ok(true)
}

async fn save_lists(tx: &mut Tx, person: &Person, clear: bool) -> anyhow::Result<()> {
    let id = person.id.get();
    if clear {
        for sql in [CLEAR_ROLES, CLEAR_QUEUES, CLEAR_SKILLS] {
            sqlx::query(sql).bind(id).execute(&mut **tx).await?;
        }
    }
    for role in &person.roles {
        sqlx::query(ADD_ROLE)
            .bind(id)
            .bind(role.as_str())
            .execute(&mut **tx)
            .await
            .context("giving a role")?;
    }
    for (queue, rank) in &person.queues {
        let add = sqlx::query(ADD_QUEUE).bind(id).bind(queue.get()).bind(i64::from(*rank));
        add.execute(&mut **tx).await.context("giving a queue")?;
    }
    for (skill, level) in &person.skills {
        let add = sqlx::query(ADD_SKILL).bind(id).bind(skill.as_str()).bind(i64::from(*level));
        add.execute(&mut **tx).await.context("giving a skill")?;
    }
    Ok(())
}

/// What is kept of a password.
pub struct Secret {
    /// Argon2id.
    pub hash: String,
    pub digest: Option<PhoneDigest>,
    pub must_change: bool,
}

const SET_PASSWORD: &str = "UPDATE people_person SET password = $1, password_set_at = $2, must_change = $3, realm = $4, \
     ha1_md5 = $5, ha1_sha256 = $6, failures = 0, locked_until = NULL WHERE id = $7";

pub async fn set_password(tx: &mut Tx, id: PersonId, secret: &Secret, now: Timestamp) -> anyhow::Result<()> {
    let digest = secret.digest.as_ref();
    sqlx::query(SET_PASSWORD)
        .bind(secret.hash.as_str())
        .bind(now.as_micros())
        .bind(i64::from(secret.must_change))
        .bind(digest.map(|d| d.realm.as_str()))
        .bind(digest.map(|d| d.md5.as_str()))
        .bind(digest.map(|d| d.sha256.as_str()))
        .bind(id.get())
        .execute(&mut **tx)
        .await
        .with_context(|| format!("setting the password of {id}"))?;
    Ok(())
}

const DIGEST: &str = "SELECT realm, ha1_md5, ha1_sha256 FROM people_person WHERE number = $1";

/// What the registrar would check against.
pub async fn phone_digest(
    connection: &mut AnyConnection,
    number: &str,
) -> anyhow::Result<Option<PhoneDigest>> {
    let Some(row) = sqlx::query(DIGEST).bind(number).fetch_optional(connection).await? else {
        return Ok(None);
    };
    let realm: Option<String> = row.try_get("realm")?;
    let (md5, sha256): (Option<String>, Option<String>) =
        (row.try_get("ha1_md5")?, row.try_get("ha1_sha256")?);
    Ok(match (realm, md5, sha256) {
        (Some(realm), Some(md5), Some(sha256)) => Some(PhoneDigest { realm, md5, sha256 }),
        _ => None,
    })
}
