//! What a call record is and how facts become one; what a queue, a trunk and a dial rule are. Pure.

pub mod check;
pub mod line;
mod look;
mod outcome;
pub mod owed;
mod reason;
pub mod record;
mod refusal;
pub mod segment;
pub mod stood;

pub use line::{Answer, Centre, DialRule, Queue, Trunk};
pub use look::Looks;
pub use outcome::Outcome;
pub use owed::Owed;
pub use reason::{REASONS_MAX, ReasonLimit, check as check_reason, reasons_by_default};
pub use record::Record;
pub use refusal::{NotNow, Refusal};
pub use segment::{Segment, SegmentKind};

use serde::Serialize;

/// The serialised name of a unit variant: `NoAnswer` is `no_answer`.
pub fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
