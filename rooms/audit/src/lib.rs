//! Audit: reading the journal. It writes nothing but that somebody has read.
//!
//! The journal itself is the database shell's: `tx.journal(…)` in the transaction of the change. A look at personal
//! data is `db::Look`.

use db::Migrations;
use kernel::BuiltIn::AuditAdmin;
use kernel::Permission;
use web::{Room, Routes, routes};

mod http;
pub mod store;

/// Read the journal and have its seals checked. Nobody who can change people or settings has it by default.
pub const READ: Permission =
    Permission::new("audit.read", "read the journal and check that nobody changed it", &[AuditAdmin]);

/// The room has no tables of its own.
pub const MIGRATIONS: Migrations = db::migrations!("audit", []);

/// The manifest.
pub fn room() -> Room {
    Room {
        permissions: &[READ],
        routes: Routes::new()
            .permit(READ, routes!(http::list_entries))
            .permit(READ, routes!(http::kinds))
            .permit(READ, routes!(http::verify)),
        ..Room::new("audit", MIGRATIONS)
    }
}
