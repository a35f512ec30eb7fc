//! The room's HTTP: parse, load, decide, save, answer.

pub mod desk;
pub mod lines;
pub mod records;
