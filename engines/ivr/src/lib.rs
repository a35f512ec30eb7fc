//! Menus: a flow is data, a session walks one caller through it.
//!
//! A flow is written in the form of [`source`] (the manual is `rooms/ivr_flows/README.md`), made ready by [`compile()`]
//! with the centre's names, and run by a [`Session`]. [`Finding`]s say what is wrong with it.

#![forbid(unsafe_code)]

mod check;
mod compile;
mod finding;
pub mod flow;
pub mod graph;
pub mod hours;
mod node;
mod session;
pub mod source;

pub use check::{LEVELS_MAX, OPTIONS_MAX};
pub use compile::{Compiled, Names, compile};
pub use finding::{Code, Finding, Severity};
pub use flow::{Flow, NodeIx, Prompt};
pub use graph::Graph;
pub use hours::OpeningHours;
pub use session::{Answer, Argument, Caller, Choice, Effect, Input, Said, Session};
pub use source::{FlowFile, FlowSource};
