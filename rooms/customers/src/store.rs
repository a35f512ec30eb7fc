//! Customers kept and loaded; nobody else writes these tables.

pub mod bulk;
pub mod calls;
pub mod elements;
pub mod find;
pub mod jobs;
pub mod load;
pub mod moves;
pub mod network;
pub mod reach;
pub mod save;
pub mod supplied;
pub mod whole_network;
