//! Notices: texts that leave the building, by text message, mail or a speaking call, each sent once; and what became of them.
//!
//! Others may call what is exported here: [`send`] within a change of their own, [`cancel_about`], [`about`] for a
//! timeline, [`put_demo`] for the demo's texts. Rooms above hear [`Done`] and [`Reply`].

#![forbid(unsafe_code)]

use std::sync::Arc;
use std::time::Duration;

use kernel::NoticeId;
use kernel::calendar::Calendar;
use serde::{Deserialize, Serialize};
use web::{Job, Room, Routes, routes};

mod http;
mod jobs;
pub mod permissions;
pub mod rules;
mod seeds;
mod send;
pub mod store;
#[cfg(test)]
mod tests;
mod ways;

pub use rules::{Channel, Class, LANGUAGE, Notice, Recipient, Refusal, State, Subject, Urgency};
pub use seeds::{put_demo, put_drafts};
pub use send::{Shown, about, cancel_about, send, send_all};
pub use ways::Ways;

/// The tables of this room.
pub const MIGRATIONS: db::Migrations = db::migrations!(
    "notices",
    ["20261122_1_notices.sql", "20261122_2_bulletins.sql", "20261122_3_nonce.sql"]
);

/// What became of a notice: delivered, failed, expired, suppressed, cancelled, or `unknown`, after which a receipt may
/// still settle it and it is told again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    pub notice: NoticeId,
    pub about: Subject,
    pub outcome: State,
}

impl db::Event for Done {
    const KIND: &'static str = "notices.done";
}

/// A customer wrote back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// In normal form.
    pub phone: String,
    pub text: String,
    /// The last notice to this number within three days, and what it was about.
    pub notice: Option<NoticeId>,
    pub about: Option<Subject>,
}

impl db::Event for Reply {
    const KIND: &'static str = "notices.reply";
}

/// The manifest. Quiet hours and days are the calendar's.
pub fn room(ways: Arc<Ways>, calendar: Calendar) -> Room {
    use permissions::{
        APPROVE, BULLETINS, CONFIGURE, READ, READ_BULLETINS, SEND, SETTINGS_READERS, TEMPLATE_READERS,
        WRITE_TEMPLATES,
    };
    let (out, back, asked) = (ways.clone(), ways.clone(), ways.clone());
    let settle = move |app| jobs::tidy(app, asked.clone());
    let calendar = Arc::new(calendar);
    let send = move |app| jobs::send(app, out.clone(), calendar.clone());
    Room {
        permissions: permissions::PERMISSIONS,
        routes: Routes::new()
            .permit(READ, routes!(http::notices::list))
            .permit(READ, routes!(http::notices::one))
            .permit(SEND, routes!(http::notices::send_one))
            .permit(SEND, routes!(http::notices::act))
            .permit_any(SETTINGS_READERS, routes!(http::notices::ways))
            .permit_any(TEMPLATE_READERS, routes!(http::templates::list))
            .permit_any(TEMPLATE_READERS, routes!(http::templates::versions))
            .permit_any(TEMPLATE_READERS, routes!(http::templates::preview))
            .permit(WRITE_TEMPLATES, routes!(http::templates::write))
            .permit(APPROVE, routes!(http::templates::act))
            .permit_any(SETTINGS_READERS, routes!(http::settings::get))
            .permit(CONFIGURE, routes!(http::settings::put))
            .permit(CONFIGURE, routes!(http::settings::consents))
            .permit(CONFIGURE, routes!(http::settings::consent))
            .permit(READ_BULLETINS, routes!(http::bulletins::list))
            .permit(READ_BULLETINS, routes!(http::bulletins::unread))
            .permit(READ_BULLETINS, routes!(http::bulletins::read))
            .permit(BULLETINS, routes!(http::bulletins::write))
            .permit(BULLETINS, routes!(http::bulletins::readers))
            .permit(BULLETINS, routes!(http::bulletins::withdraw))
            // A gateway has no sign-in: its signature is checked instead.
            .public(routes!(http::callback::receive))
            .with(ways),
        jobs: vec![
            Job::every("notices.send", Duration::from_millis(500), send),
            Job::every("notices.tidy", Duration::from_secs(10), settle),
            // Waits for what comes; it returns only when no gateway is left.
            Job::every("notices.receive", Duration::from_secs(1), move |app| {
                jobs::receive(app, back.clone())
            }),
        ],
        ..Room::new("notices", MIGRATIONS)
    }
}
