//! Promises kept, found and counted; nobody else writes these tables.

pub mod found;
pub mod kept;
pub mod report;
pub mod watched;
