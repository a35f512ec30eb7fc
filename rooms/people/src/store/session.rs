//! Sessions: begun by signing in, kept alive by acts, ended by time or by signing out.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::Context;
use db::{Db, Tx};
use kernel::{GroupId, Permissions, PersonId, SessionId, Timestamp};
use sqlx::Row;
use web::Actor;

use crate::rules::sign_in::{SESSION_MAX, Tried};
use crate::rules::{Person, password};

pub struct NewSession<'a> {
    pub id: SessionId,
    pub token_hash: &'a str,
    pub idle: Duration,
    pub address: &'a str,
}

const BEGIN: &str = "INSERT INTO people_session (id, person, token_hash, began_at, seen_at, idle_s, ends_at, address) \
     VALUES ($1, $2, $3, $4, $4, $5, $6, $7)";
const SUCCEEDED: &str = "UPDATE people_person SET failures = 0, locked_until = NULL WHERE id = $1";
const FAILED: &str = "UPDATE people_person SET failures = $1, locked_until = $2 WHERE id = $3";

pub async fn begin(tx: &mut Tx, person: &Person, new: NewSession<'_>, now: Timestamp) -> anyhow::Result<()> {
    sqlx::query(BEGIN)
        .bind(new.id.get())
        .bind(person.id.get())
        .bind(new.token_hash)
        .bind(now.as_micros())
        .bind(i64::try_from(new.idle.as_secs()).unwrap_or(i64::MAX))
        .bind((now + SESSION_MAX).as_micros())
        .bind(new.address)
        .execute(&mut **tx)
        .await
        .context("beginning a session")?;
    if person.failures > 0 || person.locked_until.is_some() {
        sqlx::query(SUCCEEDED).bind(person.id.get()).execute(&mut **tx).await?;
    }
    Ok(())
}

pub async fn note_failure(tx: &mut Tx, person: PersonId, tried: &Tried) -> anyhow::Result<()> {
    sqlx::query(FAILED)
        .bind(i64::from(tried.failures))
        .bind(tried.locked_until.map(Timestamp::as_micros))
        .bind(person.get())
        .execute(&mut **tx)
        .await
        .context("counting a wrong password")?;
    Ok(())
}

/// Asked at each request: everything in one answer, for all that are asked at the same moment.
const FIND: db::Text = db::in_texts!(
    "SELECT s.token_hash, s.id, s.seen_at, s.idle_s, s.ends_at, p.id AS person, p.number, p.name, p.group_id, p.state, \
     p.must_change, p.password_set_at, CAST(CASE WHEN p.totp_secret IS NULL AND EXISTS (SELECT 1 FROM people_person_role pr \
     JOIN people_role r ON r.name = pr.role WHERE pr.person = p.id AND r.second_factor = 1) THEN 1 ELSE 0 END AS BIGINT) AS no_factor, \
     (SELECT STRING_AGG(rp.permission, ' ') FROM people_person_role pr \
     JOIN people_role_permission rp ON rp.role = pr.role WHERE pr.person = p.id) AS permissions, \
     (SELECT STRING_AGG(CAST(g.id AS TEXT), ' ') FROM people_group g WHERE g.leader = p.id) AS leads \
     FROM people_session s JOIN people_person p ON p.id = s.person WHERE s.token_hash IN ",
    ""
);
const SEEN: &str = "UPDATE people_session SET seen_at = $1 WHERE id = $2";
/// An act is written down at most this often, so that reading pages does not write.
const SEEN_EVERY: Duration = Duration::from_secs(60);

/// A session as it is kept, whether it lives or not.
#[derive(Clone)]
pub struct Session {
    seen: Timestamp,
    idle: Duration,
    ends: Timestamp,
    /// The person works here.
    active: bool,
    password_set_at: Option<Timestamp>,
    /// The password must be changed, or a second factor added, before anything else.
    held_up: bool,
    actor: Actor,
}

/// The sessions with these tokens.
pub async fn found(db: &Db, hashes: &[String]) -> anyhow::Result<BTreeMap<String, Session>> {
    let text = FIND.of(db.kind());
    let rows = sqlx::query(text).bind(serde_json::to_string(hashes)?).fetch_all(db.read()).await;
    let rows = rows.context("looking for sessions")?;
    rows.iter().map(|row| Ok((row.try_get("token_hash")?, session(row)?))).collect()
}

fn session(row: &db::Row) -> anyhow::Result<Session> {
    let at = |micros| Timestamp::from_micros(micros);
    let words = |column: &str| -> anyhow::Result<String> {
        Ok(row.try_get::<Option<String>, _>(column)?.unwrap_or_default())
    };
    let leads = words("leads")?;
    let leads = leads.split_ascii_whitespace().map(|id| Ok(GroupId(id.parse()?)));
    let mut leads = leads.collect::<anyhow::Result<Vec<_>>>()?;
    leads.sort_unstable();
    Ok(Session {
        seen: at(row.try_get("seen_at")?),
        idle: Duration::from_secs(u64::try_from(row.try_get::<i64, _>("idle_s")?).unwrap_or(0)),
        ends: at(row.try_get("ends_at")?),
        active: row.try_get::<String, _>("state")? == "active",
        password_set_at: row.try_get::<Option<i64>, _>("password_set_at")?.map(at),
        held_up: row.try_get::<i64, _>("must_change")? != 0 || row.try_get::<i64, _>("no_factor")? != 0,
        actor: Actor {
            person: PersonId(row.try_get("person")?),
            number: row.try_get("number")?,
            name: row.try_get("name")?,
            session: SessionId(row.try_get("id")?),
            permissions: Permissions::of(words("permissions")?.split_ascii_whitespace().map(str::to_owned)),
            group: row.try_get::<Option<i64>, _>("group_id")?.map(GroupId),
            leads,
        },
    })
}

/// Who holds this session, if it lives. Whoever must change the password or add a second factor has no permissions until then.
pub async fn actor(db: &Db, session: Session, now: Timestamp, active: bool) -> anyhow::Result<Option<Actor>> {
    if now.since(session.seen) >= session.idle || now >= session.ends || !session.active {
        return Ok(None);
    }
    let Session { seen, password_set_at, held_up, mut actor, .. } = session;
    if active && now.since(seen) >= SEEN_EVERY {
        let mut tx = db.begin().await?;
        sqlx::query(SEEN).bind(now.as_micros()).bind(actor.session.get()).execute(&mut *tx).await?;
        tx.commit().await?;
    }
    if held_up || password::is_too_old(password_set_at, now) {
        actor.permissions = Permissions::default();
    }
    Ok(Some(actor))
}

/// Who is signed in: a session that has neither ended nor been idle too long.
macro_rules! signed_in {
    ($whose:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM people_session s WHERE s.person = ",
            $whose,
            " AND s.ends_at > $2 AND s.seen_at + s.idle_s * 1000000 > $2)"
        )
    };
}
const PRESENT_WITH: &str = concat!(
    "SELECT p.id FROM people_person_role r JOIN people_person p ON p.id = r.person \
     WHERE r.role = $1 AND p.state = 'active' AND ",
    signed_in!("p.id"),
    " ORDER BY p.number LIMIT 50"
);
const WHO_MAY: &str = concat!(
    "SELECT p.id FROM people_person p WHERE p.state = 'active' AND p.id IN (SELECT pr.person FROM people_person_role pr \
     JOIN people_role_permission rp ON rp.role = pr.role WHERE rp.permission = $1) ORDER BY CASE WHEN ",
    signed_in!("p.id"),
    " THEN 0 ELSE 1 END, p.number LIMIT 50"
);
const PRESENT: db::Text = db::in_ids!(
    "SELECT p.id FROM people_person p WHERE p.id IN ",
    concat!(" AND p.state = 'active' AND ", signed_in!("p.id"))
);
const LEADER: &str =
    "SELECT g.leader FROM people_person p JOIN people_group g ON g.id = p.group_id WHERE p.id = $1";

/// Who has this role and is signed in, by number; not more than fifty.
pub async fn present_with(tx: &mut Tx, role: &str, now: Timestamp) -> anyhow::Result<Vec<PersonId>> {
    let rows = sqlx::query(PRESENT_WITH).bind(role).bind(now.as_micros()).fetch_all(&mut **tx).await;
    let rows = rows.with_context(|| format!("reading which {role} is signed in"))?;
    rows.iter().map(|row| Ok(PersonId(row.try_get("id")?))).collect()
}

/// Which of these are signed in.
pub async fn present(tx: &mut Tx, people: &[PersonId], now: Timestamp) -> anyhow::Result<BTreeSet<PersonId>> {
    let text = PRESENT.of(tx.db().kind());
    let ids = db::ids(people.iter().map(|person| person.get()));
    let rows = sqlx::query(text).bind(ids).bind(now.as_micros()).fetch_all(&mut **tx).await;
    let rows = rows.context("reading who is signed in")?;
    rows.iter().map(|row| Ok(PersonId(row.try_get("id")?))).collect()
}

/// Who may do this, those who are signed in first, then by number; not more than fifty.
pub async fn who_may(tx: &mut Tx, permission: &str, now: Timestamp) -> anyhow::Result<Vec<PersonId>> {
    let rows = sqlx::query(WHO_MAY).bind(permission).bind(now.as_micros()).fetch_all(&mut **tx).await;
    let rows = rows.with_context(|| format!("reading who may {permission}"))?;
    rows.iter().map(|row| Ok(PersonId(row.try_get("id")?))).collect()
}

/// Who leads somebody's group.
pub async fn leader_of(tx: &mut Tx, person: PersonId) -> anyhow::Result<Option<PersonId>> {
    let row = sqlx::query(LEADER).bind(person.get()).fetch_optional(&mut **tx).await;
    let row = row.with_context(|| format!("reading who leads {person}"))?;
    let leader: Option<i64> = row.map(|row| row.try_get("leader")).transpose()?.flatten();
    Ok(leader.map(PersonId))
}

const END: &str = "DELETE FROM people_session WHERE id = $1";
const END_ALL: &str = "DELETE FROM people_session WHERE person = $1 AND id <> $2";
const FORGET: &str = "DELETE FROM people_session WHERE ends_at <= $1";

pub async fn end(tx: &mut Tx, session: SessionId) -> anyhow::Result<()> {
    sqlx::query(END).bind(session.get()).execute(&mut **tx).await.context("ending a session")?;
    Ok(())
}

/// Ends every session of a person, except the one given: after a new password, and when somebody leaves.
pub async fn end_all(tx: &mut Tx, person: PersonId, except: Option<SessionId>) -> anyhow::Result<()> {
    sqlx::query(END_ALL)
        .bind(person.get())
        .bind(except.map_or(0, SessionId::get))
        .execute(&mut **tx)
        .await
        .with_context(|| format!("ending the sessions of {person}"))?;
    Ok(())
}

/// Deletes sessions whose time is over.
pub async fn forget_old(tx: &mut Tx, now: Timestamp) -> anyhow::Result<u64> {
    let gone =
        sqlx::query(FORGET).bind(now.as_micros()).execute(&mut **tx).await.context("forgetting sessions")?;
    Ok(gone.rows_affected())
}
