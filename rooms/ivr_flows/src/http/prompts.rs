//! Prompts: list, hear, upload, delete.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use axum::Extension;
use axum::extract::State;
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kernel::{FlowId, PromptId};
use serde::Serialize;
use tokio::sync::Semaphore;
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, Json, Path, Status};

use super::by;
use crate::centre::{Centre, clip_of};
use crate::published::{NewPrompt, put_prompt};
use crate::rules::{Refusal, prompt, source};
use crate::store;

#[derive(Serialize, ToSchema)]
pub struct PromptItem {
    /// `pr_…` of an uploaded prompt, the name of one of the house.
    id: String,
    /// As flows name it.
    name: String,
    /// The clip that is played: named after its content, so that it never changes.
    clip: String,
    text: Option<String>,
    duration_ms: u64,
    kind: PromptKind,
    /// The flows that play it, in their draft or published.
    used_in: Vec<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PromptKind {
    /// Uploaded here.
    Recorded,
    /// Comes with the house.
    Spoken,
}

#[derive(Serialize, ToSchema)]
pub struct PromptList {
    items: Vec<PromptItem>,
}

/// The fields of an upload.
#[derive(ToSchema)]
#[allow(dead_code)]
pub struct UploadForm {
    name: String,
    text: Option<String>,
    /// `true`: in place of the uploaded prompt of this name.
    replace: Option<String>,
    /// `true`: bring it to the level of all prompts, as what was spoken into a browser needs.
    level: Option<String>,
    #[schema(format = Binary)]
    file: String,
}

/// The parts from which numbers are spoken, and the voices of simulated people, are nothing to choose from.
const HIDDEN: [&str; 3] = ["parts/", "agents/", "callers/"];
/// At a time; each holds a file and its samples in memory.
static CONVERSIONS: Semaphore = Semaphore::const_new(2);
pub(super) const TEXT_CHARS_MAX: usize = 2_000;

/// Which flows play which prompt.
async fn uses(app: &App, centre: &Centre) -> anyhow::Result<BTreeMap<String, BTreeSet<String>>> {
    let names = centre.names(&app.db).await?;
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for flow in store::all(&app.db).await? {
        for text in [Some(flow.draft), flow.live.map(|live| live.source)].into_iter().flatten() {
            let Some(read) = source::check(&text, None, FlowId(0), 0, &names).source else { continue };
            for voice in read.voices() {
                uses.entry(voice.to_owned()).or_default().insert(flow.name.clone());
            }
        }
    }
    Ok(uses)
}

#[utoipa::path(get, path = "/api/ivr_flows/prompts", tag = "ivr_flows",
    responses((status = 200, body = PromptList)))]
pub async fn list(State(app): State<App>, Extension(centre): Extension<Centre>) -> Answer<PromptList> {
    let mut uses = uses(&app, &centre).await?;
    let mut used = |name: &str| uses.remove(name).unwrap_or_default().into_iter().collect();
    let mut items: Vec<PromptItem> = Vec::new();
    for prompt in store::prompts::all(&app.db).await? {
        items.push(PromptItem {
            id: prompt.id.to_string(),
            used_in: used(&prompt.name),
            clip: clip_of(&prompt.hash).name().to_owned(),
            name: prompt.name,
            text: prompt.text,
            duration_ms: prompt.duration_ms,
            kind: PromptKind::Recorded,
        });
    }
    for (name, prompt) in centre.house.iter() {
        let hidden = HIDDEN.iter().any(|folder| name.starts_with(folder));
        if hidden || items.iter().any(|item| item.name == *name) {
            continue;
        }
        items.push(PromptItem {
            id: name.clone(),
            clip: name.clone(),
            name: name.clone(),
            text: prompt.text.clone(),
            duration_ms: prompt.duration_ms,
            kind: PromptKind::Spoken,
            used_in: used(name),
        });
    }
    items.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Json(PromptList { items }))
}

#[utoipa::path(get, path = "/api/ivr_flows/prompts/{id}/audio", tag = "ivr_flows", params(("id" = String, Path)),
    responses((status = 200, content_type = "audio/wav")))]
pub async fn audio(
    State(app): State<App>,
    Extension(centre): Extension<Centre>,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let wav = match id.parse::<PromptId>() {
        Ok(id) => store::prompts::audio(&app.db, id).await?,
        Err(_) => match centre.house.get(&id) {
            Some(prompt) => Some(
                tokio::fs::read(&prompt.path)
                    .await
                    .with_context(|| format!("reading {}", prompt.path.display()))?,
            ),
            None => None,
        },
    };
    let wav = wav.ok_or_else(Error::not_found)?;
    Ok(([(header::CONTENT_TYPE, "audio/wav")], wav).into_response())
}

#[utoipa::path(post, path = "/api/ivr_flows/prompts", tag = "ivr_flows",
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 200, body = PromptList)))]
pub async fn upload(
    State(app): State<App>,
    Extension(centre): Extension<Centre>,
    actor: Actor,
    mut form: Multipart,
) -> Answer<PromptList> {
    // Held to the end: whoever comes third waits here before his file is read.
    let _turn = CONVERSIONS.acquire().await.context("waiting for a turn")?;
    let (mut name, mut text, mut replace, mut level, mut file) = (String::new(), None, false, false, None);
    while let Some(mut field) = form.next_field().await.map_err(broken)? {
        match field.name().unwrap_or_default() {
            "name" => name = field_text(&mut field).await?,
            "text" => text = Some(field_text(&mut field).await?).filter(|text| !text.is_empty()),
            "replace" => replace = field_text(&mut field).await? == "true",
            "level" => level = field_text(&mut field).await? == "true",
            "file" => file = Some(receive(&mut field, prompt::FILE_BYTES_MAX).await?),
            _ => {}
        }
    }
    let file = file.ok_or(Refusal::BadPrompt { why: prompt::Bad::NoFile })?;
    let converted = tokio::task::spawn_blocking(move || prompt::convert(&file, level))
        .await
        .context("converting a prompt")?
        .map_err(|why| Refusal::BadPrompt { why })?;
    let new = NewPrompt { name, text, converted, replace };
    let mut tx = app.db.begin().await?;
    put_prompt(&mut tx, &centre, &app.mint, new, &by(&actor), app.now()).await??;
    tx.commit().await?;
    list(State(app), Extension(centre)).await
}

async fn field_text(field: &mut Field<'_>) -> Result<String, Error> {
    let bytes = receive(field, TEXT_CHARS_MAX as u64 * 4).await?;
    Ok(String::from_utf8_lossy(&bytes).trim().chars().take(TEXT_CHARS_MAX).collect())
}

async fn receive(field: &mut Field<'_>, bytes_max: u64) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(broken)? {
        if (bytes.len() + chunk.len()) as u64 > bytes_max {
            return Err(Error::refused(Status::TooLarge, "too_large").with("bytes_max", bytes_max));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn broken(error: MultipartError) -> Error {
    if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        return Error::refused(Status::TooLarge, "too_large").with("bytes_max", prompt::FILE_BYTES_MAX);
    }
    Error::refused(Status::BadRequest, "upload_broken").with("detail", error.body_text())
}

#[utoipa::path(delete, path = "/api/ivr_flows/prompts/{id}", tag = "ivr_flows", params(("id" = String, Path)),
    responses((status = 200, body = PromptList)))]
pub async fn delete(
    State(app): State<App>,
    Extension(centre): Extension<Centre>,
    actor: Actor,
    Path(id): Path<PromptId>,
) -> Answer<PromptList> {
    let prompt = store::prompts::get(&app.db, id).await?.ok_or_else(Error::not_found)?;
    // Where the house has a prompt of the same name, that is heard again.
    if !centre.house.contains_key(&prompt.name)
        && let Some(flows) = uses(&app, &centre).await?.remove(&prompt.name)
    {
        return Err(Refusal::InUse { by: flows.into_iter().collect() }.into());
    }
    let mut tx = app.db.begin().await?;
    if !store::prompts::delete(&mut tx, &prompt, &by(&actor), app.now()).await? {
        return Err(Error::not_found());
    }
    tx.commit().await?;
    list(State(app), Extension(centre)).await
}
