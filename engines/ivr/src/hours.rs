//! Opening hours: when a hotline, or a part of it, is staffed.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use kernel::Timestamp;
use kernel::calendar::Holidays;
use serde::{Deserialize, Serialize};

/// Part of a day, from `from` up to but without `to`. A range that ends at or before its beginning goes past midnight
/// into the next day; `00:00-00:00` is the whole day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Range {
    pub from: Time,
    pub to: Time,
}

impl Range {
    fn past_midnight(self) -> bool {
        self.to <= self.from
    }
}

/// Hours by weekday, in one time zone, with the days that are not like their weekday.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OpeningHours {
    #[serde(with = "jiff::fmt::serde::tz::required")]
    pub time_zone: TimeZone,
    /// Monday first.
    pub week: [Vec<Range>; 7],
    /// 节假日、调休: a day off has the hours of `on_holidays`, a make-up day those of a Monday.
    pub holidays: Holidays,
    /// `None`: holidays and make-up days are days like others.
    pub on_holidays: Option<Vec<Range>>,
}

/// A text that does not say hours.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadHours(pub String);

impl OpeningHours {
    /// Closed on every day, until hours are added.
    pub fn never(time_zone: TimeZone) -> Self {
        OpeningHours { time_zone, week: Default::default(), holidays: Holidays::default(), on_holidays: None }
    }

    /// Adds a line as people write it: `mon-fri 08:30-12:00 14:00-17:30`, `sat,sun 09:00-12:00`, `every day 00:00-24:00`.
    pub fn add(&mut self, line: &str) -> Result<(), BadHours> {
        let bad = || BadHours(line.to_owned());
        let line = line.trim().to_ascii_lowercase();
        let (days, ranges) = match line.strip_prefix("every day") {
            Some(rest) => ("mon-sun", rest),
            None => line.split_once(' ').ok_or_else(bad)?,
        };
        let ranges = ranges_of(ranges).ok_or_else(bad)?;
        for part in days.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (first, last) = (weekday(first).ok_or_else(bad)?, weekday(last).ok_or_else(bad)?);
            // `sat-mon` goes over the end of the week.
            let mut day = first;
            loop {
                self.week[day].extend_from_slice(&ranges);
                if day == last {
                    break;
                }
                day = (day + 1) % 7;
            }
        }
        Ok(())
    }

    pub fn is_open(&self, now: Timestamp) -> bool {
        let here = now.to_jiff().to_zoned(self.time_zone.clone());
        let (date, time) = (here.date(), here.time());
        let today = self.of_day(date).iter().any(|r| time >= r.from && (r.past_midnight() || time < r.to));
        let since_yesterday = || {
            date.yesterday()
                .is_ok_and(|day| self.of_day(day).iter().any(|r| r.past_midnight() && time < r.to))
        };
        today || since_yesterday()
    }

    fn of_day(&self, date: Date) -> &[Range] {
        match &self.on_holidays {
            Some(ranges) if self.holidays.off.contains(&date) => ranges,
            Some(_) if self.holidays.make_up.contains(&date) => &self.week[0],
            _ => &self.week[index(date.weekday())],
        }
    }
}

/// `08:30-12:00 14:00-17:30`
pub(crate) fn ranges_of(text: &str) -> Option<Vec<Range>> {
    let ranges: Option<Vec<Range>> = text.split_whitespace().map(range_of).collect();
    ranges.filter(|ranges| !ranges.is_empty())
}

fn range_of(text: &str) -> Option<Range> {
    let (from, to) = text.split_once('-')?;
    Some(Range { from: time_of(from)?, to: if to == "24:00" { Time::midnight() } else { time_of(to)? } })
}

fn time_of(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

fn weekday(name: &str) -> Option<usize> {
    ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].iter().position(|day| *day == name)
}

fn index(day: Weekday) -> usize {
    usize::from(day.to_monday_zero_offset().unsigned_abs()).min(6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lines: &[&str], on_holidays: Option<&str>, open: &[&str], closed: &[&str]) {
        let zone = TimeZone::get("Asia/Shanghai").expect("bundled");
        let mut hours = OpeningHours::never(zone.clone());
        for line in lines {
            hours.add(line).expect("hours");
        }
        hours.holidays = Holidays::china();
        hours.on_holidays = on_holidays.map(|text| ranges_of(text).unwrap_or_default());
        let at = |text: &str| {
            let civil: jiff::civil::DateTime = text.parse().expect("a time");
            Timestamp::from_jiff(civil.to_zoned(zone.clone()).expect("exists").timestamp())
        };
        for moment in open {
            assert!(hours.is_open(at(moment)), "{moment} should be open");
        }
        for moment in closed {
            assert!(!hours.is_open(at(moment)), "{moment} should be closed");
        }
    }

    #[test]
    fn a_working_week() {
        // 2026-11-20 is a Friday.
        check(
            &["mon-fri 08:30-12:00 14:00-17:30", "sat 09:00-12:00"],
            None,
            &["2026-11-20T08:30", "2026-11-20T17:29:59", "2026-11-21T11:59"],
            &[
                "2026-11-20T08:29",
                "2026-11-20T12:00",
                "2026-11-20T17:30",
                "2026-11-21T13:00",
                "2026-11-22T10:00",
            ],
        );
    }

    #[test]
    fn a_night_goes_past_midnight() {
        check(
            &["fri 22:00-06:00"],
            None,
            &["2026-11-20T23:00", "2026-11-21T05:59"],
            &["2026-11-20T05:00", "2026-11-21T06:00", "2026-11-21T23:00"],
        );
        check(&["every day 00:00-24:00"], None, &["2026-11-20T00:00", "2026-11-22T23:59:59"], &[]);
    }

    #[test]
    fn holidays_are_closed_or_have_their_own_hours() {
        // National Day is a Thursday; Sunday 2026-09-20 makes up for it.
        let week = &["mon-fri 08:30-17:30"];
        check(week, None, &["2026-10-01T10:00"], &["2026-09-20T10:00"]);
        check(week, Some(""), &["2026-09-20T10:00"], &["2026-10-01T10:00"]);
        check(week, Some("09:00-11:00"), &["2026-10-01T10:00"], &["2026-10-01T11:00"]);
    }

    #[test]
    fn what_is_not_hours_is_refused() {
        for text in ["", "mon", "mon-fri", "mon 8-9", "someday 08:00-09:00", "mon 25:00-26:00", "mon 08:00"] {
            let mut hours = OpeningHours::never(TimeZone::UTC);
            assert_eq!(hours.add(text), Err(BadHours(text.to_owned())));
        }
    }
}
