//! The room's HTTP: parse, load, decide, save, answer.

pub mod call;
pub mod customers;
pub mod exports;
pub mod imports;
pub mod moves;
pub mod network;
pub mod network_files;
pub(crate) mod view;

use db::Look;
use kernel::CustomerId;
use web::{Actor, App};

use crate::rules::change::By;
use crate::store::save::Mark;

/// Who does it now.
fn mark(app: &App, actor: &Actor) -> Mark {
    Mark { who: actor.person, at: app.now(), id: app.id() }
}

/// Decides with this request's time, person and ids.
fn with_by<T>(app: &App, actor: &Actor, decide: impl FnOnce(&By) -> T) -> T {
    let id = || app.id::<i64>();
    decide(&By { who: actor.person, now: app.now(), id: &id })
}

/// Somebody saw a customer whole.
fn look(app: &App, actor: &Actor, customer: CustomerId, what: &'static str, reason: Option<String>) -> Look {
    Look { at: app.now(), who: actor.person, room: "customers", subject: customer.to_string(), what, reason }
}
