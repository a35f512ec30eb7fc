//! The room's HTTP: parse, load, decide, save, answer.

pub mod cases;
pub mod figures;
pub mod findings;
pub mod raise;
pub mod settings;
pub mod views;
