//! Work orders: one matter with an owner and a deadline, from its acceptance to the customer's word that it is done.
//!
//! Rooms above call [`filing::accept`] and [`work::act`], and hear [`Changed`].

#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use deadlines::Kind;
use kernel::calendar::Calendar;
use kernel::{UnitId, WorkOrderId};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::UtoipaMethodRouterExt as _;
use web::{Job, Room, Routes, routes};

mod alerting;
pub mod demo;
pub mod filing;
mod http;
mod jobs;
pub mod permissions;
mod push;
pub mod rules;
mod search;
pub mod store;
mod telling;
#[cfg(test)]
mod tests;
mod untold;
pub mod work;

pub use http::config::put_demo;
use permissions::{CONFIGURE, FILE, PERMISSIONS, READ, SEERS, UNMASK};

/// The tables of this room.
pub const MIGRATIONS: db::Migrations = db::migrations!(
    "work_orders",
    [
        "20261122_1_work_orders.sql",
        "20261122_2_areas_urges.sql",
        "20261123_1_standing.sql",
        "20261124_1_late.sql",
        "20261124_2_passed.sql",
        "20261124_3_climbs.sql",
        "20261125_1_areas_of_promises.sql",
        "20261125_2_unheard.sql",
        "20261125_3_untold.sql",
        "20261125_1_time_asked.sql",
        "20261126_1_due_since.sql",
    ]
);

/// Something was done to an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    pub order: WorkOrderId,
    pub number: String,
    pub kind: Kind,
    /// What was done, `accepted` for a new one.
    pub verb: String,
    pub from: String,
    pub to: String,
    pub unit: Option<UnitId>,
    pub important: bool,
    /// Others may have been merged into it.
    pub children: bool,
}

impl db::Event for Changed {
    const KIND: &'static str = "work_orders.changed";
}

/// Rooms above would give an order a graver level than it was accepted with. Nothing binds before somebody has decided, but
/// superiors see it at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelProposed {
    pub order: WorkOrderId,
    pub level: rules::order::Level,
    /// Because of what has come to it since: news, however old the order is.
    #[serde(default)]
    pub grown: bool,
}

impl db::Event for LevelProposed {
    const KIND: &'static str = "work_orders.level_proposed";
}

/// The manifest. Days are the calendar's; files stand in `folder`.
pub fn room(calendar: Calendar, folder: PathBuf) -> Room {
    let calendar = Arc::new(calendar);
    let (resumes, follows, presses) = (calendar.clone(), calendar.clone(), calendar.clone());
    let (pushed, waits) = (Arc::new(push::Push::default()), Arc::new(push::Waits::default()));
    let (warns, passes, calls) = (calendar.clone(), calendar.clone(), calendar.clone());
    let asks = Arc::new(push::Asks::default());
    Room {
        permissions: PERMISSIONS,
        routes: Routes::new()
            .permit_any(SEERS, routes!(http::lists::list))
            .permit_any(SEERS, routes!(http::lists::urged))
            .permit(READ, routes!(http::lists::now))
            .permit(READ, routes!(http::figures::figures))
            .permit(FILE, routes!(http::filing::alike))
            .permit(FILE, routes!(http::filing::suggest))
            .permit(FILE, routes!(http::filing::accept))
            .permit_any(SEERS, routes!(http::orders::one))
            .permit_any(SEERS, routes!(http::orders::act))
            .permit_any(SEERS, routes!(http::orders::children))
            .permit(UNMASK, routes!(http::orders::unmask))
            .permit_any(
                SEERS,
                routes!(http::attachments::add)
                    .layer(DefaultBodyLimit::max(http::attachments::BYTES_MAX as usize + 65_536)),
            )
            .permit_any(SEERS, routes!(http::attachments::file))
            .permit_any(SEERS, routes!(http::config::kinds))
            .permit(CONFIGURE, routes!(http::config::put_kinds))
            .permit(CONFIGURE, routes!(http::config::limits))
            .permit(CONFIGURE, routes!(http::config::put_limits))
            .permit(CONFIGURE, routes!(http::config::bring))
            .permit(CONFIGURE, routes!(http::config::settings))
            .permit(CONFIGURE, routes!(http::config::put_settings))
            .with(http::attachments::Folder(folder))
            .with(filing::Filing::default())
            .with(calendar),
        topics: vec![push::CHANGED, push::UNASSIGNED, push::TIME_ASKED],
        jobs: vec![
            Job::every("work_orders.push", Duration::from_millis(400), move |app| {
                let push = pushed.clone();
                async move { push.look(&app).await }
            }),
            Job::every("work_orders.unassigned", Duration::from_secs(2), move |app| {
                let waits = waits.clone();
                async move { waits.look(&app).await }
            }),
            Job::every("work_orders.time_asked", Duration::from_secs(2), move |app| {
                let asks = asks.clone();
                async move { asks.look(&app).await }
            }),
            Job::every("work_orders.resume", Duration::from_secs(60), move |app| {
                jobs::resume(app, resumes.clone())
            }),
            Job::every("work_orders.follow", Duration::from_secs(5), move |app| {
                jobs::follow(app, follows.clone())
            }),
            Job::every("work_orders.pass_on", Duration::from_secs(5), move |app| {
                jobs::pass_on(app, passes.clone())
            }),
            Job::every("work_orders.call_untold", Duration::from_secs(5), move |app| {
                untold::call(app, calls.clone())
            }),
            Job::every("work_orders.press", Duration::from_secs(10), move |app| {
                jobs::press(app, presses.clone())
            }),
            Job::every("work_orders.forget", Duration::from_secs(3600), jobs::forget),
        ],
        events: vec![
            db::Subscription::new("work_orders.hears_warnings", &["promises.warned"], move |tx, event| {
                let calendar = warns.clone();
                Box::pin(async move { alerting::warned(tx, event, &calendar).await })
            }),
            db::Subscription::together("work_orders.hears_messages", &["notices.done"], |tx, events| {
                Box::pin(untold::heard(tx, events))
            }),
        ],
        search: vec![search::source()],
        ..Room::new("work_orders", MIGRATIONS)
    }
}
