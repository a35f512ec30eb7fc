//! Orders, kept and read one by one.

use std::collections::BTreeMap;

use anyhow::Context;
use db::{Db, Row, Tx};
use deadlines::Step;
use kernel::{PersonId, Timestamp, UnitId, WorkOrderId};
use promises::rules::word;
use serde_json::{Value, json};
use sqlx::{AnyConnection, Row as _};

use super::readable::{Readable, readable};
use crate::rules::clocks::Moved;
use crate::rules::file::address_key;
use crate::rules::order::Privacy;
use crate::rules::{Order, State};

/// What stands beside an order: it follows from its promises.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// The next instant at which a promise breaks, and of which step.
    pub due: Option<(Timestamp, Step)>,
    /// Since when that one runs; none where it was kept before this was.
    pub due_since: Option<Timestamp>,
    /// What the customer measures us by: since when, until when.
    pub promised: Option<(Timestamp, Timestamp)>,
    /// Whether that was kept; none while it runs.
    pub kept: Option<bool>,
    /// From when on any promise to the customer is broken.
    pub late_from: Option<Timestamp>,
}

impl Beside {
    pub fn of(moved: &Moved) -> Beside {
        Beside {
            due: moved.due.map(|next| (next.due, next.step)),
            due_since: moved.due.map(|next| next.since),
            promised: moved.leading.map(|leading| (leading.since, leading.until)),
            kept: moved.leading.and_then(|leading| leading.kept),
            late_from: moved.late_from,
        }
    }
}

/// An order as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub order: Order,
    pub beside: Beside,
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT id, due, due_step, due_since, promised_since, promised, kept, late_from, body, version FROM work_orders_order ",
            $rest
        )
    };
}

const ONE: &str = columns!("WHERE id = $1");
const BY_NUMBER: &str = columns!("WHERE number = $1");
const ABOVE: &str = columns!("WHERE id > $1 ORDER BY id LIMIT $2");
const SOME: db::Text = db::in_ids!(columns!("WHERE id IN "), "");
const CHILDREN: &str = columns!("WHERE master = $1 ORDER BY id LIMIT $2");
const COUNT_CHILDREN: &str = "SELECT COUNT(*) AS n FROM work_orders_order WHERE master = $1";
const LEFT_BEHIND: &str = "SELECT child.id FROM work_orders_order child JOIN work_orders_order master ON master.id = child.master \
     WHERE child.state = 'merged' AND master.state IN ('closed', 'to_call_back') \
     ORDER BY child.id LIMIT $1";
const UNPRESSED: &str = "SELECT id FROM work_orders_order WHERE open = 1 AND pressed = 0 AND unit IS NOT NULL \
     AND late_from > 0 AND late_from < $1 ORDER BY late_from LIMIT $2";
const UNREAD: &str = "SELECT id, body FROM work_orders_order WHERE late_from = 0 ORDER BY id LIMIT $1";
const READ: &str =
    "UPDATE work_orders_order SET late_from = $2, climbs_at = $3 WHERE id = $1 AND late_from = 0";
const UNANSWERED: &str =
    columns!("WHERE climbs_at IS NOT NULL AND climbs_at < $1 ORDER BY climbs_at LIMIT $2");
const ADD: db::Text = db::from_rows!(
    "INSERT INTO work_orders_order (subtype, state, open, unit, handler, important, urges, returns, reopened, \
     supervised, master, due, due_step, promised_since, promised, closed_at, satisfaction, body, kept, \
     dispatched_at, pressed, kind, privacy, customer, phone, address, area, about, id, version, number, accepted_by, \
     accepted_at, call, late_from, climbs_at, decide_by, due_since) SELECT value ->> 0, value ->> 1, CAST(value ->> 2 AS BIGINT), CAST(value ->> 3 AS BIGINT), \
     CAST(value ->> 4 AS BIGINT), CAST(value ->> 5 AS BIGINT), CAST(value ->> 6 AS BIGINT), CAST(value ->> 7 AS \
     BIGINT), CAST(value ->> 8 AS BIGINT), CAST(value ->> 9 AS BIGINT), CAST(value ->> 10 AS BIGINT), CAST(value ->> \
     11 AS BIGINT), value ->> 12, CAST(value ->> 13 AS BIGINT), CAST(value ->> 14 AS BIGINT), CAST(value ->> 15 AS \
     BIGINT), value ->> 16, value ->> 17, CAST(value ->> 18 AS BIGINT), CAST(value ->> 19 AS BIGINT), CAST(value ->> \
     20 AS BIGINT), value ->> 21, CAST(value ->> 22 AS BIGINT), value ->> 23, value ->> 24, value ->> 25, value ->> \
     26, CAST(value ->> 27 AS BIGINT), CAST(value ->> 28 AS BIGINT), CAST(value ->> 29 AS BIGINT), value ->> 30, \
     CAST(value ->> 31 AS BIGINT), CAST(value ->> 32 AS BIGINT), CAST(value ->> 33 AS BIGINT), \
     CAST(value ->> 34 AS BIGINT), CAST(value ->> 35 AS BIGINT), CAST(value ->> 36 AS BIGINT), \
     CAST(value ->> 37 AS BIGINT) FROM ",
    ""
);
const SAVE: db::Text = db::over_rows!(
    "UPDATE work_orders_order SET subtype = value ->> 0, state = value ->> 1, open = CAST(value ->> 2 AS BIGINT), \
     unit = CAST(value ->> 3 AS BIGINT), handler = CAST(value ->> 4 AS BIGINT), important = CAST(value ->> 5 AS \
     BIGINT), urges = CAST(value ->> 6 AS BIGINT), returns = CAST(value ->> 7 AS BIGINT), reopened = CAST(value ->> \
     8 AS BIGINT), supervised = CAST(value ->> 9 AS BIGINT), master = CAST(value ->> 10 AS BIGINT), due = CAST(value \
     ->> 11 AS BIGINT), due_step = value ->> 12, promised_since = CAST(value ->> 13 AS BIGINT), promised = \
     CAST(value ->> 14 AS BIGINT), closed_at = CAST(value ->> 15 AS BIGINT), satisfaction = value ->> 16, body = \
     value ->> 17, kept = CAST(value ->> 18 AS BIGINT), dispatched_at = CAST(value ->> 19 AS BIGINT), pressed = \
     CAST(value ->> 20 AS BIGINT), kind = value ->> 21, privacy = CAST(value ->> 22 AS BIGINT), customer = value ->> \
     23, phone = value ->> 24, address = value ->> 25, area = value ->> 26, about = CAST(value ->> 27 AS BIGINT), \
     call = CAST(value ->> 30 AS BIGINT), late_from = CAST(value ->> 31 AS BIGINT), climbs_at = CAST(value ->> 32 AS BIGINT), \
     decide_by = CAST(value ->> 33 AS BIGINT), due_since = CAST(value ->> 34 AS BIGINT), version = version + 1 FROM ",
    " AND work_orders_order.id = CAST(value ->> 28 AS BIGINT) AND version = CAST(value ->> 29 AS BIGINT)"
);

pub async fn one(connection: &mut AnyConnection, id: WorkOrderId) -> anyhow::Result<Option<Kept>> {
    let row =
        sqlx::query(ONE).bind(id.get()).fetch_optional(connection).await.context("looking for an order")?;
    row.as_ref().map(kept).transpose()
}

/// Outside a change.
pub async fn read(db: &Db, id: WorkOrderId) -> anyhow::Result<Option<Kept>> {
    let row =
        sqlx::query(ONE).bind(id.get()).fetch_optional(db.read()).await.context("looking for an order")?;
    row.as_ref().map(kept).transpose()
}

pub async fn by_number(db: &Db, number: &str) -> anyhow::Result<Option<Kept>> {
    let row = sqlx::query(BY_NUMBER).bind(number).fetch_optional(db.read()).await;
    row.context("looking for an order by its number")?.as_ref().map(kept).transpose()
}

/// So many orders with an id above this one.
pub async fn above(db: &Db, after: WorkOrderId, most: i64) -> anyhow::Result<Vec<Kept>> {
    let rows = sqlx::query(ABOVE).bind(after.get()).bind(most).fetch_all(db.read()).await;
    rows.context("going through the orders")?.iter().map(kept).collect()
}

/// These orders, in no particular order.
pub async fn some(db: &Db, ids: &[i64]) -> anyhow::Result<Vec<Kept>> {
    let rows = sqlx::query(SOME.of(db.kind())).bind(db::ids(ids.iter().copied())).fetch_all(db.read()).await;
    rows.context("reading orders")?.iter().map(kept).collect()
}

/// These orders as a change sees them.
pub async fn some_in(
    tx: &mut Tx,
    ids: impl IntoIterator<Item = WorkOrderId>,
) -> anyhow::Result<BTreeMap<WorkOrderId, Kept>> {
    let ids = db::ids(ids.into_iter().map(WorkOrderId::get));
    let rows = sqlx::query(SOME.of(tx.db().kind())).bind(ids).fetch_all(&mut **tx).await;
    let one = |row: &Row| kept(row).map(|kept| (kept.order.id, kept));
    rows.context("reading orders")?.iter().map(one).collect()
}

/// The same for whoever goes through all: what cannot be read is left out.
pub async fn some_readable(db: &Db, ids: &[WorkOrderId]) -> anyhow::Result<Readable<Kept>> {
    let ids = db::ids(ids.iter().map(|id| id.get()));
    let rows = sqlx::query(SOME.of(db.kind())).bind(ids).fetch_all(db.read()).await;
    readable(&rows.context("reading orders")?, "id", kept)
}

const IDS_ABOVE: &str = "SELECT id FROM work_orders_order WHERE id > $1 ORDER BY id LIMIT $2";

/// The ids behind this one, in their order.
pub async fn ids_above(db: &Db, after: WorkOrderId, limit: i64) -> anyhow::Result<Vec<WorkOrderId>> {
    let rows = sqlx::query(IDS_ABOVE).bind(after.get()).bind(limit).fetch_all(db.read()).await;
    rows.context("going through the orders")?.iter().map(|row| Ok(WorkOrderId(row.try_get("id")?))).collect()
}

/// How many reports of the same matter were merged into this one, in a change.
pub async fn count_children(tx: &mut Tx, master: WorkOrderId) -> anyhow::Result<i64> {
    let count = sqlx::query(COUNT_CHILDREN).bind(master.get()).fetch_one(&mut **tx).await;
    Ok(count.context("counting children")?.try_get("n")?)
}

/// Reports of the same matter that were merged into this one: so many of them, and how many there are.
pub async fn children(db: &Db, master: WorkOrderId, most: i64) -> anyhow::Result<(Vec<Kept>, i64)> {
    let rows = sqlx::query(CHILDREN).bind(master.get()).bind(most).fetch_all(db.read()).await;
    let found = rows.context("the children of an order")?.iter().map(kept).collect::<anyhow::Result<_>>()?;
    let count = sqlx::query(COUNT_CHILDREN).bind(master.get()).fetch_one(db.read()).await;
    Ok((found, count.context("counting children")?.try_get("n")?))
}

const FOLLOWING: &str = columns!("WHERE master = $1 AND state = 'merged' AND id > $2 ORDER BY id LIMIT $3");
const HOLD: &str = "UPDATE work_orders_order SET version = version WHERE id = $1";

/// So many of those behind this id that still follow this one, in the change that moves or tells them.
pub async fn following(
    tx: &mut Tx,
    master: WorkOrderId,
    after: WorkOrderId,
    most: i64,
) -> anyhow::Result<Vec<Kept>> {
    let following = sqlx::query(FOLLOWING).bind(master.get()).bind(after.get()).bind(most);
    let rows = following.fetch_all(&mut **tx).await;
    rows.context("what follows an order")?.iter().map(kept).collect()
}

/// Nobody else changes it until this change is over.
pub async fn hold(tx: &mut Tx, order: WorkOrderId) -> anyhow::Result<()> {
    sqlx::query(HOLD).bind(order.get()).execute(&mut **tx).await.context("holding an order")?;
    Ok(())
}

/// Orders that follow one that is done, and are not done themselves.
pub async fn left_behind(db: &Db, most: i64) -> anyhow::Result<Vec<WorkOrderId>> {
    let rows =
        sqlx::query(LEFT_BEHIND).bind(most).fetch_all(db.read()).await.context("who is left behind")?;
    rows.iter().map(|row| Ok(WorkOrderId(row.try_get("id")?))).collect()
}

/// Orders from before it was kept from when on they are late; none where what is kept cannot be read.
pub async fn unread(db: &Db, most: i64) -> anyhow::Result<Vec<(WorkOrderId, Option<Order>)>> {
    let rows = sqlx::query(UNREAD).bind(most).fetch_all(db.read()).await.context("what was never read")?;
    let order = |row: &Row| {
        let (id, body): (i64, String) = (row.try_get("id")?, row.try_get("body")?);
        Ok((WorkOrderId(id), serde_json::from_str(&body).ok()))
    };
    rows.iter().map(order).collect()
}

/// From when on such an order is late. Whoever has moved it meanwhile knows better.
pub async fn put_late_from(
    tx: &mut Tx,
    id: WorkOrderId,
    order: Option<&Order>,
    from: Option<Timestamp>,
) -> anyhow::Result<()> {
    let climbs = order.and_then(Order::unanswered).map(|(_, at)| at.as_micros());
    let put = sqlx::query(READ).bind(id.get()).bind(from.map(Timestamp::as_micros)).bind(climbs);
    put.execute(&mut **tx).await.context("from when on an order is late")?;
    Ok(())
}

/// Open orders of which a promise to the customer is broken and that nobody has supervised since they were last taken up.
pub async fn unpressed(db: &Db, now: Timestamp, most: i64) -> anyhow::Result<Vec<WorkOrderId>> {
    let rows = sqlx::query(UNPRESSED).bind(now.as_micros()).bind(most).fetch_all(db.read()).await;
    rows.context("what nobody presses")?.iter().map(|row| Ok(WorkOrderId(row.try_get("id")?))).collect()
}

/// Orders with a supervision that the unit should have answered before now.
pub async fn unanswered(db: &Db, now: Timestamp, most: i64) -> anyhow::Result<Vec<Kept>> {
    let rows = sqlx::query(UNANSWERED).bind(now.as_micros()).bind(most).fetch_all(db.read()).await;
    Ok(readable(&rows.context("what is left unanswered")?, "id", kept)?.good)
}

/// The columns that change with an order, as [`SAVE`] and [`ADD`] have them: all but id, version and what never changes.
fn columns(order: &Order, beside: &Beside) -> anyhow::Result<Vec<Value>> {
    let closed = match order.state {
        State::Closed { at, .. } => Some(at.as_micros()),
        _ => None,
    };
    let again = |at: Timestamp| order.reopened_at.is_none_or(|reopened| at >= reopened);
    let pressed = order.supervisions.iter().any(|one| again(one.at));
    let supervised = order.supervisions.iter().filter(|one| one.evaluation.is_none()).count();
    let micros = |at: Timestamp| at.as_micros();
    let matter = &order.matter;
    let known = known(order);
    Ok(vec![
        json!(matter.subtype),
        json!(order.state.word()),
        json!(i64::from(order.state.is_open())),
        json!(order.state.unit().map(UnitId::get)),
        json!(order.state.handler().map(PersonId::get)),
        json!(i64::from(order.is_important())),
        json!(order.urges.len()),
        json!(order.returns),
        json!(order.reopened),
        json!(supervised),
        json!(order.master.map(WorkOrderId::get)),
        json!(beside.due.map(|(due, _)| micros(due))),
        json!(beside.due.map(|(_, step)| word(&step))),
        json!(beside.promised.map(|(since, _)| micros(since))),
        json!(beside.promised.map(|(_, until)| micros(until))),
        json!(closed),
        json!(order.satisfaction.as_ref().map(word)),
        json!(serde_json::to_string(order)?),
        json!(beside.kept.map(i64::from)),
        json!(order.dispatched_at.map(micros)),
        json!(i64::from(pressed)),
        json!(word(&matter.kind)),
        json!(known.privacy),
        json!(known.customer),
        json!(known.phone),
        json!(known.address),
        json!(matter.area),
        json!(matter.about.map(PersonId::get)),
        json!(order.id.get()),
    ])
}

/// The columns that came later: behind what [`SAVE`] and [`ADD`] each have of their own.
fn later(order: &Order, beside: &Beside) -> [Value; 5] {
    let micros = |at: Timestamp| at.as_micros();
    [
        json!(order.matter.call.map(|call| call.get())),
        json!(beside.late_from.map(micros)),
        json!(order.unanswered().map(|(_, at)| micros(at))),
        json!(order.time_asked.as_ref().map(|asked| micros(asked.due))),
        json!(beside.due_since.map(micros)),
    ]
}

struct Known {
    privacy: i64,
    customer: Option<String>,
    phone: String,
    address: String,
}

/// What may be looked for: of whom nobody may know, nothing.
fn known(order: &Order) -> Known {
    let matter = &order.matter;
    let privacy = match matter.privacy {
        Privacy::Open => 0,
        Privacy::Confidential => 1,
        Privacy::Anonymous => 2,
    };
    let open = matter.privacy == Privacy::Open;
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    Known {
        privacy,
        customer: matter.customer.clone().filter(|_| open),
        phone: if open { digits(&matter.contact.phone) } else { String::new() },
        address: if open { address_key(&matter.address) } else { String::new() },
    }
}

/// Keeps new orders, each in the version it has.
pub async fn add_all(tx: &mut Tx, new: &[Kept]) -> anyhow::Result<()> {
    let mut rows = Vec::with_capacity(new.len());
    for Kept { order, beside } in new {
        let mut row = columns(order, beside)?;
        row.push(json!(order.version));
        row.push(json!(order.number));
        row.push(json!(order.accepted_by.map(PersonId::get)));
        row.push(json!(order.accepted_at.as_micros()));
        row.extend(later(order, beside));
        rows.push(Value::Array(row));
    }
    let add = sqlx::query(ADD.of(tx.db().kind())).bind(Value::Array(rows).to_string());
    add.execute(&mut **tx).await.with_context(|| format!("keeping {} orders", new.len()))?;
    Ok(())
}

/// Keeps an order after an act. False when somebody else was faster than whoever read `order.version`.
pub async fn save(tx: &mut Tx, order: &Order, beside: &Beside) -> anyhow::Result<bool> {
    let mut row = columns(order, beside)?;
    row.push(json!(order.version));
    row.extend(later(order, beside));
    let save = sqlx::query(SAVE.of(tx.db().kind())).bind(json!([row]).to_string());
    let done = save.execute(&mut **tx).await;
    Ok(done.with_context(|| format!("saving the order {}", order.number))?.rows_affected() > 0)
}

pub(super) fn kept(row: &Row) -> anyhow::Result<Kept> {
    let body: String = row.try_get("body")?;
    let order: Order = serde_json::from_str(&body).context("an order as kept")?;
    let at = |column: &str| -> anyhow::Result<Option<Timestamp>> {
        Ok(row.try_get::<Option<i64>, _>(column)?.map(Timestamp::from_micros))
    };
    let step: Option<String> = row.try_get("due_step")?;
    let step = step.and_then(|step| promises::rules::parse(&step));
    Ok(Kept {
        order: Order { version: row.try_get("version")?, ..order },
        beside: Beside {
            due: at("due")?.zip(step),
            due_since: at("due_since")?,
            promised: at("promised_since")?.zip(at("promised")?),
            kept: row.try_get::<Option<i64>, _>("kept")?.map(|kept| kept == 1),
            late_from: at("late_from")?.filter(|from| from.as_micros() > 0),
        },
    })
}
