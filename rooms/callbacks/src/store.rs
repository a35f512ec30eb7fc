//! Tasks and settings kept and found; nobody else writes these tables.

mod config;
pub mod found;
pub mod tasks;
