//! One sentence of what this room is about.

#![forbid(unsafe_code)]

use serde::{Deserialize, Serialize};
use web::{Room, Routes, routes};

mod http;
pub mod permissions;
pub mod rules;
pub mod store;
#[cfg(test)]
mod tests;

use permissions::{CHANGE, PERMISSIONS, READ};

/// The tables of this room.
pub const MIGRATIONS: db::Migrations = db::migrations!("clusters", ["20261123_1_item.sql"]);

/// An item is new or was closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    pub number: String,
}

impl db::Event for Changed {
    const KIND: &'static str = "clusters.changed";
}

/// The manifest.
pub fn room() -> Room {
    Room {
        permissions: PERMISSIONS,
        routes: Routes::new()
            .permit(READ, routes!(http::list))
            .permit(CHANGE, routes!(http::add))
            .permit(CHANGE, routes!(http::act)),
        ..Room::new("clusters", MIGRATIONS)
    }
}
