//! One call's record: written while the call goes on, completed after it, amended later, released by a leader.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use calls::Hall;
use calls::http::records::took_part;
use calls::store::search;
use db::{
    Entry, Look, Tx,
    config::{self, Versioned},
};
use kernel::{CallId, PersonId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, ErrorBody, Json, Path};

use super::views::{EditionView, RecordView, asker, edition, masked, scope, view};
use crate::rules::record::{Hand, decide};
use crate::rules::sensitive::Sensitive;
use crate::rules::{self, Act, Draft, Record, Tree, why};
use crate::store::records::{self, Edition};
use crate::{Asks, Completed};

/// What the page of a call, or the desk at it, shows.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfCall {
    /// One's own, if it has been begun.
    own: Option<RecordView>,
    /// Those of colleagues on the same call, in order of time.
    others: Vec<RecordView>,
    /// One may write, because one is or was on this call.
    writable: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftForm {
    #[serde(flatten)]
    hand: Hand,
    draft: Draft,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Saved {
    record: RecordView,
    /// What was masked before it was kept, for a hint.
    masked: Vec<Sensitive>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AmendForm {
    /// Of the record as it was read.
    version: i64,
    draft: Draft,
    why: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WhyForm {
    why: String,
}

/// The records of a call.
#[utoipa::path(get, path = "/api/interactions/{call}", tag = "interactions", params(("call" = String, Path)),
    responses((status = 200, body = OfCall), (status = 404, body = ErrorBody)))]
pub async fn of_call(
    State(app): State<App>,
    Extension(hall): Extension<Arc<dyn Hall>>,
    actor: Actor,
    Path(call): Path<CallId>,
) -> Answer<OfCall> {
    let all = records::of_call(&app.db, call).await?;
    let (own, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|record| record.agent == actor.person);
    // Who takes a call over reads what colleagues have written of it.
    let on = !own.is_empty() || begin(&app, &hall, &actor, call).await?.is_some();
    let scope = scope(&actor);
    let tree = config::read::<Tree>(&app.db).await?.value;
    let others: Vec<RecordView> = others
        .into_iter()
        .filter(|record| on || scope.holds(record))
        .map(|record| view(record, &actor, &tree))
        .collect();
    if !on && others.is_empty() {
        return Err(Error::not_found());
    }
    let own = own.into_iter().next().map(|record| view(record, &actor, &tree));
    Ok(Json(OfCall { own, others, writable: on && asker(&actor).may_write }))
}

/// Keeps a draft, however unfinished. Saving the same again changes nothing; a page that has not seen what another wrote is
/// told so, and nothing is lost.
#[utoipa::path(put, path = "/api/interactions/{call}/draft", tag = "interactions", params(("call" = String, Path)),
    request_body = DraftForm, responses((status = 200, body = Saved), (status = 409, body = ErrorBody)))]
pub async fn save_draft(
    State(app): State<App>,
    Extension(hall): Extension<Arc<dyn Hall>>,
    actor: Actor,
    Path(call): Path<CallId>,
    Json(form): Json<DraftForm>,
) -> Answer<Saved> {
    write(&app, &hall, &actor, call, form, |draft, hand| Act::Save { draft, hand }).await
}

/// Completes the record; `interactions.incomplete` says of each field what it lacks.
#[utoipa::path(post, path = "/api/interactions/{call}/complete", tag = "interactions", params(("call" = String, Path)),
    request_body = DraftForm, responses((status = 200, body = Saved), (status = 422, body = ErrorBody)))]
pub async fn complete(
    State(app): State<App>,
    Extension(hall): Extension<Arc<dyn Hall>>,
    Extension(asks): Extension<Asks>,
    actor: Actor,
    Path(call): Path<CallId>,
    Json(form): Json<DraftForm>,
) -> Answer<Saved> {
    if let Some(before) = &asks.0 {
        before.may(&app, call, &form.draft).await?;
    }
    write(&app, &hall, &actor, call, form, |draft, hand| Act::Complete { draft, hand }).await
}

async fn write(
    app: &App,
    hall: &Arc<dyn Hall>,
    actor: &Actor,
    call: CallId,
    form: DraftForm,
    act: impl FnOnce(Draft, Hand) -> Act,
) -> Answer<Saved> {
    let (draft, masked) = form.draft.kept()?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let before = match records::one(&mut tx, call, actor.person).await? {
        Some(record) => record,
        None => begin(app, hall, actor, call).await?.ok_or_else(Error::not_found)?,
    };
    let tree = config::now::<Tree>(&mut tx).await?;
    let act = act(draft, form.hand);
    let decided = decide(&before, act, asker(actor), (&tree.value, tree.version), now)?;
    let record = match decided {
        None => before,
        Some(next) => {
            let record = keep(&mut tx, next).await?;
            if record.state == rules::State::Complete {
                completed(&mut tx, &record, actor, "")?;
                let edition = edition_of(&record, actor.person, String::new());
                records::add_edition(&mut tx, &record, &edition).await?;
            }
            tx.commit().await?;
            record
        }
    };
    Ok(Json(Saved { record: view(record, actor, &tree.value), masked }))
}

/// Writes a new version of a completed record. The one before stays, with its author and its time.
#[utoipa::path(put, path = "/api/interactions/{call}/{agent}", tag = "interactions",
    params(("call" = String, Path), ("agent" = String, Path)), request_body = AmendForm,
    responses((status = 200, body = RecordView), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn amend(
    State(app): State<App>,
    actor: Actor,
    Path((call, agent)): Path<(CallId, PersonId)>,
    Json(form): Json<AmendForm>,
) -> Answer<RecordView> {
    let (draft, _) = form.draft.kept()?;
    let said = why(&form.why)?;
    let mut tx = app.db.begin().await?;
    let (before, tree) = seen(&mut tx, &actor, call, agent).await?;
    if before.version != form.version {
        return Err(Error::changed_meanwhile());
    }
    let act = Act::Amend { draft, why: said.clone() };
    let record = match decide(&before, act, asker(&actor), (&tree.value, tree.version), app.now())? {
        None => before,
        Some(next) => {
            let record = keep(&mut tx, next).await?;
            records::add_edition(&mut tx, &record, &edition_of(&record, actor.person, said.clone())).await?;
            completed(&mut tx, &record, &actor, &said)?;
            tx.commit().await?;
            record
        }
    };
    Ok(Json(view(record, &actor, &tree.value)))
}

/// Lets an agent be ready although this record is not complete. It stays to be completed.
#[utoipa::path(post, path = "/api/interactions/{call}/{agent}/release", tag = "interactions",
    params(("call" = String, Path), ("agent" = String, Path)), request_body = WhyForm,
    responses((status = 200, body = RecordView), (status = 409, body = ErrorBody)))]
pub async fn release(
    State(app): State<App>,
    actor: Actor,
    Path((call, agent)): Path<(CallId, PersonId)>,
    Json(form): Json<WhyForm>,
) -> Answer<RecordView> {
    let mut tx = app.db.begin().await?;
    let (before, tree) = seen(&mut tx, &actor, call, agent).await?;
    let act = Act::Release { why: form.why };
    let record = match decide(&before, act, asker(&actor), (&tree.value, tree.version), app.now())? {
        None => before,
        Some(next) => {
            let record = keep(&mut tx, next).await?;
            let why = record.release.as_ref().map(|release| release.why.as_str());
            note(&mut tx, &app, &actor, &record, "released", json!({ "agent": agent, "why": why }));
            tx.commit().await?;
            record
        }
    };
    Ok(Json(view(record, &actor, &tree.value)))
}

/// A completed record whole, for correcting it. The look is written down.
#[utoipa::path(post, path = "/api/interactions/{call}/{agent}/look", tag = "interactions",
    params(("call" = String, Path), ("agent" = String, Path)), request_body = WhyForm,
    responses((status = 200, body = Draft), (status = 404, body = ErrorBody)))]
pub async fn look(
    State(app): State<App>,
    actor: Actor,
    Path((call, agent)): Path<(CallId, PersonId)>,
    Json(form): Json<WhyForm>,
) -> Answer<Draft> {
    let reason = Some(why(&form.why)?);
    let mut tx = app.db.begin().await?;
    let (record, _) = seen(&mut tx, &actor, call, agent).await?;
    let look = Look {
        at: app.now(),
        who: actor.person,
        room: "interactions",
        subject: call.to_string(),
        what: "record",
        reason,
    };
    tx.journal(look.into());
    tx.commit().await?;
    Ok(Json(record.draft))
}

/// How a record stood after each time it was completed or amended, newest first.
#[utoipa::path(get, path = "/api/interactions/{call}/{agent}/versions", tag = "interactions",
    params(("call" = String, Path), ("agent" = String, Path)),
    responses((status = 200, body = Vec<EditionView>), (status = 404, body = ErrorBody)))]
pub async fn versions(
    State(app): State<App>,
    actor: Actor,
    Path((call, agent)): Path<(CallId, PersonId)>,
) -> Answer<Vec<EditionView>> {
    let mut tx = app.db.begin().await?;
    seen(&mut tx, &actor, call, agent).await?;
    tx.rollback().await?;
    let mut found = Vec::new();
    for one in records::editions(&app.db, call, agent).await? {
        // Which of its values are numbers and addresses, the tree of its own time says.
        let tree = config::at::<Tree>(&app.db, one.tree).await?.map(|tree| tree.value).unwrap_or_default();
        found.push(edition(one, &tree));
    }
    Ok(Json(found))
}

/// A record that this person may see, with the tree in force.
async fn seen(
    tx: &mut Tx,
    actor: &Actor,
    call: CallId,
    agent: PersonId,
) -> Result<(Record, Versioned<Tree>), Error> {
    let record = records::one(tx, call, agent).await?.filter(|record| scope(actor).holds(record));
    Ok((record.ok_or_else(Error::not_found)?, config::now::<Tree>(tx).await?))
}

/// A new record for whoever is or was on this call with somebody from outside.
async fn begin(
    app: &App,
    hall: &Arc<dyn Hall>,
    actor: &Actor,
    call: CallId,
) -> Result<Option<Record>, Error> {
    let mut record = Record::new(call, actor.person, app.now());
    record.group = actor.group;
    if let Some(found) = search::one(&app.db, call).await? {
        record.direction.clone_from(&found.direction);
        record.number = if found.direction == "out" { found.to.clone() } else { found.from.clone() };
        record.at = found.connected.unwrap_or(found.at);
        if found.direction == "internal" {
            return Ok(None);
        }
        let segments = search::stretches(&app.db, call).await?;
        if took_part(actor.person, &found, &segments) {
            return Ok(Some(record));
        }
    }
    // The rows come half a second later than the call; the desk knows at once.
    let at_it = hall.desk(actor.person).await?.is_some_and(|desk| desk.agent.call == Some(call));
    Ok(at_it.then_some(record))
}

async fn keep(tx: &mut Tx, mut next: Record) -> Result<Record, Error> {
    let kept =
        if next.version == 0 { records::add(tx, &next).await? } else { records::save(tx, &next).await? };
    if !kept {
        return Err(Error::changed_meanwhile());
    }
    next.version += 1;
    Ok(next)
}

fn edition_of(record: &Record, who: PersonId, why: String) -> Edition {
    let Record { edition, saved_at: at, tree, draft, .. } = record.clone();
    Edition { edition, at, who, why, tree, draft }
}

/// The line of the journal and the event for whoever goes on from here.
fn completed(tx: &mut Tx, record: &Record, actor: &Actor, why: &str) -> anyhow::Result<()> {
    let kind = if record.edition == 1 { "completed" } else { "amended" };
    let Draft { reason, result, customer, .. } = record.draft.clone();
    let payload = json!({ "agent": record.agent, "edition": record.edition, "reason": reason, "result": result, "why": why });
    let subject = record.call.to_string();
    tx.journal(Entry {
        at: record.saved_at,
        who: Some(actor.person),
        room: "interactions",
        subject,
        kind,
        payload,
    });
    let Record { call, agent, edition, .. } = *record;
    tx.emit(record.saved_at, &Completed { call, agent, edition, reason, result, customer })
}

fn note(
    tx: &mut Tx,
    app: &App,
    actor: &Actor,
    record: &Record,
    kind: &'static str,
    payload: serde_json::Value,
) {
    let subject = record.call.to_string();
    tx.journal(Entry {
        at: app.now(),
        who: Some(actor.person),
        room: "interactions",
        subject,
        kind,
        payload,
    });
}

/// For lists: the record as others see it, whoever asks.
pub fn listed(record: Record, actor: &Actor, tree: &Tree) -> RecordView {
    let draft = masked(record.draft.clone(), tree);
    RecordView { draft, ..view(record, actor, tree) }
}
