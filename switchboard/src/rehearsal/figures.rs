//! What a run comes to: the figures of domain-reference 2.2, of the day and of each half hour.

use std::time::Duration;

use super::day::Day;
use super::fate::{Attempt, Fate};

/// Answered within this counts for the service level.
const IN_TIME: Duration = Duration::from_secs(20);

/// Counts of some calls; rates come of sums, never of rates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// Answered by the platform.
    pub offered: u32,
    /// Second and later calls of the same person.
    pub repeats: u32,
    pub requests: u32,
    pub answered: u32,
    pub in_time: u32,
    pub gave_up: u32,
    pub helped: u32,
    /// Of those helped: by an announcement before the menu.
    pub told: u32,
    pub left_menu: u32,
    pub refused: u32,
    pub never_called: u32,
    /// Conversation and writing up.
    pub agent_time: Duration,
    /// Of those answered, sorted.
    waits: Vec<Duration>,
    longest: Duration,
}

impl Figures {
    pub fn of<'a>(attempts: impl IntoIterator<Item = &'a Attempt>) -> Figures {
        let mut all = Figures::default();
        for attempt in attempts {
            all.count(attempt);
        }
        all.waits.sort();
        all
    }

    /// Each half hour; a call belongs to that of its request for an agent, and without one to that of its arrival.
    pub fn half_hours(day: &Day, attempts: &[Attempt]) -> Vec<Figures> {
        let mut parts = vec![Figures::default(); 48];
        for attempt in attempts {
            if let Some(part) = parts.get_mut(day.half_hour(attempt.asked.unwrap_or(attempt.at))) {
                part.count(attempt);
            }
        }
        for part in &mut parts {
            part.waits.sort();
        }
        parts
    }

    fn count(&mut self, attempt: &Attempt) {
        match attempt.fate {
            Fate::NeverCalled => {
                self.never_called += 1;
                return;
            }
            Fate::Refused => {
                self.refused += 1;
                return;
            }
            _ => {}
        }
        self.offered += 1;
        self.repeats += u32::from(attempt.nth > 1);
        self.requests += u32::from(attempt.asked.is_some());
        self.agent_time += attempt.agent_time;
        match attempt.fate {
            Fate::Served { waited, .. } => {
                self.answered += 1;
                self.in_time += u32::from(waited <= IN_TIME);
                self.longest = self.longest.max(waited);
                self.waits.push(waited);
            }
            Fate::GaveUp { waited, .. } => {
                self.gave_up += 1;
                self.longest = self.longest.max(waited);
            }
            Fate::LeftMenu => self.left_menu += 1,
            fate => {
                self.helped += 1;
                self.told += u32::from(fate.is_told());
            }
        }
    }

    /// K1 人工接通率.
    pub fn answer_rate(&self) -> Option<f64> {
        share(self.answered, self.requests)
    }

    /// K4 服务水平: within 20 s, of all requests.
    pub fn service_level(&self) -> Option<f64> {
        share(self.in_time, self.requests)
    }

    /// K18 自助占比.
    pub fn self_service(&self) -> Option<f64> {
        share(self.helped, self.offered)
    }

    /// K2 总接通率.
    pub fn overall(&self) -> Option<f64> {
        share(self.answered + self.helped, self.offered)
    }

    /// Seconds that so many in a hundred of those answered waited at most.
    pub fn wait(&self, percent: usize) -> Option<u64> {
        let last = self.waits.len().checked_sub(1)?;
        let at = (self.waits.len() * percent).div_ceil(100).saturating_sub(1).min(last);
        self.waits.get(at).map(Duration::as_secs)
    }

    pub fn longest(&self) -> u64 {
        self.longest.as_secs()
    }

    pub fn agent_minutes(&self) -> f64 {
        self.agent_time.as_secs_f64() / 60.0
    }
}

fn share(of: u32, all: u32) -> Option<f64> {
    (all > 0).then(|| f64::from(of) / f64::from(all) * 100.0)
}
