//! Long work with files: who is at work, how far, told to stop; and which files have stood long enough.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use kernel::{IdMint, Timestamp};

/// A file is taken away this long after its work was begun: it holds what people wanted once, and personal data.
pub const KEPT: Duration = Duration::from_secs(24 * 3600);

/// Where files stand, and what is at work now. A clone is the same.
#[derive(Clone)]
pub struct Work {
    folder: Arc<Path>,
    running: Arc<Mutex<BTreeMap<i64, Arc<Progress>>>>,
}

/// Seen while it runs.
#[derive(Debug)]
pub struct Progress {
    kind: &'static str,
    pub done: AtomicU64,
    stop: AtomicBool,
}

impl Progress {
    pub fn new(kind: &'static str) -> Progress {
        Progress { kind, done: AtomicU64::new(0), stop: AtomicBool::new(false) }
    }
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

impl Work {
    /// `folder` is made when something comes into it.
    pub fn new(folder: PathBuf) -> Work {
        Work { folder: folder.into(), running: Arc::default() }
    }

    /// Made if it is missing.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn folder(&self) -> Result<&Path> {
        std::fs::create_dir_all(&self.folder)
            .with_context(|| format!("creating {}", self.folder.display()))?;
        Ok(&self.folder)
    }

    /// A file of the work with this id; the name is made here and never taken from a request.
    pub fn file(&self, id: i64, what: &'static str) -> PathBuf {
        self.folder.join(format!("{id}.{what}"))
    }

    pub fn progress(&self, id: i64) -> Option<Arc<Progress>> {
        self.lock().get(&id).cloned()
    }

    /// None while another of the kind is at work.
    pub fn begin(&self, id: i64, kind: &'static str) -> Option<Running> {
        let mut running = self.lock();
        if running.values().any(|progress| progress.kind == kind) {
            return None;
        }
        let progress = Arc::new(Progress::new(kind));
        running.insert(id, progress.clone());
        Some(Running { work: self.clone(), id, progress })
    }

    /// Takes away every file whose work was begun more than [`KEPT`] ago, and those that `lost` says belong to nobody; never one
    /// that is being worked on. Blocks; returns how many went.
    ///
    /// # Errors
    /// When the folder cannot be read; a file that cannot be taken away stays for the next time.
    pub fn clean(&self, now: Timestamp, lost: impl Fn(i64, &str) -> bool) -> Result<usize> {
        let entries = match std::fs::read_dir(&self.folder) {
            Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => return Ok(0),
            entries => entries.with_context(|| format!("reading {}", self.folder.display()))?,
        };
        let mut gone = 0;
        for entry in entries {
            let entry = entry.with_context(|| format!("reading {}", self.folder.display()))?;
            let name = entry.file_name();
            let parts = name.to_str().and_then(|name| name.split_once('.'));
            let Some((id, what)) = parts.and_then(|(id, what)| Some((id.parse().ok()?, what))) else {
                continue;
            };
            if self.progress(id).is_some() || !(is_over(id, now) || lost(id, what)) {
                continue;
            }
            match std::fs::remove_file(entry.path()) {
                Ok(()) => gone += 1,
                Err(failure) => {
                    tracing::warn!("{} cannot be taken away: {failure}", entry.path().display());
                }
            }
        }
        Ok(gone)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<i64, Arc<Progress>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_over(id: i64, now: Timestamp) -> bool {
    now.since(IdMint::minted_at(id)) > KEPT
}

/// Work that goes on; dropped, it is over.
pub struct Running {
    work: Work,
    pub id: i64,
    pub progress: Arc<Progress>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.work.lock().remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_and_lost_files_go_and_others_stay() {
        let dir = tempfile::tempdir().expect("a folder");
        let work = Work::new(dir.path().to_owned());
        let mint = IdMint::new(1);
        let hour = |hours: u64| Timestamp::from_secs(1_767_600_000) + Duration::from_secs(hours * 3600);
        let [old, busy, lost, young]: [i64; 4] =
            [mint.mint(hour(0)), mint.mint(hour(0)), mint.mint(hour(20)), mint.mint(hour(20))];
        for (id, what) in
            [(old, "upload"), (old, "errors.csv"), (busy, "upload"), (lost, "export"), (young, "upload")]
        {
            std::fs::write(work.file(id, what), "personal").expect("written");
        }
        std::fs::write(dir.path().join("README"), "not ours").expect("written");
        let _running = work.begin(busy, "import").expect("nobody else");
        let clean =
            |hours: u64| work.clean(hour(hours), |id, what| id == lost && what == "export").expect("cleaned");
        assert_eq!(clean(24), 1, "the lost one; the old ones are just a day old");
        assert_eq!(clean(25), 2);
        assert_eq!(clean(25), 0);
        let left = std::fs::read_dir(dir.path()).expect("the folder").count();
        assert_eq!(left, 3, "what is worked on, what is young, what is not ours");
        assert_eq!(Work::new(dir.path().join("none")).clean(hour(99), |_, _| true).expect("no folder"), 0);
    }
}
