//! Outages (停电、停气): where supply is off, since when and until when, who is affected, who is told, what callers hear.
//!
//! Rooms above and the telephone may call what is exported here: [`heard_by`], [`heard_of_account`], [`heard_of_area`] (what a
//! caller hears), [`tell_me`] (wants to hear when supply is back), [`calls_owed`] (important customers to be telephoned). They
//! hear [`Changed`].

#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use calls::Hall;
use customers::permissions::EXPORT_WHOLE;
use db::Subscription;
use ivr_flows::Template;
use kernel::OutageId;
use kernel::calendar::Calendar;
use serde::{Deserialize, Serialize};
use sheets::{Exports, Work};
use speech::Speech;
use utoipa_axum::router::UtoipaMethodRouterExt as _;
use web::{Job, Room, Routes, routes};

mod answering;
mod asking;
mod calling;
pub mod demo;
mod filing;
mod hearing;
mod http;
mod jobs;
mod machine;
mod mentioning;
pub mod permissions;
mod picture;
mod promising;
mod recounting;
pub mod rules;
mod standing;
pub mod store;
mod telephone;
mod telling;
#[cfg(test)]
mod tests;
mod voice;
mod waving;
mod whose;
pub mod work;

pub use hearing::{calls_owed, heard_by, heard_of_account, heard_of_area, tell_me};
pub use mentioning::AskFirst;
pub use picture::changed;
pub use rules::{Heard, Segment};
pub use standing::{Greets, Standing, standing};
pub use telephone::LOOK_UPS;
pub use voice::Booth;

use picture::Shield;
use telephone::Menus;
use whose::Whose;

use permissions::{APPROVE, CONFIGURE, EXPORT, LIAISONS, PERMISSIONS, READ, TELL, WRITE};

pub(crate) const ROOM: &str = "outages";

/// The tables of this room.
pub const MIGRATIONS: db::Migrations = db::migrations!(
    "outages",
    [
        "20261122_1_outages.sql",
        "20261123_1_after.sql",
        "20261123_2_machine.sql",
        "20261123_3_places.sql",
        "20261123_4_elements.sql",
        "20261124_1_network.sql",
        "20261124_2_reached.sql",
        "20261124_3_wishes.sql",
        "20261124_4_promised.sql",
        "20261124_5_due.sql",
        "20261125_1_liaisons.sql"
    ]
);

/// An outage was entered or moved. What callers hear of it may be another from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    pub outage: OutageId,
    pub number: String,
    /// What was done: `publish`, `revise`, `approve_greeting` …
    pub verb: String,
    pub from: String,
    pub to: String,
    pub revision: usize,
}

impl db::Event for Changed {
    const KIND: &'static str = "outages.changed";
}

/// The flows by which the machine calls, and a leader speaks a greeting: templates for a centre's own.
pub const TEMPLATES: &[Template] = &[
    Template {
        name: "outage_important",
        about: "计划停供前致电重要客户",
        text: include_str!("../flows/outage_important.toml"),
    },
    Template {
        name: "outage_liaison",
        about: "没有短信回执时致电信息员",
        text: include_str!("../flows/outage_liaison.toml"),
    },
    Template {
        name: "restored", about: "恢复供应后逐户询问", text: include_str!("../flows/restored.toml")
    },
    Template {
        name: "record_greeting",
        about: "在电话里录停供问候语",
        text: include_str!("../flows/record_greeting.toml"),
    },
];

/// The manifest. Days are the calendar's; calls go through the hall; sheets stand in `folder` while they are read; what callers
/// hear is spoken by `speech`, or by a leader in the `booth`.
pub fn room(hall: Arc<dyn Hall>, calendar: Calendar, folder: PathBuf, speech: Speech, booth: Booth) -> Room {
    let calendar = Arc::new(calendar);
    let by = || calendar.clone();
    let (follows, before, tells) = (by(), by(), by());
    let (shield, whose) = (Shield::default(), Whose::default());
    let asked = Menus { calendar: calendar.clone(), speech, shield, whose, booth: booth.clone() };
    let look_ups = telephone::look_ups(&asked);
    let (shield, speaks, settles) = (asked.shield.clone(), asked.clone(), booth.clone());
    let (asks, calls, recounts) = (by(), by(), by());
    let work = Work::new(folder);
    let exports = Exports::new(ROOM, work.clone());
    let clean = exports.cleaning();
    Room {
        permissions: PERMISSIONS,
        routes: Routes::new()
            .permit(READ, routes!(http::outages::list))
            .permit(WRITE, routes!(http::outages::enter))
            .permit(READ, routes!(http::outages::now))
            .permit(READ, routes!(http::outages::one))
            .permit_any(&[WRITE, APPROVE], routes!(http::outages::act))
            .permit(READ, routes!(http::affected::list))
            .permit(EXPORT, routes!(http::affected::paper))
            .permit_any(&[EXPORT, EXPORT_WHOLE], routes!(http::affected::export))
            .permit_any(&[EXPORT, EXPORT_WHOLE], routes!(http::affected::export_one))
            .permit_any(&[EXPORT, EXPORT_WHOLE], routes!(http::affected::export_file))
            .permit(READ, routes!(http::of_element::show))
            .permit(READ, routes!(http::outages::figures))
            .permit(APPROVE, routes!(http::voice::ring))
            .permit(READ, routes!(http::voice::last))
            .permit(READ, routes!(http::voice::audio))
            .permit(WRITE, routes!(http::area::elements))
            .permit(WRITE, routes!(http::area::preview))
            .permit(WRITE, routes!(http::sheet::sheet).layer(DefaultBodyLimit::max(http::sheet::BODY_MAX)))
            .permit(READ, routes!(http::telling::told))
            .permit(READ, routes!(http::telling::owed))
            .permit(TELL, routes!(http::telling::attempt))
            .permit(TELL, routes!(http::telling::dial))
            .permit(TELL, routes!(http::telling::called))
            .permit(TELL, routes!(http::promised::attempt))
            .permit(TELL, routes!(http::promised::dial))
            .permit(TELL, routes!(http::telling::dial_liaison))
            .permit_any(&[READ, LIAISONS], routes!(http::liaisons::list))
            .permit(LIAISONS, routes!(http::liaisons::add))
            .permit(LIAISONS, routes!(http::liaisons::change))
            .permit_any(&[READ, CONFIGURE], routes!(http::settings::get))
            .permit(CONFIGURE, routes!(http::settings::put))
            .permit(READ, routes!(http::known::known))
            .permit(READ, routes!(http::at_call::show))
            .permit(READ, routes!(http::at_call::mention))
            .permit(TELL, routes!(http::without::without))
            .permit(READ, routes!(http::after::show))
            .permit(READ, routes!(http::after::asked))
            .permit(APPROVE, routes!(http::after::act))
            .permit(WRITE, routes!(http::after::order))
            .with(work)
            .with(exports)
            .with(calendar.clone())
            .with(asked)
            .with(booth)
            .with(hall),
        jobs: vec![
            Job::every("outages.follow", Duration::from_secs(5), move |app| {
                jobs::follow(app, follows.clone())
            }),
            Job::every("outages.day_before", Duration::from_secs(300), move |app| {
                jobs::day_before(app, before.clone())
            }),
            Job::every("outages.speak", Duration::from_secs(2), move |app| {
                let speaks = speaks.clone();
                async move { speaks.speak(&app).await }
            }),
            // It waits for itself.
            Job::every("outages.picture", Duration::from_millis(10), move |app| {
                let shield = shield.clone();
                async move { shield.keep_fresh(&app.db, app.now()).await }
            }),
            Job::every("outages.voices", Duration::from_secs(2), move |app| {
                voice::settle(app, settles.clone())
            }),
            Job::every("outages.ask", Duration::from_secs(5), move |app| asking::go_on(app, asks.clone())),
            Job::every("outages.machine", Duration::from_secs(5), move |app| {
                machine::call(app, calls.clone())
            }),
            Job::every("outages.recount", Duration::from_secs(1), move |app| {
                recounting::recount(app, recounts.clone())
            }),
            Job::every("outages.tell", Duration::from_secs(2), move |app| jobs::tell(app, tells.clone())),
            Job::every("outages.clean", Duration::from_secs(3_600), clean),
        ],
        look_ups,
        events: vec![
            Subscription::new("outages.hears_network", &["customers.network_changed"], |tx, event| {
                Box::pin(recounting::heard(tx, event))
            }),
            Subscription::new("outages.hears_wishes", &["calls.wants_to_be_told"], |tx, event| {
                Box::pin(telephone::wants_to_be_told(tx, event))
            }),
            Subscription::new("outages.hears_heard", &["calls.announcement_heard"], |tx, event| {
                Box::pin(telephone::announcement_heard(tx, event))
            }),
            Subscription::new("outages.hears_calls", &["calls.called_out"], |tx, event| {
                Box::pin(voice::heard(tx, event))
            }),
            Subscription::new("outages.hears_notices", &["notices.done"], |tx, event| {
                Box::pin(answering::noticed(tx, event))
            }),
            Subscription::new("outages.hears_replies", &["notices.reply"], |tx, event| {
                Box::pin(answering::replied(tx, event))
            }),
            Subscription::new("outages.hears_campaigns", &["campaigns.done"], |tx, event| {
                Box::pin(async move {
                    answering::called(tx, event).await?;
                    machine::heard(tx, event).await
                })
            }),
            Subscription::new("outages.hears_orders", &["work_orders.changed"], |tx, event| {
                Box::pin(answering::order_changed(tx, event))
            }),
            Subscription::new("outages.hears_records", &["interactions.completed"], |tx, event| {
                Box::pin(mentioning::heard(tx, event))
            }),
        ],
        ..Room::new(ROOM, MIGRATIONS)
    }
}
