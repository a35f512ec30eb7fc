//! Where supply is off, as callers choose it from a menu: districts, and in them communities or roads.

use anyhow::Context;
use db::{Db, Text};
use kernel::OutageId;
use sqlx::Row as _;

/// Where some of those live who are affected by an outage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceOf {
    pub outage: OutageId,
    pub district: String,
    /// A community, or the road where there is none.
    pub place: String,
    pub accounts: i64,
}

/// Places told of in all; beyond it the smallest are left out.
const PLACES_MAX: i64 = 2_000;

const OF: Text = db::in_ids!(
    "SELECT outage, district, place, accounts FROM outages_place WHERE outage IN ",
    " AND district <> '' AND place <> '' ORDER BY accounts DESC, district, place LIMIT $2"
);
const GOING_ON: &str = "SELECT DISTINCT p.district FROM outages_outage o JOIN outages_place p ON p.outage = o.id \
     WHERE o.closed_at IS NULL AND o.state = 'in_progress' AND o.class NOT IN ('arrears', 'breach') LIMIT 500";
// From district to district by the index: the table of premises is large, and there are few districts.
const DISTRICTS: &str = "WITH RECURSIVE d(area) AS (SELECT MIN(area) FROM customers_premises WHERE area > '' UNION ALL \
     SELECT (SELECT MIN(p.area) FROM customers_premises p WHERE p.area > d.area) FROM d WHERE d.area IS NOT NULL) \
     SELECT area FROM d WHERE area IS NOT NULL LIMIT 60";

/// The places of these outages, those with most affected first.
pub async fn of(db: &Db, outages: &[OutageId]) -> anyhow::Result<Vec<PlaceOf>> {
    if outages.is_empty() {
        return Ok(Vec::new());
    }
    let of = sqlx::query(OF.of(db.kind())).bind(db::ids(outages.iter().map(|id| id.get())));
    let rows = of.bind(PLACES_MAX).fetch_all(db.read()).await.context("where supply is off")?;
    let place = |row: &db::Row| {
        Ok(PlaceOf {
            outage: OutageId(row.try_get("outage")?),
            district: row.try_get("district")?,
            place: row.try_get("place")?,
            accounts: row.try_get("accounts")?,
        })
    };
    rows.iter().map(place).collect()
}

/// Districts in which supply is off somewhere, also where callers do not hear of it; a customer who was cut off is no district.
pub async fn going_on(db: &Db) -> anyhow::Result<Vec<String>> {
    texts(db, GOING_ON, "district").await
}

/// Every district with premises.
pub async fn districts(db: &Db) -> anyhow::Result<Vec<String>> {
    texts(db, DISTRICTS, "area").await
}

async fn texts(db: &Db, text: &'static str, column: &'static str) -> anyhow::Result<Vec<String>> {
    let rows = sqlx::query(text).fetch_all(db.read()).await.context("districts")?;
    rows.iter().map(|row| Ok(row.try_get(column)?)).collect()
}
