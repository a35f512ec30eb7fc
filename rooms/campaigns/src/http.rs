//! What browsers ask of campaigns.

pub mod campaigns;
pub mod import;
pub mod settings;
pub mod targets;
mod views;
