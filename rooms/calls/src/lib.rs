//! Calls: lines (queues, trunks, dial rules) and the record of every call with every stretch of it.

#![forbid(unsafe_code)]

mod hall;
pub mod rules;
pub mod store;

pub use hall::Hall;
pub use store::facts::{Growing, applied};
pub use store::lines::Lines;

/// The tables of this room.
pub const MIGRATIONS: db::Migrations =
    db::migrations!("calls", ["20261121_1_records.sql", "20261121_2_lines.sql"]);
