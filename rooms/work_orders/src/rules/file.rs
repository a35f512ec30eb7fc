//! 受理: what a matter lacks before it can be accepted, and what is kept of it.

use std::collections::BTreeSet;

use deadlines::{Case, Kind};
use interactions::rules::check::unfit;
use kernel::mask;
use kernel::phone::PhoneNumber;

use super::decide::{Asker, Bar, Power, may_know};
use super::kinds::Subtype;
use super::order::{Channel, Matter, Order, Privacy, Urgency};
use super::{Fault, Kinds, Refusal};

const CONTENT_MAX: usize = 4_000;
const FIELD_MAX: usize = 500;
const CUSTOMER_MAX: usize = 64;

/// The matter as it is kept: trimmed, with what follows from its sub-type.
///
/// # Errors
/// [`Refusal::Incomplete`] with everything that is missing or does not fit, field by field.
pub fn complete(matter: Matter, kinds: &Kinds) -> Result<(Matter, Subtype), Refusal> {
    let offered = kinds.find(&matter.subtype).filter(|subtype| !subtype.retired);
    with_subtype(matter, offered)
}

fn with_subtype(mut matter: Matter, subtype: Option<&Subtype>) -> Result<(Matter, Subtype), Refusal> {
    let mut faults = Vec::new();
    let mut note = |field: &str, why| faults.push(Fault { field: field.to_owned(), why });
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
    if matter.customer.as_ref().is_some_and(|customer| customer.chars().count() > CUSTOMER_MAX) {
        note("customer", "too_long");
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

/// The matter as it reads after somebody has corrected it. What this person was not shown stays as it was, whatever comes
/// back from the page.
///
/// # Errors
/// As [`complete`], and when a confidential matter would be opened by somebody who does not supervise.
pub fn corrected(
    before: &Order,
    mut matter: Matter,
    asker: &Asker,
    kinds: &Kinds,
) -> Result<Matter, Refusal> {
    let was = &before.matter;
    if may_know(before, asker) {
        let unmasked = |text: &mut String, was: &str, masked: String| {
            if !was.is_empty() && *text == masked {
                was.clone_into(text);
            }
        };
        unmasked(&mut matter.contact.name, &was.contact.name, mask::name(&was.contact.name));
        unmasked(&mut matter.contact.phone, &was.contact.phone, mask::phone(&was.contact.phone));
        unmasked(&mut matter.address, &was.address, mask::address(&was.address));
    } else {
        matter.privacy = was.privacy;
        matter.contact = was.contact.clone();
        matter.customer.clone_from(&was.customer);
        matter.address.clone_from(&was.address);
        matter.call = was.call;
    }
    with_numbers(&mut matter.content, &was.content);
    for (key, value) in &mut matter.fields {
        with_numbers(value, was.fields.get(key).map_or("", String::as_str));
    }
    // Orders of a sub-type that is no longer offered may keep it.
    let offered =
        kinds.find(&matter.subtype).filter(|subtype| !subtype.retired || subtype.code == was.subtype);
    let (matter, _) = with_subtype(matter, offered)?;
    if matter.privacy < was.privacy && !asker.has(Power::Supervise) {
        return Err(Refusal::Barred { bar: Bar::StaysConfidential });
    }
    Ok(matter)
}

/// Numbers that come back as they were shown are the numbers that stood there.
fn with_numbers(text: &mut String, was: &str) {
    for run in was.split(|c: char| !c.is_ascii_digit()).filter(|run| run.len() >= 7) {
        *text = text.replacen(&mask::phone(run), run, 1);
    }
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
