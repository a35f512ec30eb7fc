//! Promises: every deadline given to somebody, kept, watched, warned of and reported in one place.
//!
//! Rooms above give promises in the transaction that changes their own matter: [`begin`], [`begin_all`], [`save`], [`hand`]; they hear
//! [`Warned`]. What the limits are and how clocks move decides the engine `deadlines`.

#![forbid(unsafe_code)]

use std::time::Duration;

use deadlines::{Clock, Level, Step};
use kernel::{PromiseId, Timestamp, UnitId};
use serde::{Deserialize, Serialize};
use web::{Job, Room, Routes, routes};

mod http;
mod jobs;
pub mod permissions;
pub mod rules;
pub mod store;
#[cfg(test)]
mod tests;

pub use jobs::watch;
pub use rules::Terms;
pub use store::kept::{Kept, New, Subject, begin, begin_all, hand, of, place, read, read_many, save};

use permissions::{PERMISSIONS, READ};

/// The tables of this room.
pub const MIGRATIONS: db::Migrations = db::migrations!(
    "promises",
    ["20261122_1_promises.sql", "20261122_2_kept.sql", "20261124_1_centre.sql", "20261125_1_area.sql"]
);

/// Half of the time of a promise is over, four fifths, all of it. Told once for each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warned {
    pub promise: PromiseId,
    /// Whose matter it is about, and its id there.
    pub room: String,
    pub subject: String,
    pub step: Step,
    pub clock: Clock,
    pub level: Level,
    /// When it should have been told; earlier than the event after a stop.
    pub planned: Timestamp,
    pub due: Timestamp,
    pub unit: Option<UnitId>,
}

impl db::Event for Warned {
    const KIND: &'static str = "promises.warned";
}

/// The manifest.
pub fn room() -> Room {
    Room {
        permissions: PERMISSIONS,
        routes: Routes::new()
            .permit(READ, routes!(http::list))
            .permit(READ, routes!(http::now))
            .permit(READ, routes!(http::report)),
        jobs: vec![Job::every("promises.watch", Duration::from_secs(1), jobs::watch)],
        ..Room::new("promises", MIGRATIONS)
    }
}
