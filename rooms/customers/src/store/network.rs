//! What supplies whom: elements of the network, and the service points below them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use db::{Db, Row, Text, Tx, from_rows, in_ids, in_texts};
use kernel::{ElementId, Timestamp};
use serde_json::json;
use sqlx::Row as _;

use super::elements::By;
use crate::NetworkChanged;
use crate::rules::network::{Element, ElementKind, Kept};

const PUT: Text = from_rows!(
    "INSERT INTO customers_element (id, kind, code, name) \
     SELECT CAST(value ->> 0 AS BIGINT), value ->> 1, value ->> 2, value ->> 3 FROM ",
    " ON CONFLICT (code) DO UPDATE SET name = excluded.name, version = customers_element.version + 1 \
     WHERE customers_element.name <> excluded.name"
);
const PARENTS: Text = Text {
    sqlite: "UPDATE customers_element SET parent = up.id FROM (SELECT value ->> 0 AS code, value ->> 1 AS parent FROM json_each($1)) AS pair \
             JOIN customers_element AS up ON up.code = pair.parent WHERE customers_element.code = pair.code \
             AND (customers_element.parent IS NULL OR customers_element.parent <> up.id)",
    postgres: "UPDATE customers_element SET parent = up.id FROM (SELECT value ->> 0 AS code, value ->> 1 AS parent \
               FROM json_array_elements(CAST($1 AS json))) AS pair JOIN customers_element AS up ON up.code = pair.parent \
               WHERE customers_element.code = pair.code \
               AND (customers_element.parent IS NULL OR customers_element.parent <> up.id)",
};
/// Who has no meter has no point yet.
const POINTS: Text = from_rows!(
    "INSERT INTO customers_point (id, account, place) SELECT CAST(value ->> 0 AS BIGINT), CAST(value ->> 1 AS BIGINT), '' FROM ",
    ""
);
const ATTACH: Text = Text {
    sqlite: "UPDATE customers_point SET element = e.id FROM (SELECT value ->> 0 AS account, value ->> 1 AS code FROM json_each($1)) AS pair \
             JOIN customers_account AS a ON a.number = pair.account JOIN customers_element AS e ON e.code = pair.code \
             WHERE customers_point.account = a.id",
    postgres: "UPDATE customers_point SET element = e.id FROM (SELECT value ->> 0 AS account, value ->> 1 AS code \
               FROM json_array_elements(CAST($1 AS json))) AS pair JOIN customers_account AS a ON a.number = pair.account \
               JOIN customers_element AS e ON e.code = pair.code WHERE customers_point.account = a.id",
};
macro_rules! element {
    ($rest:literal) => {
        concat!(
            "SELECT id, kind, code, name, parent, retired_at, version FROM customers_element WHERE ",
            $rest
        )
    };
}
const FIND: &str = element!(
    "(code >= $1 AND code < $2 OR name >= $1 AND name < $2) AND retired_at IS NULL ORDER BY kind, code LIMIT $3"
);
const BY_IDS: Text = in_ids!(
    "SELECT id, kind, code, name, parent, retired_at, version FROM customers_element WHERE id IN ",
    ""
);
const BY_CODES: Text = in_texts!(
    "SELECT id, kind, code, name, parent, retired_at, version FROM customers_element WHERE retired_at IS NULL AND code IN ",
    ""
);
const IDS: Text = in_texts!("SELECT id FROM customers_element WHERE code IN ", "");
const UNDER: Text = in_texts!(
    "SELECT DISTINCT o.element AS id FROM customers_account a JOIN customers_point o ON o.account = a.id \
     WHERE o.element IS NOT NULL AND a.number IN ",
    ""
);

async fn found(tx: &mut Tx, text: Text, list: &BTreeSet<&str>) -> Result<BTreeSet<ElementId>> {
    if list.is_empty() {
        return Ok(BTreeSet::new());
    }
    let kind = tx.db().kind();
    let rows = sqlx::query(text.of(kind)).bind(serde_json::to_string(list)?).fetch_all(&mut **tx).await;
    rows.context("which elements are touched")?.iter().map(|row| Ok(ElementId(row.try_get("id")?))).collect()
}

/// The elements of these codes.
pub async fn of_codes(tx: &mut Tx, codes: &BTreeSet<&str>) -> Result<BTreeSet<ElementId>> {
    found(tx, IDS, codes).await
}

/// What these accounts (by number) hang below.
pub async fn under(tx: &mut Tx, accounts: &BTreeSet<&str>) -> Result<BTreeSet<ElementId>> {
    found(tx, UNDER, accounts).await
}

/// Whoever keeps something that follows from the network hears which elements are touched, in the change that touches them.
pub fn tell(tx: &mut Tx, touched: BTreeSet<ElementId>, by: By, why: &str) -> Result<()> {
    if touched.is_empty() {
        return Ok(());
    }
    let elements = touched.into_iter().collect();
    tx.emit(by.at, &NetworkChanged { elements, who: by.who, why: why.to_owned() })
}

/// Brings elements in; the same code again is the same element, whose kind stays. Parents may stand anywhere in the list or be there already.
pub async fn put(tx: &mut Tx, elements: &[Element], id: impl Fn() -> i64) -> Result<()> {
    let by_code: BTreeMap<&str, &Element> =
        elements.iter().map(|element| (element.code.as_str(), element)).collect();
    if by_code.is_empty() {
        return Ok(());
    }
    let kind = tx.db().kind();
    let rows = by_code.values().map(|one| json!([id(), one.kind, one.code, one.name]));
    let rows = serde_json::Value::Array(rows.collect()).to_string();
    sqlx::query(PUT.of(kind)).bind(rows).execute(&mut **tx).await.context("bringing the network in")?;
    let pairs = by_code.values().filter_map(|one| Some(json!([one.code, one.parent.as_ref()?])));
    let pairs = serde_json::Value::Array(pairs.collect()).to_string();
    sqlx::query(PARENTS.of(kind)).bind(pairs).execute(&mut **tx).await.context("what supplies what")?;
    Ok(())
}

/// Hangs the points of accounts (by number) below elements (by code); how many points there were. What is unknown is left out.
pub async fn attach(tx: &mut Tx, below: &[(String, String)]) -> Result<u64> {
    if below.is_empty() {
        return Ok(0);
    }
    let kind = tx.db().kind();
    let done = sqlx::query(ATTACH.of(kind)).bind(serde_json::to_string(below)?).execute(&mut **tx).await;
    Ok(done.context("what points hang below")?.rows_affected())
}

/// Gives these accounts a point to hang, which have none.
pub async fn points(tx: &mut Tx, accounts: &[i64], id: impl Fn() -> i64) -> Result<()> {
    if accounts.is_empty() {
        return Ok(());
    }
    let rows: Vec<[i64; 2]> = accounts.iter().map(|account| [id(), *account]).collect();
    let kind = tx.db().kind();
    let add = sqlx::query(POINTS.of(kind)).bind(serde_json::to_string(&rows)?).execute(&mut **tx);
    add.await.context("service points without a meter")?;
    Ok(())
}

/// Elements in service whose code or name begins so.
pub async fn find(db: &Db, text: &str, limit: i64) -> Result<Vec<Kept>> {
    let find = sqlx::query(FIND).bind(text).bind(format!("{text}\u{10ffff}")).bind(limit);
    find.fetch_all(db.read()).await.context("looking for an element")?.iter().map(kept).collect()
}

pub async fn by_ids(db: &Db, ids: &[ElementId]) -> Result<Vec<Kept>> {
    let query = sqlx::query(BY_IDS.of(db.kind())).bind(db::ids(ids.iter().map(|id| id.get())));
    query.fetch_all(db.read()).await.context("elements of the network")?.iter().map(kept).collect()
}

/// Those of these codes that are in service.
pub async fn by_codes(db: &Db, codes: &[String]) -> Result<Vec<Kept>> {
    let query = sqlx::query(BY_CODES.of(db.kind())).bind(serde_json::to_string(codes)?);
    query.fetch_all(db.read()).await.context("elements by their codes")?.iter().map(kept).collect()
}

pub(super) fn kept(row: &Row) -> Result<Kept> {
    let kind: String = row.try_get("kind")?;
    Ok(Kept {
        id: ElementId(row.try_get("id")?),
        kind: ElementKind::of(&kind).with_context(|| format!("{kind:?} as a kind of element"))?,
        code: row.try_get("code")?,
        name: row.try_get("name")?,
        parent: row.try_get::<Option<i64>, _>("parent")?.map(ElementId),
        retired_at: row.try_get::<Option<i64>, _>("retired_at")?.map(Timestamp::from_micros),
        version: row.try_get("version")?,
    })
}
