//! The only writer of the `campaigns_*` tables.

pub mod attempts;
pub mod campaigns;
mod config;
pub mod figures;
pub mod targets;
