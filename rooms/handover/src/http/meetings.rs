//! The meeting before a shift: written by its leader, read by those who were there.

use axum::extract::State as Is;
use db::Entry;
use kernel::{HandoverId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, Error, ErrorBody, Json, Path, Query};

use super::records::meant;
use super::views::{RecordLine, line};
use crate::ROOM;
use crate::permissions::SIGN;
use crate::rules::meeting::{self, Minutes};
use crate::rules::record::Section;
use crate::rules::{Record, State};
use crate::store::{meetings, records};

/// Of which shift.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// The shift of one's own team that works now, if not given.
    pub handover: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Reader {
    #[schema(value_type = String)]
    person: PersonId,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

/// The meeting that opened a shift.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeetingView {
    shift: RecordLine,
    /// The handover to this shift, and how its leader summed up.
    previous: Option<RecordLine>,
    summary: String,
    /// None before it was held.
    #[schema(value_type = Option<String>)]
    by: Option<PersonId>,
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
    minutes: Minutes,
    readers: Vec<Reader>,
    /// Whoever asks was there and has not said that it was understood.
    to_read: bool,
    /// Whoever asks may write it now.
    may_write: bool,
    /// When it is put: of what was read.
    version: i64,
}

async fn shown(app: &App, actor: &Actor, record: &Record) -> Answer<MeetingView> {
    let meeting = meetings::read(&app.db, record.id).await?;
    let readers = meetings::readers(&app.db, record.id).await?;
    let mut previous = records::before(&app.db, record.scope.team(), record.ends, 1).await?.pop();
    if previous.is_none() {
        // Before a team handed over by itself the centre did.
        previous = records::before(&app.db, None, record.ends, 1).await?.pop();
    }
    let summary = previous.as_ref().filter(|previous| previous.state != State::Draft);
    let summary = summary.and_then(|previous| previous.sections.get(&Section::Summary)).cloned();
    let read = readers.iter().any(|(person, _)| *person == actor.person);
    let there = meeting.as_ref().is_some_and(|meeting| meeting::read(meeting, actor.person).is_ok());
    Ok(Json(MeetingView {
        shift: line(record),
        previous: previous.as_ref().map(line),
        summary: summary.unwrap_or_default(),
        by: meeting.as_ref().map(|meeting| meeting.by),
        at: meeting.as_ref().map(|meeting| meeting.at),
        version: meeting.as_ref().map_or(0, |meeting| meeting.version),
        minutes: meeting.map(|meeting| meeting.minutes).unwrap_or_default(),
        readers: readers.into_iter().map(|(person, at)| Reader { person, at }).collect(),
        to_read: there && !read,
        may_write: actor.may(SIGN) && record.state == State::Draft,
    }))
}

/// The meeting that opened a shift.
#[utoipa::path(get, path = "/api/handover/meeting", tag = "handover", params(Which),
    responses((status = 200, body = MeetingView), (status = 404, body = ErrorBody)))]
pub async fn one(Is(app): Is<App>, actor: Actor, Query(which): Query<Which>) -> Answer<MeetingView> {
    let record = meant(&app, &actor, which.handover.as_deref()).await?;
    shown(&app, &actor, &record).await
}

/// The minutes, and of which version they were written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeetingForm {
    minutes: Minutes,
    version: i64,
}

/// Writes the minutes, as long as the shift works.
#[utoipa::path(put, path = "/api/handover/{id}/meeting", tag = "handover", params(("id" = String, Path)),
    request_body = MeetingForm,
    responses((status = 200, body = MeetingView), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn write(
    Is(app): Is<App>,
    actor: Actor,
    Path(id): Path<HandoverId>,
    Json(form): Json<MeetingForm>,
) -> Answer<MeetingView> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let record = records::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    let before = meetings::one(&mut tx, id).await?;
    let meeting = meeting::write(&record, before.as_ref(), form.minutes, actor.person, now)?;
    if !meetings::put(&mut tx, id, &meeting, form.version).await? {
        return Err(Error::changed_meanwhile());
    }
    let payload = json!({ "number": record.number, "present": meeting.minutes.present.len(), "said": meeting.minutes.said });
    let (who, subject, kind) = (Some(actor.person), id.to_string(), "meeting_written");
    tx.journal(Entry { at: now, who, room: ROOM, subject, kind, payload });
    tx.commit().await?;
    shown(&app, &actor, &record).await
}

/// Whoever was there says that it was understood.
#[utoipa::path(post, path = "/api/handover/{id}/meeting/read", tag = "handover", params(("id" = String, Path)),
    responses((status = 200, body = MeetingView), (status = 409, body = ErrorBody)))]
pub async fn read(Is(app): Is<App>, actor: Actor, Path(id): Path<HandoverId>) -> Answer<MeetingView> {
    let mut tx = app.db.begin().await?;
    let record = records::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    let meeting = meetings::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    meeting::read(&meeting, actor.person)?;
    meetings::mark_read(&mut tx, id, actor.person, app.now()).await?;
    tx.commit().await?;
    shown(&app, &actor, &record).await
}
