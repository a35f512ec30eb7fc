//! Who is affected: computed in the database from the service points, in one statement, and kept as rows.

use std::collections::BTreeSet;

use anyhow::Context;
use customers::rules::Utility;
use db::{Db, Kind, Text, Tx};
use kernel::{AccountId, CustomerId, OutageId};
use sqlx::{AnyConnection, Row as _};

use super::reached;
use super::ways::{Way, ways};
use crate::rules::Area;
use crate::rules::outage::Counts;

const LOCK: &str = "UPDATE outages_outage SET version = version WHERE id = $1";
const FORGET: &str = "DELETE FROM outages_affected WHERE outage = $1";
const FORGET_PLACES: &str = "DELETE FROM outages_place WHERE outage = $1";
macro_rules! places {
    ($which:literal) => {
        concat!(
            "INSERT INTO outages_place (outage, district, place, accounts) SELECT f.outage, p.area, \
             CASE WHEN p.community <> '' THEN p.community ELSE p.road END, COUNT(*) FROM outages_affected f \
             CROSS JOIN customers_account a CROSS JOIN customers_premises p \
             WHERE ",
            $which,
            " AND a.id = f.account AND p.id = a.premises GROUP BY 1, 2, 3"
        )
    };
}
const PLACES: &str = places!("f.outage = $1");
const PLACES_MISSING: &str = places!(
    "f.outage IN (SELECT o.id FROM outages_outage o WHERE o.closed_at IS NULL AND o.affected > 0 \
     AND NOT EXISTS (SELECT 1 FROM outages_place q WHERE q.outage = o.id))"
);
const FORGET_ELEMENTS: &str = "DELETE FROM outages_element WHERE outage = $1";
const NAMES: Text = db::from_rows!(
    "INSERT INTO outages_element (element, outage) SELECT CAST(value ->> 0 AS BIGINT), CAST(value ->> 1 AS BIGINT) FROM ",
    ""
);
const COUNTS: &str =
    "SELECT rank, class, COUNT(*) AS many FROM outages_affected WHERE outage = $1 GROUP BY rank, class";

async fn keep(tx: &mut Tx, outage: OutageId, utility: Utility, ways: &[(Way, String)]) -> anyhow::Result<()> {
    let kind = tx.db().kind();
    for (way, list) in ways {
        let query = sqlx::query(way.keep.of(kind)).bind(utility.as_str()).bind(list.as_str());
        let kept = query.bind(outage.get()).execute(&mut **tx).await;
        kept.context("computing who is affected")?;
    }
    Ok(())
}

/// Computes anew who is affected, in the transaction that changes the area, and keeps which elements it names.
pub async fn compute(tx: &mut Tx, outage: OutageId, utility: Utility, area: &Area) -> anyhow::Result<Counts> {
    let kind = tx.db().kind();
    // Two who compute the same at once do it one after the other.
    for text in [LOCK, FORGET, FORGET_PLACES, FORGET_ELEMENTS] {
        let forget = sqlx::query(text).bind(outage.get()).execute(&mut **tx).await;
        forget.context("forgetting who was affected")?;
    }
    let elements: BTreeSet<i64> = area.elements.iter().map(|id| id.get()).collect();
    let rows: Vec<[i64; 2]> = elements.into_iter().map(|element| [element, outage.get()]).collect();
    let names = sqlx::query(NAMES.of(kind)).bind(serde_json::to_string(&rows)?).execute(&mut **tx).await;
    names.context("which elements an outage names")?;
    let ways = ways(tx, kind, area).await?;
    // Nobody is found in two ways: on PostgreSQL all of it is one statement then, and none of them is looked up again.
    if let (Kind::Postgres, [(way, list)]) = (kind, ways.as_slice()) {
        let query = sqlx::query(way.whole).bind(utility.as_str()).bind(list.as_str()).bind(outage.get());
        let counts = added(&query.fetch_all(&mut **tx).await.context("computing who is affected")?)?;
        reached::forget(tx, outage).await?;
        return Ok(counts);
    }
    keep(tx, outage, utility, &ways).await?;
    counted(tx, outage).await
}

/// How many they are, with where they live made anew.
pub async fn counted(tx: &mut Tx, outage: OutageId) -> anyhow::Result<Counts> {
    for text in [FORGET_PLACES, PLACES] {
        let places = sqlx::query(text).bind(outage.get()).execute(&mut **tx).await;
        places.context("computing where they live")?;
    }
    reached::forget(tx, outage).await?;
    counts(tx, outage).await
}

/// Of outages that were entered before places were kept.
pub async fn places_missing(tx: &mut Tx) -> anyhow::Result<u64> {
    let made = sqlx::query(PLACES_MISSING).execute(&mut **tx).await;
    Ok(made.context("computing where those live who are affected")?.rows_affected())
}

async fn counts(connection: &mut AnyConnection, outage: OutageId) -> anyhow::Result<Counts> {
    let rows = sqlx::query(COUNTS).bind(outage.get()).fetch_all(connection).await;
    added(&rows.context("counting who is affected")?)
}

fn added(rows: &[db::Row]) -> anyhow::Result<Counts> {
    let mut counts = Counts::default();
    for row in rows {
        let (rank, class): (i64, String) = (row.try_get("rank")?, row.try_get("class")?);
        add(&mut counts, rank, class, row.try_get("many")?);
    }
    Ok(counts)
}

fn add(counts: &mut Counts, rank: i64, class: String, many: i64) {
    counts.all += many;
    *counts.by_class.entry(class).or_default() += many;
    match rank {
        1 => counts.important += many,
        2 => counts.life_support += many,
        3 => counts.elderly += many,
        _ => {}
    }
}

/// Who would be affected, and the first of them who must be told. `nobody` is an id that no outage has.
pub async fn preview(
    db: &Db,
    nobody: OutageId,
    utility: Utility,
    area: &Area,
) -> anyhow::Result<(Counts, Vec<Affected>)> {
    const FIRST: i64 = 20;
    let mut reading = db.read().begin().await.context("reading")?;
    let ways = ways(&mut reading, db.kind(), area).await?;
    let [(way, list)] = ways.as_slice() else {
        drop(reading);
        // Whoever is found in two ways counts once: written, and never committed.
        let mut tx = db.begin().await?;
        keep(&mut tx, nobody, utility, &ways).await?;
        let counts = counts(&mut tx, nobody).await?;
        let query = sqlx::query(PAGE).bind(nobody.get()).bind(0_i64).bind(0_i64).bind(FIRST);
        let rows = query.fetch_all(&mut *tx).await.context("who must be told first")?;
        let mut first: Vec<Affected> = rows.iter().map(affected).collect::<anyhow::Result<_>>()?;
        first.retain(|one| one.rank < 4);
        return Ok((counts, first));
    };
    let query = sqlx::query(way.count.of(db.kind())).bind(utility.as_str()).bind(list);
    let (mut counts, mut first) = (Counts::default(), Vec::new());
    for row in query.fetch_all(&mut *reading).await.context("who would be affected")? {
        if row.try_get::<i64, _>("first")? == 1 {
            first.push(affected(&row)?);
        } else {
            add(&mut counts, row.try_get("rank")?, row.try_get("class")?, row.try_get("many")?);
        }
    }
    first.sort_by_key(|one| (one.rank, one.account));
    Ok((counts, first))
}

fn affected(row: &db::Row) -> anyhow::Result<Affected> {
    Ok(Affected {
        rank: row.try_get("rank")?,
        account: AccountId(row.try_get("account")?),
        party: CustomerId(row.try_get("party")?),
        class: row.try_get("class")?,
    })
}

/// One who is affected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Affected {
    /// 1 important, 2 life support, 3 elderly, 4 everybody else.
    pub rank: i64,
    pub account: AccountId,
    pub party: CustomerId,
    pub class: String,
}

const PAGE: &str = "SELECT rank, account, party, class FROM outages_affected WHERE outage = $1 \
     AND (rank, account) > ($2, $3) ORDER BY rank, account LIMIT $4";
const IMPORTANT: &str =
    "SELECT DISTINCT party FROM outages_affected WHERE outage = $1 AND rank = 1 ORDER BY party LIMIT 5000";

/// A page, those first who must be told first.
pub async fn page(
    db: &Db,
    outage: OutageId,
    after: (i64, AccountId),
    limit: i64,
) -> anyhow::Result<Vec<Affected>> {
    page_of(PAGE, db, outage, after, limit).await
}

/// A page of those whom this text finds.
pub(super) async fn page_of(
    text: &'static str,
    db: &Db,
    outage: OutageId,
    after: (i64, AccountId),
    limit: i64,
) -> anyhow::Result<Vec<Affected>> {
    let query = sqlx::query(text).bind(outage.get()).bind(after.0).bind(after.1.get()).bind(limit);
    let rows = query.fetch_all(db.read()).await.context("who is affected")?;
    rows.iter().map(affected).collect()
}

/// Important customers in it.
pub async fn important(tx: &mut Tx, outage: OutageId) -> anyhow::Result<Vec<CustomerId>> {
    let rows = sqlx::query(IMPORTANT).bind(outage.get()).fetch_all(&mut **tx).await;
    rows.context("important customers")?.iter().map(|row| Ok(CustomerId(row.try_get("party")?))).collect()
}

const ACCOUNTS: Text =
    db::in_texts!("SELECT id, number FROM customers_account WHERE closed_at IS NULL AND number IN ", "");

/// Accounts by their numbers; what there is not is left out.
pub async fn accounts(db: &Db, numbers: &[String]) -> anyhow::Result<Vec<(AccountId, String)>> {
    let query = sqlx::query(ACCOUNTS.of(db.kind())).bind(serde_json::to_string(numbers)?);
    let rows = query.fetch_all(db.read()).await.context("accounts by their numbers")?;
    rows.iter().map(|row| Ok((AccountId(row.try_get("id")?), row.try_get("number")?))).collect()
}
