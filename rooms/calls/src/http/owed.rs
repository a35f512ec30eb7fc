//! Calling back: what is owed to callers who were not served, and what somebody does about it.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use db::Look;
use exchange::{Input, LeaderAct};
use kernel::{CallId, PersonId, QueueId, RecordingId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, Error, Json, Page, Path, Query};

use crate::Hall;
use crate::permissions::READ;
use crate::rules::owed::{Act, Asker, Kind, Owed, allowed, decide};
use crate::store::owed;

const PAGE: u32 = 50;

#[derive(Debug, Serialize, ToSchema)]
pub struct OwedView {
    pub id: String,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub kind: Kind,
    /// Absent for a caller who was refused for want of a line.
    #[schema(value_type = Option<String>)]
    pub call: Option<CallId>,
    #[schema(value_type = Option<String>)]
    pub queue: Option<QueueId>,
    /// The last time, and how often.
    #[schema(value_type = String, format = DateTime)]
    pub last_at: Timestamp,
    pub times: u32,
    /// It keeps its place in the queue, and is called when that is reached.
    pub in_queue: bool,
    /// Calls that were made for it, oldest first.
    pub attempts: Vec<AttemptView>,
    /// Whole for who has taken it, masked for all others.
    pub number: String,
    #[schema(value_type = Option<String>)]
    pub recording: Option<RecordingId>,
    /// How often the caller was dialled and not reached.
    pub tries: u32,
    #[schema(value_type = Option<String>)]
    pub taken_by: Option<PersonId>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub done_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    pub done_by: Option<PersonId>,
    pub note: Option<String>,
    pub version: i64,
    /// What you may do now.
    pub allowed: Vec<&'static str>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AttemptView {
    #[schema(value_type = String)]
    pub call: CallId,
    #[schema(value_type = String)]
    pub agent: PersonId,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// `answered`, `busy`, `no_answer`, `unreachable` …; absent while it goes on.
    pub result: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
pub struct Asked {
    /// What is done, newest first, instead of what is owed, longest first.
    #[serde(default)]
    pub done: bool,
    pub after: Option<String>,
}

fn asker(actor: &Actor) -> Asker {
    Asker { person: actor.person, leads: actor.may(READ) }
}

fn view(owed: Owed, asker: Asker) -> OwedView {
    let mine = owed.taken_by == Some(asker.person) && owed.done_at.is_none();
    OwedView {
        id: owed.id.to_string(),
        at: owed.at,
        kind: owed.kind,
        call: Some(owed.call).filter(|call| call.get() != 0),
        queue: Some(owed.queue).filter(|queue| queue.get() != 0),
        last_at: owed.last_at,
        times: owed.times,
        in_queue: owed.place.is_some(),
        attempts: Vec::new(),
        allowed: allowed(&owed, asker),
        number: if mine { owed.number } else { kernel::mask::phone(&owed.number) },
        recording: owed.recording,
        tries: owed.tries,
        taken_by: owed.taken_by,
        done_at: owed.done_at,
        done_by: owed.done_by,
        note: owed.note,
        version: owed.version,
    }
}

#[utoipa::path(get, path = "/api/calls/owed", tag = "calls", params(Asked), responses((status = 200, body = Page<OwedView>)))]
pub async fn list(
    State(app): State<App>,
    actor: Actor,
    Query(asked): Query<Asked>,
) -> Answer<Page<OwedView>> {
    let after = web::given("after", asked.after.as_deref())?;
    let found = owed::page(&app.db, asked.done, after, PAGE + 1).await?;
    let found = Page::of(found, PAGE.into(), |owed| owed.id.to_string());
    let ids: Vec<i64> = found.items.iter().map(|owed| owed.id).collect();
    let mut page = found.map(|owed| view(owed, asker(&actor)));
    for attempt in owed::attempts(&app.db, &ids).await? {
        let id = attempt.owed.to_string();
        let owed::Attempt { call, agent, at, result, .. } = attempt;
        if let Some(item) = page.items.iter_mut().find(|item| item.id == id) {
            item.attempts.push(AttemptView { call, agent, at, result });
        }
    }
    Ok(Json(page))
}

/// An act, on the version that was read.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Do {
    #[serde(flatten)]
    pub act: Act,
    pub version: i64,
}

/// `{"act":"take","version":1}`, `{"act":"done","note":"…","version":2}`. Taking shows the number, and that is written down.
#[utoipa::path(post, path = "/api/calls/owed/{id}", tag = "calls", params(("id" = String, Path)), request_body = Do,
    responses((status = 200, body = OwedView), (status = 404), (status = 409)))]
pub async fn act(
    State(app): State<App>,
    Extension(hall): Extension<Arc<dyn Hall>>,
    actor: Actor,
    Path(id): Path<i64>,
    Json(asked): Json<Do>,
) -> Answer<OwedView> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let before = owed::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    if before.version != asked.version {
        return Err(Error::changed_meanwhile());
    }
    let mut next = decide(&before, &asked.act, asker(&actor), now)?;
    let kind = match asked.act {
        Act::Take => "call_back_taken",
        Act::GiveBack => "call_back_given_back",
        Act::NotReached => "call_back_not_reached",
        Act::Done { .. } => "call_back_done",
    };
    if !owed::save(&mut tx, &next, kind, actor.person, now).await? {
        return Err(Error::changed_meanwhile());
    }
    if asked.act == Act::Take {
        let subject = next.call.to_string();
        let look = Look {
            at: now,
            who: actor.person,
            room: "calls",
            subject,
            what: "number",
            reason: Some("call_back".to_owned()),
        };
        tx.journal(look.into());
    }
    tx.commit().await?;
    next.version += 1;
    // What is done is not called any more. Nobody minds if the call back has just begun: then it is a call like any other.
    if let Some(call) = next.place.take_if(|_| next.done_at.is_some()) {
        let give_up = Input::Leader { by: actor.person, act: LeaderAct::EndCall { call } };
        drop(hall.act(give_up).await?);
    }
    Ok(Json(view(next, asker(&actor))))
}

/// Claims what is owed for whoever dials; answers with the number. Somebody else's, or a place in the queue, is refused.
pub(crate) async fn claim(app: &App, actor: &Actor, id: i64) -> Result<String, Error> {
    actor.must(crate::permissions::CALL_BACK)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let owed = owed::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    if owed.taken_by != Some(actor.person) || owed.done_at.is_some() {
        let next = decide(&owed, &Act::Take, asker(actor), now)?;
        if !owed::save(&mut tx, &next, "call_back_taken", actor.person, now).await? {
            return Err(Error::changed_meanwhile());
        }
        let subject = next.call.to_string();
        let reason = Some("call_back".to_owned());
        let look = Look { at: now, who: actor.person, room: "calls", subject, what: "number", reason };
        tx.journal(look.into());
        tx.commit().await?;
    }
    Ok(owed.number)
}
