//! The demo's campaign: approved, with invented people in it, waiting to be started.

use anyhow::{Context, Result};
use db::{Entry, config};
use kernel::{CampaignId, TargetId};
use serde_json::json;
use web::App;

use crate::ROOM;
use crate::rules::{Campaign, Plan, Settings, Stage, State, Target};
use crate::store::{campaigns, targets};

const PEOPLE: u32 = 40;

/// Puts it in, unless there is a campaign already. `shown` is the number by which the demo's town knows the machine. Whether it
/// was put in.
pub async fn put(app: &App, flow: &str, shown: &str) -> Result<bool> {
    if !campaigns::page(&app.db, None, 1).await?.is_empty() {
        return Ok(false);
    }
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let known = config::now::<Settings>(&mut tx).await?;
    let settings = Settings { shown: Some(shown.to_owned()), ..known.value };
    if known.version == 0 {
        config::put(&mut tx, &settings, 0, None, now).await?;
    }
    // A trial is made at any hour, and again at once.
    let plan = Plan {
        hours: Vec::new(),
        attempts: 2,
        gap_min: 2,
        at_once: 4,
        confirm: "12".into(),
        ..settings.plan(flow)
    };
    let campaign = Campaign {
        id: app.id::<CampaignId>(),
        name: "青岚区送气回访（示例）".to_owned(),
        purpose: "停气恢复后，逐户询问是否已正常用气；未恢复的转报修专席。".to_owned(),
        state: State::Approved,
        plan,
        standing: None,
        created_by: None,
        created_at: now,
        trouble: None,
        version: 1,
    };
    campaigns::add(&mut tx, &campaign).await?;
    for n in 0..PEOPLE {
        let number = format!("154000010{n:02}");
        let target = Target {
            id: app.id::<TargetId>(),
            campaign: campaign.id,
            once: number.clone(),
            number,
            about: format!("31{:05}", 20_000 + n),
            known: Default::default(),
            stage: Stage::Waiting,
            outcome: None,
            tries: 0,
            due: now,
            version: 1,
        };
        targets::add(&mut tx, &target, now).await?;
    }
    let (subject, payload) = (campaign.id.to_string(), json!({ "name": campaign.name, "people": PEOPLE }));
    tx.journal(Entry { at: now, who: None, room: ROOM, subject, kind: "drafted", payload });
    tx.commit().await.context("the demo's campaign")?;
    Ok(true)
}
