//! One task: begun once, changed by whoever has read it last.

use anyhow::Context;
use db::{Db, Tx};
use kernel::{PersonId, Timestamp, UnitId, WorkOrderId};
use promises::rules::word;
use sqlx::{AnyConnection, Row as _};

use crate::rules::Task;
use crate::rules::task::State;

// An order has one open task at most, and one for each time it came to be called back.
const ADD: &str = "INSERT INTO callbacks_task (state, required, tries, reached, satisfaction, ending, doubt, due, not_before, wish, \
     claimed_by, claimed_until, done_at, body, work_order, since, kind, unit, accepted_by, about, hidden, government, area, version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, 1) \
     ON CONFLICT DO NOTHING";
const SAVE: &str = "UPDATE callbacks_task SET state = $1, required = $2, tries = $3, reached = $4, satisfaction = $5, ending = $6, \
     doubt = $7, due = $8, not_before = $9, wish = $10, claimed_by = $11, claimed_until = $12, done_at = $13, body = $14, \
     version = version + 1 WHERE work_order = $15 AND since = $16 AND version = $17";
const OF: &str = "SELECT body, version FROM callbacks_task WHERE work_order = $1 ORDER BY since";

type Query<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

/// `$1` to `$16`.
fn bound<'q>(query: Query<'q>, task: &Task) -> anyhow::Result<Query<'q>> {
    let ending = match &task.state {
        State::Asked { ending, .. } => Some(word(ending)),
        State::Open | State::Missed { .. } | State::Withdrawn { .. } => None,
    };
    let at = Timestamp::as_micros;
    Ok(query
        .bind(task.state.word())
        .bind(i64::from(task.required()))
        .bind(task.attempts.len() as i64)
        .bind(i64::from(task.reached()))
        .bind(task.satisfaction().as_ref().map(word))
        .bind(ending)
        .bind(i64::from(task.doubt.is_some()))
        .bind(task.due.as_micros())
        .bind(task.not_before.as_micros())
        .bind(task.wish.map(at))
        .bind(task.claim.map(|claim| claim.by.get()))
        .bind(task.claim.map(|claim| claim.until.as_micros()))
        .bind(task.state.done_at().map(at))
        .bind(serde_json::to_string(task)?)
        .bind(task.order.get())
        .bind(task.since.as_micros()))
}

/// Begins it. False when it was begun before.
pub async fn add(tx: &mut Tx, task: &Task) -> anyhow::Result<bool> {
    let add = bound(sqlx::query(ADD), task)?;
    let add = add.bind(word(&task.kind)).bind(task.unit.map(UnitId::get));
    let add = add.bind(task.accepted_by.map(PersonId::get)).bind(task.about.map(PersonId::get));
    let add = add.bind(i64::from(task.hidden)).bind(i64::from(task.government)).bind(&task.area);
    let done =
        add.execute(&mut **tx).await.with_context(|| format!("beginning to ask about {}", task.number))?;
    Ok(done.rows_affected() > 0)
}

/// Keeps it as it is now. False when somebody else was faster than whoever read `task.version`.
pub async fn save(tx: &mut Tx, task: &Task) -> anyhow::Result<bool> {
    let save = bound(sqlx::query(SAVE), task)?.bind(task.version);
    let done =
        save.execute(&mut **tx).await.with_context(|| format!("keeping the call-back of {}", task.number))?;
    Ok(done.rows_affected() > 0)
}

/// Every time this order came to be called back, the first first.
pub async fn of(connection: &mut AnyConnection, order: WorkOrderId) -> anyhow::Result<Vec<Task>> {
    let rows = sqlx::query(OF).bind(order.get()).fetch_all(connection).await;
    rows.context("the call-backs of an order")?.iter().map(task).collect()
}

/// The same outside a change.
pub async fn read(db: &Db, order: WorkOrderId) -> anyhow::Result<Vec<Task>> {
    let rows = sqlx::query(OF).bind(order.get()).fetch_all(db.read()).await;
    rows.context("the call-backs of an order")?.iter().map(task).collect()
}

const OPEN: &str = "SELECT body, version FROM callbacks_task WHERE state = 'open' AND (due, work_order) > ($1, $2) \
     ORDER BY due, work_order LIMIT 200";

/// A page of what is open, behind a place, for a change.
pub async fn open_after(tx: &mut Tx, after: Option<(Timestamp, WorkOrderId)>) -> anyhow::Result<Vec<Task>> {
    let (due, order) = after.unwrap_or((Timestamp::MIN, WorkOrderId(0)));
    let rows = sqlx::query(OPEN).bind(due.as_micros()).bind(order.get()).fetch_all(&mut **tx).await;
    rows.context("what is open")?.iter().map(task).collect()
}

pub(super) fn task(row: &db::Row) -> anyhow::Result<Task> {
    let body: String = row.try_get("body")?;
    let task: Task = serde_json::from_str(&body).context("a call-back as kept")?;
    Ok(Task { version: row.try_get("version")?, ..task })
}
