//! Files that come in: to disk as they arrive, never more than allowed.

use std::path::Path;

use anyhow::Context;
use axum::extract::multipart::{Field, MultipartError};
use axum::http::StatusCode;
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use crate::error::{Error, Status};

/// What was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uploaded {
    /// As the browser names it; for display only, never part of a path.
    pub name: String,
    pub bytes: u64,
    /// SHA-256, hexadecimal.
    pub hash: String,
}

/// Writes one field of a form to `path`, which must not exist yet. The route needs
/// `.layer(axum::extract::DefaultBodyLimit::max(…))` when more than 1 MiB is to pass.
///
/// # Errors
/// Refused when it is longer than `bytes_max`; what was written is taken away again.
pub async fn upload_to(path: &Path, mut field: Field<'_>, bytes_max: u64) -> Result<Uploaded, Error> {
    let name: String =
        field.file_name().unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect();
    let mut file = tokio::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .await
        .with_context(|| format!("creating {}", path.display()))?;
    let received = receive(&mut file, &mut field, bytes_max).await;
    match received {
        Ok((bytes, hash)) => {
            file.sync_all().await.with_context(|| format!("writing {}", path.display()))?;
            Ok(Uploaded { name, bytes, hash })
        }
        Err(error) => {
            drop(file);
            let _ = tokio::fs::remove_file(path).await;
            Err(error)
        }
    }
}

/// A form that does not arrive whole: too long for the route's limit, or broken on the way.
pub fn upload_error(error: &MultipartError, bytes_max: u64) -> Error {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Error::refused(Status::TooLarge, "too_large").with("bytes_max", bytes_max);
    }
    Error::refused(Status::BadRequest, "upload_broken").with("detail", error.body_text())
}

async fn receive(
    file: &mut tokio::fs::File,
    field: &mut Field<'_>,
    max: u64,
) -> Result<(u64, String), Error> {
    let mut hasher = Sha256::new();
    let mut bytes = 0u64;
    loop {
        let chunk = field.chunk().await.map_err(|error| upload_error(&error, max))?;
        let Some(chunk) = chunk else { break };
        bytes += chunk.len() as u64;
        if bytes > max {
            return Err(Error::refused(Status::TooLarge, "too_large").with("bytes_max", max));
        }
        hasher.update(&chunk);
        file.write_all(&chunk).await.context("writing an upload")?;
    }
    file.flush().await.context("writing an upload")?;
    Ok((bytes, hex::encode(hasher.finalize())))
}
