//! How the hall is run while more people call than it was made for (应急模式): one value beside the usual policy. The usual
//! one stays as it is written, so that it is exactly in force again when the storm is over.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use kernel::{CallId, PersonId, QueueId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::agent::{Desk, Then};
use crate::{Acd, AgentPolicy, Effect, Next, Overflow, Overflowed, Policy, Refusal};

/// What is different. What is absent stays as usual.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Storm {
    pub breaks: Breaks,
    /// Who serves which queue besides his own.
    pub helpers: Vec<Helpers>,
    /// What a queue demands instead of its own skills and levels.
    pub demands: BTreeMap<QueueId, BTreeMap<String, u8>>,
    /// Whoever is expected to wait this long, or has waited it, is offered to be called back, once; not emergencies.
    pub offer_call_back: Option<Duration>,
    /// Position and wait are announced so often, in every queue but those of emergencies.
    pub announce_every: Option<Duration>,
}

/// Breaks that nobody may begin.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Breaks {
    /// By reason; a leader may order them all the same.
    pub refused: BTreeSet<String>,
    /// When that is expected to be over: told to whoever is refused.
    pub until: Option<Timestamp>,
    /// Those that have begun are ended, too. Otherwise each goes on to its end.
    pub ended: bool,
}

/// These agents serve `queue` as well.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Helpers {
    pub queue: QueueId,
    pub who: Who,
    /// Behind those who serve it anyway, if this is higher than theirs.
    pub rank: u8,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// Whoever serves this queue.
    Of(QueueId),
    /// Whoever has this skill, at this level or better.
    Skilled(String, u8),
    These(BTreeSet<PersonId>),
}

impl Who {
    fn has(&self, id: PersonId, agent: &AgentPolicy) -> bool {
        match self {
            Who::Of(queue) => agent.queues.contains_key(queue),
            Who::Skilled(skill, least) => agent.skills.get(skill).is_some_and(|level| level >= least),
            Who::These(people) => people.contains(&id),
        }
    }
}

impl Policy {
    /// The policy as it is in force: the usual one, changed by the storm if there is one.
    pub(crate) fn in_force(mut self) -> Policy {
        let Some(storm) = &self.storm else { return self };
        for (id, queue) in &mut self.queues {
            if let Some(demands) = storm.demands.get(id) {
                queue.skills = demands.clone();
            }
            if !queue.danger {
                queue.announce_every = storm.announce_every.or(queue.announce_every);
            }
        }
        for (id, agent) in &mut self.agents {
            // All of them are looked up in what the agent serves as usual: help does not bring further help.
            let more: Vec<(QueueId, u8)> = storm
                .helpers
                .iter()
                .filter(|helpers| helpers.who.has(*id, agent))
                .map(|helpers| (helpers.queue, helpers.rank))
                .collect();
            for (queue, rank) in more {
                agent.queues.entry(queue).or_insert(rank);
            }
        }
        self
    }
}

impl Acd {
    /// Whether somebody may begin a break now.
    pub(crate) fn may_rest(&self, reason: &str) -> Result<(), Refusal> {
        let Some(breaks) = self.storm.as_ref().map(|storm| &storm.breaks) else { return Ok(()) };
        match breaks.refused.contains(reason) {
            true => Err(Refusal::BreaksStopped { reason: reason.to_owned(), until: breaks.until }),
            false => Ok(()),
        }
    }

    /// Breaks that were to follow a call are put off; those that have begun are ended if that is what was decided, once.
    pub(crate) fn stop_breaks(
        &mut self,
        now: Timestamp,
        before: Option<&crate::Storm>,
        out: &mut Vec<Effect>,
    ) {
        let Some(breaks) = self.storm.as_ref().map(|storm| storm.breaks.clone()) else { return };
        for (id, agent) in &mut self.agents {
            let (Desk::Talking { then, .. } | Desk::AfterCall { then, .. }) = &mut agent.desk else {
                continue;
            };
            if then.by.is_none()
                && let Next::NotReady { reason } = &then.next
                && breaks.refused.contains(reason)
            {
                out.push(Effect::BreakPutOff { agent: *id, reason: reason.clone() });
                *then = Then::READY;
            }
        }
        if !breaks.ended
            || before.is_some_and(|before| before.breaks.ended && before.breaks.refused == breaks.refused)
        {
            return;
        }
        let resting = self.agents.iter().filter(|(_, agent)| {
            agent.policy.is_some()
                && matches!(&agent.desk, Desk::NotReady { reason, .. } if breaks.refused.contains(reason))
        });
        for id in resting.map(|(id, _)| *id).collect::<Vec<PersonId>>() {
            self.go(now, id, Next::Ready, None, out);
        }
    }

    /// When somebody who comes into this queue is offered to be called back for having waited.
    pub(crate) fn offer_back_at(
        &self,
        entered: Timestamp,
        queue: QueueId,
        urgent: bool,
        promised: bool,
    ) -> Option<Timestamp> {
        let danger = self.queues.get(&queue).is_some_and(|queue| queue.policy.danger);
        let after = self.storm.as_ref()?.offer_call_back.filter(|_| !(danger || urgent || promised))?;
        Some(entered + crate::queue::at_least_a_second(after))
    }

    /// Who is expected to wait for long hears so before he has.
    pub(crate) fn offer_back(&mut self, now: Timestamp, call: CallId, out: &mut Vec<Effect>) {
        let Some(after) = self.storm.as_ref().and_then(|storm| storm.offer_call_back) else { return };
        let Some(caller) = self.callers.get_mut(&call) else { return };
        let Some(at) = caller.offer_back_at else { return };
        let Some(queue) = self.queues.get(&caller.queue) else { return };
        let place = queue.place(call, caller);
        if !place.calm {
            caller.offer_back_at = None;
            return;
        }
        let position = queue.line.index(&place).and_then(|n| u32::try_from(n).ok());
        let wait = position.and_then(|ahead| queue.pace.wait(ahead.saturating_add(1), queue.serving));
        if at <= now || wait.is_some_and(|wait| wait >= after) {
            caller.offer_back_at = None;
            let (from, how) = (caller.queue, Overflowed::By(Overflow::OfferCallback));
            out.push(Effect::Overflowed { call, from, how, stays: true });
        }
    }

    /// After a change of the storm: those who wait are measured by the new one; who was offered once is not again.
    pub(crate) fn measure_waits(&mut self, before: Option<&crate::Storm>) {
        let threshold = |storm: Option<&crate::Storm>| storm.and_then(|storm| storm.offer_call_back);
        if threshold(before) == threshold(self.storm.as_ref()) {
            return;
        }
        let were_offered = threshold(before).is_some();
        let calls: Vec<CallId> = self.callers.keys().copied().collect();
        for call in calls {
            let Some(caller) = self.callers.get(&call) else { continue };
            let again = !were_offered || caller.offer_back_at.is_some();
            let at = self.offer_back_at(caller.entered, caller.queue, caller.urgent, caller.promised);
            if let Some(caller) = self.callers.get_mut(&call) {
                caller.offer_back_at = at.filter(|_| again);
            }
            self.arm_caller(call);
        }
    }
}
