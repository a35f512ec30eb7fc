//! Tables as files: reading what others made, which may be hostile, writing what is inert wherever it is opened, and the work of
//! doing so, which takes long, is watched, and leaves nothing behind.

#![forbid(unsafe_code)]

mod export;
mod read;
#[cfg(feature = "testing")]
pub mod testing;
mod upload;
mod words;
mod work;
mod write;

pub use export::{ExportState, ExportView, Exports, Rows, Wanted};
pub use read::{BYTES_MAX, Format, Trouble, UNREADABLE, open};
pub use upload::read_upload;
pub use words::{Language, Words};
pub use work::{KEPT, Progress, Running, Work};
pub use write::{CsvFile, FileKind, Sheet, XlsxFile, inert};
