//! When shifts begin, and what a centre demands of a handover.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::civil::Time;
use kernel::calendar::Calendar;
use kernel::{GroupId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Refusal, text};

/// A shift of every day. It ends when the next one begins, so that none can be without a successor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// 早班
    pub name: String,
    /// Local time.
    #[schema(value_type = String, example = "08:00:00")]
    pub begins: Time,
}

/// One version of what the centre decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// In the order in which they begin.
    pub shifts: Vec<Shift>,
    /// So many minutes after the shift began both have signed, or it is told.
    pub sign_min: u16,
    /// The outgoing leader may sign so many minutes before the end.
    pub early_min: u16,
    /// So many matters are handed over one by one at most; of the rest there are counts.
    pub items_max: u16,
    /// Of an emergency the outgoing leader says what is to be done next.
    pub remark_on_emergencies: bool,
    /// Groups that hand over by themselves. What is of none of them is handed over with the whole centre's.
    #[schema(value_type = Vec<String>)]
    #[serde(default)]
    pub teams: BTreeSet<GroupId>,
}

/// One stretch of one shift.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub name: String,
    pub begins: Timestamp,
    pub ends: Timestamp,
}

impl Default for Settings {
    /// 早 08–16, 中 16–24, 夜 00–08; signed within 15 minutes (domain reference 3.9).
    fn default() -> Self {
        let shift =
            |name: &str, hour: i8| Shift { name: name.to_owned(), begins: jiff::civil::time(hour, 0, 0, 0) };
        Settings {
            shifts: vec![shift("夜班", 0), shift("早班", 8), shift("中班", 16)],
            sign_min: 15,
            early_min: 60,
            items_max: 200,
            remark_on_emergencies: true,
            teams: BTreeSet::new(),
        }
    }
}

const SHIFTS_MAX: usize = 6;
const TEAMS_MAX: usize = 50;
/// Shorter than this is no shift.
const SHIFT_LEAST_S: i64 = 3_600;

impl Settings {
    /// # Errors
    /// [`Refusal::BadSettings`] with the first value that cannot be meant.
    pub fn check(&self) -> Result<(), Refusal> {
        let bad = |field: &'static str| Err(Refusal::BadSettings { field });
        if self.shifts.is_empty() || self.shifts.len() > SHIFTS_MAX {
            return bad("shifts");
        }
        for (at, shift) in self.shifts.iter().enumerate() {
            text(&shift.name, "name", 1, 20)?;
            let same = self.shifts.iter().skip(at + 1).any(|other| other.name.trim() == shift.name.trim());
            let next = self.shifts.get(at + 1).map(|next| next.begins);
            let close = next.is_some_and(|next| seconds(shift.begins, next) < SHIFT_LEAST_S);
            if same || close {
                return bad("shifts");
            }
        }
        // Over midnight, too.
        if let [first, .., last] = self.shifts.as_slice()
            && seconds(last.begins, first.begins) + 86_400 < SHIFT_LEAST_S
        {
            return bad("shifts");
        }
        if !(1..=240).contains(&self.sign_min) {
            return bad("sign_min");
        }
        // Whoever leaves early signs early: what arises afterwards comes onto the list until the end.
        if self.early_min > 720 {
            return bad("early_min");
        }
        if !(10..=500).contains(&self.items_max) {
            return bad("items_max");
        }
        if self.teams.len() > TEAMS_MAX {
            return bad("teams");
        }
        Ok(())
    }

    /// The shift that works at this instant.
    pub fn span(&self, calendar: &Calendar, at: Timestamp) -> Span {
        let today = calendar.civil(at).date();
        let days = [today.yesterday(), Ok(today), today.tomorrow()];
        let starts = days.into_iter().flatten().flat_map(|day| {
            let begins = move |shift: &Shift| {
                let zoned = day.to_datetime(shift.begins).to_zoned(calendar.zone().clone());
                zoned.map_or(Timestamp::MAX, |zoned| Timestamp::from_jiff(zoned.timestamp()))
            };
            self.shifts.iter().map(move |shift| (begins(shift), shift))
        });
        let mut span = Span { name: String::new(), begins: Timestamp::MIN, ends: Timestamp::MAX };
        for (begins, shift) in starts {
            if begins <= at && begins >= span.begins {
                span = Span { name: shift.name.clone(), begins, ends: span.ends };
            } else if begins > at {
                span.ends = span.ends.min(begins);
            }
        }
        span
    }

    /// Until when the handover at this end is to be signed by both.
    pub fn sign_by(&self, ends: Timestamp) -> Timestamp {
        ends + Duration::from_secs(u64::from(self.sign_min) * 60)
    }

    /// From when on the outgoing leader may sign.
    pub fn sign_from(&self, ends: Timestamp) -> Timestamp {
        ends - Duration::from_secs(u64::from(self.early_min) * 60)
    }
}

fn seconds(from: Time, to: Time) -> i64 {
    let at = |time: Time| {
        i64::from(time.hour()) * 3_600 + i64::from(time.minute()) * 60 + i64::from(time.second())
    };
    at(to) - at(from)
}
