//! A changed customer is written: what differs, what he was before, the journal's line and the event, in one transaction.

use anyhow::{Context, Result};
use db::{Entry, Tx};
use kernel::{CustomerId, PersonId, PremisesId, Timestamp};
use serde_json::Value;
use sqlx::Row as _;
use web::Error;

use crate::Changed;
use crate::rules::change::Change;
use crate::rules::{Account, Contact, Customer, Flag, Meter, Point, Refusal, pinyin, reversed};

const PARTY: &str = "INSERT INTO customers_party (id, kind, name, pinyin, initials, created_at, changed_at, archived_at, \
     archived_why, merged_into, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)";
const SAVE: &str = "UPDATE customers_party SET kind = $1, name = $2, pinyin = $3, initials = $4, changed_at = $5, \
     archived_at = $6, archived_why = $7, merged_into = $8, version = version + 1 WHERE id = $9 AND version = $10";
const PAST: &str =
    "INSERT INTO customers_past (id, party, at, who, kind, before) VALUES ($1, $2, $3, $4, $5, $6)";
const NOTE: &str = "INSERT INTO customers_note (id, party, at, who, text) VALUES ($1, $2, $3, $4, $5)";
const CONTACT: &str = "INSERT INTO customers_contact (id, party, number, reversed, label, preferred, source, verified_at, \
     verified_by, verified_call) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO UPDATE SET \
     party = excluded.party, number = excluded.number, reversed = excluded.reversed, label = excluded.label, \
     preferred = excluded.preferred, source = excluded.source, verified_at = excluded.verified_at, \
     verified_by = excluded.verified_by, verified_call = excluded.verified_call";
const CONTACT_GONE: &str = "DELETE FROM customers_contact WHERE id = $1 AND party = $2";
const TAKEN: &str = "SELECT id FROM customers_account WHERE number = $1";
const ACCOUNT: &str = "INSERT INTO customers_account (id, party, premises, number, reversed, utility, class, opened_year, \
     closed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO UPDATE SET party = excluded.party, \
     premises = excluded.premises, number = excluded.number, reversed = excluded.reversed, utility = excluded.utility, \
     class = excluded.class, opened_year = excluded.opened_year, closed_at = excluded.closed_at";
const PREMISES: &str = "INSERT INTO customers_premises (id, text, area, road, community, building, unit, room) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
const PREMISES_OF: &str = "SELECT id FROM customers_premises WHERE text = $1";
const POINT: &str =
    "INSERT INTO customers_point (id, account, place) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING";
const METER: &str = "INSERT INTO customers_meter (id, point, number, reversed, kind, installed_year, removed_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, \
     installed_year = excluded.installed_year, removed_at = excluded.removed_at";
const FLAG: &str = "INSERT INTO customers_flag (party, flag, reason, since, set_by) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (party, flag) DO UPDATE SET reason = excluded.reason, since = excluded.since, set_by = excluded.set_by";
const FLAG_GONE: &str = "DELETE FROM customers_flag WHERE party = $1 AND flag = $2";

/// Who changed something, when, and an id for what is written beside it.
#[derive(Clone, Copy)]
pub struct Mark {
    pub who: PersonId,
    pub at: Timestamp,
    /// Of the row in `customers_past`, and of a note.
    pub id: i64,
}

/// Writes a decision. `before` is none for somebody new.
///
/// # Errors
/// Refused when somebody else was faster, or when an account's number is another customer's.
pub async fn change(
    tx: &mut Tx,
    before: Option<&Customer>,
    change: &Change,
    mark: Mark,
) -> Result<(), Error> {
    record(tx, before, &change.after, mark, change.kind).await?;
    if let Some(text) = &change.note {
        let note = sqlx::query(NOTE).bind(mark.id).bind(change.after.id.get()).bind(mark.at.as_micros());
        note.bind(mark.who.get()).bind(text).execute(&mut **tx).await.context("adding a note")?;
    }
    tell(tx, mark, change.after.id, change.kind, change.payload.clone())?;
    Ok(())
}

/// The journal's line and the event.
pub fn tell(tx: &mut Tx, mark: Mark, customer: CustomerId, kind: &'static str, payload: Value) -> Result<()> {
    tx.journal(Entry {
        at: mark.at,
        who: Some(mark.who),
        room: "customers",
        subject: customer.to_string(),
        kind,
        payload,
    });
    tx.emit(mark.at, &Changed { customers: vec![customer] })
}

/// Writes the rows of one customer that differ.
pub async fn record(
    tx: &mut Tx,
    before: Option<&Customer>,
    after: &Customer,
    mark: Mark,
    kind: &str,
) -> Result<(), Error> {
    match before {
        None => party(tx, after).await?,
        Some(before) => {
            if !update(tx, after).await? {
                return Err(Error::changed_meanwhile());
            }
            let past = sqlx::query(PAST).bind(mark.id).bind(after.id.get()).bind(mark.at.as_micros());
            let text = serde_json::to_string(before).context("what a customer was")?;
            past.bind(mark.who.get())
                .bind(kind)
                .bind(text)
                .execute(&mut **tx)
                .await
                .context("keeping what was")?;
        }
    }
    let none = Vec::new();
    let old = before.map_or(&none, |before| &before.contacts);
    for gone in old.iter().filter(|old| !after.contacts.iter().any(|new| new.id == old.id)) {
        let go = sqlx::query(CONTACT_GONE).bind(gone.id.get()).bind(after.id.get());
        go.execute(&mut **tx).await.context("removing a contact")?;
    }
    for new in after.contacts.iter().filter(|new| !old.contains(new)) {
        contact(tx, after.id, new).await?;
    }
    let none = Vec::new();
    let old = before.map_or(&none, |before| &before.accounts);
    for new in after.accounts.iter().filter(|new| !old.contains(new)) {
        account(tx, after.id, new).await?;
    }
    let none = Vec::new();
    let old = before.map_or(&none, |before| &before.flags);
    for gone in old.iter().filter(|old| !after.flags.iter().any(|new| new.flag == old.flag)) {
        let go = sqlx::query(FLAG_GONE).bind(after.id.get()).bind(gone.flag.as_str());
        go.execute(&mut **tx).await.context("clearing a flag")?;
    }
    for new in after.flags.iter().filter(|new| !old.contains(new)) {
        flag(tx, after.id, new).await?;
    }
    Ok(())
}

async fn party(tx: &mut Tx, new: &Customer) -> Result<()> {
    let (whole, initials) = pinyin::of(&new.name);
    let add = sqlx::query(PARTY)
        .bind(new.id.get())
        .bind(new.kind.as_str())
        .bind(&new.name)
        .bind(whole)
        .bind(initials);
    let add = add.bind(new.created_at.as_micros()).bind(new.changed_at.as_micros());
    let add = add.bind(new.archived.as_ref().map(|archived| archived.at.as_micros()));
    let add = add.bind(new.archived.as_ref().map(|archived| archived.why.clone()));
    add.bind(new.merged_into.map(CustomerId::get)).execute(&mut **tx).await.context("adding a customer")?;
    Ok(())
}

async fn update(tx: &mut Tx, new: &Customer) -> Result<bool> {
    let (whole, initials) = pinyin::of(&new.name);
    let save = sqlx::query(SAVE).bind(new.kind.as_str()).bind(&new.name).bind(whole).bind(initials);
    let save = save.bind(new.changed_at.as_micros());
    let save = save.bind(new.archived.as_ref().map(|archived| archived.at.as_micros()));
    let save = save.bind(new.archived.as_ref().map(|archived| archived.why.clone()));
    let save = save.bind(new.merged_into.map(CustomerId::get)).bind(new.id.get()).bind(new.version);
    Ok(save.execute(&mut **tx).await.context("saving a customer")?.rows_affected() > 0)
}

async fn contact(tx: &mut Tx, customer: CustomerId, new: &Contact) -> Result<()> {
    let Contact { id, number, label, preferred, source, verified } = new;
    let put = sqlx::query(CONTACT).bind(id.get()).bind(customer.get()).bind(number.as_str());
    let put =
        put.bind(reversed(number.as_str())).bind(label).bind(i64::from(*preferred)).bind(source.as_str());
    let put = put.bind(verified.as_ref().map(|verified| verified.at.as_micros()));
    let put = put.bind(verified.as_ref().map(|verified| verified.by.get()));
    let put = put.bind(verified.as_ref().and_then(|verified| verified.call).map(|call| call.get()));
    put.execute(&mut **tx).await.context("keeping a contact")?;
    Ok(())
}

async fn account(tx: &mut Tx, customer: CustomerId, new: &Account) -> Result<(), Error> {
    let Account { id, number, utility, class, premises, opened_year, closed_at, points } = new;
    let taken =
        sqlx::query(TAKEN).bind(number).fetch_optional(&mut **tx).await.context("looking for an account")?;
    if let Some(row) = taken
        && row.try_get::<i64, _>("id").context("an account")? != id.get()
    {
        return Err(Refusal::AccountTaken { number: number.clone() }.into());
    }
    let parts = &premises.parts;
    let place = sqlx::query(PREMISES)
        .bind(premises.id.get())
        .bind(&premises.text)
        .bind(&parts.area)
        .bind(&parts.road);
    let place = place.bind(&parts.community).bind(&parts.building).bind(&parts.unit).bind(&parts.room);
    place.execute(&mut **tx).await.context("keeping an address")?;
    let row =
        sqlx::query(PREMISES_OF).bind(&premises.text).fetch_one(&mut **tx).await.context("an address")?;
    let premises = PremisesId(row.try_get("id").context("an address")?);
    let put = sqlx::query(ACCOUNT).bind(id.get()).bind(customer.get()).bind(premises.get()).bind(number);
    let put = put.bind(reversed(number)).bind(utility.as_str()).bind(class.as_str()).bind(*opened_year);
    put.bind(closed_at.map(Timestamp::as_micros)).execute(&mut **tx).await.context("keeping an account")?;
    for Point { id: point, place, meters } in points {
        let put = sqlx::query(POINT).bind(*point).bind(id.get()).bind(place);
        put.execute(&mut **tx).await.context("keeping a service point")?;
        for Meter { id, number, kind, installed_year, removed_at } in meters {
            let put =
                sqlx::query(METER).bind(*id).bind(*point).bind(number).bind(reversed(number)).bind(kind);
            let put = put.bind(*installed_year).bind(removed_at.map(Timestamp::as_micros));
            put.execute(&mut **tx).await.context("keeping a meter")?;
        }
    }
    Ok(())
}

async fn flag(tx: &mut Tx, customer: CustomerId, new: &Flag) -> Result<()> {
    let Flag { flag, reason, since, set_by } = new;
    let put = sqlx::query(FLAG).bind(customer.get()).bind(flag.as_str()).bind(reason).bind(since.as_micros());
    put.bind(set_by.map(PersonId::get)).execute(&mut **tx).await.context("setting a flag")?;
    Ok(())
}
