//! Units and members kept and found; nobody else writes these tables.

use anyhow::Context;
use db::{Db, Row, Tx};
use kernel::{PersonId, Timestamp, UnitId};
use sqlx::{AnyConnection, Row as _};

use crate::rules::{Kind, Member, Membership, Post, Unit};

pub mod feed;
pub mod learnt;
pub mod reach;
pub mod roster;

macro_rules! unit_columns {
    ($rest:literal) => {
        concat!(
            "SELECT id, parent, kind, code, name, external, duties, areas, phone, retired_at, version \
             FROM departments_unit ",
            $rest
        )
    };
}

const ALL: &str = unit_columns!("ORDER BY code");
const ONE: &str = unit_columns!("WHERE id = $1");

fn unit_of(row: &Row) -> anyhow::Result<Unit> {
    let kind: String = row.try_get("kind")?;
    let words = |name: &str| -> anyhow::Result<Vec<String>> {
        Ok(serde_json::from_str(&row.try_get::<String, _>(name)?)?)
    };
    Ok(Unit {
        id: UnitId(row.try_get("id")?),
        parent: row.try_get::<Option<i64>, _>("parent")?.map(UnitId),
        kind: Kind::of(&kind).with_context(|| format!("a unit of the kind {kind}"))?,
        code: row.try_get("code")?,
        name: row.try_get("name")?,
        external: row.try_get::<i64, _>("external")? != 0,
        duties: words("duties")?,
        areas: words("areas")?,
        phone: row.try_get("phone")?,
        retired_at: row.try_get::<Option<i64>, _>("retired_at")?.map(Timestamp::from_micros),
        version: row.try_get("version")?,
    })
}

/// Every unit, retired ones too, by code.
pub async fn all(db: &Db) -> anyhow::Result<Vec<Unit>> {
    let rows = sqlx::query(ALL).fetch_all(db.read()).await.context("reading the units")?;
    rows.iter().map(unit_of).collect()
}

/// One unit.
pub async fn unit(db: &Db, id: UnitId) -> anyhow::Result<Option<Unit>> {
    let row = sqlx::query(ONE).bind(id.get()).fetch_optional(db.read()).await;
    row.with_context(|| format!("reading {id}"))?.as_ref().map(unit_of).transpose()
}

const HOLD: &str = "UPDATE departments_tree SET version = version + 1 WHERE id = 1";

/// The same within a change: whoever holds a connection must not wait for another.
pub async fn unit_in(tx: &mut Tx, id: UnitId) -> anyhow::Result<Option<Unit>> {
    let row = sqlx::query(ONE).bind(id.get()).fetch_optional(&mut **tx).await;
    row.with_context(|| format!("reading {id}"))?.as_ref().map(unit_of).transpose()
}

/// Every unit, held until the change is over: what a change of the tree, or of who belongs to it, decides upon.
pub async fn hold(tx: &mut Tx) -> anyhow::Result<Vec<Unit>> {
    sqlx::query(HOLD).execute(&mut **tx).await.context("holding the units")?;
    within(tx).await
}

/// The same without holding it.
pub async fn within(tx: &mut Tx) -> anyhow::Result<Vec<Unit>> {
    let rows = sqlx::query(ALL).fetch_all(&mut **tx).await.context("reading the units")?;
    rows.iter().map(unit_of).collect()
}

const ADD: &str = "INSERT INTO departments_unit \
     (id, parent, kind, code, name, external, duties, areas, phone, version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)";
const CHANGE: &str = "UPDATE departments_unit SET parent = $2, kind = $3, code = $4, name = $5, external = $6, \
     duties = $7, areas = $8, phone = $9, retired_at = $10, version = version + 1 \
     WHERE id = $1 AND version = $11";

macro_rules! bound {
    ($sql:expr, $unit:expr) => {
        sqlx::query($sql)
            .bind($unit.id.get())
            .bind($unit.parent.map(UnitId::get))
            .bind($unit.kind.as_str())
            .bind($unit.code.as_str())
            .bind($unit.name.as_str())
            .bind(i64::from($unit.external))
            .bind(serde_json::to_string(&$unit.duties)?)
            .bind(serde_json::to_string(&$unit.areas)?)
            .bind($unit.phone.as_deref())
    };
}

pub async fn add(tx: &mut Tx, unit: &Unit) -> anyhow::Result<()> {
    bound!(ADD, unit).execute(&mut **tx).await.with_context(|| format!("adding the unit {}", unit.code))?;
    Ok(())
}

/// False when somebody else was faster.
pub async fn change(tx: &mut Tx, unit: &Unit) -> anyhow::Result<bool> {
    let change = bound!(CHANGE, unit).bind(unit.retired_at.map(Timestamp::as_micros)).bind(unit.version);
    let done = change.execute(&mut **tx).await.with_context(|| format!("changing the unit {}", unit.code))?;
    Ok(done.rows_affected() > 0)
}

const MEMBERS: &str =
    "SELECT unit, person, post, phone, since FROM departments_member WHERE unit = $1 ORDER BY since, person";
const COUNTS: &str = "SELECT unit, COUNT(*) AS people, \
     CAST(COALESCE(SUM(CASE WHEN post = 'leader' THEN 1 ELSE 0 END), 0) AS BIGINT) AS leaders \
     FROM departments_member GROUP BY unit";
const COUNT: &str = "SELECT COUNT(*) AS people FROM departments_member WHERE unit = $1";
const UNITS_OF: &str = "SELECT unit, post FROM departments_member WHERE person = $1 ORDER BY unit";
const PUT_MEMBER: &str = "INSERT INTO departments_member (unit, person, post, phone, since) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (unit, person) DO UPDATE SET post = excluded.post, phone = excluded.phone";
const REMOVE_MEMBER: &str = "DELETE FROM departments_member WHERE unit = $1 AND person = $2";

fn post_of(row: &Row) -> anyhow::Result<Post> {
    let post: String = row.try_get("post")?;
    Post::of(&post).with_context(|| format!("a member with the post {post}"))
}

/// Who belongs to a unit: leaders, deputies, handlers, each in the order they came.
pub async fn members(db: &Db, unit: UnitId) -> anyhow::Result<Vec<Member>> {
    let rows = sqlx::query(MEMBERS).bind(unit.get()).fetch_all(db.read()).await;
    let of = |row: &Row| {
        Ok(Member {
            unit: UnitId(row.try_get("unit")?),
            person: PersonId(row.try_get("person")?),
            post: post_of(row)?,
            phone: row.try_get("phone")?,
            since: Timestamp::from_micros(row.try_get("since")?),
        })
    };
    let rows = rows.with_context(|| format!("reading who belongs to {unit}"))?;
    let mut members = rows.iter().map(of).collect::<anyhow::Result<Vec<Member>>>()?;
    members.sort_by_key(|member| member.post);
    Ok(members)
}

/// How many belong to each unit, and how many of them lead it.
pub async fn counts(db: &Db) -> anyhow::Result<Vec<(UnitId, i64, i64)>> {
    let rows = sqlx::query(COUNTS).fetch_all(db.read()).await.context("counting members")?;
    let of = |row: &Row| Ok((UnitId(row.try_get("unit")?), row.try_get("people")?, row.try_get("leaders")?));
    rows.iter().map(of).collect()
}

pub async fn count(connection: &mut AnyConnection, unit: UnitId) -> anyhow::Result<i64> {
    let row = sqlx::query(COUNT).bind(unit.get()).fetch_one(connection).await;
    Ok(row.with_context(|| format!("counting who belongs to {unit}"))?.try_get("people")?)
}

/// The units somebody belongs to.
pub async fn units_of(db: &Db, person: PersonId) -> anyhow::Result<Vec<Membership>> {
    let rows = sqlx::query(UNITS_OF).bind(person.get()).fetch_all(db.read()).await;
    let of = |row: &Row| Ok(Membership { unit: UnitId(row.try_get("unit")?), post: post_of(row)? });
    rows.with_context(|| format!("reading the units of {person}"))?.iter().map(of).collect()
}

/// The same within a change.
pub async fn units_of_in(tx: &mut Tx, person: PersonId) -> anyhow::Result<Vec<Membership>> {
    let rows = sqlx::query(UNITS_OF).bind(person.get()).fetch_all(&mut **tx).await;
    let of = |row: &Row| Ok(Membership { unit: UnitId(row.try_get("unit")?), post: post_of(row)? });
    rows.with_context(|| format!("reading the units of {person}"))?.iter().map(of).collect()
}

/// Whether somebody belongs to no unit.
pub async fn belongs_nowhere(tx: &mut Tx, person: PersonId) -> anyhow::Result<bool> {
    let rows = sqlx::query(UNITS_OF).bind(person.get()).fetch_all(&mut **tx).await;
    Ok(rows.with_context(|| format!("reading the units of {person}"))?.is_empty())
}

/// Whether somebody belongs to one of these units.
pub async fn belongs_to(tx: &mut Tx, person: PersonId, units: &[UnitId]) -> anyhow::Result<bool> {
    let rows = sqlx::query(UNITS_OF).bind(person.get()).fetch_all(&mut **tx).await;
    for row in rows.with_context(|| format!("reading the units of {person}"))? {
        if units.contains(&UnitId(row.try_get("unit")?)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Adds a member, or changes post and telephone of one.
pub async fn put_member(tx: &mut Tx, member: &Member) -> anyhow::Result<()> {
    let put =
        sqlx::query(PUT_MEMBER).bind(member.unit.get()).bind(member.person.get()).bind(member.post.as_str());
    let put = put.bind(member.phone.as_deref()).bind(member.since.as_micros()).execute(&mut **tx).await;
    put.with_context(|| format!("putting {} into {}", member.person, member.unit))?;
    Ok(())
}

/// False when the person did not belong to it.
pub async fn remove_member(tx: &mut Tx, unit: UnitId, person: PersonId) -> anyhow::Result<bool> {
    let done = sqlx::query(REMOVE_MEMBER).bind(unit.get()).bind(person.get()).execute(&mut **tx).await;
    Ok(done.with_context(|| format!("taking {person} out of {unit}"))?.rows_affected() > 0)
}

// A row carries whether its person sees what stands below.
const SCOPE: &str = "WITH RECURSIVE below (id, leads) AS ( \
     SELECT unit, CAST(CASE WHEN post = 'handler' THEN 0 ELSE 1 END AS BIGINT) FROM departments_member WHERE person = $1 \
     UNION \
     SELECT unit.id, below.leads FROM below JOIN departments_unit unit ON unit.parent = below.id WHERE below.leads = 1 \
     ) SELECT DISTINCT id FROM below ORDER BY id";

/// The units whose matters somebody sees: the own ones, and for leaders and deputies all below them. Sorted.
pub async fn scope_of(db: &Db, person: PersonId) -> anyhow::Result<Vec<UnitId>> {
    let rows = sqlx::query(SCOPE).bind(person.get()).fetch_all(db.read()).await;
    let of = |row: &Row| Ok(UnitId(row.try_get("id")?));
    rows.with_context(|| format!("reading what {person} sees"))?.iter().map(of).collect()
}

/// The same within a change.
pub async fn scope_in(tx: &mut Tx, person: PersonId) -> anyhow::Result<Vec<UnitId>> {
    let rows = sqlx::query(SCOPE).bind(person.get()).fetch_all(&mut **tx).await;
    let of = |row: &Row| Ok(UnitId(row.try_get("id")?));
    rows.with_context(|| format!("reading what {person} sees"))?.iter().map(of).collect()
}

const ABOVE: &str = "WITH RECURSIVE above (id, depth) AS ( \
     SELECT CAST($1 AS BIGINT), CAST(0 AS BIGINT) \
     UNION \
     SELECT unit.parent, above.depth + 1 FROM above JOIN departments_unit unit ON unit.id = above.id \
     WHERE unit.parent IS NOT NULL AND above.depth < 10 \
     ) SELECT above.depth AS depth, member.person AS person, member.post AS post \
     FROM above JOIN departments_member member ON member.unit = above.id \
     WHERE member.post IN ('leader', 'deputy') ORDER BY above.depth, member.since, member.person";

/// Leaders and deputies of a unit and of those above it, from below: 0 is the unit itself.
pub async fn above(db: &Db, unit: UnitId) -> anyhow::Result<Vec<(u32, PersonId, Post)>> {
    let rows = sqlx::query(ABOVE).bind(unit.get()).fetch_all(db.read()).await;
    let of = |row: &Row| {
        let depth: i64 = row.try_get("depth")?;
        Ok((u32::try_from(depth)?, PersonId(row.try_get("person")?), post_of(row)?))
    };
    rows.with_context(|| format!("reading who leads above {unit}"))?.iter().map(of).collect()
}
