//! Records, items, lines and settings kept and found; nobody else writes these tables.

mod config;
pub mod items;
pub mod lines;
pub mod meetings;
pub mod records;
