//! What this room has to be told about the centre it is in, and the names that follow from it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use audio::Clip;
use db::Db;
use futures::future::BoxFuture;
use ivr::Names;
use kernel::QueueId;
use kernel::calendar::Calendar;
use serde::Deserialize;
use speech::Speech;

use crate::store::prompts;
use crate::templates::Template;

/// The queues there are, by name. They are the calls room's, which stands a storey higher: it is asked through this.
pub type Queues =
    Arc<dyn Fn(Db) -> BoxFuture<'static, anyhow::Result<BTreeMap<String, QueueId>>> + Send + Sync>;

/// A clone is the same.
#[derive(Clone)]
pub struct Centre {
    pub calendar: Arc<Calendar>,
    pub queues: Queues,
    /// Prompts that come with the house.
    pub house: Arc<BTreeMap<String, HousePrompt>>,
    /// Uploaded prompts are written below it, as `uploaded/….wav`; the media core searches it too.
    pub prompts_dir: PathBuf,
    /// What menus may ask of rooms, by key, with what it is about.
    pub look_ups: Arc<BTreeMap<String, String>>,
    /// Flows that rooms bring along.
    pub templates: Arc<[Template]>,
    /// Has texts spoken.
    pub speech: Speech,
}

/// A prompt that is a file of the house.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HousePrompt {
    pub path: PathBuf,
    pub text: Option<String>,
    pub duration_ms: u64,
}

impl Centre {
    /// What names in flows mean now.
    pub async fn names(&self, db: &Db) -> anyhow::Result<Names> {
        let house = self.house.keys().map(|name| (name.clone(), Clip::new(name)));
        let mut prompts: BTreeMap<String, Clip> = house.collect();
        // An uploaded prompt wins: somebody has recorded it again.
        prompts.extend(prompts::all(db).await?.into_iter().map(|p| (p.name, clip_of(&p.hash))));
        Ok(Names {
            queues: (self.queues)(db.clone()).await.context("asking for the queues")?,
            prompts: Some(prompts),
            look_ups: Some(self.look_ups.keys().cloned().collect()),
            time_zone: self.calendar.zone().clone(),
            holidays: self.calendar.holidays().clone(),
        })
    }
}

/// The clip of an uploaded prompt: by its content, so that a new recording is never taken for the old one.
pub fn clip_of(hash: &str) -> Clip {
    Clip::new(&format!("uploaded/{}", hash.get(..32).unwrap_or(hash)))
}

/// Writes an uploaded prompt where the media core finds it.
pub async fn write_file(prompts_dir: &Path, hash: &str, wav: &[u8]) -> anyhow::Result<()> {
    let path = prompts_dir.join(format!("{}.wav", clip_of(hash).name()));
    if tokio::fs::try_exists(&path).await.unwrap_or(false) {
        return Ok(());
    }
    let failed = || format!("writing the prompt {}", path.display());
    let folder = path.parent().context("a prompt has a folder")?;
    tokio::fs::create_dir_all(folder).await.with_context(failed)?;
    // The media core must never see half a file.
    let half = path.with_extension("half");
    tokio::fs::write(&half, wav).await.with_context(failed)?;
    tokio::fs::rename(&half, &path).await.with_context(failed)
}

/// Writes every uploaded prompt whose file is missing: at start, and on a node where it was not uploaded.
pub async fn write_files(db: &Db, prompts_dir: &Path) -> anyhow::Result<()> {
    for prompt in prompts::all(db).await? {
        let path = prompts_dir.join(format!("{}.wav", clip_of(&prompt.hash).name()));
        if !tokio::fs::try_exists(&path).await.unwrap_or(false)
            && let Some(wav) = prompts::audio(db, prompt.id).await?
        {
            write_file(prompts_dir, &prompt.hash, &wav).await?;
        }
    }
    Ok(())
}

/// `manifest.json` beside the prompts of the house.
#[derive(Deserialize)]
struct Manifest {
    clips: Vec<ManifestClip>,
}

#[derive(Deserialize)]
struct ManifestClip {
    name: String,
    text: Option<String>,
    duration_ms: u64,
}

/// The prompts of the house: what the manifests in these folders list, the first folder winning.
///
/// # Errors
/// A folder that is not there: callers would hear nothing. What the manifest says cannot be read.
pub fn house_prompts(folders: &[PathBuf]) -> anyhow::Result<BTreeMap<String, HousePrompt>> {
    let mut house = BTreeMap::new();
    for folder in folders {
        anyhow::ensure!(
            folder.is_dir(),
            "there is no folder of recorded prompts at {}: start the program where its folder `prompts` lies, put that folder \
             beside the program, or say in the configuration file where it is (prompts = \"/…/prompts\")",
            std::path::absolute(folder).unwrap_or_else(|_| folder.clone()).display()
        );
        let path = folder.join("manifest.json");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error).with_context(|| format!("reading {}", path.display())),
        };
        let manifest: Manifest =
            serde_json::from_str(&text).with_context(|| format!("reading {}", path.display()))?;
        for clip in manifest.clips {
            let path = folder.join(format!("{}.wav", clip.name));
            let prompt = HousePrompt { path, text: clip.text, duration_ms: clip.duration_ms };
            house.entry(clip.name).or_insert(prompt);
        }
    }
    Ok(house)
}
