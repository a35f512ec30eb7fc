//! What hangs below an element or stands in a street, and what supplies somebody: for whoever looks for the place behind many calls.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use db::{Db, Row, Text, in_ids, in_texts};
use kernel::{CustomerId, ElementId};
use sqlx::Row as _;

use crate::rules::Utility;

/// Where a customer is supplied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    pub party: CustomerId,
    pub utility: Utility,
    pub element: Option<ElementId>,
    pub area: String,
    pub road: String,
    pub community: String,
}

/// How much there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Accounts that are supplied.
    pub customers: i64,
    /// Elements directly below, or communities and roads of a district.
    pub children: i64,
    /// The lowest elements below.
    pub leaves: i64,
}

const HOMES: Text = in_ids!(
    "SELECT party, utility, area, road, community, (SELECT MIN(o.element) FROM customers_point o \
     WHERE o.account = t.account) AS element FROM (SELECT a.party AS party, a.id AS account, a.utility AS utility, \
     p.area AS area, p.road AS road, p.community AS community, \
     ROW_NUMBER() OVER (PARTITION BY a.party ORDER BY a.id) AS nth \
     FROM customers_account a JOIN customers_premises p ON p.id = a.premises WHERE a.closed_at IS NULL AND a.party IN ",
    ") AS t WHERE nth <= $2 ORDER BY party, nth LIMIT 5000"
);
const AT_ADDRESSES: Text = in_texts!(
    "SELECT text, party, utility, area, road, community, (SELECT MIN(o.element) FROM customers_point o \
     WHERE o.account = t.account) AS element FROM (SELECT p.text AS text, a.id AS account, a.party AS party, \
     a.utility AS utility, p.area AS area, p.road AS road, p.community AS community, \
     ROW_NUMBER() OVER (PARTITION BY p.text ORDER BY a.id) AS nth \
     FROM customers_premises p JOIN customers_account a ON a.premises = p.id \
     WHERE a.closed_at IS NULL AND p.text IN ",
    ") AS t WHERE nth <= $2 ORDER BY text, nth LIMIT 5000"
);
/// More at one address are not told apart.
const AT_ADDRESS_MAX: i64 = 4;
// CROSS JOIN keeps SQLite from turning the joins round; PostgreSQL plans as it likes.
macro_rules! below {
    ($select:literal) => {
        concat!(
            "WITH RECURSIVE below(id) AS (SELECT CAST($1 AS BIGINT) UNION \
             SELECT e.id FROM below CROSS JOIN customers_element e WHERE e.parent = below.id) ",
            $select
        )
    };
}
const BELOW: &str = below!(
    "SELECT (SELECT COUNT(DISTINCT a.id) FROM below CROSS JOIN customers_point o CROSS JOIN customers_account a \
     WHERE o.element = below.id AND a.id = o.account AND a.closed_at IS NULL) AS customers, \
     (SELECT COUNT(*) FROM customers_element c WHERE c.parent = $1) AS children, \
     (SELECT COUNT(*) FROM below WHERE NOT EXISTS (SELECT 1 FROM customers_element c WHERE c.parent = below.id)) AS leaves"
);
const COMMUNITIES: &str = below!(
    "SELECT p.area AS one, p.community AS two, COUNT(*) AS many FROM below CROSS JOIN customers_point o \
     CROSS JOIN customers_account a CROSS JOIN customers_premises p WHERE o.element = below.id AND a.id = o.account \
     AND a.closed_at IS NULL AND p.id = a.premises GROUP BY p.area, p.community ORDER BY 3 DESC, 1, 2 LIMIT $2"
);
const BUILDINGS: &str = below!(
    "SELECT p.building AS one, p.building AS two, COUNT(*) AS many FROM below CROSS JOIN customers_point o \
     CROSS JOIN customers_account a CROSS JOIN customers_premises p WHERE o.element = below.id AND a.id = o.account \
     AND a.closed_at IS NULL AND p.id = a.premises AND p.building <> '' GROUP BY p.building ORDER BY 3 DESC, 1 LIMIT $2"
);
const COMMUNITY: &str = "SELECT COUNT(*) AS customers, CAST(0 AS BIGINT) AS children, CAST(1 AS BIGINT) AS leaves FROM customers_premises p \
     CROSS JOIN customers_account a WHERE p.community = $3 AND p.area = $2 AND a.premises = p.id AND a.closed_at IS NULL \
     AND a.utility = $1";
const ROAD: &str = "SELECT COUNT(*) AS customers, CAST(0 AS BIGINT) AS children, CAST(1 AS BIGINT) AS leaves FROM customers_premises p \
     CROSS JOIN customers_account a WHERE p.road >= $3 AND p.road < $4 AND p.area = $2 AND a.premises = p.id \
     AND a.closed_at IS NULL AND a.utility = $1";
const DISTRICT: &str = "SELECT COUNT(*) AS customers, COUNT(DISTINCT p.community) AS children, \
     COUNT(DISTINCT p.community) AS leaves FROM customers_premises p CROSS JOIN customers_account a WHERE p.area = $2 \
     AND a.premises = p.id AND a.closed_at IS NULL AND a.utility = $1";
const ALL: &str = "SELECT COUNT(*) AS customers, CAST(0 AS BIGINT) AS children, CAST(0 AS BIGINT) AS leaves FROM customers_account \
     WHERE closed_at IS NULL AND utility = $1";

/// Where these customers are supplied; of each, no more homes than `most`.
pub async fn homes(db: &Db, parties: &BTreeSet<CustomerId>, most: usize) -> Result<Vec<Home>> {
    let query = sqlx::query(HOMES.of(db.kind())).bind(db::ids(parties.iter().map(|id| id.get())));
    let query = query.bind(i64::try_from(most)?);
    query.fetch_all(db.read()).await.context("where customers are supplied")?.iter().map(home).collect()
}

/// Who is supplied at these addresses, up to a thousand, as they are written.
pub async fn at_addresses(db: &Db, texts: &BTreeSet<&str>) -> Result<BTreeMap<String, Vec<Home>>> {
    let mut there: BTreeMap<String, Vec<Home>> = BTreeMap::new();
    if texts.is_empty() {
        return Ok(there);
    }
    let query =
        sqlx::query(AT_ADDRESSES.of(db.kind())).bind(serde_json::to_string(texts)?).bind(AT_ADDRESS_MAX);
    for row in query.fetch_all(db.read()).await.context("who is supplied at addresses")? {
        there.entry(row.try_get("text")?).or_default().push(home(&row)?);
    }
    Ok(there)
}

fn home(row: &Row) -> Result<Home> {
    let utility: String = row.try_get("utility")?;
    Ok(Home {
        party: CustomerId(row.try_get("party")?),
        utility: Utility::of(&utility).with_context(|| format!("{utility:?} as a utility"))?,
        element: row.try_get::<Option<i64>, _>("element")?.map(ElementId),
        area: row.try_get("area")?,
        road: row.try_get("road")?,
        community: row.try_get("community")?,
    })
}

fn size(row: &Row) -> Result<Size> {
    let (customers, children) = (row.try_get("customers")?, row.try_get("children")?);
    Ok(Size { customers, children, leaves: row.try_get("leaves")? })
}

/// What hangs below an element. As much work as there are points below it.
pub async fn below(db: &Db, element: ElementId) -> Result<Size> {
    let row = sqlx::query(BELOW).bind(element.get()).fetch_one(db.read()).await;
    size(&row.context("counting what hangs below an element")?)
}

/// The communities that an element supplies, those with most customers first: district, community, customers.
pub async fn communities(db: &Db, element: ElementId, limit: i64) -> Result<Vec<(String, String, i64)>> {
    groups(db, COMMUNITIES, element, limit).await
}

/// The buildings that an element supplies.
pub async fn buildings(db: &Db, element: ElementId, limit: i64) -> Result<Vec<String>> {
    let found = groups(db, BUILDINGS, element, limit).await?;
    Ok(found.into_iter().map(|(building, _, _)| building).collect())
}

async fn groups(
    db: &Db,
    text: &'static str,
    element: ElementId,
    limit: i64,
) -> Result<Vec<(String, String, i64)>> {
    let rows = sqlx::query(text).bind(element.get()).bind(limit).fetch_all(db.read()).await;
    let one = |row: &Row| Ok((row.try_get("one")?, row.try_get("two")?, row.try_get("many")?));
    rows.context("where an element supplies")?.iter().map(one).collect()
}

/// How many are supplied in a community of a district.
pub async fn in_community(db: &Db, utility: Utility, area: &str, community: &str) -> Result<Size> {
    let query = sqlx::query(COMMUNITY).bind(utility.as_str()).bind(area).bind(community);
    size(&query.fetch_one(db.read()).await.context("counting a community")?)
}

/// How many are supplied on a road of a district; the numbers of its houses follow its name.
pub async fn on_road(db: &Db, utility: Utility, area: &str, road: &str) -> Result<Size> {
    let query = sqlx::query(ROAD).bind(utility.as_str()).bind(area).bind(road);
    let query = query.bind(format!("{road}\u{10ffff}"));
    size(&query.fetch_one(db.read()).await.context("counting a road")?)
}

pub async fn in_district(db: &Db, utility: Utility, area: &str) -> Result<Size> {
    let query = sqlx::query(DISTRICT).bind(utility.as_str()).bind(area);
    size(&query.fetch_one(db.read()).await.context("counting a district")?)
}

/// All who are supplied. As much work as there are accounts.
pub async fn all(db: &Db, utility: Utility) -> Result<i64> {
    let row = sqlx::query(ALL).bind(utility.as_str()).fetch_one(db.read()).await;
    Ok(size(&row.context("counting all who are supplied")?)?.customers)
}
