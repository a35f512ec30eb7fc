//! The network as people look at it and change it: a level at a time, the way to one, what hangs below, one changed.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use db::{Db, Entry, Row, Text, Tx};
use kernel::{AccountId, ElementId, PersonId, Timestamp};
use serde::Serialize;
use serde_json::json;
use sqlx::{AnyConnection, Row as _};
use utoipa::ToSchema;
use web::Error;

use super::network::{self, kept};
use crate::rules::Refusal;
use crate::rules::network::{Changed, ElementKind, Kept, NewElement};

macro_rules! branch {
    ($rest:literal) => {
        concat!(
            "SELECT e.id, e.kind, e.code, e.name, e.parent, e.retired_at, e.version, \
             (SELECT COUNT(*) FROM customers_element c WHERE c.parent = e.id) AS elements, \
             (SELECT COUNT(*) FROM customers_point o WHERE o.element = e.id) AS points \
             FROM customers_element e WHERE ",
            $rest
        )
    };
}
const ROOTS: &str = branch!("e.parent IS NULL AND e.code > $1 ORDER BY e.code LIMIT $2");
const CHILDREN: &str = branch!("e.parent = $3 AND e.code > $1 ORDER BY e.code LIMIT $2");
/// The whole network is some tens of thousands of names: what stands in the middle of one is looked for in all.
const FOUND: &str = branch!(
    "(LOWER(e.code) LIKE $1 ESCAPE '!' OR LOWER(e.name) LIKE $1 ESCAPE '!') ORDER BY e.code LIMIT $2"
);
const ONE: &str =
    "SELECT id, kind, code, name, parent, retired_at, version FROM customers_element WHERE id = $1";
const UP: &str = "WITH RECURSIVE up(id, depth) AS (SELECT CAST($1 AS BIGINT), 0 UNION ALL \
     SELECT e.parent, up.depth + 1 FROM up JOIN customers_element e ON e.id = up.id \
     WHERE e.parent IS NOT NULL AND up.depth < 30) \
     SELECT e.id, e.kind, e.code, e.name, e.parent, e.retired_at, e.version FROM up \
     JOIN customers_element e ON e.id = up.id ORDER BY up.depth DESC";
const SUPPLY: Text = Text {
    sqlite: "WITH RECURSIVE up(account, id, depth) AS (SELECT o.account, MAX(o.element), 0 FROM customers_point o \
             WHERE o.account IN (SELECT value FROM json_each($1)) AND o.element IS NOT NULL GROUP BY o.account UNION ALL \
             SELECT up.account, e.parent, up.depth + 1 FROM up JOIN customers_element e ON e.id = up.id \
             WHERE e.parent IS NOT NULL AND up.depth < 30) \
             SELECT up.account, e.id, e.kind, e.code, e.name, e.parent, e.retired_at, e.version FROM up \
             JOIN customers_element e ON e.id = up.id ORDER BY up.account, up.depth DESC",
    postgres: "WITH RECURSIVE up(account, id, depth) AS (SELECT o.account, MAX(o.element), 0 FROM customers_point o \
               WHERE o.account IN (SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST($1 AS json))) \
               AND o.element IS NOT NULL GROUP BY o.account UNION ALL \
               SELECT up.account, e.parent, up.depth + 1 FROM up JOIN customers_element e ON e.id = up.id \
               WHERE e.parent IS NOT NULL AND up.depth < 30) \
               SELECT up.account, e.id, e.kind, e.code, e.name, e.parent, e.retired_at, e.version FROM up \
               JOIN customers_element e ON e.id = up.id ORDER BY up.account, up.depth DESC",
};
const KINDS_BELOW: &str = "SELECT DISTINCT kind FROM customers_element WHERE parent = $1";
const BELOW: &str = "SELECT (SELECT COUNT(*) FROM customers_element WHERE parent = $1) AS elements, \
     (SELECT COUNT(*) FROM customers_point WHERE element = $1) AS points";
const ADD: &str = "INSERT INTO customers_element (id, kind, code, name, parent) VALUES ($1, $2, $3, $4, $5)";
const TAKEN: &str = "SELECT id FROM customers_element WHERE code = $1";
const SAVE: &str = "UPDATE customers_element SET code = $1, name = $2, parent = $3, retired_at = $4, retired_why = $5, \
     version = version + 1 WHERE id = $6 AND version = $7";
const HAND_OVER: &str =
    "UPDATE customers_element SET parent = $1, version = version + 1 WHERE parent = $2 AND id <> $1";
const HAND_POINTS: &str = "UPDATE customers_point SET element = $1 WHERE element = $2";
const WHY: &str = "SELECT retired_why FROM customers_element WHERE id = $1";

/// One with how much hangs directly below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Branch {
    #[serde(flatten)]
    pub element: Kept,
    /// Elements and service points directly below.
    pub elements: i64,
    pub points: i64,
}

fn branch(row: &Row) -> Result<Branch> {
    Ok(Branch { element: kept(row)?, elements: row.try_get("elements")?, points: row.try_get("points")? })
}

/// A level of the tree in the order of the codes: below one, or where supply comes in.
pub async fn level(db: &Db, parent: Option<ElementId>, after: &str, limit: i64) -> Result<Vec<Branch>> {
    let text = if parent.is_some() { CHILDREN } else { ROOTS };
    let mut query = sqlx::query(text).bind(after).bind(limit);
    if let Some(parent) = parent {
        query = query.bind(parent.get());
    }
    query.fetch_all(db.read()).await.context("a level of the network")?.iter().map(branch).collect()
}

/// Those with this in their code or name.
pub async fn search(db: &Db, text: &str, limit: i64) -> Result<Vec<Branch>> {
    let pattern = format!("%{}%", db::like(text));
    let rows = sqlx::query(FOUND).bind(pattern).bind(limit).fetch_all(db.read()).await;
    rows.context("looking through the network")?.iter().map(branch).collect()
}

pub async fn one(connection: &mut AnyConnection, id: ElementId) -> Result<Option<Kept>> {
    let row = sqlx::query(ONE).bind(id.get()).fetch_optional(connection).await;
    row.context("an element")?.as_ref().map(kept).transpose()
}

/// Why it is out of service.
pub async fn why(db: &Db, id: ElementId) -> Result<Option<String>> {
    let row = sqlx::query(WHY).bind(id.get()).fetch_optional(db.read()).await.context("an element")?;
    Ok(row.map(|row| row.try_get("retired_why")).transpose()?.flatten())
}

/// From where supply comes in down to this one, itself with it.
pub async fn path(connection: &mut AnyConnection, id: ElementId) -> Result<Vec<Kept>> {
    let rows = sqlx::query(UP).bind(id.get()).fetch_all(connection).await;
    rows.context("what supplies an element")?.iter().map(kept).collect()
}

/// What supplies these accounts, from where it comes in; those of whom it is not known are left out.
pub async fn supply(db: &Db, accounts: &[AccountId]) -> Result<Vec<(AccountId, Vec<Kept>)>> {
    if accounts.is_empty() {
        return Ok(Vec::new());
    }
    let list = db::ids(accounts.iter().map(|id| id.get()));
    let rows = sqlx::query(SUPPLY.of(db.kind())).bind(list).fetch_all(db.read()).await;
    let mut all: Vec<(AccountId, Vec<Kept>)> = Vec::new();
    for row in rows.context("what supplies accounts")? {
        let (account, element) = (AccountId(row.try_get("account")?), kept(&row)?);
        match all.last_mut().filter(|(last, _)| *last == account) {
            Some((_, path)) => path.push(element),
            None => all.push((account, vec![element])),
        }
    }
    Ok(all)
}

const ABOVE: Text = Text {
    sqlite: "WITH RECURSIVE up(id) AS (SELECT value FROM json_each($1) UNION SELECT e.parent FROM up \
             JOIN customers_element e ON e.id = up.id WHERE e.parent IS NOT NULL) \
             SELECT e.id, e.parent FROM up JOIN customers_element e ON e.id = up.id WHERE e.parent IS NOT NULL",
    postgres: "WITH RECURSIVE up(id) AS (SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST($1 AS json)) \
               UNION SELECT e.parent FROM up JOIN customers_element e ON e.id = up.id WHERE e.parent IS NOT NULL) \
               SELECT e.id, e.parent FROM up JOIN customers_element e ON e.id = up.id WHERE e.parent IS NOT NULL",
};

/// What supplies these, what supplies that, and so on: each with the one above it.
pub async fn above(db: &Db, ids: &BTreeSet<ElementId>) -> Result<BTreeMap<ElementId, ElementId>> {
    let list = db::ids(ids.iter().map(|id| id.get()));
    let rows = sqlx::query(ABOVE.of(db.kind())).bind(list).fetch_all(db.read()).await;
    let pair = |row: &Row| Ok((ElementId(row.try_get("id")?), ElementId(row.try_get("parent")?)));
    rows.context("what supplies elements")?.iter().map(pair).collect()
}

/// How many elements and points hang directly below.
pub async fn below(connection: &mut AnyConnection, id: ElementId) -> Result<(i64, i64)> {
    let row = sqlx::query(BELOW).bind(id.get()).fetch_one(connection).await;
    let row = row.context("what hangs below an element")?;
    Ok((row.try_get("elements")?, row.try_get("points")?))
}

/// Of which kinds they are.
pub async fn kinds_below(connection: &mut AnyConnection, id: ElementId) -> Result<Vec<ElementKind>> {
    let rows = sqlx::query(KINDS_BELOW).bind(id.get()).fetch_all(connection).await;
    let kind = |row: &Row| {
        let kind: String = row.try_get("kind")?;
        ElementKind::of(&kind).with_context(|| format!("{kind:?} as a kind of element"))
    };
    rows.context("what hangs below an element")?.iter().map(kind).collect()
}

/// Who does it, and when.
#[derive(Clone, Copy, Debug)]
pub struct By {
    pub who: PersonId,
    pub at: Timestamp,
}

fn line(by: By, subject: ElementId, kind: &'static str, payload: serde_json::Value) -> Entry {
    Entry { at: by.at, who: Some(by.who), room: "customers", subject: subject.to_string(), kind, payload }
}

async fn free(tx: &mut Tx, code: &str, id: ElementId) -> Result<(), Error> {
    let row = sqlx::query(TAKEN).bind(code).fetch_optional(&mut **tx).await.context("looking for a code")?;
    let other = row.map(|row| row.try_get::<i64, _>("id")).transpose().context("an element")?;
    match other {
        Some(other) if other != id.get() => Err(Refusal::CodeTaken { element: code.to_owned() }.into()),
        _ => Ok(()),
    }
}

/// Adds one that was decided on.
pub async fn add(
    tx: &mut Tx,
    id: ElementId,
    new: &NewElement,
    (code, name): (String, String),
    by: By,
) -> Result<(), Error> {
    free(tx, &code, id).await?;
    let add = sqlx::query(ADD).bind(id.get()).bind(new.kind.as_str()).bind(&code).bind(&name);
    add.bind(new.parent.map(ElementId::get)).execute(&mut **tx).await.context("adding an element")?;
    let payload = json!({ "kind": new.kind, "number": code, "name": name, "parent": new.parent });
    tx.journal(line(by, id, "element_added", payload));
    Ok(())
}

/// Keeps a change; what hangs below goes to the successor, where there is one.
pub async fn save(
    tx: &mut Tx,
    before: &Kept,
    change: &Changed,
    word: &'static str,
    by: By,
) -> Result<(), Error> {
    let Changed { after, reason, successor } = change;
    if after.code != before.code {
        free(tx, &after.code, after.id).await?;
    }
    let save = sqlx::query(SAVE).bind(&after.code).bind(&after.name).bind(after.parent.map(ElementId::get));
    let save = save.bind(after.retired_at.map(Timestamp::as_micros));
    let save = save.bind(after.retired_at.is_some().then(|| reason.clone()));
    let save = save.bind(after.id.get()).bind(before.version).execute(&mut **tx).await;
    if save.context("keeping an element")?.rows_affected() == 0 {
        return Err(Error::changed_meanwhile());
    }
    if let Some(successor) = successor {
        for text in [HAND_OVER, HAND_POINTS] {
            let hand = sqlx::query(text).bind(successor.get()).bind(after.id.get());
            hand.execute(&mut **tx).await.context("handing over what hangs below")?;
        }
    }
    let payload = json!({
        "number": after.code, "name": after.name, "before": before.name, "from": before.parent, "to": after.parent,
        "successor": successor, "reason": reason,
    });
    tx.journal(line(by, after.id, word, payload));
    let mut touched: BTreeSet<ElementId> = BTreeSet::new();
    if after.parent != before.parent {
        touched.extend(before.parent.into_iter().chain(after.parent));
    }
    if let Some(successor) = successor {
        touched.extend([after.id, *successor]);
    }
    network::tell(tx, touched, by, reason)?;
    Ok(())
}
