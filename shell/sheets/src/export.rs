//! Exports: asked for, watched, fetched by whoever asked. Who, what and how many rows is in the journal.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use axum::response::Response;
use db::Entry;
use futures::future::BoxFuture;
use kernel::{IdMint, PersonId, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use utoipa::ToSchema;
use web::{Actor, App, Error, Status};

use crate::work::{KEPT, Progress, Running, Work};
use crate::write::{FileKind, ROWS_MAX, Sheet};

const KIND: &str = "export";

/// The exports of one room; a clone is the same. They are known as long as the process lives; what one before left behind is
/// cleaned away.
#[derive(Clone)]
pub struct Exports {
    room: &'static str,
    work: Work,
    known: Arc<Mutex<BTreeMap<i64, Export>>>,
}

#[derive(Clone, Debug)]
struct Export {
    who: PersonId,
    at: Timestamp,
    kind: FileKind,
    file: &'static str,
    state: ExportState,
    rows: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportState {
    Running,
    Done,
    Failed,
}

/// An export as it is shown.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ExportView {
    id: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    state: ExportState,
    /// Written so far.
    rows: u64,
    /// There was more than a sheet holds: narrow it down.
    cut: bool,
}

/// What somebody wants.
pub struct Wanted {
    pub kind: FileKind,
    /// What the file is called, without its ending.
    pub file: &'static str,
    /// What the sheet is called.
    pub sheet: String,
    pub headings: Vec<String>,
    /// For the journal: by which filters, masked or not, and why.
    pub note: Value,
}

/// Where rows go; they are written on a thread of their own, and whoever makes them waits for it.
pub struct Rows {
    send: mpsc::Sender<Vec<String>>,
    progress: Arc<Progress>,
    sent: u64,
}

impl Rows {
    /// False when no more is wanted: it was stopped, is full, or the disk is.
    pub async fn push(&mut self, row: Vec<String>) -> bool {
        if self.sent >= ROWS_MAX || self.progress.is_stopped() || self.send.send(row).await.is_err() {
            return false;
        }
        self.sent += 1;
        true
    }
}

impl Exports {
    pub fn new(room: &'static str, work: Work) -> Exports {
        Exports { room, work, known: Arc::default() }
    }

    /// Begins an export: `make` pushes the rows, in the background.
    ///
    /// # Errors
    /// Refused while another export of the room runs.
    pub async fn start<F>(
        &self,
        app: &App,
        actor: &Actor,
        wanted: Wanted,
        make: impl FnOnce(Rows) -> F,
    ) -> std::result::Result<ExportView, Error>
    where
        F: Future<Output = Result<()>> + Send + 'static,
    {
        let id: i64 = app.id();
        self.work.folder()?;
        let running =
            self.work.begin(id, KIND).ok_or_else(|| Error::refused(Status::Conflict, "export_running"))?;
        let (at, who, kind, file) = (app.now(), actor.person, wanted.kind, wanted.file);
        let mut tx = app.db.begin().await?;
        tx.journal(self.entry(at, who, id, "export_started", wanted.note));
        tx.commit().await?;
        let export = Export { who, at, kind, file, state: ExportState::Running, rows: 0 };
        self.lock().insert(id, export);
        let (send, receive) = mpsc::channel(256);
        let path = self.work.file(id, KIND);
        let progress = running.progress.clone();
        let (sheet, headings) = (wanted.sheet, wanted.headings);
        let writer =
            tokio::task::spawn_blocking(move || write(path, kind, &sheet, &headings, receive, &progress));
        let making = make(Rows { send, progress: running.progress.clone(), sent: 0 });
        tokio::spawn(self.clone().finish(app.clone(), running, who, making, writer));
        self.view(actor, id)
    }

    async fn finish(
        self,
        app: App,
        running: Running,
        who: PersonId,
        making: impl Future<Output = Result<()>>,
        writer: tokio::task::JoinHandle<Result<()>>,
    ) {
        let made = making.await;
        let written = writer.await.context("the writer broke").and_then(|written| written);
        let rows = running.progress.done.load(Ordering::Relaxed);
        let state = match made.and(written) {
            Ok(()) => ExportState::Done,
            Err(failure) => {
                tracing::error!("an export failed: {failure:#}");
                let _ = tokio::fs::remove_file(self.work.file(running.id, KIND)).await;
                ExportState::Failed
            }
        };
        let noted = async {
            let mut tx = app.db.begin().await?;
            tx.journal(self.entry(
                app.now(),
                who,
                running.id,
                "exported",
                json!({ "rows": rows, "state": state }),
            ));
            tx.commit().await
        };
        if let Err(failure) = noted.await {
            tracing::error!("the end of an export was not kept: {failure:#}");
        }
        if let Some(export) = self.lock().get_mut(&running.id) {
            (export.state, export.rows) = (state, rows);
        }
    }

    /// One export with its progress, for whoever asked for it.
    ///
    /// # Errors
    /// Not found, also when it is somebody else's or too old.
    pub fn view(&self, actor: &Actor, id: i64) -> std::result::Result<ExportView, Error> {
        let export = self.own(actor, id)?;
        let so_far = self.work.progress(id).map(|progress| progress.done.load(Ordering::Relaxed));
        let rows = so_far.unwrap_or(export.rows);
        let (at, state) = (export.at, export.state);
        Ok(ExportView { id: id.to_string(), at, state, rows, cut: rows >= ROWS_MAX })
    }

    /// The file, for whoever asked for it.
    ///
    /// # Errors
    /// Not found, also when it is not ready.
    pub async fn file(&self, app: &App, actor: &Actor, id: i64) -> std::result::Result<Response, Error> {
        let export = self.own(actor, id)?;
        if export.state != ExportState::Done {
            return Err(Error::not_found());
        }
        let mut tx = app.db.begin().await?;
        let note = json!({ "rows": export.rows });
        tx.journal(self.entry(app.now(), actor.person, id, "export_fetched", note));
        tx.commit().await?;
        let name = format!("{}.{}", export.file, export.kind.ending());
        web::download(&self.work.file(id, KIND), export.kind.mime(), &name).await
    }

    /// Takes files away that have stood long enough, and those whose export is no longer known; to be called by the clock.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub async fn clean(&self, now: Timestamp) -> Result<usize> {
        let exports = self.clone();
        tokio::task::spawn_blocking(move || {
            exports.lock().retain(|id, _| now.since(IdMint::minted_at(*id)) <= KEPT);
            exports.work.clean(now, |id, what| what == KIND && !exports.lock().contains_key(&id))
        })
        .await?
    }

    /// [`Exports::clean`] as the job of a room.
    pub fn cleaning(&self) -> impl Fn(App) -> BoxFuture<'static, Result<()>> + Send + Sync + use<> {
        let exports = self.clone();
        move |app: App| {
            let exports = exports.clone();
            Box::pin(async move { exports.clean(app.now()).await.map(|_| ()) })
        }
    }

    fn own(&self, actor: &Actor, id: i64) -> std::result::Result<Export, Error> {
        let export = self.lock().get(&id).cloned();
        export.filter(|export| export.who == actor.person).ok_or_else(Error::not_found)
    }

    fn entry(&self, at: Timestamp, who: PersonId, id: i64, kind: &'static str, payload: Value) -> Entry {
        Entry { at, who: Some(who), room: self.room, subject: format!("job_{id}"), kind, payload }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<i64, Export>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn write(
    path: PathBuf,
    kind: FileKind,
    sheet: &str,
    headings: &[String],
    mut rows: mpsc::Receiver<Vec<String>>,
    progress: &Progress,
) -> Result<()> {
    let mut file = Sheet::create(kind, &path, sheet, headings)?;
    while let Some(row) = rows.blocking_recv() {
        file.row(&row)?;
        progress.done.fetch_add(1, Ordering::Relaxed);
    }
    file.finish()
}
