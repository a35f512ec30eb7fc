//! What becomes of a proposal: somebody confirms it and it is an outage, somebody says that it is none, or nothing more is heard.

use kernel::{OutageId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::Status;

use super::signal::PlaceKind;

const WHY_MAX: usize = 200;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Proposed,
    /// It is an outage that callers hear of.
    Confirmed,
    /// 不是停电
    Dismissed,
    /// Nothing more was heard of it.
    Expired,
    /// Another one holds it.
    Merged,
}

impl State {
    pub const ALL: [State; 5] =
        [State::Proposed, State::Confirmed, State::Dismissed, State::Expired, State::Merged];

    pub const fn as_str(self) -> &'static str {
        match self {
            State::Proposed => "proposed",
            State::Confirmed => "confirmed",
            State::Dismissed => "dismissed",
            State::Expired => "expired",
            State::Merged => "merged",
        }
    }

    pub fn of(word: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// A place of its way from the top to where supply is off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Step {
    pub key: String,
    pub kind: PlaceKind,
    pub name: String,
    pub customers: u32,
}

/// As it is kept and shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    pub id: i64,
    /// What people call it: `20260105-0003`.
    pub number: String,
    pub state: State,
    /// As people say it: 青岚区鹤鸣里.
    pub area: String,
    pub path: Vec<Step>,
    /// Who would be affected.
    pub customers: u32,
    pub first: Timestamp,
    pub proposed: Timestamp,
    pub last: Timestamp,
    pub signals: u32,
    pub households: u32,
    pub window_min: u32,
    /// Households that would have called by chance, and how many did when it was found.
    pub expected: f64,
    pub found: u32,
    pub surprise: f64,
    pub decided_by: Option<PersonId>,
    pub decided_at: Option<Timestamp>,
    pub outage: Option<OutageId>,
    pub into: Option<String>,
    pub why: String,
    pub version: i64,
}

impl Proposal {
    pub fn place(&self) -> Option<&Step> {
        self.path.last()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    Confirm,
    Dismiss,
}

/// Who asks, by what they may.
#[derive(Clone, Copy, Debug)]
pub struct Asker {
    pub person: PersonId,
    /// May decide proposals.
    pub decides: bool,
    /// May publish outages and what callers hear.
    pub publishes: bool,
}

/// What is decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    Confirm(OutageId),
    Dismiss { why: String },
}

fn may(state: State, act: Act, asker: Asker) -> Result<(), Refusal> {
    if state != State::Proposed {
        return Err(Refusal::NotNow { state: state.as_str() });
    }
    let theirs = asker.decides && (act == Act::Dismiss || asker.publishes);
    if theirs { Ok(()) } else { Err(Refusal::NotYours) }
}

/// What this person may do with it now.
pub fn allowed(of: &Proposal, asker: Asker) -> Vec<Act> {
    [Act::Confirm, Act::Dismiss].into_iter().filter(|act| may(of.state, *act, asker).is_ok()).collect()
}

/// Whether it may be confirmed, before an outage is made of it.
pub fn check(of: &Proposal, act: Act, asker: Asker) -> Result<(), Refusal> {
    may(of.state, act, asker)
}

/// The proposal after it was decided. The same checks answer [`allowed`].
pub fn decide(of: &Proposal, decision: &Decision, asker: Asker, now: Timestamp) -> Result<Proposal, Refusal> {
    let mut next = of.clone();
    (next.decided_by, next.decided_at) = (Some(asker.person), Some(now));
    match decision {
        Decision::Confirm(outage) => {
            may(of.state, Act::Confirm, asker)?;
            (next.state, next.outage) = (State::Confirmed, Some(*outage));
        }
        Decision::Dismiss { why } => {
            may(of.state, Act::Dismiss, asker)?;
            let why: String = why.split_whitespace().collect::<Vec<_>>().join(" ");
            if !(2..=WHY_MAX).contains(&why.chars().count()) || why.chars().any(char::is_control) {
                return Err(Refusal::BadField { field: "why", most: WHY_MAX });
            }
            (next.state, next.why) = (State::Dismissed, why);
        }
    }
    Ok(next)
}

/// What is said no to.
#[derive(Clone, Debug, PartialEq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    #[error("it is {state} already")]
    NotNow { state: &'static str },
    #[error("this is for whoever publishes outages")]
    NotYours,
    #[error("{field} is missing or longer than {most} characters")]
    BadField { field: &'static str, most: usize },
    #[error("{field} is from {least} to {most}")]
    OutOfRange { field: &'static str, least: f64, most: f64 },
    #[error("{field} has an entry that is empty or too long, or too many of them")]
    BadList { field: &'static str },
    #[error("the place is not known any more")]
    NoPlace,
}

impl web::Refusal for Refusal {
    const ROOM: &'static str = "clusters";
    fn status(&self) -> Status {
        match self {
            Refusal::NotNow { .. } => Status::Conflict,
            Refusal::NotYours => Status::Forbidden,
            _ => Status::Invalid,
        }
    }
}
