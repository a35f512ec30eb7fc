//! The room's HTTP: parse, load, decide, save, answer.

pub mod attachments;
pub mod config;
pub mod figures;
pub mod filing;
pub mod lists;
pub mod orders;
pub mod views;
