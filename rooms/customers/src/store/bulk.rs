//! Many new customers at a time: one statement for each table, whatever the number of rows.

use anyhow::{Context, Result};
use db::{Text, Tx, from_rows};
use kernel::{CustomerId, PersonId, Timestamp};
use serde_json::{Value, json};
use sqlx::Row as _;

use crate::Changed;
use crate::rules::bulk::Record;
use crate::rules::{Source, pinyin, reversed};

const PARTIES: Text = from_rows!(
    "INSERT INTO customers_party (id, kind, name, pinyin, initials, created_at, changed_at, version) \
     SELECT CAST(value ->> 0 AS BIGINT), value ->> 1, value ->> 2, value ->> 3, value ->> 4, \
     CAST(value ->> 5 AS BIGINT), CAST(value ->> 5 AS BIGINT), 1 FROM ",
    ""
);
const PREMISES: Text = from_rows!(
    "INSERT INTO customers_premises (id, text, area, road, community, building, unit, room) \
     SELECT CAST(value ->> 0 AS BIGINT), value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, \
     value ->> 7 FROM ",
    " ON CONFLICT DO NOTHING"
);
const ACCOUNTS: Text = from_rows!(
    "INSERT INTO customers_account (id, party, premises, number, reversed, utility, class, opened_year) \
     SELECT CAST(value ->> 0 AS BIGINT), CAST(value ->> 1 AS BIGINT), \
     (SELECT p.id FROM customers_premises p WHERE p.text = value ->> 2), value ->> 3, value ->> 4, value ->> 5, \
     value ->> 6, CAST(value ->> 7 AS BIGINT) FROM ",
    ""
);
const POINTS: Text = from_rows!(
    "INSERT INTO customers_point (id, account, place) SELECT CAST(value ->> 0 AS BIGINT), CAST(value ->> 1 AS BIGINT), '' FROM ",
    ""
);
const METERS: Text = from_rows!(
    "INSERT INTO customers_meter (id, point, number, reversed, kind, installed_year) SELECT CAST(value ->> 0 AS BIGINT), \
     CAST(value ->> 1 AS BIGINT), value ->> 2, value ->> 3, value ->> 4, CAST(value ->> 5 AS BIGINT) FROM ",
    ""
);
const CONTACTS: Text = from_rows!(
    "INSERT INTO customers_contact (id, party, number, reversed, label, preferred, source) \
     SELECT CAST(value ->> 0 AS BIGINT), CAST(value ->> 1 AS BIGINT), value ->> 2, value ->> 3, '', \
     CAST(value ->> 4 AS BIGINT), value ->> 5 FROM ",
    " ON CONFLICT DO NOTHING"
);
const FLAGS: Text = from_rows!(
    "INSERT INTO customers_flag (party, flag, reason, since, set_by) SELECT CAST(value ->> 0 AS BIGINT), value ->> 1, \
     value ->> 2, CAST(value ->> 3 AS BIGINT), CAST(value ->> 4 AS BIGINT) FROM ",
    " ON CONFLICT DO NOTHING"
);

/// Writes new customers and tells of them with one event; the journal is the caller's.
pub async fn add(
    tx: &mut Tx,
    records: &[Record],
    source: Source,
    who: Option<PersonId>,
    at: Timestamp,
    id: impl Fn() -> i64,
) -> Result<Vec<CustomerId>> {
    let now = at.as_micros();
    let mut rows: [Vec<Value>; 7] = Default::default();
    let [parties, premises, accounts, points, meters, contacts, flags] = &mut rows;
    let mut customers = Vec::with_capacity(records.len());
    for record in records {
        let (party, account) = (id(), id());
        customers.push(CustomerId(party));
        let (whole, initials) = pinyin::of(&record.name);
        parties.push(json!([party, record.kind, record.name, whole, initials, now]));
        let parts = &record.parts;
        premises.push(json!([
            id(),
            record.address,
            parts.area,
            parts.road,
            parts.community,
            parts.building,
            parts.unit,
            parts.room
        ]));
        accounts.push(json!([
            account,
            party,
            record.address,
            record.account,
            reversed(&record.account),
            record.utility,
            record.class,
            record.opened_year
        ]));
        if let Some(meter) = &record.meter {
            let point = id();
            points.push(json!([point, account]));
            meters.push(json!([
                id(),
                point,
                meter.number,
                reversed(&meter.number),
                meter.kind,
                meter.installed_year
            ]));
        }
        for (at, number) in record.numbers.iter().enumerate() {
            let number = number.as_str();
            contacts.push(json!([id(), party, number, reversed(number), i64::from(at == 0), source]));
        }
        for (flag, reason) in &record.flags {
            flags.push(json!([party, flag, reason, now, who.map(PersonId::get)]));
        }
    }
    let kind = tx.db().kind();
    let texts = [PARTIES, PREMISES, ACCOUNTS, POINTS, METERS, CONTACTS, FLAGS];
    for (text, rows) in texts.into_iter().zip(rows) {
        if rows.is_empty() {
            continue;
        }
        let rows = serde_json::to_string(&rows).context("rows as JSON")?;
        sqlx::query(text.of(kind)).bind(rows).execute(&mut **tx).await.context("adding many customers")?;
    }
    tx.emit(at, &Changed { customers: customers.clone() })?;
    Ok(customers)
}

const LAST: &str = "SELECT MAX(number) AS number FROM customers_account WHERE number >= $1 AND number <= $2";

/// The highest account number from `low` to `high`, both included; of equal length.
pub async fn last_account(db: &db::Db, low: &str, high: &str) -> Result<Option<String>> {
    let row =
        sqlx::query(LAST).bind(low).bind(high).fetch_one(db.read()).await.context("the last account")?;
    Ok(row.try_get("number")?)
}
