//! Who hangs below an element, those first who must be told first. However many there are, a page reads what it shows.

use anyhow::{Context, Result};
use db::{Db, Text, in_ids};
use kernel::{AccountId, CustomerId, ElementId};
use serde::Serialize;
use sqlx::Row as _;
use utoipa::ToSchema;

/// From so many on, those with a flag are found from the flags and not from those below.
const MANY: i64 = 20_000;

macro_rules! below {
    ($rest:literal) => {
        concat!(
            "WITH RECURSIVE below(id) AS (SELECT CAST($1 AS BIGINT) UNION SELECT e.id FROM below \
             CROSS JOIN customers_element e WHERE e.parent = below.id) ",
            $rest
        )
    };
}
/// `$before` and `$after` stand around what says for each account its rank: 1 important, 2 life support, 3 elderly.
macro_rules! ranked {
    ($before:literal, $from:literal, $after:literal) => {
        concat!(
            "WITH RECURSIVE below(id) AS (SELECT CAST($1 AS BIGINT) UNION SELECT e.id FROM below \
             CROSS JOIN customers_element e WHERE e.parent = below.id), marked(rank, account, party) AS ( \
             SELECT MIN(CASE f.flag WHEN 'important' THEN 1 WHEN 'life_support' THEN 2 ELSE 3 END), a.id, a.party FROM ",
            $from,
            " AND f.flag IN ('important', 'life_support', 'elderly') AND a.closed_at IS NULL GROUP BY a.id, a.party) ",
            $before,
            " FROM marked ",
            $after
        )
    };
}
/// Both ways to find them: the tables stand in the order in which they are read.
macro_rules! both {
    ($before:literal, $after:literal) => {
        [
            ranked!(
                $before,
                "below CROSS JOIN customers_point o CROSS JOIN customers_account a CROSS JOIN customers_flag f \
                 WHERE o.element = below.id AND a.id = o.account AND f.party = a.party",
                $after
            ),
            ranked!(
                $before,
                "customers_flag f CROSS JOIN customers_account a CROSS JOIN customers_point o \
                 WHERE a.party = f.party AND o.account = a.id AND o.element IN (SELECT id FROM below)",
                $after
            ),
        ]
    };
}
const IDS: &str = below!("SELECT id FROM below ORDER BY id");
const POINTS: &str =
    below!("SELECT COUNT(*) AS many FROM below CROSS JOIN customers_point o WHERE o.element = below.id");
const COUNTS: [&str; 2] = both!("SELECT rank, COUNT(*) AS many", "GROUP BY rank");
const FIRST: [&str; 2] =
    both!("SELECT rank, account, party", "WHERE (rank, account) > ($2, $3) ORDER BY rank, account LIMIT $4");
const OTHERS: Text = in_ids!(
    "SELECT o.element, o.account, a.party FROM customers_point o JOIN customers_account a ON a.id = o.account \
     WHERE (o.element > $2 OR (o.element = $2 AND o.account > $3)) AND a.closed_at IS NULL AND NOT EXISTS (SELECT 1 \
     FROM customers_flag f WHERE f.party = a.party AND f.flag IN ('important', 'life_support', 'elderly')) AND o.element IN ",
    " ORDER BY o.element, o.account LIMIT $4"
);

/// How many hang below, by what must be minded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Counts {
    /// Service points, those of closed accounts with them.
    pub all: i64,
    pub important: i64,
    pub life_support: i64,
    pub elderly: i64,
    /// Elements below.
    pub elements: i64,
}

/// Counts and the ids of the elements, with this one, in their order.
pub async fn counts(db: &Db, element: ElementId) -> Result<Counts> {
    let ids = ids(db, element).await?;
    let all = points(db, element).await?;
    let [few, many] = COUNTS;
    let text = if all < MANY { few } else { many };
    let mut counts = Counts { all, elements: ids.len() as i64 - 1, ..Counts::default() };
    let rows = sqlx::query(text).bind(element.get()).fetch_all(db.read()).await;
    for row in rows.context("who must be minded below an element")? {
        let (rank, many): (i64, i64) = (row.try_get("rank")?, row.try_get("many")?);
        match rank {
            1 => counts.important = many,
            2 => counts.life_support = many,
            _ => counts.elderly = many,
        }
    }
    Ok(counts)
}

async fn points(db: &Db, element: ElementId) -> Result<i64> {
    let row = sqlx::query(POINTS).bind(element.get()).fetch_one(db.read()).await;
    Ok(row.context("how many hang below an element")?.try_get("many")?)
}

async fn ids(db: &Db, element: ElementId) -> Result<Vec<i64>> {
    let rows = sqlx::query(IDS).bind(element.get()).fetch_all(db.read()).await;
    rows.context("what hangs below an element")?.iter().map(|row| Ok(row.try_get("id")?)).collect()
}

/// One who is supplied by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Supplied {
    pub place: Place,
    pub account: AccountId,
    pub party: CustomerId,
}

/// Where a page ends: those with a rank come by rank and account, all others by element and account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// 1 important, 2 life support, 3 elderly, 4 everybody else.
    pub rank: i64,
    pub element: i64,
    pub account: i64,
}

impl Place {
    pub const START: Place = Place { rank: 0, element: 0, account: 0 };

    /// `3~0~77`.
    pub fn parse(text: &str) -> Option<Place> {
        let mut parts = text.split('~').map(str::parse);
        let (rank, element, account) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
        parts.next().is_none().then_some(Place { rank, element, account })
    }

    pub fn text(&self) -> String {
        format!("{}~{}~{}", self.rank, self.element, self.account)
    }
}

/// A page behind a place.
pub async fn page(db: &Db, element: ElementId, after: Place, limit: i64) -> Result<Vec<Supplied>> {
    let mut found = Vec::new();
    if after.rank < 4 {
        let [few, many] = FIRST;
        let text = if points(db, element).await? < MANY { few } else { many };
        let query = sqlx::query(text).bind(element.get()).bind(after.rank).bind(after.account).bind(limit);
        for row in query.fetch_all(db.read()).await.context("who must be told first")? {
            let account = row.try_get("account")?;
            let place = Place { rank: row.try_get("rank")?, element: 0, account };
            let party = CustomerId(row.try_get("party")?);
            found.push(Supplied { place, account: AccountId(account), party });
        }
    }
    let mut at = if after.rank < 4 { Place { rank: 4, ..Place::START } } else { after };
    let ids = ids(db, element).await?;
    let mut rest = ids.get(ids.partition_point(|id| *id < at.element)..).unwrap_or_default();
    // Some elements at a time, and more of them where few hang below.
    let mut together = 64;
    while (found.len() as i64) < limit && !rest.is_empty() {
        let (now, later) = rest.split_at(together.min(rest.len()));
        let query = sqlx::query(OTHERS.of(db.kind())).bind(db::ids(now.iter().copied()));
        let query = query.bind(at.element).bind(at.account).bind(limit - found.len() as i64);
        for row in query.fetch_all(db.read()).await.context("who hangs below elements")? {
            at = Place { rank: 4, element: row.try_get("element")?, account: row.try_get("account")? };
            let party = CustomerId(row.try_get("party")?);
            found.push(Supplied { place: at, account: AccountId(at.account), party });
        }
        rest = later;
        together = (together * 2).min(4_096);
    }
    Ok(found)
}
