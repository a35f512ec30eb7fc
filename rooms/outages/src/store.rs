//! Outages and whom they concern, kept and found; nobody else writes these tables.

pub mod affected;
pub mod afters;
pub mod asks;
pub mod calls;
mod config;
pub mod liaisons;
pub mod mentions;
pub mod moved;
pub mod of_element;
pub mod outages;
pub mod places;
pub mod promised;
pub mod reached;
pub mod recounts;
pub mod told;
pub mod voices;
pub mod waves;
mod ways;
