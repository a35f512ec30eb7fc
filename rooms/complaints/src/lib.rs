//! Complaints (投诉): the committee's case beside the order, and what looks hidden or forged. Whom it is about never sees it.
//!
//! Rooms above hear [`Confirmed`].

#![forbid(unsafe_code)]

use std::sync::Arc;
use std::time::Duration;

use calls::Hall;
use kernel::calendar::Calendar;
use kernel::{FindingId, PersonId, UnitId};
use serde::{Deserialize, Serialize};
use web::{Job, Room, Routes, routes};

mod committee;
pub mod demo;
mod finders;
mod hears;
mod http;
pub mod permissions;
mod raising;
pub mod rules;
pub mod store;
#[cfg(test)]
mod tests;

use permissions::{COMMITTEE, CONFIGURE, CONFIRM, PERMISSIONS, RAISE, READ, SEERS};
use rules::finding::FindingKind;

/// The tables of this room.
pub const MIGRATIONS: db::Migrations = db::migrations!("complaints", ["20261122_1_complaints.sql"]);

/// Somebody who is not concerned has confirmed a finding: it counts in the month in which it was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmed {
    pub finding: FindingId,
    pub kind: FindingKind,
    /// Of the assessment: `A8`.
    pub rule: String,
    pub person: Option<PersonId>,
    pub unit: Option<UnitId>,
    /// `2026-11`
    pub month: String,
}

impl db::Event for Confirmed {
    const KIND: &'static str = "complaints.confirmed";
}

/// The manifest. Days are the calendar's; who is on a call says the hall.
pub fn room(hall: Arc<dyn Hall>, calendar: Calendar) -> Room {
    let calendar = Arc::new(calendar);
    let shared = || calendar.clone();
    let orders = shared();
    let (missed, checks, calls, histories) = (shared(), shared(), shared(), shared());
    let hears =
        db::Subscription::together("complaints.hears_orders", &["work_orders.changed"], move |tx, events| {
            let calendar = orders.clone();
            Box::pin(async move {
                hears::heard(tx, events, &calendar).await?;
                finders::heard(tx, events).await
            })
        });
    let hears_doubts = db::Subscription::new("complaints.hears_doubts", &["callbacks.doubt"], |tx, event| {
        Box::pin(finders::doubted(tx, event))
    });
    Room {
        permissions: PERMISSIONS,
        routes: Routes::new()
            .permit_any(SEERS, routes!(http::cases::list))
            .permit_any(SEERS, routes!(http::cases::now))
            .permit_any(SEERS, routes!(http::cases::one))
            .permit(COMMITTEE, routes!(http::cases::act))
            .permit(RAISE, routes!(http::raise::raise))
            .permit(READ, routes!(http::findings::list, http::findings::report))
            .permit(READ, routes!(http::findings::one))
            .permit(CONFIRM, routes!(http::findings::ruling))
            .permit(READ, routes!(http::figures::figures))
            .permit_any(&[READ, CONFIGURE], routes!(http::settings::get))
            .permit(CONFIGURE, routes!(http::settings::put))
            .with(calendar)
            .with(hall),
        jobs: vec![
            Job::every("complaints.find_missed", Duration::from_secs(3_600), move |app| {
                hears::find_missed(app, missed.clone())
            }),
            Job::every("complaints.check", Duration::from_secs(10), move |app| {
                finders::check(app, checks.clone())
            }),
            Job::every("complaints.listen", Duration::from_secs(60), move |app| {
                finders::listen(app, calls.clone())
            }),
            Job::every("complaints.compare", Duration::from_secs(30), move |app| {
                finders::compare(app, histories.clone())
            }),
        ],
        events: vec![hears, hears_doubts],
        ..Room::new("complaints", MIGRATIONS)
    }
}
