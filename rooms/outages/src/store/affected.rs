//! Who is affected: computed in the database from the service points, in one statement, and kept as rows.

use anyhow::Context;
use customers::rules::Utility;
use db::{Db, Text, Tx};
use kernel::{AccountId, CustomerId, OutageId};
use serde_json::{Value, json};
use sqlx::{AnyConnection, Row as _};

use crate::rules::outage::Counts;
use crate::rules::{Area, Place};

// The tables of `customers` are read here and nowhere else in this room: a hundred thousand rows do not come out of the
// database to go in again. CROSS JOIN keeps SQLite from turning the joins round; PostgreSQL plans as it likes.
macro_rules! compute {
    ($elements:literal, $communities:literal, $roads:literal, $districts:literal, $accounts:literal) => {
        concat!(
            "INSERT INTO outages_affected (outage, rank, account, party, class) WITH RECURSIVE below(id) AS ( \
             SELECT CAST(j.value ->> 0 AS BIGINT) FROM ", $elements, " UNION \
             SELECT e.id FROM below CROSS JOIN customers_element e WHERE e.parent = below.id), hit(account) AS ( \
             SELECT o.account FROM below CROSS JOIN customers_point o WHERE o.element = below.id UNION \
             SELECT a.id FROM ", $communities, " CROSS JOIN customers_premises p CROSS JOIN customers_account a \
             WHERE p.community = j.value ->> 0 AND (j.value ->> 1 = '' OR p.building = j.value ->> 1) \
             AND (j.value ->> 2 = '' OR p.area = j.value ->> 2) AND p.road >= j.value ->> 3 AND p.road < j.value ->> 4 \
             AND a.premises = p.id UNION \
             SELECT a.id FROM ", $roads, " CROSS JOIN customers_premises p CROSS JOIN customers_account a \
             WHERE p.road >= j.value ->> 0 AND p.road < j.value ->> 1 AND (j.value ->> 2 = '' OR p.area = j.value ->> 2) \
             AND (j.value ->> 3 = '' OR p.building = j.value ->> 3) AND a.premises = p.id UNION \
             SELECT a.id FROM ", $districts, " CROSS JOIN customers_premises p CROSS JOIN customers_account a \
             WHERE p.area = j.value ->> 0 AND a.premises = p.id UNION \
             SELECT CAST(j.value ->> 0 AS BIGINT) FROM ", $accounts, ") \
             SELECT CAST($1 AS BIGINT), COALESCE((SELECT MIN(CASE f.flag WHEN 'important' THEN 1 WHEN 'life_support' THEN 2 \
             WHEN 'elderly' THEN 3 ELSE 4 END) FROM customers_flag f WHERE f.party = a.party), 4), a.id, a.party, a.class \
             FROM hit CROSS JOIN customers_account a WHERE a.id = hit.account AND a.closed_at IS NULL AND a.utility = $2"
        )
    };
}
const COMPUTE: Text = Text {
    sqlite: compute!(
        "json_each($3) j",
        "json_each($4) j",
        "json_each($5) j",
        "json_each($6) j",
        "json_each($7) j"
    ),
    postgres: compute!(
        "json_array_elements(CAST($3 AS json)) j(value)",
        "json_array_elements(CAST($4 AS json)) j(value)",
        "json_array_elements(CAST($5 AS json)) j(value)",
        "json_array_elements(CAST($6 AS json)) j(value)",
        "json_array_elements(CAST($7 AS json)) j(value)"
    ),
};
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
const COUNTS: &str =
    "SELECT rank, class, COUNT(*) AS many FROM outages_affected WHERE outage = $1 GROUP BY rank, class";

/// Every number between two, and single ones: `3-8,12`. A word that is no number is a building of that name.
pub fn buildings(text: &str) -> Vec<String> {
    const MOST: u32 = 300;
    let mut all = Vec::new();
    for part in text.split([',', '，', '、', ' ']).map(str::trim).filter(|part| !part.is_empty()) {
        let part = part.trim_end_matches(['栋', '幢', '号']);
        let range = part.split_once(['-', '－', '至', '~', '～']);
        let range = range.and_then(|(from, to)| {
            let number = |text: &str| text.trim().trim_end_matches(['栋', '幢', '号']).parse::<u32>().ok();
            Some((number(from)?, number(to)?))
        });
        match range {
            Some((from, to)) if from <= to && to - from < MOST => {
                all.extend((from..=to).map(|n| n.to_string()))
            }
            _ => all.push(part.to_owned()),
        }
    }
    all
}

/// The places as rows for the three ways of finding them: by community, by road, whole districts.
fn places(places: &[Place]) -> [Value; 3] {
    let [mut communities, mut roads, mut districts] = [const { Vec::new() }; 3];
    for place in places {
        let mut within = buildings(&place.buildings);
        if within.is_empty() {
            within.push(String::new());
        }
        let road_end = format!("{}\u{10ffff}", place.road);
        for building in within {
            if !place.community.is_empty() {
                communities.push(json!([place.community, building, place.area, place.road, road_end]));
            } else if !place.road.is_empty() {
                roads.push(json!([place.road, road_end, place.area, building]));
            } else if !place.area.is_empty() {
                districts.push(json!([place.area]));
            }
        }
    }
    [communities, roads, districts].map(Value::Array)
}

/// Computes anew who is affected, in the transaction that changes the area.
pub async fn compute(tx: &mut Tx, outage: OutageId, utility: Utility, area: &Area) -> anyhow::Result<Counts> {
    sqlx::query(FORGET).bind(outage.get()).execute(&mut **tx).await.context("forgetting who was affected")?;
    let [communities, roads, districts] = places(&area.places);
    let elements = Value::Array(area.elements.iter().map(|id| json!([id.get()])).collect());
    let accounts = Value::Array(area.accounts.iter().map(|id| json!([id.get()])).collect());
    let kind = tx.db().kind();
    let mut query = sqlx::query(COMPUTE.of(kind)).bind(outage.get()).bind(utility.as_str());
    for rows in [elements, communities, roads, districts, accounts] {
        query = query.bind(rows.to_string());
    }
    query.execute(&mut **tx).await.context("computing who is affected")?;
    for text in [FORGET_PLACES, PLACES] {
        let places = sqlx::query(text).bind(outage.get()).execute(&mut **tx).await;
        places.context("computing where they live")?;
    }
    counts(tx, outage).await
}

/// Of outages that were entered before places were kept.
pub async fn places_missing(tx: &mut Tx) -> anyhow::Result<u64> {
    let made = sqlx::query(PLACES_MISSING).execute(&mut **tx).await;
    Ok(made.context("computing where those live who are affected")?.rows_affected())
}

async fn counts(connection: &mut AnyConnection, outage: OutageId) -> anyhow::Result<Counts> {
    let rows = sqlx::query(COUNTS).bind(outage.get()).fetch_all(connection).await;
    let mut counts = Counts::default();
    for row in rows.context("counting who is affected")? {
        let (rank, class): (i64, String) = (row.try_get("rank")?, row.try_get("class")?);
        let many: i64 = row.try_get("many")?;
        counts.all += many;
        *counts.by_class.entry(class).or_default() += many;
        match rank {
            1 => counts.important += many,
            2 => counts.life_support += many,
            3 => counts.elderly += many,
            _ => {}
        }
    }
    Ok(counts)
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
    let query = sqlx::query(PAGE).bind(outage.get()).bind(after.0).bind(after.1.get()).bind(limit);
    let rows = query.fetch_all(db.read()).await.context("who is affected")?;
    let one = |row: &db::Row| {
        Ok(Affected {
            rank: row.try_get("rank")?,
            account: AccountId(row.try_get("account")?),
            party: CustomerId(row.try_get("party")?),
            class: row.try_get("class")?,
        })
    };
    rows.iter().map(one).collect()
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
