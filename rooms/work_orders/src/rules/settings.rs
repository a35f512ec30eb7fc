//! What a centre decides about its work orders, and by which limits it promises.

use deadlines::{Case, Clocks, Profile, Rule, Step, Thresholds};
use kernel::Timestamp;
use kernel::calendar::{Calendar, Limit};
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
    /// Customers without a mobile are called by the machine, which says the same; otherwise people call them.
    #[serde(default)]
    pub call_landlines: bool,
    /// The number they may call.
    #[serde(default = "hotline")]
    pub hotline: String,
    /// Orders of which the promise to the customer broke are supervised at once.
    #[serde(default = "yes")]
    pub supervise_overdue: bool,
    /// A supervision that is not answered in time is followed by the next grade, which is told one level higher.
    #[serde(default = "yes")]
    pub raise_unanswered: bool,
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
            call_landlines: false,
            hotline: hotline(),
            supervise_overdue: true,
            raise_unanswered: true,
            fallback: Limit::WorkingDays(1),
        }
    }
}

impl Settings {
    /// Whom a text message cannot tell what has changed, people have to.
    pub fn people_call(&self) -> bool {
        self.tell_customers && !self.call_landlines
    }

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
}

/// The profiles that bind for one order. Of two rules for the same step the one that is due first binds.
#[derive(Clone, Copy, Debug)]
pub struct Binding<'a> {
    utility: &'a Profile,
    government: Option<&'a Profile>,
}

impl<'a> Binding<'a> {
    fn profiles(self) -> impl Iterator<Item = &'a Profile> {
        [Some(self.utility), self.government].into_iter().flatten()
    }

    /// The rule of each profile for a step, whichever of them will bind.
    pub fn rules(self, case: &Case, step: Step) -> impl Iterator<Item = &'a Rule> {
        self.profiles().filter_map(move |profile| profile.rule(case, step).ok())
    }

    /// Whether only 12345 has this rule for a step.
    pub fn is_governments(self, case: &Case, step: Step, rule: &str) -> bool {
        let has = |profile: &Profile| profile.rule(case, step).is_ok_and(|one| one.id == rule);
        self.government.is_some_and(has) && !has(self.utility)
    }

    /// What begins for a step, by the instant from which each rule counts; none where that has not come. Two only where
    /// neither is due before the other with both of its clocks.
    pub fn start(
        self,
        case: &Case,
        step: Step,
        calendar: &Calendar,
        since: impl Fn(&Rule) -> Option<Timestamp>,
    ) -> Vec<(&'a Rule, Clocks)> {
        let mut begun: Vec<(&Rule, Clocks)> = Vec::new();
        for profile in self.profiles() {
            let Ok(rule) = profile.rule(case, step) else { continue };
            let Some(since) = since(rule) else { continue };
            let Ok(clocks) = profile.start(case, step, since, calendar) else { continue };
            if !begun.iter().any(|(_, other)| no_later(other, &clocks)) {
                begun.retain(|(_, other)| !no_later(&clocks, other));
                begun.push((rule, clocks));
            }
        }
        begun
    }
}

/// Whether the one binds whenever the other would.
fn no_later(one: &Clocks, other: &Clocks) -> bool {
    let customers = match (one.customer(), other.customer()) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(one), Some(other)) => one.due() <= other.due(),
    };
    customers && one.unit().due() <= other.unit().due()
}

impl Limits {
    pub fn of(utility: Profile) -> Limits {
        Limits { utility, government: Profile::gov12345() }
    }

    /// What binds for what came by this way: the utility's own limits, and 12345's for what it sends.
    pub fn for_channel(&self, channel: Channel) -> Binding<'_> {
        let government = (channel == Channel::Government).then_some(&self.government);
        Binding { utility: &self.utility, government }
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
