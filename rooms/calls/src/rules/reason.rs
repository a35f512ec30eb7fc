//! For how long, how often and by how many at a time agents may be away, by reason.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Refusal;

/// What is absent is not limited.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReasonLimit {
    /// Of one spell; longer is remarked upon.
    pub minutes: Option<u32>,
    /// Spells in a shift; more are remarked upon.
    pub spells: Option<u32>,
    /// Of those signed in, so many per cent at a time; more are refused, but for a leader's order. One may always.
    pub share_percent: Option<u8>,
}

/// 小休: ten minutes, three times, 15 % of the seats. 用餐: three quarters of an hour.
pub fn reasons_by_default() -> BTreeMap<String, ReasonLimit> {
    let rest = ReasonLimit { minutes: Some(10), spells: Some(3), share_percent: Some(15) };
    let meal = ReasonLimit { minutes: Some(45), ..ReasonLimit::default() };
    BTreeMap::from([("short_break".to_owned(), rest), ("meal".to_owned(), meal)])
}

pub fn check(reason: &str, limit: &ReasonLimit) -> Result<(), Refusal> {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if reason.is_empty() || reason.len() > 40 || !reason.chars().all(word) {
        return Err(Refusal::BadName { name: reason.to_owned() });
    }
    let within = |field, least, most, value: Option<u32>| match value {
        Some(value) if value < least || value > most => Err(Refusal::OutOfRange { field, least, most }),
        _ => Ok(()),
    };
    within("minutes", 1, 600, limit.minutes)?;
    within("spells", 0, 100, limit.spells)?;
    within("share_percent", 0, 100, limit.share_percent.map(u32::from))
}
