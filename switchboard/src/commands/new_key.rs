//! `switchboard new-key`: when the key of the sealed secrets is lost.

use anyhow::Result;

use crate::config::Place;
use crate::secret;
use crate::store::{self, Folders};

pub async fn run(place: &Place) -> Result<()> {
    let folders = Folders::open(&place.data())?;
    let _lock = folders.lock()?;
    let app = store::open(&place.database()).await?;
    let forgotten = secret::renew(&folders, &app).await?;
    println!(
        "{} is new; {forgotten} people sign in with their password alone until they set their second factor up again",
        folders.secret_key().display()
    );
    app.db.close().await;
    Ok(())
}
