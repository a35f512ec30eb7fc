//! The distributor: which waiting caller is offered to which agent, and what each agent is doing.
//!
//! Pure: driven by [`Input`]s and deadlines, answering with [`Effect`]s. `engines/exchange` owns one and moves the
//! legs; the simulator and the twin drive the same code.

#![forbid(unsafe_code)]

mod acd;
mod agent;
mod callers;
mod check;
mod choose;
mod configure;
mod desks;
mod estimate;
mod input;
mod overflow;
mod policy;
mod queue;
mod show;
mod storm;
#[cfg(test)]
mod tests;
mod views;
mod work;

pub use acd::Acd;
pub use agent::{Agent, Desk, Serves, Then};
pub use input::{
    DeskChange, Effect, Input, LeaveWhy, Next, OfferFailed, Overflowed, Refusal, Wanted, WithdrawWhy, reasons,
};
pub use policy::{AgentPolicy, Choose, Overflow, Policy, QueuePolicy, ReasonRule};
pub use storm::{Breaks, Helpers, Storm, Who};
pub use views::{CallerView, QueueView};
