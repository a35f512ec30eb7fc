//! Whose call it is: by the caller's number, or as the agent confirmed it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use db::{Db, Text, Tx, in_texts};
use kernel::{CallId, CustomerId, PhoneNumber, Timestamp};
use sqlx::Row as _;

use super::save::Mark;

/// More than these are no help to choose from.
pub const CHOICES_MAX: i64 = 9;

// Of each number so many: a switchboard that hundreds share leaves room for the others.
const BY_NUMBERS: Text = in_texts!(
    "SELECT number, party FROM (SELECT c.number AS number, c.party AS party, ROW_NUMBER() OVER (PARTITION BY c.number \
     ORDER BY CASE WHEN c.verified_at IS NULL THEN 0 ELSE c.verified_at END DESC, c.preferred DESC, c.party) AS nth \
     FROM customers_contact c JOIN customers_party p ON p.id = c.party \
     WHERE p.archived_at IS NULL AND p.merged_into IS NULL AND c.number IN ",
    ") AS t WHERE nth <= $2 ORDER BY number, nth LIMIT 5000"
);
const CHOSEN: &str = "SELECT party, number FROM customers_call WHERE call = $1";
const CHOOSE: &str = "INSERT INTO customers_call (call, party, number, at, who) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (call) DO UPDATE SET party = excluded.party, at = excluded.at, who = excluded.who";
const LAST: &str =
    "SELECT call, at FROM customers_call WHERE party = $1 AND call <> $2 ORDER BY at DESC LIMIT 1";
const MERGED: &str = "SELECT merged_into FROM customers_party WHERE id = $1";

/// The customers who have this number, those first for whom it was verified last; no more than [`CHOICES_MAX`].
pub async fn by_number(db: &Db, number: &PhoneNumber) -> Result<Vec<CustomerId>> {
    let mut found = by_numbers(db, &BTreeSet::from([number.clone()])).await?;
    Ok(found.remove(number).unwrap_or_default())
}

/// The same for up to 500 numbers; whose nobody is, is absent.
pub async fn by_numbers(
    db: &Db,
    numbers: &BTreeSet<PhoneNumber>,
) -> Result<BTreeMap<PhoneNumber, Vec<CustomerId>>> {
    let mut found: BTreeMap<PhoneNumber, Vec<CustomerId>> = BTreeMap::new();
    if numbers.is_empty() {
        return Ok(found);
    }
    let texts: Vec<&str> = numbers.iter().map(PhoneNumber::as_str).collect();
    let query = sqlx::query(BY_NUMBERS.of(db.kind())).bind(serde_json::to_string(&texts)?).bind(CHOICES_MAX);
    for row in query.fetch_all(db.read()).await.context("looking for callers")? {
        let number = row.try_get::<String, _>("number")?.parse().context("a number that is kept")?;
        found.entry(number).or_default().push(CustomerId(row.try_get("party")?));
    }
    Ok(found)
}

/// Whose call it was, and the number at the time.
pub async fn chosen(db: &Db, call: CallId) -> Result<Option<(CustomerId, String)>> {
    let row =
        sqlx::query(CHOSEN).bind(call.get()).fetch_optional(db.read()).await.context("whose call it is")?;
    let Some(row) = row else { return Ok(None) };
    let mut customer: i64 = row.try_get("party")?;
    // A record that was merged away stands for the one that took it in; merges may follow each other.
    for _ in 0..8 {
        let merged = sqlx::query(MERGED)
            .bind(customer)
            .fetch_optional(db.read())
            .await
            .context("a merged customer")?;
        match merged.and_then(|row| row.try_get::<Option<i64>, _>("merged_into").ok().flatten()) {
            Some(into) => customer = into,
            None => break,
        }
    }
    Ok(Some((CustomerId(customer), row.try_get("number")?)))
}

pub async fn choose(tx: &mut Tx, call: CallId, customer: CustomerId, number: &str, mark: Mark) -> Result<()> {
    let choose = sqlx::query(CHOOSE).bind(call.get()).bind(customer.get()).bind(number);
    let choose = choose.bind(mark.at.as_micros()).bind(mark.who.get());
    choose.execute(&mut **tx).await.context("keeping whose call it is")?;
    Ok(())
}

/// The customer's last call before this one.
pub async fn last(db: &Db, customer: CustomerId, but: CallId) -> Result<Option<(CallId, Timestamp)>> {
    let row = sqlx::query(LAST).bind(customer.get()).bind(but.get()).fetch_optional(db.read()).await;
    let row = row.context("a customer's last call")?;
    row.map(|row| Ok((CallId(row.try_get("call")?), Timestamp::from_micros(row.try_get("at")?)))).transpose()
}
