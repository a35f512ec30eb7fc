//! A line of waiting callers: who stands where, and who serves it.

use std::cmp::Reverse;
use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use kernel::{CallId, PersonId, QueueId, Timestamp};

use crate::QueuePolicy;
use crate::estimate::{Pace, Told};

/// Where a caller stands in one line: emergencies first, then by t2. It is made only of what never changes while the
/// caller waits, so a caller who comes back stands where he stood.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Place {
    /// False sorts first.
    pub calm: bool,
    pub joined: Timestamp,
    pub call: CallId,
}

/// The callers nobody is being rung for, in order of service. A sorted ring buffer: head and tail cost nothing, a
/// position is a binary search.
#[derive(Clone, Default, Debug)]
pub(crate) struct Line(VecDeque<Place>);

impl Line {
    pub fn insert(&mut self, place: Place) {
        if let Err(at) = self.0.binary_search(&place) {
            self.0.insert(at, place);
        }
    }

    pub fn remove(&mut self, place: &Place) {
        if let Ok(at) = self.0.binary_search(place) {
            self.0.remove(at);
        }
    }

    pub fn head(&self) -> Option<&Place> {
        self.0.front()
    }

    /// 0 is next.
    pub fn index(&self, place: &Place) -> Option<usize> {
        self.0.binary_search(place).ok()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Place> {
        self.0.iter()
    }

    /// The earliest t2 in the line: the first of the emergencies or the first of the others.
    pub fn earliest(&self) -> Option<Timestamp> {
        let calm_from = self.0.partition_point(|place| !place.calm);
        [self.0.front(), self.0.get(calm_from)].into_iter().flatten().map(|place| place.joined).min()
    }
}

/// A ready agent in the order in which a queue asks: rank, skill, time ready.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Standing {
    pub rank: u8,
    pub level: Reverse<u8>,
    pub since: Timestamp,
    pub agent: PersonId,
}

/// A queue as it is now.
#[derive(Clone, Debug)]
pub(crate) struct Queue {
    pub policy: QueuePolicy,
    /// Waiting, nobody rung.
    pub line: Line,
    /// Waiting, an agent being rung.
    pub ringing: Vec<Place>,
    /// Agents who fit, signed in or not.
    pub staff: Vec<PersonId>,
    /// Those of them who are ready.
    pub ready: BTreeSet<Standing>,
    /// How many of the staff are signed in.
    pub signed_in: usize,
    /// How many of the staff take calls: ready, ringing, talking or in after-call work.
    pub serving: usize,
    /// Callers sent here, for the floor.
    pub offered: u64,
    pub pace: Pace,
    /// Callers who were here when a new policy lowered the limit: nobody is thrown out for that.
    pub overhang: usize,
}

impl Queue {
    pub fn new(policy: QueuePolicy) -> Self {
        Queue {
            policy,
            line: Line::default(),
            ringing: Vec::new(),
            staff: Vec::new(),
            ready: BTreeSet::new(),
            signed_in: 0,
            serving: 0,
            offered: 0,
            pace: Pace::default(),
            overhang: 0,
        }
    }

    /// Everybody who waits, rung for or not.
    pub fn waiting(&self) -> usize {
        self.line.len() + self.ringing.len()
    }

    pub fn is_full(&self) -> bool {
        self.waiting() >= self.policy.callers_max as usize
    }

    pub fn place(&self, call: CallId, caller: &Caller) -> Place {
        Place { calm: !(caller.urgent || self.policy.danger), joined: caller.joined, call }
    }

    /// The class a caller is served in: 0 for emergencies, then by priority, one less for each `age_every` waited but
    /// never under 1.
    pub fn class(&self, place: &Place, now: Timestamp) -> u64 {
        if !place.calm {
            return 0;
        }
        let aged = match self.policy.age_every {
            Some(every) if !every.is_zero() => now.since(place.joined).as_micros() / every.as_micros(),
            _ => 0,
        };
        u64::from(self.policy.priority).saturating_sub(u64::try_from(aged).unwrap_or(u64::MAX)).max(1)
    }

    pub fn stop_ringing(&mut self, call: CallId) {
        if let Some(at) = self.ringing.iter().position(|place| place.call == call) {
            self.ringing.swap_remove(at);
        }
    }
}

/// Somebody who waits.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub queue: QueueId,
    /// t2
    pub joined: Timestamp,
    /// Into this queue.
    pub entered: Timestamp,
    pub urgent: bool,
    /// Nobody is on the line: a place that was promised, which the queue's rules for those who wait do not end.
    pub promised: bool,
    pub stage: Stage,
    /// Had to stand in line: nobody was ready at once.
    pub stood: bool,
    /// When `when_waited` applies; it rests while an agent is rung.
    pub overflow_at: Option<Timestamp>,
    pub announce_at: Option<Timestamp>,
    /// When a call back is offered in a storm; none when it has been.
    pub offer_back_at: Option<Timestamp>,
    pub told: Told,
    /// The deadline that stands in the engine's list.
    pub armed: Option<Timestamp>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stage {
    Waiting,
    Ringing { agent: PersonId },
}

impl Caller {
    pub fn deadline(&self) -> Option<Timestamp> {
        match self.stage {
            Stage::Waiting => {
                [self.overflow_at, self.announce_at, self.offer_back_at].into_iter().flatten().min()
            }
            Stage::Ringing { .. } => None,
        }
    }
}

/// The shortest time between two things that repeat, so that a policy of zero does not spin.
pub(crate) fn at_least_a_second(every: Duration) -> Duration {
    every.max(Duration::from_secs(1))
}
