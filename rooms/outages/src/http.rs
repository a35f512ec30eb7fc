//! What browsers ask: parse, load, decide, save, answer.

pub mod after;
pub mod area;
pub mod at_call;
pub mod liaisons;
pub mod outages;
pub mod settings;
pub mod telling;
pub mod views;
pub mod without;
