//! What a centre sets: how many calls are ordinary, and from what on they are not.

use customers::rules::Utility;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Refusal;

/// Shares of a day by half-hours, in percent: a power utility's ordinary day (domain reference 8.3).
pub const POWER_DAY: [f64; 48] = [
    0.78, 0.70, 0.61, 0.52, 0.44, 0.44, 0.39, 0.39, 0.35, 0.39, 0.44, 0.52, 0.78, 1.13, 1.65, 2.26, 3.39,
    4.00, 4.26, 4.18, 3.91, 3.65, 3.13, 2.70, 2.26, 2.18, 2.26, 2.52, 2.96, 3.22, 3.31, 3.22, 3.05, 2.87,
    2.70, 2.61, 2.61, 2.70, 2.78, 2.87, 2.78, 2.61, 2.35, 2.00, 1.65, 1.39, 1.13, 0.96,
];

/// The same of a gas company (domain reference 8.3).
pub const GAS_DAY: [f64; 48] = [
    0.33, 0.29, 0.24, 0.19, 0.19, 0.14, 0.14, 0.14, 0.14, 0.14, 0.19, 0.29, 0.57, 0.95, 1.62, 2.47, 4.19,
    5.04, 5.33, 5.14, 4.76, 4.28, 3.52, 2.86, 2.28, 2.19, 2.38, 2.76, 3.52, 3.90, 4.00, 3.81, 3.52, 3.24,
    3.05, 2.95, 2.85, 2.66, 2.47, 2.28, 2.00, 1.71, 1.43, 1.14, 0.95, 0.76, 0.57, 0.43,
];

/// The same of cable television: gas two hours later, and from 19:00 to 21:30 twice what gas has then (domain reference 8.3).
pub fn cable_day() -> Vec<f64> {
    const LATER: usize = 4;
    const EVENING: std::ops::Range<usize> = 38..43;
    let gas = |half_hour: usize| GAS_DAY.get(half_hour % 48).copied().unwrap_or_default();
    let share = |nth: usize| if EVENING.contains(&nth) { 2.0 * gas(nth) } else { gas(nth + 48 - LATER) };
    let whole: f64 = (0..48).map(share).sum();
    (0..48).map(|nth| (share(nth) / whole * 10_000.0).round() / 100.0).collect()
}

/// How often customers of a utility call on an ordinary day, and about what.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Usual {
    pub calls_per_day: f64,
    pub no_supply_share: f64,
    pub day: Vec<f64>,
}

impl Usual {
    /// Until a centre knows its own: calls a day over customers from the presets of domain reference 8.2 (power 2,040 of 1,200,000, gas
    /// 560 of 159,806, cable 980 of 320,000), the share about supply from 8.4 (power: fault 21, outage 16; gas: repair 12, outage 7,
    /// a leak is none; cable: fault 42), the day from 8.3.
    pub fn of(utility: Utility) -> Usual {
        match utility {
            Utility::Power => Usual { calls_per_day: 0.0017, no_supply_share: 0.37, day: POWER_DAY.into() },
            Utility::Gas => Usual { calls_per_day: 0.0035, no_supply_share: 0.19, day: GAS_DAY.into() },
            Utility::Cable => Usual { calls_per_day: 0.0031, no_supply_share: 0.42, day: cable_day() },
        }
    }
}

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
        let Usual { calls_per_day, no_supply_share, day } = Usual::of(Utility::Power);
        Settings {
            calls_per_day,
            no_supply_share,
            day,
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
    /// As the product begins for a centre of this utility.
    pub fn of(utility: Utility) -> Settings {
        let Usual { calls_per_day, no_supply_share, day } = Usual::of(utility);
        Settings { calls_per_day, no_supply_share, day, ..Settings::default() }
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    /// Domain reference 8.2 to 8.4: the figures are what stands there, and each is a whole day that may be set.
    #[test]
    fn each_utility_begins_with_its_own_usual_day() {
        let presets = [
            (Utility::Power, 2_040.0, 1_200_000.0, 0.21 + 0.16),
            (Utility::Gas, 560.0, 159_806.0, 0.12 + 0.07),
            (Utility::Cable, 980.0, 320_000.0, 0.42),
        ];
        for (utility, calls, customers, share) in presets {
            let usual = Usual::of(utility);
            assert!((usual.calls_per_day * customers / calls - 1.0).abs() < 0.015, "{utility:?}");
            assert!((usual.no_supply_share - share).abs() < 1e-9, "{utility:?}");
            assert!((usual.day.iter().sum::<f64>() - 100.0).abs() < 0.05, "{utility:?}");
            assert_eq!(Settings::of(utility).check(), Ok(()), "{utility:?}");
        }
        assert_eq!(Settings::of(Utility::Power), Settings::default());
    }

    #[test]
    fn cable_calls_two_hours_later_and_in_the_evening() {
        let day = cable_day();
        let at = |half_hour: usize| day.get(half_hour).copied().unwrap_or_default();
        // The morning's peak at 11:00, as gas has it at 9:00; the evening's from 19:00, above the afternoon.
        assert!(day.iter().all(|share| *share <= at(22)));
        assert!(at(38) > at(37) && at(38) > at(30) && at(43) < at(42), "{day:?}");
        assert!((at(38) - 4.67).abs() < 1e-9 && (at(22) - 5.04).abs() < 1e-9, "{day:?}");
    }

    /// The same three homes are more of a surprise where fewer call by themselves.
    #[test]
    fn what_is_expected_follows_the_utility() {
        let evening = 40;
        let of = |utility| Settings::of(utility).expected(1_000, 30, evening);
        assert!(of(Utility::Power) < of(Utility::Gas) && of(Utility::Gas) < of(Utility::Cable));
        assert!((of(Utility::Gas) - 1_000.0 * 0.0035 * 0.02).abs() < 1e-9);
    }
}
