//! What a centre decides about its call-backs: how often, how far apart, at what hours, and what counts as satisfied.

use deadlines::Kind;
use jiff::civil::Time;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Refusal;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// 上午
    Morning,
    /// 下午
    Afternoon,
    /// 傍晚
    Evening,
}

/// A part of the day in which customers may be called: from `from` until just before `to`, local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    pub part: Part,
    #[schema(value_type = String, example = "08:00:00")]
    pub from: Time,
    #[schema(value_type = String, example = "12:00:00")]
    pub to: Time,
}

/// One version of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// After so many in vain the order is closed unasked.
    pub attempts: u8,
    /// So many minutes lie between two attempts, at least.
    pub gap_min: u16,
    /// The attempts lie in so many different parts of the day, at least.
    pub parts_needed: u8,
    /// When customers may be called, unless they asked for another hour.
    pub hours: Vec<Hours>,
    /// So many minutes a task stays with whoever took it.
    pub claim_min: u16,
    /// Emergencies are asked within so many hours, where no promise says otherwise.
    pub emergency_h: u16,
    /// Others within so many working days.
    pub ordinary_days: u8,
    /// The customer's time of arrival may differ by so many minutes from the crew's.
    pub doubt_min: u16,
    /// 一般 counts as satisfied.
    pub fair_counts: bool,
    /// The same for what came from 12345.
    pub fair_counts_government: bool,
    /// What the machine asks.
    #[serde(default)]
    pub machine: Machine,
}

/// A machine that calls and lets keys answer. People come first: it asks only where nobody has taken it for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    pub on: bool,
    /// Of these kinds only.
    #[schema(value_type = Vec<String>)]
    pub kinds: Vec<Kind>,
    /// Emergencies, too.
    pub emergencies: bool,
    /// So many minutes a person has time to take it.
    pub after_min: u16,
    /// The published flow that it asks with: keys 1 and 2 at `solved`, 1 to 5 at `satisfied`.
    pub flow: String,
}

impl Default for Machine {
    /// Nobody who has complained is asked by a machine.
    fn default() -> Self {
        Machine {
            on: false,
            kinds: vec![Kind::Fault, Kind::Enquiry, Kind::Opinion, Kind::Suggestion, Kind::Request],
            emergencies: false,
            after_min: 60,
            flow: "callback_survey".to_owned(),
        }
    }
}

impl Default for Settings {
    /// Domain reference 3.7: not between 12:00 and 14:00, nor between 21:00 and 08:00.
    fn default() -> Self {
        let hours = |part, from: i8, to: i8| Hours {
            part,
            from: jiff::civil::time(from, 0, 0, 0),
            to: jiff::civil::time(to, 0, 0, 0),
        };
        Settings {
            attempts: 3,
            gap_min: 120,
            parts_needed: 2,
            hours: vec![
                hours(Part::Morning, 8, 12),
                hours(Part::Afternoon, 14, 18),
                hours(Part::Evening, 18, 21),
            ],
            claim_min: 10,
            emergency_h: 24,
            ordinary_days: 1,
            doubt_min: 15,
            fair_counts: false,
            fair_counts_government: true,
            machine: Machine::default(),
        }
    }
}

impl Settings {
    /// # Errors
    /// [`Refusal::BadSettings`] with the first value that cannot be meant.
    pub fn check(&self) -> Result<(), Refusal> {
        let bad = |field: &'static str| Err(Refusal::BadSettings { field });
        if !(1..=10).contains(&self.attempts) {
            return bad("attempts");
        }
        if self.gap_min > 24 * 60 {
            return bad("gap_min");
        }
        let mut last = None;
        for hours in &self.hours {
            if hours.from >= hours.to || last.is_some_and(|last| hours.from < last) {
                return bad("hours");
            }
            last = Some(hours.to);
        }
        if self.hours.is_empty() || self.hours.len() > 3 {
            return bad("hours");
        }
        let parts: std::collections::BTreeSet<Part> = self.hours.iter().map(|hours| hours.part).collect();
        if parts.len() != self.hours.len() {
            return bad("hours");
        }
        if usize::from(self.parts_needed) > parts.len().min(usize::from(self.attempts)) {
            return bad("parts_needed");
        }
        if !(1..=120).contains(&self.claim_min) {
            return bad("claim_min");
        }
        if !(1..=240).contains(&self.emergency_h) {
            return bad("emergency_h");
        }
        if !(1..=30).contains(&self.ordinary_days) {
            return bad("ordinary_days");
        }
        if !(1..=720).contains(&self.doubt_min) {
            return bad("doubt_min");
        }
        if self.machine.after_min > 10_080 {
            return bad("after_min");
        }
        if self.machine.on && (self.machine.flow.trim().is_empty() || self.machine.flow.chars().count() > 60)
        {
            return bad("flow");
        }
        Ok(())
    }
}
