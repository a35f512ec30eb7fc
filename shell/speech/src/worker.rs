//! What the product and the speaker's program say to each other: a line of JSON each way, one sentence at a time.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Its name in the folder of the speech pack.
pub const PROGRAM: &str = "speak";

/// Say this, and write the sound there.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// As it is read: no figures.
    pub text: String,
    pub voice: String,
    /// A WAV file, 8 kHz A-law; written beside and renamed.
    pub file: PathBuf,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// How long it is, in milliseconds.
    Said { ms: u64 },
    /// The text cannot be said; another one can.
    Refused { why: String },
    /// The first line: the model is there.
    Here,
}
