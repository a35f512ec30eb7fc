//! How a campaign calls: which flow, at what hours, how often, how many at a time.

use std::time::Duration;

use jiff::civil::{Date, Time};
use kernel::Timestamp;
use kernel::calendar::Calendar;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Refusal;

/// Days ahead; longer nobody is out of hours.
const DAYS: usize = 3;

/// From `from` until just before `to`, local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    #[schema(value_type = String, example = "08:00:00")]
    pub from: Time,
    #[schema(value_type = String, example = "12:00:00")]
    pub to: Time,
}

/// As it is kept with a campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The name of the published flow that whoever answers is led through.
    pub flow: String,
    /// The number shown to whom we call; none is that of the trunk.
    #[serde(default)]
    pub shown: Option<String>,
    /// When people may be called. Empty: at any hour, which only danger excuses.
    pub hours: Vec<Hours>,
    /// After so many in vain nobody is called any more.
    pub attempts: u8,
    /// So many minutes lie between two attempts, at least.
    pub gap_min: u16,
    /// So long it rings, in seconds.
    pub ring_s: u16,
    /// So many are called at the same time, at most.
    pub at_once: u16,
    /// So many of a hundred lines stay free for people who call.
    pub keep_free: u8,
    /// The keys of which one must be pressed; empty is any. Who presses none has answered and was not reached.
    pub confirm: String,
    /// Whoever answered and pressed nothing is called again.
    pub again_without_key: bool,
    /// What answers like an answering machine is left alone, and counts as one.
    #[serde(default = "yes")]
    pub tell_machines: bool,
}

fn yes() -> bool {
    true
}

/// What new campaigns begin with, and what holds for all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub hours: Vec<Hours>,
    pub attempts: u8,
    pub gap_min: u16,
    pub ring_s: u16,
    pub at_once: u16,
    pub tell_machines: bool,
    /// The number that the machine shows, where a campaign names none of its own; none is that of the trunk.
    #[serde(default)]
    pub shown: Option<String>,
    /// Of all campaigns together: so many of a hundred lines stay free, whatever a campaign says.
    pub keep_free: u8,
}

impl Default for Settings {
    /// Domain reference 3.7: not between 12:00 and 14:00, nor between 21:00 and 08:00; three attempts, two hours apart.
    fn default() -> Self {
        let hours = |from: i8, to: i8| Hours {
            from: jiff::civil::time(from, 0, 0, 0),
            to: jiff::civil::time(to, 0, 0, 0),
        };
        Settings {
            hours: vec![hours(8, 12), hours(14, 21)],
            attempts: 3,
            gap_min: 120,
            ring_s: 30,
            at_once: 20,
            tell_machines: true,
            shown: None,
            keep_free: 50,
        }
    }
}

impl Settings {
    /// A plan as these settings have it.
    pub fn plan(&self, flow: &str) -> Plan {
        Plan {
            flow: flow.to_owned(),
            shown: None,
            hours: self.hours.clone(),
            attempts: self.attempts,
            gap_min: self.gap_min,
            ring_s: self.ring_s,
            at_once: self.at_once,
            keep_free: self.keep_free,
            confirm: String::new(),
            again_without_key: true,
            tell_machines: self.tell_machines,
        }
    }

    /// # Errors
    /// [`Refusal::BadPlan`] with the first value that cannot be meant.
    pub fn check(&self) -> Result<(), Refusal> {
        Plan { shown: self.shown.clone(), ..self.plan("any") }.check()
    }
}

impl Plan {
    /// # Errors
    /// [`Refusal::BadPlan`] with the first value that cannot be meant.
    pub fn check(&self) -> Result<(), Refusal> {
        let bad = |field: &'static str| Err(Refusal::BadPlan { field });
        if self.flow.trim().is_empty() || self.flow.chars().count() > 60 {
            return bad("flow");
        }
        let digits =
            |number: &String| number.len() <= 32 && number.bytes().all(|b| b.is_ascii_digit() || b == b'+');
        if self.shown.as_ref().is_some_and(|number| number.is_empty() || !digits(number)) {
            return bad("shown");
        }
        let mut last = None;
        for hours in &self.hours {
            if hours.from >= hours.to || last.is_some_and(|last| hours.from < last) {
                return bad("hours");
            }
            last = Some(hours.to);
        }
        if self.hours.len() > 6 {
            return bad("hours");
        }
        if !(1..=10).contains(&self.attempts) {
            return bad("attempts");
        }
        if self.gap_min > 7 * 24 * 60 {
            return bad("gap_min");
        }
        if !(5..=120).contains(&self.ring_s) {
            return bad("ring_s");
        }
        if !(1..=1_000).contains(&self.at_once) {
            return bad("at_once");
        }
        if self.keep_free > 95 {
            return bad("keep_free");
        }
        if self.confirm.len() > 12
            || !self.confirm.bytes().all(|b| b.is_ascii_digit() || b == b'*' || b == b'#')
        {
            return bad("confirm");
        }
        Ok(())
    }

    pub fn open(&self, calendar: &Calendar, now: Timestamp) -> bool {
        self.next(calendar, now) <= now
    }

    /// The first instant, at or after `from`, at which people may be called.
    pub fn next(&self, calendar: &Calendar, from: Timestamp) -> Timestamp {
        if self.hours.is_empty() {
            return from;
        }
        let mut day = calendar.civil(from).date();
        for _ in 0..DAYS {
            for hours in &self.hours {
                let (opens, closes) = (instant(calendar, day, hours.from), instant(calendar, day, hours.to));
                if from < closes {
                    return from.max(opens);
                }
            }
            day = day.tomorrow().unwrap_or(Date::MAX);
        }
        from
    }

    pub fn gap(&self) -> Duration {
        Duration::from_secs(u64::from(self.gap_min) * 60)
    }

    pub fn confirms(&self, key: &str) -> bool {
        self.confirm.is_empty() || self.confirm.contains(key)
    }
}

fn instant(calendar: &Calendar, day: Date, time: Time) -> Timestamp {
    let zoned = day.to_datetime(time).to_zoned(calendar.zone().clone());
    zoned.map_or(Timestamp::MAX, |zoned| Timestamp::from_jiff(zoned.timestamp()))
}
