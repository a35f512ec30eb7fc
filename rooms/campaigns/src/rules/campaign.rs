//! A campaign and its life: draft → approved → running ⇄ paused → finished or stopped.

use kernel::{CampaignId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Plan;

/// A row of calls for one purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Campaign {
    pub id: CampaignId,
    pub name: String,
    pub purpose: String,
    pub state: State,
    pub plan: Plan,
    /// Of one that another room keeps and puts people into: its name there. It never finishes by itself.
    pub standing: Option<String>,
    pub created_by: Option<PersonId>,
    pub created_at: Timestamp,
    /// Why the machine itself has paused it.
    pub trouble: Option<Trouble>,
    pub version: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// 草稿
    Draft,
    /// 已批准
    Approved,
    /// 进行中
    Running,
    /// 已暂停
    Paused,
    /// 已完成: nobody is left to be called.
    Finished,
    /// 已停止
    Stopped,
}

impl State {
    pub const ALL: [State; 6] =
        [State::Draft, State::Approved, State::Running, State::Paused, State::Finished, State::Stopped];

    pub fn word(self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::Approved => "approved",
            State::Running => "running",
            State::Paused => "paused",
            State::Finished => "finished",
            State::Stopped => "stopped",
        }
    }

    pub fn parse(word: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// What makes the machine pause a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// Its flow is published no more.
    FlowGone,
}

/// What people do with a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    Approve,
    /// Also out of a pause.
    Start,
    Pause,
    /// Nobody is called any more; whoever is on the line is not cut off.
    Stop,
}

impl Act {
    pub const ALL: [Act; 4] = [Act::Approve, Act::Start, Act::Pause, Act::Stop];

    pub fn word(self) -> &'static str {
        match self {
            Act::Approve => "approve",
            Act::Start => "start",
            Act::Pause => "pause",
            Act::Stop => "stop",
        }
    }
}

/// The table: where an act leads from a state.
pub fn next(state: State, act: Act) -> Option<State> {
    Some(match (state, act) {
        (State::Draft, Act::Approve) => State::Approved,
        (State::Approved | State::Paused, Act::Start) => State::Running,
        (State::Running, Act::Pause) => State::Paused,
        (State::Approved | State::Running | State::Paused, Act::Stop) => State::Stopped,
        _ => return None,
    })
}

/// What is said about it, and by which flow, may be changed; afterwards only how often and when.
pub fn may_reword(state: State) -> bool {
    state == State::Draft
}

/// Whether people may still be put in.
pub fn takes_people(state: State) -> bool {
    matches!(state, State::Draft | State::Approved | State::Running | State::Paused)
}
