//! Suspected outages (疑似停电): the first calls and orders that share an element of the network or a neighbourhood propose an
//! outage, with evidence; one key confirms it, and callers hear of it.
//!
//! Rooms above hear [`Changed`].

#![forbid(unsafe_code)]

use std::sync::Arc;
use std::time::Duration;

use db::Subscription;
use kernel::OutageId;
use kernel::calendar::Calendar;
use serde::{Deserialize, Serialize};
use web::{Job, Room, Routes, Topic, routes};

mod finding;
mod hears;
mod http;
pub mod permissions;
pub mod rules;
pub mod simulation;
pub mod store;
#[cfg(test)]
mod tests;
mod usual;
mod whereabouts;
mod work;

use permissions::{CONFIGURE, DECIDE, PERMISSIONS, READ};

pub(crate) const ROOM: &str = "clusters";

/// The tables of this room.
pub const MIGRATIONS: db::Migrations = db::migrations!("clusters", ["20261123_1_clusters.sql"]);

/// An outage is suspected, of another place, or decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    pub number: String,
    pub state: rules::State,
    pub area: String,
    pub outage: Option<OutageId>,
}

impl db::Event for Changed {
    const KIND: &'static str = "clusters.changed";
}

/// That something about suspected outages changed: whoever may see them asks what.
pub const CHANGED: Topic = Topic::shared("clusters.changed", READ);

/// The manifest. Half-hours of the day are the calendar's.
pub fn room(calendar: Calendar) -> Room {
    let calendar = Arc::new(calendar);
    let (watch, pushed) = (Arc::new(finding::Watch::default()), Arc::new(finding::Pushed::default()));
    let days = calendar.clone();
    Room {
        permissions: PERMISSIONS,
        routes: Routes::new()
            .permit(READ, routes!(http::list))
            .permit(READ, routes!(http::now))
            .permit_any(&[READ, CONFIGURE], routes!(http::settings))
            .permit(CONFIGURE, routes!(http::put_settings))
            .permit(READ, routes!(http::one))
            .permit(DECIDE, routes!(http::act))
            .with(calendar)
            .with(watch.clone()),
        topics: vec![CHANGED],
        jobs: vec![
            Job::every("clusters.look", Duration::from_secs(1), move |app| {
                let (days, watch) = (days.clone(), watch.clone());
                async move { finding::look(&app, &days, &watch).await }
            }),
            Job::every("clusters.push", Duration::from_millis(400), move |app| {
                let pushed = pushed.clone();
                async move { finding::push(&app, &pushed).await }
            }),
            Job::every("clusters.forget", Duration::from_secs(3_600), finding::forget),
        ],
        events: vec![
            Subscription::new("clusters.hears_records", &["interactions.completed"], |tx, event| {
                Box::pin(hears::record(tx, event))
            }),
            Subscription::together("clusters.hears_orders", &["work_orders.changed"], |tx, events| {
                Box::pin(hears::orders(tx, events))
            }),
            Subscription::new("clusters.hears_outages", &["outages.changed"], |tx, event| {
                Box::pin(hears::outage(tx, event))
            }),
        ],
        ..Room::new(ROOM, MIGRATIONS)
    }
}
