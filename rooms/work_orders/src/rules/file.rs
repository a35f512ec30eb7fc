//! 受理: what a matter lacks before it can be accepted, and what is kept of it.

use std::collections::BTreeSet;

use deadlines::{Case, Kind};
use interactions::rules::check::unfit;
use kernel::phone::PhoneNumber;

use super::kinds::Subtype;
use super::order::{Channel, Matter, Privacy, Urgency};
use super::{Fault, Kinds, Refusal};

const CONTENT_MAX: usize = 4_000;
const FIELD_MAX: usize = 500;

/// The matter as it is kept: trimmed, with what follows from its sub-type.
///
/// # Errors
/// [`Refusal::Incomplete`] with everything that is missing or does not fit, field by field.
pub fn complete(mut matter: Matter, kinds: &Kinds) -> Result<(Matter, Subtype), Refusal> {
    let mut faults = Vec::new();
    let mut note = |field: &str, why| faults.push(Fault { field: field.to_owned(), why });
    let subtype = kinds.find(&matter.subtype).filter(|subtype| !subtype.retired);
    for text in [
        &mut matter.content,
        &mut matter.address,
        &mut matter.area,
        &mut matter.contact.name,
        &mut matter.contact.phone,
    ] {
        *text = text.trim().to_owned();
    }
    match matter.content.chars().count() {
        0..4 => note("content", "missing"),
        length if length > CONTENT_MAX => note("content", "too_long"),
        _ => {}
    }
    let Some(subtype) = subtype.cloned() else {
        note("subtype", if matter.subtype.is_empty() { "missing" } else { "unknown" });
        return Err(Refusal::Incomplete { faults });
    };
    matter.kind = subtype.kind;
    matter.danger |= subtype.danger;
    if matter.danger {
        matter.urgency = Urgency::Urgent;
    }
    if subtype.confidential && matter.privacy == Privacy::Open {
        matter.privacy = Privacy::Confidential;
    }
    if matter.privacy == Privacy::Anonymous {
        matter.contact = super::order::Contact::default();
        matter.customer = None;
        matter.reply_wanted = false;
    } else {
        let phone = &matter.contact.phone;
        if phone.is_empty() {
            note("contact.phone", "missing");
        } else if phone.parse::<PhoneNumber>().is_err() {
            note("contact.phone", "bad_phone");
        }
    }
    let on_site = matches!(subtype.kind, Kind::Fault);
    if on_site && matter.address.chars().count() < 4 {
        note("address", "missing");
    }
    if [&matter.address, &matter.area, &matter.contact.name]
        .iter()
        .any(|text| text.chars().count() > FIELD_MAX)
    {
        note("address", "too_long");
    }
    let known: BTreeSet<&str> = subtype.fields.iter().map(|field| field.key.as_str()).collect();
    matter.fields.retain(|key, value| {
        *value = value.trim().to_owned();
        known.contains(key.as_str()) && !value.is_empty()
    });
    for field in &subtype.fields {
        let value = matter.fields.get(&field.key).map(String::as_str).unwrap_or_default();
        let why = match value {
            "" => field.required.then_some("missing"),
            value if value.chars().count() > FIELD_MAX => Some("too_long"),
            value => unfit(field, value).map(|_| "unfit"),
        };
        if let Some(why) = why {
            note(&format!("fields.{}", field.key), why);
        }
    }
    if faults.is_empty() { Ok((matter, subtype)) } else { Err(Refusal::Incomplete { faults }) }
}

/// The matter as limits are looked up for it.
pub fn case(matter: &Matter, subtype: &Subtype) -> Case {
    let mut case = Case::new(matter.kind, matter.site);
    case.words.extend(subtype.tags.iter().cloned());
    if matter.important_customer {
        case = case.with("important_customer");
    }
    if matter.danger || matter.urgency == Urgency::Urgent {
        case = case.with("emergency");
    }
    if matter.channel == Channel::Government && matter.kind == Kind::Fault {
        case = case.with("supply");
    }
    if matter.channel == Channel::Web {
        case = case.with("web");
    }
    case
}

/// An address as it is compared: the same home written with other spaces and widths is the same.
pub fn address_key(address: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    };
    let kept = address.chars().map(narrow).filter(|c| c.is_alphanumeric());
    kept.flat_map(char::to_lowercase).take(120).collect()
}
