//! Who is served next, and by whom. Every order is a tuple.

use std::cmp::Reverse;

use kernel::{CallId, PersonId, QueueId, Timestamp};

use crate::agent::{Agent, Desk, Serves};
use crate::{Acd, AgentPolicy, Choose, QueuePolicy};

/// What the agent is to a queue, if every demanded skill is there at its least level.
pub(crate) fn fit(agent: &AgentPolicy, queue: QueueId, policy: &QueuePolicy) -> Option<Serves> {
    let rank = *agent.queues.get(&queue)?;
    let mut level = u8::MAX;
    for (skill, least) in &policy.skills {
        let has = *agent.skills.get(skill)?;
        if has < *least {
            return None;
        }
        level = level.min(has);
    }
    Some(Serves { queue, rank, level })
}

impl Acd {
    /// The ready agent a queue asks first: by rank, by the weakest demanded skill, then by the queue's choice.
    pub(crate) fn choose_agent(&self, queue: QueueId, now: Timestamp) -> Option<PersonId> {
        let queue = self.queues.get(&queue)?;
        let first = queue.ready.first()?;
        match queue.policy.choose {
            Choose::LongestIdle => Some(first.agent),
            Choose::LeastOccupied => queue
                .ready
                .iter()
                .take_while(|standing| (standing.rank, standing.level) == (first.rank, first.level))
                .min_by_key(|standing| {
                    let occupancy = self.agents.get(&standing.agent).map_or(0, |agent| agent.occupancy(now));
                    (occupancy, standing.since, standing.agent)
                })
                .map(|standing| standing.agent),
        }
    }

    /// The caller an agent gets: of the heads of the agent's queues, by class, then by t2. A caller nobody here fits
    /// cannot stand in the way of one in another queue.
    pub(crate) fn choose_caller(&self, agent: &Agent, now: Timestamp) -> Option<CallId> {
        agent
            .serves
            .iter()
            .filter_map(|serves| {
                let queue = self.queues.get(&serves.queue)?;
                let head = queue.line.head()?;
                Some((queue.class(head, now), head.joined, head.call))
            })
            .min()
            .map(|(_, _, call)| call)
    }

    /// Whose ringing agent an emergency takes when no fitting agent is ready: of the callers fitting agents are being
    /// rung for, the last in the order of service; never another emergency's.
    pub(crate) fn choose_overtaken(&self, queue: QueueId, now: Timestamp) -> Option<(CallId, PersonId)> {
        let staff = &self.queues.get(&queue)?.staff;
        staff
            .iter()
            .filter_map(|agent| {
                let Desk::Offered { call, .. } = self.agents.get(agent)?.desk else { return None };
                let caller = self.callers.get(&call)?;
                let its_queue = self.queues.get(&caller.queue)?;
                let place = its_queue.place(call, caller);
                place.calm.then(|| (its_queue.class(&place, now), place.joined, call, *agent))
            })
            .max_by_key(|(class, joined, call, agent)| (*class, *joined, *call, Reverse(*agent)))
            .map(|(_, _, call, agent)| (call, agent))
    }
}
