//! Work orders kept and found; nobody else writes these tables.

pub mod asked;
pub mod behind;
pub mod config;
pub mod figures;
pub mod found;
pub mod orders;
pub mod passed;
mod readable;
pub mod shift;
pub mod steps;
pub mod time_asked;
pub mod unassigned;
pub mod unheard;
pub mod untold;

pub use readable::Readable;
