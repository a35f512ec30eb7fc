//! Callers who were promised to hear that supply is back, and are telephoned.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ::calls::Hall;
use axum::Extension;
use axum::extract::State;
use kernel::{OutageId, Timestamp, mask};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, ErrorBody, Json, Path};

use super::telling::{AttemptForm, looked};
use crate::promising;
use crate::rules::calls::{Attempt, Standing};
use crate::store::{outages, promised};

/// A call that was promised.
#[derive(Debug, Serialize, ToSchema)]
pub struct PromisedView {
    id: String,
    #[schema(value_type = String)]
    outage: OutageId,
    number: String,
    area: String,
    /// Masked.
    phone: String,
    #[schema(value_type = String, format = DateTime)]
    due: Timestamp,
    state: Standing,
    attempts: Vec<Attempt>,
    /// `calling`: the machine has it; `done`: it has tried.
    machine: &'static str,
    version: i64,
}

pub(super) async fn views(app: &App) -> anyhow::Result<Vec<PromisedView>> {
    let open = promised::open(&app.db).await?;
    let of: BTreeSet<OutageId> = open.iter().map(|one| one.outage).collect();
    let mut known = BTreeMap::new();
    for id in of {
        known.extend(outages::read(&app.db, id).await?.map(|outage| (id, outage)));
    }
    let view = |one: promised::Promised| {
        let outage = known.get(&one.outage)?;
        Some(PromisedView {
            id: one.id.to_string(),
            outage: one.outage,
            number: outage.number.clone(),
            area: outage.plan.area.text.clone(),
            phone: mask::phone(&one.phone),
            due: one.due,
            state: one.state,
            attempts: one.attempts,
            machine: one.machine.word(),
            version: one.version,
        })
    };
    Ok(open.into_iter().filter_map(view).collect())
}

/// Writes down what a call that was promised came to.
#[utoipa::path(post, path = "/api/outages/promised/{id}", tag = "outages", params(("id" = i64, Path)),
    request_body = AttemptForm, responses((status = 200), (status = 409, body = ErrorBody)))]
pub async fn attempt(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<i64>,
    Json(form): Json<AttemptForm>,
) -> Answer<serde_json::Value> {
    let mut tx = app.db.begin().await?;
    let one = promised::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    if one.version != form.version {
        return Err(Error::changed_meanwhile());
    }
    let note = mask::in_text(form.note.trim());
    let made = Attempt { at: app.now(), by: actor.person, outcome: form.outcome, note };
    let machine = one.machine.clone();
    promising::attempt(&mut tx, &one, &made, machine).await??.ok_or_else(Error::changed_meanwhile)?;
    tx.commit().await?;
    Ok(Json(json!({})))
}

/// Calls somebody who was promised a call from one's desk. The page shows the number masked; the look is written down.
#[utoipa::path(post, path = "/api/outages/promised/{id}/dial", tag = "outages", params(("id" = i64, Path)),
    responses((status = 200), (status = 409, body = ErrorBody)))]
pub async fn dial(
    State(app): State<App>,
    Extension(hall): Extension<Arc<dyn Hall>>,
    actor: Actor,
    Path(id): Path<i64>,
) -> Answer<serde_json::Value> {
    let one = promised::read(&app.db, id).await?.filter(|one| one.state == Standing::Open);
    let one = one.ok_or_else(Error::not_found)?;
    looked(&app, &actor, one.outage, json!({ "promised": one.id.to_string() })).await?;
    ::calls::http::desk::dial(hall.as_ref(), &actor, one.phone).await?;
    Ok(Json(json!({})))
}
