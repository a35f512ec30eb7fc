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
    /// Asked to be called back in place of waiting (2.1 `flow_out`): stays in the base of K1, and is not answered.
    pub asked_back: u32,
    /// Of those, so many have spoken with an agent; did not answer; are not called yet.
    pub called_back: u32,
    pub called_in_vain: u32,
    /// In a storm: were told at the door how many wait, were offered a call back, got their old place again.
    pub held: u32,
    /// Of those held, hung up there.
    pub left_door: u32,
    pub offered_back: u32,
    pub came_back: u32,
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
    /// Of those called back, from the request to the agent, sorted.
    backs: Vec<Duration>,
    longest: Duration,
}

impl Figures {
    pub fn of<'a>(attempts: impl IntoIterator<Item = &'a Attempt>) -> Figures {
        let mut all = Figures::default();
        for attempt in attempts {
            all.count(attempt);
        }
        all.sort();
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
            part.sort();
        }
        parts
    }

    fn sort(&mut self) {
        self.waits.sort();
        self.backs.sort();
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
        self.held += u32::from(attempt.held);
        self.offered_back += u32::from(attempt.offered);
        self.came_back += u32::from(attempt.stood.is_some());
        self.asked_back += u32::from(attempt.fate.asked_back());
        match attempt.fate {
            Fate::Served { waited, .. } => {
                self.answered += 1;
                self.in_time += u32::from(waited <= IN_TIME);
                self.longest = self.longest.max(waited);
                self.waits.push(waited);
            }
            Fate::GaveUp { waited, .. } | Fate::LeftDoor { waited } => {
                self.gave_up += 1;
                self.left_door += u32::from(matches!(attempt.fate, Fate::LeftDoor { .. }));
                self.longest = self.longest.max(waited);
            }
            Fate::CalledBack { waited, .. } => {
                self.called_back += 1;
                self.backs.push(waited);
            }
            Fate::CalledInVain { .. } => self.called_in_vain += 1,
            Fate::Promised => {}
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

    /// Not in the reference: K1 if whoever was called back and spoke with an agent counted as connected.
    pub fn reached_rate(&self) -> Option<f64> {
        share(self.answered + self.called_back, self.requests)
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
        at_most(&self.waits, percent).map(|wait| wait.as_secs())
    }

    /// From asking to be called back to speaking with an agent.
    pub fn back_after(&self, percent: usize) -> Option<Duration> {
        at_most(&self.backs, percent)
    }

    pub fn longest(&self) -> u64 {
        self.longest.as_secs()
    }

    pub fn agent_minutes(&self) -> f64 {
        self.agent_time.as_secs_f64() / 60.0
    }
}

/// Of sorted ones: so many in a hundred are not longer.
fn at_most(sorted: &[Duration], percent: usize) -> Option<Duration> {
    let last = sorted.len().checked_sub(1)?;
    let at = (sorted.len() * percent).div_ceil(100).saturating_sub(1).min(last);
    sorted.get(at).copied()
}

fn share(of: u32, all: u32) -> Option<f64> {
    (all > 0).then(|| f64::from(of) / f64::from(all) * 100.0)
}
