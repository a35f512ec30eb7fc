//! The roster kept and found.

use std::time::Duration;

use anyhow::Context;
use db::{Db, Row, Tx};
use kernel::{PersonId, Timestamp, UnitId};
use sqlx::Row as _;

use crate::rules::roster::{Duty, HOURS_MAX, OnDuty, Stretch};

fn duty_of(row: &Row) -> anyhow::Result<Duty> {
    let duty: String = row.try_get("duty")?;
    Duty::from_key(&duty).with_context(|| format!("a duty {duty}"))
}

/// The earliest beginning of a stretch that can still run then.
fn reach(at: Timestamp) -> Timestamp {
    at - Duration::from_secs(u64::from(HOURS_MAX) * 3600)
}

const ADD: &str = "INSERT INTO departments_duty \
     (id, unit, person, duty, begins_at, ends_at, phone, reason, version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)";

pub async fn add(tx: &mut Tx, stretch: &Stretch) -> anyhow::Result<()> {
    sqlx::query(ADD)
        .bind(stretch.id.get())
        .bind(stretch.unit.get())
        .bind(stretch.person.get())
        .bind(stretch.duty.key())
        .bind(stretch.from.as_micros())
        .bind(stretch.to.as_micros())
        .bind(stretch.phone.as_deref())
        .bind(stretch.reason.as_deref())
        .execute(&mut **tx)
        .await
        .with_context(|| format!("putting {} on duty", stretch.person))?;
    Ok(())
}

const ON_DUTY: &str = "SELECT duty.person AS person, duty.duty AS duty, \
     COALESCE(duty.phone, member.phone, unit.phone) AS phone FROM departments_duty duty \
     JOIN departments_unit unit ON unit.id = duty.unit \
     LEFT JOIN departments_member member ON member.unit = duty.unit AND member.person = duty.person \
     WHERE duty.unit = $1 AND duty.begins_at > $2 AND duty.begins_at <= $3 AND duty.ends_at > $3 \
     ORDER BY duty.begins_at, duty.id";

/// Who is on duty in a unit then: first, second, leader.
pub async fn on_duty(db: &Db, unit: UnitId, at: Timestamp) -> anyhow::Result<Vec<OnDuty>> {
    let rows = sqlx::query(ON_DUTY).bind(unit.get()).bind(reach(at).as_micros()).bind(at.as_micros());
    let rows =
        rows.fetch_all(db.read()).await.with_context(|| format!("reading who is on duty in {unit}"))?;
    let of = |row: &Row| {
        let person = PersonId(row.try_get("person")?);
        Ok(OnDuty { person, phone: row.try_get("phone")?, duty: duty_of(row)? })
    };
    let mut on_duty = rows.iter().map(of).collect::<anyhow::Result<Vec<_>>>()?;
    on_duty.sort_by_key(|one| one.duty);
    Ok(on_duty)
}
