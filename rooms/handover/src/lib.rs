//! Handover (交接班): what one shift leaves to the next, verified one by one and signed by both; and the leader's log.
//!
//! Rooms above hear [`Signed`].

#![forbid(unsafe_code)]

use std::sync::Arc;
use std::time::Duration;

use calls::Hall;
use kernel::calendar::Calendar;
use kernel::{HandoverId, PersonId};
use serde::{Deserialize, Serialize};
use web::{Job, Room, Routes, Topic, routes};

pub mod demo;
mod drawing;
mod http;
mod jobs;
pub mod permissions;
pub mod rules;
mod signing;
pub mod store;
#[cfg(test)]
mod tests;

use permissions::{ATTEND, CONFIGURE, LOG, MEETERS, PERMISSIONS, SEERS, SIGN};

pub(crate) const ROOM: &str = "handover";

/// The tables of this room.
pub const MIGRATIONS: db::Migrations = db::migrations!(
    "handover",
    ["20261122_1_handover.sql", "20261122_2_meeting.sql", "20261123_1_teams.sql"]
);

/// Both leaders have signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    pub handover: HandoverId,
    pub outgoing: Option<PersonId>,
    pub incoming: PersonId,
    /// After the time they had.
    pub late: bool,
}

impl db::Event for Signed {
    const KIND: &'static str = "handover.signed";
}

/// Handovers that should have been signed by now.
pub const ALARMS: Topic = Topic::shared("handover.alarms", SIGN);

/// The manifest. Shifts begin by the calendar's clock; seats are counted in the hall.
pub fn room(hall: Arc<dyn Hall>, calendar: Calendar) -> Room {
    let calendar = Arc::new(calendar);
    let (begins, looks, follows) = (calendar.clone(), calendar.clone(), calendar.clone());
    let told = Arc::new(jobs::Told::default());
    let hears = db::Subscription::new("handover.hears_promises", &["promises.warned"], |tx, event| {
        Box::pin(jobs::heard(tx, event))
    });
    Room {
        permissions: PERMISSIONS,
        routes: Routes::new()
            .permit_any(SEERS, routes!(http::records::list))
            .permit_any(SEERS, routes!(http::records::now))
            .permit_any(SEERS, routes!(http::log::list))
            .permit_any(SEERS, routes!(http::log::hours))
            .permit(LOG, routes!(http::log::write))
            .permit_any(&[SIGN, CONFIGURE], routes!(http::settings::get))
            .permit(CONFIGURE, routes!(http::settings::put))
            .permit_any(MEETERS, routes!(http::meetings::one))
            .permit(SIGN, routes!(http::meetings::write))
            .permit(ATTEND, routes!(http::meetings::read))
            .permit_any(SEERS, routes!(http::records::one))
            .permit(SIGN, routes!(http::records::act))
            .with(calendar)
            .with(hall),
        topics: vec![ALARMS],
        jobs: vec![
            Job::every("handover.begin", Duration::from_secs(5), move |app| jobs::begin(app, begins.clone())),
            Job::every("handover.look_again", Duration::from_secs(30), move |app| {
                jobs::look_again(app, looks.clone())
            }),
            Job::every("handover.follow", Duration::from_secs(2), move |app| {
                jobs::follow(app, follows.clone())
            }),
            Job::every("handover.alarms", Duration::from_secs(2), move |app| jobs::alarms(app, told.clone())),
        ],
        events: vec![hears],
        ..Room::new(ROOM, MIGRATIONS)
    }
}
