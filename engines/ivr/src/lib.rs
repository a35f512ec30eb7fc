//! Menus: a flow is data, a session walks one caller through it.
//!
//! The names of queues in a flow are resolved before a session starts; a published flow has been checked for dead ends.

#![forbid(unsafe_code)]

pub mod flow;
pub mod hours;
mod node;
mod session;

pub use flow::{Flow, NodeIx, Prompt};
pub use hours::OpeningHours;
pub use session::{Caller, Effect, Input, Session};
