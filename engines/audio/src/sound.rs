//! What can be played.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::Digit;

/// The name of a piece of sound: its path below the prompts folder, without extension (`recorded/welcome`, `parts/7`).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Clip(Arc<str>);

impl Clip {
    pub fn new(name: &str) -> Self {
        Clip(name.into())
    }
    pub fn name(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Clip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the media core plays, one after the other.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sound {
    Clip(Clip),
    Silence {
        ms: u32,
    },
    /// The tone that asks for a message: 1 kHz.
    Beep {
        ms: u32,
    },
    /// A key is pressed for so long: as RFC 4733 events where they were negotiated, as its two tones otherwise.
    Key {
        digit: Digit,
        ms: u32,
    },
}
