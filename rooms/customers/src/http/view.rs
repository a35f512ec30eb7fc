//! A customer as it is shown: masked, unless whoever asks may see this one whole.

use kernel::{AccountId, ContactId, CustomerId, PersonId, Timestamp, mask};
use serde::Serialize;
use utoipa::ToSchema;

use crate::rules::address::Parts;
use crate::rules::change::{Allowed, allowed};
use crate::rules::{Account, Archived, Class, Contact, Customer, FlagKind, Kind, Source, Utility, Verified};

/// Whether a text is shown as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    Masked,
    Whole,
}

impl Sight {
    pub fn name(self, kind: Kind, name: &str) -> String {
        // The name of a firm is public.
        if self == Sight::Whole || kind == Kind::Organisation { name.to_owned() } else { mask::name(name) }
    }
    pub fn phone(self, number: &str) -> String {
        if self == Sight::Whole { number.to_owned() } else { mask::phone(number) }
    }
    pub fn address(self, text: &str) -> String {
        if self == Sight::Whole { text.to_owned() } else { mask::address(text) }
    }
    fn free(self, text: &str) -> String {
        if self == Sight::Whole { text.to_owned() } else { mask::in_text(text) }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ContactView {
    #[schema(value_type = String)]
    pub id: ContactId,
    pub number: String,
    pub label: String,
    pub preferred: bool,
    pub source: Source,
    pub verified: Option<Verified>,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct MeterView {
    pub number: String,
    pub kind: String,
    pub place: String,
    pub installed_year: Option<i64>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub removed_at: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct AccountView {
    #[schema(value_type = String)]
    pub id: AccountId,
    pub number: String,
    pub utility: Utility,
    pub class: Class,
    pub address: String,
    /// Only when the whole address is shown.
    pub parts: Option<Parts>,
    #[schema(value_type = String)]
    pub premises: kernel::PremisesId,
    pub opened_year: Option<i64>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closed_at: Option<Timestamp>,
    pub meters: Vec<MeterView>,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct FlagView {
    pub flag: FlagKind,
    pub reason: String,
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    #[schema(value_type = Option<String>)]
    pub set_by: Option<PersonId>,
}

/// One customer, everything.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CustomerView {
    #[schema(value_type = String)]
    pub id: CustomerId,
    pub kind: Kind,
    pub name: String,
    /// Names, numbers and addresses are hidden in part.
    pub masked: bool,
    pub contacts: Vec<ContactView>,
    pub accounts: Vec<AccountView>,
    pub flags: Vec<FlagView>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: Timestamp,
    pub archived: Option<Archived>,
    #[schema(value_type = Option<String>)]
    pub merged_into: Option<CustomerId>,
    pub version: i64,
    pub allowed: Vec<Allowed>,
}

/// One line of a list, and what the card at the desk shows of a choice.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Row {
    #[schema(value_type = String)]
    pub id: CustomerId,
    pub kind: Kind,
    pub name: String,
    pub number: Option<String>,
    pub account: Option<String>,
    pub class: Option<Class>,
    pub address: Option<String>,
    /// Beside the one that is shown.
    pub more_accounts: usize,
    pub flags: Vec<FlagKind>,
    pub archived: bool,
}

pub fn row(customer: &Customer, sight: Sight) -> Row {
    let account = customer.main_account();
    Row {
        id: customer.id,
        kind: customer.kind,
        name: sight.name(customer.kind, &customer.name),
        number: customer.preferred().map(|contact| sight.phone(contact.number.as_str())),
        account: account.map(|account| account.number.clone()),
        class: account.map(|account| account.class),
        address: account.map(|account| sight.address(&account.premises.text)),
        more_accounts: customer.accounts.len().saturating_sub(1),
        flags: customer.flags.iter().map(|flag| flag.flag).collect(),
        archived: customer.archived.is_some(),
    }
}

pub fn whole(customer: Customer, sight: Sight) -> CustomerView {
    let allowed = allowed(&customer);
    let Customer {
        id,
        kind,
        name,
        contacts,
        accounts,
        flags,
        created_at,
        changed_at,
        archived,
        merged_into,
        version,
    } = customer;
    CustomerView {
        id,
        kind,
        name: sight.name(kind, &name),
        masked: sight == Sight::Masked,
        contacts: contacts.into_iter().map(|contact| self::contact(contact, sight)).collect(),
        accounts: accounts.into_iter().map(|account| self::account(account, sight)).collect(),
        flags: flags
            .into_iter()
            .map(|flag| FlagView {
                flag: flag.flag,
                reason: sight.free(&flag.reason),
                since: flag.since,
                set_by: flag.set_by,
            })
            .collect(),
        created_at,
        changed_at,
        archived,
        merged_into,
        version,
        allowed,
    }
}

fn contact(contact: Contact, sight: Sight) -> ContactView {
    let Contact { id, number, label, preferred, source, verified } = contact;
    ContactView { id, number: sight.phone(number.as_str()), label, preferred, source, verified }
}

fn account(account: Account, sight: Sight) -> AccountView {
    let Account { id, number, utility, class, premises, opened_year, closed_at, points } = account;
    let meters = points.into_iter().flat_map(|point| {
        let place = point.place;
        point.meters.into_iter().map(move |meter| MeterView {
            number: meter.number,
            kind: meter.kind,
            place: place.clone(),
            installed_year: meter.installed_year,
            removed_at: meter.removed_at,
        })
    });
    AccountView {
        id,
        number,
        utility,
        class,
        address: sight.address(&premises.text),
        parts: (sight == Sight::Whole).then_some(premises.parts),
        premises: premises.id,
        opened_year,
        closed_at,
        meters: meters.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_firm_is_public_and_a_person_is_not() {
        assert_eq!(Sight::Masked.name(Kind::Organisation, "铜官机械厂"), "铜官机械厂");
        assert_eq!(Sight::Masked.name(Kind::Person, "王芳"), "王*");
        assert_eq!(Sight::Whole.name(Kind::Person, "王芳"), "王芳");
    }
}
