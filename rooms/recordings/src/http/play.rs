//! Hearing a recording: PCM for browsers, whole or in parts, and the peaks to draw. The hearing goes to the journal.

use std::path::{Component, Path as FilePath, PathBuf};

use anyhow::Context;
use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode, header};
use db::Look;
use kernel::RecordingId;
use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncSeekExt, SeekFrom};
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, Json, Path};

use super::found::reach;
use crate::Config;
use crate::rules::sound::{PcmFile, peaks};

/// Stretches in a drawing of the waveform.
const PEAKS: usize = 1_200;
/// The most that one answer carries; the browser asks for the rest.
const PART_MAX: u64 = 4 << 20;
/// Where the sound begins in a stored file.
const STORED_HEADER: u64 = audio::wav::HEADER_BYTES as u64;

/// Peaks from 0 to 1, equally spaced: customer left, agent right.
#[derive(Debug, Serialize, ToSchema)]
pub struct Waveform {
    pub left: Vec<f32>,
    pub right: Vec<f32>,
    pub duration_ms: u64,
}

#[utoipa::path(get, path = "/api/recordings/{id}/waveform", tag = "recordings", params(("id" = String, Path)),
    responses((status = 200, body = Waveform), (status = 404)))]
pub async fn waveform(
    State(app): State<App>,
    Extension(config): Extension<Config>,
    actor: Actor,
    Path(id): Path<RecordingId>,
) -> Answer<Waveform> {
    let (recording, _) = reach(&app, &actor, id).await?;
    let path = inside(&config.folder, &recording.file)?;
    let waveform = tokio::task::spawn_blocking(move || {
        let file = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        let stored = file.get(STORED_HEADER as usize..).unwrap_or_default();
        let (left, right) = peaks(stored, PEAKS);
        anyhow::Ok(Waveform { left, right, duration_ms: stored.len() as u64 / 2 / 8 })
    });
    Ok(Json(waveform.await.map_err(anyhow::Error::from)??))
}

/// The sound as WAV, 16 bits, stereo, 8 kHz; ranges are answered.
#[utoipa::path(get, path = "/api/recordings/{id}/audio", tag = "recordings", params(("id" = String, Path)),
    responses((status = 200), (status = 206), (status = 404), (status = 416)))]
pub async fn sound(
    State(app): State<App>,
    Extension(config): Extension<Config>,
    actor: Actor,
    Path(id): Path<RecordingId>,
    headers: HeaderMap,
) -> Result<Response<Body>, Error> {
    let (recording, _) = reach(&app, &actor, id).await?;
    let path = inside(&config.folder, &recording.file)?;
    let opened = tokio::fs::File::open(&path).await;
    let mut file = opened.with_context(|| format!("opening the recording {}", path.display()))?;
    let length = file.metadata().await.map_err(anyhow::Error::from)?.len();
    let pcm = PcmFile::of(length.saturating_sub(STORED_HEADER));
    let range = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
    let Some((from, to)) = part(range, pcm.length()) else {
        let answer = Response::builder()
            .status(StatusCode::RANGE_NOT_SATISFIABLE)
            .header(header::CONTENT_RANGE, format!("bytes */{}", pcm.length()));
        return Ok(answer.body(Body::empty()).map_err(anyhow::Error::from)?);
    };
    if config.hearings.begins(actor.person, id, app.now()) {
        heard(&app, &actor, id).await?;
    }
    let needed = pcm.needed(from, to);
    let mut stored = vec![0; needed.length as usize];
    file.seek(SeekFrom::Start(STORED_HEADER + needed.offset)).await.map_err(anyhow::Error::from)?;
    file.read_exact(&mut stored).await.context("reading a recording")?;
    let body = pcm.part(from, to, &stored);
    let whole = from == 0 && to == pcm.length() && range.is_none();
    let mut answer = Response::builder()
        .status(if whole { StatusCode::OK } else { StatusCode::PARTIAL_CONTENT })
        .header(header::CONTENT_TYPE, "audio/wav")
        .header(header::ACCEPT_RANGES, "bytes")
        .header(header::CACHE_CONTROL, "no-store")
        .header(header::CONTENT_LENGTH, body.len());
    if !whole {
        answer = answer.header(header::CONTENT_RANGE, format!("bytes {from}-{}/{}", to - 1, pcm.length()));
    }
    Ok(answer.body(Body::from(body)).map_err(anyhow::Error::from)?)
}

/// The bytes `[from, to)` that are asked for; none when they cannot be had. Without a range, everything.
fn part(range: Option<&str>, length: u64) -> Option<(u64, u64)> {
    let Some(range) = range else { return Some((0, length)) };
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let (from, to) = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(from), Ok(last)) => (from, last.saturating_add(1).min(length)),
        (Ok(from), Err(_)) if last.is_empty() => (from, length),
        (Err(_), Ok(last)) if first.is_empty() => (length.saturating_sub(last), length),
        _ => return None,
    };
    (from < to).then(|| (from, to.min(from + PART_MAX)))
}

async fn heard(app: &App, actor: &Actor, id: RecordingId) -> Result<(), Error> {
    let mut tx = app.db.begin().await?;
    let look = Look {
        at: app.now(),
        who: actor.person,
        room: "recordings",
        subject: id.to_string(),
        what: "recording",
        reason: None,
    };
    tx.journal(look.into());
    tx.commit().await?;
    Ok(())
}

/// A recording's file is below the folder, whatever its row says.
pub fn inside(folder: &FilePath, file: &str) -> anyhow::Result<PathBuf> {
    let relative = FilePath::new(file).strip_prefix(folder).unwrap_or(FilePath::new(file));
    let plain = relative.components().all(|part| matches!(part, Component::Normal(_)));
    anyhow::ensure!(plain, "a recording's file {file:?} is not below the recordings folder");
    Ok(folder.join(relative))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_what_browsers_ask_for() {
        assert_eq!(part(None, 100), Some((0, 100)));
        assert_eq!(part(Some("bytes=0-"), 100), Some((0, 100)));
        assert_eq!(part(Some("bytes=10-19"), 100), Some((10, 20)));
        assert_eq!(part(Some("bytes=-5"), 100), Some((95, 100)));
        assert_eq!(part(Some("bytes=90-500"), 100), Some((90, 100)));
        for bad in ["bytes=100-", "bytes=5-4", "bytes=a-b", "items=0-1", "bytes="] {
            assert_eq!(part(Some(bad), 100), None, "{bad}");
        }
    }

    #[test]
    fn a_file_outside_the_folder_is_not_opened() {
        let folder = FilePath::new("/data/recordings");
        assert_eq!(inside(folder, "2026/01/a.wav").ok(), Some(folder.join("2026/01/a.wav")));
        assert_eq!(inside(folder, "/data/recordings/a.wav").ok(), Some(folder.join("a.wav")));
        assert!(inside(folder, "../../etc/passwd").is_err() && inside(folder, "/etc/passwd").is_err());
    }
}
