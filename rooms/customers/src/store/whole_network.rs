//! The network as files bring and take it: all of it, or what some rows name.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use db::{Db, Row, Text, in_texts};
use kernel::ElementId;
use sqlx::Row as _;

use super::network::kept;
use crate::rules::Utility;
use crate::rules::network::{ElementKind, Kept};
use crate::rules::network_sheet::There;

const PAGE: &str = "SELECT e.id, e.code, e.kind, e.name, e.retired_at, up.code AS parent FROM customers_element e \
     LEFT JOIN customers_element up ON up.id = e.parent WHERE e.id > $1 ORDER BY e.id LIMIT $2";
const ATTACHED: &str = "SELECT o.id, a.number, e.code FROM customers_point o JOIN customers_account a ON a.id = o.account \
     JOIN customers_element e ON e.id = o.element WHERE o.id > $1 ORDER BY o.id LIMIT $2";
const ACCOUNTS: Text = in_texts!(
    "SELECT a.id, a.number, a.utility, MAX(o.element) AS element, COUNT(o.id) AS points FROM customers_account a \
     LEFT JOIN customers_point o ON o.account = a.id WHERE a.closed_at IS NULL AND a.number IN ",
    " GROUP BY a.id, a.number, a.utility"
);
const ELEMENTS: Text = in_texts!(
    "SELECT id, kind, code, name, parent, retired_at, version FROM customers_element WHERE code IN ",
    ""
);

/// Every element by its code.
pub async fn all(db: &Db) -> Result<BTreeMap<String, There>> {
    const TOGETHER: i64 = 5_000;
    let mut all = BTreeMap::new();
    let mut after = 0;
    loop {
        let page = page(db, after, TOGETHER).await?;
        let Some((last, _, _)) = page.last() else { return Ok(all) };
        after = *last;
        all.extend(page.into_iter().map(|(_, code, there)| (code, there)));
    }
}

/// Elements behind an id.
pub async fn page(db: &Db, after: i64, limit: i64) -> Result<Vec<(i64, String, There)>> {
    let rows = sqlx::query(PAGE).bind(after).bind(limit).fetch_all(db.read()).await;
    let one = |row: &Row| {
        let kind: String = row.try_get("kind")?;
        let there = There {
            kind: ElementKind::of(&kind).with_context(|| format!("{kind:?} as a kind of element"))?,
            name: row.try_get("name")?,
            parent: row.try_get("parent")?,
            retired: row.try_get::<Option<i64>, _>("retired_at")?.is_some(),
        };
        Ok((row.try_get("id")?, row.try_get("code")?, there))
    };
    rows.context("the network")?.iter().map(one).collect()
}

/// Accounts by number with the code of what they hang below, behind a point.
pub async fn attached(db: &Db, after: i64, limit: i64) -> Result<Vec<(i64, String, String)>> {
    let rows = sqlx::query(ATTACHED).bind(after).bind(limit).fetch_all(db.read()).await;
    let one = |row: &Row| Ok((row.try_get("id")?, row.try_get("number")?, row.try_get("code")?));
    rows.context("what accounts hang below")?.iter().map(one).collect()
}

/// An account that may be hung below something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hung {
    pub id: i64,
    pub utility: Utility,
    pub element: Option<ElementId>,
    pub points: i64,
}

/// Open accounts of these numbers.
pub async fn accounts(db: &Db, numbers: impl Iterator<Item = &String>) -> Result<BTreeMap<String, Hung>> {
    let list = serde_json::to_string(&numbers.collect::<Vec<_>>())?;
    let rows = sqlx::query(ACCOUNTS.of(db.kind())).bind(list).fetch_all(db.read()).await;
    let one = |row: &Row| {
        let utility: String = row.try_get("utility")?;
        let hung = Hung {
            id: row.try_get("id")?,
            utility: Utility::of(&utility).with_context(|| format!("{utility:?} as a utility"))?,
            element: row.try_get::<Option<i64>, _>("element")?.map(ElementId),
            points: row.try_get("points")?,
        };
        Ok((row.try_get("number")?, hung))
    };
    rows.context("accounts by number")?.iter().map(one).collect()
}

/// Elements of these codes, those out of service with them.
pub async fn elements(db: &Db, codes: impl Iterator<Item = &String>) -> Result<BTreeMap<String, Kept>> {
    let list = serde_json::to_string(&codes.collect::<Vec<_>>())?;
    let rows = sqlx::query(ELEMENTS.of(db.kind())).bind(list).fetch_all(db.read()).await;
    let one = |row: &Row| kept(row).map(|element| (element.code.clone(), element));
    rows.context("elements by their codes")?.iter().map(one).collect()
}
