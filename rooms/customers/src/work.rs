//! Imports and exports at work: one import at a time, in the background, watched and stopped from outside.

pub mod export;
pub mod import;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};

use crate::rules::job::JobKind;

/// Where files stand, and what is at work now. A clone is the same.
#[derive(Clone)]
pub struct Work {
    folder: Arc<Path>,
    running: Arc<Mutex<BTreeMap<i64, Arc<Progress>>>>,
}

/// Seen while it runs.
#[derive(Debug)]
pub struct Progress {
    pub kind: JobKind,
    pub done: AtomicU64,
    /// 0 while it is not known.
    pub total: AtomicU64,
    stop: AtomicBool,
}

impl Progress {
    pub fn new(kind: JobKind) -> Progress {
        Progress { kind, done: AtomicU64::new(0), total: AtomicU64::new(0), stop: AtomicBool::new(false) }
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
    pub fn folder(&self) -> Result<&Path> {
        std::fs::create_dir_all(&self.folder)
            .with_context(|| format!("creating {}", self.folder.display()))?;
        Ok(&self.folder)
    }

    /// A job's file; the name is made here and never taken from a request.
    pub fn file(&self, id: i64, what: &'static str) -> PathBuf {
        self.folder.join(format!("{id}.{what}"))
    }

    pub fn progress(&self, id: i64) -> Option<Arc<Progress>> {
        self.lock().get(&id).cloned()
    }

    /// None while another of the kind is at work.
    pub fn begin(&self, id: i64, kind: JobKind) -> Option<Running> {
        let mut running = self.lock();
        if running.values().any(|progress| progress.kind == kind) {
            return None;
        }
        let progress = Arc::new(Progress::new(kind));
        running.insert(id, progress.clone());
        Some(Running { work: self.clone(), id, progress })
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<i64, Arc<Progress>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A job at work; dropped, it is over.
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
