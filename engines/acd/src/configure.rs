//! A new policy while calls go on: nobody who talks is disturbed, nobody who waits loses his place.

use std::collections::BTreeMap;

use kernel::{CallId, PersonId, QueueId, Timestamp};

use crate::agent::{Agent, Desk, Then};
use crate::choose::fit;
use crate::overflow::Landing;
use crate::queue::{Queue, at_least_a_second};
use crate::{Acd, AgentPolicy, Effect, Next, Overflow, Policy, QueuePolicy, WithdrawWhy};

impl Acd {
    pub(crate) fn configure(&mut self, now: Timestamp, policy: Policy, out: &mut Vec<Effect>) {
        let Policy { queues, agents, reason_limits, reason_rules, waiting_max, storm } = policy.in_force();
        let before = std::mem::replace(&mut self.storm, storm);
        let idle = self.unlist_all();
        self.waiting_max = waiting_max as usize;
        self.overhang = self.callers.len();
        self.reason_limits = reason_limits;
        self.reason_rules = reason_rules;
        let gone = self.replace_queues(now, queues);
        self.replace_agents(agents);
        self.fit_all();
        for agent in idle {
            self.serve(now, agent, out);
        }
        for (id, queue) in gone {
            self.close(now, id, queue, out);
        }
        self.dismiss(now, out);
        self.stop_breaks(now, before.as_ref(), out);
        self.measure_waits(before.as_ref());
        self.settle_all(now, out);
    }

    /// Takes the ready agents out of the ready sets, which the old policy made; the longest idle first.
    fn unlist_all(&mut self) -> Vec<PersonId> {
        let mut idle: Vec<(Timestamp, PersonId)> = self
            .agents
            .iter()
            .filter_map(|(id, agent)| match agent.desk {
                Desk::Ready { since } => Some((since, *id)),
                _ => None,
            })
            .collect();
        idle.sort_unstable();
        let idle: Vec<PersonId> = idle.into_iter().map(|(_, id)| id).collect();
        for id in &idle {
            self.unlist(*id);
        }
        idle
    }

    /// Answers with the queues that are no more.
    fn replace_queues(
        &mut self,
        now: Timestamp,
        queues: BTreeMap<QueueId, QueuePolicy>,
    ) -> BTreeMap<QueueId, Queue> {
        let mut old = std::mem::take(&mut self.queues);
        for (id, policy) in queues {
            let queue = match old.remove(&id) {
                None => Queue::new(policy),
                Some(queue) => self.replace_queue(now, queue, policy),
            };
            self.queues.insert(id, queue);
        }
        old
    }

    fn replace_queue(&mut self, now: Timestamp, old: Queue, policy: QueuePolicy) -> Queue {
        let waited_changed = old.policy.when_waited != policy.when_waited;
        let announce_changed = old.policy.announce_every != policy.announce_every;
        let mut queue = Queue::new(policy);
        queue.offered = old.offered;
        queue.pace = old.pace;
        queue.overhang = old.waiting();
        // `danger` may have changed, so everybody gets a place anew.
        for (place, rung) in old.line.iter().map(|p| (p, false)).chain(old.ringing.iter().map(|p| (p, true)))
        {
            let Some(caller) = self.callers.get_mut(&place.call) else { continue };
            if waited_changed {
                let rule = queue.policy.when_waited.as_ref();
                caller.overflow_at = rule.map(|(after, _)| caller.entered + at_least_a_second(*after));
            }
            if announce_changed {
                let every = queue.policy.announce_every.filter(|_| !caller.promised);
                caller.announce_at = every.map(|every| now + at_least_a_second(every));
            }
            let place = queue.place(place.call, caller);
            if rung {
                queue.ringing.push(place);
            } else {
                queue.line.insert(place);
            }
            self.arm_caller(place.call);
        }
        queue
    }

    fn replace_agents(&mut self, mut agents: BTreeMap<PersonId, AgentPolicy>) {
        for (id, agent) in &mut self.agents {
            agent.policy = agents.remove(id);
        }
        for (id, policy) in agents {
            self.agents.insert(id, Agent::new(policy));
        }
        let limits = &self.reason_limits;
        for agent in self.agents.values_mut() {
            if let Desk::NotReady { reason, since, limit, .. } = &mut agent.desk {
                *limit = limits.get(reason).map(|longest| *since + *longest);
            }
        }
        let ids: Vec<PersonId> = self.agents.keys().copied().collect();
        for id in ids {
            self.arm_agent(id);
        }
    }

    /// Who serves what, from skills and ranks.
    fn fit_all(&mut self) {
        for (id, agent) in &mut self.agents {
            agent.serves.clear();
            let Some(policy) = &agent.policy else { continue };
            for queue_id in policy.queues.keys() {
                let Some(queue) = self.queues.get_mut(queue_id) else { continue };
                let Some(serves) = fit(policy, *queue_id, &queue.policy) else { continue };
                agent.serves.push(serves);
                queue.staff.push(*id);
                queue.signed_in += usize::from(agent.desk != Desk::SignedOut);
                queue.serving += usize::from(agent.desk.is_serving());
            }
        }
    }

    /// The callers of a queue that is no more go where it sent those it could not take.
    fn close(&mut self, now: Timestamp, id: QueueId, queue: Queue, out: &mut Vec<Effect>) {
        let how = queue.policy.when_unstaffed.unwrap_or(queue.policy.when_full);
        let calls = queue.line.iter().chain(&queue.ringing).map(|place| place.call);
        for call in calls.collect::<Vec<CallId>>() {
            let landing = match &how {
                Overflow::Queue(to) => {
                    let promised = self.callers.get(&call).is_some_and(|caller| caller.promised);
                    self.land_inside(*to, promised)
                }
                other => Landing::Out(other.clone()),
            };
            if let Some(agent) = self.relocate(now, call, id, landing, out) {
                self.ring_no_more(now, agent, out);
            }
        }
    }

    /// Signs out the agents who are in the policy no more; those with a call when it is over.
    fn dismiss(&mut self, now: Timestamp, out: &mut Vec<Effect>) {
        let leaving = self.agents.iter().filter(|(_, agent)| agent.policy.is_none()).map(|(id, _)| *id);
        for id in leaving.collect::<Vec<PersonId>>() {
            let Some(agent) = self.agents.get_mut(&id) else { continue };
            match &mut agent.desk {
                Desk::SignedOut => {
                    self.disarm_agent(id);
                    self.agents.remove(&id);
                }
                Desk::Talking { then, .. } | Desk::AfterCall { then, .. } => {
                    *then = Then { next: Next::SignedOut, by: None };
                }
                Desk::Offered { call, .. } => {
                    let call = *call;
                    out.push(Effect::Withdraw { call, agent: id, why: WithdrawWhy::SignedOut });
                    self.give_up_offer(now, id, call, Next::SignedOut, None, out);
                }
                Desk::NotReady { .. } | Desk::Ready { .. } => self.go(now, id, Next::SignedOut, None, out),
            }
        }
    }

    /// Queues that lost their last agent, emergencies that found new ones ringing.
    fn settle_all(&mut self, now: Timestamp, out: &mut Vec<Effect>) {
        let queues: Vec<QueueId> = self.queues.keys().copied().collect();
        for id in &queues {
            self.unstaffed(now, *id, out);
        }
        for id in queues {
            let Some(queue) = self.queues.get(&id) else { continue };
            let emergencies: Vec<CallId> =
                queue.line.iter().take_while(|place| !place.calm).map(|place| place.call).collect();
            for call in emergencies {
                self.settle(now, call, out);
            }
        }
    }
}
