//! Records as a file: those one may see, as the list shows them, numbers and addresses masked.

use db::config;
use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use kernel::calendar::Calendar;
use kernel::{PersonId, Timestamp};
use serde::Deserialize;
use serde_json::json;
use sheets::{ExportView, Exports, FileKind, Language, Rows, Wanted, Words};
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, ErrorBody, Json, Path};

use super::found::{Search, place};
use super::records::listed;
use super::views::{RecordView, scope};
use crate::rules::{self, FieldKind, Tree};
use crate::store::found::{self, Filter, Scope};

/// Records read at a time.
const PAGE: i64 = if cfg!(test) { 2 } else { 500 };

/// The columns, by the keys of their words.
const COLUMNS: &[&str] = &[
    "column.at",
    "column.direction",
    "column.number",
    "column.agent_number",
    "column.agent",
    "desk.reason",
    "column.code",
    "desk.result",
    "column.state",
    "column.fields",
    "desk.notes",
    "column.completed",
    "column.call",
];

#[derive(Debug, Deserialize, ToSchema)]
pub struct ExportForm {
    format: FileKind,
    /// Of headings and words.
    #[serde(default)]
    language: Language,
    #[serde(flatten)]
    search: Search,
}

/// Begins an export of what these filters show.
#[utoipa::path(post, path = "/api/interactions/exports", tag = "interactions", request_body = ExportForm,
    responses((status = 200, body = ExportView), (status = 409, body = ErrorBody)))]
pub async fn start(
    State(app): State<App>,
    Extension(exports): Extension<Exports>,
    Extension(calendar): Extension<Arc<Calendar>>,
    actor: Actor,
    Json(form): Json<ExportForm>,
) -> Answer<ExportView> {
    let filter = form.search.filter()?;
    let words = Words::read(
        form.language,
        include_str!("../../ui/messages/zh-CN.json"),
        include_str!("../../ui/messages/en.json"),
    )?;
    let search = &form.search;
    let note = json!({ "agent": search.agent, "reason": search.reason, "result": search.result, "state": search.state,
        "overdue": search.overdue, "from": search.from, "to": search.to });
    let headings = COLUMNS.iter().map(|key| words.get(key)).collect();
    let wanted = Wanted {
        kind: form.format,
        file: "interactions",
        sheet: words.get("nav.interactions"),
        headings,
        note,
    };
    let people = people::store::list::directory(&app.db).await?;
    let page = Page {
        tree: config::read::<Tree>(&app.db).await?.value,
        people: people.into_iter().map(|one| (one.id, (one.number, one.name))).collect(),
        words,
        language: form.language,
        calendar,
        actor: actor.clone(),
    };
    let seen = scope(&actor);
    let make = |out| rows(app.clone(), filter, seen, page, out);
    Ok(Json(exports.start(&app, &actor, wanted, make).await?))
}

/// One export with its progress.
#[utoipa::path(get, path = "/api/interactions/exports/{id}", tag = "interactions", params(("id" = String, Path)),
    responses((status = 200, body = ExportView)))]
pub async fn one(
    Extension(exports): Extension<Exports>,
    actor: Actor,
    Path(id): Path<i64>,
) -> Answer<ExportView> {
    Ok(Json(exports.view(&actor, id)?))
}

/// The file, for whoever asked for it.
#[utoipa::path(get, path = "/api/interactions/exports/{id}/file", tag = "interactions", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream")))]
pub async fn file(
    State(app): State<App>,
    Extension(exports): Extension<Exports>,
    actor: Actor,
    Path(id): Path<i64>,
) -> Result<Response, Error> {
    exports.file(&app, &actor, id).await
}

/// What rows are made with.
struct Page {
    tree: Tree,
    people: BTreeMap<PersonId, (String, String)>,
    words: Words,
    language: Language,
    calendar: Arc<Calendar>,
    actor: Actor,
}

async fn rows(app: App, mut filter: Filter, scope: Scope, page: Page, mut out: Rows) -> anyhow::Result<()> {
    loop {
        let found = found::find(&app.db, &filter, &scope, PAGE).await?;
        filter.before = found.last().map(place);
        let more = found.len() as i64 == PAGE;
        for record in found {
            if !out.push(page.row(listed(record, &page.actor, &page.tree))).await {
                return Ok(());
            }
        }
        if !more {
            return Ok(());
        }
    }
}

impl Page {
    fn row(&self, record: RecordView) -> Vec<String> {
        let draft = record.draft;
        let code = draft.reason.unwrap_or_default();
        let path: Vec<&str> =
            self.tree.path(&code).into_iter().map(|reason| self.said(&reason.title)).collect();
        let (number, name) = self.people.get(&record.agent).cloned().unwrap_or_default();
        let known = self.tree.effective(&code).fields;
        let fields = draft.fields.iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| {
            let field = known.iter().find(|field| field.key == *key);
            let choice = field.and_then(|field| field.options.iter().find(|option| option.key == *value));
            let value = match (choice, field.map(|field| field.kind)) {
                (Some(choice), _) => self.said(&choice.title).to_owned(),
                (None, Some(FieldKind::YesNo)) => self.words.get(value),
                (None, Some(FieldKind::Text)) => kernel::mask::in_text(value),
                (None, _) => value.clone(),
            };
            format!("{}: {value}", field.map_or(key.as_str(), |field| self.said(&field.title)))
        });
        vec![
            self.time(Some(record.at)),
            self.words.get(&format!("direction.{}", record.direction)),
            record.number,
            number,
            name,
            path.join(" / "),
            code.clone(),
            draft
                .result
                .map(|result| self.words.get(&format!("result.{}", result.as_str())))
                .unwrap_or_default(),
            self.words.get(&format!("state.{}", record.state.as_str())),
            fields.collect::<Vec<_>>().join("\n"),
            kernel::mask::in_text(&draft.notes),
            self.time(record.completed_at),
            record.call.to_string(),
        ]
    }

    fn said<'a>(&self, words: &'a rules::Words) -> &'a str {
        match self.language {
            Language::English if !words.en.is_empty() => &words.en,
            _ => &words.zh,
        }
    }

    /// By the centre's clock, as spreadsheets read it.
    fn time(&self, at: Option<Timestamp>) -> String {
        at.map(|at| self.calendar.civil(at).strftime("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default()
    }
}
