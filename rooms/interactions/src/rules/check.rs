//! What a record lacks before it is complete, field by field.

use kernel::phone::PhoneNumber;
use serde::Serialize;
use utoipa::ToSchema;

use super::record::{Draft, Outcome};
use super::{Field, FieldKind, Tree};

/// One thing to mend, at the field where it is mended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Fault {
    /// `reason`, `result`, `contact`, or `fields.` and the field's key.
    pub field: String,
    pub why: Why,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    Missing,
    /// There is no such reason, or it is no longer offered.
    Unknown,
    /// A class or a group, not a reason.
    TooGeneral,
    /// This reason may not be closed on the call.
    NotClosable,
    /// Not one of the choices.
    NotOffered,
    BadDate,
    BadNumber,
    BadPhone,
    BadAnswer,
}

/// In the order of the form. `number` is the caller's, empty if it was withheld.
pub fn faults(tree: &Tree, draft: &Draft, number: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut note = |field: &str, why| faults.push(Fault { field: field.to_owned(), why });
    let void = draft.result.is_some_and(Outcome::is_void);
    let reason = draft.reason.as_deref().filter(|code| !code.is_empty());
    match reason {
        None if void => {}
        None => note("reason", Why::Missing),
        Some(code) => match tree.find(code) {
            None => note("reason", Why::Unknown),
            Some(reason) if reason.retired => note("reason", Why::Unknown),
            Some(_) if !tree.is_leaf(code) => note("reason", Why::TooGeneral),
            Some(_) => {}
        },
    }
    let effective = reason.map(|code| tree.effective(code));
    match draft.result {
        None => note("result", Why::Missing),
        Some(Outcome::Answered) if effective.as_ref().is_some_and(|reason| !reason.closable) => {
            note("result", Why::NotClosable);
        }
        Some(_) => {}
    }
    let contact = draft.contact.trim();
    let reachable = number.chars().any(|c| c.is_ascii_digit());
    match draft.result {
        Some(Outcome::Order | Outcome::CallBack) if contact.is_empty() && !reachable => {
            note("contact", Why::Missing);
        }
        _ if !contact.is_empty() && contact.parse::<PhoneNumber>().is_err() => note("contact", Why::BadPhone),
        _ => {}
    }
    if void {
        return faults;
    }
    for field in effective.map(|reason| reason.fields).unwrap_or_default() {
        let value = draft.fields.get(&field.key).map(|value| value.trim()).unwrap_or_default();
        let why = if value.is_empty() { field.required.then_some(Why::Missing) } else { unfit(field, value) };
        if let Some(why) = why {
            faults.push(Fault { field: format!("fields.{}", field.key), why });
        }
    }
    faults
}

/// Why this value, which is not empty, is none for this field.
pub fn unfit(field: &Field, value: &str) -> Option<Why> {
    let (fits, why) = match field.kind {
        FieldKind::Text | FieldKind::Address => (true, Why::Missing),
        FieldKind::Choice => (field.options.iter().any(|option| option.key == value), Why::NotOffered),
        FieldKind::Date => (value.parse::<jiff::civil::Date>().is_ok(), Why::BadDate),
        FieldKind::DateTime => (value.parse::<jiff::civil::DateTime>().is_ok(), Why::BadDate),
        FieldKind::Number => (value.parse::<f64>().is_ok_and(f64::is_finite), Why::BadNumber),
        FieldKind::Phone => (value.parse::<PhoneNumber>().is_ok(), Why::BadPhone),
        FieldKind::YesNo => (matches!(value, "yes" | "no"), Why::BadAnswer),
    };
    (!fits).then_some(why)
}
