//! Places that signals came from.

use anyhow::{Context, Result};
use db::{Db, Row, Text, Tx, in_texts};
use kernel::Timestamp;
use sqlx::Row as _;

use crate::rules::{Key, Place, PlaceKind};

/// A place with what people call it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub place: Place,
    pub name: String,
    pub counted_at: Timestamp,
}

const SOME: Text = in_texts!(
    "SELECT key, kind, name, parent, customers, children, leaves, counted_at FROM clusters_place WHERE key IN ",
    " LIMIT 20000"
);
const PUT: &str = "INSERT INTO clusters_place (key, kind, name, parent, customers, children, leaves, counted_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (key) DO UPDATE SET name = excluded.name, parent = excluded.parent, \
     customers = excluded.customers, children = excluded.children, leaves = excluded.leaves, counted_at = excluded.counted_at";

/// Those of these that are known.
pub async fn some(db: &Db, keys: &[Key]) -> Result<Vec<Named>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let list: Vec<&str> = keys.iter().map(|key| &**key).collect();
    let query = sqlx::query(SOME.of(db.kind())).bind(serde_json::to_string(&list)?);
    query.fetch_all(db.read()).await.context("places of signals")?.iter().map(named).collect()
}

pub async fn put(tx: &mut Tx, of: &Named) -> Result<()> {
    let Place { key, kind, parent, customers, children, leaves } = &of.place;
    let put = sqlx::query(PUT).bind(&**key).bind(kind.as_str()).bind(&of.name).bind(parent.as_deref());
    let put = put.bind(i64::from(*customers)).bind(i64::from(*children)).bind(i64::from(*leaves));
    put.bind(of.counted_at.as_micros()).execute(&mut **tx).await.context("keeping a place")?;
    Ok(())
}

fn named(row: &Row) -> Result<Named> {
    let (key, kind, parent): (String, String, Option<String>) =
        (row.try_get("key")?, row.try_get("kind")?, row.try_get("parent")?);
    let number = |name: &str| row.try_get::<i64, _>(name).map(|value| u32::try_from(value).unwrap_or(0));
    let place = Place {
        key: Key::from(key),
        kind: PlaceKind::of(&kind).with_context(|| format!("{kind:?} as a kind of place"))?,
        parent: parent.map(Key::from),
        customers: number("customers")?,
        children: number("children")?,
        leaves: number("leaves")?,
    };
    let counted_at = Timestamp::from_micros(row.try_get("counted_at")?);
    Ok(Named { place, name: row.try_get("name")?, counted_at })
}
