//! The demo's storm mode: who helps whom, and what callers hear in place of a long queue.

use anyhow::Result;
use calls::store::lines;
use db::config;
use kernel::QueueId;
use web::App;

use crate::rules::Settings;
use crate::rules::settings::{DoorRule, Help};

/// Puts it in, unless somebody has set something. `flow` is the menu before the queues.
pub async fn put(app: &App, flow: &str) -> Result<()> {
    let queues = lines::all(&app.db).await?;
    let help = |from: &str, to: &str| -> Option<Help> {
        let (of, queue): (QueueId, QueueId) = (queues.queue(from)?, queues.queue(to)?);
        Some(Help { queue, of: Some(of), skill: None, level: 1, rank: 5 })
    };
    let helpers = [help("business", "repairs"), help("billing", "repairs")].into_iter().flatten().collect();
    let usual = Settings::default();
    let door = DoorRule { flow: Some(flow.to_owned()), ..usual.door };
    let settings = Settings { helpers, door, ..usual };
    let mut tx = app.db.begin().await?;
    if config::now::<Settings>(&mut tx).await?.version == 0 {
        config::put(&mut tx, &settings, 0, None, app.now()).await?;
    }
    tx.commit().await
}
