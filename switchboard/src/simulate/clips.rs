//! What simulated people can say: the clips that the prompts' manifest lists below `callers/` and `agents/`.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use audio::Clip;
use serde::Deserialize;

use super::dice::Dice;

/// The voices of agents, in which every phrase of theirs was recorded.
const AGENT_VOICES: [&str; 3] = ["xiaoxiao", "yunxi", "xiaoyi"];

#[derive(Deserialize)]
struct Manifest {
    clips: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    name: String,
    #[serde(default)]
    duration_ms: u64,
}

/// Clips by name, each with how long it is.
#[derive(Clone, Debug, Default)]
pub struct Clips(BTreeMap<String, Duration>);

impl Clips {
    /// Those of the folder's manifest that are there as files.
    pub fn read(folder: &Path) -> Result<Clips> {
        let path = folder.join("manifest.json");
        let text = std::fs::read(&path).with_context(|| {
            format!("reading {}: give the prompts' folder with --prompts", path.display())
        })?;
        let manifest: Manifest =
            serde_json::from_slice(&text).with_context(|| format!("reading {}", path.display()))?;
        let said = |listed: &Listed| ["callers/", "agents/"].iter().any(|part| listed.name.starts_with(part));
        let there = |listed: &Listed| folder.join(format!("{}.wav", listed.name)).is_file();
        let clips = manifest.clips.into_iter().filter(|listed| said(listed) && there(listed));
        Ok(Clips(clips.map(|listed| (listed.name, Duration::from_millis(listed.duration_ms))).collect()))
    }

    /// Whether there is anything that callers can say.
    pub fn callers_speak(&self) -> bool {
        self.0.keys().any(|name| name.starts_with("callers/"))
    }

    /// An utterance of callers by its number, in any of its voices.
    pub fn caller(&self, dice: &mut Dice, which: u8) -> Option<(Clip, Duration)> {
        let begin = format!("callers/{which:02}_");
        let voices: Vec<_> = self.0.iter().filter(|(name, _)| name.starts_with(&begin)).collect();
        dice.pick(&voices).map(|(name, long)| (Clip::new(name), **long))
    }

    /// A phrase of agents, in this agent's voice if it has been recorded in it.
    pub fn agent(&self, agent: usize, what: &str) -> Option<(Clip, Duration)> {
        (0..AGENT_VOICES.len()).find_map(|next| {
            let voice = AGENT_VOICES[(agent + next) % AGENT_VOICES.len()];
            let name = format!("agents/{what}_{voice}");
            self.0.get(&name).map(|long| (Clip::new(&name), *long))
        })
    }

    #[cfg(test)]
    pub fn for_tests() -> Clips {
        let agents =
            ["greeting", "ask_account", "one_moment", "safety", "registered", "anything_else", "goodbye"];
        let agents = agents.iter().map(|what| format!("agents/{what}_xiaoxiao"));
        let callers = ["callers/19_yunxia".to_owned(), "callers/22_yunjian".to_owned()];
        Clips(agents.chain(callers).map(|name| (name, Duration::from_secs(2))).collect())
    }
}
