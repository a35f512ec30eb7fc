//! The only writer of the `calls_*` tables.

pub mod desks;
pub mod facts;
pub mod figures;
pub mod heard;
pub mod heard_course;
pub mod lines;
pub mod menus;
mod not_served;
pub mod owed;
pub mod places;
pub mod search;
pub mod storm;
#[cfg(test)]
mod tests;
