//! Opening the index, building it when there is none, and following the rooms' events.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use tracing::info;
use web::{App, Source};

use crate::index::Opened;
use crate::terms::Cutter;

/// Things read and taken in at a time.
const PAGE: i64 = 1_000;
/// Events of others that are passed over before the place is written down.
const IDLE: usize = 100;

/// The sources and their index.
pub struct Search {
    folder: PathBuf,
    /// Begins the name of this node's followers.
    family: String,
    pub(crate) sources: Arc<[Source]>,
    pub(crate) cutter: Arc<Cutter>,
    state: Mutex<State>,
}

#[derive(Clone)]
pub(crate) enum State {
    /// How far building has come, in per cent.
    Building(u8),
    Ready(Arc<Opened>),
}

impl Search {
    pub fn new(folder: PathBuf, node: u8, sources: Vec<Source>) -> Search {
        Search {
            folder,
            family: format!("search.{node}."),
            sources: sources.into(),
            cutter: Arc::default(),
            state: Mutex::new(State::Building(0)),
        }
    }

    pub(crate) fn state(&self) -> State {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, state: State) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }

    /// Brings the index up to what the rooms have; builds it first where there is none that fits.
    pub async fn keep(&self, app: &App) -> Result<()> {
        let open = match self.state() {
            State::Ready(open) => open,
            State::Building(_) => match self.open(app).await? {
                Some(open) => open,
                None => self.build(app).await?,
            },
        };
        self.set(State::Ready(open.clone()));
        if !self.follow(app, &open).await? {
            // Another database than the one it was built from.
            self.set(State::Building(0));
        }
        Ok(())
    }

    async fn open(&self, app: &App) -> Result<Option<Arc<Opened>>> {
        let (folder, sources) = (self.folder.clone(), self.sources.clone());
        let opened = tokio::task::spawn_blocking(move || Opened::at(&folder, &sources)).await?;
        let open = match opened {
            Ok(Some(open)) => open,
            Ok(None) => return Ok(None),
            Err(broken) => {
                info!("the search index is built anew: {broken:#}");
                return Ok(None);
            }
        };
        let known = app.db.follow(&open.follower, &[]).await?.is_some();
        Ok(known.then(|| Arc::new(open)))
    }

    async fn build(&self, app: &App) -> Result<Arc<Opened>> {
        let begun = app.now();
        let follower = format!("{}{}", self.family, app.id::<i64>());
        // Following begins before reading, so that no change falls between.
        app.db.new_follower(&self.family, &follower).await?;
        let mut total = 0;
        for source in self.sources.iter() {
            total += (source.count)(app.clone()).await?.max(0);
        }
        let (folder, sources) = (self.folder.clone(), self.sources.clone());
        let open = tokio::task::spawn_blocking(move || Opened::create(&folder, &sources, follower)).await??;
        let open = Arc::new(open);
        let mut done: i64 = 0;
        for (at, source) in self.sources.iter().enumerate() {
            let mut after = Some(0);
            while let Some(from) = after {
                let (things, next) = (source.page)(app.clone(), from, PAGE).await?;
                done += PAGE;
                let (open, cutter, sources) = (open.clone(), self.cutter.clone(), self.sources.clone());
                tokio::task::spawn_blocking(move || open.put(&cutter, &sources, at, &things, true)).await??;
                let percent = (done * 99).checked_div(total).unwrap_or(0).clamp(0, 99);
                self.set(State::Building(u8::try_from(percent).unwrap_or(99)));
                after = next;
            }
        }
        let kept = open.clone();
        tokio::task::spawn_blocking(move || kept.commit()).await??;
        let seconds = app.now().since(begun).as_secs_f32();
        info!("the search index holds {} things, built within {seconds:.1} s", open.documents());
        Ok(open)
    }

    /// Takes in what has happened since the last commit. False when the database does not know this index.
    async fn follow(&self, app: &App, open: &Arc<Opened>) -> Result<bool> {
        let kinds: Vec<&str> = self.sources.iter().flat_map(|source| source.kinds).copied().collect();
        loop {
            let Some(news) = app.db.follow(&open.follower, &kinds).await? else { return Ok(false) };
            if news.events.is_empty() && news.passed < IDLE {
                return Ok(true);
            }
            for (at, source) in self.sources.iter().enumerate() {
                let mut ids: Vec<i64> = Vec::new();
                for event in news.events.iter().filter(|event| source.kinds.contains(&event.kind.as_str())) {
                    ids.extend((source.touched)(event).with_context(|| format!("reading {}", event.kind))?);
                }
                ids.sort_unstable();
                ids.dedup();
                for chunk in ids.chunks(PAGE as usize) {
                    let things = (source.some)(app.clone(), chunk.to_vec()).await?;
                    let found: BTreeSet<i64> = things.iter().map(|thing| thing.id).collect();
                    let gone: Vec<i64> = chunk.iter().copied().filter(|id| !found.contains(id)).collect();
                    let (open, cutter, sources) = (open.clone(), self.cutter.clone(), self.sources.clone());
                    tokio::task::spawn_blocking(move || {
                        if let Some(source) = sources.get(at) {
                            open.remove(source, &gone);
                        }
                        open.put(&cutter, &sources, at, &things, false)
                    })
                    .await??;
                }
            }
            if !news.events.is_empty() {
                let kept = open.clone();
                tokio::task::spawn_blocking(move || kept.commit()).await??;
            }
            app.db.followed(&open.follower, news.last).await?;
            // What came meanwhile is kept the next time, with what comes until then.
            if !news.more {
                return Ok(true);
            }
        }
    }
}
