//! Finding recordings by their calls, and looking at one.

use axum::Extension;
use axum::extract::State;
use calls::http::records::{Search, took_part};
use calls::store::search::{self, Found};
use kernel::{CallId, PersonId, QueueId, RecordingId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, Json, Page, Path, Query, placed};

use crate::Config;
use crate::permissions::PLAY;
use crate::rules::retention;
use crate::store::rows::{self, Mark, Recording};

/// One line of the list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Item {
    #[schema(value_type = String)]
    pub id: RecordingId,
    #[schema(value_type = String)]
    pub call: CallId,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub duration_ms: i64,
    /// `in`, `out` or `internal`.
    pub direction: String,
    /// The customer's number, masked; of a call between two of us, the one that was dialled.
    pub from: String,
    #[schema(value_type = Option<String>)]
    pub agent: Option<PersonId>,
    #[schema(value_type = Option<String>)]
    pub queue: Option<QueueId>,
    /// Complete and closed with a hash.
    pub sealed: bool,
    pub held: bool,
}

/// One recording with its marks.
#[derive(Debug, Serialize, ToSchema)]
pub struct Whole {
    #[serde(flatten)]
    pub item: Item,
    pub bytes: Option<i64>,
    pub sha256: Option<String>,
    /// When the retention rule deletes it; absent while it is held.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub delete_at: Option<Timestamp>,
    pub lost_ms: i64,
    #[schema(value_type = Vec<Object>)]
    pub marks: Vec<Mark>,
}

/// The newest first; the same filters as for calls.
#[utoipa::path(get, path = "/api/recordings", tag = "recordings", params(Search), responses((status = 200, body = Page<Item>)))]
pub async fn list(State(app): State<App>, actor: Actor, Query(search): Query<Search>) -> Answer<Page<Item>> {
    let mut filter = search.filter(&actor)?;
    filter.recorded = true;
    if !actor.may(PLAY) {
        filter.agent = Some(actor.person);
    }
    let limit = search.limit();
    let calls = search::find(&app.db, &filter, limit + 1).await?;
    let Page { items: calls, next } = Page::of(calls, limit.into(), |call| placed(call.at, call.id));
    let ids: Vec<CallId> = calls.iter().map(|call| call.id).collect();
    let recordings = rows::of_calls(&app.db, &ids).await?;
    let of = |call: &Found| {
        let found = recordings.iter().find(|recording| Some(recording.id) == call.recording)?;
        found.deleted.is_none().then(|| item(found, call))
    };
    Ok(Json(Page { items: calls.iter().filter_map(of).collect(), next }))
}

#[utoipa::path(get, path = "/api/recordings/{id}", tag = "recordings", params(("id" = String, Path)),
    responses((status = 200, body = Whole), (status = 404)))]
pub async fn one(
    State(app): State<App>,
    Extension(config): Extension<Config>,
    actor: Actor,
    Path(id): Path<RecordingId>,
) -> Answer<Whole> {
    let (recording, call) = reach(&app, &actor, id).await?;
    let delete_at = (!recording.held).then(|| retention::delete_at(recording.started, config.kept));
    Ok(Json(Whole {
        item: item(&recording, &call),
        bytes: recording.bytes,
        sha256: recording.sha256.clone(),
        delete_at,
        lost_ms: recording.lost_ms,
        marks: rows::marks(&app.db, id).await?,
    }))
}

/// The recording and its call, if this person may know of them.
pub async fn reach(app: &App, actor: &Actor, id: RecordingId) -> Result<(Recording, Found), Error> {
    let recording =
        rows::one(&app.db, id).await?.filter(|r| r.deleted.is_none()).ok_or_else(Error::not_found)?;
    let call = search::one(&app.db, recording.call).await?.ok_or_else(Error::not_found)?;
    if !actor.may(PLAY) {
        let segments = search::stretches(&app.db, recording.call).await?;
        if !took_part(actor.person, &call, &segments) {
            return Err(Error::not_found());
        }
    }
    Ok((recording, call))
}

fn item(recording: &Recording, call: &Found) -> Item {
    let customer = match call.direction.as_str() {
        "in" => kernel::mask::phone(&call.from),
        "out" => kernel::mask::phone(&call.to),
        _ => call.to.clone(),
    };
    Item {
        direction: call.direction.clone(),
        id: recording.id,
        call: call.id,
        at: recording.started,
        duration_ms: recording.duration_ms.unwrap_or(call.talk_ms),
        from: customer,
        agent: call.agent,
        queue: call.queue,
        sealed: recording.sealed.is_some(),
        held: recording.held,
    }
}
