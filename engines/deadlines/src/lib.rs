//! Promises: how long somebody has, until when that is, what has become of it, and when to warn before it breaks.
//!
//! A [`Profile`] says how long ([`Rule`], the first that fits a [`Case`]); the centre's `kernel::calendar::Calendar`
//! says until when; [`Clocks`] are the unit's and the customer's [`Promise`] of one step of an order, moved by [`Act`]s;
//! a [`Schedule`] holds the three moments of warning, and the [`Watcher`] tells each of them once.
//!
//! Pure: no clock, socket, disk, log or chance. Every instant is a `kernel::Timestamp` that is handed in.

#![forbid(unsafe_code)]

mod act;
mod clocks;
mod matter;
mod profile;
mod profiles;
mod promise;
mod schedule;
mod show;
#[cfg(test)]
mod tests;
mod watcher;

pub use act::{Act, Refusal};
pub use clocks::{Clock, Clocks, Extension};
pub use matter::{Case, Kind, Since, Site, Step};
pub use profile::{Finding, NoLimit, Profile, Rule};
pub use promise::{Promise, Renewal, Standing, State, Term};
pub use schedule::{BadSchedule, BadThresholds, Level, Schedule, Thresholds};
pub use watcher::{BadKept, Effect, Input, Kept, NotArmed, Watcher};
