//! The exchange: legs, conversations, transfers, who hears whom, what is recorded. It owns the distributor (`acd`) and
//! every caller's menu session (`ivr`), and is the one engine the driver runs.

#![forbid(unsafe_code)]

mod arrival;
mod call;
mod check;
mod config;
mod counters;
mod cx;
mod desk;
mod desk_view;
mod distribution;
mod exchange;
pub mod fact;
#[cfg(test)]
mod fault;
pub mod floor;
mod footing;
mod input;
pub mod line;
mod machine;
mod outward;
mod places;
mod recover;
mod show;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;

pub use config::{AgentLine, Config, DialRule, Limits, Phrases, QueueLine, TrunkLine};
pub use counters::{Counters, Figures};
pub use cx::Last;
pub use desk::Role;
pub use desk_view::{DeskView, RecordingView, StormView, ThirdStage, ThirdView};
pub use exchange::Exchange;
pub use fact::Fact;
pub use floor::FloorView;
pub use footing::{Door, Footing, MINUTES, Short, Stood, Storm, WAITING};
pub use input::{AgentAct, CallOut, Effect, Input, LeaderAct, Refused};
