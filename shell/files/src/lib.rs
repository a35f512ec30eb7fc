//! Files on the local disk: the append-only [`log`].

pub mod log;
