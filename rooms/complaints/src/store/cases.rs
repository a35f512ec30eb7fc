//! One case: opened once, changed by whoever has read it last, with a step for each act.

use anyhow::Context;
use db::{Db, Text, Tx};
use kernel::{GroupId, PersonId, Timestamp, UnitId, WorkOrderId};
use promises::rules::word;
use serde::{Deserialize, Serialize};
use sqlx::{AnyConnection, Row as _};

use crate::rules::{Act, Case, Opening, decide};

const ADD: &str = "INSERT INTO complaints_case (stage, open, level, unit, owner, conclusion, cause, due, closed_at, late, body, \
     work_order, opened_at, kind, group_id, subtype, month, version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 1) ON CONFLICT (work_order) DO NOTHING";
const SAVE: &str = "UPDATE complaints_case SET stage = $1, open = $2, level = $3, unit = $4, owner = $5, conclusion = $6, cause = $7, \
     due = $8, closed_at = $9, late = $10, body = $11, version = version + 1 WHERE work_order = $12 AND version = $13";
const ONE: &str = "SELECT body, version FROM complaints_case WHERE work_order = $1";
const NAME: &str = "INSERT INTO complaints_involved (work_order, what, id) VALUES ($1, $2, $3) \
     ON CONFLICT (work_order, what, id) DO NOTHING";
const STEP: &str = "INSERT INTO complaints_step (work_order, seq, at, who, verb, from_stage, to_stage, body) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const STEPS: &str = "SELECT seq, at, who, verb, from_stage, to_stage, body FROM complaints_step \
     WHERE work_order = $1 ORDER BY seq";
const KNOWN: Text = db::in_ids!("SELECT work_order FROM complaints_case WHERE work_order IN ", "");

type Query<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

/// `$1` to `$12`.
fn bound<'q>(query: Query<'q>, case: &Case) -> anyhow::Result<Query<'q>> {
    Ok(query
        .bind(case.stage.word())
        .bind(i64::from(case.stage.is_open()))
        .bind(word(&case.level))
        .bind(case.unit.map(UnitId::get))
        .bind(case.owner.map(PersonId::get))
        .bind(case.conclusion.as_ref().map(|conclusion| word(&conclusion.verdict)))
        .bind(case.analysis.as_ref().map(|analysis| word(&analysis.cause)))
        .bind(case.due().map(Timestamp::as_micros))
        .bind(case.closed_at.map(Timestamp::as_micros))
        .bind(i64::from(case.late))
        .bind(serde_json::to_string(case)?)
        .bind(case.order().get()))
}

/// What one step holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "was", rename_all = "snake_case")]
pub enum Line {
    /// The first of each case.
    Opened {
        opening: Box<Opening>,
    },
    Act {
        act: Act,
    },
}

/// One step of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub seq: i64,
    pub at: Timestamp,
    pub who: Option<PersonId>,
    pub verb: String,
    pub from: String,
    pub to: String,
    pub line: Line,
}

/// Opens it. False when it was opened before.
pub async fn open(tx: &mut Tx, case: &Case, at: Timestamp) -> anyhow::Result<bool> {
    let add = bound(sqlx::query(ADD), case)?
        .bind(case.opening.at.as_micros())
        .bind(word(&case.opening.kind))
        .bind(case.opening.group.map(GroupId::get))
        .bind(&case.opening.subtype)
        .bind(&case.opening.month);
    let done = add.execute(&mut **tx).await;
    let number = &case.opening.number;
    if done.with_context(|| format!("opening the case of {number}"))?.rows_affected() == 0 {
        return Ok(false);
    }
    name(tx, case).await?;
    let opening = Box::new(case.opening.clone());
    let line = Line::Opened { opening };
    let (seq, who, verb, from) = (1, None, "open".to_owned(), String::new());
    put(tx, case.order(), &Step { seq, at, who, verb, from, to: case.stage.word().to_owned(), line }).await?;
    Ok(true)
}

/// Keeps it after an act, with its step. False when somebody else was faster than whoever read `before.version`.
pub async fn save(
    tx: &mut Tx,
    before: &Case,
    after: &Case,
    act: &Act,
    who: Option<PersonId>,
    at: Timestamp,
) -> anyhow::Result<bool> {
    let save = bound(sqlx::query(SAVE), after)?.bind(before.version);
    let done = save.execute(&mut **tx).await;
    if done.with_context(|| format!("keeping the case of {}", after.opening.number))?.rows_affected() == 0 {
        return Ok(false);
    }
    name(tx, after).await?;
    let step = Step {
        seq: before.version + 1,
        at,
        who,
        verb: act.verb().key().to_owned(),
        from: before.stage.word().to_owned(),
        to: after.stage.word().to_owned(),
        line: Line::Act { act: act.clone() },
    };
    put(tx, after.order(), &step).await?;
    Ok(true)
}

async fn name(tx: &mut Tx, case: &Case) -> anyhow::Result<()> {
    let persons = case.persons.iter().map(|person| ("person", person.get()));
    let units = case.units.iter().map(|unit| ("unit", unit.get()));
    for (what, id) in persons.chain(units) {
        let name = sqlx::query(NAME).bind(case.order().get()).bind(what).bind(id);
        name.execute(&mut **tx).await.context("naming whom a case is about")?;
    }
    Ok(())
}

async fn put(tx: &mut Tx, order: WorkOrderId, step: &Step) -> anyhow::Result<()> {
    let put = sqlx::query(STEP).bind(order.get()).bind(step.seq).bind(step.at.as_micros());
    let put = put.bind(step.who.map(PersonId::get)).bind(&step.verb).bind(&step.from).bind(&step.to);
    let put = put.bind(serde_json::to_string(&step.line)?).execute(&mut **tx).await;
    put.context("writing a step of a case")?;
    Ok(())
}

pub async fn one(connection: &mut AnyConnection, order: WorkOrderId) -> anyhow::Result<Option<Case>> {
    let row = sqlx::query(ONE).bind(order.get()).fetch_optional(connection).await;
    row.context("looking for a case")?.as_ref().map(case).transpose()
}

/// The same outside a change.
pub async fn read(db: &Db, order: WorkOrderId) -> anyhow::Result<Option<Case>> {
    let row = sqlx::query(ONE).bind(order.get()).fetch_optional(db.read()).await;
    row.context("looking for a case")?.as_ref().map(case).transpose()
}

/// All steps, the first first.
pub async fn steps(db: &Db, order: WorkOrderId) -> anyhow::Result<Vec<Step>> {
    let rows = sqlx::query(STEPS).bind(order.get()).fetch_all(db.read()).await;
    let one = |row: &db::Row| {
        let body: String = row.try_get("body")?;
        Ok(Step {
            seq: row.try_get("seq")?,
            at: Timestamp::from_micros(row.try_get("at")?),
            who: row.try_get::<Option<i64>, _>("who")?.map(PersonId),
            verb: row.try_get("verb")?,
            from: row.try_get("from_stage")?,
            to: row.try_get("to_stage")?,
            line: serde_json::from_str(&body).context("a step of a case")?,
        })
    };
    rows.context("the steps of a case")?.iter().map(one).collect()
}

/// The case that these steps lead to; none where they do not begin with an opening.
pub fn replay(steps: &[Step]) -> Option<Case> {
    let (first, rest) = steps.split_first()?;
    let Line::Opened { opening } = &first.line else { return None };
    Some(rest.iter().fold(Case::opened((**opening).clone()), |case, step| match &step.line {
        Line::Act { act } => decide::apply(&case, act, step.who, step.at),
        Line::Opened { .. } => case,
    }))
}

/// Of these orders those that have a case.
pub async fn known(db: &Db, orders: &[WorkOrderId]) -> anyhow::Result<Vec<WorkOrderId>> {
    let query = sqlx::query(KNOWN.of(db.kind())).bind(db::ids(orders.iter().map(|order| order.get())));
    let rows = query.fetch_all(db.read()).await.context("which orders have a case")?;
    rows.iter().map(|row| Ok(WorkOrderId(row.try_get("work_order")?))).collect()
}

pub(super) fn case(row: &db::Row) -> anyhow::Result<Case> {
    let body: String = row.try_get("body")?;
    let case: Case = serde_json::from_str(&body).context("a case as kept")?;
    Ok(Case { version: row.try_get("version")?, ..case })
}
