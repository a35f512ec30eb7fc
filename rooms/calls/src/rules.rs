//! What a call record is and how facts become one; what a queue, a trunk and a dial rule are. Pure.

pub mod record;
pub mod segment;

pub use record::{Record, Result};
pub use segment::{Segment, SegmentKind};
