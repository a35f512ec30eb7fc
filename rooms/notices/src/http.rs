//! The room's HTTP: parse, load, decide, save, answer.

pub mod bulletins;
pub mod callback;
pub mod notices;
pub mod replies;
pub mod settings;
pub mod templates;
