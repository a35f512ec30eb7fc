//! What can happen to a caller in a menu, and what the menu can ask for.

use std::time::Duration;

use audio::{Digit, Sound};
use kernel::QueueId;
use serde::{Deserialize, Serialize};

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    Digit(Digit),
    /// What was last asked to be played has ended by itself.
    Played,
    /// The message after `Effect::Voicemail` is recorded.
    MessageLeft,
    /// The answer to `Effect::LookUp`; `None` when nothing is known.
    LookedUp {
        key: String,
        value: Option<String>,
    },
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// In place of what was being played.
    Play {
        sounds: Vec<Sound>,
    },
    StopPlaying,
    /// For the record: where the caller went.
    Visited {
        node: String,
    },
    Chosen {
        node: String,
        key: Digit,
    },
    /// An informative end was reached.
    Served {
        node: String,
    },
    LookUp {
        key: String,
        argument: String,
    },
    Rated {
        score: u8,
    },
    /// Record a message for this queue, at most so long, ended by # or hang-up.
    Voicemail {
        queue: QueueId,
        max: Duration,
    },
    /// The caller asks to be called back at this number (the calling number when `None`).
    CallBack {
        queue: QueueId,
        number: Option<String>,
    },
    /// The last effects of a session: it is over.
    Queue {
        queue: QueueId,
        urgent: bool,
    },
    HangUp,
    /// The input did not fit; nothing changed.
    Refused,
}
