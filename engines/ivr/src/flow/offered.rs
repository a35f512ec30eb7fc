//! Steps that work hand in hand with a room: what it offers is chosen from, what is said is recorded for it.

use std::collections::BTreeMap;
use std::time::Duration;

use audio::Digit;
use serde::{Deserialize, Serialize};

use super::{Prompt, Target};

/// What a room offers, one choice after the other with its key.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Choose {
    /// The look-up that knows the choices.
    pub key: String,
    /// The name of what was collected or chosen; the calling number when `None`.
    pub argument: Option<String>,
    /// The name under which the choice is kept.
    pub into: String,
    /// So long is the answer waited for.
    pub wait: Duration,
    /// The question, before the first choice.
    pub prompt: Prompt,
    /// Between a choice and the figure of its key.
    pub press: Prompt,
    /// Behind the last choice of a page, when there is another: key 9.
    pub more: Prompt,
    /// Beside the choices: `#` and the letters.
    pub keys: BTreeMap<Digit, Target>,
    pub timeout: Duration,
    pub tries: u8,
    pub otherwise: Target,
    /// There is nothing to choose from.
    pub none: Target,
    /// No answer in time, nothing known, or nothing of it can be said.
    pub unknown: Target,
    pub next: Target,
}

/// What is said is recorded, and played or kept by somebody else.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Record {
    /// The name under which the recording's id is kept.
    pub into: String,
    pub prompt: Prompt,
    pub max: Duration,
    pub next: Target,
}
