//! Who is affected: computed in the database from the service points, in one statement, and kept as rows.

use std::collections::BTreeSet;

use anyhow::Context;
use customers::rules::Utility;
use db::{Db, Kind, Text, Tx};
use kernel::{AccountId, CustomerId, OutageId};
use serde_json::{Value, json};
use sqlx::{AnyConnection, Row as _};

use super::reached;
use crate::rules::outage::Counts;
use crate::rules::{Area, Place};

// The tables of `customers` are read here and nowhere else in this room: a hundred thousand rows do not come out of the
// database to go in again. Each way of finding people is a statement of its own: a planner who must count on all of them at
// once reads whole tables. CROSS JOIN keeps SQLite from turning the joins round; PostgreSQL plans as it likes. Where they are is
// put into order before who they are is looked up, which is then read as it lies. `$1` is the utility, `$2` the list.
macro_rules! way {
    ($list:literal, $spot:literal, $of:literal, $before:literal, $after:literal) => {
        concat!(
            $before,
            "WITH j AS MATERIALIZED (SELECT value ->> 0 AS a, value ->> 1 AS b, value ->> 2 AS c, value ->> 3 AS d, \
             value ->> 4 AS e, value ->> 5 AS f FROM ",
            $list,
            "), spot(id) AS (",
            $spot,
            "), ranked(rank, account, party, class) AS (SELECT COALESCE((SELECT MIN(CASE f.flag WHEN 'important' THEN 1 \
             WHEN 'life_support' THEN 2 WHEN 'elderly' THEN 3 ELSE 4 END) FROM customers_flag f WHERE f.party = a.party), 4), \
             a.id, a.party, a.class FROM spot CROSS JOIN customers_account a WHERE ",
            $of,
            " = spot.id AND a.utility = $1 AND a.closed_at IS NULL) ",
            $after
        )
    };
}
macro_rules! in_both {
    ($spot:literal, $of:literal, $before:literal, $after:literal) => {
        Text {
            sqlite: way!("json_each($2)", $spot, $of, $before, $after),
            postgres: way!("json_array_elements(CAST($2 AS json))", $spot, $of, $before, $after),
        }
    };
}
/// One way of finding people: to keep them, and to count them with those behind the counts who must be told first.
struct Way {
    keep: Text,
    count: Text,
}
macro_rules! by {
    ($spot:literal, $of:literal) => {
        Way {
            // Who is found in two ways is there once. Put in in the order of the key, they take half as long.
            keep: in_both!(
                $spot,
                $of,
                "INSERT INTO outages_affected (outage, rank, account, party, class) ",
                "SELECT CAST($3 AS BIGINT), rank, account, party, class FROM ranked WHERE 1 = 1 ORDER BY rank, account \
                 ON CONFLICT DO NOTHING"
            ),
            count: in_both!(
                $spot,
                $of,
                "",
                "SELECT 0 AS first, rank, class, CAST(0 AS BIGINT) AS account, CAST(0 AS BIGINT) AS party, COUNT(*) AS many \
                 FROM ranked GROUP BY rank, class UNION ALL \
                 SELECT 1, rank, class, account, party, CAST(1 AS BIGINT) FROM (SELECT rank, class, account, party FROM ranked \
                 WHERE rank < 4 ORDER BY rank, account LIMIT 20) AS top"
            ),
        }
    };
}
const BY_ELEMENT: Way = by!(
    "SELECT o.account FROM j CROSS JOIN customers_point o WHERE o.element = CAST(j.a AS BIGINT) GROUP BY o.account",
    "a.id"
);
const BY_ACCOUNT: Way = by!("SELECT CAST(j.a AS BIGINT) FROM j GROUP BY 1", "a.id");
const BY_COMMUNITY: Way = by!(
    "SELECT p.id FROM j CROSS JOIN customers_premises p WHERE p.community = j.a AND p.area >= j.b AND p.area <= j.c \
     AND (j.d = '' OR REPLACE(j.d, ',' || p.building || ',', '') <> j.d) AND p.road >= j.e AND p.road < j.f GROUP BY p.id",
    "a.premises"
);
const BY_ROAD: Way = by!(
    "SELECT p.id FROM j CROSS JOIN customers_premises p WHERE p.road >= j.a AND p.road < j.b \
     AND (j.c = '' OR p.area = j.c) AND (j.d = '' OR REPLACE(j.d, ',' || p.building || ',', '') <> j.d) GROUP BY p.id",
    "a.premises"
);
const BY_DISTRICT: Way =
    by!("SELECT p.id FROM j CROSS JOIN customers_premises p WHERE p.area = j.a GROUP BY p.id", "a.premises");
const BELOW: Text = Text {
    sqlite: "WITH RECURSIVE below(id) AS (SELECT value FROM json_each($1) UNION SELECT e.id FROM below \
             CROSS JOIN customers_element e WHERE e.parent = below.id) SELECT id FROM below",
    postgres: "WITH RECURSIVE below(id) AS (SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST($1 AS json)) \
               UNION SELECT e.id FROM below CROSS JOIN customers_element e WHERE e.parent = below.id) SELECT id FROM below",
};
/// It compiles what runs for half a second, and takes longer for it than it saves.
const NO_JIT: &str = "SET LOCAL jit = off";
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

/// The places as rows for the three ways of finding them: by community, by road, whole districts. Buildings stand between commas.
fn places(places: &[Place]) -> [Value; 3] {
    let [mut communities, mut roads, mut districts] = [const { Vec::new() }; 3];
    for place in places {
        let within = buildings(&place.buildings).join(",");
        let within = if within.is_empty() { within } else { format!(",{within},") };
        let road_end = format!("{}\u{10ffff}", place.road);
        if !place.community.is_empty() {
            // Every district lies between nothing and the last letter.
            let area_end = if place.area.is_empty() { "\u{10ffff}" } else { &place.area };
            communities.push(json!([place.community, place.area, area_end, within, place.road, road_end]));
        } else if !place.road.is_empty() {
            roads.push(json!([place.road, road_end, place.area, within]));
        } else if !place.area.is_empty() {
            districts.push(json!([place.area]));
        }
    }
    [communities, roads, districts].map(Value::Array)
}

/// The ways that lead to somebody, each with its list.
async fn ways(connection: &mut AnyConnection, kind: Kind, area: &Area) -> anyhow::Result<Vec<(Way, String)>> {
    if kind == Kind::Postgres {
        sqlx::query(NO_JIT).execute(&mut *connection).await.context("no compiling")?;
    }
    let mut elements: Vec<Value> = Vec::new();
    if !area.elements.is_empty() {
        let list = db::ids(area.elements.iter().map(|id| id.get()));
        let rows = sqlx::query(BELOW.of(kind)).bind(list).fetch_all(connection).await;
        for row in rows.context("what hangs below elements")? {
            elements.push(json!([row.try_get::<i64, _>("id")?]));
        }
    }
    let accounts = area.accounts.iter().map(|id| json!([id.get()])).collect();
    let [communities, roads, districts] = places(&area.places);
    let all = [
        (BY_ELEMENT, Value::Array(elements)),
        (BY_ACCOUNT, Value::Array(accounts)),
        (BY_COMMUNITY, communities),
        (BY_ROAD, roads),
        (BY_DISTRICT, districts),
    ];
    let leads = |(_, list): &(Way, Value)| list.as_array().is_some_and(|list| !list.is_empty());
    Ok(all.into_iter().filter(leads).map(|(way, list)| (way, list.to_string())).collect())
}

async fn keep(tx: &mut Tx, outage: OutageId, utility: Utility, area: &Area) -> anyhow::Result<()> {
    let kind = tx.db().kind();
    for (way, list) in ways(tx, kind, area).await? {
        let query = sqlx::query(way.keep.of(kind)).bind(utility.as_str()).bind(list).bind(outage.get());
        query.execute(&mut **tx).await.context("computing who is affected")?;
    }
    Ok(())
}

/// Computes anew who is affected, in the transaction that changes the area, and keeps which elements it names.
pub async fn compute(tx: &mut Tx, outage: OutageId, utility: Utility, area: &Area) -> anyhow::Result<Counts> {
    let kind = tx.db().kind();
    for text in [FORGET, FORGET_ELEMENTS] {
        let forget = sqlx::query(text).bind(outage.get()).execute(&mut **tx).await;
        forget.context("forgetting who was affected")?;
    }
    let elements: BTreeSet<i64> = area.elements.iter().map(|id| id.get()).collect();
    let rows: Vec<[i64; 2]> = elements.into_iter().map(|element| [element, outage.get()]).collect();
    let names = sqlx::query(NAMES.of(kind)).bind(serde_json::to_string(&rows)?).execute(&mut **tx).await;
    names.context("which elements an outage names")?;
    keep(tx, outage, utility, area).await?;
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
    let mut counts = Counts::default();
    for row in rows.context("counting who is affected")? {
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
        keep(&mut tx, nobody, utility, area).await?;
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
    let query = sqlx::query(PAGE).bind(outage.get()).bind(after.0).bind(after.1.get()).bind(limit);
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
