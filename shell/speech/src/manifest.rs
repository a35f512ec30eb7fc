//! The list of what was recorded: `prompts/manifest.json`.

use std::path::Path;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Raised when the way from text to sound changes, so that everything is rendered again.
pub const RECIPE: u32 = 1;

#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Manifest {
    pub recipe: u32,
    pub sources: Vec<Source>,
    /// In order of name.
    pub clips: Vec<Entry>,
}

/// Where clips come from, and under which terms.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Source {
    pub id: String,
    pub model: String,
    pub licence: String,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Path below the prompts folder, without extension.
    pub name: String,
    /// Which of the sources made it.
    pub source: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub voice: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    pub duration_ms: u32,
    /// Of the whole file, in hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// Empty when there is no such file yet.
    pub fn read(path: &Path) -> anyhow::Result<Manifest> {
        match std::fs::read_to_string(path) {
            Ok(text) => serde_json::from_str(&text)
                .with_context(|| format!("{} is damaged: restore it from version control", path.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Manifest::default()),
            Err(error) => Err(error).with_context(|| format!("reading {}", path.display())),
        }
    }

    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        // Beside it first: an interrupted run must not leave half a list.
        let beside = path.with_extension("partial");
        std::fs::write(&beside, text)
            .and_then(|()| std::fs::rename(&beside, path))
            .with_context(|| format!("writing {}", path.display()))
    }

    pub fn clip(&self, name: &str) -> Option<&Entry> {
        self.clips.iter().find(|clip| clip.name == name)
    }
}

/// In hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
