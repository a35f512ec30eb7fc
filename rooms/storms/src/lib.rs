//! Storm mode (应急模式): one switch, by hand or by thresholds, and what it did.
//!
//! The exchange follows the row: [`work::Applier`] tells it at the start and after each change. Rooms above hear [`Switched`].

#![forbid(unsafe_code)]

use std::sync::Arc;
use std::time::Duration;

use calls::Hall;
use kernel::Timestamp;
use kernel::calendar::Calendar;
use serde::{Deserialize, Serialize};
use web::{Job, Room, Routes, Topic, routes};

pub mod demo;
mod http;
mod jobs;
pub mod permissions;
mod report;
pub mod rules;
pub mod store;
#[cfg(test)]
mod tests;
pub mod work;

use permissions::{CONFIGURE, PERMISSIONS, READ, SEE, SWITCH};

pub(crate) const ROOM: &str = "storms";

/// The tables of this room.
pub const MIGRATIONS: db::Migrations = db::migrations!("storms", ["20261123_1_storms.sql"]);

/// Storm mode was switched, or is expected to last until another time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switched {
    pub storm: i64,
    pub on: bool,
    pub until: Timestamp,
}

impl db::Event for Switched {
    const KIND: &'static str = "storms.switched";
}

/// That it was switched, or is proposed: whoever shows the mark asks what.
pub const CHANGED: Topic = Topic::shared_any("storms.changed", &[SEE, READ, SWITCH, CONFIGURE]);

/// The manifest. The hall follows; days and half-hours are the calendar's.
pub fn room(hall: Arc<dyn Hall>, calendar: Calendar) -> Room {
    let calendar = Arc::new(calendar);
    let applier = Arc::new(work::Applier::new(hall.clone()));
    let usual = Arc::new(jobs::Usual::default());
    let watched = (hall.clone(), usual.clone(), calendar.clone(), applier.clone());
    let applies = applier.clone();
    Room {
        permissions: PERMISSIONS,
        routes: Routes::new()
            .permit_any(&[SEE, READ, SWITCH, CONFIGURE], routes!(http::switch::now))
            .permit(SWITCH, routes!(http::switch::act))
            .permit(READ, routes!(http::switch::list))
            .permit(READ, routes!(http::page::show))
            .permit_any(&[READ, SWITCH, CONFIGURE], routes!(http::settings::get))
            .permit(CONFIGURE, routes!(http::settings::put))
            .permit_any(&[SWITCH, CONFIGURE], routes!(http::settings::preview))
            .permit(READ, routes!(http::switch::one))
            .with(applier)
            .with(usual)
            .with(calendar)
            .with(hall),
        topics: vec![CHANGED],
        jobs: vec![
            Job::every("storms.apply", Duration::from_secs(1), move |app| {
                let applier = applies.clone();
                async move { applier.apply(&app.db).await }
            }),
            Job::every("storms.watch", jobs::LOOK, move |app| {
                let (hall, usual, calendar, applier) = watched.clone();
                jobs::watch(app, hall, usual, calendar, applier)
            }),
            Job::every("storms.settle", Duration::from_secs(60), jobs::settle),
        ],
        ..Room::new(ROOM, MIGRATIONS)
    }
}
