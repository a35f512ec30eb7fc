//! Outgoing calls by the machine (外呼任务): whom it calls, with which flow, when, how often and how many at a time; and
//! what came of each.
//!
//! Rooms above put people in with [`call`] and hear [`Done`].

#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use calls::{Hall, Pressed};
use kernel::calendar::Calendar;
use kernel::{CallId, CampaignId, TargetId, Timestamp};
use serde::{Deserialize, Serialize};
use sheets::Work;
use utoipa_axum::router::UtoipaMethodRouterExt;
use web::{Job, Room, Routes, routes};

pub mod demo;
mod dialler;
mod hears;
mod http;
pub mod permissions;
mod putting;
pub mod rules;
mod speaking;
pub mod store;
#[cfg(test)]
mod tests;

pub use putting::{Standing, Wanted, call, withdraw};
pub use speaking::{LOOK_UPS, Speaker, TEMPLATES};

use dialler::Dialler;
use permissions::{APPROVE, CONFIGURE, PERMISSIONS, PREPARE, READ, RUN, UNMASK};
use rules::Outcome;

const ROOM: &str = "campaigns";

/// The tables of this room.
pub const MIGRATIONS: db::Migrations = db::migrations!("campaigns", ["20261122_1_campaigns.sql"]);

/// Nobody is called any more about this: what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    pub campaign: CampaignId,
    /// Of a campaign that another room keeps: its name there.
    pub standing: Option<String>,
    pub target: TargetId,
    pub once: String,
    pub about: String,
    pub outcome: Outcome,
    /// Pressed in the last call.
    pub keys: Vec<Pressed>,
    pub call: Option<CallId>,
    /// When the last attempt began.
    pub at: Timestamp,
    pub tries: u32,
}

impl db::Event for Done {
    const KIND: &'static str = "campaigns.done";
}

/// The room with a voice: notices that cannot be text messages are told by telephone.
pub fn speaking(room: Room, speech: speech::Speech) -> Room {
    let Room { mut events, mut look_ups, .. } = room;
    events.push(db::Subscription::new("campaigns.tells_notices", &["campaigns.done"], |tx, event| {
        Box::pin(speaking::heard(tx, event))
    }));
    look_ups.push(speaking::look_up(speech));
    Room { events, look_ups, ..room }
}

/// The manifest. Hours are the calendar's; calls go through the hall; files of imports are read in `files`.
pub fn room(hall: Arc<dyn Hall>, calendar: Calendar, files: PathBuf) -> Room {
    let calendar = Arc::new(calendar);
    let dialler = Arc::new(Dialler::new(hall, calendar.clone()));
    let by = calendar.clone();
    let hears = db::Subscription::new("campaigns.hears_calls", &["calls.called_out"], move |tx, event| {
        let calendar = by.clone();
        Box::pin(async move { hears::heard(tx, event, &calendar).await })
    });
    Room {
        permissions: PERMISSIONS,
        routes: Routes::new()
            .permit(READ, routes!(http::campaigns::list))
            .permit(PREPARE, routes!(http::campaigns::create))
            .permit(READ, routes!(http::campaigns::one))
            .permit(PREPARE, routes!(http::campaigns::change))
            .permit_any(&[PREPARE, APPROVE, RUN], routes!(http::campaigns::act))
            .permit(READ, routes!(http::targets::list))
            .permit(READ, routes!(http::targets::one))
            .permit(UNMASK, routes!(http::targets::unmask))
            .permit(PREPARE, routes!(http::targets::add))
            .permit(RUN, routes!(http::targets::act))
            .permit(
                PREPARE,
                routes!(http::import::import).layer(DefaultBodyLimit::max(http::import::FORM_BYTES)),
            )
            .permit_any(&[READ, CONFIGURE], routes!(http::settings::get))
            .permit(CONFIGURE, routes!(http::settings::put))
            .with(calendar)
            .with(Work::new(files)),
        jobs: vec![Job::every("campaigns.dial", Duration::from_millis(500), move |app| {
            let dialler = dialler.clone();
            async move { dialler.turn(&app).await }
        })],
        events: vec![hears],
        ..Room::new(ROOM, MIGRATIONS)
    }
}
