//! Important customers who are to be telephoned.

use anyhow::Context;
use db::{Db, Tx};
use kernel::{CustomerId, OutageId, Timestamp};
use serde::Serialize;
use sqlx::{AnyConnection, Row as _};

use crate::rules::calls::{Attempt, ByMachine, Standing};

/// One call that is owed: `days` before, or nought and below for what is told at once (minus the revision).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Call {
    pub outage: OutageId,
    pub party: CustomerId,
    pub days: i64,
    pub due: Timestamp,
    /// It became known too late for the day it should have been.
    pub late: bool,
    pub state: Standing,
    pub done_at: Option<Timestamp>,
    pub attempts: Vec<Attempt>,
    pub machine: ByMachine,
    pub version: i64,
}

impl Call {
    /// One that nobody has made yet: days before, until when, and whether it became known too late.
    pub fn owed(outage: OutageId, party: CustomerId, (days, due, late): (i64, Timestamp, bool)) -> Call {
        Call {
            outage,
            party,
            days,
            due,
            late,
            state: Standing::Open,
            done_at: None,
            attempts: Vec::new(),
            machine: ByMachine::No,
            version: 1,
        }
    }
}

const ADD: &str = "INSERT INTO outages_call (outage, party, days, due, late, state, body, version) \
     VALUES ($1, $2, $3, $4, $5, 'open', '[]', 1) ON CONFLICT DO NOTHING";
const SAVE: &str = "UPDATE outages_call SET state = $4, done_at = $5, body = $6, due = $7, machine = $9, \
     late = $10, version = version + 1 WHERE outage = $1 AND party = $2 AND days = $3 AND version = $8";
const ONE: &str = "SELECT outage, party, days, due, late, state, done_at, body, machine, version FROM outages_call \
     WHERE outage = $1 AND party = $2 AND days = $3";
const OF: &str = "SELECT outage, party, days, due, late, state, done_at, body, machine, version FROM outages_call \
     WHERE outage = $1 ORDER BY due, party, days LIMIT 10000";
const OPEN: &str = "SELECT outage, party, days, due, late, state, done_at, body, machine, version FROM outages_call \
     WHERE state = 'open' AND due < $1 ORDER BY due, outage, party LIMIT 500";
const LATER: &str = "SELECT outage, party, days, due, late, state, done_at, body, machine, version FROM outages_call \
     WHERE state = 'open' AND due >= $1 ORDER BY due, outage, party LIMIT $2";
const FOR_MACHINE: &str = "SELECT outage, party, days, due, late, state, done_at, body, machine, version FROM outages_call \
     WHERE state = 'open' AND machine = '' AND days > 0 AND due < $1 ORDER BY due, outage, party LIMIT 200";
const NOT_NEEDED: &str = "UPDATE outages_call SET state = 'not_needed', done_at = $2, version = version + 1 \
     WHERE outage = $1 AND state = 'open'";

pub async fn add(tx: &mut Tx, call: &Call) -> anyhow::Result<()> {
    let add = sqlx::query(ADD).bind(call.outage.get()).bind(call.party.get()).bind(call.days);
    let add = add.bind(call.due.as_micros()).bind(i64::from(call.late));
    add.execute(&mut **tx).await.context("an important customer to be called")?;
    Ok(())
}

/// False when somebody else was faster.
pub async fn save(tx: &mut Tx, call: &Call) -> anyhow::Result<bool> {
    let save = sqlx::query(SAVE).bind(call.outage.get()).bind(call.party.get()).bind(call.days);
    let save = save.bind(call.state.as_str()).bind(call.done_at.map(Timestamp::as_micros));
    let save =
        save.bind(serde_json::to_string(&call.attempts)?).bind(call.due.as_micros()).bind(call.version);
    let save = save.bind(call.machine.kept()).bind(i64::from(call.late));
    Ok(save.execute(&mut **tx).await.context("a call to an important customer")?.rows_affected() > 0)
}

pub async fn one(
    connection: &mut AnyConnection,
    outage: OutageId,
    party: CustomerId,
    days: i64,
) -> anyhow::Result<Option<Call>> {
    let row =
        sqlx::query(ONE).bind(outage.get()).bind(party.get()).bind(days).fetch_optional(connection).await;
    row.context("a call to an important customer")?.as_ref().map(call).transpose()
}

pub async fn of(db: &Db, outage: OutageId) -> anyhow::Result<Vec<Call>> {
    let rows = sqlx::query(OF).bind(outage.get()).fetch_all(db.read()).await;
    rows.context("calls of an outage")?.iter().map(call).collect()
}

pub async fn of_in(tx: &mut Tx, outage: OutageId) -> anyhow::Result<Vec<Call>> {
    let rows = sqlx::query(OF).bind(outage.get()).fetch_all(&mut **tx).await;
    rows.context("calls of an outage")?.iter().map(call).collect()
}

/// Those due before an instant, of all outages.
pub async fn open(db: &Db, before: Timestamp) -> anyhow::Result<Vec<Call>> {
    let rows = sqlx::query(OPEN).bind(before.as_micros()).fetch_all(db.read()).await;
    rows.context("calls that are owed")?.iter().map(call).collect()
}

/// The first of those due later.
pub async fn later(db: &Db, from: Timestamp, limit: i64) -> anyhow::Result<Vec<Call>> {
    let rows = sqlx::query(LATER).bind(from.as_micros()).bind(limit).fetch_all(db.read()).await;
    rows.context("calls that will be owed")?.iter().map(call).collect()
}

/// Those before a plan that the machine has not been given yet.
pub async fn for_machine(db: &Db, before: Timestamp) -> anyhow::Result<Vec<Call>> {
    let rows = sqlx::query(FOR_MACHINE).bind(before.as_micros()).fetch_all(db.read()).await;
    rows.context("calls for the machine")?.iter().map(call).collect()
}

/// Supply is back, or was never off: nobody needs to be called.
pub async fn not_needed(tx: &mut Tx, outage: OutageId, now: Timestamp) -> anyhow::Result<()> {
    let done = sqlx::query(NOT_NEEDED).bind(outage.get()).bind(now.as_micros());
    done.execute(&mut **tx).await.context("calls that are not needed any more")?;
    Ok(())
}

fn call(row: &db::Row) -> anyhow::Result<Call> {
    let (state, body): (String, String) = (row.try_get("state")?, row.try_get("body")?);
    Ok(Call {
        outage: OutageId(row.try_get("outage")?),
        party: CustomerId(row.try_get("party")?),
        days: row.try_get("days")?,
        due: Timestamp::from_micros(row.try_get("due")?),
        late: row.try_get::<i64, _>("late")? != 0,
        state: Standing::of(&state).with_context(|| format!("{state:?} as where a call stands"))?,
        done_at: row.try_get::<Option<i64>, _>("done_at")?.map(Timestamp::from_micros),
        attempts: serde_json::from_str(&body).context("attempts as kept")?,
        machine: ByMachine::of(&row.try_get::<String, _>("machine")?),
        version: row.try_get("version")?,
    })
}
