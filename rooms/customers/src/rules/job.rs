//! Imports: long work that is watched and can be stopped. What is kept of one.

use kernel::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::columns::{Column, Problem};
use super::words;

words! {
    /// What an import brings.
    JobKind {
        Customers = "import",
        /// Elements of the network, or the accounts below them.
        Network = "network",
    }
}

words! {
    JobState {
        /// A file is there; its columns are not agreed on.
        Uploaded = "uploaded",
        Running = "running",
        /// Tried without writing.
        Tried = "tried",
        Done = "done",
        Cancelled = "cancelled",
        Failed = "failed",
        /// Its file was taken away before it was brought in.
        Expired = "expired",
    }
}

/// One import.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    pub id: i64,
    pub kind: JobKind,
    pub state: JobState,
    pub at: Timestamp,
    pub who: PersonId,
    /// The file's name as it was uploaded, for display only.
    pub title: String,
    pub detail: Detail,
    /// Its files are still there.
    pub files: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Detail {
    /// The first row of the file.
    pub headings: Vec<String>,
    /// The rows after it.
    pub sample: Vec<Vec<String>>,
    /// What each column is.
    pub columns: Vec<Option<Column>>,
    pub counts: Counts,
    /// The first rows that cannot be taken; the error file has all.
    pub problems: Vec<Wrong>,
    /// Why it failed: a code of [`sheets::Trouble`], or `ours`.
    pub failure: Option<String>,
}

/// A row that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Wrong {
    /// Its number in the file.
    pub row: usize,
    #[serde(flatten)]
    pub problem: Problem,
}

/// What came of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Counts {
    /// Rows with something in them, without the headings.
    pub rows: u64,
    pub new: u64,
    pub changed: u64,
    pub same: u64,
    /// Rows that cannot be taken; the error file says why.
    pub wrong: u64,
}
