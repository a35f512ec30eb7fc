//! The ways in which people are found: by elements of the network, accounts, and places; a statement for each in both dialects.

use anyhow::Context;
use db::{Kind, Text};
use serde_json::{Value, json};
use sqlx::{AnyConnection, Row as _};

use crate::rules::{Area, Place};

// The tables of `customers` are read here and nowhere else in this room: a hundred thousand rows do not come out of the
// database to go in again. Each way of finding people is a statement of its own: a planner who must count on all of them at
// once reads whole tables. Where they are is put into order before who they are is looked up, which is then read as it lies.
// `$1` is the utility, `$2` the list. CROSS JOIN keeps SQLite from turning the joins round; PostgreSQL plans as it likes, and
// looks flags up best all at once: a hundred thousand looks take longer than reading all that must be minded.
macro_rules! sqlite_way {
    ($id:literal, $spot:literal, $of:literal, $before:literal, $after:literal) => {
        concat!(
            $before,
            "WITH j AS MATERIALIZED (SELECT value ->> 0 AS a, value ->> 1 AS b, value ->> 2 AS c, value ->> 3 AS d, \
             value ->> 4 AS e, value ->> 5 AS f FROM json_each($2)), spot(id) AS (SELECT ",
            $id,
            $spot,
            " GROUP BY 1), ranked(rank, account, party, class) AS (SELECT COALESCE((SELECT MIN(CASE f.flag WHEN 'important' THEN 1 \
             WHEN 'life_support' THEN 2 WHEN 'elderly' THEN 3 ELSE 4 END) FROM customers_flag f WHERE f.party = a.party), 4), \
             a.id, a.party, a.class FROM spot CROSS JOIN customers_account a WHERE ",
            $of,
            " = spot.id AND a.utility = $1 AND a.closed_at IS NULL) ",
            $after
        )
    };
}
macro_rules! postgres_way {
    ($id:literal, $where:literal, $spot:literal, $of:literal, $from:literal, $before:literal, $after:literal) => {
        concat!(
            $before,
            "WITH j AS MATERIALIZED (SELECT value ->> 0 AS a, value ->> 1 AS b, value ->> 2 AS c, value ->> 3 AS d, \
             value ->> 4 AS e, value ->> 5 AS f FROM json_array_elements(CAST($2 AS json))), spot AS (SELECT DISTINCT ",
            $id,
            " AS id",
            $where,
            $spot,
            " ORDER BY 1), ranked AS (SELECT COALESCE(k.rank, 4) AS rank, a.id AS account, a.party, a.class",
            $from,
            " LEFT JOIN (SELECT f.party, MIN(CASE f.flag WHEN 'important' THEN 1 WHEN 'life_support' THEN 2 ELSE 3 END) AS rank \
             FROM customers_flag f WHERE f.flag IN ('important', 'life_support', 'elderly') GROUP BY f.party) AS k \
             ON k.party = a.party WHERE ",
            $of,
            " = spot.id AND a.utility = $1 AND a.closed_at IS NULL) ",
            $after
        )
    };
}
/// One way of finding people: to keep them; to keep them, where they live and how many they are, where nobody is found in two
/// ways; to count them with those behind the counts who must be told first; and to compare them with those kept: who is new,
/// who is not found this way, and who of those is found after all.
pub(super) struct Way {
    pub(super) keep: Text,
    pub(super) whole: &'static str,
    pub(super) count: Text,
    pub(super) joins: Text,
    pub(super) leaves: Text,
    pub(super) stays: Text,
}
macro_rules! in_both {
    ($id:literal, $spot:literal, $of:literal, $before:literal, $after:literal) => {
        Text {
            sqlite: sqlite_way!($id, $spot, $of, $before, $after),
            postgres: postgres_way!(
                $id,
                "",
                $spot,
                $of,
                " FROM spot CROSS JOIN customers_account a",
                $before,
                $after
            ),
        }
    };
}
macro_rules! by {
    ($id:literal, $where:literal, $spot:literal, $of:literal, $from:literal) => {
        Way {
            // Who is found in two ways is there once. Put in in the order of the key, they take half as long.
            keep: in_both!(
                $id,
                $spot,
                $of,
                "INSERT INTO outages_affected (outage, rank, account, party, class) ",
                "SELECT CAST($3 AS BIGINT), rank, account, party, class FROM ranked WHERE 1 = 1 ORDER BY rank, account \
                 ON CONFLICT DO NOTHING"
            ),
            whole: postgres_way!(
                $id,
                $where,
                $spot,
                $of,
                $from,
                "",
                ", kept AS (INSERT INTO outages_affected (outage, rank, account, party, class) \
                 SELECT CAST($3 AS BIGINT), rank, account, party, class FROM ranked ORDER BY rank, account), \
                 put AS (INSERT INTO outages_place (outage, district, place, accounts) \
                 SELECT CAST($3 AS BIGINT), district, place, COUNT(*) FROM ranked GROUP BY district, place) \
                 SELECT rank, class, COUNT(*) AS many FROM ranked GROUP BY rank, class"
            ),
            count: in_both!(
                $id,
                $spot,
                $of,
                "",
                "SELECT 0 AS first, rank, class, CAST(0 AS BIGINT) AS account, CAST(0 AS BIGINT) AS party, COUNT(*) AS many \
                 FROM ranked GROUP BY rank, class UNION ALL \
                 SELECT 1, rank, class, account, party, CAST(1 AS BIGINT) FROM (SELECT rank, class, account, party FROM ranked \
                 WHERE rank < 4 ORDER BY rank, account LIMIT 20) AS top"
            ),
            joins: in_both!(
                $id,
                $spot,
                $of,
                "INSERT INTO outages_moved (outage, way, rank, account, revision, party, class, told) ",
                "SELECT CAST($3 AS BIGINT), 'joined', r.rank, r.account, CAST($4 AS BIGINT), r.party, r.class, 1 \
                 FROM ranked AS r LEFT JOIN (SELECT account FROM outages_affected WHERE outage = $3) AS f \
                 ON f.account = r.account WHERE f.account IS NULL ON CONFLICT DO NOTHING"
            ),
            leaves: in_both!(
                $id,
                $spot,
                $of,
                "INSERT INTO outages_moved (outage, way, rank, account, revision, party, class, told) ",
                "SELECT CAST($3 AS BIGINT), 'left', f.rank, f.account, CAST($4 AS BIGINT), f.party, f.class, 0 \
                 FROM outages_affected f LEFT JOIN (SELECT account FROM ranked) AS r ON r.account = f.account \
                 WHERE f.outage = $3 AND r.account IS NULL ON CONFLICT DO NOTHING"
            ),
            stays: in_both!(
                $id,
                $spot,
                $of,
                "",
                "DELETE FROM outages_moved WHERE outage = $3 AND way = 'left' AND revision = $4 \
                 AND account IN (SELECT account FROM ranked)"
            ),
        }
    };
}
macro_rules! by_account {
    ($id:literal, $spot:literal) => {
        by!(
            $id,
            "",
            $spot,
            "a.id",
            ", p.area AS district, CASE WHEN p.community <> '' THEN p.community ELSE p.road END AS place \
             FROM spot CROSS JOIN customers_account a JOIN customers_premises p ON p.id = a.premises"
        )
    };
}
macro_rules! by_premises {
    ($spot:literal) => {
        by!(
            "p.id",
            ", p.area AS district, CASE WHEN p.community <> '' THEN p.community ELSE p.road END AS place",
            $spot,
            "a.premises",
            ", spot.district, spot.place FROM spot CROSS JOIN customers_account a"
        )
    };
}
const BY_ELEMENT: Way =
    by_account!("o.account", " FROM j CROSS JOIN customers_point o WHERE o.element = CAST(j.a AS BIGINT)");
const BY_ACCOUNT: Way = by_account!("CAST(j.a AS BIGINT)", " FROM j");
const BY_COMMUNITY: Way = by_premises!(
    " FROM j CROSS JOIN customers_premises p WHERE p.community = j.a AND p.area >= j.b AND p.area <= j.c \
     AND (j.d = '' OR REPLACE(j.d, ',' || p.building || ',', '') <> j.d) AND p.road >= j.e AND p.road < j.f"
);
const BY_ROAD: Way = by_premises!(
    " FROM j CROSS JOIN customers_premises p WHERE p.road >= j.a AND p.road < j.b \
     AND (j.c = '' OR p.area = j.c) AND (j.d = '' OR REPLACE(j.d, ',' || p.building || ',', '') <> j.d)"
);
const BY_DISTRICT: Way = by_premises!(" FROM j CROSS JOIN customers_premises p WHERE p.area = j.a");
const BELOW: Text = Text {
    sqlite: "WITH RECURSIVE below(id) AS (SELECT value FROM json_each($1) UNION SELECT e.id FROM below \
             CROSS JOIN customers_element e WHERE e.parent = below.id) SELECT id FROM below",
    postgres: "WITH RECURSIVE below(id) AS (SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST($1 AS json)) \
               UNION SELECT e.id FROM below CROSS JOIN customers_element e WHERE e.parent = below.id) SELECT id FROM below",
};
/// It compiles what runs for half a second, and takes longer for it than it saves.
const NO_JIT: &str = "SET LOCAL jit = off";
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
pub(super) async fn ways(
    connection: &mut AnyConnection,
    kind: Kind,
    area: &Area,
) -> anyhow::Result<Vec<(Way, String)>> {
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
