//! Departments: the organisation that does what the hotline hands over, who belongs where, who is on duty, and whose
//! matter something is.
//!
//! Rooms above may call what is exported here, and keep a [`kernel::UnitId`]; they hear [`Changed`].

#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use db::{Db, Tx};
use kernel::calendar::Calendar;
use kernel::{PersonId, Timestamp, UnitId};
use serde::{Deserialize, Serialize};
use sheets::Work;
use utoipa_axum::router::UtoipaMethodRouterExt as _;
use web::{Room, Routes, routes};

mod demo;
mod http;
pub mod permissions;
pub mod rules;
pub mod store;
pub mod testing;
#[cfg(test)]
mod tests;

pub use demo::put_demo;
use permissions::{CONFIGURE, PERMISSIONS, READ, ROSTER};
pub use rules::roster::{Duty, OnDuty};
pub use rules::{Kind, Member, Membership, Post, Tree, Unit};
pub use store::reach::{Hears, Reach, heads_in, hears, leaders_in, phones, reach};
pub use store::roster::{on_duty, on_duty_in};
pub use store::{all, members, scope_in, scope_of, unit, unit_in, units_of, units_of_in};

/// The tables of this room.
pub const MIGRATIONS: db::Migrations =
    db::migrations!("departments", ["20261122_1_departments.sql", "20261122_2_roster.sql"]);

/// A unit, its people or its roster changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    pub unit: UnitId,
}

impl db::Event for Changed {
    const KIND: &'static str = "departments.changed";
}

/// Who is told when something is stuck in a unit: its leaders (0), those of the unit above (1), and so on. Where a unit
/// has no leader, its deputies stand in; a unit with neither is left out.
pub async fn leaders_above(db: &Db, unit: UnitId) -> anyhow::Result<Vec<(u32, PersonId)>> {
    Ok(rules::ladder(&store::above(db, unit).await?))
}

/// The units that should have a matter, the best first: see [`rules::suggest::suggest`].
pub async fn suggest(db: &Db, kinds: &[&str], area: Option<&str>) -> anyhow::Result<Vec<UnitId>> {
    let tree = Tree::from(store::all(db).await?);
    let key = rules::suggest::area_key(&tree, area.unwrap_or(""));
    let learnt = store::learnt::about(db, kinds, &key).await?;
    Ok(rules::suggest::suggest(&tree, kinds, area, &learnt))
}

/// A ruling gave a matter of this kind, in this area, to a unit: the next one like it is suggested there.
pub async fn learn(
    tx: &mut Tx,
    kind: &str,
    area: Option<&str>,
    unit: UnitId,
    at: Timestamp,
) -> anyhow::Result<()> {
    let tree = Tree::from(store::within(tx).await?);
    let key = rules::suggest::area_key(&tree, area.unwrap_or(""));
    store::learnt::learn(tx, kind.trim(), &key, unit, at).await
}

/// The manifest. Times in files are the calendar's; a file stands in `folder` while it is read.
pub fn room(calendar: Calendar, folder: PathBuf) -> Room {
    let body = usize::try_from(http::import::BYTES_MAX + (64 << 10)).unwrap_or(usize::MAX);
    Room {
        permissions: PERMISSIONS,
        routes: Routes::new()
            // Names as on a door: whatever screen has a unit's id can say which it is.
            .signed_in(routes!(http::units::names))
            .signed_in(routes!(http::units::mine))
            .permit(READ, routes!(http::units::list))
            .permit(READ, routes!(http::units::one))
            .permit(READ, routes!(http::matters::suggestion))
            .permit(CONFIGURE, routes!(http::units::add))
            .permit(CONFIGURE, routes!(http::units::change))
            .permit(CONFIGURE, routes!(http::units::act))
            .permit(CONFIGURE, routes!(http::members::put, http::members::remove))
            .permit(CONFIGURE, routes!(http::matters::learnt, http::matters::forget))
            .permit(READ, routes!(http::roster::list))
            .permit(READ, routes!(http::roster::now))
            // The rule looks again: at whose unit it is.
            .permit(ROSTER, routes!(http::roster::add))
            .permit(ROSTER, routes!(http::roster::change, http::roster::remove))
            .permit(ROSTER, routes!(http::roster::copy))
            .permit(ROSTER, routes!(http::import::file).layer(DefaultBodyLimit::max(body)))
            .permit(ROSTER, routes!(http::import::import))
            .signed_in(routes!(http::feed::show, http::feed::make, http::feed::revoke))
            // Calendars cannot sign in: the address is the secret.
            .public(routes!(http::feed::calendar))
            .with(http::feed::Gate::default())
            .with(Work::new(folder))
            .with(Arc::new(calendar)),
        ..Room::new("departments", MIGRATIONS)
    }
}
