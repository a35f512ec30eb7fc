//! What browsers see: whom it is about masked, and not what is said to anybody.

use calls::Pressed;
use kernel::{AttemptId, CallId, CampaignId, PersonId, TargetId, Timestamp, mask};
use serde::Serialize;
use utoipa::ToSchema;

use crate::rules::campaign::Trouble;
use crate::rules::decide::{self, May};
use crate::rules::target::{Attempt, hidden};
use crate::rules::{Campaign, Outcome, Plan, Stage, State, Target};
use crate::store::figures::{Bar, Progress};

/// One campaign in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct CampaignLine {
    #[schema(value_type = String)]
    pub id: CampaignId,
    pub name: String,
    pub purpose: String,
    pub state: State,
    /// Of one that another room keeps: its name there.
    pub standing: Option<String>,
    #[schema(value_type = Option<String>)]
    pub created_by: Option<PersonId>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Why the machine has paused it by itself.
    pub trouble: Option<Trouble>,
    pub progress: Progress,
}

pub fn line(campaign: &Campaign, progress: Progress) -> CampaignLine {
    CampaignLine {
        id: campaign.id,
        name: campaign.name.clone(),
        purpose: campaign.purpose.clone(),
        state: campaign.state,
        standing: campaign.standing.clone(),
        created_by: campaign.created_by,
        created_at: campaign.created_at,
        trouble: campaign.trouble,
        progress,
    }
}

/// One campaign.
#[derive(Debug, Serialize, ToSchema)]
pub struct CampaignView {
    #[serde(flatten)]
    pub line: CampaignLine,
    pub plan: Plan,
    pub version: i64,
    /// What whoever looks may do now: `approve`, `start`, `pause`, `stop`, `change`, `add`.
    pub allowed: Vec<&'static str>,
    /// Within the hours in which people may be called.
    pub hours_open: bool,
    /// When they begin next; now, if they have.
    #[schema(value_type = String, format = DateTime)]
    pub hours_from: Timestamp,
    /// Attempts over time.
    pub bars: Vec<Bar>,
}

pub fn whole(
    campaign: &Campaign,
    progress: Progress,
    bars: Vec<Bar>,
    may: May,
    (hours_open, hours_from): (bool, Timestamp),
) -> CampaignView {
    let allowed = decide::allowed(campaign, may, progress.people);
    CampaignView {
        plan: campaign.plan.clone(),
        version: campaign.version,
        allowed,
        hours_open,
        hours_from,
        bars,
        line: line(campaign, progress),
    }
}

/// Somebody in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct TargetLine {
    #[schema(value_type = String)]
    pub id: TargetId,
    /// Masked.
    pub number: String,
    /// Masked: people write names and addresses here.
    pub about: String,
    pub stage: Stage,
    /// Of the last attempt.
    pub outcome: Option<Outcome>,
    pub tries: u32,
    /// Not before; of who waits.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due: Option<Timestamp>,
}

/// Somebody, whole.
#[derive(Debug, Serialize, ToSchema)]
pub struct WholeTarget {
    pub number: String,
    pub about: String,
}

pub fn target(target: &Target) -> TargetLine {
    TargetLine {
        id: target.id,
        number: mask::phone(&target.number),
        about: hidden(&target.about),
        stage: target.stage,
        outcome: target.outcome,
        tries: target.tries,
        due: (target.stage == Stage::Waiting).then_some(target.due),
    }
}

/// One attempt.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttemptLine {
    #[schema(value_type = String)]
    pub id: AttemptId,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub outcome: Option<Outcome>,
    #[schema(value_type = Option<String>)]
    pub call: Option<CallId>,
    /// What was pressed, and where.
    #[schema(value_type = Vec<Object>)]
    pub keys: Vec<Pressed>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended: Option<Timestamp>,
}

/// Somebody, with every attempt.
#[derive(Debug, Serialize, ToSchema)]
pub struct TargetView {
    #[serde(flatten)]
    pub line: TargetLine,
    pub attempts: Vec<AttemptLine>,
}

pub fn target_with(of: &Target, attempts: Vec<Attempt>) -> TargetView {
    let attempt = |attempt: Attempt| AttemptLine {
        id: attempt.id,
        at: attempt.at,
        outcome: attempt.outcome,
        call: attempt.call,
        keys: attempt.keys,
        ended: attempt.ended,
    };
    TargetView { line: target(of), attempts: attempts.into_iter().map(attempt).collect() }
}
