//! Merging two records, splitting one, and undoing either.

use axum::extract::State;
use kernel::CustomerId;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, ErrorBody, Json, Path};

use super::customers::{WholeView, answer};
use super::view::Sight;
use super::{mark, with_by};
use crate::rules::moves::{Both, Move, MoveKind, SplitForm, merge as join, split as part, undo as take_back};
use crate::store::save::Mark;
use crate::store::{load, moves, save};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeForm {
    /// The record that is the same customer; what it has moves here.
    #[schema(value_type = String)]
    other: CustomerId,
    /// Of this record and of the other, as they were read.
    version: i64,
    other_version: i64,
}

/// The other record is the same customer: it moves into this one.
#[utoipa::path(post, path = "/api/customers/{id}/merge", tag = "customers", params(("id" = String, Path)),
    request_body = MergeForm, responses((status = 200, body = WholeView), (status = 409, body = ErrorBody)))]
pub async fn merge(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<CustomerId>,
    Json(form): Json<MergeForm>,
) -> Answer<WholeView> {
    let mut tx = app.db.begin().await?;
    let mut target = load::for_change(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    let mut source = load::for_change(&mut tx, form.other).await?.ok_or_else(Error::not_found)?;
    (target.version, source.version) = (form.version, form.other_version);
    let both = with_by(&app, &actor, |by| join(&source, &target, by))?;
    let (made, mark) = (made(&app, MoveKind::Merge, &both), mark(&app, &actor));
    save::record(&mut tx, Some(&source), &both.source, mark, "merged").await?;
    let second = Mark { id: app.id(), ..mark };
    save::record(&mut tx, Some(&target), &both.target, second, "took_in").await?;
    moves::add(&mut tx, &made, mark).await?;
    save::tell(&mut tx, mark, both.source.id, "merged", json!({ "into": both.target.id }))?;
    save::tell(&mut tx, mark, both.target.id, "took_in", json!({ "from": both.source.id }))?;
    tx.commit().await?;
    Ok(Json(answer(&app, id, Sight::Masked).await?))
}

/// Some accounts and numbers are another customer's: they become a record of their own, which is answered.
#[utoipa::path(post, path = "/api/customers/{id}/split", tag = "customers", params(("id" = String, Path)),
    request_body = SplitForm, responses((status = 200, body = WholeView), (status = 409, body = ErrorBody)))]
pub async fn split(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<CustomerId>,
    Json(form): Json<SplitForm>,
) -> Answer<WholeView> {
    let mut tx = app.db.begin().await?;
    let mut source = load::for_change(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    source.version = form.version;
    let both = with_by(&app, &actor, |by| part(&source, &form, by))?;
    let (made, mark) = (made(&app, MoveKind::Split, &both), mark(&app, &actor));
    // The new record first: what moves is written over to it, and then no longer the old one's to lose.
    save::record(&mut tx, None, &both.target, mark, "split_off").await?;
    save::record(&mut tx, Some(&source), &both.source, mark, "split").await?;
    moves::add(&mut tx, &made, mark).await?;
    save::tell(&mut tx, mark, both.source.id, "split", json!({ "into": both.target.id }))?;
    save::tell(&mut tx, mark, both.target.id, "split_off", json!({ "from": both.source.id }))?;
    tx.commit().await?;
    Ok(Json(answer(&app, both.target.id, Sight::Masked).await?))
}

/// Brings back what a merge or a split moved.
#[utoipa::path(post, path = "/api/customers/moves/{move}/undo", tag = "customers", params(("move" = String, Path)),
    responses((status = 200, body = WholeView), (status = 409, body = ErrorBody)))]
pub async fn undo(State(app): State<App>, actor: Actor, Path(id): Path<i64>) -> Answer<WholeView> {
    let mut tx = app.db.begin().await?;
    let done = moves::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    let source = load::for_change(&mut tx, done.source).await?.ok_or_else(Error::not_found)?;
    let target = load::for_change(&mut tx, done.target).await?.ok_or_else(Error::not_found)?;
    let both = with_by(&app, &actor, |by| take_back(&done, &source, &target, by))?;
    let mark = mark(&app, &actor);
    if !moves::undone(&mut tx, id, app.now()).await? {
        return Err(Error::changed_meanwhile());
    }
    // The target lets go before the source takes back.
    save::record(&mut tx, Some(&target), &both.target, mark, "undone").await?;
    save::record(&mut tx, Some(&source), &both.source, Mark { id: app.id(), ..mark }, "undone").await?;
    save::tell(&mut tx, mark, both.source.id, "undone", json!({ "kind": done.kind }))?;
    save::tell(&mut tx, mark, both.target.id, "undone", json!({ "kind": done.kind }))?;
    tx.commit().await?;
    Ok(Json(answer(&app, done.source, Sight::Masked).await?))
}

fn made(app: &App, kind: MoveKind, both: &Both) -> Move {
    Move {
        id: app.id(),
        kind,
        source: both.source.id,
        target: both.target.id,
        moved: both.moved.clone(),
        undone: false,
    }
}
