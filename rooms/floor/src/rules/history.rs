//! The last hour, minute by minute.

use std::collections::VecDeque;

use exchange::Figures;
use kernel::Timestamp;
use serde::Serialize;

const MINUTES: usize = 60;
const MINUTE_US: i64 = 60_000_000;

/// What happened in one minute; `waiting` is the most that waited at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Minute {
    pub at: Timestamp,
    pub waiting: u32,
    pub requests: u64,
    pub abandoned: u64,
}

/// Grows by one entry a minute and forgets what is older than an hour.
#[derive(Clone, Debug, Default)]
pub struct History {
    minutes: VecDeque<Minute>,
    /// The figures when the last look was taken.
    seen: Option<(u64, u64)>,
}

impl History {
    /// A look at the floor; several a minute.
    pub fn look(&mut self, now: Timestamp, waiting: u32, figures: &Figures) {
        let minute = Timestamp::from_micros(now.as_micros().div_euclid(MINUTE_US) * MINUTE_US);
        let (requests, abandoned) = (figures.requests, figures.abandoned);
        // At midnight the figures begin at nothing again.
        let (had_requests, had_abandoned) =
            self.seen.filter(|(r, a)| *r <= requests && *a <= abandoned).unwrap_or((requests, abandoned));
        self.seen = Some((requests, abandoned));
        if self.minutes.back().is_none_or(|last| last.at < minute) {
            self.minutes.push_back(Minute { at: minute, waiting: 0, requests: 0, abandoned: 0 });
            if self.minutes.len() > MINUTES {
                self.minutes.pop_front();
            }
        }
        if let Some(last) = self.minutes.back_mut() {
            last.waiting = last.waiting.max(waiting);
            last.requests += requests - had_requests;
            last.abandoned += abandoned - had_abandoned;
        }
    }

    pub fn minutes(&self) -> Vec<Minute> {
        self.minutes.iter().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use kernel::time::{Clock, TestClock};

    use super::*;

    #[test]
    fn each_minute_has_what_happened_in_it() {
        let start = TestClock::monday_morning().now();
        let mut history = History::default();
        for (second, waiting, requests, abandoned) in
            [(0, 1, 10, 2), (30, 4, 12, 2), (59, 2, 13, 3), (61, 0, 13, 3), (90, 1, 20, 3), (130, 0, 1, 0)]
        {
            let figures = Figures { requests, abandoned, ..Figures::default() };
            history.look(start + Duration::from_secs(second), waiting, &figures);
        }
        let told: Vec<_> = history.minutes().iter().map(|m| (m.waiting, m.requests, m.abandoned)).collect();
        assert_eq!(told, [(4, 3, 1), (1, 7, 0), (0, 0, 0)]);
    }
}
