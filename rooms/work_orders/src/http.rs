//! The room's HTTP: parse, load, decide, save, answer.

pub mod attachments;
pub mod config;
pub mod figures;
pub mod filing;
pub mod lists;
pub mod orders;
pub mod views;

use crate::rules::Refusal;
use web::Error;

fn bad(field: &'static str) -> Error {
    Refusal::BadQuery { field }.into()
}

/// A parameter that may be absent or empty.
fn given<T: std::str::FromStr>(field: &'static str, text: Option<&str>) -> Result<Option<T>, Error> {
    text.filter(|text| !text.is_empty()).map(|text| text.parse().map_err(|_| bad(field))).transpose()
}

/// A plain enum that may be absent or empty.
fn word<T: serde::de::DeserializeOwned>(field: &'static str, text: Option<&str>) -> Result<Option<T>, Error> {
    let text = text.filter(|text| !text.is_empty());
    text.map(|text| promises::rules::parse(text).ok_or_else(|| bad(field))).transpose()
}
