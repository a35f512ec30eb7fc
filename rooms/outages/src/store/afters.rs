//! How far the asking after a restoration has come.

use anyhow::Context;
use db::{Db, Tx};
use kernel::{OutageId, PersonId, Timestamp};
use sqlx::{AnyConnection, Row as _};

use crate::rules::after::Stage;

/// The asking after one restoration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct After {
    pub outage: OutageId,
    /// The revision that said that supply is back.
    pub revision: i64,
    pub stage: Stage,
    /// Listed up to this place among who is affected.
    pub rank: i64,
    pub account: i64,
    pub wave: i64,
    pub wave_at: Option<Timestamp>,
    /// After so many a leader says how it goes on.
    pub waves: i64,
    /// The last wave has not been asked whole.
    pub open: bool,
    /// Looked at again then.
    pub next: Option<Timestamp>,
    pub begun_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub ended_by: Option<PersonId>,
    pub why: String,
    pub version: i64,
}

const BEGIN: &str = "INSERT INTO outages_after (outage, revision, state, rank, account, wave, waves, open, next, begun_at, why, \
     version) VALUES ($1, $2, 'listing', 0, 0, 0, $3, 0, $4, $4, '', 1) ON CONFLICT DO NOTHING";
macro_rules! after {
    ($rest:literal) => {
        concat!(
            "SELECT outage, revision, state, rank, account, wave, wave_at, waves, open, next, begun_at, ended_at, ended_by, why, \
             version \
             FROM outages_after ",
            $rest
        )
    };
}
const LAST: &str = after!("WHERE outage = $1 ORDER BY revision DESC LIMIT 1");
const DUE: &str = after!("WHERE next IS NOT NULL AND next <= $1 ORDER BY next, outage LIMIT 20");
const ONE: &str = after!("WHERE outage = $1 AND revision = $2");
const SAVE: &str = "UPDATE outages_after SET state = $3, rank = $4, account = $5, wave = $6, waves = $7, open = $8, next = $9, \
     ended_at = $10, ended_by = $11, why = $12, wave_at = $14, version = version + 1 \
     WHERE outage = $1 AND revision = $2 AND version = $13";
const POKE: &str = "UPDATE outages_after SET next = $3, version = version + 1 WHERE outage = $1 AND revision = $2 \
     AND ended_at IS NULL AND (next IS NULL OR next > $3)";

/// Begins one, once for each restoration.
pub async fn begin(
    tx: &mut Tx,
    (outage, revision): (OutageId, i64),
    waves: u32,
    now: Timestamp,
) -> anyhow::Result<()> {
    let begin = sqlx::query(BEGIN).bind(outage.get()).bind(revision).bind(i64::from(waves));
    begin.bind(now.as_micros()).execute(&mut **tx).await.context("beginning to ask")?;
    Ok(())
}

pub async fn last(connection: &mut AnyConnection, outage: OutageId) -> anyhow::Result<Option<After>> {
    let row = sqlx::query(LAST).bind(outage.get()).fetch_optional(connection).await;
    row.context("how far the asking is")?.as_ref().map(after).transpose()
}

/// The same outside a change.
pub async fn read_last(db: &Db, outage: OutageId) -> anyhow::Result<Option<After>> {
    let row = sqlx::query(LAST).bind(outage.get()).fetch_optional(db.read()).await;
    row.context("how far the asking is")?.as_ref().map(after).transpose()
}

pub async fn one(
    connection: &mut AnyConnection,
    outage: OutageId,
    revision: i64,
) -> anyhow::Result<Option<After>> {
    let row = sqlx::query(ONE).bind(outage.get()).bind(revision).fetch_optional(connection).await;
    row.context("how far the asking is")?.as_ref().map(after).transpose()
}

/// Those that are to be looked at, the longest due first.
pub async fn due(db: &Db, now: Timestamp) -> anyhow::Result<Vec<After>> {
    let rows = sqlx::query(DUE).bind(now.as_micros()).fetch_all(db.read()).await;
    rows.context("what is asked next")?.iter().map(after).collect()
}

/// False when somebody else was faster: nothing of that turn is kept then.
pub async fn save(tx: &mut Tx, after: &After) -> anyhow::Result<bool> {
    let save = sqlx::query(SAVE).bind(after.outage.get()).bind(after.revision).bind(after.stage.as_str());
    let save = save.bind(after.rank).bind(after.account).bind(after.wave).bind(after.waves);
    let save = save.bind(i64::from(after.open)).bind(after.next.map(Timestamp::as_micros));
    let save =
        save.bind(after.ended_at.map(Timestamp::as_micros)).bind(after.ended_by.map(|person| person.get()));
    let save = save.bind(&after.why).bind(after.version);
    let save = save.bind(after.wave_at.map(Timestamp::as_micros));
    Ok(save.execute(&mut **tx).await.context("how far the asking is")?.rows_affected() > 0)
}

/// Somebody has answered: it is looked at soon.
pub async fn poke(tx: &mut Tx, outage: OutageId, revision: i64, now: Timestamp) -> anyhow::Result<()> {
    let poke = sqlx::query(POKE).bind(outage.get()).bind(revision).bind(now.as_micros());
    poke.execute(&mut **tx).await.context("looking at the answers")?;
    Ok(())
}

const STUCK: &str = "SELECT COUNT(*) AS many FROM outages_after WHERE ended_at IS NULL AND state = 'stuck'";

/// How many wait for a leader.
pub async fn stuck(db: &Db) -> anyhow::Result<i64> {
    let row = sqlx::query(STUCK).fetch_one(db.read()).await;
    Ok(row.context("what waits for a leader")?.try_get("many")?)
}

fn after(row: &db::Row) -> anyhow::Result<After> {
    let at = |column: &str| -> anyhow::Result<Option<Timestamp>> {
        Ok(row.try_get::<Option<i64>, _>(column)?.map(Timestamp::from_micros))
    };
    let stage: String = row.try_get("state")?;
    Ok(After {
        outage: OutageId(row.try_get("outage")?),
        revision: row.try_get("revision")?,
        stage: Stage::of(&stage).with_context(|| format!("{stage:?} as where the asking stands"))?,
        rank: row.try_get("rank")?,
        account: row.try_get("account")?,
        wave: row.try_get("wave")?,
        wave_at: at("wave_at")?,
        waves: row.try_get("waves")?,
        open: row.try_get::<i64, _>("open")? != 0,
        next: at("next")?,
        begun_at: Timestamp::from_micros(row.try_get("begun_at")?),
        ended_at: at("ended_at")?,
        ended_by: row.try_get::<Option<i64>, _>("ended_by")?.map(PersonId),
        why: row.try_get("why")?,
        version: row.try_get("version")?,
    })
}
