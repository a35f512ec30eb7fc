//! Files that go out: piece by piece from the disk, never kept by what lies between.

use std::path::Path;

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use tokio::io::AsyncReadExt;

use crate::error::Error;

const PIECE: usize = 64 * 1024;

/// A file of ours under this name, which is ASCII and never a user's.
///
/// # Errors
/// Not found, when it is not there.
pub async fn download(path: &Path, mime: &'static str, name: &str) -> Result<Response, Error> {
    let file = tokio::fs::File::open(path).await.map_err(|_| Error::not_found())?;
    let length = file.metadata().await.map_err(anyhow::Error::from)?.len();
    let pieces = futures::stream::try_unfold(file, async |mut file| {
        let mut piece = vec![0; PIECE];
        let read = file.read(&mut piece).await?;
        piece.truncate(read);
        Ok::<_, std::io::Error>((read > 0).then(|| (Bytes::from(piece), file)))
    });
    let headers = [
        (header::CONTENT_TYPE, mime.to_owned()),
        (header::CONTENT_LENGTH, length.to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, Body::from_stream(pieces)).into_response())
}
