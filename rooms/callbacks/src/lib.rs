//! Call-backs (回访): customers are asked whether their matter is done, by somebody who is not judged by the answer.
//!
//! Rooms above hear [`Doubted`].

#![forbid(unsafe_code)]

use std::sync::Arc;
use std::time::Duration;

use calls::Hall;
use ivr_flows::Template;
use kernel::calendar::Calendar;
use kernel::{Timestamp, UnitId, WorkOrderId};
use serde::{Deserialize, Serialize};
use web::{Job, Room, Routes, routes};

mod asking;
mod hears;
mod http;
mod machine;
pub mod permissions;
pub mod rules;
pub mod store;
#[cfg(test)]
mod tests;

use permissions::{CONFIGURE, PERMISSIONS, READ, SEERS, WORK};

/// The tables of this room.
pub const MIGRATIONS: db::Migrations = db::migrations!("callbacks", ["20261122_1_callbacks.sql"]);

/// A customer tells another time of arrival than the crew has recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubted {
    pub order: WorkOrderId,
    pub number: String,
    pub unit: Option<UnitId>,
    pub recorded: Timestamp,
    /// None: nobody ever came.
    pub told: Option<Timestamp>,
}

impl db::Event for Doubted {
    const KIND: &'static str = "callbacks.doubt";
}

/// The flow by which the machine asks: a template for a centre's own.
pub const TEMPLATES: &[Template] = &[Template {
    name: "callback_survey",
    about: "工单办结后自动回访",
    text: include_str!("../flows/callback_survey.toml"),
}];

/// The manifest. Hours and days are the calendar's; calls go through the hall.
pub fn room(hall: Arc<dyn Hall>, calendar: Calendar) -> Room {
    let calendar = Arc::new(calendar);
    let (by, finding) = (calendar.clone(), calendar.clone());
    let (asking_by, answering_by) = (calendar.clone(), calendar.clone());
    let hears_machine = db::Subscription::new("callbacks.hears_machine", &["campaigns.done"], |tx, event| {
        Box::pin(machine::heard(tx, event))
    });
    let hears =
        db::Subscription::new("callbacks.hears_orders", &["work_orders.changed"], move |tx, event| {
            let calendar = by.clone();
            Box::pin(async move { hears::heard(tx, event, &calendar).await })
        });
    Room {
        permissions: PERMISSIONS,
        routes: Routes::new()
            .permit_any(SEERS, routes!(http::lists::list))
            .permit_any(SEERS, routes!(http::lists::now))
            .permit(READ, routes!(http::lists::figures))
            .permit(WORK, routes!(http::tasks::next))
            .permit_any(SEERS, routes!(http::tasks::one))
            .permit(WORK, routes!(http::tasks::act))
            .permit(WORK, routes!(http::tasks::dial))
            .permit(WORK, routes!(http::tasks::record))
            .permit_any(&[WORK, READ, CONFIGURE], routes!(http::settings::get))
            .permit(CONFIGURE, routes!(http::settings::put))
            .with(calendar)
            .with(hall),
        jobs: vec![
            Job::every("callbacks.find_missed", Duration::from_secs(3_600), move |app| {
                hears::find_missed(app, finding.clone())
            }),
            Job::every("callbacks.machine_asks", Duration::from_secs(30), move |app| {
                machine::ask(app, asking_by.clone())
            }),
            Job::every("callbacks.machine_answers", Duration::from_secs(5), move |app| {
                machine::answers(app, answering_by.clone())
            }),
        ],
        events: vec![hears, hears_machine],
        ..Room::new("callbacks", MIGRATIONS)
    }
}
