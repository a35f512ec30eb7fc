//! Speech: the pinned speech pack, the texts of the prompts rendered beforehand, and texts rendered while the product runs.
//!
//! No model runs in the product: [`Speech`] gives texts to a program of its own and gets files. With the feature `kokoro` the crate can speak; without it, it only knows the pack,
//! the texts and the manifest, and costs next to nothing to compile.

#![forbid(unsafe_code)]

mod announced;
#[cfg(feature = "kokoro")]
pub mod g2p;
#[cfg(feature = "kokoro")]
pub mod kokoro;
pub mod manifest;
pub mod music;
pub mod pack;
#[cfg(feature = "kokoro")]
pub mod render;
mod service;
pub mod syllable;
pub mod telephone;
pub mod testing;
pub mod texts;
pub mod worker;

pub use announced::{Words, announced};
pub use service::{FOLDER, Said, Speech, Spoken, State};
