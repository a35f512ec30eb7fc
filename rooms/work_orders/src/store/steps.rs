//! The history of an order: one line for each act, never changed.

use anyhow::Context;
use db::{Db, Tx};
use kernel::{NoticeId, PersonId, Timestamp, UnitId, WorkOrderId};
use serde::{Deserialize, Serialize};
use sqlx::Row as _;

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
const OF: &str = "SELECT seq, at, who, verb, from_state, to_state, unit, body FROM work_orders_step \
     WHERE work_order = $1 ORDER BY seq";

struct New<'a> {
    order: WorkOrderId,
    done: Done,
    verb: &'a str,
    from: &'a str,
    to: &'a str,
    unit: Option<UnitId>,
    line: Line,
}

async fn put(tx: &mut Tx, new: New<'_>) -> anyhow::Result<i64> {
    let add = sqlx::query(ADD).bind(new.order.get()).bind(new.done.at.as_micros());
    let add = add.bind(new.done.who.map(PersonId::get)).bind(new.verb).bind(new.from).bind(new.to);
    let add = add.bind(new.unit.map(UnitId::get)).bind(serde_json::to_string(&new.line)?);
    let row = add.fetch_one(&mut **tx).await.context("writing an order's history")?;
    Ok(row.try_get("seq")?)
}

/// The order's first line.
pub async fn accepted(tx: &mut Tx, order: &Order) -> anyhow::Result<i64> {
    let done = Done { who: order.accepted_by, at: order.accepted_at, call_back: false, due: None };
    let line = Line::Accepted { matter: Box::new(order.matter.clone()) };
    put(tx, New { order: order.id, done, verb: "accept", from: "", to: "accepted", unit: None, line }).await
}

/// One more, with what the customer was told of it; returns its place.
pub async fn add(tx: &mut Tx, happened: &Happened, notice: Option<NoticeId>) -> anyhow::Result<i64> {
    let Happened { act, done, from, to, order } = happened;
    let line = Line::Act { act: act.clone(), call_back: done.call_back, due: done.due, notice };
    let new = New {
        order: order.id,
        done: *done,
        verb: act.verb().key(),
        from,
        to,
        unit: order.state.unit(),
        line,
    };
    put(tx, new).await
}

/// All of them, the first first.
pub async fn of(db: &Db, order: WorkOrderId) -> anyhow::Result<Vec<Step>> {
    let rows = sqlx::query(OF).bind(order.get()).fetch_all(db.read()).await.context("an order's history")?;
    let one = |row: &db::Row| {
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
    };
    rows.iter().map(one).collect()
}

/// The order that this history leads to; none where it does not begin with an acceptance.
pub fn replay(id: WorkOrderId, number: &str, steps: &[Step]) -> Option<Order> {
    let (first, rest) = steps.split_first()?;
    let Line::Accepted { matter } = &first.line else { return None };
    let start = Order::accepted(id, number.to_owned(), (**matter).clone(), first.who, first.at);
    Some(rest.iter().fold(start, |order, step| match &step.line {
        Line::Act { act, call_back, due, .. } => {
            apply(&order, act, Done { who: step.who, at: step.at, call_back: *call_back, due: *due })
        }
        Line::Accepted { .. } => order,
    }))
}
