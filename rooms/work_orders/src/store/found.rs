//! Lists of orders, a page at a time, and how many there are.

use anyhow::Context;
use db::{Db, Text};
use deadlines::Kind;
use kernel::{CallId, PersonId, Timestamp, UnitId, WorkOrderId};
use promises::rules::word;
use sqlx::Row as _;

use super::orders::{Kept, kept};
use super::readable::readable;
use super::unassigned;
use crate::rules::file::address_key;

/// By what the list is led: each has an index of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Lead {
    #[default]
    Everything,
    Units(Vec<UnitId>),
    Handler(PersonId),
    AcceptedBy(PersonId),
    Customer(String),
    /// A number's digits.
    Phone(String),
    /// An address as it is compared.
    Address(String),
    Call(CallId),
    /// The same for somebody who looks: of confidential ones only what `not_about` has accepted.
    CallSeen(CallId),
}

/// What is looked for; everything absent is any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub lead: Lead,
    /// Only those that somebody still owes something of, the next due first; otherwise all, the newest first.
    pub open: bool,
    /// Any of these; empty is all.
    pub states: Vec<String>,
    pub kind: Option<Kind>,
    pub subtype: Option<String>,
    pub handler: Option<PersonId>,
    pub important: bool,
    pub urged: bool,
    pub supervised: bool,
    /// The unit has asked for more time, and nobody has answered.
    pub time_asked: bool,
    /// Sent back at least once; closed too late; taken up again.
    pub returned: bool,
    pub late: bool,
    pub reopened: bool,
    /// Nothing that is about this person.
    pub not_about: Option<PersonId>,
    pub due_before: Option<Timestamp>,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
    /// The place behind which the page begins: due or accepted, and id.
    pub after: Option<(Timestamp, WorkOrderId)>,
}

macro_rules! columns {
    () => {
        "SELECT id, due, due_step, due_since, promised_since, promised, kept, late_from, body, version FROM work_orders_order WHERE "
    };
}
macro_rules! filters {
    ($range:literal, $order:literal) => {
        concat!(
            " AND ($2 = '' OR $2 LIKE '%,' || state || ',%') AND ($3 = '' OR kind = $3) AND ($4 = '' OR subtype = $4) \
             AND ($5 = 0 OR handler = $5) AND ($6 = 0 OR important = 1) AND ($7 = 0 OR urges > 0) \
             AND ($8 = 0 OR supervised > 0) AND ($9 = 0 OR due < $9) AND ",
            $range,
            " AND ($15 = 0 OR returns > 0) AND ($16 = 0 OR kept = 0) AND ($17 = 0 OR reopened > 0) \
             AND (about IS NULL OR about <> $18) AND ($19 = 0 OR decide_by IS NOT NULL) AND ",
            $order
        )
    };
}
macro_rules! newest {
    () => {
        filters!(
            "accepted_at >= $10 AND accepted_at < $11",
            "(accepted_at, id) < ($12, $13) ORDER BY accepted_at DESC, id DESC LIMIT $14"
        )
    };
}
/// The plus keeps SQLite from walking all that was ever accepted and sorting it, where a few open ones stand in an index.
macro_rules! next_due {
    () => {
        filters!(
            "+accepted_at >= $10 AND +accepted_at < $11",
            "open = 1 AND (due, id) > ($12, $13) ORDER BY due, id LIMIT $14"
        )
    };
}

/// A list in its two orders.
struct Texts {
    newest: Text,
    next_due: Text,
}

macro_rules! led_by {
    ($lead:literal) => {
        Texts {
            newest: same(concat!(columns!(), $lead, newest!())),
            next_due: same(concat!(columns!(), $lead, next_due!())),
        }
    };
}

const fn same(text: &'static str) -> Text {
    Text { sqlite: text, postgres: text }
}

const EVERYTHING: Texts = led_by!("$1 = ''");
const ACCEPTED_BY: Texts = led_by!("accepted_by = CAST($1 AS BIGINT)");
const CUSTOMER: Texts = led_by!("customer = $1");
const PHONE: Texts = led_by!("phone <> '' AND phone = $1");
const ADDRESS: Texts = led_by!("address <> '' AND address = $1");
const CALL: Texts = led_by!("call = CAST($1 AS BIGINT)");
const CALL_SEEN: Texts = led_by!("call = CAST($1 AS BIGINT) AND (privacy = 0 OR accepted_by = $18)");
const HANDLER: Texts = led_by!("handler IS NOT NULL AND handler = CAST($1 AS BIGINT)");
const UNIT: Texts = led_by!("unit = CAST($1 AS BIGINT)");
const UNIT_URGED: Texts = led_by!("unit = CAST($1 AS BIGINT) AND urges > 0");
const STATE: Texts = led_by!("state = $1");
const UNDISPATCHED: Texts = led_by!("$1 = '' AND state IN ('accepted', 'to_dispatch')");
// Few of many, each with an index of its own.
const URGED: Texts = led_by!("$1 = '' AND urges > 0");
const TIME_ASKED: Texts = led_by!("$1 = '' AND decide_by IS NOT NULL");
const SUPERVISED: Texts = led_by!("$1 = '' AND supervised > 0");
const RETURNED: Texts = led_by!("$1 = '' AND returns > 0");
const LATE: Texts = led_by!("$1 = '' AND kept = 0");
const REOPENED: Texts = led_by!("$1 = '' AND reopened > 0");
const UNITS: Texts = Texts {
    newest: db::in_ids!(concat!(columns!(), "unit IN "), newest!()),
    next_due: db::in_ids!(concat!(columns!(), "unit IN "), next_due!()),
};

/// What leads a list that nothing else leads: the rarest of what is looked for.
fn everything(filter: &Filter) -> (Texts, String) {
    match filter {
        Filter { open: true, time_asked: true, .. } => (TIME_ASKED, String::new()),
        Filter { open: true, states, .. } if states.len() == 1 => {
            (STATE, states.first().cloned().unwrap_or_default())
        }
        Filter { open: true, states, .. } if *states == unassigned::STATES => (UNDISPATCHED, String::new()),
        Filter { open: true, urged: true, .. } => (URGED, String::new()),
        Filter { open: true, .. } => (EVERYTHING, String::new()),
        Filter { supervised: true, .. } => (SUPERVISED, String::new()),
        Filter { reopened: true, .. } => (REOPENED, String::new()),
        Filter { returned: true, .. } => (RETURNED, String::new()),
        Filter { urged: true, .. } => (URGED, String::new()),
        Filter { late: true, .. } => (LATE, String::new()),
        _ => (EVERYTHING, String::new()),
    }
}

/// So many of them.
pub async fn find(db: &Db, filter: &Filter, limit: i64) -> anyhow::Result<Vec<Kept>> {
    rows(db.read(), db.kind(), filter, limit).await?.iter().map(kept).collect()
}

/// The same within a change: whoever holds a connection must not wait for another.
pub async fn find_in(tx: &mut db::Tx, filter: &Filter, limit: i64) -> anyhow::Result<Vec<Kept>> {
    let kind = tx.db().kind();
    rows(&mut **tx, kind, filter, limit).await?.iter().map(kept).collect()
}

/// The same for whoever goes through many: what cannot be read is left out.
pub async fn find_readable(db: &Db, filter: &Filter, limit: i64) -> anyhow::Result<Vec<Kept>> {
    Ok(readable(&rows(db.read(), db.kind(), filter, limit).await?, "id", kept)?.good)
}

async fn rows<'e>(
    connection: impl sqlx::Executor<'e, Database = sqlx::Any>,
    kind: db::Kind,
    filter: &Filter,
    limit: i64,
) -> anyhow::Result<Vec<db::Row>> {
    let (texts, lead) = match &filter.lead {
        Lead::Everything => everything(filter),
        Lead::Handler(person) => (HANDLER, person.get().to_string()),
        Lead::AcceptedBy(person) => (ACCEPTED_BY, person.get().to_string()),
        Lead::Customer(id) => (CUSTOMER, id.clone()),
        Lead::Phone(phone) => (PHONE, phone.chars().filter(char::is_ascii_digit).collect()),
        Lead::Address(address) => (ADDRESS, address_key(address)),
        Lead::Call(call) => (CALL, call.get().to_string()),
        Lead::CallSeen(call) => (CALL_SEEN, call.get().to_string()),
        Lead::Units(units) if units.len() == 1 => (
            if filter.urged && filter.open { UNIT_URGED } else { UNIT },
            units.first().map(|unit| unit.get().to_string()).unwrap_or_default(),
        ),
        Lead::Units(units) => (UNITS, db::ids(units.iter().map(|unit| unit.get()))),
    };
    let text = if filter.open { texts.next_due } else { texts.newest }.of(kind);
    let first = if filter.open { (i64::MIN, i64::MIN) } else { (i64::MAX, i64::MAX) };
    let place = filter.after.map_or(first, |(at, id)| (at.as_micros(), id.get()));
    let some = |text: &Option<String>| text.clone().unwrap_or_default();
    let states =
        if filter.states.is_empty() { String::new() } else { format!(",{},", filter.states.join(",")) };
    let query = sqlx::query(text)
        .bind(lead)
        .bind(states)
        .bind(filter.kind.as_ref().map(word).unwrap_or_default())
        .bind(some(&filter.subtype))
        .bind(filter.handler.map_or(0, PersonId::get))
        .bind(i64::from(filter.important))
        .bind(i64::from(filter.urged))
        .bind(i64::from(filter.supervised))
        .bind(filter.due_before.map_or(0, Timestamp::as_micros))
        .bind(filter.from.map_or(i64::MIN, Timestamp::as_micros))
        .bind(filter.to.map_or(i64::MAX, Timestamp::as_micros))
        .bind(place.0)
        .bind(place.1)
        .bind(limit)
        .bind(i64::from(filter.returned))
        .bind(i64::from(filter.late))
        .bind(i64::from(filter.reopened))
        .bind(filter.not_about.map_or(0, PersonId::get))
        .bind(i64::from(filter.time_asked));
    query.fetch_all(connection).await.context("looking for orders")
}

/// How many open orders stand where, at whom, and how many of them are late.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub state: String,
    pub unit: Option<UnitId>,
    pub count: i64,
    pub overdue: i64,
    pub important: i64,
    pub urged: i64,
    /// When the one that waits longest was accepted.
    pub oldest: Timestamp,
}

const COUNT: &str = "SELECT COUNT(*) AS n FROM work_orders_order";

pub async fn count(db: &Db) -> anyhow::Result<i64> {
    Ok(sqlx::query(COUNT).fetch_one(db.read()).await.context("counting orders")?.try_get("n")?)
}

const STANDING: &str = "SELECT state, unit, COUNT(*) AS n, \
     CAST(COUNT(*) FILTER (WHERE due < $1) AS BIGINT) AS overdue, CAST(SUM(important) AS BIGINT) AS important, \
     CAST(COUNT(*) FILTER (WHERE urges > 0) AS BIGINT) AS urged, MIN(accepted_at) AS oldest \
     FROM work_orders_order WHERE open = 1 GROUP BY state, unit ORDER BY state, unit";

pub async fn standing(db: &Db, now: Timestamp) -> anyhow::Result<Vec<Standing>> {
    let rows =
        sqlx::query(STANDING).bind(now.as_micros()).fetch_all(db.read()).await.context("counting orders")?;
    let one = |row: &db::Row| {
        let unit: Option<i64> = row.try_get("unit")?;
        Ok(Standing {
            state: row.try_get("state")?,
            unit: unit.map(UnitId),
            count: row.try_get("n")?,
            overdue: row.try_get("overdue")?,
            important: row.try_get("important")?,
            urged: row.try_get("urged")?,
            oldest: Timestamp::from_micros(row.try_get("oldest")?),
        })
    };
    rows.iter().map(one).collect()
}

const ALIKE: Text = db::in_texts!(
    concat!(columns!(), "accepted_at >= $2 AND master IS NULL AND open = 1 AND (customer IN "),
    " OR (address <> '' AND address = $3) OR (phone <> '' AND phone = $4)) \
     AND (about IS NULL OR about <> $5) ORDER BY accepted_at DESC LIMIT 10"
);

/// Open orders of the same home since then: of the same customer, address or number, and not about whoever looks.
pub async fn alike(
    db: &Db,
    since: Timestamp,
    customer: Option<&str>,
    address: &str,
    phone: &str,
    looks: Option<PersonId>,
) -> anyhow::Result<Vec<Kept>> {
    let customers: Vec<&str> = customer.into_iter().collect();
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let query =
        sqlx::query(ALIKE.of(db.kind())).bind(serde_json::to_string(&customers)?).bind(since.as_micros());
    let query = query.bind(address_key(address)).bind(digits).bind(looks.map_or(0, PersonId::get));
    let rows = query.fetch_all(db.read()).await;
    rows.context("looking for duplicates")?.iter().map(kept).collect()
}

const RESULTS: &str = concat!(
    columns!(),
    "unit = $1 AND accepted_at >= $2 AND state IN ('result_given', 'in_review', 'to_call_back', 'closed') \
     ORDER BY accepted_at DESC, id DESC LIMIT $3"
);

/// The latest results of a unit: to compare a new one with.
pub async fn results(
    tx: &mut db::Tx,
    unit: UnitId,
    since: Timestamp,
    most: i64,
) -> anyhow::Result<Vec<Kept>> {
    let query = sqlx::query(RESULTS).bind(unit.get()).bind(since.as_micros()).bind(most);
    query.fetch_all(&mut **tx).await.context("a unit's latest results")?.iter().map(kept).collect()
}

#[cfg(test)]
mod tests {
    use db::testdb::on_both;

    use super::*;

    /// By which index SQLite walks a list, and whether it sorts.
    async fn plan(db: &Db, text: Text) -> String {
        let explain = format!("EXPLAIN QUERY PLAN {}", text.of(db.kind()));
        let mut query = sqlx::query(sqlx::AssertSqlSafe(explain)).bind("").bind("").bind("").bind("");
        for _ in 5..=19 {
            query = query.bind(0_i64);
        }
        let rows = query.fetch_all(db.read()).await.expect("a plan");
        let details: Vec<String> = rows.iter().map(|row| row.try_get("detail").expect("a detail")).collect();
        details.join("\n")
    }

    #[test]
    fn few_of_the_open_ones_are_walked_by_indices_of_their_own() {
        on_both(&[promises::MIGRATIONS, crate::MIGRATIONS], async |db| {
            if db.kind() != db::Kind::Sqlite {
                return;
            }
            for (text, index) in [
                (URGED.next_due, "work_orders_order_urged_due"),
                (TIME_ASKED.next_due, "work_orders_order_decide_by"),
                (UNIT_URGED.next_due, "work_orders_order_unit_urged (unit=?"),
            ] {
                let plan = plan(&db, text).await;
                assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{plan}");
            }
            // Two states are put into one order, nothing else is looked at.
            let plan = plan(&db, UNDISPATCHED.next_due).await;
            assert!(plan.contains("work_orders_order_state (state=?"), "{plan}");
        });
    }

    /// What SQLite says of a text without parameters, or with one.
    async fn explained(db: &Db, text: &str) -> String {
        let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {text}"));
        let rows = sqlx::query(explain).bind(0_i64).fetch_all(db.read()).await.expect("a plan");
        let details: Vec<String> = rows.iter().map(|row| row.try_get("detail").expect("a detail")).collect();
        details.join("\n")
    }

    #[test]
    fn where_all_stand_is_counted_from_an_index_alone() {
        on_both(&[promises::MIGRATIONS, crate::MIGRATIONS], async |db| {
            if db.kind() == db::Kind::Sqlite {
                let plan = explained(&db, STANDING).await;
                assert_eq!(plan, "SCAN work_orders_order USING COVERING INDEX work_orders_order_standing");
            }
        });
    }
}
