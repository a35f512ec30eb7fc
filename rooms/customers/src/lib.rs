//! Customers: who is supplied where, by which numbers they are reached, and whose call it is.
//!
//! Others may call [`store::load`] (one or many customers by id), [`store::calls`] (whose call it was) and
//! [`store::network`], [`store::elements`] (what supplies whom).

#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use calls::Hall;
use kernel::{CustomerId, ElementId, PersonId};
use serde::{Deserialize, Serialize};
use sheets::{Exports, Work};
use utoipa_axum::router::UtoipaMethodRouterExt;
use web::{Job, Room, Routes, routes};

pub mod demo;
mod http;
mod look_ups;
pub mod permissions;
pub mod rules;
mod search;
pub mod store;
#[cfg(test)]
mod tests;
pub mod work;

pub use look_ups::LOOK_UPS;

use http::call::{AtDesk, Looks};
use permissions::{CHANGE, EXPORT, EXPORT_WHOLE, IMPORT, MERGE, NETWORK, PERMISSIONS, READ, UNMASK};

/// The tables of this room.
pub const MIGRATIONS: db::Migrations = db::migrations!(
    "customers",
    [
        "20261122_1_customers.sql",
        "20261122_2_jobs.sql",
        "20261122_3_files.sql",
        "20261122_4_network.sql",
        "20261123_1_network.sql"
    ]
);

/// These customers are new or were changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    pub customers: Vec<CustomerId>,
}

impl db::Event for Changed {
    const KIND: &'static str = "customers.changed";
}

/// The network is another: something hangs below these elements that did not before, or the other way round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkChanged {
    pub elements: Vec<ElementId>,
    pub who: PersonId,
    /// In the words of whoever changed it; empty for what a sheet brought.
    pub why: String,
}

impl db::Event for NetworkChanged {
    const KIND: &'static str = "customers.network_changed";
}

/// The manifest. Files of imports and exports stand in `folder`.
pub fn room(hall: Arc<dyn Hall>, folder: PathBuf) -> Room {
    let upload = usize::try_from(http::imports::BYTES_MAX).unwrap_or(usize::MAX).saturating_add(64 * 1024);
    let work = Work::new(folder);
    let exports = Exports::new("customers", work.clone());
    let clean = {
        let (work, exports) = (work.clone(), exports.clone());
        move |app| work::clean::clean(app, work.clone(), exports.clone())
    };
    Room {
        permissions: PERMISSIONS,
        routes: Routes::new()
            .permit(READ, routes!(http::customers::list))
            .permit(CHANGE, routes!(http::customers::add))
            .permit(READ, routes!(http::customers::one))
            .permit_any(&[CHANGE, MERGE], routes!(http::customers::act))
            .permit(UNMASK, routes!(http::customers::unmask))
            .permit(MERGE, routes!(http::moves::merge))
            .permit(MERGE, routes!(http::moves::split))
            .permit(MERGE, routes!(http::moves::undo))
            .permit(READ, routes!(http::call::show, http::call::choose))
            .permit(READ, routes!(http::call::dial))
            .permit(IMPORT, routes!(http::imports::list))
            .permit(IMPORT, routes!(http::imports::upload).layer(DefaultBodyLimit::max(upload)))
            .permit(IMPORT, routes!(http::imports::one))
            .permit(IMPORT, routes!(http::imports::run))
            .permit(IMPORT, routes!(http::imports::cancel))
            .permit(IMPORT, routes!(http::imports::errors))
            .permit_any(&[EXPORT, EXPORT_WHOLE], routes!(http::exports::start))
            .permit_any(&[EXPORT, EXPORT_WHOLE], routes!(http::exports::one))
            .permit_any(&[EXPORT, EXPORT_WHOLE], routes!(http::exports::file))
            .permit_any(&[READ, NETWORK], routes!(http::network::level))
            .permit(NETWORK, routes!(http::network::add))
            .permit(NETWORK, routes!(http::network_files::list))
            .permit(NETWORK, routes!(http::network_files::upload).layer(DefaultBodyLimit::max(upload)))
            .permit(NETWORK, routes!(http::network_files::one))
            .permit(NETWORK, routes!(http::network_files::run))
            .permit(NETWORK, routes!(http::network_files::cancel))
            .permit(NETWORK, routes!(http::network_files::errors))
            .permit(NETWORK, routes!(http::network_files::export))
            .permit(NETWORK, routes!(http::network_files::export_one))
            .permit(NETWORK, routes!(http::network_files::export_file))
            .permit_any(&[READ, NETWORK], routes!(http::network::one))
            .permit(READ, routes!(http::network::customers))
            .permit(NETWORK, routes!(http::network::act))
            .with(work)
            .with(exports)
            .with(AtDesk { hall, looks: Arc::new(Looks::default()) }),
        jobs: vec![Job::every("customers.clean", Duration::from_secs(3600), clean)],
        search: vec![search::source()],
        look_ups: look_ups::look_ups(),
        ..Room::new("customers", MIGRATIONS)
    }
}
