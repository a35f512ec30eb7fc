//! How the hall is run now: as usual, or on a storm footing (应急模式). One value, given to the exchange as a whole; the
//! configuration stays as it is written beside it, so that going back is exact and saying it twice changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use audio::Sound;
use kernel::{FlowId, QueueId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Config;
use crate::exchange::Exchange;

#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Footing {
    #[default]
    Usual,
    Storm(Box<Storm>),
}

/// What is different in a storm. What is absent stays as usual.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Storm {
    /// Breaks, helpers, call backs: what the distributor does differently.
    pub hall: acd::Storm,
    pub short: Short,
    pub door: Option<Door>,
}

/// What callers of a queue hear, in fewer words. The agent's number is not among it: it is always said.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Short {
    /// In place of the greetings of the queues, those of emergencies excepted. Empty: none is said.
    pub greeting: Option<Vec<Sound>>,
    /// Of position and wait only the wait is said, once it is known.
    pub one_figure: bool,
    /// Where a queue has no words of its own for it.
    pub callback_offer: Vec<Sound>,
    pub callback_taken: Vec<Sound>,
}

/// Who is let into a queue. Emergencies always are, and whoever has heard once why he should not wait and wants to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Door {
    /// What a caller hears in place of the queue: why, and what he can do. Without this flow everybody is let in.
    pub menu: FlowId,
    /// So many waiting in the queue, or so long a wait, and who comes then hears the menu.
    pub waiting: Option<u32>,
    pub wait: Option<Duration>,
    /// Queues everybody is let into: life support, for example.
    pub always: BTreeSet<QueueId>,
    /// Who hangs up while waiting, or asks to be called back, and calls again within this, stands where he stood.
    pub again_within: Duration,
}

/// Where somebody stood who has left a queue without having been served.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Stood {
    pub number: String,
    /// His t2.
    pub requested: Timestamp,
    /// When he left.
    pub left: Timestamp,
}

/// The names under which the door's menu may speak of the queue.
pub const WAITING: &str = "waiting";
pub const MINUTES: &str = "minutes";

impl Footing {
    pub(crate) fn storm(&self) -> Option<&Storm> {
        match self {
            Footing::Usual => None,
            Footing::Storm(storm) => Some(storm),
        }
    }
}

impl Config {
    /// The configuration as it is in force on this footing.
    pub(crate) fn on(&self, footing: &Footing) -> Config {
        let mut config = self.clone();
        let Footing::Storm(storm) = footing else {
            config.acd.storm = None;
            return config;
        };
        config.acd.storm = Some(storm.hall.clone());
        for (id, line) in &mut config.queues {
            if config.acd.queues.get(id).is_some_and(|queue| queue.danger) {
                continue;
            }
            if let Some(greeting) = &storm.short.greeting {
                line.greeting.clone_from(greeting);
            }
            let own = |sounds: &mut Vec<Sound>, otherwise: &[Sound]| {
                if sounds.is_empty() {
                    *sounds = otherwise.to_vec();
                }
            };
            own(&mut line.callback_offer, &storm.short.callback_offer);
            own(&mut line.callback_taken, &storm.short.callback_taken);
        }
        config
    }
}

impl Exchange {
    /// How the hall is run now.
    pub fn footing(&self) -> &Footing {
        &self.footing
    }

    pub(crate) fn change_footing(&mut self, footing: Footing) {
        if self.footing == footing {
            return;
        }
        if footing == Footing::Usual {
            self.places_left.clear();
        }
        self.footing = footing;
        let usual = Arc::clone(&self.usual);
        self.put_in_force(&usual);
        // What agents may do, and what they are told, is another matter now.
        self.desks_changed.extend(self.seats.keys());
    }

    /// Of an earlier process. Without a door nobody asks for it.
    pub(crate) fn remember(&mut self, stood: Stood) {
        if self.footing.storm().is_some_and(|storm| storm.door.is_some()) {
            self.places_left.left(&stood.number, stood.requested, stood.left);
        }
    }
}

/// Of how many numbers it is remembered where they stood. In a storm that lasts, the oldest are forgotten first.
const REMEMBERED_MAX: usize = 20_000;

/// Who left the queue without having been served, and where he stood.
#[derive(Debug, Default)]
pub(crate) struct PlacesLeft {
    by_number: BTreeMap<String, Left>,
}

#[derive(Debug, Clone, Copy)]
struct Left {
    requested: Timestamp,
    at: Timestamp,
}

impl PlacesLeft {
    pub fn left(&mut self, number: &str, requested: Timestamp, at: Timestamp) {
        if number.is_empty() {
            return;
        }
        if self.by_number.len() >= REMEMBERED_MAX
            && let Some(oldest) =
                self.by_number.iter().min_by_key(|(_, left)| left.at).map(|(n, _)| n.clone())
        {
            self.by_number.remove(&oldest);
        }
        self.by_number.insert(number.to_owned(), Left { requested, at });
    }

    /// Where this number stood, if it is back in time. Asked once: he has it from now on.
    pub fn take(&mut self, number: &str, now: Timestamp, within: Duration) -> Option<Timestamp> {
        let left = self.by_number.remove(number)?;
        (now.since(left.at) <= within).then_some(left.requested)
    }

    pub fn forget(&mut self, number: &str) {
        self.by_number.remove(number);
    }

    pub fn clear(&mut self) {
        self.by_number.clear();
    }

    pub fn len(&self) -> usize {
        self.by_number.len()
    }
}
