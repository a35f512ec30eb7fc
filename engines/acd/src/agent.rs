//! An agent's desk: its states, each with what belongs to it.

use std::collections::BTreeMap;
use std::time::Duration;

use kernel::{CallId, PersonId, QueueId, Timestamp};

use crate::{AgentPolicy, DeskChange, Next};

/// What an agent is doing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Desk {
    /// 签出
    SignedOut,
    /// 置忙. `limit`: when it is over-long; `told`: that has been said.
    NotReady { reason: String, since: Timestamp, limit: Option<Timestamp>, told: bool },
    /// 置闲
    Ready { since: Timestamp },
    /// 振铃. `idle`: ready since when, given back if the caller hangs up.
    Offered { call: CallId, since: Timestamp, until: Timestamp, idle: Timestamp },
    /// 接线中. `queue`: where the call came from, if the distributor offered it.
    Talking { call: CallId, queue: Option<QueueId>, since: Timestamp, then: Then },
    /// 事后处理. `answered`: the beginning of the call; `extension`: by how much it may still be extended.
    AfterCall {
        call: CallId,
        queue: Option<QueueId>,
        answered: Timestamp,
        since: Timestamp,
        soft: Timestamp,
        hard: Timestamp,
        extension: Option<Duration>,
        then: Then,
    },
}

/// What comes after the call and its after-call work, and who ordered it if not the agent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Then {
    pub next: Next,
    pub by: Option<PersonId>,
}

impl Then {
    pub(crate) const READY: Then = Then { next: Next::Ready, by: None };
}

impl Desk {
    /// When the agent came into this state; none for one who is signed out.
    pub fn since(&self) -> Option<Timestamp> {
        match self {
            Desk::SignedOut => None,
            Desk::NotReady { since, .. }
            | Desk::Ready { since }
            | Desk::Offered { since, .. }
            | Desk::Talking { since, .. }
            | Desk::AfterCall { since, .. } => Some(*since),
        }
    }

    /// The call this state is about.
    pub fn call(&self) -> Option<CallId> {
        match self {
            Desk::Offered { call, .. } | Desk::Talking { call, .. } | Desk::AfterCall { call, .. } => {
                Some(*call)
            }
            Desk::SignedOut | Desk::NotReady { .. } | Desk::Ready { .. } => None,
        }
    }

    /// When the state ends, or is remarked upon, by itself.
    pub fn deadline(&self) -> Option<Timestamp> {
        match self {
            Desk::SignedOut | Desk::Ready { .. } | Desk::Talking { .. } => None,
            Desk::NotReady { limit, told, .. } => limit.filter(|_| !told),
            Desk::Offered { until, .. } => Some(*until),
            Desk::AfterCall { hard, .. } => Some(*hard),
        }
    }

    /// Takes calls, now or in a while.
    pub(crate) fn is_serving(&self) -> bool {
        !matches!(self, Desk::SignedOut | Desk::NotReady { .. })
    }

    /// The call of a queue that is being handled, and since when.
    fn handling(&self) -> Option<(QueueId, CallId, Timestamp)> {
        match self {
            Desk::Talking { call, queue, since, .. } => queue.map(|queue| (queue, *call, *since)),
            Desk::AfterCall { call, queue, answered, .. } => queue.map(|queue| (queue, *call, *answered)),
            _ => None,
        }
    }

    /// As [`crate::Effect::Desk`] tells it.
    pub fn change(&self) -> DeskChange {
        match self {
            Desk::SignedOut => DeskChange::SignedOut,
            Desk::NotReady { reason, .. } => DeskChange::NotReady { reason: reason.clone() },
            Desk::Ready { .. } => DeskChange::Ready,
            Desk::Offered { call, .. } => DeskChange::Ringing { call: *call },
            Desk::Talking { call, .. } => DeskChange::Talking { call: *call },
            Desk::AfterCall { call, soft, hard, .. } => {
                DeskChange::AfterCall { call: *call, soft: *soft, hard: *hard }
            }
        }
    }

    fn busy_since(&self) -> Option<Timestamp> {
        match self {
            Desk::Talking { since, .. } | Desk::AfterCall { since, .. } => Some(*since),
            _ => None,
        }
    }
}

/// A queue the agent fits: rank in it, and the weakest of the levels it demands (255 if it demands none).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Serves {
    pub queue: QueueId,
    pub rank: u8,
    pub level: u8,
}

/// An agent as he is now.
#[derive(Clone, Debug)]
pub struct Agent {
    /// None: no longer in the policy; gone as soon as the call is over.
    pub(crate) policy: Option<AgentPolicy>,
    pub(crate) serves: Vec<Serves>,
    pub(crate) desk: Desk,
    pub(crate) reachable: bool,
    /// Of a telephone that is gone: back within this, and the agent is ready as before. None is at any time.
    pub(crate) restore: Option<Duration>,
    /// Until when that is.
    pub(crate) back_until: Option<Timestamp>,
    /// How often away for each reason in this shift, and when it was left last.
    pub(crate) spells: BTreeMap<String, u32>,
    pub(crate) signed_out_at: Option<Timestamp>,
    /// Stands in the ready sets of the queues.
    pub(crate) listed: bool,
    pub(crate) signed_in: Option<Timestamp>,
    pub(crate) handled: u64,
    /// Of calls that are over.
    pub(crate) busy: Duration,
    /// The deadline that stands in the engine's list.
    pub(crate) armed: Option<Timestamp>,
}

impl Agent {
    pub(crate) fn new(policy: AgentPolicy) -> Self {
        Agent {
            policy: Some(policy),
            serves: Vec::new(),
            desk: Desk::SignedOut,
            reachable: true,
            restore: None,
            back_until: None,
            spells: BTreeMap::new(),
            signed_out_at: None,
            listed: false,
            signed_in: None,
            handled: 0,
            busy: Duration::ZERO,
            armed: None,
        }
    }

    /// Changes the state and keeps the account of busy time. Answers with the queue whose call is thereby over, and how
    /// long it took.
    pub(crate) fn enter(&mut self, now: Timestamp, desk: Desk) -> Option<(QueueId, Duration)> {
        let handled = self.desk.handling().filter(|(_, call, _)| desk.call() != Some(*call));
        if let Some(since) = self.desk.busy_since() {
            self.busy += now.since(since);
        }
        self.desk = desk;
        handled.map(|(queue, _, since)| (queue, now.since(since)))
    }

    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// 工号; empty for an agent who is only finishing a last call.
    pub fn number(&self) -> &str {
        self.policy.as_ref().map_or("", |policy| &policy.number)
    }

    pub fn serves(&self) -> &[Serves] {
        &self.serves
    }

    pub fn reachable(&self) -> bool {
        self.reachable
    }

    /// How often away for this reason in this shift.
    pub fn spells(&self, reason: &str) -> u32 {
        self.spells.get(reason).copied().unwrap_or(0)
    }

    /// What comes after the call and its after-call work.
    pub fn next(&self) -> Option<&Next> {
        match &self.desk {
            Desk::Talking { then, .. } | Desk::AfterCall { then, .. } => Some(&then.next),
            _ => None,
        }
    }

    pub fn signed_in(&self) -> Option<Timestamp> {
        self.signed_in
    }

    /// Calls talked on since signing in.
    pub fn handled(&self) -> u64 {
        self.handled
    }

    /// Time with callers and in after-call work since signing in.
    pub fn busy(&self, now: Timestamp) -> Duration {
        self.busy + self.desk.busy_since().map_or(Duration::ZERO, |since| now.since(since))
    }

    /// Busy time in millionths of the time since signing in.
    pub(crate) fn occupancy(&self, now: Timestamp) -> u128 {
        let signed_in = self.signed_in.map_or(0, |since| now.since(since).as_micros());
        self.busy(now).as_micros() * 1_000_000 / signed_in.max(1)
    }
}
