//! People: who works here, in which group, with which roles, queues and skills; signing in; sessions.
//!
//! Other rooms and the binary may call what is exported here: [`agents`], [`phones`], [`put_agent`], [`setup`],
//! [`start`], [`Keeper`].

use db::Migrations;
use kernel::PersonId;
use serde::{Deserialize, Serialize};
use web::{Room, Routes, routes};

mod http;
mod keeper;
pub mod permissions;
pub mod rules;
mod secrets;
mod setup;
pub mod store;

pub use http::Config;
pub use keeper::Keeper;
pub use permissions::{MANAGE, PERMISSIONS, READ};
pub use rules::{Agent, Person, Phone, PutAgent, State};
pub use setup::{setup, start};
pub use store::{agents, phones, put_agent};

pub const MIGRATIONS: Migrations = db::migrations!("people", ["20260105_1_people.sql"]);

/// Somebody's number, telephone, queues, skills or state changed: whoever keeps a copy loads it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    pub person: PersonId,
}

impl db::Event for Changed {
    const KIND: &'static str = "people.changed";
}

/// The manifest.
pub fn room(config: Config) -> Room {
    let desk = http::Desk::new(config);
    Room {
        permissions: PERMISSIONS,
        routes: Routes::new()
            // Nobody is signed in before signing in, or before there is anybody.
            .public(routes!(http::session::sign_in))
            .public(routes!(http::setup::setup_state, http::setup::set_up))
            .signed_in(routes!(http::session::sign_out))
            .signed_in(routes!(http::session::me))
            .signed_in(routes!(http::session::change_password))
            .with(desk),
        ..Room::new("people", MIGRATIONS)
    }
}
