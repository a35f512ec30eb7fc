//! The journal in the browser.

use axum::extract::State;
use db::Entry;
use kernel::{JournalId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, ErrorBody, Json, Page, Query};

use crate::store::{self, Filter, Line};

#[cfg(test)]
mod tests;

/// One line of the journal.
#[derive(Serialize, ToSchema)]
pub struct EntryView {
    #[schema(value_type = String)]
    id: JournalId,
    /// Without gaps: a missing number is a removed line.
    number: i64,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// None is the centre itself.
    #[schema(value_type = Option<String>)]
    who: Option<PersonId>,
    room: String,
    subject: String,
    kind: String,
    #[schema(value_type = Object)]
    payload: Value,
    /// The seal, over this line and the seal before it.
    hash: String,
}

impl From<Line> for EntryView {
    fn from(line: Line) -> Self {
        EntryView {
            id: line.id,
            number: line.id.get(),
            at: line.at,
            who: line.who,
            room: line.room,
            subject: line.subject,
            kind: line.kind,
            payload: line.payload,
            hash: line.hash,
        }
    }
}

#[derive(Deserialize, IntoParams)]
pub struct JournalQuery {
    #[param(value_type = Option<String>)]
    who: Option<PersonId>,
    /// An id (`ca_…`, `pe_…`) or another name of what it is about.
    subject: Option<String>,
    room: Option<String>,
    /// Together with `room`.
    kind: Option<String>,
    #[param(value_type = Option<String>)]
    from: Option<Timestamp>,
    /// Not included.
    #[param(value_type = Option<String>)]
    to: Option<Timestamp>,
    /// The `next` of the page before.
    #[param(value_type = Option<String>)]
    after: Option<JournalId>,
    /// 1 to 200; 50 if not given.
    limit: Option<u32>,
}

/// Lines of the journal, newest first.
#[utoipa::path(get, path = "/api/audit/entries", tag = "audit", params(JournalQuery),
    responses((status = 200, body = Page<EntryView>), (status = 400, body = ErrorBody)))]
pub async fn list_entries(
    State(app): State<App>,
    Query(query): Query<JournalQuery>,
) -> Answer<Page<EntryView>> {
    let limit = i64::from(web::page_size(query.limit));
    let filter = Filter {
        who: query.who,
        subject: query.subject.filter(|subject| !subject.is_empty()),
        room: query.room.filter(|room| !room.is_empty()),
        kind: query.kind.filter(|kind| !kind.is_empty()),
        from: query.from,
        to: query.to,
        before: query.after,
        limit,
    };
    let lines = store::lines(&app.db, &filter).await?;
    Ok(Json(Page::of(lines, limit, |line| line.id.to_string()).map(EntryView::from)))
}

#[derive(Serialize, ToSchema)]
pub struct KindView {
    room: String,
    kind: String,
}

/// The rooms and kinds that occur, for the filter.
#[utoipa::path(get, path = "/api/audit/kinds", tag = "audit", responses((status = 200, body = Vec<KindView>)))]
pub async fn kinds(State(app): State<App>) -> Answer<Vec<KindView>> {
    let kinds = store::kinds(&app.db).await?;
    Ok(Json(kinds.into_iter().map(|(room, kind)| KindView { room, kind }).collect()))
}

/// What checking all seals found.
#[derive(Serialize, ToSchema)]
pub struct Verdict {
    /// Every line is as it was written, and none is missing.
    is_whole: bool,
    /// Lines checked, if all is well.
    lines: Option<u64>,
    /// The number of the first line that does not fit.
    broken_at: Option<i64>,
    /// `changed` or `missing`.
    why: Option<&'static str>,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

/// Recomputes every seal. That it was done, and what was found, is a line of its own.
#[utoipa::path(post, path = "/api/audit/verify", tag = "audit", responses((status = 200, body = Verdict)))]
pub async fn verify(State(app): State<App>, actor: Actor) -> Answer<Verdict> {
    let at = app.now();
    let found = app.db.verify_journal().await?;
    let verdict = match &found {
        Ok(lines) => Verdict { is_whole: true, lines: Some(*lines), broken_at: None, why: None, at },
        Err(broken) => Verdict {
            is_whole: false,
            lines: None,
            broken_at: Some(broken.at.get()),
            why: Some(broken.why),
            at,
        },
    };
    let mut tx = app.db.begin().await?;
    tx.journal(Entry {
        at,
        who: Some(actor.person),
        room: "audit",
        subject: "journal".to_owned(),
        kind: "verified",
        payload: json!({ "is_whole": verdict.is_whole, "lines": verdict.lines, "broken_at": verdict.broken_at }),
    });
    tx.commit().await?;
    Ok(Json(verdict))
}
