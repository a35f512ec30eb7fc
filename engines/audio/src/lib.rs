//! Sound as values: what can be played, the keys of a telephone, and (in its modules) the arithmetic on samples.
//!
//! No file is read here: a [`Clip`] is a name, and the media core of `shell/telephony` finds the samples behind it.

#![forbid(unsafe_code)]

mod digit;
mod sound;
pub mod spoken;

pub use digit::Digit;
pub use sound::{Clip, Sound};
