//! Prompts: files become A-law in memory, loaded by a thread of their own so that no media thread ever waits for a disk.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::JoinHandle;

use audio::wav::{self, Format};
use audio::{Clip, g711};

/// Longer files are refused: an hour.
const BYTES_MAX: u64 = 8_000 * 3_600 * 2 + 4_096;
/// Prompts asked for and not loaded yet.
const WAITING_MAX: usize = 1_024;

/// The samples of a clip, once they are there. `None` in it: there is no such clip.
pub type Slot = Arc<OnceLock<Option<Arc<[u8]>>>>;

/// The cache of all prompts.
pub struct Prompts {
    cache: Mutex<Cache>,
    wanted: Mutex<Option<SyncSender<(Clip, Slot)>>>,
    bytes_max: usize,
}

#[derive(Default)]
struct Cache {
    clips: HashMap<Clip, Kept>,
    uses: u64,
}

struct Kept {
    slot: Slot,
    last_use: u64,
}

impl Prompts {
    pub fn start(dirs: Vec<PathBuf>, bytes_max: usize) -> anyhow::Result<(Arc<Prompts>, JoinHandle<()>)> {
        let (wanted, orders) = sync_channel(WAITING_MAX);
        let prompts =
            Arc::new(Prompts { cache: Mutex::default(), wanted: Mutex::new(Some(wanted)), bytes_max });
        let thread =
            std::thread::Builder::new().name("prompts".into()).spawn(move || load_all(&dirs, &orders))?;
        Ok((prompts, thread))
    }

    /// The clip's place in the cache; it is filled soon if it is not yet.
    pub fn get(&self, clip: &Clip) -> Slot {
        let mut cache = self.cache.lock().unwrap_or_else(|e| e.into_inner());
        cache.uses += 1;
        let now = cache.uses;
        if let Some(kept) = cache.clips.get_mut(clip) {
            // What was missing may have been uploaded since.
            if !matches!(kept.slot.get(), Some(None)) {
                kept.last_use = now;
                return kept.slot.clone();
            }
        }
        let slot = Slot::default();
        cache.clips.insert(clip.clone(), Kept { slot: slot.clone(), last_use: now });
        cache.make_room(self.bytes_max);
        drop(cache);
        let wanted = self.wanted.lock().unwrap_or_else(|e| e.into_inner());
        let sent = wanted.as_ref().is_some_and(|w| w.try_send((clip.clone(), slot.clone())).is_ok());
        if !sent {
            tracing::error!(
                clip = clip.name(),
                "too many prompts are waiting to be loaded; this one is skipped"
            );
            let _ = slot.set(None);
        }
        slot
    }

    /// The file has changed.
    pub fn forget(&self, clip: &Clip) {
        self.cache.lock().unwrap_or_else(|e| e.into_inner()).clips.remove(clip);
    }

    /// Ends the thread.
    pub fn stop(&self) {
        self.wanted.lock().unwrap_or_else(|e| e.into_inner()).take();
    }
}

impl Cache {
    fn make_room(&mut self, bytes_max: usize) {
        let size = |kept: &Kept| kept.slot.get().and_then(Option::as_ref).map_or(64, |samples| samples.len());
        let mut total: usize = self.clips.values().map(size).sum();
        while total > bytes_max {
            let Some(oldest) =
                self.clips.iter().min_by_key(|(_, k)| k.last_use).map(|(clip, _)| clip.clone())
            else {
                return;
            };
            total -= self.clips.remove(&oldest).as_ref().map_or(0, size);
        }
    }
}

fn load_all(dirs: &[PathBuf], orders: &Receiver<(Clip, Slot)>) {
    while let Ok((clip, slot)) = orders.recv() {
        let loaded = match load(dirs, &clip) {
            Ok(samples) => Some(samples),
            Err(error) => {
                tracing::warn!(clip = clip.name(), %error, "a prompt cannot be played");
                None
            }
        };
        let _ = slot.set(loaded);
    }
}

/// Why a clip has no samples.
#[derive(Debug, thiserror::Error)]
pub enum NoClip {
    #[error("a clip's name is a path below the prompts folder, without '..' and without extension")]
    Name,
    #[error("no file {name}.wav in {dirs}", dirs = .dirs.iter().map(|d| d.display().to_string()).collect::<Vec<_>>().join(", "))]
    NoFile { name: String, dirs: Vec<PathBuf> },
    #[error("cannot read {}: {error}", .path.display())]
    Io { path: PathBuf, error: std::io::Error },
    #[error("{}: {error}", .path.display())]
    Wav { path: PathBuf, error: wav::BadWav },
    #[error("{}: {channels} channel(s) at {rate_hz} Hz; make it mono at 8000 Hz, under an hour", .path.display())]
    Shape { path: PathBuf, channels: u16, rate_hz: u32 },
}

/// Reads `<dir>/<name>.wav` from the first folder that has it, as A-law.
pub fn load(dirs: &[PathBuf], clip: &Clip) -> Result<Arc<[u8]>, NoClip> {
    let name = clip.name();
    let tame = !name.is_empty()
        && name.len() <= 200
        && !name.contains(['\\', '\0'])
        && Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    if !tame {
        return Err(NoClip::Name);
    }
    for dir in dirs {
        let path = dir.join(format!("{name}.wav"));
        let io = |error| NoClip::Io { path: path.clone(), error };
        match std::fs::metadata(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(io(error)),
            Ok(meta) if meta.len() > BYTES_MAX => {
                return Err(NoClip::Shape { path, channels: 1, rate_hz: 8_000 });
            }
            Ok(_) => {}
        }
        let file = std::fs::read(&path).map_err(io)?;
        let sound = wav::read(&file).map_err(|error| NoClip::Wav { path: path.clone(), error })?;
        if (sound.channels, sound.rate_hz) != (1, 8_000) {
            return Err(NoClip::Shape { path, channels: sound.channels, rate_hz: sound.rate_hz });
        }
        return Ok(match sound.format {
            Format::Alaw => sound.data.into(),
            Format::Ulaw => sound.data.iter().map(|c| g711::ULAW_TO_ALAW[usize::from(*c)]).collect(),
            Format::Pcm16 => sound
                .data
                .as_chunks::<2>()
                .0
                .iter()
                .map(|bytes| g711::to_alaw(i16::from_le_bytes(*bytes)))
                .collect(),
        });
    }
    Err(NoClip::NoFile { name: name.into(), dirs: dirs.to_vec() })
}
