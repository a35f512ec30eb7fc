//! SQL of this room.

mod config;
pub mod escalations;
pub mod fired;
