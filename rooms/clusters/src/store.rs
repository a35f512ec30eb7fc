//! The only writer of the `clusters_*` tables.

pub mod config;
pub mod places;
pub mod proposals;
pub mod signals;
