//! The database: one text of SQL for SQLite and PostgreSQL, one writer at a time, and the journal that goes with every
//! change.
//!
//! * [`Db::open`] opens a file or a server; [`Db::read`] is for queries, [`Db::begin`] for changes.
//! * [`Tx::journal`] and [`Tx::emit`] are written with the change, in the same transaction, at [`Tx::commit`].
//! * [`migrations!`] embeds a room's numbered SQL files; [`Db::migrate`] applies each of them once.
//! * [`config`] keeps what people set, in whole versions.
//! * [`in_ids!`] is for a query with a list in it.
//! * [`Together`] asks in one query what many ask at the same moment.
//! * [`testdb::on_both`] runs a test on both databases.
//!
//! The portable subset of SQL is in `docs/a-room.md`.

pub mod config;
mod db;
mod delivery;
mod held;
mod journal;
mod lists;
mod migrate;
mod outbox;
pub mod testdb;
#[cfg(test)]
mod tests;
mod together;
mod tx;

pub use db::{Db, Kind, Options};
pub use journal::{Broken, Entry, Look, hash_of};
pub use lists::{Text, ids, like};
pub use migrate::{Migration, Migrations};
pub use outbox::{Emitted, Event, News, Subscription, only};
pub use sqlx::any::AnyRow as Row;
pub use together::Together;
pub use tx::Tx;

/// What the database itself needs: journal, outbox, day numbers.
pub const MIGRATIONS: Migrations = migrations!("db", ["1_journal.sql", "2_outbox.sql", "3_number.sql"]);
