//! The roster kept and found.

use std::time::Duration;

use anyhow::Context;
use db::{Db, Row, Tx};
use kernel::{DutyId, PersonId, Timestamp, UnitId};
use sqlx::{AnyConnection, Row as _};

use crate::rules::roster::{Duty, HOURS_MAX, OnDuty, Stretch};

macro_rules! stretches {
    ($rest:literal) => {
        concat!(
            "SELECT id, unit, person, duty, begins_at, ends_at, phone, reason, changed_at, version \
             FROM departments_duty ",
            $rest
        )
    };
}

fn duty_of(row: &Row) -> anyhow::Result<Duty> {
    let duty: String = row.try_get("duty")?;
    Duty::of(&duty).with_context(|| format!("a duty {duty}"))
}

fn stretch_of(row: &Row) -> anyhow::Result<Stretch> {
    Ok(Stretch {
        id: DutyId(row.try_get("id")?),
        unit: UnitId(row.try_get("unit")?),
        person: PersonId(row.try_get("person")?),
        duty: duty_of(row)?,
        from: Timestamp::from_micros(row.try_get("begins_at")?),
        to: Timestamp::from_micros(row.try_get("ends_at")?),
        phone: row.try_get("phone")?,
        reason: row.try_get("reason")?,
        changed_at: Timestamp::from_micros(row.try_get("changed_at")?),
        version: row.try_get("version")?,
    })
}

/// The earliest beginning of a stretch that can still run then.
fn reach(at: Timestamp) -> i64 {
    (at - Duration::from_secs(u64::from(HOURS_MAX) * 3600)).as_micros()
}

/// Stretches in one answer; the rest is left for a shorter time.
pub const LIST_MAX: i64 = 5_000;

const OF_UNIT: &str = stretches!(
    "WHERE unit = $1 AND begins_at >= $2 AND begins_at < $3 AND ends_at > $4 ORDER BY begins_at, id LIMIT $5"
);
const OF_PERSON: &str = stretches!(
    "WHERE person = $1 AND begins_at >= $2 AND begins_at < $3 AND ends_at > $4 ORDER BY begins_at, id LIMIT $5"
);
const ONE: &str = stretches!("WHERE id = $1");

async fn between(
    connection: &mut AnyConnection,
    sql: &'static str,
    whose: i64,
    (from, to): (Timestamp, Timestamp),
) -> anyhow::Result<Vec<Stretch>> {
    let rows = sqlx::query(sql).bind(whose).bind(reach(from)).bind(to.as_micros()).bind(from.as_micros());
    let rows = rows.bind(LIST_MAX).fetch_all(connection).await.context("reading the roster")?;
    rows.iter().map(stretch_of).collect()
}

/// A unit's stretches that touch the time.
pub async fn of_unit(
    connection: &mut AnyConnection,
    unit: UnitId,
    from: Timestamp,
    to: Timestamp,
) -> anyhow::Result<Vec<Stretch>> {
    between(connection, OF_UNIT, unit.get(), (from, to)).await
}

/// Somebody's own, in all units.
pub async fn of_person(
    connection: &mut AnyConnection,
    person: PersonId,
    from: Timestamp,
    to: Timestamp,
) -> anyhow::Result<Vec<Stretch>> {
    between(connection, OF_PERSON, person.get(), (from, to)).await
}

pub async fn one(tx: &mut Tx, id: DutyId) -> anyhow::Result<Option<Stretch>> {
    let row = sqlx::query(ONE).bind(id.get()).fetch_optional(&mut **tx).await;
    row.with_context(|| format!("reading {id}"))?.as_ref().map(stretch_of).transpose()
}

const ADD: &str = "INSERT INTO departments_duty \
     (id, unit, person, duty, begins_at, ends_at, phone, reason, changed_at, version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)";
const CHANGE: &str = "UPDATE departments_duty SET unit = $2, person = $3, duty = $4, begins_at = $5, ends_at = $6, \
     phone = $7, reason = $8, changed_at = $9, version = version + 1 WHERE id = $1 AND version = $10";
const REMOVE: &str = "DELETE FROM departments_duty WHERE id = $1 AND version = $2";

macro_rules! bound {
    ($sql:expr, $stretch:expr) => {
        sqlx::query($sql)
            .bind($stretch.id.get())
            .bind($stretch.unit.get())
            .bind($stretch.person.get())
            .bind($stretch.duty.as_str())
            .bind($stretch.from.as_micros())
            .bind($stretch.to.as_micros())
            .bind($stretch.phone.as_deref())
            .bind($stretch.reason.as_deref())
            .bind($stretch.changed_at.as_micros())
    };
}

pub async fn add(tx: &mut Tx, stretch: &Stretch) -> anyhow::Result<()> {
    let add = bound!(ADD, stretch).execute(&mut **tx).await;
    add.with_context(|| format!("putting {} on duty", stretch.person))?;
    Ok(())
}

/// False when somebody else was faster.
pub async fn change(tx: &mut Tx, stretch: &Stretch) -> anyhow::Result<bool> {
    let done = bound!(CHANGE, stretch).bind(stretch.version).execute(&mut **tx).await;
    Ok(done.with_context(|| format!("changing {}", stretch.id))?.rows_affected() > 0)
}

/// False when somebody else was faster.
pub async fn remove(tx: &mut Tx, id: DutyId, version: i64) -> anyhow::Result<bool> {
    let done = sqlx::query(REMOVE).bind(id.get()).bind(version).execute(&mut **tx).await;
    Ok(done.with_context(|| format!("taking {id} away"))?.rows_affected() > 0)
}

const STRIKE: &str = "DELETE FROM departments_duty WHERE unit = $1 AND person = $2 AND begins_at >= $3";
const CUT: &str = "UPDATE departments_duty SET ends_at = $3, changed_at = $3, version = version + 1 \
     WHERE unit = $1 AND person = $2 AND begins_at >= $4 AND begins_at < $3 AND ends_at > $3";

/// Takes away what somebody would still have done in a unit, and ends what runs; how many there were.
pub async fn strike(tx: &mut Tx, unit: UnitId, person: PersonId, now: Timestamp) -> anyhow::Result<u64> {
    let whose =
        |sql: &'static str| sqlx::query(sql).bind(unit.get()).bind(person.get()).bind(now.as_micros());
    let gone = whose(STRIKE).execute(&mut **tx).await.context("striking out duties ahead")?;
    let cut = whose(CUT).bind(reach(now)).execute(&mut **tx).await.context("ending a duty")?;
    Ok(gone.rows_affected() + cut.rows_affected())
}

const ON_DUTY: &str = "SELECT duty.person AS person, duty.duty AS duty, \
     COALESCE(duty.phone, member.phone, unit.phone) AS phone FROM departments_duty duty \
     JOIN departments_unit unit ON unit.id = duty.unit \
     LEFT JOIN departments_member member ON member.unit = duty.unit AND member.person = duty.person \
     WHERE duty.unit = $1 AND duty.begins_at >= $2 AND duty.begins_at <= $3 AND duty.ends_at > $3 \
     ORDER BY duty.begins_at, duty.id";

/// Who is on duty in a unit then: first, second, leader.
pub async fn on_duty(db: &Db, unit: UnitId, at: Timestamp) -> anyhow::Result<Vec<OnDuty>> {
    let rows = sqlx::query(ON_DUTY).bind(unit.get()).bind(reach(at)).bind(at.as_micros());
    then(&rows.fetch_all(db.read()).await.with_context(|| format!("reading who is on duty in {unit}"))?)
}

/// The same within a change.
pub async fn on_duty_in(tx: &mut Tx, unit: UnitId, at: Timestamp) -> anyhow::Result<Vec<OnDuty>> {
    on_duty_on(tx, unit, at).await
}

pub(super) async fn on_duty_on(
    connection: &mut AnyConnection,
    unit: UnitId,
    at: Timestamp,
) -> anyhow::Result<Vec<OnDuty>> {
    let rows = sqlx::query(ON_DUTY).bind(unit.get()).bind(reach(at)).bind(at.as_micros());
    then(&rows.fetch_all(connection).await.with_context(|| format!("reading who is on duty in {unit}"))?)
}

fn then(rows: &[Row]) -> anyhow::Result<Vec<OnDuty>> {
    let of = |row: &Row| {
        let person = PersonId(row.try_get("person")?);
        Ok(OnDuty { person, phone: row.try_get("phone")?, duty: duty_of(row)? })
    };
    let mut on_duty = rows.iter().map(of).collect::<anyhow::Result<Vec<_>>>()?;
    on_duty.sort_by_key(|one| one.duty);
    Ok(on_duty)
}

/// Somebody on duty now, wherever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Now {
    pub unit: UnitId,
    pub on_duty: OnDuty,
    pub until: Timestamp,
}

const NOW: &str = "SELECT duty.unit AS unit, duty.person AS person, duty.duty AS duty, duty.ends_at AS ends_at, \
     COALESCE(duty.phone, member.phone, unit.phone) AS phone FROM departments_duty duty \
     JOIN departments_unit unit ON unit.id = duty.unit \
     LEFT JOIN departments_member member ON member.unit = duty.unit AND member.person = duty.person \
     WHERE duty.begins_at >= $1 AND duty.begins_at <= $2 AND duty.ends_at > $2 AND unit.retired_at IS NULL \
     ORDER BY duty.begins_at, duty.id LIMIT $3";
const PLANNED: &str = "SELECT DISTINCT duty.unit AS unit FROM departments_duty duty \
     JOIN departments_unit unit ON unit.id = duty.unit \
     WHERE duty.begins_at >= $1 AND duty.begins_at < $2 AND duty.duty <> 'leader' AND unit.retired_at IS NULL";

/// Everybody on duty then, and the units that plan their duties: with somebody first or second in the week before or
/// after.
pub async fn everywhere(db: &Db, at: Timestamp) -> anyhow::Result<(Vec<Now>, Vec<UnitId>)> {
    let rows =
        sqlx::query(NOW).bind(reach(at)).bind(at.as_micros()).bind(LIST_MAX).fetch_all(db.read()).await;
    let of = |row: &Row| {
        let on_duty = OnDuty {
            person: PersonId(row.try_get("person")?),
            phone: row.try_get("phone")?,
            duty: duty_of(row)?,
        };
        let until = Timestamp::from_micros(row.try_get("ends_at")?);
        Ok(Now { unit: UnitId(row.try_get("unit")?), on_duty, until })
    };
    let now = rows.context("reading who is on duty")?.iter().map(of).collect::<anyhow::Result<Vec<_>>>()?;
    let ahead = (at + Duration::from_secs(u64::from(HOURS_MAX) * 3600)).as_micros();
    let rows = sqlx::query(PLANNED).bind(reach(at)).bind(ahead).fetch_all(db.read()).await;
    let rows = rows.context("reading which units have a roster")?;
    let planned =
        rows.iter().map(|row| Ok(UnitId(row.try_get("unit")?))).collect::<anyhow::Result<Vec<_>>>()?;
    Ok((now, planned))
}
