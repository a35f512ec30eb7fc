//! Interactions: what an agent writes down about a call (来电登记), by reasons that say what to ask and what to remember.
//!
//! Others may call what is exported here: [`CompleteFirst`] for the wiring, [`may_be_ready`] and [`incomplete`] before an agent
//! takes the next call,
//! [`put_demo`] for the demo's reasons. Rooms above hear [`Completed`].

#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use calls::Hall;
use futures::future::BoxFuture;
use kernel::calendar::Calendar;
use kernel::{CallId, PersonId};
use serde::{Deserialize, Serialize};
use sheets::{Exports, Work};
use web::{App, Job, Room, Routes, routes};

pub mod http;
mod jobs;
pub mod permissions;
mod ready;
pub mod rules;
pub mod store;
#[cfg(test)]
mod tests;

pub use http::reasons::put_demo;
pub use ready::{CompleteFirst, decide as decide_ready, incomplete, may_be_ready};

/// The tables of this room.
pub const MIGRATIONS: db::Migrations = db::migrations!(
    "interactions",
    ["20261122_1_interactions.sql", "20261122_2_again.sql", "20261123_1_contacts.sql"]
);

/// A record is complete, or a completed one was amended (then `edition` is above 1). With the result `order` it wants to
/// become a work order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completed {
    pub call: CallId,
    pub agent: PersonId,
    pub edition: i64,
    pub reason: Option<String>,
    pub result: Option<rules::Outcome>,
    pub customer: Option<String>,
}

impl db::Event for Completed {
    const KIND: &'static str = "interactions.completed";
}

/// Asked before an agent completes a record: a room above may want something said or done first.
pub trait BeforeComplete: Send + Sync {
    /// # Errors
    /// Refused when something is missing; the refusal says what.
    fn may<'a>(
        &'a self,
        app: &'a App,
        call: CallId,
        draft: &'a rules::Draft,
    ) -> BoxFuture<'a, Result<(), web::Error>>;
}

/// Whoever is asked, if anybody.
#[derive(Clone, Default)]
pub struct Asks(Option<Arc<dyn BeforeComplete>>);

/// The manifest. Times in files are the calendar's; the files stand in `folder`. `before` is asked
/// before a record is completed.
pub fn room(
    hall: Arc<dyn Hall>,
    calendar: Calendar,
    folder: PathBuf,
    before: Option<Arc<dyn BeforeComplete>>,
) -> Room {
    use permissions::{AMEND, CONFIGURE, EXPORT, KNOWERS, PERMISSIONS, READERS, RELEASE, WRITE};
    let asks = Asks(before);
    let exports = Exports::new("interactions", Work::new(folder));
    let clean = exports.cleaning();
    Room {
        permissions: PERMISSIONS,
        routes: Routes::new()
            .permit_any(READERS, routes!(http::found::list))
            .permit_any(READERS, routes!(http::found::history))
            .permit(EXPORT, routes!(http::exports::start))
            .permit(EXPORT, routes!(http::exports::one))
            .permit(EXPORT, routes!(http::exports::file))
            .permit_any(KNOWERS, routes!(http::reasons::tree))
            .permit(WRITE, routes!(http::reasons::used))
            .permit(CONFIGURE, routes!(http::reasons::versions))
            .permit(CONFIGURE, routes!(http::reasons::change))
            .permit(CONFIGURE, routes!(http::reasons::import))
            .permit_any(KNOWERS, routes!(http::phrases::mine))
            .permit(CONFIGURE, routes!(http::phrases::raw))
            .permit(CONFIGURE, routes!(http::phrases::put))
            .permit_any(KNOWERS, routes!(http::phrases::settings))
            .permit(CONFIGURE, routes!(http::phrases::put_settings))
            .permit_any(READERS, routes!(http::records::of_call))
            .permit(WRITE, routes!(http::records::save_draft))
            .permit(WRITE, routes!(http::records::complete))
            .permit(AMEND, routes!(http::records::amend))
            .permit(AMEND, routes!(http::records::look))
            .permit(RELEASE, routes!(http::records::release))
            .permit_any(READERS, routes!(http::records::versions))
            .with(hall)
            .with(exports)
            .with(asks)
            .with(Arc::new(calendar)),
        jobs: vec![
            Job::every("interactions.follow", Duration::from_secs(1), jobs::follow),
            Job::every("interactions.clean", Duration::from_secs(3600), clean),
        ],
        ..Room::new("interactions", MIGRATIONS)
    }
}
