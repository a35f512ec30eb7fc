//! What browsers ask: parse, load, decide, save, answer.

pub mod affected;
pub mod after;
pub mod area;
pub mod at_call;
pub mod known;
pub mod liaisons;
pub mod of_element;
pub mod outages;
pub mod promised;
pub mod settings;
pub mod sheet;
pub mod telling;
pub mod views;
pub mod voice;
pub mod without;
