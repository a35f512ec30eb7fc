//! How a call came out, in one word.

use serde::{Deserialize, Serialize};

/// How the call came out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// An agent answered.
    Answered,
    /// Hung up while waiting for a person.
    Abandoned,
    /// Never asked for a person and heard what was wanted.
    SelfServed,
    /// Never asked for a person and left the menu.
    LeftMenu,
    Voicemail,
    Callback,
    /// Was told that nobody can be reached.
    Message,
    /// Hung up before we answered; or we called, and nobody answered.
    NotAnswered,
}

impl Outcome {
    pub const ALL: [Outcome; 8] = [
        Outcome::Answered,
        Outcome::Abandoned,
        Outcome::SelfServed,
        Outcome::LeftMenu,
        Outcome::Voicemail,
        Outcome::Callback,
        Outcome::Message,
        Outcome::NotAnswered,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Answered => "answered",
            Outcome::Abandoned => "abandoned",
            Outcome::SelfServed => "self_served",
            Outcome::LeftMenu => "left_menu",
            Outcome::Voicemail => "voicemail",
            Outcome::Callback => "callback",
            Outcome::Message => "message",
            Outcome::NotAnswered => "not_answered",
        }
    }

    pub fn parse(text: &str) -> Option<Outcome> {
        Self::ALL.into_iter().find(|result| result.as_str() == text)
    }
}
