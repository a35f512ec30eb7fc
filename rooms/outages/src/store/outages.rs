//! One outage: begun once, changed by whoever has read it last.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use db::{Db, Text, Tx, in_ids};
use kernel::{OutageId, Timestamp};
use sqlx::{AnyConnection, Row as _};

use crate::rules::{Class, Outage, Settings, greeting, table};

const COUNT: &str = "INSERT INTO outages_count (day, last) VALUES ($1, 1) \
     ON CONFLICT (day) DO UPDATE SET last = outages_count.last + 1 RETURNING last";
const ADD: &str = "INSERT INTO outages_outage (state, area, starts, ends, due, published_at, closed_at, speaks_from, \
     speaks_until, affected, body, id, utility, class, number, version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1)";
const SAVE: &str = "UPDATE outages_outage SET state = $1, area = $2, starts = $3, ends = $4, due = $5, published_at = $6, \
     closed_at = $7, speaks_from = $8, speaks_until = $9, affected = $10, body = $11, utility = $13, class = $14, \
     version = version + 1 WHERE id = $12 AND version = $15";
const ONE: &str = "SELECT body, version FROM outages_outage WHERE id = $1";

type Query<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

/// The next number of a day.
pub async fn count(tx: &mut Tx, day: &str) -> anyhow::Result<i64> {
    let row = sqlx::query(COUNT).bind(day).fetch_one(&mut **tx).await.context("numbering an outage")?;
    Ok(row.try_get("last")?)
}

/// `$1` to `$14`.
fn bound<'q>(
    query: Query<'q>,
    outage: &Outage,
    settings: &Settings,
    due: Option<Timestamp>,
) -> anyhow::Result<Query<'q>> {
    let at = Timestamp::as_micros;
    let span = greeting::span(outage, settings);
    Ok(query
        .bind(outage.state.as_str())
        .bind(outage.plan.area.text.clone())
        .bind(outage.starts().as_micros())
        .bind(outage.ends().map(at))
        .bind(due.map(at))
        .bind(outage.published_at.map(at))
        .bind(outage.closed_at.map(at))
        .bind(span.map(|(from, _)| from.as_micros()))
        .bind(span.map(|(_, until)| until.as_micros()))
        .bind(outage.counts.all)
        .bind(serde_json::to_string(outage)?)
        .bind(outage.id.get())
        .bind(outage.plan.utility.as_str())
        .bind(outage.plan.class.as_str()))
}

pub async fn add(tx: &mut Tx, outage: &Outage, terms: table::Terms<'_>) -> anyhow::Result<()> {
    let due = table::due(outage, terms.settings, terms.calendar);
    let add = bound(sqlx::query(ADD), outage, terms.settings, due)?.bind(&outage.number);
    add.execute(&mut **tx).await.with_context(|| format!("beginning the outage {}", outage.number))?;
    Ok(())
}

/// Keeps it as it is now. False when somebody else was faster than whoever read `outage.version`.
pub async fn save(tx: &mut Tx, outage: &Outage, terms: table::Terms<'_>) -> anyhow::Result<bool> {
    let due = table::due(outage, terms.settings, terms.calendar);
    let save = bound(sqlx::query(SAVE), outage, terms.settings, due)?.bind(outage.version);
    let done = save.execute(&mut **tx).await.with_context(|| format!("keeping {}", outage.number))?;
    Ok(done.rows_affected() > 0)
}

pub async fn one(connection: &mut AnyConnection, id: OutageId) -> anyhow::Result<Option<Outage>> {
    let row = sqlx::query(ONE).bind(id.get()).fetch_optional(connection).await;
    row.context("an outage")?.as_ref().map(outage).transpose()
}

/// The same outside a change.
pub async fn read(db: &Db, id: OutageId) -> anyhow::Result<Option<Outage>> {
    let row = sqlx::query(ONE).bind(id.get()).fetch_optional(db.read()).await;
    row.context("an outage")?.as_ref().map(outage).transpose()
}

const HOLD: &str = "UPDATE outages_outage SET version = version WHERE id = $1";

/// The same, held until the change is over: whatever else moves it comes before or after.
pub async fn hold(tx: &mut Tx, id: OutageId) -> anyhow::Result<Option<Outage>> {
    sqlx::query(HOLD).bind(id.get()).execute(&mut **tx).await.context("holding an outage")?;
    one(tx, id).await
}

const NUMBER: &str = "SELECT number FROM outages_outage WHERE id = $1";

/// What people call it, also where nothing else of it can be read.
pub async fn number(db: &Db, id: OutageId) -> anyhow::Result<Option<String>> {
    let row = sqlx::query(NUMBER).bind(id.get()).fetch_optional(db.read()).await;
    row.context("the number of an outage")?.map(|row| Ok(row.try_get("number")?)).transpose()
}

/// Which list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// Supply is off, or was until lately and not everybody is known to have it back.
    Now,
    /// Published, and before its time.
    Coming,
    /// Not published yet.
    Prepared,
    Past,
}

macro_rules! list {
    ($which:literal, $order:literal) => {
        concat!(
            "SELECT body, version FROM outages_outage WHERE ",
            $which,
            " ORDER BY ",
            $order,
            " LIMIT $1 OFFSET $2"
        )
    };
}
const NOW: &str = list!("closed_at IS NULL AND state IN ('in_progress', 'restored')", "due, id");
const COMING: &str = list!("closed_at IS NULL AND state = 'published'", "due, id");
const PREPARED: &str = list!("closed_at IS NULL AND state IN ('draft', 'submitted', 'approved')", "due, id");
const PAST: &str = list!("closed_at IS NOT NULL", "starts DESC, id DESC");

pub async fn list(db: &Db, which: Which, offset: i64, limit: i64) -> anyhow::Result<Vec<Outage>> {
    let text = match which {
        Which::Now => NOW,
        Which::Coming => COMING,
        Which::Prepared => PREPARED,
        Which::Past => PAST,
    };
    let rows = sqlx::query(text).bind(limit).bind(offset).fetch_all(db.read()).await;
    rows.context("outages")?.iter().map(outage).collect()
}

const SPEAKING: &str = "SELECT body, version FROM outages_outage WHERE speaks_until > $1 AND speaks_from <= $2 \
     ORDER BY affected DESC, id LIMIT 500";
macro_rules! own {
    ($numbers:literal) => {
        concat!(
            "WITH j AS (SELECT CAST(value AS TEXT) AS number FROM ",
            $numbers,
            "), own AS (SELECT DISTINCT j.number AS number, f.outage AS outage FROM j CROSS JOIN customers_contact c \
             CROSS JOIN customers_party p CROSS JOIN customers_account a CROSS JOIN outages_affected f \
             WHERE c.number = j.number AND p.id = c.party AND p.archived_at IS NULL AND p.merged_into IS NULL \
             AND a.party = c.party AND a.closed_at IS NULL AND f.account = a.id) \
             SELECT number, id FROM (SELECT own.number AS number, o.id AS id, \
             ROW_NUMBER() OVER (PARTITION BY own.number ORDER BY o.affected DESC, o.id) AS nth \
             FROM own CROSS JOIN outages_outage o WHERE o.id = own.outage AND o.speaks_until > $1 AND o.speaks_from <= $1) AS t \
             WHERE nth <= 20 ORDER BY number, nth LIMIT 5000"
        )
    };
}
const OWN: Text =
    Text { sqlite: own!("json_each($2)"), postgres: own!("json_array_elements_text(CAST($2 AS json))") };
const OF_ACCOUNT: &str = "SELECT id, class FROM outages_outage WHERE id IN (SELECT f.outage FROM customers_account a \
     JOIN outages_affected f ON f.account = a.id WHERE a.number = $2 AND a.closed_at IS NULL) \
     AND speaks_until > $1 AND speaks_from <= $1 ORDER BY affected DESC, id LIMIT 20";
const ACCOUNT: &str = "SELECT id FROM customers_account WHERE number = $1 AND closed_at IS NULL";
const OF_PARTY: &str = "SELECT body, version FROM outages_outage WHERE closed_at IS NULL AND published_at IS NOT NULL \
     AND id IN (SELECT f.outage FROM customers_account a JOIN outages_affected f ON f.account = a.id \
     WHERE a.party = $1 AND a.closed_at IS NULL) ORDER BY starts, id LIMIT 20";

// CROSS JOIN keeps SQLite from beginning with the outages, each of which may concern a city.
const OFF: Text = in_ids!(
    "SELECT DISTINCT a.party AS party, o.starts AS starts, o.id AS outage FROM customers_account a \
     CROSS JOIN outages_affected f CROSS JOIN outages_outage o WHERE f.account = a.id AND o.id = f.outage \
     AND a.closed_at IS NULL AND o.closed_at IS NULL AND o.published_at IS NOT NULL AND o.state = 'in_progress' \
     AND a.party IN ",
    " ORDER BY party, starts, outage LIMIT 5000"
);

/// Whom of these an outage that goes on concerns, and which.
pub async fn off(db: &Db, parties: &BTreeSet<i64>) -> anyhow::Result<BTreeMap<i64, OutageId>> {
    if parties.is_empty() {
        return Ok(BTreeMap::new());
    }
    let query = sqlx::query(OFF.of(db.kind())).bind(db::ids(parties.iter().copied()));
    let rows = query.fetch_all(db.read()).await.context("whose supply is off")?;
    // Of several the first.
    rows.iter().rev().map(|row| Ok((row.try_get("party")?, OutageId(row.try_get("outage")?)))).collect()
}

/// Those that callers hear of between two instants, the largest first.
pub async fn speaking(db: &Db, from: Timestamp, until: Timestamp) -> anyhow::Result<Vec<Outage>> {
    let speaking = sqlx::query(SPEAKING).bind(from.as_micros()).bind(until.as_micros());
    let rows = speaking.fetch_all(db.read()).await;
    rows.context("what callers hear of")?.iter().map(outage).collect()
}

/// Of those the ones that an account of whoever has one of these numbers is in, number by number, the largest first.
pub async fn speaking_to(
    db: &Db,
    numbers: &[&str],
    now: Timestamp,
) -> anyhow::Result<BTreeMap<String, Vec<OutageId>>> {
    let own = sqlx::query(OWN.of(db.kind())).bind(now.as_micros()).bind(serde_json::to_string(numbers)?);
    let mut found: BTreeMap<String, Vec<OutageId>> = BTreeMap::new();
    for row in own.fetch_all(db.read()).await.context("callers' outages")? {
        found.entry(row.try_get("number")?).or_default().push(id(&row)?);
    }
    Ok(found)
}

fn id(row: &db::Row) -> anyhow::Result<OutageId> {
    Ok(OutageId(row.try_get("id")?))
}

/// Of those the ones that this account is in, with their classes; none where there is no such account.
pub async fn speaking_of(
    db: &Db,
    account: &str,
    now: Timestamp,
) -> anyhow::Result<Option<Vec<(OutageId, Class)>>> {
    let known = sqlx::query(ACCOUNT).bind(account).fetch_optional(db.read()).await;
    if known.context("an account")?.is_none() {
        return Ok(None);
    }
    let rows = sqlx::query(OF_ACCOUNT).bind(now.as_micros()).bind(account).fetch_all(db.read()).await;
    let one = |row: &db::Row| {
        let class: String = row.try_get("class")?;
        Ok((id(row)?, Class::of(&class).with_context(|| format!("{class:?} as a class"))?))
    };
    rows.context("an account's outages")?.iter().map(one).collect::<anyhow::Result<_>>().map(Some)
}

/// What a customer is in that was published and is not closed.
pub async fn of_party(connection: &mut AnyConnection, party: i64) -> anyhow::Result<Vec<Outage>> {
    let rows = sqlx::query(OF_PARTY).bind(party).fetch_all(connection).await;
    rows.context("a customer's outages")?.iter().map(outage).collect()
}

/// The same outside a change.
pub async fn of_customer(db: &Db, party: i64) -> anyhow::Result<Vec<Outage>> {
    let rows = sqlx::query(OF_PARTY).bind(party).fetch_all(db.read()).await;
    rows.context("a customer's outages")?.iter().map(outage).collect()
}

// What waits for people stands in nobody's way here, however much of it is overdue.
const DUE: &str = "SELECT body, version FROM outages_outage WHERE closed_at IS NULL AND state IN ('published', 'restored') \
     AND due <= $1 ORDER BY due, id LIMIT 200";
const TOMORROW: &str = "SELECT body, version FROM outages_outage WHERE closed_at IS NULL AND state = 'published' \
     AND (starts, id) > ($1, $2) AND starts <= $3 ORDER BY starts, id LIMIT $4";
/// Read together of those that begin soon; whoever asks gets all of them.
const TOGETHER: usize = 200;

/// Those that the clock begins or closes, whose time has come.
pub async fn due(db: &Db, now: Timestamp) -> anyhow::Result<Vec<Outage>> {
    let rows = sqlx::query(DUE).bind(now.as_micros()).fetch_all(db.read()).await;
    rows.context("what is due")?.iter().map(outage).collect()
}

const POSTPONE: &str = "UPDATE outages_outage SET due = $3 WHERE id = $1 AND version = $2";

/// Looked at again then, unless it is changed before; nothing that anybody was told is another.
pub async fn postpone(tx: &mut Tx, outage: &Outage, until: Timestamp) -> anyhow::Result<()> {
    let postpone = sqlx::query(POSTPONE).bind(outage.id.get()).bind(outage.version).bind(until.as_micros());
    postpone.execute(&mut **tx).await.context("looking at an outage again")?;
    Ok(())
}

/// Published, and beginning in this span.
pub async fn starting(db: &Db, from: Timestamp, to: Timestamp) -> anyhow::Result<Vec<Outage>> {
    let (mut all, mut behind): (Vec<Outage>, _) = (Vec::new(), (from.as_micros(), i64::MAX));
    loop {
        let page = sqlx::query(TOMORROW).bind(behind.0).bind(behind.1).bind(to.as_micros());
        let rows = page.bind(i64::try_from(TOGETHER)?).fetch_all(db.read()).await;
        let rows = rows.context("what begins soon")?;
        for row in &rows {
            all.push(outage(row)?);
        }
        match all.last().filter(|_| rows.len() == TOGETHER) {
            Some(last) => behind = (last.starts().as_micros(), last.id.get()),
            None => return Ok(all),
        }
    }
}

const TOLD: &str = "SELECT body, version FROM outages_outage WHERE published_at IS NOT NULL AND (starts, id) > ($1, $2) \
     AND starts < $3 ORDER BY starts, id LIMIT $4";

/// Those that were published and begin in a period, a page behind a place.
pub async fn published(
    db: &Db,
    behind: (Timestamp, OutageId),
    until: Timestamp,
    limit: i64,
) -> anyhow::Result<Vec<Outage>> {
    let told = sqlx::query(TOLD).bind(behind.0.as_micros()).bind(behind.1.get());
    let rows = told.bind(until.as_micros()).bind(limit).fetch_all(db.read()).await;
    rows.context("what was published")?.iter().map(outage).collect()
}

pub(super) fn outage(row: &db::Row) -> anyhow::Result<Outage> {
    let body: String = row.try_get("body")?;
    let outage: Outage = serde_json::from_str(&body).context("an outage as kept")?;
    Ok(Outage { version: row.try_get("version")?, ..outage })
}
