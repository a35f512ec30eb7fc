//! Notices: texts that leave the building, by text message, mail or a speaking call, each sent once; and what became of them.
//!
//! Others may call what is exported here: [`send`] within a change of their own, [`cancel_about`], [`withdraw`], [`told`], [`about`] for a
//! timeline, [`unapproved`] for a hint, [`put_demo`] for the demo's texts. Rooms above hear [`Done`] and [`Reply`].

#![forbid(unsafe_code)]

use std::sync::Arc;
use std::time::Duration;

use kernel::calendar::Calendar;
use kernel::{BulletinId, NoticeId, PersonId};
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
mod withdrawing;

pub use jobs::receipt;
pub use rules::{Channel, Class, LANGUAGE, Notice, Recipient, Refusal, State, Subject, Urgency};
pub use seeds::{put_demo, put_drafts, sign_demo};
pub use send::{Shown, about, send, send_all, unapproved};
pub use ways::Ways;
pub use withdrawing::{WITHDRAWN_MAX, cancel_about, told, withdraw};

/// The tables of this room.
pub const MIGRATIONS: db::Migrations = db::migrations!(
    "notices",
    [
        "20261122_1_notices.sql",
        "20261122_2_bulletins.sql",
        "20261122_3_nonce.sql",
        "20261122_4_orphans.sql",
        "20261122_5_urgent.sql",
        "20261122_6_replies.sql",
        "20261124_7_night.sql"
    ]
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

/// Somebody who must read a bulletin has not in time: told once, with everybody who has not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulletinUnread {
    pub bulletin: BulletinId,
    pub written_by: PersonId,
    pub unread: Vec<PersonId>,
}

impl db::Event for BulletinUnread {
    const KIND: &'static str = "notices.bulletin_unread";
}

/// The manifest. Quiet hours and days are the calendar's.
pub fn room(ways: Arc<Ways>, calendar: Calendar) -> Room {
    use permissions::{
        APPROVE, BULLETINS, CONFIGURE, READ, READ_BULLETINS, SEND, SETTINGS_READERS, TEMPLATE_READERS,
        WRITE_TEMPLATES,
    };
    let back = ways.clone();
    let calendar = Arc::new(calendar);
    // One for each channel: a slow mail server holds up no text message.
    let send = |name, channel| {
        let (out, calendar) = (ways.clone(), calendar.clone());
        Job::every(name, Duration::from_millis(500), move |app| {
            jobs::send(app, out.clone(), calendar.clone(), channel)
        })
    };
    let ask = |name, channel| {
        let out = ways.clone();
        Job::every(name, Duration::from_secs(10), move |app| jobs::ask(app, out.clone(), channel))
    };
    let by_itself = vec![
        send("notices.send_sms", Channel::Sms),
        send("notices.send_mail", Channel::Mail),
        send("notices.send_voice", Channel::Voice),
        ask("notices.ask_sms", Channel::Sms),
        ask("notices.ask_mail", Channel::Mail),
        ask("notices.ask_voice", Channel::Voice),
        Job::every("notices.tidy", Duration::from_secs(10), jobs::tidy),
        Job::every("notices.unread", Duration::from_secs(30), jobs::unread),
        // Waits for what comes; it returns only when no gateway is left.
        Job::every("notices.receive", Duration::from_secs(1), move |app| jobs::receive(app, back.clone())),
    ];
    Room {
        permissions: permissions::PERMISSIONS,
        routes: Routes::new()
            .permit(READ, routes!(http::notices::list))
            .permit(READ, routes!(http::notices::one))
            .permit(SEND, routes!(http::notices::send_one))
            .permit(SEND, routes!(http::notices::act))
            .permit(READ, routes!(http::replies::list))
            .permit(READ, routes!(http::replies::seen))
            .permit_any(SETTINGS_READERS, routes!(http::notices::ways))
            .permit_any(TEMPLATE_READERS, routes!(http::templates::list))
            .permit_any(TEMPLATE_READERS, routes!(http::templates::versions))
            .permit_any(TEMPLATE_READERS, routes!(http::templates::preview))
            .permit(WRITE_TEMPLATES, routes!(http::templates::write))
            .permit(WRITE_TEMPLATES, routes!(http::templates::take_house))
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
        jobs: by_itself,
        ..Room::new("notices", MIGRATIONS)
    }
}
