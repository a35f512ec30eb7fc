//! What this room hears of calls: an attempt is over.

use calls::CalledOut;
use db::{Emitted, Tx};
use kernel::IdMint;
use kernel::calendar::Calendar;

use crate::putting;
use crate::rules::{Outcome, Stage, decide};
use crate::store::{attempts, campaigns, targets};

pub async fn heard(tx: &mut Tx, event: &Emitted, calendar: &Calendar) -> anyhow::Result<()> {
    let Some(ended) = event.is::<CalledOut>()? else { return Ok(()) };
    // An attempt of somebody else's, or settled before.
    let Some(target) = attempts::target(tx, ended.attempt).await? else { return Ok(()) };
    let Some(target) = targets::one(tx, target).await? else { return Ok(()) };
    let Some(campaign) = campaigns::one(tx, target.campaign).await? else { return Ok(()) };
    let settled = decide::settle(&campaign.plan, campaign.state, &target, &ended, calendar, ended.ended);
    let outcome = settled.outcome.unwrap_or(Outcome::Failed);
    attempts::end(tx, ended.attempt, outcome, Some(ended.call), &ended.keys, ended.ended).await?;
    if target.stage == Stage::Calling {
        anyhow::ensure!(targets::save(tx, &settled, event.at).await?, "{} changed meanwhile", target.id);
    }
    let begun = IdMint::minted_at(ended.attempt.get());
    putting::tell(tx, event.at, &campaign, &settled, (begun, Some(&ended))).await
}
