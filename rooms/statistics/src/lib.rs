//! Statistics (统计): K19 to K29 side by side, by unit, kind and area, from what the rooms below have counted.
//!
//! Nothing is kept here: each figure is counted where its things live, and opens the list of those that were counted.

#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::time::Duration;

use sheets::{Exports, Work};
use web::{Job, Room, Routes, routes};

mod export;
mod gather;
mod http;
pub mod permissions;
pub mod rules;
#[cfg(test)]
mod tests;

use permissions::{EXPORT, PERMISSIONS, READ};

/// The room has no tables of its own.
pub const MIGRATIONS: db::Migrations = db::migrations!("statistics", []);

/// The manifest. Files stand in `folder` for a day.
pub fn room(folder: PathBuf) -> Room {
    let exports = Exports::new("statistics", Work::new(folder));
    let clean = exports.cleaning();
    Room {
        permissions: PERMISSIONS,
        routes: Routes::new()
            .permit(READ, routes!(http::figures))
            .permit(EXPORT, routes!(export::start))
            .permit(EXPORT, routes!(export::one))
            .permit(EXPORT, routes!(export::file))
            .with(exports),
        jobs: vec![Job::every("statistics.clean", Duration::from_secs(3600), clean)],
        ..Room::new("statistics", MIGRATIONS)
    }
}
