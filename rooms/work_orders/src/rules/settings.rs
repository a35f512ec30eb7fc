//! What a centre decides about its work orders, and by which limits it promises.

use std::sync::OnceLock;

use deadlines::{Profile, Thresholds};
use kernel::calendar::Limit;
use serde::{Deserialize, Serialize};

use super::Refusal;
use super::order::Channel;

/// One version of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// When to warn before a promise breaks.
    #[serde(default)]
    pub thresholds: Thresholds,
    /// So often a unit may send an order back; then somebody rules.
    pub returns_max: u8,
    /// So many days after it was closed an order may be taken up again.
    pub reopen_days: u16,
    /// Orders of the same home within so many hours are offered as duplicates.
    pub duplicate_hours: u16,
    /// Of sampled sub-types so many of a hundred are called back.
    pub call_back_percent: u8,
    /// Customers with a mobile number are told by text message: accepted, more time needed, done.
    #[serde(default = "yes")]
    pub tell_customers: bool,
    /// The number they may call.
    #[serde(default = "hotline")]
    pub hotline: String,
    /// Orders of which the promise to the customer broke are supervised at once.
    #[serde(default = "yes")]
    pub supervise_overdue: bool,
    /// For a step that no rule knows.
    pub fallback: Limit,
}

fn yes() -> bool {
    true
}

fn hotline() -> String {
    "95598".into()
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            thresholds: Thresholds::default(),
            returns_max: 2,
            reopen_days: 7,
            duplicate_hours: 24,
            call_back_percent: 30,
            tell_customers: true,
            hotline: hotline(),
            supervise_overdue: true,
            fallback: Limit::WorkingDays(1),
        }
    }
}

impl Settings {
    /// # Errors
    /// [`Refusal::BadConfig`] for what cannot be meant.
    pub fn check(&self) -> Result<(), Refusal> {
        let bad = |detail: &str| Err(Refusal::BadConfig { detail: detail.to_owned() });
        if self.call_back_percent > 100 {
            return bad("call_back_percent is 0 to 100");
        }
        if self.hotline.chars().count() > 20 {
            return bad("hotline has at most 20 characters");
        }
        if self.returns_max > 10 {
            return bad("returns_max is 0 to 10");
        }
        Ok(())
    }
}

/// The limits in force: the utility's, and 12345's for what comes from there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub utility: Profile,
    pub government: Profile,
    /// Both together, made once.
    #[serde(skip)]
    both: Both,
}

/// Follows from the other two, and is no part of what is compared or kept.
#[derive(Clone, Debug, Default)]
struct Both(OnceLock<Profile>);

impl PartialEq for Both {
    fn eq(&self, _: &Both) -> bool {
        true
    }
}
impl Eq for Both {}

impl Limits {
    pub fn of(utility: Profile) -> Limits {
        Limits { utility, government: Profile::gov12345(), both: Both::default() }
    }

    /// What binds for what came by this way: 12345's limits before the utility's own, which go on binding.
    pub fn for_channel(&self, channel: Channel) -> &Profile {
        if channel != Channel::Government {
            return &self.utility;
        }
        self.both.0.get_or_init(|| self.government.clone().over(self.utility.clone()))
    }

    /// # Errors
    /// [`Refusal::BadConfig`] with the first finding.
    pub fn check(&self) -> Result<(), Refusal> {
        match self.utility.check().into_iter().chain(self.government.check()).next() {
            Some(finding) => Err(Refusal::BadConfig { detail: finding.to_string() }),
            None => Ok(()),
        }
    }
}
