//! Tasks and settings kept and found; nobody else writes these tables.

pub mod config;
pub mod found;
pub mod tasks;
