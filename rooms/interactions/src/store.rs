//! The only writer of the `interactions_*` tables.

mod config;
mod contacts;
pub mod figures;
pub mod found;
pub mod records;
#[cfg(test)]
mod tests;
