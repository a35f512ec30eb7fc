//! Somebody who is to be called, and what came of it.

use std::collections::BTreeMap;

use calls::{CalledOut, Pressed};
use exchange::line::EndCause;
use kernel::{AttemptId, CampaignId, TargetId, Timestamp, mask};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What somebody wrote beside a number, as it is shown: long numbers by their ends, and of names and homes the first character.
pub fn hidden(about: &str) -> String {
    let word = |word: &str| match word.is_ascii() && word.bytes().any(|byte| byte.is_ascii_digit()) {
        true => mask::in_text(word),
        false => mask::name(word),
    };
    about.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub id: TargetId,
    pub campaign: CampaignId,
    pub once: String,
    pub number: String,
    pub about: String,
    /// What the flow can say.
    pub known: BTreeMap<String, String>,
    pub stage: Stage,
    /// Of the last attempt.
    pub outcome: Option<Outcome>,
    pub tries: u32,
    /// No attempt before this.
    pub due: Timestamp,
    pub version: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Waiting,
    /// An attempt is being made.
    Calling,
    /// Nobody calls any more.
    Done,
}

impl Stage {
    pub fn word(self) -> &'static str {
        match self {
            Stage::Waiting => "waiting",
            Stage::Calling => "calling",
            Stage::Done => "done",
        }
    }

    pub fn parse(word: &str) -> Option<Stage> {
        [Stage::Waiting, Stage::Calling, Stage::Done].into_iter().find(|stage| stage.word() == word)
    }
}

/// What an attempt came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Answered and confirmed by a key, or spoke with an agent.
    Reached,
    /// Answered, and pressed nothing that counts.
    Answered,
    /// An answering machine.
    Voicemail,
    NoAnswer,
    Busy,
    /// Nobody has this number.
    WrongNumber,
    /// Would not answer.
    Declined,
    /// Switched off, or out of reach.
    Unreachable,
    /// The line was lost.
    Failed,
    /// The program died meanwhile: how far it rang, nobody knows.
    Interrupted,
    /// No dial rule allows the number.
    NotAllowed,
    /// Nobody is to be called any more.
    Withdrawn,
}

impl Outcome {
    pub const ALL: [Outcome; 12] = [
        Outcome::Reached,
        Outcome::Answered,
        Outcome::Voicemail,
        Outcome::NoAnswer,
        Outcome::Busy,
        Outcome::WrongNumber,
        Outcome::Declined,
        Outcome::Unreachable,
        Outcome::Failed,
        Outcome::Interrupted,
        Outcome::NotAllowed,
        Outcome::Withdrawn,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Outcome::Reached => "reached",
            Outcome::Answered => "answered",
            Outcome::Voicemail => "voicemail",
            Outcome::NoAnswer => "no_answer",
            Outcome::Busy => "busy",
            Outcome::WrongNumber => "wrong_number",
            Outcome::Declined => "declined",
            Outcome::Unreachable => "unreachable",
            Outcome::Failed => "failed",
            Outcome::Interrupted => "interrupted",
            Outcome::NotAllowed => "not_allowed",
            Outcome::Withdrawn => "withdrawn",
        }
    }

    pub fn parse(word: &str) -> Option<Outcome> {
        Outcome::ALL.into_iter().find(|outcome| outcome.word() == word)
    }

    /// Whether calling again could help.
    fn may_improve(self) -> bool {
        matches!(
            self,
            Outcome::Answered
                | Outcome::Voicemail
                | Outcome::NoAnswer
                | Outcome::Busy
                | Outcome::Declined
                | Outcome::Unreachable
                | Outcome::Failed
                | Outcome::Interrupted
        )
    }
}

/// One attempt as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    pub id: AttemptId,
    pub target: TargetId,
    pub at: Timestamp,
    pub outcome: Option<Outcome>,
    pub call: Option<kernel::CallId>,
    pub keys: Vec<Pressed>,
    pub ended: Option<Timestamp>,
}

/// How the call of an attempt ended.
pub type Ended = CalledOut;

/// What it came to, by the keys that count.
pub fn outcome(ended: &Ended, confirms: impl Fn(&str) -> bool) -> Outcome {
    let confirmed = ended.keys.iter().any(|pressed| confirms(&pressed.key));
    if ended.connected || (ended.answered && confirmed) {
        return Outcome::Reached;
    }
    if ended.machine {
        return Outcome::Voicemail;
    }
    if ended.interrupted {
        return Outcome::Interrupted;
    }
    if ended.answered {
        return Outcome::Answered;
    }
    match ended.cause {
        EndCause::NoAnswer => Outcome::NoAnswer,
        EndCause::Busy => Outcome::Busy,
        EndCause::NoSuchNumber => Outcome::WrongNumber,
        EndCause::Declined => Outcome::Declined,
        EndCause::Unreachable => Outcome::Unreachable,
        EndCause::FarEnd | EndCause::Ours | EndCause::Lost => Outcome::Failed,
    }
}

/// Whether somebody is called again after this.
pub fn again(outcome: Outcome, answered: bool, tries: u32, attempts: u8, again_without_key: bool) -> bool {
    let asked = match outcome {
        Outcome::Answered => again_without_key,
        // Whoever had answered when the program died is for a person to call.
        Outcome::Interrupted => !answered,
        outcome => outcome.may_improve(),
    };
    asked && tries < u32::from(attempts)
}
