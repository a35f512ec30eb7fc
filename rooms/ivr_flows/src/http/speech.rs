//! Texts spoken by the speech pack: whether it is there, a prompt from a text, and what menus may ask of rooms.

use std::time::Duration;

use anyhow::Context;
use audio::wav;
use axum::Extension;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use speech::Said;
use utoipa::ToSchema;
use web::{Actor, Answer, App, Json};

use super::by;
use super::prompts::{PromptList, TEXT_CHARS_MAX, list};
use crate::centre::Centre;
use crate::published::{NewPrompt, put_prompt};
use crate::rules::Refusal;
use crate::rules::prompt::Converted;

/// A browser waits so long for one answer; then it asks again.
const WITHIN: Duration = Duration::from_secs(20);

#[derive(Serialize, ToSchema)]
pub struct SpeechState {
    available: bool,
    /// Why not, and what to do about it: for whoever runs the machine.
    why_not: Option<String>,
    /// Sentences that wait to be said.
    waiting: usize,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SpeakForm {
    name: String,
    text: String,
    /// In place of the uploaded prompt of this name.
    #[serde(default)]
    replace: bool,
}

#[derive(Serialize, ToSchema)]
pub struct LookUpItem {
    key: String,
    /// What is asked and answered.
    about: String,
}

#[utoipa::path(get, path = "/api/ivr_flows/speech", tag = "ivr_flows",
    responses((status = 200, body = SpeechState)))]
pub async fn state(Extension(centre): Extension<Centre>) -> Answer<SpeechState> {
    let state = centre.speech.state();
    Ok(Json(SpeechState {
        available: state.why_not.is_none(),
        why_not: state.why_not,
        waiting: state.waiting,
    }))
}

/// What menus may ask, by key.
#[utoipa::path(get, path = "/api/ivr_flows/look_ups", tag = "ivr_flows",
    responses((status = 200, body = Vec<LookUpItem>)))]
pub async fn look_ups(Extension(centre): Extension<Centre>) -> Answer<Vec<LookUpItem>> {
    let item = |(key, about): (&String, &String)| LookUpItem { key: key.clone(), about: about.clone() };
    Ok(Json(centre.look_ups.iter().map(item).collect()))
}

/// Has a text spoken and keeps it as a prompt. While it is being prepared the answer is 409 `speech_preparing`: ask again.
#[utoipa::path(post, path = "/api/ivr_flows/prompts/spoken", tag = "ivr_flows", request_body = SpeakForm,
    responses((status = 200, body = PromptList)))]
pub async fn speak(
    State(app): State<App>,
    Extension(centre): Extension<Centre>,
    actor: Actor,
    Json(form): Json<SpeakForm>,
) -> Answer<PromptList> {
    let text: String = form.text.trim().chars().take(TEXT_CHARS_MAX).collect();
    let clips = match centre.speech.wait(&text, WITHIN).await {
        Said::Ready(clips) => clips,
        Said::Preparing => return Err(Refusal::SpeechPreparing.into()),
        Said::Unavailable(why) => return Err(Refusal::SpeechUnavailable { why }.into()),
    };
    let mut samples = Vec::new();
    for spoken in clips {
        let path = centre.prompts_dir.join(format!("{}.wav", spoken.clip.name()));
        let file = tokio::fs::read(&path).await.with_context(|| format!("reading {}", path.display()))?;
        samples.extend_from_slice(wav::read(&file).map_err(anyhow::Error::from)?.data);
    }
    let mut whole = wav::prompt_header(samples.len() as u64).to_vec();
    let duration_ms = samples.len() as u64 / 8;
    whole.append(&mut samples);
    let converted = Converted { wav: whole, duration_ms };
    let new = NewPrompt { name: form.name, text: Some(text), converted, replace: form.replace };
    let mut tx = app.db.begin().await?;
    put_prompt(&mut tx, &centre, &app.mint, new, &by(&actor), app.now()).await??;
    tx.commit().await?;
    list(State(app), Extension(centre)).await
}
