//! Imports: upload, agree on the columns, try, run, watch, stop, fetch what could not be taken.

use std::sync::atomic::Ordering;

use axum::Extension;
use axum::extract::{Multipart, State};
use axum::response::Response;
use db::Entry;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sheets::{Running, Trouble, Work};
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, ErrorBody, Json, Path, upload_error, upload_to};

use crate::rules::Refusal;
use crate::rules::columns::{Column, check};
use crate::rules::job::{Counts, Detail, Job, JobKind, JobState, Wrong};
use crate::rules::network_sheet;
use crate::store::jobs;
use crate::work::{import, network};

pub use sheets::BYTES_MAX;

/// An import as it is shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobView {
    id: String,
    state: JobState,
    #[schema(value_type = String, format = DateTime)]
    at: kernel::Timestamp,
    #[schema(value_type = String)]
    who: kernel::PersonId,
    title: String,
    /// Rows gone through so far, while it runs.
    done: Option<u64>,
    /// Its files are still there: it can be run, and the rows that could not be taken can be fetched.
    files: bool,
    #[serde(flatten)]
    detail: Detail,
}

fn shown(work: &Work, job: Job) -> JobView {
    let Job { id, kind: _, state, at, who, title, detail, files } = job;
    let done = work.progress(id).map(|progress| progress.done.load(Ordering::Relaxed));
    JobView { id: id.to_string(), state, at, who, title, done, files, detail }
}

/// The fields of an upload.
#[derive(ToSchema)]
#[allow(dead_code)]
pub struct UploadForm {
    #[schema(format = Binary)]
    file: String,
}

/// The imports of late.
#[utoipa::path(get, path = "/api/customers/imports", tag = "customers", responses((status = 200, body = Vec<JobView>)))]
pub async fn list(State(app): State<App>, Extension(work): Extension<Work>) -> Answer<Vec<JobView>> {
    list_of(&app, &work, JobKind::Customers).await
}

pub(super) async fn list_of(app: &App, work: &Work, kind: JobKind) -> Answer<Vec<JobView>> {
    let jobs = jobs::list(&app.db, kind).await?;
    Ok(Json(jobs.into_iter().map(|job| shown(work, job)).collect()))
}

/// Takes a file in and says what its columns seem to be.
#[utoipa::path(post, path = "/api/customers/imports", tag = "customers",
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 200, body = JobView), (status = 422, body = ErrorBody)))]
pub async fn upload(
    State(app): State<App>,
    Extension(work): Extension<Work>,
    actor: Actor,
    form: Multipart,
) -> Answer<JobView> {
    take_in(&app, &work, &actor, JobKind::Customers, form).await
}

pub(super) async fn take_in(
    app: &App,
    work: &Work,
    actor: &Actor,
    kind: JobKind,
    mut form: Multipart,
) -> Answer<JobView> {
    let id: i64 = app.id();
    work.folder()?;
    let path = work.file(id, "upload");
    let mut uploaded = None;
    while let Some(field) = form.next_field().await.map_err(|error| upload_error(&error, BYTES_MAX))? {
        if field.name() == Some("file") && uploaded.is_none() {
            uploaded = Some(upload_to(&path, field, BYTES_MAX).await?);
        }
    }
    let uploaded = uploaded.ok_or(Refusal::BadFile { why: "empty" })?;
    let read = path.clone();
    // A reader that panics on a hostile file ends only this thread.
    let preview = tokio::task::spawn_blocking(move || import::preview(&read, kind)).await;
    let detail = match preview {
        Ok(Ok(detail)) => detail,
        Ok(Err(why)) => {
            let _ = tokio::fs::remove_file(&path).await;
            let trouble = why.downcast_ref::<Trouble>().copied().ok_or(why)?;
            return Err(Refusal::BadFile { why: trouble.code() }.into());
        }
        Err(_) => {
            let _ = tokio::fs::remove_file(&path).await;
            return Err(Refusal::BadFile { why: Trouble::Damaged.code() }.into());
        }
    };
    let job = Job {
        id,
        kind,
        state: JobState::Uploaded,
        at: app.now(),
        who: actor.person,
        title: uploaded.name,
        detail,
        files: true,
    };
    let mut tx = app.db.begin().await?;
    jobs::add(&mut tx, &job).await?;
    let payload = json!({ "file": job.title, "sha256": uploaded.hash });
    tx.journal(note(app, actor, id, "import_uploaded", payload));
    tx.commit().await?;
    Ok(Json(shown(work, job)))
}

async fn load(app: &App, kind: JobKind, id: i64) -> Result<Job, Error> {
    jobs::one(&app.db, kind, id).await?.ok_or_else(Error::not_found)
}

/// One import with its progress.
#[utoipa::path(get, path = "/api/customers/imports/{id}", tag = "customers", params(("id" = String, Path)),
    responses((status = 200, body = JobView)))]
pub async fn one(
    State(app): State<App>,
    Extension(work): Extension<Work>,
    Path(id): Path<i64>,
) -> Answer<JobView> {
    one_of(&app, &work, JobKind::Customers, id).await
}

pub(super) async fn one_of(app: &App, work: &Work, kind: JobKind, id: i64) -> Answer<JobView> {
    Ok(Json(shown(work, load(app, kind, id).await?)))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunForm {
    /// What each column of the file is; null is left out.
    columns: Vec<Option<Column>>,
    /// Only try: counts and the error file, nothing is written.
    #[serde(default)]
    dry: bool,
}

/// Tries the import or does it, in the background.
#[utoipa::path(post, path = "/api/customers/imports/{id}/run", tag = "customers", params(("id" = String, Path)),
    request_body = RunForm, responses((status = 200, body = JobView), (status = 409, body = ErrorBody)))]
pub async fn run(
    State(app): State<App>,
    Extension(work): Extension<Work>,
    actor: Actor,
    Path(id): Path<i64>,
    Json(form): Json<RunForm>,
) -> Answer<JobView> {
    begin(&app, &work, actor, JobKind::Customers, id, form).await
}

pub(super) async fn begin(
    app: &App,
    work: &Work,
    actor: Actor,
    kind: JobKind,
    id: i64,
    form: RunForm,
) -> Answer<JobView> {
    match kind {
        JobKind::Customers => check(&form.columns)?,
        JobKind::Network => network_sheet::check(&form.columns).map(|_| ())?,
    }
    let mut job = load(app, kind, id).await?;
    if !job.files {
        return Err(Refusal::FileGone.into());
    }
    let running = work.begin(id, "import").ok_or(Refusal::ImportRunning)?;
    job.state = JobState::Running;
    job.detail.columns = form.columns;
    job.detail.failure = None;
    let mut tx = app.db.begin().await?;
    jobs::save(&mut tx, &job).await?;
    if !form.dry {
        tx.journal(note(app, &actor, id, "import_started", json!({ "file": job.title })));
    }
    tx.commit().await?;
    let view = shown(work, job.clone());
    tokio::spawn(finish(app.clone(), work.clone(), actor, job, form.dry, running));
    Ok(Json(view))
}

async fn finish(app: App, work: Work, actor: Actor, mut job: Job, dry: bool, running: Running) {
    let (file, errors) = (work.file(job.id, "upload"), work.file(job.id, "errors.csv"));
    let columns = job.detail.columns.clone();
    let plan = import::Plan { file: &file, errors: &errors, columns: &columns, who: actor.person, dry };
    let came: anyhow::Result<(Counts, Vec<Wrong>)> = match job.kind {
        JobKind::Customers => import::run(&app, &plan, &running.progress).await,
        JobKind::Network => network::run(&app, &plan, &running.progress).await,
    };
    match came {
        Ok((counts, problems)) => {
            job.detail.counts = counts;
            job.detail.problems = problems;
            job.state = match (running.progress.is_stopped(), dry) {
                (true, _) => JobState::Cancelled,
                (false, true) => JobState::Tried,
                (false, false) => JobState::Done,
            };
        }
        Err(why) => {
            job.state = JobState::Failed;
            job.detail.failure = Some(failure(&why).to_owned());
        }
    }
    if let Err(failure) = over(&app, &actor, &job, dry).await {
        tracing::error!("the end of an import was not kept: {failure:#}");
    }
}

/// What went wrong, as a word for the browser; what is not the file's fault goes to the log.
fn failure(why: &anyhow::Error) -> &'static str {
    why.downcast_ref::<Trouble>().map_or_else(
        || {
            tracing::error!("an import failed: {why:#}");
            "ours"
        },
        |trouble| trouble.code(),
    )
}

async fn over(app: &App, actor: &Actor, job: &Job, dry: bool) -> anyhow::Result<()> {
    let mut tx = app.db.begin().await?;
    jobs::save(&mut tx, job).await?;
    if !dry {
        let payload = json!({ "file": job.title, "state": job.state, "counts": job.detail.counts });
        tx.journal(note(app, actor, job.id, "imported", payload));
    }
    tx.commit().await
}

/// Stops it after the batch it is at; what was written stays, and the same file can be run again.
#[utoipa::path(post, path = "/api/customers/imports/{id}/cancel", tag = "customers", params(("id" = String, Path)),
    responses((status = 200, body = JobView), (status = 409, body = ErrorBody)))]
pub async fn cancel(
    State(app): State<App>,
    Extension(work): Extension<Work>,
    Path(id): Path<i64>,
) -> Answer<JobView> {
    stop(&app, &work, JobKind::Customers, id).await
}

pub(super) async fn stop(app: &App, work: &Work, kind: JobKind, id: i64) -> Answer<JobView> {
    let job = load(app, kind, id).await?;
    work.progress(id).ok_or(Refusal::NotNow)?.stop();
    Ok(Json(shown(work, job)))
}

/// The rows that could not be taken, with what to do, as CSV.
#[utoipa::path(get, path = "/api/customers/imports/{id}/errors", tag = "customers", params(("id" = String, Path)),
    responses((status = 200, content_type = "text/csv")))]
pub async fn errors(
    State(app): State<App>,
    Extension(work): Extension<Work>,
    Path(id): Path<i64>,
) -> Result<Response, Error> {
    errors_of(&app, &work, JobKind::Customers, id).await
}

pub(super) async fn errors_of(app: &App, work: &Work, kind: JobKind, id: i64) -> Result<Response, Error> {
    load(app, kind, id).await?;
    web::download(&work.file(id, "errors.csv"), "text/csv; charset=utf-8", "import-errors.csv").await
}

fn note(app: &App, actor: &Actor, id: i64, kind: &'static str, payload: serde_json::Value) -> Entry {
    Entry {
        at: app.now(),
        who: Some(actor.person),
        room: "customers",
        subject: format!("job_{id}"),
        kind,
        payload,
    }
}
