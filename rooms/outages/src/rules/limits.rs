//! What statutes and the utility's own rules want of an outage (domain reference 6.2), checked before it is published.

use customers::rules::Utility;
use kernel::Timestamp;
use kernel::calendar::Calendar;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Class, words};

words! {
    /// The duties, by their numbers in the reference.
    Duty {
        /// Planned power outage: announced seven days before.
        O1 = "o1",
        /// Temporary outage: important users 24 hours before.
        O2 = "o2",
        /// Important customers by telephone, seven days and one day before.
        O4 = "o4",
        /// A fault is entered within five minutes.
        O8 = "o8",
        /// Arrears: told seven days before.
        O9 = "o9",
        /// Cut off for a breach or a disturbance: 24 hours before.
        O10 = "o10",
        /// Planned gas interruption: 48 hours before.
        O11 = "o11",
        /// Gas is announced before it is turned on again.
        O12 = "o12",
        /// Gas for more than a day or 3,000 households: emergency supply and a report.
        O14 = "o14",
    }
}
words! {
    Weight {
        /// Goes on only with a reason.
        Violated = "violated",
        Warning = "warning",
        /// To be thought of.
        Note = "note",
    }
}

/// What there is to say of one duty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    pub duty: Duty,
    pub weight: Weight,
    /// Whole hours between telling and the start; below nought when it has begun.
    pub hours: i64,
}

/// What the duties depend on.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    pub utility: Utility,
    pub class: Class,
    pub starts: Timestamp,
    pub ends: Option<Timestamp>,
    pub important: i64,
    pub affected: i64,
}

const HOUR: i64 = 3_600;
const O5_S: i64 = 7 * 24 * HOUR;

/// What would be wrong if it were published at this instant. The most serious first.
pub fn check(case: &Case, published: Timestamp, calendar: &Calendar) -> Vec<Finding> {
    let seconds = case.starts.as_secs() - published.as_secs();
    let hours = seconds.div_euclid(HOUR);
    let mut found = Vec::new();
    let mut say = |duty, weight| found.push(Finding { duty, weight, hours });
    let dates = || calendar.civil(published).date().until(calendar.civil(case.starts).date());
    let days = dates().map_or(0, |span| span.get_days());
    match (case.utility, case.class) {
        (Utility::Gas, Class::Planned) if seconds < 48 * HOUR => say(Duty::O11, Weight::Violated),
        (Utility::Power | Utility::Cable, Class::Planned) if days < 7 => say(Duty::O1, Weight::Violated),
        (Utility::Power | Utility::Cable, Class::Planned) if hours < 168 => say(Duty::O1, Weight::Warning),
        (_, Class::Temporary) if case.important > 0 && seconds < 24 * HOUR => say(Duty::O2, Weight::Violated),
        (_, Class::Arrears) if days < 7 => say(Duty::O9, Weight::Violated),
        (_, Class::Breach) if seconds < 24 * HOUR => say(Duty::O10, Weight::Violated),
        (_, Class::Fault) if seconds < -5 * 60 => say(Duty::O8, Weight::Warning),
        _ => {}
    }
    if case.class == Class::Planned && case.important > 0 && days < 7 {
        say(Duty::O4, Weight::Warning);
    }
    let long = case.ends.is_some_and(|ends| ends.as_secs() - case.starts.as_secs() > 24 * HOUR);
    if case.utility == Utility::Gas && (long || case.affected > 3_000) {
        say(Duty::O14, Weight::Note);
    }
    found.sort_by_key(|finding| finding.weight);
    found
}

/// The last instant at which it may be published without breaking a duty; none where it is published at once.
pub fn publish_by(
    utility: Utility,
    class: Class,
    starts: Timestamp,
    calendar: &Calendar,
) -> Option<Timestamp> {
    let before = |days: i64| {
        let day = calendar.civil(starts).date().checked_sub(jiff::Span::new().days(days - 1)).ok()?;
        Some(Timestamp::from_micros(calendar.start_of(day).as_micros() - 1))
    };
    match (utility, class) {
        (Utility::Gas, Class::Planned) => Some(Timestamp::from_secs(starts.as_secs() - 48 * HOUR)),
        (_, Class::Planned | Class::Arrears) => before(7),
        (_, Class::Temporary | Class::Breach) => Some(Timestamp::from_secs(starts.as_secs() - 24 * HOUR)),
        (_, Class::Fault) => None,
    }
}

/// The earliest start of what people are told now that keeps the duty beside it; none where it may begin at once.
pub fn earliest(
    utility: Utility,
    class: Class,
    important: i64,
    now: Timestamp,
    calendar: &Calendar,
) -> Option<(Duty, Timestamp)> {
    let hours = |many: i64| Timestamp::from_secs(now.as_secs() + many * HOUR);
    let days = |many: i64| {
        let day = calendar.civil(now).date().checked_add(jiff::Span::new().days(many)).ok()?;
        Some(calendar.start_of(day))
    };
    match (utility, class) {
        (Utility::Gas, Class::Planned) => Some((Duty::O11, hours(48))),
        (_, Class::Planned) => days(7).map(|at| (Duty::O1, at)),
        (_, Class::Temporary) => (important > 0).then(|| (Duty::O2, hours(24))),
        (_, Class::Arrears) => days(7).map(|at| (Duty::O9, at)),
        (_, Class::Breach) => Some((Duty::O10, hours(24))),
        (_, Class::Fault) => None,
    }
}

/// The second notice before arrears are cut off (O9).
pub const SOON_S: u64 = 30 * 60;

/// What would be wrong if supply were turned on again now: of gas people are told before.
pub fn before_restoring(utility: Utility, class: Class, announced: Option<Timestamp>) -> Option<Finding> {
    let owed = utility == Utility::Gas && !class.is_personal() && announced.is_none();
    owed.then_some(Finding { duty: Duty::O12, weight: Weight::Violated, hours: 0 })
}

/// An agent tells of it without being asked: it begins within seven days (O5).
pub fn is_coming(starts: Timestamp, now: Timestamp) -> bool {
    let seconds = starts.as_secs() - now.as_secs();
    seconds > 0 && seconds <= O5_S
}
