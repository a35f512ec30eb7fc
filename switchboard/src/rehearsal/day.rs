//! The day that both runs live through: who calls when and why, and where supply is off. One seed is one day.

use std::time::Duration;

use jiff::civil::Date;
use kernel::Timestamp;
use kernel::calendar::Calendar;

use super::reference::{
    CALLS, HABITS, HALF_LIFE, JULY, KNOWN, PROFILE, RISE, Reason, SHIFTS, WEDNESDAY, WORST,
};
use crate::simulate::dice::Dice;

/// A Wednesday in July.
pub const DATE: Date = jiff::civil::date(2026, 7, 15);
/// The storm arrives at ten past six in the evening.
const STORM: Duration = Duration::from_secs(18 * 3_600 + 600);
const MINUTE: Duration = Duration::from_secs(60);

/// A fault: where, how many are without supply, how many minutes after the storm, and how long it lasts.
pub struct Fault {
    pub area: &'static str,
    pub customers: i64,
    pub starts: Timestamp,
    pub restored: Timestamp,
}

const FAULTS: [(&str, i64, u64, u64); 5] = [
    ("青岚区十千伏鹤鸣线供电的听泉苑、竹影家园一带", 6_800, 0, 155),
    ("青岚区十千伏春江线供电的白鹭新村一带", 3_900, 6, 140),
    ("临溪区十千伏石桥线供电的松涛路两侧", 2_400, 14, 170),
    ("云麓区栖云花园1至12栋", 620, 25, 95),
    ("云麓区拂柳坊3栋", 110, 32, 80),
];

/// Somebody who calls that day.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    pub id: usize,
    pub reason: Reason,
    /// Calls because of the storm.
    pub storm: bool,
    /// The fault that he is without supply by.
    pub fault: Option<usize>,
    /// His number stands in an account.
    pub known: bool,
    /// The first call.
    pub first: Timestamp,
}

pub struct Day {
    pub seed: u64,
    pub start: Timestamp,
    pub people: Vec<Person>,
    pub faults: Vec<Fault>,
    /// Calls of an average five minutes when the storm came, and of the worst.
    pub usual: f64,
    pub calendar: Calendar,
}

impl Day {
    pub fn new(seed: u64) -> Day {
        let calendar = Calendar::china();
        let start = calendar.start_of(DATE);
        let faults: Vec<Fault> = FAULTS
            .iter()
            .map(|(area, customers, after, lasts)| {
                let starts = start + STORM + MINUTE * u32::try_from(*after).unwrap_or(0);
                let restored = starts + MINUTE * u32::try_from(*lasts).unwrap_or(0);
                Fault { area, customers: *customers, starts, restored }
            })
            .collect();
        let mut dice = Dice::new(seed);
        let total = CALLS * JULY * WEDNESDAY;
        let mut people = Vec::new();
        for (half_hour, share) in PROFILE.iter().enumerate() {
            let expected = total * f64::from(*share) / 10_000.0;
            let from = start + MINUTE * u32::try_from(half_hour * 30).unwrap_or(0);
            for at in poisson(&mut dice, from, 30.0, |_| expected / 30.0, expected / 30.0) {
                people.push(person(&mut dice, at, None, false));
            }
        }
        let at = usize::try_from(STORM.as_secs() / 1_800).unwrap_or(0);
        let usual = total * f64::from(PROFILE.get(at).copied().unwrap_or(0)) / 10_000.0 / 6.0;
        let height = rush(&faults);
        // The usual calls go on beside those of the storm.
        let scale = (WORST - 1.0) * usual / height;
        for (nth, fault) in faults.iter().enumerate() {
            let weight = scale * fault.customers as f64;
            let minutes = minutes_left(start, fault.starts);
            for at in poisson(&mut dice, fault.starts, minutes, |m| weight * shape(m), weight) {
                people.push(person(&mut dice, at, Some(nth), true));
            }
        }
        people.sort_by_key(|person| person.first);
        for (id, person) in people.iter_mut().enumerate() {
            person.id = id;
        }
        Day { seed, start, people, faults, usual, calendar }
    }

    /// What one person will do in one call is the same whatever else happens.
    pub fn dice(&self, person: usize, attempt: u32) -> Dice {
        let mixed = (self.seed << 40) ^ ((person as u64) << 8) ^ u64::from(attempt);
        Dice::new(mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5EED)
    }

    /// Calls in five minutes of a day like this without a storm: the weeks before, as the room counts what is usual.
    pub fn usual_now(&self, now: Timestamp) -> u32 {
        let share = PROFILE.get(self.half_hour(now)).copied().unwrap_or(0);
        let half_hour = CALLS * JULY * WEDNESDAY * f64::from(share) / 10_000.0;
        (half_hour / 6.0).round() as u32
    }

    /// How many of so many seats are taken.
    pub fn on_duty(&self, seats: usize, at: Timestamp) -> usize {
        let half_hour = self.half_hour(at);
        let share =
            SHIFTS.iter().find(|(until, _)| half_hour < *until as usize).map_or(60, |(_, share)| *share);
        (seats * share).div_ceil(100)
    }

    /// When shifts change.
    pub fn changes(&self) -> Vec<Timestamp> {
        let mut at = vec![self.start];
        at.extend(SHIFTS.iter().take(2).map(|(until, _)| self.start + MINUTE * (until * 30)));
        at
    }

    pub fn half_hour(&self, at: Timestamp) -> usize {
        usize::try_from(at.since(self.start).as_secs() / 1_800).unwrap_or(0).min(47)
    }

    pub fn storm(&self) -> Timestamp {
        self.start + STORM
    }

    /// No operator has numbers that begin with 154.
    pub fn number(person: usize) -> String {
        format!("154{person:08}")
    }

    pub fn whose(number: &str) -> Option<usize> {
        number.strip_prefix("154")?.parse().ok()
    }

    /// The account that somebody types.
    pub fn account(person: usize) -> String {
        format!("{person:010}")
    }
}

/// Minutes from an instant to the end of the day.
fn minutes_left(start: Timestamp, from: Timestamp) -> f64 {
    24.0 * 60.0 - from.since(start).as_secs_f64() / 60.0
}

/// Calls of one fault by the minute: grows for ten minutes, then halves every seventy. Its height is 1.
fn shape(minutes: f64) -> f64 {
    if minutes < RISE { minutes / RISE } else { 0.5_f64.powf((minutes - RISE) / HALF_LIFE) }
}

/// The most of all faults together in five minutes, for one call per customer at the height.
fn rush(faults: &[Fault]) -> f64 {
    let Some(first) = faults.iter().map(|fault| fault.starts).min() else { return 1.0 };
    let at = |minute: u32| {
        let now = first + MINUTE * minute;
        let of = |fault: &Fault| {
            let minutes = now.since(fault.starts).as_secs_f64() / 60.0;
            if now < fault.starts { 0.0 } else { fault.customers as f64 * shape(minutes) }
        };
        faults.iter().map(of).sum::<f64>()
    };
    let five = |minute: u32| (minute..minute + 5).map(at).sum::<f64>();
    (0..120).map(five).fold(1.0, f64::max)
}

/// Instants from `from` on for so many minutes, at a rate per minute that is never above `most`.
fn poisson(
    dice: &mut Dice,
    from: Timestamp,
    minutes: f64,
    rate: impl Fn(f64) -> f64,
    most: f64,
) -> Vec<Timestamp> {
    let (mut at, mut all) = (0.0, Vec::new());
    if most <= 0.0 {
        return all;
    }
    loop {
        at += dice.exponential(60.0 / most).as_secs_f64() / 60.0;
        if at >= minutes {
            return all;
        }
        if dice.unit() < rate(at) / most {
            all.push(from + Duration::from_secs_f64(at * 60.0));
        }
    }
}

fn person(dice: &mut Dice, first: Timestamp, fault: Option<usize>, storm: bool) -> Person {
    let shares: Vec<(u64, Reason)> =
        HABITS.iter().map(|h| (if storm { h.storm } else { h.usual }, h.reason)).collect();
    let reason = dice.weighted(&shares).unwrap_or(Reason::Other);
    // Others call because of the storm too: their own supply is on.
    let fault = fault.filter(|_| reason != Reason::Other);
    let known = dice.chance(KNOWN);
    Person { id: 0, reason, storm, fault, known, first }
}
