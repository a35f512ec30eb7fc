//! The only writer of the `interactions_*` tables.

pub mod config;
pub mod found;
pub mod records;
#[cfg(test)]
mod tests;
