//! Opening hours: when a hotline, or a part of it, is staffed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use kernel::Timestamp;
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
    /// 节假日: days with `on_holidays` in place of their weekday's hours.
    pub holidays: BTreeSet<Date>,
    pub on_holidays: Vec<Range>,
    /// 调休: days with other hours than their weekday's; they win over `holidays`.
    pub special: BTreeMap<Date, Vec<Range>>,
}

impl OpeningHours {
    /// Closed on every day, until hours are added.
    pub fn never(time_zone: TimeZone) -> Self {
        OpeningHours {
            time_zone,
            week: Default::default(),
            holidays: BTreeSet::new(),
            on_holidays: Vec::new(),
            special: BTreeMap::new(),
        }
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
        if let Some(ranges) = self.special.get(&date) {
            return ranges;
        }
        if self.holidays.contains(&date) {
            return &self.on_holidays;
        }
        &self.week[usize::from(weekday_index(date.weekday()))]
    }
}

/// Monday is 0.
pub(crate) fn weekday_index(day: Weekday) -> u8 {
    day.to_monday_zero_offset().unsigned_abs().min(6)
}
