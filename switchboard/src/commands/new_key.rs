//! `switchboard new-key`: when the key of the sealed secrets is lost.

use anyhow::Result;

use crate::config::Place;
use crate::secret::{self, Forgotten};
use crate::store::{self, Folders};

pub async fn run(place: &Place) -> Result<()> {
    let folders = Folders::open(&place.data())?;
    let _lock = folders.lock()?;
    let app = store::open(&place.database()).await?;
    let Forgotten { people, webhooks, platforms } = secret::renew(&folders, &app).await?;
    println!(
        "{} is new; {people} people sign in with their password alone until they set their second factor up again",
        folders.secret_key().display()
    );
    if webhooks + platforms > 0 {
        println!(
            "{webhooks} webhooks are paused and {platforms} platforms of 12345 are not believed until somebody makes them new \
             secrets (pages /webhooks and /government/platforms) and the other side has them"
        );
    }
    app.db.close().await;
    Ok(())
}
