//! Recordings: what was said, found by the call's record, heard in the browser, kept and deleted by rule.

#![forbid(unsafe_code)]

pub mod store;

pub use store::facts::take;

/// The tables of this room.
pub const MIGRATIONS: db::Migrations = db::migrations!("recordings", ["20261121_1_recordings.sql"]);
