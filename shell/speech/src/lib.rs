//! Speech made beforehand: the pinned speech pack, the texts of the prompts, and their rendering to telephone sound.
//!
//! Nothing here runs during a call. With the feature `kokoro` the crate can speak; without it, it only knows the pack,
//! the texts and the manifest, and costs next to nothing to compile.

#![forbid(unsafe_code)]

#[cfg(feature = "kokoro")]
pub mod g2p;
#[cfg(feature = "kokoro")]
pub mod kokoro;
pub mod manifest;
pub mod music;
pub mod pack;
#[cfg(feature = "kokoro")]
pub mod render;
pub mod syllable;
pub mod telephone;
pub mod texts;
