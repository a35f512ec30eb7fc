//! Recordings: stereo A-law WAV, left what the leg says, right what it hears.
//!
//! The media thread puts codes into a window of the recent past ([`tap`]) and sends half a second at a time through a
//! bounded queue to the [`writer`] thread, which never makes it wait: what finds the queue full or the disk unwilling
//! becomes silence of the same length and is reported. A third thread ([`seal`]) makes the disk keep what was written and
//! hashes what is complete. After a crash, [`recover`] finishes what was growing.
//!
//! A file has its final name from the first byte on. While it grows, `.open/<recording>` names it and keeps its marks.

pub mod recover;
pub mod seal;
pub mod tap;
pub mod writer;

use std::path::PathBuf;

use kernel::{RecordingId, Timestamp};
use serde::{Deserialize, Serialize};

/// Folder of the list of growing recordings.
pub const OPEN_DIR: &str = ".open";

/// A note at a moment of a recording.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Mark {
    pub at_ms: u64,
    pub mark: String,
}

/// What `<recording>.marks.json` holds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Marks {
    pub recording: RecordingId,
    pub marks: Vec<Mark>,
}

/// The file of a recording below the recordings folder: by day, in UTC.
pub fn file_name(recording: RecordingId, at: Timestamp) -> String {
    let day = at.to_jiff().strftime("%Y/%m/%d");
    format!("{day}/{recording}.wav")
}

/// The marks beside a file.
pub fn marks_name(file: &str) -> String {
    format!("{}.marks.json", file.strip_suffix(".wav").unwrap_or(file))
}

pub fn open_name(recording: RecordingId) -> PathBuf {
    PathBuf::from(OPEN_DIR).join(recording.to_string())
}
