//! The exchange: legs, conversations, transfers, who hears whom, what is recorded. It owns the distributor (`acd`) and
//! every caller's menu session (`ivr`), and is the one engine the driver runs.

#![forbid(unsafe_code)]

pub mod fact;
mod input;
pub mod line;

pub use fact::Fact;
pub use input::{AgentAct, Effect, Input, LeaderAct, Refused};
