//! What liaisons were told, and whether their telephones have it.

use anyhow::Context;
use db::{Db, Tx};
use kernel::{OutageId, PersonId, Timestamp};
use serde::Serialize;
use sqlx::Row as _;

use crate::rules::calls::ByMachine;
use crate::rules::{Moment, words};

words! {
    /// Where a message to a liaison stands.
    Receipt {
        Queued = "queued",
        Delivered = "delivered",
        Failed = "failed",
        /// Somebody called instead.
        Called = "called",
    }
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Told {
    pub id: i64,
    pub outage: OutageId,
    pub liaison: i64,
    pub moment: Moment,
    pub revision: i64,
    pub at: Timestamp,
    pub notice: Option<String>,
    /// Why it could not be sent: a code of `notices`.
    pub why: String,
    pub state: Receipt,
    /// Without a receipt by then somebody calls.
    pub call_at: Option<Timestamp>,
    pub called_by: Option<PersonId>,
    pub called_at: Option<Timestamp>,
    pub machine: ByMachine,
}

const ADD: &str = "INSERT INTO outages_told (id, outage, liaison, moment, revision, at, notice, why, state, call_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING";
const KNOWN: &str =
    "SELECT 1 AS one FROM outages_told WHERE outage = $1 AND moment = $2 AND revision = $3 AND liaison = $4";
const KNOWS: &str = "SELECT 1 AS one FROM outages_told WHERE outage = $1 AND liaison = $2 LIMIT 1";
const OF: &str = "SELECT id, outage, liaison, moment, revision, at, notice, why, state, call_at, called_by, called_at, machine \
     FROM outages_told WHERE outage = $1 ORDER BY at, id LIMIT 5000";
const ONE: &str = "SELECT id, outage, liaison, moment, revision, at, notice, why, state, call_at, called_by, called_at, machine \
     FROM outages_told WHERE id = $1";
const TO_CALL: &str = "SELECT id, outage, liaison, moment, revision, at, notice, why, state, call_at, called_by, called_at, machine \
     FROM outages_told WHERE call_at IS NOT NULL AND call_at <= $1 ORDER BY call_at, id LIMIT 500";
const FOR_MACHINE: &str = "SELECT id, outage, liaison, moment, revision, at, notice, why, state, call_at, called_by, called_at, \
     machine FROM outages_told WHERE call_at IS NOT NULL AND call_at <= $1 AND machine = '' ORDER BY call_at, id LIMIT 200";
const BY_MACHINE: &str = "UPDATE outages_told SET machine = $3 WHERE id = $1 AND machine = $2";
const CALLING: &str = "SELECT machine FROM outages_told WHERE outage = $1 AND liaison = $2 AND call_at IS NOT NULL \
     AND machine <> '' AND machine <> 'done' LIMIT 100";
const DELIVERED: &str =
    "UPDATE outages_told SET state = 'delivered', call_at = NULL WHERE notice = $1 AND state <> 'called'";
const FAILED: &str =
    "UPDATE outages_told SET state = 'failed', call_at = $2 WHERE notice = $1 AND state = 'queued'";
const SUPERSEDE: &str =
    "UPDATE outages_told SET call_at = NULL WHERE outage = $1 AND liaison = $2 AND call_at IS NOT NULL";
const CALLED: &str = "UPDATE outages_told SET state = 'called', call_at = NULL, called_by = $2, called_at = $3 \
     WHERE id = $1 AND state IN ('queued', 'failed')";

pub async fn is_known(
    tx: &mut Tx,
    outage: OutageId,
    moment: Moment,
    revision: i64,
    liaison: i64,
) -> anyhow::Result<bool> {
    let known = sqlx::query(KNOWN).bind(outage.get()).bind(moment.as_str()).bind(revision).bind(liaison);
    Ok(known.fetch_optional(&mut **tx).await.context("whether a liaison was told")?.is_some())
}

/// Whether a liaison was told anything of this outage.
pub async fn knows(tx: &mut Tx, outage: OutageId, liaison: i64) -> anyhow::Result<bool> {
    let knows = sqlx::query(KNOWS).bind(outage.get()).bind(liaison);
    Ok(knows.fetch_optional(&mut **tx).await.context("whether a liaison was told")?.is_some())
}

/// What a liaison was told before is not what somebody should call about any more.
pub async fn supersede(tx: &mut Tx, outage: OutageId, liaison: i64) -> anyhow::Result<()> {
    let done = sqlx::query(SUPERSEDE).bind(outage.get()).bind(liaison).execute(&mut **tx).await;
    done.context("what a liaison was told before")?;
    Ok(())
}

pub async fn add(tx: &mut Tx, told: &Told) -> anyhow::Result<()> {
    let add = sqlx::query(ADD).bind(told.id).bind(told.outage.get()).bind(told.liaison);
    let add = add.bind(told.moment.as_str()).bind(told.revision).bind(told.at.as_micros());
    let add = add.bind(told.notice.as_deref()).bind(&told.why).bind(told.state.as_str());
    let add = add.bind(told.call_at.map(Timestamp::as_micros));
    add.execute(&mut **tx).await.context("keeping what a liaison is told")?;
    Ok(())
}

pub async fn of(db: &Db, outage: OutageId) -> anyhow::Result<Vec<Told>> {
    let rows = sqlx::query(OF).bind(outage.get()).fetch_all(db.read()).await;
    rows.context("what liaisons were told")?.iter().map(told).collect()
}

pub async fn one(db: &Db, id: i64) -> anyhow::Result<Option<Told>> {
    let row = sqlx::query(ONE).bind(id).fetch_optional(db.read()).await;
    row.context("a message to a liaison")?.as_ref().map(told).transpose()
}

/// Those who are to be called by now, the longest waiting first.
pub async fn to_call(db: &Db, now: Timestamp) -> anyhow::Result<Vec<Told>> {
    let rows = sqlx::query(TO_CALL).bind(now.as_micros()).fetch_all(db.read()).await;
    rows.context("liaisons to be called")?.iter().map(told).collect()
}

/// Those to be called whom the machine has not been given yet.
pub async fn for_machine(db: &Db, now: Timestamp) -> anyhow::Result<Vec<Told>> {
    let rows = sqlx::query(FOR_MACHINE).bind(now.as_micros()).fetch_all(db.read()).await;
    rows.context("liaisons for the machine")?.iter().map(told).collect()
}

/// False when it is not so any more.
pub async fn by_machine(tx: &mut Tx, id: i64, from: &ByMachine, to: &ByMachine) -> anyhow::Result<bool> {
    let moved = sqlx::query(BY_MACHINE).bind(id).bind(from.kept()).bind(to.kept());
    Ok(moved.execute(&mut **tx).await.context("a liaison and the machine")?.rows_affected() > 0)
}

/// Under which names the machine is calling a liaison.
pub async fn calling(tx: &mut Tx, outage: OutageId, liaison: i64) -> anyhow::Result<Vec<String>> {
    let rows = sqlx::query(CALLING).bind(outage.get()).bind(liaison).fetch_all(&mut **tx).await;
    rows.context("whom the machine calls")?.iter().map(|row| Ok(row.try_get("machine")?)).collect()
}

/// A message has arrived.
pub async fn delivered(tx: &mut Tx, notice: &str) -> anyhow::Result<()> {
    sqlx::query(DELIVERED).bind(notice).execute(&mut **tx).await.context("a liaison's receipt")?;
    Ok(())
}

/// It will not arrive: somebody calls at once.
pub async fn failed(tx: &mut Tx, notice: &str, now: Timestamp) -> anyhow::Result<()> {
    let failed = sqlx::query(FAILED).bind(notice).bind(now.as_micros());
    failed.execute(&mut **tx).await.context("a message to a liaison that failed")?;
    Ok(())
}

/// Somebody has called. False when that was written down before.
pub async fn called(tx: &mut Tx, id: i64, by: PersonId, at: Timestamp) -> anyhow::Result<bool> {
    let called = sqlx::query(CALLED).bind(id).bind(by.get()).bind(at.as_micros());
    Ok(called.execute(&mut **tx).await.context("a liaison was called")?.rows_affected() > 0)
}

fn told(row: &db::Row) -> anyhow::Result<Told> {
    let word = |column: &str| -> anyhow::Result<String> { Ok(row.try_get(column)?) };
    let at = |column: &str| -> anyhow::Result<Option<Timestamp>> {
        Ok(row.try_get::<Option<i64>, _>(column)?.map(Timestamp::from_micros))
    };
    let (moment, state) = (word("moment")?, word("state")?);
    Ok(Told {
        id: row.try_get("id")?,
        outage: OutageId(row.try_get("outage")?),
        liaison: row.try_get("liaison")?,
        moment: Moment::of(&moment).with_context(|| format!("{moment:?} as a moment"))?,
        revision: row.try_get("revision")?,
        at: Timestamp::from_micros(row.try_get("at")?),
        notice: row.try_get("notice")?,
        why: row.try_get("why")?,
        state: Receipt::of(&state).with_context(|| format!("{state:?} as a receipt"))?,
        call_at: at("call_at")?,
        called_by: row.try_get::<Option<i64>, _>("called_by")?.map(PersonId),
        called_at: at("called_at")?,
        machine: ByMachine::of(&word("machine")?),
    })
}
