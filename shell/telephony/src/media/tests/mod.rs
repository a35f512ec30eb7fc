//! The media core on real sockets, against a small RTP telephone of our own.

mod keys;
mod peer;
mod record;
mod relay;
pub mod strangers;
