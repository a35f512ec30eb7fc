//! Signals as they come and as they become known. Each change has a number; the finder reads them in that order.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use db::{Db, Row, Text, Tx, from_rows, over_rows};
use kernel::{CustomerId, OutageId, Timestamp};
use serde_json::{Value, json};
use sqlx::Row as _;

use crate::rules::{Key, Says, Signal, Source};

/// What was heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    pub source: Source,
    pub at: Timestamp,
    pub says: Says,
    /// 0 a call came, 1 a key was pressed, 2 somebody wrote it down.
    pub rank: i64,
    pub number: String,
    pub party: Option<CustomerId>,
    pub address: String,
}

/// One whose place is not known yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unresolved {
    pub source: Source,
    pub seq: i64,
    pub number: String,
    pub party: Option<CustomerId>,
    pub address: String,
}

/// Where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whereabouts {
    pub household: i64,
    pub paths: Vec<Vec<Key>>,
    /// An outage that goes on there.
    pub outage: Option<OutageId>,
}

/// How far everything has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub seq: i64,
    pub taken: i64,
    pub epoch: i64,
}

const HEAD: &str = "SELECT seq, taken, epoch FROM clusters_head WHERE one = 1";
const NEXT: &str = "UPDATE clusters_head SET seq = seq + $1 WHERE one = 1 RETURNING seq";
const TAKE: &str = "UPDATE clusters_head SET taken = $1 WHERE one = 1 AND taken = $2 AND epoch = $3";
const ANEW: &str = "UPDATE clusters_head SET epoch = epoch + 1 WHERE one = 1";
// What is known better stays; whoever names a customer is asked again where that is.
const HEAR: Text = from_rows!(
    "INSERT INTO clusters_signal (source, seq, at, says, rank, number, party, address, resolved, household, paths, explained, \
     outage) SELECT value ->> 0, CAST(value ->> 1 AS BIGINT), CAST(value ->> 2 AS BIGINT), value ->> 3, \
     CAST(value ->> 4 AS BIGINT), value ->> 5, CAST(value ->> 6 AS BIGINT), value ->> 7, 0, 0, '[]', 0, CAST(NULL AS BIGINT) FROM ",
    " ON CONFLICT (source) DO UPDATE SET \
     seq = excluded.seq, says = excluded.says, rank = excluded.rank, \
     resolved = CASE WHEN excluded.party IS NULL AND excluded.address = '' THEN clusters_signal.resolved ELSE 0 END, \
     party = COALESCE(excluded.party, clusters_signal.party), \
     address = CASE WHEN excluded.address = '' THEN clusters_signal.address ELSE excluded.address END \
     WHERE excluded.rank > clusters_signal.rank OR (excluded.rank = clusters_signal.rank AND excluded.says <> clusters_signal.says)"
);
const UNRESOLVED: &str = "SELECT source, seq, number, party, address FROM clusters_signal WHERE resolved = 0 ORDER BY seq LIMIT $1";
// The number is not needed any more: who it was stands in the call's record.
const RESOLVE: Text = over_rows!(
    "UPDATE clusters_signal SET resolved = 1, number = '', address = '', household = CAST(value ->> 2 AS BIGINT), \
     paths = value ->> 3, outage = COALESCE(outage, CAST(value ->> 4 AS BIGINT)), \
     explained = CASE WHEN value ->> 4 IS NULL THEN explained ELSE 1 END FROM ",
    " AND clusters_signal.source = value ->> 0 AND clusters_signal.seq = CAST(value ->> 1 AS BIGINT)"
);
macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT source, seq, at, says, household, paths, explained, resolved FROM clusters_signal ",
            $rest
        )
    };
}
const NEWS: &str = columns!("WHERE seq > $1 ORDER BY seq LIMIT $2");
const SINCE: &str = columns!("WHERE at > $1 AND seq <= $2 AND resolved = 1 ORDER BY at LIMIT $3");
const FORGET: &str = "DELETE FROM clusters_signal WHERE at < $1 AND NOT EXISTS \
     (SELECT 1 FROM clusters_evidence e WHERE e.source = clusters_signal.source)";
// Of customers' and outages' tables only who is affected is asked, and in one statement: a storm has many signals.
const EXPLAIN: &str = "UPDATE clusters_signal SET explained = 1, outage = $1 WHERE at > $2 AND explained = 0 AND household > 0 \
     AND EXISTS (SELECT 1 FROM customers_account a JOIN outages_affected f ON f.account = a.id AND f.outage = $1 \
     WHERE a.party = clusters_signal.household)";
const AFTER: &str = "SELECT COUNT(*) AS many FROM clusters_signal WHERE outage = $1";

pub fn written(source: Source) -> String {
    match source {
        Source::Call(id) => format!("call:{id}"),
        Source::Order(id) => format!("order:{id}"),
    }
}

pub fn read(text: &str) -> Result<Source> {
    let source = match text.split_once(':') {
        Some(("call", id)) => id.parse().ok().map(Source::Call),
        Some(("order", id)) => id.parse().ok().map(Source::Order),
        _ => None,
    };
    source.with_context(|| format!("{text:?} as a source"))
}

pub async fn head(db: &Db) -> Result<Head> {
    let row = sqlx::query(HEAD).fetch_one(db.read()).await.context("how far signals have come")?;
    Ok(Head { seq: row.try_get("seq")?, taken: row.try_get("taken")?, epoch: row.try_get("epoch")? })
}

/// Keeps them in their order; the same again, or what is known better already, changes nothing.
pub async fn hear_all(tx: &mut Tx, heard: &[Heard]) -> Result<()> {
    let mut rest: Vec<&Heard> = heard.iter().collect();
    while !rest.is_empty() {
        // A statement changes a row once: what is heard of the same source again is the next one's.
        let mut sources = BTreeSet::new();
        let (now, later) = rest.into_iter().partition::<Vec<_>, _>(|heard| sources.insert(heard.source));
        let count = i64::try_from(now.len())?;
        let row = sqlx::query(NEXT).bind(count).fetch_one(&mut **tx).await.context("numbering signals")?;
        let last: i64 = row.try_get("seq")?;
        let rows: Value = now
            .iter()
            .zip(last - count + 1..)
            .map(|(heard, seq)| {
                let Heard { source, at, says, rank, number, party, address } = heard;
                let party = party.map(CustomerId::get);
                json!([written(*source), seq, at.as_micros(), says.as_str(), rank, number, party, address])
            })
            .collect();
        let hear = sqlx::query(HEAR.of(tx.db().kind())).bind(rows.to_string());
        hear.execute(&mut **tx).await.context("keeping signals")?;
        rest = later;
    }
    Ok(())
}

pub async fn unresolved(db: &Db, limit: i64) -> Result<Vec<Unresolved>> {
    let rows = sqlx::query(UNRESOLVED).bind(limit).fetch_all(db.read()).await;
    let one = |row: &Row| {
        Ok(Unresolved {
            source: read(row.try_get("source")?)?,
            seq: row.try_get("seq")?,
            number: row.try_get("number")?,
            party: row.try_get::<Option<i64>, _>("party")?.map(CustomerId),
            address: row.try_get("address")?,
        })
    };
    rows.context("signals from nowhere yet")?.iter().map(one).collect()
}

/// Unless more became known of one meanwhile: then it is asked again.
pub async fn resolve_all(tx: &mut Tx, found: &[(&Unresolved, Whereabouts)]) -> Result<()> {
    let row = |(of, at): &(&Unresolved, Whereabouts)| {
        let paths: Vec<Vec<&str>> =
            at.paths.iter().map(|path| path.iter().map(|key| &**key).collect()).collect();
        let paths = serde_json::to_string(&paths)?;
        Ok(json!([written(of.source), of.seq, at.household, paths, at.outage.map(OutageId::get)]))
    };
    let rows = found.iter().map(row).collect::<Result<Value>>()?;
    let resolve = sqlx::query(RESOLVE.of(tx.db().kind())).bind(rows.to_string());
    resolve.execute(&mut **tx).await.context("keeping where signals are")?;
    Ok(())
}

fn signal(row: &Row) -> Result<(i64, bool, Signal)> {
    let (says, paths): (String, String) = (row.try_get("says")?, row.try_get("paths")?);
    let paths: Vec<Vec<String>> = serde_json::from_str(&paths).context("paths as kept")?;
    let signal = Signal {
        source: read(row.try_get("source")?)?,
        at: Timestamp::from_micros(row.try_get("at")?),
        says: Says::of(&says).with_context(|| format!("{says:?} as what is said"))?,
        household: row.try_get("household")?,
        paths: paths.into_iter().map(|path| path.into_iter().map(Key::from).collect()).collect(),
        explained: row.try_get::<i64, _>("explained")? != 0,
    };
    Ok((row.try_get("seq")?, row.try_get::<i64, _>("resolved")? != 0, signal))
}

/// What came behind a number, in order, as far as it is known where it is.
pub async fn news(db: &Db, after: i64, limit: i64) -> Result<Vec<(i64, Signal)>> {
    let rows = sqlx::query(NEWS).bind(after).bind(limit).fetch_all(db.read()).await;
    let mut found = Vec::new();
    for row in rows.context("new signals")? {
        let (seq, resolved, signal) = signal(&row)?;
        if !resolved {
            break;
        }
        found.push((seq, signal));
    }
    Ok(found)
}

/// Those of a span that were looked at already.
pub async fn since(db: &Db, at: Timestamp, taken: i64, limit: i64) -> Result<Vec<Signal>> {
    let rows = sqlx::query(SINCE).bind(at.as_micros()).bind(taken).bind(limit).fetch_all(db.read()).await;
    let rows = rows.context("the signals of the last hour")?;
    rows.iter().map(|row| signal(row).map(|(_, _, signal)| signal)).collect()
}

/// False when somebody decided, or another process looked, meanwhile.
pub async fn take(tx: &mut Tx, before: Head, taken: i64) -> Result<bool> {
    let take = sqlx::query(TAKE).bind(taken).bind(before.taken).bind(before.epoch);
    Ok(take.execute(&mut **tx).await.context("how far signals were looked at")?.rows_affected() > 0)
}

/// Somebody has decided: the finder is put together anew.
pub async fn anew(tx: &mut Tx) -> Result<()> {
    sqlx::query(ANEW).execute(&mut **tx).await.context("a new epoch of signals")?;
    Ok(())
}

/// Signals of whoever an outage affects are accounted for; how many there were.
pub async fn explain(tx: &mut Tx, outage: OutageId, since: Timestamp) -> Result<u64> {
    let explain = sqlx::query(EXPLAIN).bind(outage.get()).bind(since.as_micros());
    Ok(explain.execute(&mut **tx).await.context("signals of an outage")?.rows_affected())
}

/// How many signals an outage accounts for.
pub async fn of_outage(db: &Db, outage: OutageId) -> Result<i64> {
    let row = sqlx::query(AFTER).bind(outage.get()).fetch_one(db.read()).await;
    Ok(row.context("signals of an outage")?.try_get("many")?)
}

/// What is old and no evidence of anything goes.
pub async fn forget(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    let forget = sqlx::query(FORGET).bind(before.as_micros()).execute(&mut **tx).await;
    Ok(forget.context("forgetting old signals")?.rows_affected())
}
