//! What a room wants said to a caller becomes clips at once: a recording, the spoken text, or a sentence made of what is
//! recorded anyway. Never nothing, and never later.

use std::time::Duration;

use audio::{Clip, Sound};
use ivr::Said as Told;

use crate::{Said, Speech};

/// One thing to be said.
#[derive(Clone, Debug)]
pub struct Words {
    /// Its id, and which wording it is: they stand in the call's record.
    pub subject: String,
    pub revision: u32,
    /// It concerns this caller, not everybody.
    pub own: bool,
    pub text: String,
    /// Spoken by a person: played in place of the text. The name of a file that never changes (`uploaded/…`).
    pub recorded: Option<Clip>,
    /// While the text is not spoken, or where it cannot be.
    pub otherwise: Vec<Sound>,
}

/// A short silence between two announcements.
const BETWEEN_MS: u32 = 400;

/// The clips of everything, in order; asks for what is not spoken yet, and waits for nothing.
pub async fn announced(speech: &Speech, all: Vec<Words>) -> Vec<Told> {
    let mut told = Vec::new();
    for words in all {
        let mut sounds = match &words.recorded {
            Some(clip) => vec![Sound::Clip(clip.clone())],
            None => match speech.say(&words.text).await {
                Said::Ready(clips) => clips.into_iter().map(|spoken| Sound::Clip(spoken.clip)).collect(),
                Said::Preparing | Said::Unavailable(_) => words.otherwise,
            },
        };
        if sounds.is_empty() {
            continue;
        }
        sounds.push(Sound::Silence { ms: BETWEEN_MS });
        told.push(Told { subject: words.subject, revision: words.revision, own: words.own, sounds });
    }
    told
}

/// Has texts spoken before anybody calls; whether all of them are there, or cannot be.
pub async fn prepare(speech: &Speech, texts: &[String], within: Duration) -> bool {
    let all = async {
        for text in texts {
            speech.wait(text, within).await;
        }
    };
    tokio::time::timeout(within, all).await.is_ok()
}
