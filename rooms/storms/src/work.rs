//! The switch: one transaction for the row, the journal and the event; and the exchange, which follows the row.

use std::collections::BTreeMap;
use std::sync::Arc;

use calls::Hall;
use calls::rules::NotNow;
use calls::store::{lines, places};
use db::{Db, Entry, config};
use exchange::{Footing, Input};
use kernel::{PersonId, Timestamp};
use serde_json::json;
use tokio::sync::Mutex;
use web::{App, Error};

use crate::rules::settings::Around;
use crate::rules::{Act, Settings, Storm, decide};
use crate::{CHANGED, ROOM, Switched, store};

/// What of other rooms the settings speak of.
pub async fn around(db: &Db) -> anyhow::Result<Around> {
    let flows = ivr_flows::store::all(db).await?;
    let queues = lines::queues(db).await?;
    let prompts = ivr_flows::store::prompts::all(db).await?;
    Ok(Around {
        flows: flows
            .into_iter()
            .filter(|flow| flow.live.is_some())
            .map(|flow| (flow.name, flow.id))
            .collect(),
        skills: queues.into_iter().map(|kept| (kept.id, kept.line.skills)).collect::<BTreeMap<_, _>>(),
        prompts: prompts.into_iter().map(|one| (one.name, ivr_flows::clip_of(&one.hash))).collect(),
    })
}

/// Does it. `by`: none is the thresholds. Who, when and why stand in the journal.
pub async fn switch(app: &App, act: &Act, by: Option<PersonId>) -> Result<Storm, Error> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let current = store::open_in(&mut tx).await?;
    let storm = decide(current.as_ref(), act, by, now, app.id())?;
    let kept = match &current {
        None => store::add(&mut tx, &storm).await?,
        Some(_) => store::save(&mut tx, &storm).await?,
    };
    if !kept {
        return Err(Error::changed_meanwhile());
    }
    if by.is_some() && !matches!(act, Act::Expect { .. }) {
        let watch = store::watch(&mut tx).await?.by_hand(storm.ended_at.is_none());
        store::save_watch(&mut tx, watch).await?;
    }
    let why = match act {
        Act::On { why, .. } | Act::Off { why } => Some(why),
        Act::Expect { .. } => None,
    };
    let payload = json!({ "why": why, "by_threshold": by.is_none(), "until": storm.until });
    let subject = format!("storm_{}", storm.id);
    tx.journal(Entry { at: now, who: by, room: ROOM, subject, kind: act.verb(), payload });
    tx.emit(now, &Switched { storm: storm.id, on: storm.ended_at.is_none(), until: storm.until })?;
    tx.commit().await?;
    app.live.publish(CHANGED.name, &json!({}))?;
    Ok(storm)
}

/// What the exchange of a new process is told before it takes its first call: nothing while no storm goes on; otherwise the footing,
/// and who stood where, so that whoever was cut off and calls again has his place.
pub async fn at_start(db: &Db, now: Timestamp) -> anyhow::Result<Vec<Input>> {
    let footing = Applier::wanted(db).await?;
    let Footing::Storm(storm) = &footing else { return Ok(Vec::new()) };
    let stood = match &storm.door {
        Some(door) => places::stood(db, door.again_within, now).await?,
        None => Vec::new(),
    };
    let told = std::iter::once(Input::Footing(footing.clone()));
    Ok(told.chain(stood.into_iter().map(Input::Remember)).collect())
}

/// Keeps the exchange on the footing that the row says.
pub struct Applier {
    hall: Arc<dyn Hall>,
    /// What it was told last by this process; nothing at the start.
    told: Mutex<Option<Footing>>,
}

impl Applier {
    pub fn new(hall: Arc<dyn Hall>) -> Applier {
        Applier { hall, told: Mutex::new(None) }
    }

    /// What follows from the rows now.
    pub async fn wanted(db: &Db) -> anyhow::Result<Footing> {
        let Some(storm) = store::open(db).await? else { return Ok(Footing::Usual) };
        let settings = config::read::<Settings>(db).await?.value;
        Ok(settings.footing(&around(db).await?, storm.until))
    }

    /// Tells the exchange, if it does not know. Saying it twice does no harm.
    pub async fn apply(&self, db: &Db) -> anyhow::Result<()> {
        let mut told = self.told.lock().await;
        let wanted = Applier::wanted(db).await?;
        if told.as_ref() != Some(&wanted) {
            let done = self.hall.act(Input::Footing(wanted.clone())).await?;
            done.map_err(|no| anyhow::anyhow!("{}", NotNow(no)))?;
            *told = Some(wanted);
        }
        Ok(())
    }
}
