//! Liaisons (供电信息员), and which of them an outage concerns.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use db::{Db, Text, Tx};
use kernel::{ElementId, OutageId, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use utoipa::ToSchema;

/// Who puts it up in the community.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Liaison {
    pub id: i64,
    pub name: String,
    pub phone: String,
    /// Community or company.
    pub place: String,
    pub covers: Covers,
    pub valid_until: Option<Timestamp>,
    pub retired_at: Option<Timestamp>,
    pub version: i64,
}

/// What a liaison answers for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Covers {
    #[schema(value_type = Vec<String>)]
    pub elements: Vec<ElementId>,
    pub communities: Vec<String>,
    /// Agreed to be written to.
    pub consent: bool,
}

const ADD: &str = "INSERT INTO outages_liaison (id, name, phone, place, body, valid_until, retired_at, version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, 1)";
const SAVE: &str = "UPDATE outages_liaison SET name = $2, phone = $3, place = $4, body = $5, valid_until = $6, retired_at = $7, \
     version = version + 1 WHERE id = $1 AND version = $8";
/// By name, by what they answer for, and by number where it may be seen.
const LIST: &str = "SELECT id, name, phone, place, body, valid_until, retired_at, version FROM outages_liaison \
     WHERE (place > $1 OR (place = $1 AND id > $2)) AND ($3 = '' OR LOWER(name) LIKE $3 ESCAPE '!' \
     OR LOWER(place) LIKE $3 ESCAPE '!' OR LOWER(body) LIKE $4 ESCAPE '!' OR phone LIKE $5 ESCAPE '!') \
     ORDER BY place, id LIMIT $6";
macro_rules! page {
    ($which:literal) => {
        concat!(
            "SELECT id, name, phone, place, body, valid_until, retired_at, version FROM outages_liaison WHERE id > $1",
            $which,
            " ORDER BY id LIMIT $2"
        )
    };
}
const PAGE: &str = page!("");
const SERVING: &str = page!(" AND retired_at IS NULL AND (valid_until IS NULL OR valid_until > $3)");
/// Read together; whoever goes through all of them goes on behind the last.
const TOGETHER: usize = 500;
const SOME: Text = db::in_ids!(
    "SELECT id, name, phone, place, body, valid_until, retired_at, version FROM outages_liaison WHERE id IN ",
    " ORDER BY id LIMIT 2000"
);
const CLIMB: Text = Text {
    sqlite: "WITH RECURSIVE up(start, id) AS (SELECT value, value FROM json_each($1) UNION \
             SELECT up.start, e.parent FROM up JOIN customers_element e ON e.id = up.id WHERE e.parent IS NOT NULL) \
             SELECT start, id FROM up",
    postgres: "WITH RECURSIVE up(start, id) AS (SELECT CAST(value AS BIGINT), CAST(value AS BIGINT) \
               FROM json_array_elements_text(CAST($1 AS json)) UNION \
               SELECT up.start, e.parent FROM up JOIN customers_element e ON e.id = up.id WHERE e.parent IS NOT NULL) \
               SELECT start, id FROM up",
};
const HIT: Text = Text {
    sqlite: "SELECT value AS community FROM json_each($1) WHERE EXISTS (SELECT 1 FROM customers_premises p \
             CROSS JOIN customers_account a CROSS JOIN outages_affected f WHERE p.community = value AND a.premises = p.id \
             AND f.account = a.id AND f.outage = $2)",
    postgres: "SELECT value AS community FROM json_array_elements_text(CAST($1 AS json)) WHERE EXISTS (SELECT 1 \
               FROM customers_premises p CROSS JOIN customers_account a CROSS JOIN outages_affected f \
               WHERE p.community = value AND a.premises = p.id AND f.account = a.id AND f.outage = $2)",
};

fn bound<'q>(
    query: sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>,
    liaison: &Liaison,
) -> anyhow::Result<sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>> {
    Ok(query
        .bind(liaison.id)
        .bind(liaison.name.clone())
        .bind(liaison.phone.clone())
        .bind(liaison.place.clone())
        .bind(serde_json::to_string(&liaison.covers)?)
        .bind(liaison.valid_until.map(Timestamp::as_micros))
        .bind(liaison.retired_at.map(Timestamp::as_micros)))
}

pub async fn add(tx: &mut Tx, liaison: &Liaison) -> anyhow::Result<()> {
    bound(sqlx::query(ADD), liaison)?.execute(&mut **tx).await.context("adding a liaison")?;
    Ok(())
}

/// False when somebody else was faster.
pub async fn save(tx: &mut Tx, liaison: &Liaison) -> anyhow::Result<bool> {
    let save = bound(sqlx::query(SAVE), liaison)?.bind(liaison.version);
    Ok(save.execute(&mut **tx).await.context("changing a liaison")?.rows_affected() > 0)
}

/// What is looked for in the list.
pub struct Search<'a> {
    pub text: &'a str,
    /// Also in their numbers.
    pub numbers: bool,
    /// The place and the id after which the page begins.
    pub after: (&'a str, i64),
    pub limit: i64,
}

/// Up to `limit + 1` of them, in order of what they answer for.
pub async fn list(db: &Db, search: &Search<'_>) -> anyhow::Result<Vec<Liaison>> {
    let text = search.text.trim();
    let anywhere = if text.is_empty() { String::new() } else { format!("%{}%", db::like(text)) };
    // Communities are words of people; the keys around them are not.
    let communities = if text.is_ascii() { "" } else { anywhere.as_str() };
    let is_number = search.numbers && !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let rows = sqlx::query(LIST)
        .bind(search.after.0)
        .bind(search.after.1)
        .bind(anywhere.as_str())
        .bind(communities)
        .bind(if is_number { anywhere.as_str() } else { "" })
        .bind(search.limit + 1)
        .fetch_all(db.read())
        .await;
    rows.context("liaisons")?.iter().map(liaison).collect()
}

/// Those with these ids.
pub async fn some(db: &Db, ids: impl IntoIterator<Item = i64>) -> anyhow::Result<Vec<Liaison>> {
    let query = sqlx::query(SOME.of(db.kind())).bind(db::ids(ids));
    query.fetch_all(db.read()).await.context("some liaisons")?.iter().map(liaison).collect()
}

/// Those who serve now, a page behind an id.
async fn serving(tx: &mut Tx, behind: i64, now: Timestamp) -> anyhow::Result<Vec<Liaison>> {
    let page = sqlx::query(SERVING).bind(behind).bind(i64::try_from(TOGETHER)?).bind(now.as_micros());
    let rows = page.fetch_all(&mut **tx).await;
    rows.context("liaisons who serve")?.iter().map(liaison).collect()
}

/// All of them, a page behind an id.
async fn page(db: &Db, behind: i64) -> anyhow::Result<Vec<Liaison>> {
    let page = sqlx::query(PAGE).bind(behind).bind(i64::try_from(TOGETHER)?);
    let rows = page.fetch_all(db.read()).await;
    rows.context("liaisons")?.iter().map(liaison).collect()
}

fn liaison(row: &db::Row) -> anyhow::Result<Liaison> {
    let body: String = row.try_get("body")?;
    let at = |column: &str| -> anyhow::Result<Option<Timestamp>> {
        Ok(row.try_get::<Option<i64>, _>(column)?.map(Timestamp::from_micros))
    };
    Ok(Liaison {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        phone: row.try_get("phone")?,
        place: row.try_get("place")?,
        covers: serde_json::from_str(&body).context("what a liaison covers, as kept")?,
        valid_until: at("valid_until")?,
        retired_at: at("retired_at")?,
        version: row.try_get("version")?,
    })
}

/// Those whom an outage concerns: somebody affected lives in one of their communities, or an element of theirs is below, at or
/// above one that is off.
pub async fn concerned(
    tx: &mut Tx,
    outage: OutageId,
    elements: &[ElementId],
    now: Timestamp,
) -> anyhow::Result<Vec<Liaison>> {
    let (mut found, mut behind) = (Vec::new(), i64::MIN);
    loop {
        let page = serving(tx, behind, now).await?;
        let is_last = page.len() < TOGETHER;
        behind = page.last().map_or(behind, |last| last.id);
        found.extend(touched(tx, outage, elements, page).await?);
        if is_last {
            return Ok(found);
        }
    }
}

/// Those of a page whom it concerns.
async fn touched(
    tx: &mut Tx,
    outage: OutageId,
    elements: &[ElementId],
    page: Vec<Liaison>,
) -> anyhow::Result<Vec<Liaison>> {
    let mut all = page;
    all.retain(|one| one.covers.consent);
    let kind = tx.db().kind();
    let communities: BTreeSet<&str> =
        all.iter().flat_map(|one| &one.covers.communities).map(String::as_str).collect();
    let mut hit: BTreeSet<String> = BTreeSet::new();
    if !communities.is_empty() {
        let list = serde_json::to_string(&communities)?;
        let rows = sqlx::query(HIT.of(kind)).bind(list).bind(outage.get()).fetch_all(&mut **tx).await;
        for row in rows.context("communities that are affected")? {
            hit.insert(row.try_get("community")?);
        }
    }
    let theirs: BTreeSet<ElementId> =
        all.iter().flat_map(|one| one.covers.elements.iter().copied()).collect();
    let mut above: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
    if !theirs.is_empty() && !elements.is_empty() {
        let starts = db::ids(theirs.iter().chain(elements).map(|id| id.get()).collect::<BTreeSet<_>>());
        let rows = sqlx::query(CLIMB.of(kind)).bind(starts).fetch_all(&mut **tx).await;
        for row in rows.context("what lies above elements")? {
            above.entry(row.try_get("start")?).or_default().insert(row.try_get("id")?);
        }
    }
    let is_above =
        |up: ElementId, of: ElementId| above.get(&of.get()).is_some_and(|set| set.contains(&up.get()));
    all.retain(|one| {
        one.covers.communities.iter().any(|community| hit.contains(community))
            || one
                .covers
                .elements
                .iter()
                .any(|theirs| elements.iter().any(|off| is_above(*off, *theirs) || is_above(*theirs, *off)))
    });
    Ok(all)
}

const CHAIN: &str = "WITH RECURSIVE up(id, depth) AS (SELECT CAST($1 AS BIGINT), 0 UNION ALL \
     SELECT e.parent, up.depth + 1 FROM up JOIN customers_element e ON e.id = up.id \
     WHERE e.parent IS NOT NULL AND up.depth < 30) SELECT id FROM up";

/// Those who cover an element: it is theirs, or something above or below it is.
pub async fn covering(db: &Db, element: ElementId) -> anyhow::Result<Vec<Liaison>> {
    let rows = sqlx::query(CHAIN).bind(element.get()).fetch_all(db.read()).await;
    let mut chain = BTreeSet::new();
    for row in rows.context("what lies above an element")? {
        chain.insert(ElementId(row.try_get("id")?));
    }
    let (mut all, mut behind) = (Vec::new(), i64::MIN);
    loop {
        let page = page(db, behind).await?;
        let is_last = page.len() < TOGETHER;
        behind = page.last().map_or(behind, |last| last.id);
        all.extend(page.into_iter().filter(|one| !one.covers.elements.is_empty()));
        if is_last {
            break;
        }
    }
    let theirs: BTreeSet<i64> =
        all.iter().flat_map(|one| one.covers.elements.iter().map(|id| id.get())).collect();
    let mut below: BTreeSet<i64> = BTreeSet::new();
    if !theirs.is_empty() {
        let climb = sqlx::query(CLIMB.of(db.kind())).bind(db::ids(theirs)).fetch_all(db.read()).await;
        for row in climb.context("what lies above elements")? {
            if row.try_get::<i64, _>("id")? == element.get() {
                below.insert(row.try_get("start")?);
            }
        }
    }
    all.retain(|one| {
        one.covers.elements.iter().any(|theirs| chain.contains(theirs) || below.contains(&theirs.get()))
    });
    Ok(all)
}
