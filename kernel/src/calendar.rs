//! Working days, holidays and make-up working days (调休), and the deadlines that follow from them.
//!
//! Rules (Civil Code, arts. 200–204): a period of minutes or hours runs from the moment itself, through nights and
//! holidays. A period of days starts the day after and ends at 24:00 of its last day; a period of calendar days whose
//! last day is a day off ends with the next working day.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// The days that differ from Monday to Friday.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holidays {
    /// Days off though they may be weekdays.
    pub off: BTreeSet<Date>,
    /// Saturdays and Sundays that are worked.
    pub make_up: BTreeSet<Date>,
}

/// How long somebody has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    Minutes(u32),
    Hours(u32),
    CalendarDays(u32),
    WorkingDays(u32),
}

/// Whole days, both included, during which a clock of days stood still.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    pub first: Date,
    pub last: Date,
}

/// The calendar of one centre.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: TimeZone,
    holidays: Holidays,
}

/// The last day the arithmetic can reach: nobody has a limit that long.
const DAYS_MAX: u32 = 3_660;

impl Holidays {
    /// The State Council's arrangement for 2025 and 2026. A centre replaces it by its own table.
    pub fn china() -> Self {
        let mut holidays = Holidays::default();
        let off: &[((i16, i8, i8), u8)] = &[
            ((2025, 1, 1), 1),
            ((2025, 1, 28), 8),
            ((2025, 4, 4), 3),
            ((2025, 5, 1), 5),
            ((2025, 5, 31), 3),
            ((2025, 10, 1), 8),
            ((2026, 1, 1), 3),
            ((2026, 2, 15), 9),
            ((2026, 4, 4), 3),
            ((2026, 5, 1), 5),
            ((2026, 6, 19), 3),
            ((2026, 9, 25), 3),
            ((2026, 10, 1), 7),
        ];
        for &((year, month, day), length) in off {
            let mut date = jiff::civil::date(year, month, day);
            for _ in 0..length {
                holidays.off.insert(date);
                date = next(date);
            }
        }
        holidays.make_up.extend(
            [
                (2025, 1, 26),
                (2025, 2, 8),
                (2025, 4, 27),
                (2025, 9, 28),
                (2025, 10, 11),
                (2026, 1, 4),
                (2026, 2, 14),
                (2026, 2, 28),
                (2026, 5, 9),
                (2026, 9, 20),
                (2026, 10, 10),
            ]
            .map(|(year, month, day)| jiff::civil::date(year, month, day)),
        );
        holidays
    }

    pub fn is_working_day(&self, date: Date) -> bool {
        let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        self.make_up.contains(&date) || (!weekend && !self.off.contains(&date))
    }
}

impl Calendar {
    pub fn new(zone: TimeZone, holidays: Holidays) -> Self {
        Calendar { zone, holidays }
    }

    /// Shanghai time with the State Council's holidays.
    pub fn china() -> Self {
        let fixed = TimeZone::fixed(jiff::tz::offset(8));
        Self::new(TimeZone::get("Asia/Shanghai").unwrap_or(fixed), Holidays::china())
    }

    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    pub fn holidays(&self) -> &Holidays {
        &self.holidays
    }

    pub fn is_working_day(&self, date: Date) -> bool {
        self.holidays.is_working_day(date)
    }

    /// The civil date and time of an instant at the centre.
    pub fn civil(&self, at: Timestamp) -> jiff::civil::DateTime {
        at.to_jiff().to_zoned(self.zone.clone()).datetime()
    }

    /// 00:00 of a day; 24:00 of the day before.
    pub fn start_of(&self, date: Date) -> Timestamp {
        date.to_zoned(self.zone.clone())
            .map_or(Timestamp::MAX, |zoned| Timestamp::from_jiff(zoned.timestamp()))
    }

    /// When a limit given at `accepted` is over. Done at exactly that instant is on time.
    pub fn deadline(&self, accepted: Timestamp, limit: Limit) -> Timestamp {
        self.deadline_with_pauses(accepted, limit, &[])
    }

    /// As [`Calendar::deadline`], with the days of `pauses` not counted. A limit of minutes or hours does not pause.
    pub fn deadline_with_pauses(&self, accepted: Timestamp, limit: Limit, pauses: &[Pause]) -> Timestamp {
        let paused = |date: Date| pauses.iter().any(|pause| pause.first <= date && date <= pause.last);
        let day = self.civil(accepted).date();
        match limit {
            Limit::Minutes(minutes) => accepted + std::time::Duration::from_secs(u64::from(minutes) * 60),
            Limit::Hours(hours) => accepted + std::time::Duration::from_secs(u64::from(hours) * 3_600),
            Limit::WorkingDays(days) => {
                self.start_of(next(count(day, days, |date| self.is_working_day(date) && !paused(date))))
            }
            Limit::CalendarDays(days) => {
                let mut last = count(day, days, |date| !paused(date));
                while !self.is_working_day(last) && last < Date::MAX {
                    last = next(last);
                }
                self.start_of(next(last))
            }
        }
    }
}

/// The `days`-th day after `from` that counts.
fn count(from: Date, days: u32, counts: impl Fn(Date) -> bool) -> Date {
    let mut date = from;
    let mut left = days.min(DAYS_MAX);
    while left > 0 && date < Date::MAX {
        date = next(date);
        if counts(date) {
            left -= 1;
        }
    }
    date
}

fn next(date: Date) -> Date {
    date.tomorrow().unwrap_or(Date::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        format!("{text}+08:00").parse().unwrap_or(Timestamp::MAX)
    }

    #[track_caller]
    fn check(accepted: &str, limit: Limit, due: &str) {
        assert_eq!(Calendar::china().deadline(at(accepted), limit), at(due));
    }

    // "24:00 of the 18th" is written as 00:00 of the 19th.
    macro_rules! vectors {
        ($($id:ident: $accepted:literal, $limit:expr => $due:literal;)*) => {$(
            #[test]
            fn $id() { check($accepted, $limit, $due); }
        )*};
    }

    vectors! {
        dl_01: "2025-04-11T16:30", Limit::WorkingDays(5) => "2025-04-19T00:00";
        dl_02: "2025-04-11T16:30", Limit::WorkingDays(1) => "2025-04-15T00:00";
        dl_03: "2025-04-11T16:30", Limit::Hours(24) => "2025-04-12T16:30";
        dl_04: "2025-09-30T10:00", Limit::WorkingDays(5) => "2025-10-15T00:00";
        dl_05: "2025-01-24T09:00", Limit::WorkingDays(5) => "2025-02-08T00:00";
        dl_06: "2025-04-25T12:00", Limit::WorkingDays(5) => "2025-05-07T00:00";
        dl_07: "2025-04-30T12:00", Limit::WorkingDays(5) => "2025-05-13T00:00";
        dl_08: "2025-05-30T12:00", Limit::WorkingDays(4) => "2025-06-07T00:00";
        dl_09: "2025-04-12T20:00", Limit::WorkingDays(1) => "2025-04-15T00:00";
        dl_10: "2025-07-03T23:40", Limit::Minutes(45) => "2025-07-04T00:25";
        dl_11: "2025-07-03T23:40", Limit::Minutes(90) => "2025-07-04T01:10";
    }

    #[test]
    fn dl_12() {
        let due = Calendar::china().deadline(at("2025-04-11T16:30"), Limit::WorkingDays(5));
        assert!(at("2025-04-19T00:00:00") <= due, "closed at exactly 24:00:00 is on time");
        assert!(at("2025-04-19T00:00:01") > due, "a second later is late");
    }

    #[test]
    fn dl_13() {
        let pause = Pause { first: jiff::civil::date(2025, 4, 15), last: jiff::civil::date(2025, 4, 17) };
        let due =
            Calendar::china().deadline_with_pauses(at("2025-04-11T16:30"), Limit::WorkingDays(5), &[pause]);
        assert_eq!(due, at("2025-04-24T00:00"));
    }

    #[test]
    fn calendar_days_that_end_on_a_day_off_end_with_the_next_working_day() {
        check("2025-04-11T16:30", Limit::CalendarDays(2), "2025-04-15T00:00");
        check("2025-09-25T16:30", Limit::CalendarDays(7), "2025-10-10T00:00");
    }
}
