//! When a storm begins and when it is over, from what can be counted. It begins when several signs hold for a while, and is
//! over when none has held, by a margin, for longer: in between nothing changes.

use std::time::Duration;

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Refusal;

/// What is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Signals {
    /// Calls in the last five minutes, and how many there are usually at this time.
    pub arrived: u32,
    pub normal: u32,
    pub waiting: u32,
    /// Of a hundred lines, so many are in use.
    pub lines_percent: u32,
    /// Of those who asked for a person in the last five minutes: so many, and so many of them hung up.
    pub asked: u32,
    pub abandoned: u32,
}

impl Signals {
    pub fn abandoned_percent(&self) -> u32 {
        (self.abandoned * 100).checked_div(self.asked).unwrap_or(0)
    }
}

/// A sign of a storm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    Arrivals,
    Waiting,
    Lines,
    Abandoned,
}

impl Sign {
    pub fn as_str(self) -> &'static str {
        match self {
            Sign::Arrivals => "arrivals",
            Sign::Waiting => "waiting",
            Sign::Lines => "lines",
            Sign::Abandoned => "abandoned",
        }
    }
}

/// From where each sign holds, and for how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// Per cent of what is usual; fewer calls than `arrivals_least` never count, so that a quiet night has no storms.
    pub arrivals_percent: u32,
    pub arrivals_least: u32,
    pub waiting: u32,
    pub lines_percent: u32,
    /// Of at least `abandoned_least` who asked.
    pub abandoned_percent: u32,
    pub abandoned_least: u32,
    /// So many signs at the same time.
    pub signs: u8,
    /// For so long, and it begins.
    pub hold_s: u32,
    /// No sign at this many per cent of its threshold for so long, and its end is proposed.
    pub calm_percent: u32,
    pub calm_min: u32,
}

impl Default for Thresholds {
    /// Domain reference 2.7: three times the usual; a real storm had twelve times.
    fn default() -> Self {
        Thresholds {
            arrivals_percent: 300,
            arrivals_least: 15,
            waiting: 15,
            lines_percent: 80,
            abandoned_percent: 20,
            abandoned_least: 10,
            signs: 2,
            hold_s: 120,
            calm_percent: 70,
            calm_min: 15,
        }
    }
}

impl Thresholds {
    /// # Errors
    /// The first value that cannot be meant.
    pub fn check(&self) -> Result<(), Refusal> {
        let ranges = [
            ("arrivals_percent", self.arrivals_percent, 110, 5_000),
            ("arrivals_least", self.arrivals_least, 1, 10_000),
            ("waiting", self.waiting, 1, 5_000),
            ("lines_percent", self.lines_percent, 10, 100),
            ("abandoned_percent", self.abandoned_percent, 1, 100),
            ("abandoned_least", self.abandoned_least, 1, 10_000),
            ("signs", u32::from(self.signs), 1, 4),
            ("hold_s", self.hold_s, 15, 3_600),
            ("calm_percent", self.calm_percent, 10, 100),
            ("calm_min", self.calm_min, 1, 240),
        ];
        for (field, value, least, most) in ranges {
            if !(least..=most).contains(&value) {
                return Err(Refusal::OutOfRange { field, least, most });
            }
        }
        Ok(())
    }

    /// The signs that hold at `percent` of their thresholds.
    pub fn signs(&self, seen: &Signals, percent: u32) -> Vec<Sign> {
        let reached =
            |value: u32, threshold: u32| u64::from(value) * 100 >= u64::from(threshold) * u64::from(percent);
        let usual = u64::from(seen.normal) * u64::from(self.arrivals_percent) / 100;
        let many = u32::try_from(usual).unwrap_or(u32::MAX).max(self.arrivals_least);
        let abandoned =
            seen.asked >= self.abandoned_least && reached(seen.abandoned_percent(), self.abandoned_percent);
        [
            (Sign::Arrivals, reached(seen.arrived, many)),
            (Sign::Waiting, reached(seen.waiting, self.waiting)),
            (Sign::Lines, reached(seen.lines_percent, self.lines_percent)),
            (Sign::Abandoned, abandoned),
        ]
        .into_iter()
        .filter_map(|(sign, holds)| holds.then_some(sign))
        .collect()
    }

    fn hold(&self) -> Duration {
        Duration::from_secs(u64::from(self.hold_s))
    }

    fn calm(&self) -> Duration {
        Duration::from_secs(u64::from(self.calm_min) * 60)
    }
}

/// What has been seen so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watch {
    pub loud_since: Option<Timestamp>,
    pub calm_since: Option<Timestamp>,
    /// False after somebody ended a storm by hand: nothing begins by itself until it has been calm once.
    pub armed: bool,
}

impl Watch {
    pub const NEW: Watch = Watch { loud_since: None, calm_since: None, armed: true };

    /// The signs have held for long enough, and nothing forbids to say so.
    pub fn proposes(&self, thresholds: &Thresholds, now: Timestamp) -> bool {
        self.armed && self.loud_since.is_some_and(|since| now.since(since) >= thresholds.hold())
    }

    /// Somebody has switched by hand, and is right whatever the signs say.
    pub fn by_hand(self, on: bool) -> Watch {
        Watch { loud_since: None, calm_since: None, armed: if on { self.armed } else { false } }
    }
}

/// What should be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Advice {
    Nothing,
    Begin(Vec<Sign>),
    /// It has been calm for long enough, since then.
    End {
        calm_since: Timestamp,
    },
}

/// A look at the signs.
pub fn look(
    watch: Watch,
    thresholds: &Thresholds,
    seen: &Signals,
    on: bool,
    now: Timestamp,
) -> (Watch, Advice) {
    let loud = thresholds.signs(seen, 100);
    let loud_now = loud.len() >= usize::from(thresholds.signs.max(1));
    let calm_now = thresholds.signs(seen, thresholds.calm_percent).is_empty();
    let loud_since = if loud_now { watch.loud_since.or(Some(now)) } else { None };
    let calm_since = if calm_now { watch.calm_since.or(Some(now)) } else { None };
    let long = |since: Option<Timestamp>, span: Duration| since.filter(|since| now.since(*since) >= span);
    let calm = long(calm_since, thresholds.calm());
    let next = Watch { loud_since, calm_since, armed: watch.armed || calm.is_some() };
    let advice = match (on, calm) {
        (true, Some(calm_since)) => Advice::End { calm_since },
        (false, _) if next.armed && long(loud_since, thresholds.hold()).is_some() => Advice::Begin(loud),
        _ => Advice::Nothing,
    };
    (next, advice)
}
