//! The city's hotline (政务热线 12345): its tickets become work orders, and it is told what becomes of them.
//!
//! Nobody calls this room: it files orders and moves them, and hears what is done with them. It is opened with an [`Outlet`].

#![forbid(unsafe_code)]

use std::sync::Arc;
use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use db::{Db, Subscription, Tx};
use kernel::calendar::Calendar;
use utoipa_axum::router::UtoipaMethodRouterExt as _;
use web::{Job, Room, Routes, routes};

mod demo;
mod hears;
mod http;
mod jobs;
mod outlet;
pub mod permissions;
pub mod rules;
pub mod sandbox;
pub mod store;
mod taking;
#[cfg(test)]
mod tests;

pub use demo::put_demo;
pub use outlet::Outlet;

/// The tables of this room.
pub const MIGRATIONS: db::Migrations = db::migrations!("government", ["20261122_1_government.sql"]);

/// How many platforms have a secret that is sealed.
pub async fn sealed(db: &Db) -> anyhow::Result<i64> {
    store::platforms::sealed(db).await
}

/// When the key of the sealed secrets is lost: no platform is believed or told before it is given a new one. How many they are.
pub async fn forget_secrets(tx: &mut Tx) -> anyhow::Result<u64> {
    store::platforms::forget_secrets(tx).await
}

/// The manifest. Limits are reckoned by the calendar.
pub fn room(outlet: Outlet, calendar: Calendar) -> Room {
    use permissions::{CONFIGURE, HANDLE, PERMISSIONS, SEERS};
    let out = outlet.clone();
    Room {
        permissions: PERMISSIONS,
        routes: Routes::new()
            // Platforms have no sign-in: their signatures are checked instead.
            .public(routes!(http::inbound::ticket).layer(DefaultBodyLimit::max(http::inbound::BODY_MAX)))
            .public(routes!(http::inbound::message).layer(DefaultBodyLimit::max(http::inbound::BODY_MAX)))
            .permit_any(SEERS, routes!(http::tickets::list))
            .permit_any(SEERS, routes!(http::tickets::one))
            .permit_any(SEERS, routes!(http::tickets::of_order))
            .permit(HANDLE, routes!(http::tickets::act))
            .permit(HANDLE, routes!(http::tickets::line))
            .permit_any(SEERS, routes!(http::platforms::list))
            .permit(CONFIGURE, routes!(http::platforms::add))
            .permit(CONFIGURE, routes!(http::platforms::put))
            .permit(CONFIGURE, routes!(http::platforms::act))
            .permit(CONFIGURE, routes!(http::platforms::test))
            .with(outlet)
            .with(Arc::new(calendar)),
        events: vec![Subscription::together(
            "government.hears_orders",
            &["work_orders.changed"],
            |tx, events| Box::pin(hears::heard(tx, events)),
        )],
        jobs: vec![
            Job::every("government.send", Duration::from_millis(500), move |app| {
                jobs::send(app, out.clone())
            }),
            Job::every("government.tidy", Duration::from_secs(600), jobs::tidy),
            Job::every("government.let_go", Duration::from_secs(3_600), jobs::let_go),
        ],
        ..Room::new("government", MIGRATIONS)
    }
}
