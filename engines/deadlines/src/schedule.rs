//! When to warn before a promise breaks: with half of the time left, with a fifth, and with none.

use kernel::Timestamp;
use kernel::calendar::{Calendar, Limit};
use serde::{Deserialize, Serialize};

use crate::promise::{Promise, Term};

/// The colour of a warning (domain reference 3.4).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Yellow,
    Orange,
    /// No time is left. Whether it is broken says [`Promise::standing`]: done in this very instant is on time.
    Red,
}

impl Level {
    pub const ALL: [Level; 3] = [Level::Yellow, Level::Orange, Level::Red];

    /// The one after it.
    pub fn next(self) -> Option<Level> {
        match self {
            Level::Yellow => Some(Level::Orange),
            Level::Orange => Some(Level::Red),
            Level::Red => None,
        }
    }
}

/// How much of the time is left at yellow and orange, in per cent. 50 and 20 unless the centre says otherwise.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "RawThresholds")]
pub struct Thresholds {
    yellow_percent: u8,
    orange_percent: u8,
}

#[derive(Deserialize)]
struct RawThresholds {
    yellow_percent: u8,
    orange_percent: u8,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("yellow at {yellow} % and orange at {orange} % left: write 100 ≥ yellow ≥ orange")]
pub struct BadThresholds {
    pub yellow: u8,
    pub orange: u8,
}

impl Thresholds {
    /// # Errors
    /// [`BadThresholds`] when they are over 100 % or not in order.
    pub fn new(yellow: u8, orange: u8) -> Result<Thresholds, BadThresholds> {
        if yellow > 100 || orange > yellow {
            return Err(BadThresholds { yellow, orange });
        }
        Ok(Thresholds { yellow_percent: yellow, orange_percent: orange })
    }
}

impl Default for Thresholds {
    fn default() -> Self {
        Thresholds { yellow_percent: 50, orange_percent: 20 }
    }
}

impl TryFrom<RawThresholds> for Thresholds {
    type Error = BadThresholds;
    fn try_from(raw: RawThresholds) -> Result<Self, BadThresholds> {
        Thresholds::new(raw.yellow_percent, raw.orange_percent)
    }
}

/// The three instants, in order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "RawSchedule")]
pub struct Schedule {
    yellow: Timestamp,
    orange: Timestamp,
    red: Timestamp,
}

#[derive(Deserialize)]
struct RawSchedule {
    yellow: Timestamp,
    orange: Timestamp,
    red: Timestamp,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("warnings out of order: yellow {yellow}, orange {orange}, red {red}")]
pub struct BadSchedule {
    pub yellow: Timestamp,
    pub orange: Timestamp,
    pub red: Timestamp,
}

impl Schedule {
    /// # Errors
    /// [`BadSchedule`] when they are not in order.
    pub fn new(yellow: Timestamp, orange: Timestamp, red: Timestamp) -> Result<Schedule, BadSchedule> {
        if yellow > orange || orange > red {
            return Err(BadSchedule { yellow, orange, red });
        }
        Ok(Schedule { yellow, orange, red })
    }

    /// The warnings of a promise as it stands.
    ///
    /// Hours and agreed instants are divided as they run. A limit of days is divided over the days that count, from
    /// 00:00 to 24:00: half of five working days is noon of the third, a fifth left is the beginning of the fifth, so
    /// that no warning is lost in a long holiday. An agreed instant that was renewed is measured from the renewal.
    pub fn of(promise: &Promise, calendar: &Calendar, thresholds: Thresholds) -> Schedule {
        let red = promise.due;
        let days = counted_days(promise, calendar);
        let left = |percent: u8| {
            let gone = 100 - u64::from(percent.min(100));
            let at = if days.is_empty() { along(promise, gone) } else { along_days(&days, gone) };
            at.unwrap_or(red).min(red)
        };
        let orange = left(thresholds.orange_percent);
        Schedule { yellow: left(thresholds.yellow_percent).min(orange), orange, red }
    }

    pub fn at(&self, level: Level) -> Timestamp {
        match level {
            Level::Yellow => self.yellow,
            Level::Orange => self.orange,
            Level::Red => self.red,
        }
    }
}

impl TryFrom<RawSchedule> for Schedule {
    type Error = BadSchedule;
    fn try_from(raw: RawSchedule) -> Result<Self, BadSchedule> {
        Schedule::new(raw.yellow, raw.orange, raw.red)
    }
}

/// Beginning and end of each day a limit of days counts, up to the due time. Empty for other terms.
fn counted_days(promise: &Promise, calendar: &Calendar) -> Vec<(Timestamp, Timestamp)> {
    let working_only = match promise.term {
        Term::Within { limit: Limit::WorkingDays(_), .. } => true,
        Term::Within { limit: Limit::CalendarDays(_), .. } => false,
        Term::Within { .. } | Term::Agreed => return Vec::new(),
    };
    let mut days = Vec::new();
    let mut day = calendar.civil(promise.since).date();
    while let Ok(next) = day.tomorrow() {
        day = next;
        let begins = calendar.start_of(day);
        if begins >= promise.due {
            break;
        }
        let paused = promise.pauses.iter().any(|pause| pause.first <= day && day <= pause.last);
        if !paused && (!working_only || calendar.is_working_day(day)) {
            let ends = day.tomorrow().map_or(Timestamp::MAX, |after| calendar.start_of(after));
            days.push((begins, ends.min(promise.due)));
        }
    }
    days
}

/// After `gone` per cent of the days; none when that is the end of the last.
fn along_days(days: &[(Timestamp, Timestamp)], gone: u64) -> Option<Timestamp> {
    let hundredths = u64::try_from(days.len()).unwrap_or(u64::MAX).saturating_mul(gone);
    let (begins, ends) = *days.get(usize::try_from(hundredths / 100).ok()?)?;
    Some(part(begins, ends, hundredths % 100))
}

fn along(promise: &Promise, gone: u64) -> Option<Timestamp> {
    let renewed = promise.renewals.last().filter(|_| promise.term == Term::Agreed);
    // A clock that was set back may put the renewal before the beginning.
    let from = renewed.map_or(promise.since, |renewal| renewal.at.max(promise.since));
    Some(part(from, promise.due, gone))
}

/// `percent` of the way.
fn part(from: Timestamp, to: Timestamp, percent: u64) -> Timestamp {
    let micros = to.since(from).as_micros().saturating_mul(u128::from(percent)) / 100;
    from + std::time::Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
}
