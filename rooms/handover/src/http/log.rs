//! The leader's log: read by shift, completed by hand.

use axum::extract::State as Is;
use db::Entry;
use kernel::{JournalId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, ErrorBody, Json, Page, Query, place, placed};

use super::records::meant;
use crate::ROOM;
use crate::rules::line::{Line, Of, Said, Source};
use crate::rules::{Refusal, State, text};
use crate::store::lines::{self, Filter, Kept};
use crate::store::records;

const TEXT_MAX: usize = 2_000;

/// Which lines.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Search {
    /// Of which shift; the one of one's own team that works now, if not given.
    pub handover: Option<String>,
    /// Only what is important, and what somebody wrote.
    #[serde(default)]
    pub important: bool,
    /// The `next` of the page before.
    pub after: Option<String>,
    /// 1 to 200; 100 if not given.
    pub limit: Option<u32>,
}

/// One line of the log.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineView {
    id: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// accepted, close, urge, supervise, ordered, bulletin_written, missed, note …
    what: String,
    important: bool,
    #[schema(value_type = Option<String>)]
    who: Option<PersonId>,
    by_hand: bool,
    #[serde(flatten)]
    said: Said,
}

fn view(kept: Kept) -> LineView {
    let Kept { id, at, what, important, who, by_hand, team: _, said } = kept;
    LineView { id: id.to_string(), at, what, important, who, by_hand, said }
}

/// The log of a shift, in order of time.
#[utoipa::path(get, path = "/api/handover/log", tag = "handover", params(Search),
    responses((status = 200, body = Page<LineView>), (status = 404, body = ErrorBody)))]
pub async fn list(Is(app): Is<App>, actor: Actor, Query(search): Query<Search>) -> Answer<Page<LineView>> {
    let record = meant(&app, &actor, search.handover.as_deref()).await?;
    let limit = i64::from(search.limit.unwrap_or(100).clamp(1, 200));
    let after = place("after", search.after.as_deref())?;
    let filter = Filter {
        scope: &record.scope,
        from: record.begins,
        to: record.ends,
        important: search.important,
        after,
        person: actor.person,
    };
    let found = lines::find(&app.db, filter, limit + 1).await?;
    let page = Page::of(found, limit, |line| placed(line.at, line.id));
    Ok(Json(page.map(view)))
}

/// How many lines of one sort in one hour.
#[derive(Debug, Serialize, ToSchema)]
pub struct HourCount {
    #[schema(value_type = String, format = DateTime)]
    hour: Timestamp,
    what: String,
    count: i64,
}

/// What happened in each hour of a shift, in numbers.
#[utoipa::path(get, path = "/api/handover/log/hours", tag = "handover", params(Search),
    responses((status = 200, body = Vec<HourCount>), (status = 404, body = ErrorBody)))]
pub async fn hours(Is(app): Is<App>, actor: Actor, Query(search): Query<Search>) -> Answer<Vec<HourCount>> {
    let record = meant(&app, &actor, search.handover.as_deref()).await?;
    let counts = lines::counts(&app.db, &record.scope, (record.begins, record.ends), actor.person).await?;
    let hour = |hour: i64| Timestamp::from_micros(record.begins.as_micros() + hour * 3_600_000_000);
    Ok(Json(counts.into_iter().map(|(at, what, count)| HourCount { hour: hour(at), what, count }).collect()))
}

/// A line written by hand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteForm {
    text: String,
    /// When it happened; now if not given.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(default)]
    at: Option<Timestamp>,
    /// The line that it corrects: it stays as it is, and this one stands beside it.
    #[serde(default)]
    corrects: Option<String>,
    /// Of a shift of which team; of one's own, if not given.
    #[serde(default)]
    handover: Option<String>,
}

/// Writes a line. What is written stays; a mistake is corrected by another line.
#[utoipa::path(post, path = "/api/handover/log", tag = "handover", request_body = NoteForm,
    responses((status = 200, body = LineView), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn write(Is(app): Is<App>, actor: Actor, Json(form): Json<NoteForm>) -> Answer<LineView> {
    let now = app.now();
    let text = text(&form.text, "text", 1, TEXT_MAX)?;
    let mut team = meant(&app, &actor, form.handover.as_deref()).await?.scope.team();
    let mut tx = app.db.begin().await?;
    let mut at = form.at.unwrap_or(now);
    if at > now {
        return Err(Refusal::ImpossibleTime { field: "at" }.into());
    }
    if let Some(corrects) = &form.corrects {
        let id = corrects.parse().map_err(|_| Refusal::NoSuchLine)?;
        let wrong = lines::one(&mut tx, id).await?.filter(|line| line.by_hand).ok_or(Refusal::NoSuchLine)?;
        // It is read where the mistake is read.
        (at, team) = (wrong.at, wrong.team);
    } else {
        let record = records::covering(&mut tx, team, at).await?;
        let signed = record.is_some_and(|record| record.state != State::Draft || at < record.begins);
        if signed {
            return Err(Refusal::ShiftSigned.into());
        }
    }
    let said = Said { text, corrects: form.corrects, ..Said::default() };
    let line = Line {
        at,
        what: "note".into(),
        important: true,
        who: Some(actor.person),
        concerns: None,
        of: team.map_or(Of::Centre, Of::Team),
        source: Source::Hand,
        said,
    };
    let id = app.id::<JournalId>().get();
    lines::add(&mut tx, &[lines::New { id, team, line: &line }]).await?;
    let payload = json!({ "text": line.said.text, "at": at, "corrects": line.said.corrects, "team": team });
    let who = Some(actor.person);
    tx.journal(Entry { at: now, who, room: ROOM, subject: id.to_string(), kind: "noted", payload });
    tx.commit().await?;
    let Line { what, important, who, said, .. } = line;
    Ok(Json(LineView { id: id.to_string(), at, what, important, who, by_hand: true, said }))
}
