//! People are put into a campaign: by hand, from a table, or by another room in its own change.

use std::collections::BTreeMap;

use db::{Entry, Tx};
use kernel::{CampaignId, TargetId, Timestamp};
use serde_json::json;

use crate::rules::{Campaign, Plan, Refusal, Stage, State, Target, decide};
use crate::store::{attempts, campaigns, targets};
use crate::{Done, ROOM};

/// A campaign that another room keeps: begun when it is first used, running from the start; people may pause and stop it, and
/// change when and how fast it calls.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Its name for the room: `callbacks`.
    pub key: &'static str,
    /// Its name for people.
    pub name: String,
    pub purpose: String,
    pub plan: Plan,
}

/// Somebody whom a room wants called.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The same name again calls nobody again.
    pub once: String,
    pub number: String,
    /// Given back with what came of it.
    pub about: String,
    /// What the flow can say.
    pub known: BTreeMap<String, String>,
    pub not_before: Timestamp,
}

/// Puts somebody in, in the change of whoever asks; none when that was done before. `Done` tells what came of it.
///
/// # Errors
/// When the number cannot be one, or people have stopped the campaign.
pub async fn call(
    tx: &mut Tx,
    now: Timestamp,
    (campaign, target): (CampaignId, TargetId),
    standing: &Standing,
    wanted: Wanted,
) -> anyhow::Result<Result<Option<TargetId>, Refusal>> {
    let number = match decide::number(&wanted.number) {
        Ok(number) => number,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let kept = match campaigns::standing(tx, standing.key).await? {
        Some(kept) => kept,
        None => begin(tx, now, campaign, standing).await?,
    };
    if kept.state == State::Stopped {
        return Ok(Err(Refusal::NotNow { state: kept.state }));
    }
    let Wanted { once, number: _, about, known, not_before } = wanted;
    let (stage, outcome, tries) = (Stage::Waiting, None, 0);
    let due = not_before;
    let target = Target {
        id: target,
        campaign: kept.id,
        once,
        number,
        about,
        known,
        stage,
        outcome,
        tries,
        due,
        version: 1,
    };
    Ok(Ok(targets::add(tx, &target, now).await?.then_some(target.id)))
}

async fn begin(tx: &mut Tx, now: Timestamp, id: CampaignId, standing: &Standing) -> anyhow::Result<Campaign> {
    let campaign = Campaign {
        id,
        name: standing.name.clone(),
        purpose: standing.purpose.clone(),
        state: State::Running,
        plan: standing.plan.clone(),
        standing: Some(standing.key.to_owned()),
        created_by: None,
        created_at: now,
        trouble: None,
        version: 1,
    };
    if campaigns::add(tx, &campaign).await? {
        let payload = json!({ "name": campaign.name, "standing": standing.key });
        tx.journal(Entry { at: now, who: None, room: ROOM, subject: id.to_string(), kind: "began", payload });
    }
    let kept = campaigns::standing(tx, standing.key).await?;
    kept.ok_or_else(|| anyhow::anyhow!("the standing campaign {} is not there", standing.key))
}

/// Nobody is to be called about this any more. False when it is too late, or there was nobody.
pub async fn withdraw(tx: &mut Tx, now: Timestamp, key: &str, once: &str) -> anyhow::Result<bool> {
    let Some(campaign) = campaigns::standing(tx, key).await? else { return Ok(false) };
    let Some(target) = targets::once(tx, campaign.id, once).await? else { return Ok(false) };
    let Some(withdrawn) = decide::withdraw(&target) else { return Ok(false) };
    targets::save(tx, &withdrawn, now).await
}

/// Tells whoever put somebody in what came of it, and ends a campaign in which nobody is left.
pub(crate) async fn tell(
    tx: &mut Tx,
    now: Timestamp,
    campaign: &Campaign,
    target: &Target,
    last: (Timestamp, Option<&calls::CalledOut>),
) -> anyhow::Result<()> {
    let Some(outcome) = target.outcome.filter(|_| target.stage == Stage::Done) else { return Ok(()) };
    let (at, ended) = last;
    let done = Done {
        campaign: campaign.id,
        standing: campaign.standing.clone(),
        target: target.id,
        once: target.once.clone(),
        about: target.about.clone(),
        outcome,
        keys: ended.map(|ended| ended.keys.clone()).unwrap_or_default(),
        call: ended.map(|ended| ended.call),
        at,
        tries: target.tries,
    };
    tx.emit(now, &done)
}

/// Somebody's attempt was not made: nobody was rung, and it is as if it had never been begun.
pub(crate) async fn undo(
    tx: &mut Tx,
    now: Timestamp,
    attempt: kernel::AttemptId,
    target: TargetId,
) -> anyhow::Result<()> {
    attempts::forget(tx, attempt).await?;
    let Some(target) = targets::one(tx, target).await?.filter(|target| target.stage == Stage::Calling) else {
        return Ok(());
    };
    let campaign = campaigns::one(tx, target.campaign).await?;
    let waits = campaign.is_some_and(|campaign| campaign.state != State::Stopped);
    let waiting = Target { stage: Stage::Waiting, ..target };
    let next = if waits { waiting } else { decide::withdraw(&waiting).unwrap_or(waiting) };
    anyhow::ensure!(targets::save(tx, &next, now).await?, "{} changed meanwhile", next.id);
    Ok(())
}
