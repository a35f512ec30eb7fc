//! Customers: who is supplied where, by which numbers they are reached, and whose call it is.
//!
//! Others may call [`store::load`] (one or many customers by id) and [`store::calls`] (whose call it was).

#![forbid(unsafe_code)]

use std::sync::Arc;

use calls::Hall;
use kernel::CustomerId;
use serde::{Deserialize, Serialize};
use web::{Room, Routes, routes};

pub mod demo;
mod http;
pub mod permissions;
pub mod rules;
mod search;
pub mod store;
#[cfg(test)]
mod tests;

use http::call::{AtDesk, Looks};
use permissions::{CHANGE, MERGE, PERMISSIONS, READ, UNMASK};

/// The tables of this room.
pub const MIGRATIONS: db::Migrations = db::migrations!("customers", ["20261122_1_customers.sql"]);

/// These customers are new or were changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    pub customers: Vec<CustomerId>,
}

impl db::Event for Changed {
    const KIND: &'static str = "customers.changed";
}

/// The manifest.
pub fn room(hall: Arc<dyn Hall>) -> Room {
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
            .with(AtDesk { hall, looks: Arc::new(Looks::default()) }),
        search: vec![search::source()],
        ..Room::new("customers", MIGRATIONS)
    }
}
