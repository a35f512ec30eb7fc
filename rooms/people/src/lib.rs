//! People: who works here, in which group, with which roles, queues and skills; signing in; sessions.
//!
//! Other rooms and the binary may call what is exported here: [`agents`], [`phones`], [`put_agent`], [`setup`],
//! [`start`], [`Keeper`], [`sealed`], [`seal_all`], [`forget_second_factors`].

use db::Migrations;
use kernel::PersonId;
use serde::{Deserialize, Serialize};
use web::{Room, Routes, routes};

mod http;
mod keeper;
pub mod permissions;
pub mod rules;
mod seal;
mod secrets;
mod setup;
pub mod store;

pub use http::{CentreName, Config};
pub use keeper::Keeper;
pub use permissions::{ASSIGN, CHANGERS, MANAGE, PERMISSIONS, READ};
pub use rules::{Agent, Person, Phone, PhoneDigest, PutAgent, State};
pub use seal::{KEY_BYTES, Sealer};
pub use setup::{setup, start};
pub use store::list::gone;
pub use store::second_factor::{forget as forget_second_factors, seal_all, sealed};
pub use store::session::{leader_of, present, present_with, who_may};
pub use store::{agents, phones, put_agent};

pub const MIGRATIONS: Migrations =
    db::migrations!("people", ["20260105_1_people.sql", "20261122_1_second_factor.sql"]);

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
            .signed_in(routes!(
                http::second_factor::show,
                http::second_factor::offer,
                http::second_factor::turn_on
            ))
            .signed_in(routes!(http::second_factor::turn_off))
            // Whoever works here may know the others' numbers and names, as on a badge.
            .signed_in(routes!(http::persons::directory))
            .permit(READ, routes!(http::persons::list_persons))
            .permit(READ, routes!(http::persons::get_person))
            .permit(READ, routes!(http::groups::list_groups))
            .permit(READ, routes!(http::groups::list_roles))
            .permit(READ, routes!(http::groups::list_permissions))
            // The rule looks again: who may only assign may not rename.
            .permit_any(CHANGERS, routes!(http::persons::change_person))
            .permit(MANAGE, routes!(http::persons::add_person))
            .permit(MANAGE, routes!(http::persons::act_on_person))
            .permit(MANAGE, routes!(http::persons::reset_password))
            .permit(MANAGE, routes!(http::second_factor::take))
            .permit(MANAGE, routes!(http::groups::add_group))
            .permit(MANAGE, routes!(http::groups::change_group, http::groups::delete_group))
            .permit(MANAGE, routes!(http::groups::put_role, http::groups::delete_role))
            .with(desk),
        ..Room::new("people", MIGRATIONS)
    }
}
