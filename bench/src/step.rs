//! What a step of load came to, and what is read off many times of it.

use crate::Bench;
use crate::callers::Outcome;

/// Audio is broken when less comes back.
const WHOLE: f64 = 0.98;

/// What a step of load came to.
pub struct Step {
    pub calls: usize,
    pub failed: usize,
    why: Option<String>,
    share: f64,
    worst_share: f64,
    strange: u64,
    sent_again: u64,
    late_ms: f64,
}

impl Step {
    pub fn is_clean(&self) -> bool {
        self.failed == 0 && self.share >= WHOLE && self.strange == 0
    }
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} calls, {} failed, {:.2} % of the packets came back (worst call {:.1} %), {} messages sent again, generator at most {:.0} ms late{}{}",
            self.calls,
            self.failed,
            self.share * 100.0,
            self.worst_share * 100.0,
            self.sent_again,
            self.late_ms,
            if self.strange > 0 { format!(", {} PACKETS OF OTHERS", self.strange) } else { String::new() },
            self.why.as_ref().map_or(String::new(), |why| format!("; {why}")),
        )
    }
}

impl Bench {
    pub fn step(&mut self, outcomes: &[Outcome]) -> Step {
        let mut step = Step {
            calls: outcomes.len(),
            failed: 0,
            why: None,
            share: 0.0,
            worst_share: 1.0,
            strange: 0,
            sent_again: std::mem::take(&mut self.agents.book().sent_again),
            late_ms: self.callers.latest_ms,
        };
        let (mut sent, mut came_back) = (0, 0);
        for outcome in outcomes {
            self.answered += i64::from(outcome.answered.is_some());
            step.strange += outcome.strange;
            step.sent_again += u64::from(outcome.sent_again);
            // Somebody who was answered and never heard the agent has failed, too.
            let why = match (&outcome.failed, outcome.heard) {
                (Some(why), _) => Some(why.clone()),
                (None, None) => Some("no audio from the agent".to_owned()),
                (None, Some(_)) => None,
            };
            if let Some(why) = why {
                step.failed += 1;
                step.why.get_or_insert(why);
                continue;
            }
            sent += outcome.sent;
            came_back += outcome.came_back;
            step.worst_share = step.worst_share.min(outcome.came_back as f64 / outcome.sent.max(1) as f64);
        }
        step.share = came_back as f64 / sent.max(1) as f64;
        step
    }
}

pub fn sorted(times: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut times: Vec<f64> = times.collect();
    times.sort_by(f64::total_cmp);
    times
}

/// Of sorted values; 0 when there are none.
pub fn percentile(sorted: &[f64], percent: f64) -> f64 {
    let at = (sorted.len() as f64 * percent / 100.0).ceil() as usize;
    sorted.get(at.max(1) - 1).or(sorted.last()).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::percentile;

    #[test]
    fn percentiles_are_values_that_were_seen() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!((percentile(&values, 50.0), percentile(&values, 99.0)), (50.0, 99.0));
        assert_eq!((percentile(&[7.0], 99.0), percentile(&[], 50.0)), (7.0, 0.0));
    }
}
