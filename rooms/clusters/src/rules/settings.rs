//! What a centre sets: how many calls are ordinary, and from what on they are not.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Refusal;

/// Shares of a day by half-hours, in percent: a power utility's ordinary day (domain reference 8.3).
pub const POWER_DAY: [f64; 48] = [
    0.78, 0.70, 0.61, 0.52, 0.44, 0.44, 0.39, 0.39, 0.35, 0.39, 0.44, 0.52, 0.78, 1.13, 1.65, 2.26, 3.39,
    4.00, 4.26, 4.18, 3.91, 3.65, 3.13, 2.70, 2.26, 2.18, 2.26, 2.52, 2.96, 3.22, 3.31, 3.22, 3.05, 2.87,
    2.70, 2.61, 2.61, 2.70, 2.78, 2.87, 2.78, 2.61, 2.35, 2.00, 1.65, 1.39, 1.13, 0.96,
];

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Calls of one customer in one day, about anything.
    pub calls_per_day: f64,
    /// The share of them that is about supply being off.
    pub no_supply_share: f64,
    /// Shares of the day by half-hours, in percent.
    pub day: Vec<f64>,
    /// Spans of time in which calls are counted.
    pub windows_min: Vec<u32>,
    /// From so many households on.
    pub households: u32,
    /// So surprising, in powers of ten: 7 is once in ten million looks.
    pub surprise: f64,
    /// What is less surprising beside an explanation is chance.
    pub chance: f64,
    /// A proposal without another sign for so long expires.
    pub expire_min: u32,
    /// Keys of menus that say that supply is off, as `node:key`.
    pub keys: Vec<String>,
    /// Keys that say nothing of why somebody calls.
    pub neutral_keys: Vec<String>,
    /// Beginnings of the contact reasons that say so.
    pub reasons: Vec<String>,
    /// Beginnings of the sub-types of orders that say so.
    pub subtypes: Vec<String>,
    /// A voice says the first news so many minutes after it was confirmed.
    pub news_min: u32,
}

impl Default for Settings {
    fn default() -> Self {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Settings {
            calls_per_day: 0.0017,
            no_supply_share: 0.37,
            day: POWER_DAY.into(),
            windows_min: vec![5, 10, 20],
            households: 3,
            surprise: 6.0,
            chance: 2.0,
            expire_min: 45,
            keys: words(&["repair:1", "top:5"]),
            neutral_keys: words(&["top:2"]),
            reasons: words(&["G0102", "G0103", "G02", "P0101", "P0102", "P0103", "P0201", "C01"]),
            subtypes: words(&[
                "fault.no_gas",
                "fault.pressure",
                "fault.high_voltage",
                "fault.low_voltage",
                "enquiry.outage",
            ]),
            news_min: 30,
        }
    }
}

impl Settings {
    /// Seconds of the longest span.
    pub fn longest_s(&self) -> u64 {
        u64::from(self.windows_min.iter().copied().max().unwrap_or(0)) * 60
    }

    /// Calls that so many customers make by themselves in a span that ends in this half-hour of the day.
    pub fn expected(&self, customers: u32, window_min: u32, half_hour: usize) -> f64 {
        let share = self.day.get(half_hour).copied().unwrap_or(100.0 / 48.0) / 100.0;
        f64::from(customers) * self.calls_per_day * share * f64::from(window_min) / 30.0
    }

    pub fn check(&self) -> Result<(), Refusal> {
        let fits = |field, value: f64, least: f64, most: f64| {
            if value >= least && value <= most {
                Ok(())
            } else {
                Err(Refusal::OutOfRange { field, least, most })
            }
        };
        fits("calls_per_day", self.calls_per_day, 0.000_01, 1.0)?;
        fits("no_supply_share", self.no_supply_share, 0.01, 1.0)?;
        fits("households", f64::from(self.households), 2.0, 100.0)?;
        fits("surprise", self.surprise, 1.0, 50.0)?;
        fits("chance", self.chance, 0.5, 10.0)?;
        fits("expire_min", f64::from(self.expire_min), 5.0, 720.0)?;
        fits("news_min", f64::from(self.news_min), 5.0, 240.0)?;
        fits("windows_min", self.windows_min.len() as f64, 1.0, 5.0)?;
        for window in &self.windows_min {
            fits("windows_min", f64::from(*window), 1.0, 60.0)?;
        }
        fits("day", self.day.len() as f64, 48.0, 48.0)?;
        for share in &self.day {
            fits("day", *share, 0.01, 50.0)?;
        }
        fits("day", self.day.iter().sum(), 99.0, 101.0)?;
        for (field, list) in [
            ("keys", &self.keys),
            ("neutral_keys", &self.neutral_keys),
            ("reasons", &self.reasons),
            ("subtypes", &self.subtypes),
        ] {
            let bad = |word: &String| word.trim().is_empty() || word.chars().count() > 60;
            if list.len() > 100 || list.iter().any(bad) {
                return Err(Refusal::BadList { field });
            }
        }
        Ok(())
    }
}
