//! After a crash: recordings that were growing get their true length, their hash and their marks.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Component, Path};

use audio::wav::{self, HEADER_BYTES};
use kernel::RecordingId;

use super::{Mark, OPEN_DIR, seal};
use crate::media::Recovered;

/// Repairs what is listed under `.open`. To be called before the media core is started. What cannot be repaired is logged
/// and stays listed for the next start.
pub fn recover(dir: &Path) -> io::Result<Vec<Recovered>> {
    let entries = match std::fs::read_dir(dir.join(OPEN_DIR)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        let Some(recording) = entry.file_name().to_str().and_then(|name| name.parse::<RecordingId>().ok())
        else {
            continue;
        };
        match one(dir, recording, &entry.path()) {
            Ok(Some(recovered)) => found.push(recovered),
            Ok(None) => std::fs::remove_file(entry.path())?,
            Err(error) => tracing::error!(%recording, %error, "a recording cannot be recovered"),
        }
    }
    found.sort_by_key(|r| r.recording);
    Ok(found)
}

/// `None` when the process died before there was a file.
fn one(dir: &Path, recording: RecordingId, list: &Path) -> io::Result<Option<Recovered>> {
    let list = std::fs::read_to_string(list)?;
    let mut lines = list.lines();
    let name = lines.next().unwrap_or_default();
    let tame = !name.is_empty() && Path::new(name).components().all(|c| matches!(c, Component::Normal(_)));
    if !tame {
        return Ok(None);
    }
    let file: File = match OpenOptions::new().read(true).write(true).open(dir.join(name)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let frames = file.metadata()?.len().saturating_sub(HEADER_BYTES as u64) / 2;
    file.set_len(HEADER_BYTES as u64 + frames * 2)?;
    file.write_all_at(&wav::header(frames), 0)?;
    // The last line may be half.
    let marks: Vec<Mark> = lines.filter_map(|line| serde_json::from_str(line).ok()).collect();
    let (bytes, sha256) = seal::seal(dir, recording, name, &file, &marks)?;
    Ok(Some(Recovered { recording, file: name.into(), duration_ms: frames / 8, bytes, sha256 }))
}
