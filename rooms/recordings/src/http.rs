//! The room's HTTP: finding, hearing and holding recordings.

pub mod found;
pub mod hold;
pub mod play;
