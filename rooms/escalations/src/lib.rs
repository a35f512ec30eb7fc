//! Escalations (升级上报): what somebody above is to see at once, one step of the ladder after the other, until somebody answers.
//!
//! Rooms above hear [`Changed`]; to begin one from a room above, call [`work::raise`] within a change.

#![forbid(unsafe_code)]

use std::sync::Arc;
use std::time::Duration;

use calls::Hall;
use ivr_flows::Template;
use kernel::EscalationId;
use kernel::calendar::Calendar;
use serde::{Deserialize, Serialize};
use web::{Job, Room, Routes, Topic, routes};

mod calling;
mod hears;
mod http;
mod jobs;
pub mod permissions;
mod raising;
pub mod rosters;
pub mod rules;
pub mod store;
mod telling;
#[cfg(test)]
mod tests;
pub mod work;

use permissions::{ANSWER, CONFIGURE, PERMISSIONS, RAISE, READ, SEERS};

pub(crate) const ROOM: &str = "escalations";

/// The tables of this room.
pub const MIGRATIONS: db::Migrations = db::migrations!("escalations", ["20261122_1_escalations.sql"]);

/// An escalation began or moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    pub escalation: EscalationId,
    pub number: String,
    /// `wo_…`, `ca_…`, `qu_…`, `pe_…`, `area:…`
    pub matter: String,
    pub rung: rules::Rung,
    /// `waiting`, `unheard`, `acknowledged`, `taken_over`, `stood_down`, `closed`.
    pub state: String,
}

impl db::Event for Changed {
    const KIND: &'static str = "escalations.changed";
}

/// That something about escalations changed: whoever may see one asks what.
pub const CHANGED: Topic = Topic::shared_any("escalations.changed", SEERS);

/// The flow by which whose turn it is is called: a template for a centre's own.
pub const TEMPLATES: &[Template] = &[Template {
    name: "escalation_call",
    about: "升级上报时致电值班人员",
    text: include_str!("../flows/escalation_call.toml"),
}];

/// The manifest. Queues are looked at in the hall.
pub fn room(hall: Arc<dyn Hall>, calendar: Calendar) -> Room {
    let calendar = Arc::new(calendar);
    let (lapses, looks, orders) = (calendar.clone(), calendar.clone(), calendar.clone());
    let (queues, pushed) = (Arc::new(jobs::Queues::default()), Arc::new(jobs::Pushed::default()));
    let floor = hall.clone();
    let hears = db::Subscription::together(
        "escalations.hears_orders",
        &["work_orders.changed", "work_orders.level_proposed"],
        move |tx, events| {
            let calendar = orders.clone();
            Box::pin(async move { hears::heard(tx, events, &calendar).await })
        },
    );
    let spoken = calendar.clone();
    let called = db::Subscription::new("escalations.hears_calls", &["campaigns.done"], move |tx, event| {
        let calendar = spoken.clone();
        Box::pin(async move { calling::heard(tx, event, &calendar).await })
    });
    Room {
        permissions: PERMISSIONS,
        routes: Routes::new()
            .permit_any(SEERS, routes!(http::lists::list))
            .permit_any(SEERS, routes!(http::lists::now))
            .permit_any(&[READ, CONFIGURE], routes!(http::lists::ladder))
            .permit_any(&[READ, CONFIGURE], routes!(http::settings::get))
            .permit(CONFIGURE, routes!(http::settings::put))
            .permit(RAISE, routes!(http::acts::raise))
            .permit_any(SEERS, routes!(http::lists::one))
            .permit_any(&[RAISE, ANSWER], routes!(http::acts::act))
            .with(calendar)
            .with(hall),
        topics: vec![CHANGED],
        jobs: vec![
            Job::every("escalations.lapse", Duration::from_secs(1), move |app| {
                jobs::lapse(app, lapses.clone())
            }),
            Job::every("escalations.queues", Duration::from_secs(5), move |app| {
                jobs::queues(app, floor.clone(), looks.clone(), queues.clone())
            }),
            Job::every("escalations.push", Duration::from_millis(400), move |app| {
                jobs::push(app, pushed.clone())
            }),
        ],
        events: vec![hears, called],
        ..Room::new(ROOM, MIGRATIONS)
    }
}
