//! What a query string says, field by field: absent or empty is none, and what cannot be read is refused by name.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use kernel::Timestamp;
use serde::Deserialize;
use serde::de::value::StrDeserializer;
use serde::de::{DeserializeOwned, IntoDeserializer, value};
use utoipa::IntoParams;

use crate::error::{Error, Status};

/// 400, `web.bad_query` with the field's name.
pub fn bad_query(field: &'static str) -> Error {
    Error::refused(Status::BadRequest, "bad_query").with("field", field)
}

/// A number, an id, an instant that may be absent or empty.
pub fn given<T: FromStr>(field: &'static str, text: Option<&str>) -> Result<Option<T>, Error> {
    text.filter(|text| !text.is_empty()).map(|text| text.parse().map_err(|_| bad_query(field))).transpose()
}

/// A plain enum, as it is called on the wire, that may be absent or empty.
pub fn word<T: DeserializeOwned>(field: &'static str, text: Option<&str>) -> Result<Option<T>, Error> {
    let read = |text: &str| {
        let text: StrDeserializer<'_, value::Error> = text.into_deserializer();
        T::deserialize(text).map_err(|_| bad_query(field))
    };
    text.filter(|text| !text.is_empty()).map(read).transpose()
}

/// The longest period that is counted: a year and a month.
const PERIOD_MAX: Duration = Duration::from_secs(400 * 86_400);

/// Which period a figure is of.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Period {
    /// From this instant on (RFC 3339).
    pub from: String,
    /// Before this instant.
    pub to: String,
}

impl Period {
    /// A period that ends before it begins is none; one of more than 400 days would read everything there is.
    pub fn read(&self) -> Result<(Timestamp, Timestamp), Error> {
        let read = |field, text: &str| text.parse::<Timestamp>().map_err(|_| bad_query(field));
        let (from, to) = (read("from", &self.from)?, read("to", &self.to)?);
        if to < from || to.since(from) > PERIOD_MAX {
            return Err(bad_query("to").with("most_days", PERIOD_MAX.as_secs() / 86_400));
        }
        Ok((from, to))
    }
}

/// What the rows of a table stand for.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Grouped {
    /// `unit`, `kind` or `area`; `unit` if not given.
    pub by: Option<String>,
}

/// The `next` of a page that ends with this: [`place`] reads it.
pub fn placed(at: Timestamp, id: impl fmt::Display) -> String {
    format!("{}~{id}", at.as_micros())
}

/// The `next` of the page before, `time in microseconds~id`, that may be absent or empty.
pub fn place<T: FromStr>(field: &'static str, text: Option<&str>) -> Result<Option<(Timestamp, T)>, Error> {
    Ok(pair(field, text)?.map(|(at, id)| (Timestamp::from_micros(at), id)))
}

/// The same in a list that is ordered by something else: `what~id`.
pub fn pair<A: FromStr, B: FromStr>(
    field: &'static str,
    text: Option<&str>,
) -> Result<Option<(A, B)>, Error> {
    let read = |text: &str| {
        let (what, id) = text.split_once('~')?;
        Some((what.parse().ok()?, id.parse().ok()?))
    };
    text.filter(|text| !text.is_empty()).map(|text| read(text).ok_or_else(|| bad_query(field))).transpose()
}
