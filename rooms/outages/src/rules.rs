//! What an outage is, what may become of it, what the law wants of it, who hears of it and in which words. Pure.

pub mod act;
pub mod after;
pub mod calls;
pub mod figures;
pub mod greeting;
pub mod limits;
pub mod network;
pub mod news;
pub mod notice_texts;
pub mod outage;
pub mod personal;
pub mod promised;
pub mod recorded;
pub mod settings;
pub mod spoken;
pub mod table;
pub mod take;
#[cfg(test)]
mod tests;
pub mod told;

pub use greeting::{Heard, Segment};
pub use outage::{Area, Cause, Class, Crew, Moment, Outage, Place, Plan, Revision, State};
pub use settings::Settings;
pub use table::{Act, Asker, Refusal, Verb, allowed, decide};

pub(crate) use kernel::words;
