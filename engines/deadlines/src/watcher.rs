//! The one watcher of all promises: what is armed, what is due now; each warning is told exactly once.
//!
//! What it knows of a promise is its [`Schedule`] and the last warning told ([`Kept`]). The room writes that beside the
//! promise in the transaction in which it acts upon a [`Effect::Warn`], and hands it back to [`Watcher::restore`] after
//! a start: the watcher then goes on exactly where it stopped. Time may stand still, leap and go back: what has been
//! told is told, what has not been told is told at the first `wake` that is not before it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use kernel::{Engine, Timestamp};
use serde::{Deserialize, Serialize};

use crate::schedule::{Level, Schedule};

/// What the watcher knows of one promise.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Kept<K> {
    pub key: K,
    pub schedule: Schedule,
    /// The last warning told.
    pub told: Option<Level>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Armed {
    pub(crate) schedule: Schedule,
    pub(crate) told: Option<Level>,
}

impl Armed {
    pub(crate) fn next(&self) -> Option<(Timestamp, Level)> {
        let level = self.told.map_or(Some(Level::Yellow), Level::next)?;
        Some((self.schedule.at(level), level))
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Input<K> {
    /// Watch this promise. Again with the same schedule changes nothing; with another one (extended, suspended,
    /// renewed, reopened) the warnings of the new schedule are told, except those told before whose new time has
    /// passed too.
    Arm { key: K, schedule: Schedule },
    /// Fulfilled or withdrawn. All about it is forgotten: armed once more, it is warned of from the first colour on.
    Disarm { key: K },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect<K> {
    /// Tell those concerned. `planned` is when it should have been told: earlier than now after a stop.
    Warn {
        key: K,
        level: Level,
        planned: Timestamp,
        due: Timestamp,
    },
    Refused(NotArmed<K>),
}

/// Disarmed, and never armed or disarmed before. Nothing has changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{key:?} is not watched")]
pub struct NotArmed<K> {
    pub key: K,
}

/// What was kept cannot be what a watcher gave.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{key:?} is kept twice: keep one row for each promise")]
pub struct BadKept<K> {
    pub key: K,
}

/// Watches promises by a key of the room's: an order's id, the step, and whose clock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Watcher<K> {
    pub(crate) armed: BTreeMap<K, Armed>,
    /// The next warning of each that has one left.
    pub(crate) queue: BTreeSet<(Timestamp, K)>,
}

impl<K> Default for Watcher<K> {
    fn default() -> Self {
        Watcher { armed: BTreeMap::new(), queue: BTreeSet::new() }
    }
}

impl<K: Copy + Ord + Debug> Watcher<K> {
    /// The watcher that had this knowledge, in any order.
    ///
    /// # Errors
    /// [`BadKept`] when one promise comes twice.
    pub fn restore(kept: impl IntoIterator<Item = Kept<K>>) -> Result<Watcher<K>, BadKept<K>> {
        let mut watcher = Watcher::default();
        for Kept { key, schedule, told } in kept {
            if watcher.armed.contains_key(&key) {
                return Err(BadKept { key });
            }
            watcher.put(key, Armed { schedule, told });
        }
        Ok(watcher)
    }

    /// All it knows, by key.
    pub fn kept(&self) -> impl Iterator<Item = Kept<K>> + '_ {
        self.armed.iter().map(|(key, armed)| Kept { key: *key, schedule: armed.schedule, told: armed.told })
    }

    /// What it knows of one promise: what to write down after a warning or a new schedule.
    pub fn get(&self, key: K) -> Option<Kept<K>> {
        self.armed.get(&key).map(|armed| Kept { key, schedule: armed.schedule, told: armed.told })
    }

    /// How many are watched, warned ones included.
    pub fn len(&self) -> usize {
        self.armed.len()
    }
    pub fn is_empty(&self) -> bool {
        self.armed.is_empty()
    }

    fn put(&mut self, key: K, armed: Armed) {
        self.take(key);
        if let Some((at, _)) = armed.next() {
            self.queue.insert((at, key));
        }
        self.armed.insert(key, armed);
    }

    fn take(&mut self, key: K) -> Option<Armed> {
        let armed = self.armed.remove(&key)?;
        if let Some((at, _)) = armed.next() {
            self.queue.remove(&(at, key));
        }
        Some(armed)
    }

    /// The first invariant that does not hold, in words.
    pub fn check(&self) -> Result<(), String> {
        let due: BTreeSet<_> =
            self.armed.iter().filter_map(|(key, armed)| Some((armed.next()?.0, *key))).collect();
        if due != self.queue {
            return Err(format!("the queue is {:?}, should be {due:?}", self.queue));
        }
        Ok(())
    }
}

impl<K: Copy + Ord + Debug> Engine for Watcher<K> {
    type Input = Input<K>;
    type Effect = Effect<K>;

    fn handle(&mut self, now: Timestamp, input: Input<K>, out: &mut Vec<Effect<K>>) {
        match input {
            Input::Arm { key, schedule } => {
                let told = match self.armed.get(&key) {
                    Some(armed) if armed.schedule == schedule => return,
                    Some(armed) => {
                        let passed = |level: &Level| schedule.at(*level) <= now;
                        Level::ALL
                            .into_iter()
                            .filter(passed)
                            .take_while(|level| Some(*level) <= armed.told)
                            .last()
                    }
                    None => None,
                };
                self.put(key, Armed { schedule, told });
            }
            Input::Disarm { key } => {
                if self.take(key).is_none() {
                    out.push(Effect::Refused(NotArmed { key }));
                }
            }
        }
    }

    /// Tells every warning whose time has come, in the order in which they were planned.
    fn wake(&mut self, now: Timestamp, out: &mut Vec<Effect<K>>) {
        while let Some((at, key)) = self.queue.first().copied().filter(|(at, _)| *at <= now) {
            self.queue.remove(&(at, key));
            let Some(armed) = self.armed.get_mut(&key) else { continue };
            let Some((planned, level)) = armed.next() else { continue };
            out.push(Effect::Warn { key, level, planned, due: armed.schedule.at(Level::Red) });
            armed.told = Some(level);
            if let Some((next, _)) = armed.next() {
                self.queue.insert((next, key));
            }
        }
    }

    fn deadline(&self) -> Option<Timestamp> {
        self.queue.first().map(|(at, _)| *at)
    }
}
