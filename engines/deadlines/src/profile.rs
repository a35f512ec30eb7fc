//! How long each step of each matter may take at one utility: rules in order, of which the first that fits wins.

use std::cmp::Ordering;
use std::fmt;

use kernel::Timestamp;
use kernel::calendar::{Calendar, Limit};
use serde::{Deserialize, Serialize};

use crate::clocks::Clocks;
use crate::matter::{Case, EMERGENCY, Kind, Since, Site, Step};

/// A utility's limits, or those of a law or standard laid over them with [`Profile::over`]. Plain data: the centre
/// edits it, versions it and hands it in.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Profile {
    pub name: String,
    pub rules: Vec<Rule>,
}

/// One limit. What is `None` fits everything.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Rule {
    /// What people call it in reports: `T-P01`.
    pub id: String,
    pub step: Step,
    #[serde(default)]
    pub kind: Option<Kind>,
    /// A word the case must have.
    #[serde(default)]
    pub word: Option<String>,
    #[serde(default)]
    pub site: Option<Site>,
    #[serde(default)]
    pub since: Since,
    /// What the customer has been promised; none for a step only we know of.
    #[serde(default)]
    pub customer: Option<Limit>,
    /// What the unit has. None follows from the customer's by [`Rule::unit_limit`].
    #[serde(default)]
    pub unit: Option<Limit>,
    /// Whether more time may be asked for. Never for faults and emergencies.
    #[serde(default)]
    pub extendable: bool,
    /// Who says so.
    #[serde(default)]
    pub source: String,
}

/// No rule fits.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "the profile {profile} has no limit for {step:?} of {kind:?} ({site:?}): add a rule, or one without kind and site"
)]
pub struct NoLimit {
    pub profile: String,
    pub step: Step,
    pub kind: Kind,
    pub site: Site,
}

/// What is wrong with a rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Finding {
    /// Neither the customer nor the unit has a limit.
    NoLimit { rule: String },
    /// Minutes or hours that are none: broken before it is given.
    Zero { rule: String },
    /// The unit has longer than the customer was promised.
    UnitLonger { rule: String },
    /// A fault or an emergency that could be extended.
    Extendable { rule: String },
    /// It never comes to this rule, because an earlier one fits all it fits.
    Shadowed { rule: String, by: String },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::NoLimit { rule } => write!(f, "{rule} says no limit: set customer, unit, or both"),
            Finding::Zero { rule } => write!(f, "{rule} gives no time at all: give at least one minute"),
            Finding::UnitLonger { rule } => {
                write!(f, "{rule} gives the unit longer than the customer was promised: shorten unit")
            }
            Finding::Extendable { rule } => {
                write!(
                    f,
                    "{rule} is a fault or an emergency and extendable: these never are, drop extendable"
                )
            }
            Finding::Shadowed { rule, by } => {
                write!(
                    f,
                    "{rule} never applies, {by} stands above it and fits all it fits: move it up or drop it"
                )
            }
        }
    }
}

/// The customer's limit less one working day, where it has several.
pub(crate) fn a_day_less(customer: Limit) -> Limit {
    match customer {
        Limit::WorkingDays(days) if days > 1 => Limit::WorkingDays(days - 1),
        other => other,
    }
}

impl Rule {
    pub fn fits(&self, case: &Case, step: Step) -> bool {
        self.step == step
            && self.kind.is_none_or(|kind| kind == case.kind)
            && self.word.as_ref().is_none_or(|word| case.words.contains(word))
            && self.site.is_none_or(|site| site == case.site)
    }

    /// The unit's limit. Where none is written it is the public promise less one working day, which is left for review
    /// and call-back (found in State Grid's tables: 4 for 5, 6 for 7, 9 for 10); one working day, hours, minutes and
    /// calendar days stay as they are. None for a rule that says no limit at all.
    pub fn unit_limit(&self) -> Option<Limit> {
        self.unit.or(self.customer.map(a_day_less))
    }

    /// Whether it fits all that `other` fits.
    pub fn covers(&self, other: &Rule) -> bool {
        fn wider<T: PartialEq>(this: &Option<T>, other: &Option<T>) -> bool {
            this.is_none() || this == other
        }
        self.step == other.step
            && wider(&self.kind, &other.kind)
            && wider(&self.word, &other.word)
            && wider(&self.site, &other.site)
    }
}

impl Profile {
    /// The rule for a step of a matter: the first that fits.
    ///
    /// # Errors
    /// [`NoLimit`] when none does; the order then must not be filed without asking for a time.
    pub fn rule(&self, case: &Case, step: Step) -> Result<&Rule, NoLimit> {
        self.rules.iter().find(|rule| rule.fits(case, step)).ok_or_else(|| self.no_limit(case, step))
    }

    /// The clocks of a step, running from the instant its rule's `since` names.
    ///
    /// # Errors
    /// [`NoLimit`] when no rule fits, or the one that does says no limit.
    pub fn start(
        &self,
        case: &Case,
        step: Step,
        since: Timestamp,
        calendar: &Calendar,
    ) -> Result<Clocks, NoLimit> {
        let rule = self.rule(case, step)?;
        Clocks::start(rule, case, since, calendar).ok_or_else(|| self.no_limit(case, step))
    }

    fn no_limit(&self, case: &Case, step: Step) -> NoLimit {
        NoLimit { profile: self.name.clone(), step, kind: case.kind, site: case.site }
    }

    /// These rules before those of `below`: a regional law or a standard over a utility's promises.
    pub fn over(mut self, below: Profile) -> Profile {
        self.name = format!("{} over {}", self.name, below.name);
        self.rules.extend(below.rules);
        self
    }

    /// All that is wrong, in the order of the rules. Empty for the profiles that come with the program.
    pub fn check(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (at, rule) in self.rules.iter().enumerate() {
            let id = || rule.id.clone();
            let given = [rule.customer, rule.unit];
            if given == [None, None] {
                findings.push(Finding::NoLimit { rule: id() });
            }
            if given.iter().flatten().any(|limit| matches!(limit, Limit::Minutes(0) | Limit::Hours(0))) {
                findings.push(Finding::Zero { rule: id() });
            }
            if let (Some(customer), Some(unit)) = (rule.customer, rule.unit)
                && compared(unit, customer).is_some_and(Ordering::is_gt)
            {
                findings.push(Finding::UnitLonger { rule: id() });
            }
            let urgent = rule.kind == Some(Kind::Fault) || rule.word.as_deref() == Some(EMERGENCY);
            if urgent && rule.extendable {
                findings.push(Finding::Extendable { rule: id() });
            }
            if let Some(earlier) = self.rules.iter().take(at).find(|earlier| earlier.covers(rule)) {
                findings.push(Finding::Shadowed { rule: id(), by: earlier.id.clone() });
            }
        }
        findings
    }
}

/// Which is longer, whatever the day. None for limits of different kinds, which cannot always be compared.
pub(crate) fn compared(this: Limit, other: Limit) -> Option<Ordering> {
    match (this, other) {
        (Limit::WorkingDays(this), Limit::WorkingDays(other))
        | (Limit::CalendarDays(this), Limit::CalendarDays(other)) => Some(this.cmp(&other)),
        _ => Some(minutes(this)?.cmp(&minutes(other)?)),
    }
}

/// A limit that runs through nights and holidays, in minutes.
pub(crate) fn minutes(limit: Limit) -> Option<u64> {
    match limit {
        Limit::Minutes(minutes) => Some(u64::from(minutes)),
        Limit::Hours(hours) => Some(u64::from(hours) * 60),
        Limit::CalendarDays(_) | Limit::WorkingDays(_) => None,
    }
}
