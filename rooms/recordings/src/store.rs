//! The only writer of the `recordings_*` tables.

pub mod facts;
pub mod rows;
