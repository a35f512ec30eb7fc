//! Exports: asked for, watched, fetched. Who, what and how many rows is in the journal.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, ErrorBody, Json, Path};

use super::imports::{JobView, download, note, shown};
use super::view::Sight;
use crate::permissions::EXPORT_WHOLE;
use crate::rules::job::{Detail, Job, JobKind, JobState};
use crate::rules::{Class, FlagKind, Refusal, Utility};
use crate::store::find::Filter;
use crate::store::jobs;
use crate::work::export::{FileKind, run};
use crate::work::{Running, Work};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportForm {
    format: FileKind,
    text: Option<String>,
    class: Option<Class>,
    utility: Option<Utility>,
    flag: Option<FlagKind>,
    #[serde(default)]
    archived: bool,
    /// Names, numbers and addresses whole: needs its own permission and a reason.
    #[serde(default)]
    whole: bool,
    reason: Option<String>,
}

/// Begins an export of what these filters show.
#[utoipa::path(post, path = "/api/customers/exports", tag = "customers", request_body = ExportForm,
    responses((status = 200, body = JobView), (status = 409, body = ErrorBody)))]
pub async fn start(
    State(app): State<App>,
    Extension(work): Extension<Work>,
    actor: Actor,
    Json(form): Json<ExportForm>,
) -> Answer<JobView> {
    let reason = form.reason.as_deref().map(str::trim).unwrap_or_default().to_owned();
    if form.whole {
        actor.must(EXPORT_WHOLE)?;
        if reason.is_empty() {
            return Err(Refusal::NeedsReason.into());
        }
    }
    let id: i64 = app.id();
    work.folder()?;
    let running = work.begin(id, JobKind::Export).ok_or(Refusal::NotNow)?;
    let title = match form.format {
        FileKind::Csv => "customers.csv",
        FileKind::Xlsx => "customers.xlsx",
    };
    let (at, who) = (app.now(), actor.person);
    let job = Job {
        id,
        kind: JobKind::Export,
        state: JobState::Running,
        at,
        who,
        title: title.to_owned(),
        detail: Detail::default(),
    };
    let mut tx = app.db.begin().await?;
    jobs::add(&mut tx, &job).await?;
    tx.journal(note(&app, &actor, id, "export_started", json!({ "whole": form.whole, "reason": reason })));
    tx.commit().await?;
    let view = shown(&work, job.clone());
    let filter = Filter {
        text: form.text,
        class: form.class,
        utility: form.utility,
        flag: form.flag,
        archived: form.archived,
        before: None,
    };
    let sight = if form.whole { Sight::Whole } else { Sight::Masked };
    tokio::spawn(finish(app, work, actor, job, (filter, form.format, sight), running));
    Ok(Json(view))
}

async fn finish(
    app: App,
    work: Work,
    actor: Actor,
    mut job: Job,
    what: (Filter, FileKind, Sight),
    running: Running,
) {
    let (filter, kind, sight) = what;
    let path = work.file(job.id, "export");
    match run(&app, &filter, kind, sight, &path, &running.progress).await {
        Ok(rows) => {
            job.detail.counts.rows = rows;
            job.state = if running.progress.is_stopped() { JobState::Cancelled } else { JobState::Done };
        }
        Err(why) => {
            job.state = JobState::Failed;
            job.detail.failure = Some(format!("{why:#}"));
        }
    }
    let kept = async {
        let mut tx = app.db.begin().await?;
        jobs::save(&mut tx, &job).await?;
        let payload =
            json!({ "rows": job.detail.counts.rows, "state": job.state, "whole": sight == Sight::Whole });
        tx.journal(note(&app, &actor, job.id, "exported", payload));
        tx.commit().await
    };
    if let Err(failure) = kept.await {
        tracing::error!("the end of an export was not kept: {failure:#}");
    }
}

/// One export with its progress.
#[utoipa::path(get, path = "/api/customers/exports/{id}", tag = "customers", params(("id" = String, Path)),
    responses((status = 200, body = JobView)))]
pub async fn one(
    State(app): State<App>,
    Extension(work): Extension<Work>,
    actor: Actor,
    Path(id): Path<i64>,
) -> Answer<JobView> {
    Ok(Json(shown(&work, own(&app, &actor, id).await?)))
}

/// The file, for whoever asked for it.
#[utoipa::path(get, path = "/api/customers/exports/{id}/file", tag = "customers", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream")))]
pub async fn file(
    State(app): State<App>,
    Extension(work): Extension<Work>,
    actor: Actor,
    Path(id): Path<i64>,
) -> Result<Response, Error> {
    let job = own(&app, &actor, id).await?;
    let mut tx = app.db.begin().await?;
    tx.journal(note(&app, &actor, id, "export_fetched", json!({ "rows": job.detail.counts.rows })));
    tx.commit().await?;
    let (kind, name) = if job.title.ends_with("xlsx") {
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "customers.xlsx")
    } else {
        ("text/csv; charset=utf-8", "customers.csv")
    };
    download(&work.file(id, "export"), kind, name).await
}

async fn own(app: &App, actor: &Actor, id: i64) -> Result<Job, Error> {
    let job = jobs::one(&app.db, JobKind::Export, id).await?;
    job.filter(|job| job.who == actor.person).ok_or_else(Error::not_found)
}
