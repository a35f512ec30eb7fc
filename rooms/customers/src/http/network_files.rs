//! The network as files: brought in like customers are, and written out.

use axum::Extension;
use axum::extract::{Multipart, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use sheets::{ExportView, Exports, FileKind, Language, Wanted, Work};
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, ErrorBody, Json, Path};

use super::imports::{self, JobView, RunForm, UploadForm};
use crate::rules::job::JobKind;
use crate::work::export::words;
use crate::work::network::{Which, headings, rows};

/// The imports of the network of late.
#[utoipa::path(get, path = "/api/customers/network/imports", tag = "customers", responses((status = 200, body = Vec<JobView>)))]
pub async fn list(State(app): State<App>, Extension(work): Extension<Work>) -> Answer<Vec<JobView>> {
    imports::list_of(&app, &work, JobKind::Network).await
}

/// Takes in a sheet of elements, or of accounts with what they hang below; which one it is its columns say.
#[utoipa::path(post, path = "/api/customers/network/imports", tag = "customers",
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 200, body = JobView), (status = 422, body = ErrorBody)))]
pub async fn upload(
    State(app): State<App>,
    Extension(work): Extension<Work>,
    actor: Actor,
    form: Multipart,
) -> Answer<JobView> {
    imports::take_in(&app, &work, &actor, JobKind::Network, form).await
}

/// One import with its progress.
#[utoipa::path(get, path = "/api/customers/network/imports/{id}", tag = "customers", params(("id" = String, Path)),
    responses((status = 200, body = JobView)))]
pub async fn one(
    State(app): State<App>,
    Extension(work): Extension<Work>,
    Path(id): Path<i64>,
) -> Answer<JobView> {
    imports::one_of(&app, &work, JobKind::Network, id).await
}

/// Tries the import or does it, in the background.
#[utoipa::path(post, path = "/api/customers/network/imports/{id}/run", tag = "customers", params(("id" = String, Path)),
    request_body = RunForm, responses((status = 200, body = JobView), (status = 409, body = ErrorBody)))]
pub async fn run(
    State(app): State<App>,
    Extension(work): Extension<Work>,
    actor: Actor,
    Path(id): Path<i64>,
    Json(form): Json<RunForm>,
) -> Answer<JobView> {
    imports::begin(&app, &work, actor, JobKind::Network, id, form).await
}

/// Stops it after the batch it is at.
#[utoipa::path(post, path = "/api/customers/network/imports/{id}/cancel", tag = "customers", params(("id" = String, Path)),
    responses((status = 200, body = JobView), (status = 409, body = ErrorBody)))]
pub async fn cancel(
    State(app): State<App>,
    Extension(work): Extension<Work>,
    Path(id): Path<i64>,
) -> Answer<JobView> {
    imports::stop(&app, &work, JobKind::Network, id).await
}

/// The rows that could not be taken, with what to do, as CSV.
#[utoipa::path(get, path = "/api/customers/network/imports/{id}/errors", tag = "customers", params(("id" = String, Path)),
    responses((status = 200, content_type = "text/csv")))]
pub async fn errors(
    State(app): State<App>,
    Extension(work): Extension<Work>,
    Path(id): Path<i64>,
) -> Result<Response, Error> {
    imports::errors_of(&app, &work, JobKind::Network, id).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NetworkExportForm {
    format: FileKind,
    #[serde(default)]
    language: Language,
    /// Elements, or accounts by number with what they hang below.
    which: Which,
}

/// Begins an export of the network: a table that can be brought in again.
#[utoipa::path(post, path = "/api/customers/network/exports", tag = "customers", request_body = NetworkExportForm,
    responses((status = 200, body = ExportView), (status = 409, body = ErrorBody)))]
pub async fn export(
    State(app): State<App>,
    Extension(exports): Extension<Exports>,
    actor: Actor,
    Json(form): Json<NetworkExportForm>,
) -> Answer<ExportView> {
    let words = words(form.language)?;
    let note = json!({ "network": form.which });
    let wanted = Wanted {
        kind: form.format,
        file: match form.which {
            Which::Elements => "network-elements",
            Which::Attachments => "network-accounts",
        },
        sheet: words.get("network.title"),
        headings: headings(&words, form.which),
        note,
    };
    let make = |out| rows(app.clone(), words, form.which, out);
    Ok(Json(exports.start(&app, &actor, wanted, make).await?))
}

/// One export with its progress.
#[utoipa::path(get, path = "/api/customers/network/exports/{id}", tag = "customers", params(("id" = String, Path)),
    responses((status = 200, body = ExportView)))]
pub async fn export_one(
    Extension(exports): Extension<Exports>,
    actor: Actor,
    Path(id): Path<i64>,
) -> Answer<ExportView> {
    Ok(Json(exports.view(&actor, id)?))
}

/// The file, for whoever asked for it.
#[utoipa::path(get, path = "/api/customers/network/exports/{id}/file", tag = "customers", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream")))]
pub async fn export_file(
    State(app): State<App>,
    Extension(exports): Extension<Exports>,
    actor: Actor,
    Path(id): Path<i64>,
) -> Result<Response, Error> {
    exports.file(&app, &actor, id).await
}
