//! Who has been told of an outage, each account once.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use db::{Db, Text, Tx, ids, in_ids};
use kernel::{AccountId, CustomerId, OutageId, Timestamp};
use sqlx::Row as _;

use crate::rules::told::{Contact, Way, way};

// Whose number it is, and whose accounts those are, stands in tables of `customers`; as in `affected`, they are read where they lie.
macro_rules! tell {
    ($whose:literal) => {
        concat!(
            "INSERT INTO outages_reached (outage, account, way, at) \
             SELECT f.outage, f.account, CAST($3 AS TEXT), CAST($4 AS BIGINT) FROM ",
            $whose,
            " AND a.closed_at IS NULL AND f.account = a.id AND f.outage = $1 GROUP BY f.outage, f.account \
             ON CONFLICT DO NOTHING"
        )
    };
}
const BY_NUMBER: &str = tell!(
    "customers_contact c CROSS JOIN customers_account a CROSS JOIN outages_affected f \
     WHERE c.number = $2 AND a.party = c.party"
);
const BY_CUSTOMER: &str = tell!("customers_account a CROSS JOIN outages_affected f WHERE a.party = $2");
const FORGET: &str = "DELETE FROM outages_reached WHERE outage = $1 AND NOT EXISTS (SELECT 1 FROM outages_affected f \
     WHERE f.account = outages_reached.account AND f.outage = outages_reached.outage)";
const COUNT: Text = in_ids!(
    "SELECT outage, way, COUNT(*) AS many FROM outages_reached WHERE outage IN ",
    " GROUP BY outage, way LIMIT 2000"
);

/// Everybody who has this number and is affected.
pub async fn by_number(
    tx: &mut Tx,
    outage: OutageId,
    number: &str,
    contact: Contact,
    at: Timestamp,
) -> anyhow::Result<()> {
    let Some(way) = way(contact) else { return Ok(()) };
    let told = sqlx::query(BY_NUMBER).bind(outage.get()).bind(number.to_owned());
    let told = told.bind(way.as_str()).bind(at.as_micros());
    told.execute(&mut **tx).await.context("keeping who was told")?;
    Ok(())
}

/// This customer, where he is affected.
pub async fn by_customer(
    tx: &mut Tx,
    outage: OutageId,
    customer: CustomerId,
    contact: Contact,
    at: Timestamp,
) -> anyhow::Result<()> {
    let Some(way) = way(contact) else { return Ok(()) };
    let told = sqlx::query(BY_CUSTOMER).bind(outage.get()).bind(customer.get());
    let told = told.bind(way.as_str()).bind(at.as_micros());
    told.execute(&mut **tx).await.context("keeping who was told")?;
    Ok(())
}

/// The area is another: who is not affected any more does not count.
pub(super) async fn forget(tx: &mut Tx, outage: OutageId) -> anyhow::Result<()> {
    sqlx::query(FORGET).bind(outage.get()).execute(&mut **tx).await.context("who was told")?;
    Ok(())
}

/// How many accounts were told of these outages, by what.
pub async fn count(db: &Db, outages: &[OutageId]) -> anyhow::Result<BTreeMap<(OutageId, Way), i64>> {
    if outages.is_empty() {
        return Ok(BTreeMap::new());
    }
    let query = sqlx::query(COUNT.of(db.kind())).bind(ids(outages.iter().map(|id| id.get())));
    let rows = query.fetch_all(db.read()).await.context("how many were told")?;
    let one = |row: &db::Row| {
        let word: String = row.try_get("way")?;
        let way = Way::of(&word).with_context(|| format!("{word:?} as a way"))?;
        Ok(((OutageId(row.try_get("outage")?), way), row.try_get("many")?))
    };
    rows.iter().map(one).collect()
}

const ACCOUNTS: &str = "SELECT account FROM outages_reached WHERE outage = $1 ORDER BY account LIMIT 100000";

/// Which accounts were told.
pub async fn accounts(db: &Db, outage: OutageId) -> anyhow::Result<BTreeSet<AccountId>> {
    let rows = sqlx::query(ACCOUNTS).bind(outage.get()).fetch_all(db.read()).await;
    rows.context("who was told")?.iter().map(|row| Ok(AccountId(row.try_get("account")?))).collect()
}
