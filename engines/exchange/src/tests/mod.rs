//! Calls as texts, and the rules that need no call.

mod rules;
mod script;
mod telling;
mod transcripts;
pub mod world;
