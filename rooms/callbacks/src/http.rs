//! The room's HTTP: parse, load, decide, save, answer.

pub mod lists;
pub mod settings;
pub mod tasks;
pub mod views;
