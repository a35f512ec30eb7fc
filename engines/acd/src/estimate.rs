//! What a waiting caller is told: position and estimated wait.

use std::time::Duration;

use kernel::Timestamp;

/// What a queue has shown of its speed. Two measures, of which the slower is believed, because what a caller has been
/// told is never taken back: the time between two callers answered while others stood in the line (it knows that
/// agents serve other queues too), and the time agents spend on one caller (it knows how many agents there are now).
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub(crate) struct Pace {
    /// The last caller answered, or the moment somebody began to stand in line; none while nobody does.
    pub running: Option<Timestamp>,
    /// Between two callers answered, smoothed.
    pub every: Option<Duration>,
    /// From answer to the end of after-call work, smoothed.
    pub handling: Option<Duration>,
}

impl Pace {
    /// Somebody has to stand in line.
    pub fn stands(&mut self, now: Timestamp) {
        self.running.get_or_insert(now);
    }

    /// A caller who had stood in line was answered; `more`: others still wait.
    pub fn served(&mut self, now: Timestamp, more: bool) {
        if let Some(since) = self.running {
            smooth(&mut self.every, now.since(since));
        }
        self.running = more.then_some(now);
    }

    /// An agent is done with a caller.
    pub fn handled(&mut self, took: Duration) {
        smooth(&mut self.handling, took);
    }

    /// The wait of the caller at `position`, 1 being next, while `serving` agents take calls. None until there is
    /// something to go by.
    pub fn wait(&self, position: u32, serving: usize) -> Option<Duration> {
        let by_line = self.every.map(|every| every.saturating_mul(position));
        let serving = u32::try_from(serving).unwrap_or(u32::MAX);
        let by_agents = self.handling.and_then(|took| took.saturating_mul(position).checked_div(serving));
        by_line.max(by_agents)
    }
}

/// An eighth of the way to the newest sample.
fn smooth(value: &mut Option<Duration>, sample: Duration) {
    *value = Some(match *value {
        None => sample,
        Some(old) => old.saturating_mul(7).saturating_add(sample) / 8,
    });
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
