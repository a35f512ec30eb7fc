//! What a room hands over to be part of the centre.

use std::sync::Arc;
use std::time::Duration;

use db::{Migrations, Subscription};
use futures::future::BoxFuture;
use kernel::Permission;

use crate::{App, LookUp, Routes, Source, Topic};

/// The manifest: everything the centre knows about a room, in one value.
pub struct Room {
    /// Folder, crate, table prefix, URL, permission and message key: one word.
    pub name: &'static str,
    pub migrations: Migrations,
    pub permissions: &'static [Permission],
    pub routes: Routes,
    /// What it pushes to browsers.
    pub topics: Vec<Topic>,
    /// What it does by the clock.
    pub jobs: Vec<Job>,
    /// What it hears of from other rooms.
    pub events: Vec<Subscription>,
    /// What it lets people find with the one search box.
    pub search: Vec<Source>,
    /// What it answers to menus while a caller is on the line.
    pub look_ups: Vec<LookUp>,
}

impl Room {
    /// A room with nothing but tables; the rest is set by field.
    pub fn new(name: &'static str, migrations: Migrations) -> Self {
        Room {
            name,
            migrations,
            permissions: &[],
            routes: Routes::new(),
            topics: Vec::new(),
            jobs: Vec::new(),
            events: Vec::new(),
            search: Vec::new(),
            look_ups: Vec::new(),
        }
    }
}

type Run = dyn Fn(App) -> BoxFuture<'static, anyhow::Result<()>> + Send + Sync;

/// Something done again and again. It must not matter if it is done twice.
#[derive(Clone)]
pub struct Job {
    pub name: &'static str,
    pub every: Duration,
    pub run: Arc<Run>,
}

impl Job {
    pub fn every<F, R>(name: &'static str, every: Duration, run: F) -> Self
    where
        F: Fn(App) -> R + Send + Sync + 'static,
        R: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        Job { name, every, run: Arc::new(move |app| Box::pin(run(app))) }
    }
}
