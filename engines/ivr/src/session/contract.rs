//! What a session is told and what it asks for.

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
    /// What `Effect::Record` asked for is recorded, under this id; empty when nothing came of it.
    Recorded {
        recording: String,
    },
    /// The answer to `Effect::LookUp`; `None` when nothing is known.
    LookedUp {
        key: String,
        answer: Option<Answer>,
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
    /// The caller came outside the hours of this node.
    Closed {
        node: String,
    },
    LookUp {
        key: String,
        argument: Argument,
    },
    /// What a look-up found is being said: one for each thing, once in a session.
    Announced {
        node: String,
        subject: String,
        revision: u32,
        own: bool,
    },
    /// An announcement was said to its end.
    Heard {
        node: String,
    },
    /// The caller wants to be told how this goes on, at the number he calls from.
    WantsToBeTold {
        node: String,
        subject: String,
        revision: u32,
    },
    Rated {
        score: u8,
    },
    /// Record a message for this queue, at most so long, ended by # or hang-up.
    Voicemail {
        queue: QueueId,
        max: Duration,
    },
    /// Record what is said, at most so long, ended by # or hang-up.
    Record {
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

/// What a look-up found.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Answer {
    /// Chooses the way on, and can be read aloud under the look-up's key.
    pub value: String,
    /// What there is to say of it, the most important first.
    #[serde(default)]
    pub says: Vec<Said>,
    /// What can be chosen from, in order.
    #[serde(default)]
    pub choices: Vec<Choice>,
}

impl From<&str> for Answer {
    fn from(value: &str) -> Answer {
        Answer { value: value.to_owned(), ..Answer::default() }
    }
}

/// One thing that is said to a caller, whole or not at all.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Said {
    /// What it is about, as the id of the room that answered.
    pub subject: String,
    /// Which wording of it this is.
    pub revision: u32,
    /// It concerns this caller, not everybody.
    pub own: bool,
    pub sounds: Vec<Sound>,
}

/// One thing that can be chosen.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Choice {
    /// What is kept when it is chosen.
    pub value: String,
    /// Its name, as it is said; nothing: it cannot be offered.
    pub sounds: Vec<Sound>,
}

/// What is asked about. Typed in secret, it is for whoever answers and for nobody else: printed, it is asterisks.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Argument {
    pub text: String,
    pub secret: bool,
}

impl std::fmt::Debug for Argument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let hidden = || "*".repeat(self.text.chars().count());
        std::fmt::Debug::fmt(&if self.secret { hidden() } else { self.text.clone() }, f)
    }
}

/// Who is on the line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Caller {
    /// The calling number, unless it is withheld.
    pub number: Option<String>,
    /// The number that was called.
    pub called: String,
}
