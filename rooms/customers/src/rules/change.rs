//! What may be done to one customer, and what becomes of him.

mod accounts;
mod contacts;
#[cfg(test)]
pub(crate) mod tests;

use accounts::{AccountForm, put_account};
use contacts::put_contact;
use kernel::{AccountId, ContactId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::address::Parts;
use super::{Archived, Class, Customer, Flag, FlagKind, Kind, NAME_MAX, Refusal, TEXT_MAX, Utility, needed};

pub(crate) use accounts::hang;
pub use contacts::learn;

/// An act on one customer: `{"act":"set_flag","flag":"elderly","reason":"…"}`. What is absent stays as it is.
// One at a time, taken apart at once: its size matters to nobody.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    Rename {
        kind: Option<Kind>,
        name: Option<String>,
    },
    /// Without `contact` a new one.
    PutContact {
        #[schema(value_type = Option<String>)]
        contact: Option<ContactId>,
        number: Option<String>,
        label: Option<String>,
        #[serde(default)]
        preferred: bool,
    },
    RemoveContact {
        #[schema(value_type = String)]
        contact: ContactId,
    },
    SetFlag {
        flag: FlagKind,
        reason: String,
    },
    ClearFlag {
        flag: FlagKind,
        reason: String,
    },
    Note {
        text: String,
    },
    /// Without `account` a new one.
    PutAccount {
        #[schema(value_type = Option<String>)]
        account: Option<AccountId>,
        number: Option<String>,
        utility: Option<Utility>,
        class: Option<Class>,
        address: Option<String>,
        parts: Option<Parts>,
        opened_year: Option<i64>,
        meter: Option<MeterForm>,
    },
    CloseAccount {
        #[schema(value_type = String)]
        account: AccountId,
    },
    Archive {
        reason: String,
    },
    Restore,
}

/// A meter that is hung: in the place of the one that hangs there, if its number is another.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeterForm {
    pub number: String,
    #[serde(default)]
    pub kind: String,
    pub installed_year: Option<i64>,
    #[serde(default)]
    pub place: String,
}

/// Somebody new.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCustomer {
    pub kind: Kind,
    pub name: String,
    /// Telephone numbers, the preferred one first.
    #[serde(default)]
    pub numbers: Vec<String>,
    pub account: Option<NewAccount>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    pub number: String,
    pub utility: Utility,
    pub class: Class,
    #[serde(default)]
    pub address: String,
    #[serde(default)]
    pub parts: Parts,
    pub opened_year: Option<i64>,
    pub meter: Option<MeterForm>,
}

/// Where new ids come from, and who does it when.
pub struct By<'a> {
    pub who: PersonId,
    pub now: Timestamp,
    pub id: &'a dyn Fn() -> i64,
}

/// What is to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub after: Customer,
    /// The line of the journal; its payload holds no personal data.
    pub kind: &'static str,
    pub payload: Value,
    pub note: Option<String>,
}

/// What may be done now; the browser shows buttons for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Allowed {
    Change,
    Archive,
    Restore,
    Merge,
    Split,
}

pub fn allowed(customer: &Customer) -> Vec<Allowed> {
    let mut allowed = Vec::new();
    match (customer.merged_into.is_some(), customer.archived.is_some()) {
        (true, _) => {}
        (false, true) => allowed.push(Allowed::Restore),
        (false, false) => {
            allowed.extend([Allowed::Change, Allowed::Archive, Allowed::Merge]);
            if customer.accounts.len() + customer.contacts.len() > 1 {
                allowed.push(Allowed::Split);
            }
        }
    }
    allowed
}

/// Registers somebody.
pub fn register(form: &NewCustomer, by: &By) -> Result<Change, Refusal> {
    let mut customer = Customer {
        id: (by.id)().into(),
        kind: form.kind,
        name: needed("name", &form.name, NAME_MAX)?,
        contacts: Vec::new(),
        accounts: Vec::new(),
        flags: Vec::new(),
        created_at: by.now,
        changed_at: by.now,
        archived: None,
        merged_into: None,
        version: 1,
    };
    for number in form.numbers.iter().filter(|number| !number.trim().is_empty()) {
        let preferred = customer.contacts.is_empty();
        put_contact(&mut customer, None, Some(number), None, preferred, by)?;
    }
    if let Some(account) = &form.account {
        let NewAccount { number, utility, class, address, parts, opened_year, meter } = account.clone();
        let form = AccountForm {
            number: Some(number),
            utility: Some(utility),
            class: Some(class),
            address: Some(address),
            parts: Some(parts),
            opened_year,
            meter,
        };
        put_account(&mut customer, None, form, by)?;
    }
    let payload = json!({ "contacts": customer.contacts.len(), "accounts": customer.accounts.len() });
    Ok(Change { after: customer, kind: "registered", payload, note: None })
}

/// What becomes of the customer.
pub fn decide(customer: &Customer, act: &Act, by: &By) -> Result<Change, Refusal> {
    if customer.merged_into.is_some() {
        return Err(Refusal::IsMerged);
    }
    match (act, &customer.archived) {
        (Act::Restore, None) => return Err(Refusal::NotArchived),
        (Act::Restore, Some(_)) | (_, None) => {}
        (_, Some(_)) => return Err(Refusal::IsArchived),
    }
    let mut after = customer.clone();
    after.changed_at = by.now;
    let (kind, payload) = match act.clone() {
        Act::Rename { kind, name } => {
            let mut fields = Vec::new();
            if let Some(kind) = kind.filter(|kind| *kind != after.kind) {
                after.kind = kind;
                fields.push("kind");
            }
            if let Some(name) = name {
                after.name = needed("name", &name, NAME_MAX)?;
                fields.push("name");
            }
            ("renamed", json!({ "fields": fields }))
        }
        Act::PutContact { contact, number, label, preferred } => {
            let new = contact.is_none();
            let number =
                put_contact(&mut after, contact, number.as_deref(), label.as_deref(), preferred, by)?;
            let masked = kernel::mask::phone(number.as_str());
            (if new { "contact_added" } else { "contact_changed" }, json!({ "number": masked }))
        }
        Act::RemoveContact { contact } => {
            let at = after.contacts.iter().position(|known| known.id == contact);
            let gone = after.contacts.remove(at.ok_or(Refusal::BadField { field: "contact", most: 1 })?);
            if gone.preferred
                && let Some(first) = after.contacts.first_mut()
            {
                first.preferred = true;
            }
            ("contact_removed", json!({ "number": kernel::mask::phone(gone.number.as_str()) }))
        }
        Act::SetFlag { flag, reason } => {
            let reason = needed("reason", &reason, TEXT_MAX)?;
            after.flags.retain(|known| known.flag != flag);
            after.flags.push(Flag { flag, reason, since: by.now, set_by: Some(by.who) });
            after.flags.sort_by_key(|flag| flag.flag);
            ("flag_set", json!({ "flag": flag }))
        }
        Act::ClearFlag { flag, reason } => {
            let reason = needed("reason", &reason, TEXT_MAX)?;
            let before = after.flags.len();
            after.flags.retain(|known| known.flag != flag);
            if after.flags.len() == before {
                return Err(Refusal::NotNow);
            }
            ("flag_cleared", json!({ "flag": flag, "reason": reason }))
        }
        Act::Note { text } => {
            let text = needed("text", &text, TEXT_MAX)?;
            return Ok(Change { after, kind: "noted", payload: json!({}), note: Some(text) });
        }
        Act::PutAccount { account, number, utility, class, address, parts, opened_year, meter } => {
            let new = account.is_none();
            let form = AccountForm { number, utility, class, address, parts, opened_year, meter };
            let number = put_account(&mut after, account, form, by)?;
            (if new { "account_added" } else { "account_changed" }, json!({ "account": number }))
        }
        Act::CloseAccount { account } => {
            let account =
                after.accounts.iter_mut().find(|known| known.id == account && known.closed_at.is_none());
            let account = account.ok_or(Refusal::NotNow)?;
            account.closed_at = Some(by.now);
            ("account_closed", json!({ "account": account.number }))
        }
        Act::Archive { reason } => {
            let why = needed("reason", &reason, TEXT_MAX)?;
            after.archived = Some(Archived { at: by.now, why });
            ("archived", json!({}))
        }
        Act::Restore => {
            after.archived = None;
            ("restored", json!({}))
        }
    };
    Ok(Change { after, kind, payload, note: None })
}
