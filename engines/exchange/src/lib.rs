//! The exchange: legs, conversations, transfers, who hears whom, what is recorded. It owns the distributor (`acd`) and
//! every caller's menu session (`ivr`), and is the one engine the driver runs.

#![forbid(unsafe_code)]

mod config;
mod exchange;
pub mod fact;
pub mod floor;
mod input;
pub mod line;

pub use config::{AgentLine, Config, DialRule, Limits, Phrases, QueueLine, TrunkLine};
pub use exchange::Exchange;
pub use fact::Fact;
pub use floor::FloorView;
pub use input::{AgentAct, Effect, Input, LeaderAct, Refused};
