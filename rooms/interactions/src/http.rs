//! The room's HTTP: parse, load, decide, save, answer.

pub mod exports;
pub mod found;
pub mod phrases;
pub mod reasons;
pub mod records;
pub mod views;
