//! The room's HTTP: parse, load, decide, save, answer.

pub mod bulletins;
pub mod notices;
pub mod settings;
pub mod templates;
