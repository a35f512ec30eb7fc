//! What imports and exports leave behind goes: files a day after their work was begun, and the first rows of a file that are
//! kept for the page. Counts stay.

use anyhow::Result;
use sheets::{Exports, KEPT, Work};
use web::App;

use crate::store::jobs;

/// To be called at the start and every now and then; what was cleaned already costs nothing.
pub async fn clean(app: App, work: Work, exports: Exports) -> Result<()> {
    let now = app.now();
    let forgotten = jobs::forget(&app.db, now - KEPT, |id| work.progress(id).is_some()).await?;
    let files = exports.clean(now).await?;
    if forgotten > 0 || files > 0 {
        tracing::info!("{files} files of imports and exports taken away, {forgotten} imports forgotten");
    }
    Ok(())
}
