//! What an outage is, what may become of it, what the law wants of it, who hears of it and in which words. Pure.

pub mod act;
pub mod calls;
pub mod greeting;
pub mod limits;
pub mod notice_texts;
pub mod outage;
pub mod promised;
pub mod recorded;
pub mod settings;
pub mod spoken;
pub mod table;
pub mod take;
#[cfg(test)]
mod tests;

pub use greeting::{Heard, Segment};
pub use outage::{Area, Cause, Class, Crew, Moment, Outage, Place, Plan, Revision, State};
pub use settings::Settings;
pub use table::{Act, Asker, Refusal, Verb, allowed, decide};

/// Words as they are stored and as they go over the wire.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $case:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$of])* $case,)* }

        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$case),*];
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$case => $word),* }
            }
            pub fn of(word: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|one| one.as_str() == word)
            }
        }
    };
}
pub(crate) use words;
