//! Exports: masked for those who may export, whole for those who have the permission and say why.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use sheets::{ExportView, Exports, FileKind, Language, Wanted};
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, ErrorBody, Json, Path};

use super::view::Sight;
use crate::permissions::EXPORT_WHOLE;
use crate::rules::{Class, FlagKind, Refusal, Utility};
use crate::store::find::Filter;
use crate::work::export::{headings, rows, words};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportForm {
    format: FileKind,
    /// Of headings and words.
    #[serde(default)]
    language: Language,
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
    responses((status = 200, body = ExportView), (status = 409, body = ErrorBody)))]
pub async fn start(
    State(app): State<App>,
    Extension(exports): Extension<Exports>,
    actor: Actor,
    Json(form): Json<ExportForm>,
) -> Answer<ExportView> {
    let reason = form.reason.as_deref().map(str::trim).unwrap_or_default().to_owned();
    if form.whole {
        actor.must(EXPORT_WHOLE)?;
        if reason.is_empty() {
            return Err(Refusal::NeedsReason.into());
        }
    }
    // What was looked for may itself be a name or a number: whether, and not what, is kept.
    let note = json!({ "whole": form.whole, "reason": reason, "class": form.class, "utility": form.utility,
        "flag": form.flag, "archived": form.archived, "by_text": form.text.is_some() });
    let words = words(form.language)?;
    let (sheet, headings) = (words.get("title"), headings(&words));
    let wanted = Wanted { kind: form.format, file: "customers", sheet, headings, note };
    let filter = Filter {
        text: form.text,
        class: form.class,
        utility: form.utility,
        flag: form.flag,
        archived: form.archived,
        before: None,
    };
    let sight = if form.whole { Sight::Whole } else { Sight::Masked };
    let make = |out| rows(app.clone(), words, filter, sight, out);
    Ok(Json(exports.start(&app, &actor, wanted, make).await?))
}

/// One export with its progress.
#[utoipa::path(get, path = "/api/customers/exports/{id}", tag = "customers", params(("id" = String, Path)),
    responses((status = 200, body = ExportView)))]
pub async fn one(
    Extension(exports): Extension<Exports>,
    actor: Actor,
    Path(id): Path<i64>,
) -> Answer<ExportView> {
    Ok(Json(exports.view(&actor, id)?))
}

/// The file, for whoever asked for it.
#[utoipa::path(get, path = "/api/customers/exports/{id}/file", tag = "customers", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream")))]
pub async fn file(
    State(app): State<App>,
    Extension(exports): Extension<Exports>,
    actor: Actor,
    Path(id): Path<i64>,
) -> Result<Response, Error> {
    exports.file(&app, &actor, id).await
}
