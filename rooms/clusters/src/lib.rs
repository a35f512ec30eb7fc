//! Suspected outages.
#![forbid(unsafe_code)]
pub mod rules;
pub mod simulation;
