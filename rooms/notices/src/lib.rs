//! Notices: texts that leave the building, by text message, mail or a speaking call, each sent once; and what became of them.
//!
//! Others may call what is exported here: [`send`] within a change of their own, [`cancel_about`], [`about`] for a
//! timeline, [`put_demo`] for the demo's texts. Rooms above hear [`Done`] and [`Reply`].

#![forbid(unsafe_code)]

use kernel::NoticeId;
use serde::{Deserialize, Serialize};
use web::Room;

pub mod permissions;
pub mod rules;
mod seeds;
mod send;
pub mod store;
#[cfg(test)]
mod tests;

pub use rules::{Channel, Class, LANGUAGE, Notice, Recipient, Refusal, State, Subject, Urgency};
pub use seeds::{put_demo, put_drafts};
pub use send::{Shown, about, cancel_about, send};

/// The tables of this room.
pub const MIGRATIONS: db::Migrations = db::migrations!("notices", ["20261122_1_notices.sql"]);

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

/// The manifest.
pub fn room() -> Room {
    Room { permissions: permissions::PERMISSIONS, ..Room::new("notices", MIGRATIONS) }
}
