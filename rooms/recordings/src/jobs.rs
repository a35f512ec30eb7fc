//! Deletes what is older than the retention rule allows.

use anyhow::{Context, Result};
use web::App;

use crate::Config;
use crate::http::play::inside;
use crate::rules::retention;
use crate::store::rows;

/// One round: the file goes first, so that a death in between leaves a row without a file and not the reverse.
pub async fn let_go(app: &App, config: &Config) -> Result<usize> {
    let now = app.now();
    let mut gone = 0;
    for recording in rows::over(&app.db, retention::cutoff(now, config.kept)).await? {
        let path = inside(&config.folder, &recording.file)?;
        match tokio::fs::remove_file(&path).await {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("deleting {}", path.display())),
        }
        let mut tx = app.db.begin().await?;
        gone += usize::from(rows::deleted(&mut tx, recording.id, now).await?);
        tx.commit().await?;
    }
    Ok(gone)
}
