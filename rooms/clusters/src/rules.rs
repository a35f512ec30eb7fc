//! From which place more people call than by chance, and what becomes of such a proposal. Pure.

pub mod explain;
pub mod finder;
pub mod proposal;
pub mod reading;
pub mod settings;
pub mod signal;
pub mod tail;
#[cfg(test)]
mod tests;

pub use finder::{Change, Finder, Moment, Open, Test};
pub use proposal::{Act, Asker, Decision, Proposal, Refusal, State};
pub use settings::Settings;
pub use signal::{Key, Place, PlaceKind, Says, Signal, Source};
