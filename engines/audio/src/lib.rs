//! Sound as values: what can be played, the keys of a telephone, and (in its modules) the arithmetic on samples.
//!
//! No file is read here: a [`Clip`] is a name, and the media core of `shell/telephony` finds the samples behind it.

#![forbid(unsafe_code)]

pub mod answering;
mod digit;
pub mod dtmf;
pub mod g711;
pub mod jitter;
pub mod level;
pub mod mix;
pub mod plc;
mod sound;
pub mod spoken;
pub mod tone;
pub mod wav;

pub use digit::Digit;
pub use sound::{Clip, Sound};
