//! What a waiting caller is told: position and estimated wait.

use std::time::Duration;

use kernel::Timestamp;

/// How fast a queue moves: the smoothed time between two callers taken while somebody was waiting. Measured, not
/// computed from agents and handling times, because agents serve several queues.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub(crate) struct Pace {
    /// The last caller taken, or the moment somebody began to wait; none while nobody waits.
    pub running: Option<Timestamp>,
    pub every: Option<Duration>,
}

impl Pace {
    /// Somebody waits where nobody did.
    pub fn started(&mut self, now: Timestamp) {
        self.running = Some(now);
    }

    /// A caller was answered; `more`: others still wait.
    pub fn served(&mut self, now: Timestamp, more: bool) {
        if let Some(since) = self.running {
            let sample = now.since(since);
            self.every = Some(match self.every {
                None => sample,
                Some(every) => (every * 7 + sample) / 8,
            });
        }
        self.running = more.then_some(now);
    }

    /// The wait of the caller at `position`, 1 being next. None until the queue has moved once.
    pub fn wait(&self, position: u32) -> Option<Duration> {
        self.every.map(|every| every.saturating_mul(position))
    }
}

/// What this caller has heard already: what comes next is never worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub position: u32,
    pub wait: Option<Duration>,
}

impl Told {
    pub const NOTHING: Told = Told { position: u32::MAX, wait: None };

    pub fn next(self, position: u32, wait: Option<Duration>) -> Told {
        Told {
            position: self.position.min(position),
            wait: match (self.wait, wait) {
                (Some(told), Some(new)) => Some(told.min(new)),
                (told, new) => told.or(new),
            },
        }
    }
}
