//! Rows become customers: a handful of queries, however many customers there are.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use db::{Db, Kind as DbKind, Row, Text, ids, in_ids};
use kernel::{AccountId, CallId, ContactId, CustomerId, PersonId, PremisesId, Timestamp};
use sqlx::{AnyConnection, Row as _};

use crate::rules::address::Parts;
use crate::rules::{
    Account, Archived, Class, Contact, Customer, Flag, FlagKind, Kind, Meter, Point, Premises, Source,
    Utility, Verified,
};

const PARTIES: Text = in_ids!(
    "SELECT id, kind, name, created_at, changed_at, archived_at, archived_why, merged_into, version \
     FROM customers_party WHERE id IN ",
    " ORDER BY id"
);
const CONTACTS: Text = in_ids!(
    "SELECT id, party, number, label, preferred, source, verified_at, verified_by, verified_call \
     FROM customers_contact WHERE party IN ",
    " ORDER BY party, preferred DESC, id"
);
const ACCOUNTS: Text = in_ids!(
    "SELECT a.id, a.party, a.number, a.utility, a.class, a.opened_year, a.closed_at, p.id AS premises, p.text, p.area, \
     p.road, p.community, p.building, p.unit, p.room FROM customers_account a \
     JOIN customers_premises p ON p.id = a.premises WHERE a.party IN ",
    " ORDER BY a.party, a.id"
);
const METERS: Text = in_ids!(
    "SELECT o.id AS point, o.account, o.place, m.id, m.number, m.kind, m.installed_year, m.removed_at \
     FROM customers_point o LEFT JOIN customers_meter m ON m.point = o.id WHERE o.account IN ",
    " ORDER BY o.account, o.id, m.id"
);
const FLAGS: Text = in_ids!(
    "SELECT party, flag, reason, since, set_by FROM customers_flag WHERE party IN ",
    " ORDER BY party"
);

/// These customers, in the order asked for; those who do not exist are left out.
pub async fn many(
    connection: &mut AnyConnection,
    kind: DbKind,
    wanted: &[CustomerId],
) -> Result<Vec<Customer>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let list = ids(wanted.iter().map(|id| id.get()));
    let mut found: BTreeMap<i64, Customer> = BTreeMap::new();
    for row in rows(connection, PARTIES.of(kind), &list).await.context("reading customers")? {
        let customer = party(&row)?;
        found.insert(customer.id.get(), customer);
    }
    for row in rows(connection, CONTACTS.of(kind), &list).await.context("reading contacts")? {
        if let Some(customer) = found.get_mut(&row.try_get::<i64, _>("party")?) {
            customer.contacts.push(contact(&row)?);
        }
    }
    let mut accounts: BTreeMap<i64, (i64, usize)> = BTreeMap::new();
    for row in rows(connection, ACCOUNTS.of(kind), &list).await.context("reading accounts")? {
        let party: i64 = row.try_get("party")?;
        if let Some(customer) = found.get_mut(&party) {
            let account = account(&row)?;
            accounts.insert(account.id.get(), (party, customer.accounts.len()));
            customer.accounts.push(account);
        }
    }
    let list_of_accounts = ids(accounts.keys().copied());
    for row in rows(connection, METERS.of(kind), &list_of_accounts).await.context("reading meters")? {
        let Some((party, at)) = accounts.get(&row.try_get::<i64, _>("account")?) else { continue };
        let account = found.get_mut(party).and_then(|customer| customer.accounts.get_mut(*at));
        let Some(account) = account else { continue };
        let point: i64 = row.try_get("point")?;
        if account.points.last().is_none_or(|last| last.id != point) {
            account.points.push(Point { id: point, place: row.try_get("place")?, meters: Vec::new() });
        }
        if let (Some(id), Some(last)) = (row.try_get::<Option<i64>, _>("id")?, account.points.last_mut()) {
            last.meters.push(Meter {
                id,
                number: row.try_get("number")?,
                kind: row.try_get("kind")?,
                installed_year: row.try_get("installed_year")?,
                removed_at: time(&row, "removed_at")?,
            });
        }
    }
    for row in rows(connection, FLAGS.of(kind), &list).await.context("reading flags")? {
        if let Some(customer) = found.get_mut(&row.try_get::<i64, _>("party")?) {
            let flag: String = row.try_get("flag")?;
            customer.flags.push(Flag {
                flag: FlagKind::of(&flag).with_context(|| format!("a flag {flag}"))?,
                reason: row.try_get("reason")?,
                since: Timestamp::from_micros(row.try_get("since")?),
                set_by: row.try_get::<Option<i64>, _>("set_by")?.map(PersonId),
            });
        }
    }
    for customer in found.values_mut() {
        customer.flags.sort_by_key(|flag| flag.flag);
    }
    Ok(wanted.iter().filter_map(|id| found.remove(&id.get())).collect())
}

/// One customer, to be looked at.
pub async fn one(db: &Db, id: CustomerId) -> Result<Option<Customer>> {
    Ok(some(db, &[id]).await?.pop())
}

/// These customers, to be looked at.
pub async fn some(db: &Db, wanted: &[CustomerId]) -> Result<Vec<Customer>> {
    let mut connection = db.read().acquire().await.context("a connection for customers")?;
    many(&mut connection, db.kind(), wanted).await
}

/// One customer, to be changed.
pub async fn for_change(tx: &mut db::Tx, id: CustomerId) -> Result<Option<Customer>> {
    let kind = tx.db().kind();
    Ok(many(tx, kind, &[id]).await?.pop())
}

async fn rows(connection: &mut AnyConnection, sql: &'static str, list: &str) -> Result<Vec<Row>> {
    if list == "[]" {
        return Ok(Vec::new());
    }
    Ok(sqlx::query(sql).bind(list).fetch_all(connection).await?)
}

fn time(row: &Row, column: &str) -> Result<Option<Timestamp>> {
    Ok(row.try_get::<Option<i64>, _>(column)?.map(Timestamp::from_micros))
}

fn party(row: &Row) -> Result<Customer> {
    let kind: String = row.try_get("kind")?;
    let archived = time(row, "archived_at")?;
    let why: Option<String> = row.try_get("archived_why")?;
    Ok(Customer {
        id: CustomerId(row.try_get("id")?),
        kind: Kind::of(&kind).with_context(|| format!("a customer of the kind {kind}"))?,
        name: row.try_get("name")?,
        contacts: Vec::new(),
        accounts: Vec::new(),
        flags: Vec::new(),
        created_at: Timestamp::from_micros(row.try_get("created_at")?),
        changed_at: Timestamp::from_micros(row.try_get("changed_at")?),
        archived: archived.map(|at| Archived { at, why: why.unwrap_or_default() }),
        merged_into: row.try_get::<Option<i64>, _>("merged_into")?.map(CustomerId),
        version: row.try_get("version")?,
    })
}

fn contact(row: &Row) -> Result<Contact> {
    let (number, source): (String, String) = (row.try_get("number")?, row.try_get("source")?);
    let verified = match (time(row, "verified_at")?, row.try_get::<Option<i64>, _>("verified_by")?) {
        (Some(at), Some(by)) => {
            let call = row.try_get::<Option<i64>, _>("verified_call")?.map(CallId);
            Some(Verified { at, by: PersonId(by), call })
        }
        _ => None,
    };
    Ok(Contact {
        id: ContactId(row.try_get("id")?),
        number: number.parse().context("a contact's number")?,
        label: row.try_get("label")?,
        preferred: row.try_get::<i64, _>("preferred")? != 0,
        source: Source::of(&source).with_context(|| format!("a contact from {source}"))?,
        verified,
    })
}

fn account(row: &Row) -> Result<Account> {
    let (utility, class): (String, String) = (row.try_get("utility")?, row.try_get("class")?);
    Ok(Account {
        id: AccountId(row.try_get("id")?),
        number: row.try_get("number")?,
        utility: Utility::of(&utility).with_context(|| format!("an account of {utility}"))?,
        class: Class::of(&class).with_context(|| format!("an account of the class {class}"))?,
        premises: Premises {
            id: PremisesId(row.try_get("premises")?),
            text: row.try_get("text")?,
            parts: Parts {
                area: row.try_get("area")?,
                road: row.try_get("road")?,
                community: row.try_get("community")?,
                building: row.try_get("building")?,
                unit: row.try_get("unit")?,
                room: row.try_get("room")?,
            },
        },
        opened_year: row.try_get("opened_year")?,
        closed_at: time(row, "closed_at")?,
        points: Vec::new(),
    })
}
