//! The reasons for not being ready: what they are called, whether they are a pause, and for how long, how often and by how many
//! at a time agents may be away.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Refusal;

/// More than anybody finds in a menu.
pub const REASONS_MAX: usize = 40;
const NAME_MAX: usize = 20;

/// One reason. A limit that is absent is none.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReasonLimit {
    /// What it is called; empty is the word that screens have for it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub zh: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub en: String,
    /// A pause (小休), shown and counted as one; otherwise being busy (置忙). Absent is as it was from the start.
    pub pause: Option<bool>,
    /// Of one spell; longer is remarked upon.
    pub minutes: Option<u32>,
    /// Spells in a shift; more are remarked upon.
    pub spells: Option<u32>,
    /// Of those signed in, so many per cent at a time; more are refused, but for a leader's order. One may always.
    pub share_percent: Option<u8>,
}

/// 小休: ten minutes, three times, 15 % of the seats. 用餐: three quarters of an hour. The others are not limited.
pub fn reasons_by_default() -> BTreeMap<String, ReasonLimit> {
    let of = |pause: bool| ReasonLimit { pause: Some(pause), ..ReasonLimit::default() };
    let short = ReasonLimit { minutes: Some(10), spells: Some(3), share_percent: Some(15), ..of(true) };
    let meal = ReasonLimit { minutes: Some(45), ..of(true) };
    let all = [
        ("short_break", short),
        ("meal", meal),
        ("training", of(true)),
        ("meeting", of(true)),
        ("callback", of(false)),
        ("coaching", of(false)),
        ("fault", of(false)),
    ];
    all.map(|(reason, limit)| (reason.to_owned(), limit)).into()
}

/// Set by the centre itself, and chosen by nobody; they may have limits, too.
const OF_THE_CENTRE: &[&str] =
    &["missed", "signed_in", "device_lost", "phone_lost", "lost", "unreachable", "declined"];

/// May the reason be changed to this? Without a limit it goes, for which it need not be a known one.
pub fn check(reason: &str, limit: Option<&ReasonLimit>) -> Result<(), Refusal> {
    check_word(reason)?;
    limit.map_or(Ok(()), |limit| check_limit(reason, limit))
}

fn check_word(reason: &str) -> Result<(), Refusal> {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if reason.is_empty() || reason.len() > 40 || !reason.chars().all(word) {
        return Err(Refusal::BadName { name: reason.to_owned() });
    }
    Ok(())
}

fn check_limit(reason: &str, limit: &ReasonLimit) -> Result<(), Refusal> {
    let within = |field, least, most, value: Option<u32>| match value {
        Some(value) if value < least || value > most => Err(Refusal::OutOfRange { field, least, most }),
        _ => Ok(()),
    };
    let known = reasons_by_default().contains_key(reason) || OF_THE_CENTRE.contains(&reason);
    if !known && limit.zh.trim().is_empty() {
        return Err(Refusal::ReasonNeedsName { reason: reason.to_owned() });
    }
    let most = NAME_MAX;
    if [&limit.zh, &limit.en]
        .into_iter()
        .any(|name| name.chars().count() > most || name.chars().any(char::is_control))
    {
        return Err(Refusal::ReasonNameTooLong { most });
    }
    within("minutes", 1, 600, limit.minutes)?;
    within("spells", 0, 100, limit.spells)?;
    within("share_percent", 0, 100, limit.share_percent.map(u32::from))
}
