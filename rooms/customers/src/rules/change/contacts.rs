//! The numbers a customer is reached by: entered by hand, or learnt from a call.

use kernel::{CallId, ContactId, PhoneNumber};
use serde_json::json;

use super::{By, Change};
use crate::rules::{CONTACTS_MAX, Contact, Customer, Refusal, Source, Verified, optional};

/// The number of a call that the agent has confirmed becomes a contact, or a known one is verified again.
pub fn learn(
    customer: &Customer,
    number: &PhoneNumber,
    call: CallId,
    by: &By,
) -> Result<Option<Change>, Refusal> {
    if customer.merged_into.is_some() || customer.archived.is_some() {
        return Err(Refusal::IsArchived);
    }
    let verified = Some(Verified { at: by.now, by: by.who, call: Some(call) });
    let mut after = customer.clone();
    after.changed_at = by.now;
    let masked = json!({ "number": kernel::mask::phone(number.as_str()), "call": call });
    if let Some(known) = after.contacts.iter_mut().find(|known| known.number == *number) {
        if known.verified.as_ref().is_some_and(|verified| verified.call == Some(call)) {
            return Ok(None);
        }
        known.verified = verified;
        return Ok(Some(Change { after, kind: "number_verified", payload: masked, note: None }));
    }
    if after.contacts.len() >= CONTACTS_MAX {
        return Err(Refusal::TooMany { what: "contacts", most: CONTACTS_MAX });
    }
    let preferred = after.contacts.is_empty();
    after.contacts.push(Contact {
        id: (by.id)().into(),
        number: number.clone(),
        label: String::new(),
        preferred,
        source: Source::Learnt,
        verified,
    });
    Ok(Some(Change { after, kind: "number_learnt", payload: masked, note: None }))
}

pub(super) fn put_contact(
    customer: &mut Customer,
    contact: Option<ContactId>,
    number: Option<&str>,
    label: Option<&str>,
    preferred: bool,
    by: &By,
) -> Result<PhoneNumber, Refusal> {
    let number = match number {
        Some(text) => {
            let bad = |_| Refusal::BadNumber { number: text.chars().take(40).collect() };
            Some(text.parse::<PhoneNumber>().map_err(bad)?)
        }
        None => None,
    };
    let label = label.map(|label| optional("label", label, 40)).transpose()?;
    if let Some(number) = &number
        && customer.contacts.iter().any(|known| known.number == *number && Some(known.id) != contact)
    {
        return Err(Refusal::ContactKnown);
    }
    let id = match (contact, number) {
        (Some(id), number) => {
            let unknown = Refusal::BadField { field: "contact", most: 1 };
            let known = customer.contacts.iter_mut().find(|known| known.id == id).ok_or(unknown)?;
            if let Some(number) = number {
                known.number = number;
                known.source = Source::Entered;
                known.verified = None;
            }
            if let Some(label) = label {
                known.label = label;
            }
            id
        }
        (None, None) => return Err(Refusal::BadNumber { number: String::new() }),
        (None, Some(_)) if customer.contacts.len() >= CONTACTS_MAX => {
            return Err(Refusal::TooMany { what: "contacts", most: CONTACTS_MAX });
        }
        (None, Some(number)) => {
            let id = ContactId((by.id)());
            let label = label.unwrap_or_default();
            customer.contacts.push(Contact {
                id,
                number,
                label,
                preferred: false,
                source: Source::Entered,
                verified: None,
            });
            id
        }
    };
    // Exactly one is dialled first.
    if preferred || !customer.contacts.iter().any(|known| known.preferred) {
        for known in &mut customer.contacts {
            known.preferred = known.id == id;
        }
    }
    let number = customer.contacts.iter().find(|known| known.id == id).map(|known| known.number.clone());
    number.ok_or(Refusal::BadField { field: "contact", most: 1 })
}
