//! Orders, kept and read one by one.

use anyhow::Context;
use db::{Db, Row, Tx};
use deadlines::Step;
use kernel::{PersonId, Timestamp, UnitId, WorkOrderId};
use promises::rules::word;
use sqlx::{AnyConnection, Row as _};

use crate::rules::file::address_key;
use crate::rules::order::Privacy;
use crate::rules::{Order, State};

/// What stands beside an order: it follows from its promises.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// The next instant at which a promise breaks, and of which step.
    pub due: Option<(Timestamp, Step)>,
    /// What the customer measures us by: since when, until when.
    pub promised: Option<(Timestamp, Timestamp)>,
    /// Whether that was kept; none while it runs.
    pub kept: Option<bool>,
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
            "SELECT id, due, due_step, promised_since, promised, kept, body, version FROM work_orders_order ",
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
     WHERE child.state = 'merged' AND master.open = 0 OR child.state = 'merged' AND master.state = 'to_call_back' \
     ORDER BY child.id LIMIT $1";
const UNPRESSED: &str = "SELECT id FROM work_orders_order WHERE open = 1 AND pressed = 0 AND unit IS NOT NULL AND promised < $1 \
     ORDER BY promised LIMIT $2";
const ADD: &str = "INSERT INTO work_orders_order (id, number, kind, accepted_by, accepted_at, privacy, customer, phone, \
     address, area, call, about, subtype, state, open, unit, handler, important, urges, returns, reopened, supervised, \
     master, due, due_step, promised_since, promised, closed_at, satisfaction, body, kept, dispatched_at, pressed, version) VALUES \
     ($22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, \
     $13, $14, $15, $16, $17, $18, $19, $20, $21, 1)";
const SAVE: &str = "UPDATE work_orders_order SET subtype = $1, state = $2, open = $3, unit = $4, handler = $5, important = $6, \
     urges = $7, returns = $8, reopened = $9, supervised = $10, master = $11, due = $12, due_step = $13, promised_since = $14, \
     promised = $15, closed_at = $16, satisfaction = $17, body = $18, kept = $19, dispatched_at = $20, pressed = $21, kind = $22, privacy = $23, \
     customer = $24, phone = $25, address = $26, area = $27, about = $28, version = version + 1 WHERE id = $29 AND version = $30";

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

/// Reports of the same matter that were merged into this one: so many of them, and how many there are.
pub async fn children(db: &Db, master: WorkOrderId, most: i64) -> anyhow::Result<(Vec<Kept>, i64)> {
    let rows = sqlx::query(CHILDREN).bind(master.get()).bind(most).fetch_all(db.read()).await;
    let found = rows.context("the children of an order")?.iter().map(kept).collect::<anyhow::Result<_>>()?;
    let count = sqlx::query(COUNT_CHILDREN).bind(master.get()).fetch_one(db.read()).await;
    Ok((found, count.context("counting children")?.try_get("n")?))
}

/// Orders that follow one that is done, and are not done themselves.
pub async fn left_behind(db: &Db, most: i64) -> anyhow::Result<Vec<WorkOrderId>> {
    let rows =
        sqlx::query(LEFT_BEHIND).bind(most).fetch_all(db.read()).await.context("who is left behind")?;
    rows.iter().map(|row| Ok(WorkOrderId(row.try_get("id")?))).collect()
}

/// Open orders of which the promise to the customer is broken and that were never supervised, the latest first.
pub async fn unpressed(db: &Db, now: Timestamp, most: i64) -> anyhow::Result<Vec<WorkOrderId>> {
    let rows = sqlx::query(UNPRESSED).bind(now.as_micros()).bind(most).fetch_all(db.read()).await;
    rows.context("what nobody presses")?.iter().map(|row| Ok(WorkOrderId(row.try_get("id")?))).collect()
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

/// The columns that change with the order: `$1` to `$21`.
fn bind_state<'q>(query: Query<'q>, order: &Order, beside: &Beside) -> anyhow::Result<Query<'q>> {
    let closed = match order.state {
        State::Closed { at, .. } => Some(at.as_micros()),
        _ => None,
    };
    let supervised = order.supervisions.iter().filter(|one| one.evaluation.is_none()).count();
    let micros = |at: Timestamp| at.as_micros();
    Ok(query
        .bind(order.matter.subtype.clone())
        .bind(order.state.word())
        .bind(i64::from(order.state.is_open()))
        .bind(order.state.unit().map(UnitId::get))
        .bind(order.state.handler().map(PersonId::get))
        .bind(i64::from(order.is_important()))
        .bind(order.urges.len() as i64)
        .bind(i64::from(order.returns))
        .bind(i64::from(order.reopened))
        .bind(supervised as i64)
        .bind(order.master.map(WorkOrderId::get))
        .bind(beside.due.map(|(due, _)| micros(due)))
        .bind(beside.due.map(|(_, step)| word(&step)))
        .bind(beside.promised.map(|(since, _)| micros(since)))
        .bind(beside.promised.map(|(_, until)| micros(until)))
        .bind(closed)
        .bind(order.satisfaction.as_ref().map(word))
        .bind(serde_json::to_string(order)?)
        .bind(beside.kept.map(i64::from))
        .bind(order.dispatched_at.map(micros))
        .bind(i64::from(!order.supervisions.is_empty())))
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

/// Keeps a new order.
pub async fn add(tx: &mut Tx, order: &Order, beside: &Beside) -> anyhow::Result<()> {
    let matter = &order.matter;
    let known = known(order);
    let add = bind_state(sqlx::query(ADD), order, beside)?;
    let add = add.bind(order.id.get()).bind(&order.number).bind(word(&matter.kind));
    let add = add.bind(order.accepted_by.map(PersonId::get)).bind(order.accepted_at.as_micros());
    let add =
        add.bind(known.privacy).bind(known.customer).bind(known.phone).bind(known.address).bind(&matter.area);
    let add = add.bind(matter.call.map(|call| call.get())).bind(matter.about.map(PersonId::get));
    add.execute(&mut **tx).await.with_context(|| format!("keeping the order {}", order.number))?;
    Ok(())
}

/// Keeps an order after an act. False when somebody else was faster than whoever read `order.version`.
pub async fn save(tx: &mut Tx, order: &Order, beside: &Beside) -> anyhow::Result<bool> {
    let known = known(order);
    let save = bind_state(sqlx::query(SAVE), order, beside)?;
    let save = save.bind(word(&order.matter.kind)).bind(known.privacy).bind(known.customer).bind(known.phone);
    let save = save.bind(known.address).bind(&order.matter.area).bind(order.matter.about.map(PersonId::get));
    let done = save.bind(order.id.get()).bind(order.version).execute(&mut **tx).await;
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
            promised: at("promised_since")?.zip(at("promised")?),
            kept: row.try_get::<Option<i64>, _>("kept")?.map(|kept| kept == 1),
        },
    })
}
