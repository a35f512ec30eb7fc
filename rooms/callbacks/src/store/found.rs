//! Lists of tasks, the next one, and what figures are made of.

use anyhow::Context;
use db::{Db, Text};
use kernel::{PersonId, Timestamp, UnitId, WorkOrderId};
use sqlx::Row as _;

use super::tasks::task;
use crate::rules::Task;
use crate::rules::figures::{Group, Tally};

/// What somebody could ask about now, the most urgent first, behind a place.
#[derive(Clone, Copy, Debug)]
pub struct Queue {
    pub person: PersonId,
    pub now: Timestamp,
    /// Outside the hours only those who wished for it.
    pub wished_only: bool,
    /// Of whom not everybody may know, too.
    pub hidden: bool,
    pub after: (Timestamp, WorkOrderId),
}

impl Queue {
    pub const START: (Timestamp, WorkOrderId) = (Timestamp::MIN, WorkOrderId(0));
}

const QUEUE: &str = "SELECT body, version FROM callbacks_task WHERE state = 'open' AND (due, work_order) > ($1, $2) \
     AND not_before <= $3 AND (claimed_until IS NULL OR claimed_until <= $3 OR claimed_by = $4) \
     AND (accepted_by IS NULL OR accepted_by <> $4) AND (about IS NULL OR about <> $4) \
     AND ($5 = 0 OR wish IS NOT NULL OR claimed_by = $4) AND ($6 = 1 OR hidden = 0) ORDER BY due, work_order LIMIT $7";

/// A page of it. Whether the person's units are judged, and the part of the day, are the rule's.
pub async fn queue(db: &Db, queue: &Queue, limit: i64) -> anyhow::Result<Vec<Task>> {
    let (due, order) = queue.after;
    let query = sqlx::query(QUEUE).bind(due.as_micros()).bind(order.get()).bind(queue.now.as_micros());
    let query = query.bind(queue.person.get()).bind(i64::from(queue.wished_only));
    let rows = query.bind(i64::from(queue.hidden)).bind(limit).fetch_all(db.read()).await;
    rows.context("who may be asked now")?.iter().map(task).collect()
}

const OF_THE_MACHINE: &str = "SELECT body, version FROM callbacks_task WHERE state = 'open' AND claimed_by = 0 \
     ORDER BY due, work_order LIMIT 500";

/// Those that the machine has.
pub async fn of_the_machine(db: &Db) -> anyhow::Result<Vec<Task>> {
    let rows = sqlx::query(OF_THE_MACHINE).fetch_all(db.read()).await;
    rows.context("what the machine asks about")?.iter().map(task).collect()
}

const OPEN: &str = "SELECT body, version FROM callbacks_task WHERE state = 'open' AND (due, work_order) > ($1, $2) \
     AND ($3 = 0 OR unit = $3 OR $3 = -1 AND unit IS NULL) AND ($4 = '' OR kind = $4) AND (about IS NULL OR about <> $5) \
     ORDER BY due, work_order LIMIT $6";

/// What is looked for; everything absent is any.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// `Some(None)`: no unit had it.
    pub unit: Option<Option<UnitId>>,
    pub kind: Option<String>,
    /// Empty: where none was said.
    pub area: Option<String>,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
    /// Not what is about this person.
    pub person: i64,
    /// The place behind which the page begins: due or since, and order.
    pub after: Option<(Timestamp, WorkOrderId)>,
}

impl Filter {
    fn unit(&self) -> i64 {
        self.unit.map_or(0, |unit| unit.map_or(-1, UnitId::get))
    }
}

/// What is open, the next due first.
pub async fn open(db: &Db, filter: &Filter, limit: i64) -> anyhow::Result<Vec<Task>> {
    let (due, order) = filter.after.unwrap_or(Queue::START);
    let query = sqlx::query(OPEN).bind(due.as_micros()).bind(order.get()).bind(filter.unit());
    let query = query.bind(filter.kind.clone().unwrap_or_default()).bind(filter.person).bind(limit);
    query.fetch_all(db.read()).await.context("what is open")?.iter().map(task).collect()
}

/// Whose list it is: that of a figure, of its denominator, or of doubts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Set {
    Required,
    Completed,
    Tried,
    Reached,
    Rated,
    /// 一般 counts for what came from us, and from 12345.
    Satisfied {
        fair: bool,
        fair_government: bool,
    },
    Unsatisfied,
    Doubted,
}

macro_rules! set {
    ($which:literal) => {
        concat!(
            "SELECT body, version FROM callbacks_task WHERE ", $which,
            " AND since >= $1 AND since < $2 AND ($3 = 0 OR unit = $3 OR $3 = -1 AND unit IS NULL) AND ($4 = '' OR kind = $4) \
             AND ($9 = '*' OR area = $9) AND (about IS NULL OR about <> $5) AND (since, work_order) < ($6, $7) ORDER BY since DESC, work_order DESC LIMIT $8"
        )
    };
}

impl Set {
    fn sql(self) -> &'static str {
        match self {
            Set::Required => set!("required = 1"),
            Set::Completed => set!("required = 1 AND state IN ('asked', 'missed')"),
            Set::Tried => set!("required = 1 AND tries > 0"),
            Set::Reached => set!("required = 1 AND reached = 1"),
            Set::Rated => set!("required = 1 AND satisfaction <> 'not_rated'"),
            Set::Satisfied { fair: false, fair_government: false } => {
                set!("required = 1 AND satisfaction IN ('very_satisfied', 'satisfied')")
            }
            Set::Satisfied { fair: true, fair_government: true } => {
                set!("required = 1 AND satisfaction IN ('very_satisfied', 'satisfied', 'fair')")
            }
            Set::Satisfied { fair: false, fair_government: true } => set!(
                "required = 1 AND (satisfaction IN ('very_satisfied', 'satisfied') OR satisfaction = 'fair' AND government = 1)"
            ),
            Set::Satisfied { fair: true, fair_government: false } => set!(
                "required = 1 AND (satisfaction IN ('very_satisfied', 'satisfied') OR satisfaction = 'fair' AND government = 0)"
            ),
            Set::Unsatisfied => {
                set!("required = 1 AND satisfaction IN ('dissatisfied', 'very_dissatisfied')")
            }
            Set::Doubted => set!("doubt = 1"),
        }
    }
}

/// A page of a set, the newest first.
pub async fn find(db: &Db, set: Set, filter: &Filter, limit: i64) -> anyhow::Result<Vec<Task>> {
    let place = filter.after.unwrap_or((Timestamp::MAX, WorkOrderId(i64::MAX)));
    let query = sqlx::query(set.sql())
        .bind(filter.from.map_or(i64::MIN, Timestamp::as_micros))
        .bind(filter.to.map_or(i64::MAX, Timestamp::as_micros))
        .bind(filter.unit())
        .bind(filter.kind.clone().unwrap_or_default())
        .bind(filter.person)
        .bind(place.0.as_micros())
        .bind(place.1.get())
        .bind(limit)
        .bind(filter.area.clone().unwrap_or_else(|| "*".to_owned()));
    query.fetch_all(db.read()).await.context("call-backs of a period")?.iter().map(task).collect()
}

const NOW: &str = "SELECT COUNT(*) AS open, COUNT(*) FILTER (WHERE due < $1) AS overdue, \
     COUNT(*) FILTER (WHERE claimed_until > $1) AS claimed FROM callbacks_task WHERE state = 'open'";

/// How many are open, overdue, being asked.
pub async fn now(db: &Db, now: Timestamp) -> anyhow::Result<(i64, i64, i64)> {
    let row =
        sqlx::query(NOW).bind(now.as_micros()).fetch_one(db.read()).await.context("counting what is open")?;
    Ok((row.try_get("open")?, row.try_get("overdue")?, row.try_get("claimed")?))
}

const GROUPS: &str = "SELECT unit, kind, area, government, COUNT(*) AS required, \
     COUNT(*) FILTER (WHERE state IN ('asked', 'missed')) AS completed, COUNT(*) FILTER (WHERE tries > 0) AS tried, \
     COUNT(*) FILTER (WHERE reached = 1) AS reached, \
     COUNT(*) FILTER (WHERE satisfaction = 'very_satisfied') AS very_satisfied, \
     COUNT(*) FILTER (WHERE satisfaction = 'satisfied') AS satisfied, \
     COUNT(*) FILTER (WHERE satisfaction = 'fair') AS fair, \
     COUNT(*) FILTER (WHERE satisfaction = 'dissatisfied') AS dissatisfied, \
     COUNT(*) FILTER (WHERE satisfaction = 'very_dissatisfied') AS very_dissatisfied \
     FROM callbacks_task WHERE required = 1 AND since >= $1 AND since < $2 GROUP BY unit, kind, area, government";

/// What figures are made of: those who came to be asked in a period.
pub async fn groups(db: &Db, from: Timestamp, to: Timestamp) -> anyhow::Result<Vec<Group>> {
    let rows = sqlx::query(GROUPS).bind(from.as_micros()).bind(to.as_micros()).fetch_all(db.read()).await;
    let group = |row: &db::Row| {
        Ok(Group {
            unit: row.try_get::<Option<i64>, _>("unit")?.map(UnitId),
            kind: row.try_get("kind")?,
            area: row.try_get("area")?,
            government: row.try_get::<i64, _>("government")? != 0,
            tally: Tally {
                required: row.try_get("required")?,
                completed: row.try_get("completed")?,
                tried: row.try_get("tried")?,
                reached: row.try_get("reached")?,
                very_satisfied: row.try_get("very_satisfied")?,
                satisfied: row.try_get("satisfied")?,
                fair: row.try_get("fair")?,
                dissatisfied: row.try_get("dissatisfied")?,
                very_dissatisfied: row.try_get("very_dissatisfied")?,
            },
        })
    };
    rows.context("counting call-backs")?.iter().map(group).collect()
}

const KNOWN: Text =
    db::in_ids!("SELECT work_order FROM callbacks_task WHERE work_order IN ", " AND state = 'open'");

/// Of these orders those that have an open task.
pub async fn known(db: &Db, orders: &[WorkOrderId]) -> anyhow::Result<Vec<WorkOrderId>> {
    let query = sqlx::query(KNOWN.of(db.kind())).bind(db::ids(orders.iter().map(|order| order.get())));
    let rows = query.fetch_all(db.read()).await.context("which orders have a call-back")?;
    rows.iter().map(|row| Ok(WorkOrderId(row.try_get("work_order")?))).collect()
}
