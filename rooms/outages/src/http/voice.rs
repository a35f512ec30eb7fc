//! What a leader speaks into his telephone for callers to hear.

use std::sync::Arc;

use anyhow::Context;
use axum::Extension;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use calls::Hall;
use kernel::{OutageId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, Error, ErrorBody, Json, Path, Query};

use crate::rules::outage::Clip;
use crate::rules::take::Take;
use crate::store::{outages, voices};
use crate::voice::{self, Booth};

/// One call for a greeting.
#[derive(Debug, Serialize, ToSchema)]
pub struct VoiceView {
    #[schema(value_type = String)]
    who: PersonId,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Of what was in force when it was asked for.
    revision: i64,
    state: Take,
    /// To be approved, or already what callers hear.
    clip: Option<Clip>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct VoiceAnswer {
    /// None: nobody has asked for one.
    voice: Option<VoiceView>,
}

fn view(voice: voices::Voice) -> VoiceView {
    let voices::Voice { who, at, revision, state, clip, .. } = voice;
    VoiceView { who, at, revision, state, clip }
}

/// Rings one's own telephone: what is spoken there waits for approval.
#[utoipa::path(post, path = "/api/outages/{id}/voice", tag = "outages", params(("id" = String, Path)),
    responses((status = 200, body = VoiceAnswer), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub async fn ring(
    State(app): State<App>,
    Extension(hall): Extension<Arc<dyn Hall>>,
    actor: Actor,
    Path(id): Path<OutageId>,
) -> Answer<VoiceAnswer> {
    let voice = voice::ring(&app, hall.as_ref(), actor.person, id).await?;
    Ok(Json(VoiceAnswer { voice: Some(view(voice)) }))
}

/// The last call for a greeting of this outage.
#[utoipa::path(get, path = "/api/outages/{id}/voice", tag = "outages", params(("id" = String, Path)),
    responses((status = 200, body = VoiceAnswer)))]
pub async fn last(State(app): State<App>, Path(id): Path<OutageId>) -> Answer<VoiceAnswer> {
    Ok(Json(VoiceAnswer { voice: voices::last(&app.db, id).await?.map(view) }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// The clip, by its name.
    clip: String,
}

/// What was spoken for this outage, as it sounds on the telephone.
#[utoipa::path(get, path = "/api/outages/{id}/voice/audio", tag = "outages", params(("id" = String, Path), Which),
    responses((status = 200, content_type = "audio/wav"), (status = 404, body = ErrorBody)))]
pub async fn audio(
    State(app): State<App>,
    Extension(booth): Extension<Booth>,
    Path(id): Path<OutageId>,
    Query(which): Query<Which>,
) -> Result<Response, Error> {
    let outage = outages::read(&app.db, id).await?.ok_or_else(Error::not_found)?;
    let spoken = voices::last(&app.db, id).await?.and_then(|voice| voice.clip);
    let known = [outage.greeting.clip, spoken].into_iter().flatten().any(|clip| clip.name == which.clip);
    let file = if known { booth.file(&which.clip).await } else { None };
    let file = file.ok_or_else(Error::not_found)?;
    let sound = tokio::fs::read(&file).await.with_context(|| format!("reading {}", file.display()))?;
    Ok(([(header::CONTENT_TYPE, "audio/wav")], sound).into_response())
}
