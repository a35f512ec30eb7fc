//! Proposals and their evidence.

use anyhow::{Context, Result};
use db::{Db, Row, Tx};
use kernel::{OutageId, Timestamp};
use serde_json::json;
use sqlx::{AnyConnection, Row as _};

use super::signals::{read as source, written};
use crate::rules::finder::EVIDENCE_MAX;
use crate::rules::{Key, Open, Proposal, Says, Source, State};

macro_rules! columns {
    ($rest:literal) => {
        concat!("SELECT body, version FROM clusters_proposal ", $rest)
    };
}
const ADD: &str = "INSERT INTO clusters_proposal (id, number, state, proposed_at, outage, body, version) \
     VALUES ($1, $2, $3, $4, $5, $6, 1)";
const SAVE: &str = "UPDATE clusters_proposal SET state = $1, outage = $2, body = $3, version = version + 1 \
     WHERE id = $4 AND version = $5";
const OPEN: &str = columns!("WHERE state = 'proposed' ORDER BY id LIMIT 500");
const MARKS: &str =
    "SELECT id, version FROM clusters_proposal WHERE state = 'proposed' ORDER BY id LIMIT 500";
const PAST: &str = columns!(
    "WHERE state <> 'proposed' AND (proposed_at, id) < ($1, $2) ORDER BY proposed_at DESC, id DESC LIMIT $3"
);
const ONE: &str = columns!("WHERE number = $1");
const BY_ID: &str = columns!("WHERE id = $1");
const EVIDENCE: db::Text = db::from_rows!(
    "INSERT INTO clusters_evidence (proposal, source, household) SELECT CAST(value ->> 0 AS BIGINT), value ->> 1, \
     CAST(value ->> 2 AS BIGINT) FROM ",
    " ON CONFLICT (proposal, source) DO NOTHING"
);
const COUNTING: &str = "SELECT e.source, e.household FROM clusters_evidence e JOIN clusters_signal s ON s.source = e.source \
     WHERE e.proposal = $1 AND s.says <> 'other' AND s.explained = 0 ORDER BY e.source LIMIT $2";
const MERGE: &str = "INSERT INTO clusters_evidence (proposal, source, household) \
     SELECT CAST($1 AS BIGINT), source, household FROM clusters_evidence WHERE proposal = $2 \
     ON CONFLICT (proposal, source) DO NOTHING";
const CLOSE: &str = "UPDATE clusters_signal SET explained = 1, outage = COALESCE(outage, $2) \
     WHERE source IN (SELECT source FROM clusters_evidence WHERE proposal = $1)";
const SHOWN: &str = "SELECT e.source, e.household, s.at, s.says, s.rank, s.paths FROM clusters_evidence e \
     JOIN clusters_signal s ON s.source = e.source WHERE e.proposal = $1 ORDER BY s.at, e.source LIMIT $2";
const AFFECTED: &str = "SELECT COUNT(*) AS many FROM clusters_evidence e WHERE e.proposal = $1 AND EXISTS \
     (SELECT 1 FROM customers_account a JOIN outages_affected f ON f.account = a.id AND f.outage = $2 WHERE a.party = e.household)";

fn proposal(row: &Row) -> Result<Proposal> {
    let body: String = row.try_get("body")?;
    let proposal: Proposal = serde_json::from_str(&body).context("a proposal as kept")?;
    Ok(Proposal { version: row.try_get("version")?, ..proposal })
}

pub async fn add(tx: &mut Tx, of: &Proposal) -> Result<()> {
    let add = sqlx::query(ADD).bind(of.id).bind(&of.number).bind(of.state.as_str());
    let add = add.bind(of.proposed.as_micros()).bind(of.outage.map(OutageId::get));
    add.bind(serde_json::to_string(of)?).execute(&mut **tx).await.context("proposing an outage")?;
    Ok(())
}

/// False when somebody else was faster than whoever read `of.version`.
pub async fn save(tx: &mut Tx, of: &Proposal) -> Result<bool> {
    let save = sqlx::query(SAVE).bind(of.state.as_str()).bind(of.outage.map(OutageId::get));
    let save = save.bind(serde_json::to_string(of)?).bind(of.id).bind(of.version);
    let done = save.execute(&mut **tx).await.with_context(|| format!("keeping {}", of.number))?;
    Ok(done.rows_affected() > 0)
}

pub async fn open(db: &Db) -> Result<Vec<Proposal>> {
    let rows = sqlx::query(OPEN).fetch_all(db.read()).await;
    rows.context("proposals that are open")?.iter().map(proposal).collect()
}

/// The same within a change.
pub async fn open_in(tx: &mut Tx) -> Result<Vec<Proposal>> {
    let rows = sqlx::query(OPEN).fetch_all(&mut **tx).await;
    rows.context("proposals that are open")?.iter().map(proposal).collect()
}

pub async fn marks(db: &Db) -> Result<Vec<(i64, i64)>> {
    let rows = sqlx::query(MARKS).fetch_all(db.read()).await.context("proposals that are open")?;
    rows.iter().map(|row| Ok((row.try_get("id")?, row.try_get("version")?))).collect()
}

/// Decided ones, the newest first, behind a place.
pub async fn past(db: &Db, before: (Timestamp, i64), limit: i64) -> Result<Vec<Proposal>> {
    let past = sqlx::query(PAST).bind(before.0.as_micros()).bind(before.1).bind(limit);
    past.fetch_all(db.read()).await.context("past proposals")?.iter().map(proposal).collect()
}

pub async fn one(connection: &mut AnyConnection, number: &str) -> Result<Option<Proposal>> {
    let row = sqlx::query(ONE).bind(number).fetch_optional(connection).await;
    row.context("a proposal")?.as_ref().map(proposal).transpose()
}

pub async fn read(db: &Db, number: &str) -> Result<Option<Proposal>> {
    let row = sqlx::query(ONE).bind(number).fetch_optional(db.read()).await;
    row.context("a proposal")?.as_ref().map(proposal).transpose()
}

pub async fn by_id(tx: &mut Tx, id: i64) -> Result<Option<Proposal>> {
    let row = sqlx::query(BY_ID).bind(id).fetch_optional(&mut **tx).await;
    row.context("a proposal")?.as_ref().map(proposal).transpose()
}

/// Evidence that is there already stays.
pub async fn evidence(tx: &mut Tx, of: &Open) -> Result<()> {
    let rows = of.evidence.iter().map(|(source, household)| json!([of.id, written(*source), household]));
    let rows = serde_json::Value::Array(rows.collect()).to_string();
    let kind = tx.db().kind();
    sqlx::query(EVIDENCE.of(kind)).bind(rows).execute(&mut **tx).await.context("keeping evidence")?;
    Ok(())
}

/// One holds the other's evidence.
pub async fn merge(tx: &mut Tx, id: i64, into: i64) -> Result<()> {
    sqlx::query(MERGE).bind(into).bind(id).execute(&mut **tx).await.context("merging proposals")?;
    Ok(())
}

/// Its signals are accounted for, by this outage where it is one.
pub async fn close(tx: &mut Tx, id: i64, outage: Option<OutageId>) -> Result<()> {
    let close = sqlx::query(CLOSE).bind(id).bind(outage.map(OutageId::get));
    close.execute(&mut **tx).await.context("closing a proposal's signals")?;
    Ok(())
}

/// Sources that still count, as the finder holds them.
pub async fn counting(db: &Db, id: i64) -> Result<std::collections::BTreeMap<Source, i64>> {
    let most = i64::try_from(EVIDENCE_MAX).unwrap_or(i64::MAX);
    let rows = sqlx::query(COUNTING).bind(id).bind(most).fetch_all(db.read()).await;
    let rows = rows.context("a proposal's evidence")?;
    rows.iter().map(|row| Ok((source(row.try_get("source")?)?, row.try_get("household")?))).collect()
}

/// One piece of evidence as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub source: Source,
    pub household: i64,
    pub at: Timestamp,
    pub says: Says,
    pub rank: i64,
    pub paths: Vec<Vec<Key>>,
}

/// In the order in which it came.
pub async fn shown(db: &Db, id: i64, limit: i64) -> Result<Vec<Piece>> {
    let rows = sqlx::query(SHOWN).bind(id).bind(limit).fetch_all(db.read()).await;
    let piece = |row: &Row| {
        let (says, paths): (String, String) = (row.try_get("says")?, row.try_get("paths")?);
        let paths: Vec<Vec<String>> = serde_json::from_str(&paths).context("paths as kept")?;
        Ok(Piece {
            source: source(row.try_get("source")?)?,
            household: row.try_get("household")?,
            at: Timestamp::from_micros(row.try_get("at")?),
            says: Says::of(&says).unwrap_or(Says::Nothing),
            rank: row.try_get("rank")?,
            paths: paths.into_iter().map(|path| path.into_iter().map(Key::from).collect()).collect(),
        })
    };
    rows.context("a proposal's evidence")?.iter().map(piece).collect()
}

/// How much of a proposal's evidence an outage accounts for.
pub async fn affected(tx: &mut Tx, id: i64, outage: OutageId) -> Result<i64> {
    let row = sqlx::query(AFFECTED).bind(id).bind(outage.get()).fetch_one(&mut **tx).await;
    Ok(row.context("evidence of an outage")?.try_get("many")?)
}

/// As the finder holds it.
pub async fn reopened(db: &Db, of: &Proposal) -> Result<Option<Open>> {
    let Some(place) = of.place() else { return Ok(None) };
    if of.state != State::Proposed {
        return Ok(None);
    }
    Ok(Some(Open {
        id: of.id,
        path: of.path.iter().map(|step| Key::from(step.key.as_str())).collect(),
        kind: place.kind,
        customers: of.customers,
        first: of.first,
        proposed: of.proposed,
        last: of.last,
        evidence: counting(db, of.id).await?,
        test: crate::rules::Test {
            window_min: of.window_min,
            households: of.found,
            expected: of.expected,
            surprise: of.surprise,
        },
    }))
}
