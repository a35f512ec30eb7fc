//! The dialler: takes who is due, writes each attempt down, and only then asks the exchange.
//!
//! *Invariant:* an attempt is a row before anybody is rung, and a fact (`CalledOut`) before the INVITE. So after a death an
//! attempt without a call was never made and is undone; one with a call has been made, and its record tells how it ended.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::Context;
use calls::Hall;
use db::{Entry, config};
use exchange::{CallOut, Input, Refused};
use kernel::calendar::Calendar;
use kernel::{AttemptId, FlowId, TargetId, Timestamp};
use serde_json::json;
use web::App;

use crate::rules::campaign::Trouble;
use crate::rules::{Campaign, Settings, Stage, State, Target, decide};
use crate::store::{attempts, campaigns, figures, targets};
use crate::{ROOM, putting};

/// Begun in one turn for one campaign: attempts that the exchange has no room for are undone one by one.
const BATCH: u64 = 20;

/// The one that dials in this process.
pub struct Dialler {
    hall: Arc<dyn Hall>,
    calendar: Arc<Calendar>,
    /// By which its attempts are told from those of processes before; set when those are settled.
    run: OnceLock<i64>,
    /// Attempts that are written down and were not made: undone as soon as the database can.
    not_made: Mutex<Vec<(AttemptId, TargetId)>>,
}

/// What became of an attempt that was written down.
enum Asked {
    Made,
    /// Nobody was rung.
    Not(Refused),
}

impl Dialler {
    pub fn new(hall: Arc<dyn Hall>, calendar: Arc<Calendar>) -> Dialler {
        Dialler { hall, calendar, run: OnceLock::new(), not_made: Mutex::default() }
    }

    fn not_made(&self) -> MutexGuard<'_, Vec<(AttemptId, TargetId)>> {
        self.not_made.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whoever was not rung waits again; when the database cannot keep that now, from the next turn on.
    async fn undo(&self, app: &App) -> anyhow::Result<()> {
        loop {
            let Some((attempt, target)) = self.not_made().last().copied() else { return Ok(()) };
            let mut tx = app.db.begin().await?;
            putting::undo(&mut tx, app.now(), attempt, target).await?;
            tx.commit().await?;
            self.not_made().pop();
        }
    }

    /// One turn: every campaign that runs calls as many as it may.
    pub async fn turn(&self, app: &App) -> anyhow::Result<()> {
        let run = match self.run.get() {
            Some(run) => *run,
            None => {
                let run = app.id::<AttemptId>().get();
                settle_those_before(app, run).await?;
                *self.run.get_or_init(|| run)
            }
        };
        self.undo(app).await?;
        let settings = config::read::<Settings>(&app.db).await?.value;
        for campaign in campaigns::running(&app.db).await? {
            if app.ending.has_begun() {
                return Ok(());
            }
            self.call(app, run, &campaign, &settings).await?;
        }
        Ok(())
    }

    async fn call(
        &self,
        app: &App,
        run: i64,
        campaign: &Campaign,
        settings: &Settings,
    ) -> anyhow::Result<()> {
        let now = app.now();
        if !campaign.plan.open(&self.calendar, now) {
            return Ok(());
        }
        let mut tx = app.db.begin().await?;
        let flow = ivr_flows::store::named(&mut tx, &campaign.plan.flow).await?;
        let Some(flow) = flow.filter(|flow| flow.live.is_some()).map(|flow| flow.id) else {
            return self.pause(tx, campaign, Trouble::FlowGone, now).await;
        };
        let open = attempts::open(&mut tx, run, campaign.id).await?;
        let room = u64::from(campaign.plan.at_once).saturating_sub(open).min(BATCH);
        let room = i64::try_from(room).unwrap_or(0);
        let due = if room > 0 { targets::due(&mut tx, campaign.id, now, room).await? } else { Vec::new() };
        if due.is_empty() {
            return finish(tx, campaign, now).await;
        }
        let mut begun: Vec<(AttemptId, Target)> = Vec::with_capacity(due.len());
        for target in due {
            let attempt: AttemptId = app.id();
            attempts::begin(&mut tx, attempt, (campaign.id, target.id), run, now).await?;
            let calling = Target { stage: Stage::Calling, ..target };
            anyhow::ensure!(targets::save(&mut tx, &calling, now).await?, "{} changed meanwhile", calling.id);
            begun.push((attempt, calling));
        }
        tx.commit().await.context("beginning attempts")?;
        let mut full = false;
        for (attempt, target) in begun {
            // What is written down and cannot be asked is undone: nobody was rung.
            let asked = match full {
                true => Asked::Not(Refused::NoRoomOut),
                false => self.ask(campaign, flow, settings, attempt, &target).await?,
            };
            let settled = match asked {
                Asked::Made => Ok(()),
                Asked::Not(Refused::MayNotDial { .. }) => barred(app, campaign, attempt, &target).await,
                // No room; or a flow that was published a moment ago, or is gone: the next turn sees which.
                Asked::Not(_) => {
                    full = true;
                    self.not_made().push((attempt, target.id));
                    Ok(())
                }
            };
            if let Err(failure) = settled {
                tracing::error!("that {} may not be called was not kept: {failure:#}", target.id);
                self.not_made().push((attempt, target.id));
            }
        }
        self.undo(app).await
    }

    /// An error says that the exchange has gone, and perhaps after it was asked: the next start settles it.
    async fn ask(
        &self,
        campaign: &Campaign,
        flow: FlowId,
        settings: &Settings,
        attempt: AttemptId,
        target: &Target,
    ) -> anyhow::Result<Asked> {
        let plan = &campaign.plan;
        let wanted = CallOut {
            attempt,
            own: None,
            number: target.number.clone(),
            shown: plan.shown.clone().or_else(|| settings.shown.clone()),
            flow,
            values: target.known.clone(),
            ring_for: Duration::from_secs(u64::from(plan.ring_s)),
            tell_machines: plan.tell_machines,
            keep_free: settings.keep_free.max(plan.keep_free),
        };
        let answer = self.hall.act(Input::CallOut(Box::new(wanted))).await?;
        Ok(answer.map_or_else(Asked::Not, |()| Asked::Made))
    }

    async fn pause(
        &self,
        mut tx: db::Tx,
        campaign: &Campaign,
        trouble: Trouble,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        let paused = Campaign { state: State::Paused, trouble: Some(trouble), ..campaign.clone() };
        if campaigns::save(&mut tx, &paused).await? {
            let (subject, payload) = (campaign.id.to_string(), json!({ "why": trouble }));
            tx.journal(Entry { at: now, who: None, room: ROOM, subject, kind: "paused", payload });
            tx.commit().await?;
        }
        Ok(())
    }
}

/// Nobody is due: over, when nobody is left at all.
async fn finish(mut tx: db::Tx, campaign: &Campaign, now: Timestamp) -> anyhow::Result<()> {
    if campaign.standing.is_some() || figures::anybody_left(&mut tx, campaign.id).await? {
        return Ok(());
    }
    let finished = Campaign { state: State::Finished, ..campaign.clone() };
    if campaigns::save(&mut tx, &finished).await? {
        let (subject, payload) = (campaign.id.to_string(), json!({}));
        tx.journal(Entry { at: now, who: None, room: ROOM, subject, kind: "finished", payload });
        tx.commit().await?;
    }
    Ok(())
}

/// No rule allows the number: nobody will be called.
async fn barred(app: &App, campaign: &Campaign, attempt: AttemptId, target: &Target) -> anyhow::Result<()> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    attempts::forget(&mut tx, attempt).await?;
    let Some(kept) = targets::one(&mut tx, target.id).await? else { return Ok(()) };
    let barred = decide::bar(&kept);
    anyhow::ensure!(targets::save(&mut tx, &barred, now).await?, "{} changed meanwhile", kept.id);
    putting::tell(&mut tx, now, campaign, &barred, (now, None)).await?;
    tx.commit().await
}

/// At the start, after the log of facts has been followed to its end: an attempt without a call was never made; of one with a
/// call the record has told, or is about to tell, how it ended.
async fn settle_those_before(app: &App, run: i64) -> anyhow::Result<()> {
    let (mut after, mut count) = (AttemptId(0), 0);
    loop {
        let mut tx = app.db.begin().await?;
        let left = attempts::left(&mut tx, run, after).await?;
        let ids: Vec<AttemptId> = left.iter().map(|(attempt, _)| *attempt).collect();
        let Some(last) = ids.last() else { break };
        after = *last;
        let made = calls::of_attempts(&mut tx, &ids).await?;
        for (attempt, target) in left.iter().filter(|(attempt, _)| !made.contains_key(attempt)) {
            putting::undo(&mut tx, app.now(), *attempt, *target).await?;
            count += 1;
        }
        tx.commit().await?;
    }
    if count > 0 {
        tracing::info!(attempts = count, "attempts that were written down and never made are made anew");
    }
    Ok(())
}
