//! Webhooks: systems outside are told what happens, signed, in order, until they have it.
//!
//! Nobody calls this room: it hears what the others tell ([`rules::KINDS`]), and is opened with an [`Outlet`].

#![forbid(unsafe_code)]

use std::time::Duration;

use db::{Db, Subscription, Tx};
use web::{Job, Room, Routes, routes};

mod hears;
mod http;
mod jobs;
mod outlet;
pub mod permissions;
pub mod rules;
pub mod store;
#[cfg(test)]
mod tests;

pub use outlet::Outlet;

/// The tables of this room.
pub const MIGRATIONS: db::Migrations = db::migrations!("webhooks", ["20261122_1_webhooks.sql"]);

/// How many subscriptions have a secret that is sealed.
pub async fn sealed(db: &Db) -> anyhow::Result<i64> {
    store::subscriptions::sealed(db).await
}

/// When the key of the sealed secrets is lost: those who are told pause until they are given a new one. How many they are.
pub async fn forget_secrets(tx: &mut Tx) -> anyhow::Result<u64> {
    store::subscriptions::forget_secrets(tx).await
}

/// The manifest.
pub fn room(outlet: Outlet) -> Room {
    use permissions::{CONFIGURE, PERMISSIONS, READ};
    let out = outlet.clone();
    Room {
        permissions: PERMISSIONS,
        routes: Routes::new()
            .permit(READ, routes!(http::subscriptions::list))
            .permit(CONFIGURE, routes!(http::subscriptions::add))
            .permit(CONFIGURE, routes!(http::subscriptions::put))
            .permit(CONFIGURE, routes!(http::subscriptions::act))
            .permit(CONFIGURE, routes!(http::subscriptions::test))
            .permit(READ, routes!(http::deliveries::list))
            .permit(CONFIGURE, routes!(http::deliveries::act))
            .permit(CONFIGURE, routes!(http::deliveries::replay))
            .with(outlet),
        events: vec![Subscription::together("webhooks.hears", rules::KINDS, |tx, events| {
            Box::pin(hears::heard(tx, events))
        })],
        jobs: vec![
            Job::every("webhooks.send", Duration::from_millis(500), move |app| jobs::send(app, out.clone())),
            Job::every("webhooks.tidy", Duration::from_secs(3_600), jobs::tidy),
        ],
        ..Room::new("webhooks", MIGRATIONS)
    }
}
