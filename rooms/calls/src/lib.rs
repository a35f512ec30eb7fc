//! Calls: lines (queues, trunks, dial rules) and the record of every call with every stretch of it.
//!
//! Others may call what is exported here: the binary keeps records with [`Growing`] and reads [`store::lines`]; rooms
//! above reach the running exchange through [`Hall`] and find calls with [`store::search`].

#![forbid(unsafe_code)]

mod before_ready;
mod hall;
pub mod http;
pub mod permissions;
pub mod rules;
pub mod store;
pub mod testing;

use std::sync::Arc;
use std::time::Duration;

pub use before_ready::{BeforeReady, NoObjection};
use exchange::line::EndCause;
pub use hall::Hall;
use kernel::{AttemptId, CallId, Timestamp};
use serde::{Deserialize, Serialize};
pub use store::facts::{Growing, applied, of_attempts};
pub use store::lines::Lines;
use web::{Job, Room, Routes, Topic, routes};

/// The tables of this room.
pub const MIGRATIONS: db::Migrations = db::migrations!(
    "calls",
    [
        "20261121_1_records.sql",
        "20261121_2_lines.sql",
        "20261122_1_direction.sql",
        "20261122_2_owed.sql",
        "20261122_3_desks.sql",
        "20261122_4_not_served.sql",
        "20261122_5_places.sql",
        "20261122_6_heard.sql",
        "20261122_7_attempts.sql",
        "20261123_2_storm.sql"
    ]
);

/// A queue, a trunk or a dial rule changed: whoever keeps a copy loads it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinesChanged {}

impl db::Event for LinesChanged {
    const KIND: &'static str = "calls.lines_changed";
}

/// A caller pressed the key for it: tell him how this goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WantsToBeTold {
    pub call: CallId,
    /// Where he calls from.
    pub number: String,
    /// What it is about, as the id of the room that had it said.
    pub subject: String,
    pub revision: u32,
}

impl db::Event for WantsToBeTold {
    const KIND: &'static str = "calls.wants_to_be_told";
}

/// A caller heard something to its end that concerns himself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnnouncementHeard {
    pub call: CallId,
    /// Where he calls from.
    pub number: String,
    /// What it is about, as the id of the room that had it said.
    pub subject: String,
}

impl db::Event for AnnouncementHeard {
    const KIND: &'static str = "calls.announcement_heard";
}

/// A key that somebody has pressed in a flow, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pressed {
    pub node: String,
    pub key: String,
}

/// A call that the machine made is over: told once for each attempt, in the transaction that closes its record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalledOut {
    pub attempt: AttemptId,
    pub call: CallId,
    pub answered: bool,
    /// What answered was no person.
    pub machine: bool,
    /// An agent has talked with whoever was called.
    pub connected: bool,
    pub keys: Vec<Pressed>,
    pub cause: EndCause,
    /// The process died meanwhile, or a bug ended the call: how far it rang, nobody knows.
    pub interrupted: bool,
    pub ended: Timestamp,
}

impl db::Event for CalledOut {
    const KIND: &'static str = "calls.called_out";
}

/// One's own desk, as `GET /api/calls/desk` tells it.
pub const DESK: Topic = Topic::personal("calls.desk");

/// The manifest.
pub fn room(hall: Arc<dyn Hall>, before_ready: Arc<dyn BeforeReady>) -> Room {
    let pushed = hall.clone();
    use permissions::{ANSWER, CALL_BACK, CONFIGURE, PERMISSIONS, READ, READ_OWN, REASONS};
    Room {
        permissions: PERMISSIONS,
        routes: Routes::new()
            .permit_any(&[READ, READ_OWN], routes!(http::records::list))
            .permit_any(&[READ, READ_OWN], routes!(http::records::one))
            .permit(READ, routes!(http::heard::list))
            .permit(READ, routes!(http::heard::course))
            // Names of queues and trunks stand on every screen.
            .signed_in(routes!(http::lines::queues))
            .signed_in(routes!(http::lines::trunks))
            .permit(CONFIGURE, routes!(http::lines::configured))
            .permit(CONFIGURE, routes!(http::lines::put_queue))
            .permit(CONFIGURE, routes!(http::lines::put_trunk))
            .permit(CONFIGURE, routes!(http::lines::put_dial_rules))
            // Whoever may be away knows for how long.
            .signed_in(routes!(http::reasons::list))
            .permit(REASONS, routes!(http::reasons::put))
            .permit(CALL_BACK, routes!(http::owed::list))
            .permit(CALL_BACK, routes!(http::owed::act))
            .permit(ANSWER, routes!(http::desk::show, http::desk::act))
            .permit(ANSWER, routes!(http::desk::dial_again))
            .permit(ANSWER, routes!(http::colleagues::list))
            .with(hall)
            .with(before_ready)
            .with(Arc::new(rules::Looks::default())),
        topics: vec![DESK],
        // It goes on for as long as it can; begun again when it fails.
        jobs: vec![Job::every("calls.desks", Duration::from_secs(1), move |app| {
            http::desk::push(pushed.clone(), app)
        })],
        ..Room::new("calls", MIGRATIONS)
    }
}
