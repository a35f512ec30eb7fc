//! Keys of the telephone: as events in packets (RFC 4733) and as tones in the sound (ITU-T Q.24).

mod event;
mod inband;

pub use event::EventTracker;
pub use inband::ToneDetector;
