//! What contacts are counted from: kept in the change that touches a record, for all contacts which that makes repeated or solved.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Context;
use db::{Text, Tx};
use kernel::{CallId, PersonId, Timestamp};
use sqlx::Row as _;

use super::figures::{after, another, before, counted};
use crate::rules::Record;

/// What of a record decides which contacts there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    direction: String,
    number: String,
    customer: Option<String>,
    state: String,
    reason: Option<String>,
    result: Option<String>,
    at: i64,
    completed_at: Option<i64>,
}

/// Who called about what: contacts of the same customer, or of the same number where nobody knows whose it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    customer: bool,
    who: String,
    reason: String,
}

impl Facts {
    pub fn of(record: &Record) -> Facts {
        Facts {
            direction: record.direction.clone(),
            number: record.number.clone(),
            customer: record.draft.customer.clone(),
            state: record.state.as_str().to_owned(),
            reason: record.draft.reason.clone(),
            result: record.draft.result.map(|result| result.as_str().to_owned()),
            at: record.at.as_micros(),
            completed_at: record.completed_at.map(Timestamp::as_micros),
        }
    }

    fn key(&self) -> Option<Key> {
        let reason = self.reason.clone()?;
        let (customer, who) = match &self.customer {
            Some(customer) => (true, customer.clone()),
            None => (false, self.number.clone()),
        };
        Some(Key { customer, who, reason })
    }
}

const SEEN: &str = "SELECT direction, number, customer, state, reason, result, at, completed_at FROM interactions_record \
     WHERE call = $1 AND agent = $2";

/// As it is kept; none where there is none.
pub(super) async fn seen(tx: &mut Tx, call: CallId, agent: PersonId) -> anyhow::Result<Option<Facts>> {
    let row = sqlx::query(SEEN).bind(call.get()).bind(agent.get()).fetch_optional(&mut **tx).await;
    let one = |row: &db::Row| {
        Ok(Facts {
            direction: row.try_get("direction")?,
            number: row.try_get("number")?,
            customer: row.try_get("customer")?,
            state: row.try_get("state")?,
            reason: row.try_get("reason")?,
            result: row.try_get("result")?,
            at: row.try_get("at")?,
            completed_at: row.try_get("completed_at")?,
        })
    };
    row.context("reading what a record counts for")?.as_ref().map(one).transpose()
}

/// As many slots as the migration has made.
const SLOTS: u64 = 64;
const TAKE_TURN: &str = "UPDATE interactions_contact_turn SET n = n + 1 WHERE slot = $1";
/// A contact is followed for seven days after it was closed; nobody closes one later than this.
const CLOSED_WITHIN: Duration = Duration::from_secs(60 * 86_400);
const WINDOW: Duration = Duration::from_secs(7 * 86_400);
/// Nobody calls more often about one thing and means it.
const AROUND_MAX: i64 = 5_000;
const BY_CUSTOMER: &str = "SELECT DISTINCT call FROM interactions_record WHERE customer IS NOT NULL AND customer = $1 AND reason = $2 \
     AND at >= $3 AND at <= $4 ORDER BY call DESC LIMIT $5";
const BY_NUMBER: &str = "SELECT DISTINCT call FROM interactions_record WHERE customer IS NULL AND number = $1 AND reason = $2 \
     AND at >= $3 AND at <= $4 ORDER BY call DESC LIMIT $5";
const FORGET: Text = db::in_ids!("DELETE FROM interactions_contact WHERE call IN ", "");
const COUNT: Text = db::in_ids!(
    concat!(
        "INSERT INTO interactions_contact (call, reason, at, direct, solved, repeated) \
         SELECT call, reason, MIN(at), MAX(CASE WHEN result = 'answered' THEN 1 ELSE 0 END), MAX(CASE WHEN ",
        after!(),
        " THEN 0 ELSE 1 END), MAX(CASE WHEN ",
        before!(),
        " THEN 1 ELSE 0 END) FROM interactions_record WHERE ",
        counted!(),
        " AND call IN "
    ),
    " GROUP BY call, reason"
);

/// A record is not what it was: counts what it, and others because of it, now are.
pub(super) async fn changed(
    tx: &mut Tx,
    call: CallId,
    was: Option<&Facts>,
    is: &Facts,
) -> anyhow::Result<()> {
    if was == Some(is) {
        return Ok(());
    }
    let keys: BTreeSet<Key> = was.into_iter().chain([is]).filter_map(Facts::key).collect();
    if keys.is_empty() {
        return Ok(());
    }
    // In one order, so that two changes do not wait for each other.
    let slots: BTreeSet<i64> = keys.iter().map(slot).collect();
    for slot in slots {
        sqlx::query(TAKE_TURN).bind(slot).execute(&mut **tx).await.context("waiting to count a contact")?;
    }
    let times = || was.into_iter().chain([is]).map(|facts| Timestamp::from_micros(facts.at));
    let from = times().min().unwrap_or(Timestamp::MIN) - (CLOSED_WITHIN + WINDOW);
    let to = times().max().unwrap_or(Timestamp::MAX) + WINDOW;
    let mut calls = BTreeSet::from([call.get()]);
    for key in &keys {
        let query = sqlx::query(if key.customer { BY_CUSTOMER } else { BY_NUMBER });
        let query = query.bind(&key.who).bind(&key.reason).bind(from.as_micros()).bind(to.as_micros());
        let rows = query.bind(AROUND_MAX).fetch_all(&mut **tx).await.context("contacts about the same")?;
        for row in rows {
            calls.insert(row.try_get("call")?);
        }
    }
    let (kind, calls) = (tx.db().kind(), db::ids(calls));
    sqlx::query(FORGET.of(kind)).bind(&calls).execute(&mut **tx).await.context("counting contacts anew")?;
    sqlx::query(COUNT.of(kind)).bind(&calls).execute(&mut **tx).await.context("counting contacts")?;
    Ok(())
}

/// FNV-1a: the same on every machine.
fn slot(key: &Key) -> i64 {
    let hash = key.who.bytes().chain(key.reason.bytes()).fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    i64::try_from(hash % SLOTS).unwrap_or(0)
}
