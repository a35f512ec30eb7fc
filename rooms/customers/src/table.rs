//! Tables as files: reading what others made, which may be hostile, and writing what is inert wherever it is opened.

mod read;
mod write;

pub use read::{Format, Rows, open};
pub use write::{CsvFile, XlsxFile, inert};
