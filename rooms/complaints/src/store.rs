//! The room's tables: cases with their steps, findings, how far the finders have come, settings.

pub mod cases;
mod config;
pub mod findings;
pub mod found;
pub mod places;
