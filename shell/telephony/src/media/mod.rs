//! The media core: moves the packets of all calls, plays prompts, hears keys and writes recordings.
//!
//! [`MediaCore`] is a handle that may be cloned; behind it stand a few plain threads (see `shard`), one that writes
//! recordings, one that seals them and one that loads prompts. No method blocks: an order is queued and a thread is woken.

mod api;
mod codec;
mod core;
mod input;
mod latch;
mod leg;
mod outbox;
mod play;
mod ports;
pub mod probe;
mod prompts;
mod recorder;
pub mod rtcp;
pub mod rtp;
mod shard;
mod sys;
mod web;

pub use api::{LegQuality, LocalPort, MediaConfig, MediaStats, NoPort, Recovered, Remote};
pub use codec::Codec;
pub use core::MediaCore;
pub use recorder::recover::recover;
pub use recorder::{Mark, Marks};
pub use web::{WebLocal, WebRemote};

#[cfg(test)]
mod tests;
