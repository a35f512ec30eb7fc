//! Whom a change of the network brought in and took out: only they are written, however many stay.

use std::collections::BTreeSet;

use anyhow::Context;
use customers::rules::Utility;
use db::{Db, Text, Tx};
use kernel::{AccountId, OutageId};
use sqlx::Row as _;

use super::affected::{self, Affected};
use super::ways::{Way, ways};
use crate::rules::Area;
use crate::rules::outage::Moved;

const JOIN: &str = "INSERT INTO outages_affected (outage, rank, account, party, class) \
     SELECT outage, rank, account, party, class FROM outages_moved WHERE outage = $1 AND way = 'joined' AND revision = $2 \
     ORDER BY rank, account ON CONFLICT DO NOTHING";
const LEAVE: &str = "DELETE FROM outages_affected WHERE outage = $1 AND (rank, account) IN (SELECT m.rank, m.account \
     FROM outages_moved m WHERE m.outage = $1 AND m.way = 'left' AND m.revision = $2)";
const COUNT: &str =
    "SELECT way, COUNT(*) AS many FROM outages_moved WHERE outage = $1 AND revision = $2 GROUP BY way";
const COVERED: &str = "UPDATE outages_moved SET told = 0 WHERE outage = $1 AND way = 'joined' AND revision = $2 \
     AND (rank, account) > ($3, $4)";
const UNTOLD: &str = "SELECT COUNT(*) AS many FROM outages_moved WHERE outage = $1 AND way = 'joined' AND revision = $2 \
     AND told = 1";
const LEFT: &str = "SELECT m.rank, m.account, m.party, m.class FROM outages_moved m WHERE m.outage = $1 AND m.way = 'left' \
     AND (m.rank, m.account) > ($2, $3) AND NOT EXISTS (SELECT 1 FROM outages_affected f \
     WHERE f.account = m.account AND f.outage = m.outage) \
     GROUP BY m.rank, m.account, m.party, m.class ORDER BY m.rank, m.account LIMIT $4";

const NUMBERS_LEFT: &str = "SELECT m.rank, m.account, (SELECT c.number FROM customers_contact c WHERE c.party = m.party \
     ORDER BY c.preferred DESC, c.id LIMIT 1) AS number FROM outages_moved m WHERE m.outage = $1 AND m.way = 'left' \
     AND (m.rank, m.account) > ($3, $4) AND m.revision = $2 ORDER BY m.rank, m.account LIMIT $5";
const STILL_AFFECTED: Text = db::in_texts!(
    "SELECT DISTINCT c.number FROM customers_contact c CROSS JOIN customers_account a CROSS JOIN outages_affected f \
     WHERE c.number IN ",
    " AND a.party = c.party AND f.account = a.id AND f.outage = $2 LIMIT 2000"
);

/// Finds who came and who went since it was computed last, keeps that under `revision`, and keeps who is affected now.
pub async fn compare(
    tx: &mut Tx,
    (outage, revision): (OutageId, i64),
    utility: Utility,
    area: &Area,
) -> anyhow::Result<Moved> {
    let kind = tx.db().kind();
    for (nth, (way, list)) in ways(tx, kind, area).await?.into_iter().enumerate() {
        let Way { joins, leaves, stays, .. } = way;
        // Who has left the first way has left if no other leads to him either.
        for text in [joins, if nth == 0 { leaves } else { stays }] {
            let query = sqlx::query(text.of(kind)).bind(utility.as_str()).bind(list.as_str());
            let query = query.bind(outage.get()).bind(revision);
            query.execute(&mut **tx).await.context("comparing who is affected")?;
        }
    }
    for text in [JOIN, LEAVE] {
        let apply = sqlx::query(text).bind(outage.get()).bind(revision).execute(&mut **tx).await;
        apply.context("keeping who is affected now")?;
    }
    let rows = sqlx::query(COUNT).bind(outage.get()).bind(revision).fetch_all(&mut **tx).await;
    let mut moved = Moved::default();
    for row in rows.context("how many came and went")? {
        let many = row.try_get("many")?;
        match row.try_get::<String, _>("way")?.as_str() {
            "joined" => moved.joined = many,
            _ => moved.left = many,
        }
    }
    Ok(moved)
}

/// Those behind this place are told by a wave that has not come there yet: how many they are.
pub async fn covered(
    tx: &mut Tx,
    (outage, revision): (OutageId, i64),
    (rank, account): (i64, i64),
) -> anyhow::Result<i64> {
    let covered = sqlx::query(COVERED).bind(outage.get()).bind(revision).bind(rank).bind(account);
    let done = covered.execute(&mut **tx).await.context("who is told anyway")?;
    Ok(i64::try_from(done.rows_affected())?)
}

/// How many a wave of their own tells.
pub async fn untold(tx: &mut Tx, (outage, revision): (OutageId, i64)) -> anyhow::Result<i64> {
    let row = sqlx::query(UNTOLD).bind(outage.get()).bind(revision).fetch_one(&mut **tx).await;
    Ok(row.context("how many are told")?.try_get("many")?)
}

/// A page of the numbers of those who left with this revision and of nobody who is still affected, with its end; none behind
/// the last.
pub async fn numbers_left(
    tx: &mut Tx,
    (outage, revision): (OutageId, i64),
    (rank, account): (i64, i64),
    most: i64,
) -> anyhow::Result<Option<((i64, i64), Vec<String>)>> {
    let left = sqlx::query(NUMBERS_LEFT).bind(outage.get()).bind(revision).bind(rank).bind(account);
    let rows = left.bind(most).fetch_all(&mut **tx).await.context("whose messages are taken back")?;
    let Some(last) = rows.last() else { return Ok(None) };
    let end = (last.try_get("rank")?, last.try_get("account")?);
    let mut numbers: BTreeSet<String> = BTreeSet::new();
    for row in &rows {
        numbers.extend(row.try_get::<Option<String>, _>("number")?);
    }
    let list = serde_json::to_string(&numbers)?;
    let still = sqlx::query(STILL_AFFECTED.of(tx.db().kind())).bind(list).bind(outage.get());
    for row in still.fetch_all(&mut **tx).await.context("who is still affected")? {
        numbers.remove(&row.try_get::<String, _>("number")?);
    }
    Ok(Some((end, numbers.into_iter().collect())))
}

/// A page of those who are not affected any more.
pub async fn left(
    db: &Db,
    outage: OutageId,
    after: (i64, AccountId),
    limit: i64,
) -> anyhow::Result<Vec<Affected>> {
    affected::page_of(LEFT, db, outage, after, limit).await
}
