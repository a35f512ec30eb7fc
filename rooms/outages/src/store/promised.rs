//! Who was promised to hear that supply is back, and is to be telephoned.

use anyhow::Context;
use db::{Db, Tx};
use kernel::{OutageId, Timestamp};
use sqlx::{AnyConnection, Row as _};

use crate::rules::calls::{Attempt, ByMachine, Standing};

/// One call that is owed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promised {
    pub id: i64,
    pub outage: OutageId,
    /// Of the restoration that he is told.
    pub revision: i64,
    pub phone: String,
    pub due: Timestamp,
    pub state: Standing,
    pub done_at: Option<Timestamp>,
    pub attempts: Vec<Attempt>,
    pub machine: ByMachine,
    pub version: i64,
}

const ADD: &str = "INSERT INTO outages_promised (id, outage, revision, phone, due, state, body, machine, version) \
     VALUES ($1, $2, $3, $4, $5, 'open', '[]', '', 1) ON CONFLICT DO NOTHING";
const SAVE: &str = "UPDATE outages_promised SET state = $2, done_at = $3, body = $4, machine = $5, version = version + 1 \
     WHERE id = $1 AND version = $6";
const ONE: &str = "SELECT id, outage, revision, phone, due, state, done_at, body, machine, version FROM outages_promised \
     WHERE id = $1";
const TO: &str = "SELECT id, outage, revision, phone, due, state, done_at, body, machine, version FROM outages_promised \
     WHERE outage = $1 AND revision = $2 AND phone = $3";
const OPEN: &str = "SELECT id, outage, revision, phone, due, state, done_at, body, machine, version FROM outages_promised \
     WHERE state = 'open' ORDER BY due, id LIMIT 500";
const FOR_MACHINE: &str = "SELECT id, outage, revision, phone, due, state, done_at, body, machine, version FROM outages_promised \
     WHERE state = 'open' AND machine = '' ORDER BY due, id LIMIT 200";
const CALLING: &str = "SELECT machine FROM outages_promised WHERE outage = $1 AND state = 'open' AND machine <> '' \
     AND machine <> 'done' ORDER BY revision, phone LIMIT 100000";
const NOT_NEEDED: &str = "UPDATE outages_promised SET state = 'not_needed', done_at = $2, machine = 'done', \
     version = version + 1 WHERE outage = $1 AND state = 'open'";

/// A call is owed until an instant. Nothing happens where it is already.
pub async fn owe(
    tx: &mut Tx,
    id: i64,
    (outage, revision): (OutageId, i64),
    phone: &str,
    due: Timestamp,
) -> anyhow::Result<()> {
    let owe = sqlx::query(ADD).bind(id).bind(outage.get()).bind(revision).bind(phone.to_owned());
    owe.bind(due.as_micros()).execute(&mut **tx).await.context("somebody who was promised a call")?;
    Ok(())
}

/// False when somebody else was faster.
pub async fn save(tx: &mut Tx, one: &Promised) -> anyhow::Result<bool> {
    let save = sqlx::query(SAVE).bind(one.id).bind(one.state.as_str());
    let save = save.bind(one.done_at.map(Timestamp::as_micros)).bind(serde_json::to_string(&one.attempts)?);
    let save = save.bind(one.machine.kept().to_owned()).bind(one.version);
    Ok(save.execute(&mut **tx).await.context("a call that was promised")?.rows_affected() > 0)
}

pub async fn one(connection: &mut AnyConnection, id: i64) -> anyhow::Result<Option<Promised>> {
    let row = sqlx::query(ONE).bind(id).fetch_optional(connection).await;
    row.context("a call that was promised")?.as_ref().map(promised).transpose()
}

pub async fn read(db: &Db, id: i64) -> anyhow::Result<Option<Promised>> {
    let row = sqlx::query(ONE).bind(id).fetch_optional(db.read()).await;
    row.context("a call that was promised")?.as_ref().map(promised).transpose()
}

/// The call to a number after a restoration.
pub async fn to(
    tx: &mut Tx,
    outage: OutageId,
    revision: i64,
    phone: &str,
) -> anyhow::Result<Option<Promised>> {
    let row = sqlx::query(TO).bind(outage.get()).bind(revision).bind(phone.to_owned());
    let row = row.fetch_optional(&mut **tx).await;
    row.context("a call that was promised")?.as_ref().map(promised).transpose()
}

/// Everybody who is to be called, of all outages, the longest waiting first.
pub async fn open(db: &Db) -> anyhow::Result<Vec<Promised>> {
    let rows = sqlx::query(OPEN).fetch_all(db.read()).await;
    rows.context("calls that were promised")?.iter().map(promised).collect()
}

/// Those that the machine has not been given yet.
pub async fn for_machine(db: &Db) -> anyhow::Result<Vec<Promised>> {
    let rows = sqlx::query(FOR_MACHINE).fetch_all(db.read()).await;
    rows.context("promised calls for the machine")?.iter().map(promised).collect()
}

/// It is off again: nobody is to be told that it is back. Under which names the machine was calling.
pub async fn not_needed(tx: &mut Tx, outage: OutageId, now: Timestamp) -> anyhow::Result<Vec<String>> {
    let rows = sqlx::query(CALLING).bind(outage.get()).fetch_all(&mut **tx).await;
    let rows = rows.context("whom the machine calls as was promised")?;
    let calling = rows.iter().map(|row| row.try_get("machine")).collect::<Result<_, _>>()?;
    let done = sqlx::query(NOT_NEEDED).bind(outage.get()).bind(now.as_micros());
    done.execute(&mut **tx).await.context("promised calls that are not needed any more")?;
    Ok(calling)
}

fn promised(row: &db::Row) -> anyhow::Result<Promised> {
    let (state, body): (String, String) = (row.try_get("state")?, row.try_get("body")?);
    Ok(Promised {
        id: row.try_get("id")?,
        outage: OutageId(row.try_get("outage")?),
        revision: row.try_get("revision")?,
        phone: row.try_get("phone")?,
        due: Timestamp::from_micros(row.try_get("due")?),
        state: Standing::of(&state).with_context(|| format!("{state:?} as where a call stands"))?,
        done_at: row.try_get::<Option<i64>, _>("done_at")?.map(Timestamp::from_micros),
        attempts: serde_json::from_str(&body).context("attempts as kept")?,
        machine: ByMachine::of(&row.try_get::<String, _>("machine")?),
        version: row.try_get("version")?,
    })
}
