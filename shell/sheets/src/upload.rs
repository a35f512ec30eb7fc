//! A table that somebody sends to be read at once: nothing of it is kept.

use std::path::Path;

use anyhow::Result;
use axum::extract::Multipart;
use web::{Error, upload_error, upload_to};

use crate::{Trouble, Work};

/// Takes the field `file` of a form in, has it read on a thread of its own, and takes it away again. A file that cannot be read
/// is the sender's trouble, and the room's to refuse.
///
/// # Errors
/// When it does not arrive, or the reading fails for a reason of ours.
pub async fn read_upload<T: Send + 'static>(
    work: &Work,
    id: i64,
    mut form: Multipart,
    bytes_max: u64,
    read: impl FnOnce(&Path) -> Result<T> + Send + 'static,
) -> std::result::Result<std::result::Result<T, Trouble>, Error> {
    work.folder()?;
    let path = work.file(id, "sheet");
    let mut uploaded = false;
    while let Some(field) = form.next_field().await.map_err(|error| upload_error(&error, bytes_max))? {
        if field.name() == Some("file") && !uploaded {
            upload_to(&path, field, bytes_max).await?;
            uploaded = true;
        }
    }
    if !uploaded {
        return Ok(Err(Trouble::Empty));
    }
    let kept = path.clone();
    // A reader that panics on a hostile file ends only this thread.
    let found = tokio::task::spawn_blocking(move || read(&kept)).await;
    let _ = tokio::fs::remove_file(&path).await;
    match found {
        Ok(Ok(found)) => Ok(Ok(found)),
        Ok(Err(why)) => match why.downcast_ref::<Trouble>() {
            Some(trouble) => Ok(Err(*trouble)),
            None => Err(why.into()),
        },
        Err(_) => Ok(Err(Trouble::Damaged)),
    }
}
