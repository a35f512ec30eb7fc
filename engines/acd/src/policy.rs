//! What the centre has decided about queues and agents: plain values, replaced as a whole while calls go on.

use std::collections::BTreeMap;
use std::time::Duration;

use kernel::{PersonId, QueueId};
use serde::{Deserialize, Serialize};

/// Everything the distributor needs to know.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Policy {
    pub queues: BTreeMap<QueueId, QueuePolicy>,
    pub agents: BTreeMap<PersonId, AgentPolicy>,
    /// How long an agent may stay not ready, by reason (小休 10 min); absent is for ever.
    pub reason_limits: BTreeMap<String, Duration>,
    /// How often one agent may be away for a reason in a shift, and how many agents at a time.
    #[serde(default)]
    pub reason_rules: BTreeMap<String, ReasonRule>,
    /// Callers waiting in all queues together.
    pub waiting_max: u32,
    /// What is different now; none is as usual.
    #[serde(default)]
    pub storm: Option<crate::Storm>,
}

/// What is absent is not limited.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ReasonRule {
    /// More spells than these in a shift are remarked upon like a long one. A shift begins with the first sign-in after
    /// four hours signed out.
    pub spells: Option<u32>,
    /// Of those signed in, so many per cent may be away for this reason; always one.
    pub share_percent: Option<u8>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct QueuePolicy {
    pub name: String,
    /// Lower is served first. Each `age_every` of waiting counts as one class less, never below `1`.
    pub priority: u8,
    pub age_every: Option<Duration>,
    /// Emergencies: served before everything that is not an emergency, whatever has waited how long.
    pub danger: bool,
    /// Skills an agent must have, with the least level.
    pub skills: BTreeMap<String, u8>,
    pub choose: Choose,
    /// Ring time before the call goes to somebody else.
    pub ring: Duration,
    /// After-call work: amber after `soft`, ended by the centre after `hard`.
    pub wrap_up_soft: Duration,
    pub wrap_up_hard: Duration,
    pub callers_max: u32,
    /// What happens to a caller who finds the queue full, or nobody signed in for it.
    pub when_full: Overflow,
    pub when_unstaffed: Option<Overflow>,
    /// What happens after waiting this long.
    pub when_waited: Option<(Duration, Overflow)>,
    /// Ask for a position announcement every so often while waiting.
    pub announce_every: Option<Duration>,
}

/// Among agents who fit equally well by skill.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choose {
    #[default]
    LongestIdle,
    /// The smallest share of the signed-in time spent with callers.
    LeastOccupied,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overflow {
    Queue(QueueId),
    /// Play the queue's closing message, then hang up.
    Message,
    Voicemail,
    /// Offer to be called back; the caller may refuse and go on waiting.
    OfferCallback,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AgentPolicy {
    /// 工号
    pub number: String,
    /// The queues served, each with the agent's rank in it: 1 is asked first.
    pub queues: BTreeMap<QueueId, u8>,
    pub skills: BTreeMap<String, u8>,
    /// Instead of the queue's.
    pub wrap_up: Option<Duration>,
}
