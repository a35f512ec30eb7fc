//! The figures as a file: a line for each figure of each unit, kind or area, as the page shows them.

use std::collections::BTreeMap;

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use sheets::{ExportView, Exports, FileKind, Language, Rows, Wanted, Words};
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, ErrorBody, Json, Path, Period};

use crate::gather::gather;
use crate::rules::{By, Rate, Table};

/// The columns, by the keys of their words.
const COLUMNS: &[&str] =
    &["column.line", "column.code", "column.figure", "column.of", "column.out_of", "column.share"];

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportForm {
    format: FileKind,
    /// Of headings and words.
    #[serde(default)]
    language: Language,
    /// From this instant on (RFC 3339), and before that.
    from: String,
    to: String,
    #[serde(default)]
    by: By,
}

/// Begins an export of the figures of a period.
#[utoipa::path(post, path = "/api/statistics/exports", tag = "statistics", request_body = ExportForm,
    responses((status = 200, body = ExportView), (status = 409, body = ErrorBody)))]
pub async fn start(
    State(app): State<App>,
    Extension(exports): Extension<Exports>,
    actor: Actor,
    Json(form): Json<ExportForm>,
) -> Answer<ExportView> {
    let ExportForm { format, language, from, to, by } = form;
    let note = json!({ "from": from, "to": to, "by": by });
    let (from, to) = Period { from, to }.read()?;
    let words = Words::read(
        language,
        include_str!("../ui/messages/zh-CN.json"),
        include_str!("../ui/messages/en.json"),
    )?;
    let table = gather(&app, by, from, to).await?;
    let units = departments::all(&app.db).await?;
    let names: BTreeMap<String, String> =
        units.into_iter().map(|unit| (unit.id.to_string(), unit.name)).collect();
    let name = |key: Option<&str>| match (by, key) {
        (By::Unit, Some(id)) => names.get(id).cloned().unwrap_or_else(|| id.to_owned()),
        (By::Kind, Some(kind)) => words.get(&format!("kind.{kind}")),
        (By::Area, Some(area)) => area.to_owned(),
        (By::Unit, None) => words.get("no_unit"),
        (By::Kind | By::Area, None) => words.get("no_area"),
    };
    let rows = rows(&table, &words, language, &name);
    let headings = COLUMNS.iter().map(|key| words.get(key)).collect();
    let wanted = Wanted { kind: format, file: "statistics", sheet: words.get("title"), headings, note };
    let make = |out| push(rows, out);
    Ok(Json(exports.start(&app, &actor, wanted, make).await?))
}

async fn push(rows: Vec<Vec<String>>, mut out: Rows) -> anyhow::Result<()> {
    for row in rows {
        if !out.push(row).await {
            break;
        }
    }
    Ok(())
}

fn rows(
    table: &Table,
    words: &Words,
    language: Language,
    name: &dyn Fn(Option<&str>) -> String,
) -> Vec<Vec<String>> {
    let row = |line: &str, figure: &str, rate: Rate| {
        let code = figure.split('_').next().unwrap_or_default().to_uppercase();
        let share = rate.share.map_or_else(|| "—".to_owned(), |share| format!("{:.2}%", share * 100.0));
        let title = words.get(&format!("figure.{figure}"));
        vec![line.to_owned(), code, title, rate.of.to_string(), rate.out_of.to_string(), share]
    };
    let mut rows = Vec::new();
    let total = words.get("total");
    rows.extend(table.total.each().into_iter().filter_map(|(key, rate)| Some(row(&total, key, rate?))));
    for line in &table.lines {
        let name = name(line.key.as_deref());
        rows.extend(line.figures.each().into_iter().filter_map(|(key, rate)| Some(row(&name, key, rate?))));
    }
    for class in &table.classes {
        let title = match language {
            Language::English if !class.title.en.is_empty() => &class.title.en,
            _ => &class.title.zh,
        };
        let name = format!("{} {title}", class.code);
        rows.extend(
            [("k19", class.k19), ("k20", class.k20), ("k21", class.k21)]
                .map(|(key, rate)| row(&name, key, rate)),
        );
    }
    rows
}

/// One export with its progress.
#[utoipa::path(get, path = "/api/statistics/exports/{id}", tag = "statistics", params(("id" = String, Path)),
    responses((status = 200, body = ExportView)))]
pub async fn one(
    Extension(exports): Extension<Exports>,
    actor: Actor,
    Path(id): Path<i64>,
) -> Answer<ExportView> {
    Ok(Json(exports.view(&actor, id)?))
}

/// The file, for whoever asked for it.
#[utoipa::path(get, path = "/api/statistics/exports/{id}/file", tag = "statistics", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream")))]
pub async fn file(
    State(app): State<App>,
    Extension(exports): Extension<Exports>,
    actor: Actor,
    Path(id): Path<i64>,
) -> Result<Response, Error> {
    exports.file(&app, &actor, id).await
}
