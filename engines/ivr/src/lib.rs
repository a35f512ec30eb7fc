//! Menus: a flow is data, a session walks one caller through it.
//!
//! The names of queues in a flow are resolved before a session starts; a published flow has been checked for dead ends.

#![forbid(unsafe_code)]

mod session;

pub use session::{Effect, Input};
