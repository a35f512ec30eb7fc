//! When a customer may be called: the hours, the gap between attempts, the parts of the day, and the hour that was wished.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::civil::{Date, Time};
use kernel::Timestamp;
use kernel::calendar::{Calendar, Limit};

use super::settings::{Part, Settings};
use super::task::{Attempt, MACHINE, Task};

/// From the hour that a customer wished for, so long nothing else is asked of the clock.
const WISH_HOLDS: Duration = Duration::from_secs(3_600);
/// Days ahead; longer no part of the day is away.
const DAYS: usize = 4;

/// By what hours are reckoned.
#[derive(Clone, Copy)]
pub struct Hours<'a> {
    pub calendar: &'a Calendar,
    pub settings: &'a Settings,
}

impl Hours<'_> {
    /// The first instant, at or after `from`, at which the customer may be called.
    pub fn next(&self, task: &Task, from: Timestamp) -> Timestamp {
        let wished = task.wish.map(|wish| (from.max(wish), wish + WISH_HOLDS));
        if let Some((at, until)) = wished
            && at < until
        {
            return at;
        }
        let gap = Duration::from_secs(u64::from(self.settings.gap_min) * 60);
        // Where the machine leaves it to a person, the customer has just been on the line, and waits for that.
        let tries = task.attempts.iter().filter(|tried| tried.by != MACHINE || tried.outcome.counts());
        let earliest = tries.map(|attempt| attempt.at + gap).max().map_or(from, |at| at.max(from));
        self.from(earliest, &self.barred(&task.attempts))
    }

    /// The first instant within the hours, but for these parts.
    fn from(&self, earliest: Timestamp, barred: &BTreeSet<Part>) -> Timestamp {
        let mut day = self.calendar.civil(earliest).date();
        for _ in 0..DAYS {
            for hours in self.settings.hours.iter().filter(|hours| !barred.contains(&hours.part)) {
                let (opens, closes) = (self.instant(day, hours.from), self.instant(day, hours.to));
                if earliest < closes {
                    return earliest.max(opens);
                }
            }
            day = day.tomorrow().unwrap_or(Date::MAX);
        }
        earliest
    }

    pub fn may_now(&self, task: &Task, now: Timestamp) -> bool {
        self.next(task, now) <= now
    }

    /// Whether customers who wished for nothing else may be called.
    pub fn open(&self, now: Timestamp) -> bool {
        let time = self.calendar.civil(now).time();
        self.settings.hours.iter().any(|hours| hours.from <= time && time < hours.to)
    }

    /// When they begin next; now, if they have.
    pub fn opens(&self, now: Timestamp) -> Timestamp {
        self.from(now, &BTreeSet::new())
    }

    /// Parts of the day that would leave too few others for the attempts that are left.
    fn barred(&self, attempts: &[Attempt]) -> BTreeSet<Part> {
        let counted = attempts.iter().filter(|attempt| attempt.outcome.counts());
        let used: BTreeSet<Part> = counted.clone().map(|attempt| self.part(attempt.at)).collect();
        let left = usize::from(self.settings.attempts).saturating_sub(counted.count());
        let lacking = usize::from(self.settings.parts_needed).saturating_sub(used.len());
        if lacking > 0 && lacking >= left { used } else { BTreeSet::new() }
    }

    /// The part of the day of an attempt; outside the hours, at the customer's wish, the part before.
    fn part(&self, at: Timestamp) -> Part {
        let time = self.calendar.civil(at).time();
        let begun = self.settings.hours.iter().rev().find(|hours| hours.from <= time);
        begun.or(self.settings.hours.last()).map_or(Part::Evening, |hours| hours.part)
    }

    fn instant(&self, day: Date, time: Time) -> Timestamp {
        let zoned = day.to_datetime(time).to_zoned(self.calendar.zone().clone());
        zoned.map_or(Timestamp::MAX, |zoned| Timestamp::from_jiff(zoned.timestamp()))
    }

    /// Until when somebody is to be asked, where no promise says so.
    pub fn due(&self, urgent: bool, since: Timestamp) -> Timestamp {
        let limit = if urgent {
            Limit::Hours(u32::from(self.settings.emergency_h))
        } else {
            Limit::WorkingDays(u32::from(self.settings.ordinary_days))
        };
        self.calendar.deadline(since, limit)
    }
}
