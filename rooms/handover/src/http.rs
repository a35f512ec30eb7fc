//! The room's HTTP: parse, load, decide, save, answer.

pub mod log;
pub mod meetings;
pub mod records;
pub mod settings;
pub mod views;
