//! The history of an order: one line for each act, never changed.

use anyhow::Context;
use db::{Db, Text, Tx};
use kernel::{NoticeId, PersonId, Timestamp, UnitId, WorkOrderId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::Row as _;

use super::readable::{Readable, readable};
use crate::rules::order::Matter;
use crate::rules::table::{Done, apply};
use crate::rules::{Act, Happened, Order};

/// What one line holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "was", rename_all = "snake_case")]
pub enum Line {
    /// The first line of each order.
    Accepted { matter: Box<Matter> },
    Act {
        act: Act,
        call_back: bool,
        due: Option<Timestamp>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
        /// What the customer was told of it.
        #[serde(default)]
        notice: Option<NoticeId>,
    },
}

/// One line of an order's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub seq: i64,
    pub at: Timestamp,
    pub who: Option<PersonId>,
    pub verb: String,
    pub from: String,
    pub to: String,
    /// Who had it after the act.
    pub unit: Option<UnitId>,
    pub line: Line,
}

const ADD: &str = "INSERT INTO work_orders_step (work_order, seq, at, who, verb, from_state, to_state, unit, body) \
     VALUES ($1, (SELECT COALESCE(MAX(seq), 0) + 1 FROM work_orders_step WHERE work_order = $1), $2, $3, $4, $5, $6, $7, $8) \
     RETURNING seq";
/// The beginning of histories: places and all.
const BEGIN: db::Text = db::from_rows!(
    "INSERT INTO work_orders_step (work_order, seq, at, who, verb, from_state, to_state, unit, body) \
     SELECT CAST(value ->> 0 AS BIGINT), CAST(value ->> 1 AS BIGINT), CAST(value ->> 2 AS BIGINT), CAST(value ->> 3 AS BIGINT), \
     value ->> 4, value ->> 5, value ->> 6, CAST(value ->> 7 AS BIGINT), value ->> 8 FROM ",
    ""
);
const OF: &str = "SELECT seq, at, who, verb, from_state, to_state, unit, body FROM work_orders_step \
     WHERE work_order = $1 ORDER BY seq";

const OF_MANY: Text = db::in_ids!(
    "SELECT work_order, seq, at, who, verb, from_state, to_state, unit, body FROM work_orders_step WHERE work_order IN ",
    " ORDER BY work_order, seq"
);
const BY: &str = "SELECT work_order, seq, at, who, verb, from_state, to_state, unit, body FROM work_orders_step \
     WHERE who = $1 AND at >= $2 AND at < $3 AND verb = $4 ORDER BY at LIMIT 200";

const DONE_AT: &str = "SELECT seq, at, who, verb, from_state, to_state, unit, body FROM work_orders_step \
     WHERE work_order = $1 AND verb = $2 AND at = $3 ORDER BY seq DESC LIMIT 1";

/// The line that was written for an order under this verb at that instant: what an event was about, for whoever hears it.
pub async fn done_at(
    tx: &mut Tx,
    order: WorkOrderId,
    verb: &str,
    at: Timestamp,
) -> anyhow::Result<Option<Step>> {
    let query = sqlx::query(DONE_AT).bind(order.get()).bind(verb).bind(at.as_micros());
    let row = query.fetch_optional(&mut **tx).await.context("a line of an order's history")?;
    row.as_ref().map(one).transpose()
}

struct New<'a> {
    order: WorkOrderId,
    done: Done,
    verb: &'a str,
    from: &'a str,
    to: &'a str,
    unit: Option<UnitId>,
    line: Line,
}

impl<'a> New<'a> {
    /// The order's first line.
    fn first(order: &Order) -> New<'a> {
        let done =
            Done { who: order.accepted_by, at: order.accepted_at, call_back: false, due: None, until: None };
        let line = Line::Accepted { matter: Box::new(order.matter.clone()) };
        New { order: order.id, done, verb: "accept", from: "", to: "accepted", unit: None, line }
    }

    fn then(happened: &'a Happened, notice: Option<NoticeId>) -> New<'a> {
        let Happened { act, done, from, to, order } = happened;
        let Done { call_back, due, until, .. } = *done;
        let line = Line::Act { act: act.clone(), call_back, due, until, notice };
        let (verb, unit) = (act.verb().key(), order.state.unit());
        New { order: order.id, done: *done, verb, from, to, unit, line }
    }
}

/// Orders as they were accepted, and what has been done with each since.
pub async fn begin_all<'a>(
    tx: &mut Tx,
    histories: impl Iterator<Item = (&'a Order, &'a [Happened])>,
) -> anyhow::Result<()> {
    let mut rows = Vec::new();
    for (first, lines) in histories {
        let all = std::iter::once(New::first(first)).chain(lines.iter().map(|line| New::then(line, None)));
        for (seq, New { order, done, verb, from, to, unit, line }) in (1..).zip(all) {
            let (at, who, unit) = (done.at.as_micros(), done.who.map(PersonId::get), unit.map(UnitId::get));
            let line = serde_json::to_string(&line)?;
            let seq: i64 = seq;
            rows.push(json!([order.get(), seq, at, who, verb, from, to, unit, line]));
        }
    }
    let begin = sqlx::query(BEGIN.of(tx.db().kind())).bind(Value::Array(rows).to_string());
    begin.execute(&mut **tx).await.context("beginning histories")?;
    Ok(())
}

/// One more, with what the customer was told of it; returns its place.
pub async fn add(tx: &mut Tx, happened: &Happened, notice: Option<NoticeId>) -> anyhow::Result<i64> {
    let New { order, done, verb, from, to, unit, line } = New::then(happened, notice);
    let add = sqlx::query(ADD).bind(order.get()).bind(done.at.as_micros());
    let add = add.bind(done.who.map(PersonId::get)).bind(verb).bind(from).bind(to);
    let add = add.bind(unit.map(UnitId::get)).bind(serde_json::to_string(&line)?);
    let row = add.fetch_one(&mut **tx).await.context("writing an order's history")?;
    Ok(row.try_get("seq")?)
}

/// All of them, the first first.
pub async fn of(db: &Db, order: WorkOrderId) -> anyhow::Result<Vec<Step>> {
    let rows = sqlx::query(OF).bind(order.get()).fetch_all(db.read()).await.context("an order's history")?;
    rows.iter().map(one).collect()
}

fn one(row: &db::Row) -> anyhow::Result<Step> {
    let (who, unit): (Option<i64>, Option<i64>) = (row.try_get("who")?, row.try_get("unit")?);
    let body: String = row.try_get("body")?;
    Ok(Step {
        seq: row.try_get("seq")?,
        at: Timestamp::from_micros(row.try_get("at")?),
        who: who.map(PersonId),
        verb: row.try_get("verb")?,
        from: row.try_get("from_state")?,
        to: row.try_get("to_state")?,
        unit: unit.map(UnitId),
        line: serde_json::from_str(&body).context("a line of an order's history")?,
    })
}

fn with_order(row: &db::Row) -> anyhow::Result<(WorkOrderId, Step)> {
    Ok((WorkOrderId(row.try_get("work_order")?), one(row)?))
}

/// The histories of several orders, each from its first line.
pub async fn of_many(db: &Db, orders: &[WorkOrderId]) -> anyhow::Result<Vec<(WorkOrderId, Step)>> {
    let query = sqlx::query(OF_MANY.of(db.kind())).bind(db::ids(orders.iter().map(|order| order.get())));
    let rows = query.fetch_all(db.read()).await.context("the histories of orders")?;
    rows.iter().map(with_order).collect()
}

/// The same for whoever goes through all: orders with a line that cannot be read are named.
pub async fn of_many_readable(
    db: &Db,
    orders: &[WorkOrderId],
) -> anyhow::Result<Readable<(WorkOrderId, Step)>> {
    let query = sqlx::query(OF_MANY.of(db.kind())).bind(db::ids(orders.iter().map(|order| order.get())));
    let rows = query.fetch_all(db.read()).await.context("the histories of orders")?;
    readable(&rows, "work_order", with_order)
}

/// What somebody has entered under this verb in a period, 200 lines at most.
pub async fn by(
    db: &Db,
    who: PersonId,
    (from, to): (Timestamp, Timestamp),
    verb: &str,
) -> anyhow::Result<Vec<(WorkOrderId, Step)>> {
    let query = sqlx::query(BY).bind(who.get()).bind(from.as_micros()).bind(to.as_micros()).bind(verb);
    let rows = query.fetch_all(db.read()).await.context("what somebody has entered")?;
    rows.iter().map(with_order).collect()
}

/// The order that this history leads to; none where it does not begin with an acceptance.
pub fn replay(id: WorkOrderId, number: &str, steps: &[Step]) -> Option<Order> {
    let (first, rest) = steps.split_first()?;
    let Line::Accepted { matter } = &first.line else { return None };
    let start = Order::accepted(id, number.to_owned(), (**matter).clone(), first.who, first.at);
    Some(rest.iter().fold(start, |order, step| match &step.line {
        Line::Act { act, call_back, due, until, .. } => apply(
            &order,
            act,
            Done { who: step.who, at: step.at, call_back: *call_back, due: *due, until: *until },
        ),
        Line::Accepted { .. } => order,
    }))
}
