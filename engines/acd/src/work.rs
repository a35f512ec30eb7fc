//! What agents do with a call: answer, fail to, part, after-call work.

use std::time::Duration;

use kernel::{CallId, PersonId, QueueId, Timestamp};

use crate::acd::Done;
use crate::agent::{Agent, Desk, Then};
use crate::queue::Stage;
use crate::{Acd, Effect, Next, OfferFailed, Refusal, WithdrawWhy, reasons};

impl Acd {
    pub(crate) fn accepted(
        &mut self,
        now: Timestamp,
        id: PersonId,
        call: CallId,
        out: &mut Vec<Effect>,
    ) -> Done {
        match self.desk(id)? {
            Desk::Offered { call: offered, .. } if *offered == call => {}
            _ => return Err(Refusal::NotOffered),
        }
        let caller = self.take_out(call).ok_or(Refusal::NoSuchCall)?;
        if let Some(queue) = self.queues.get_mut(&caller.queue) {
            let more = queue.waiting() > 0;
            if caller.stood {
                queue.pace.served(now, more);
            }
        }
        self.talk(now, id, call, Some(caller.queue), Then::READY, out);
        Ok(())
    }

    fn talk(
        &mut self,
        now: Timestamp,
        id: PersonId,
        call: CallId,
        queue: Option<QueueId>,
        then: Then,
        out: &mut Vec<Effect>,
    ) {
        self.set_desk(now, id, Desk::Talking { call, queue, since: now, then }, None, out);
        if let Some(agent) = self.agents.get_mut(&id) {
            agent.handled += 1;
        }
    }

    pub(crate) fn failed(
        &mut self,
        now: Timestamp,
        id: PersonId,
        call: CallId,
        why: OfferFailed,
        out: &mut Vec<Effect>,
    ) -> Done {
        match self.desk(id)? {
            Desk::Offered { call: offered, .. } if *offered == call => {}
            _ => return Err(Refusal::NotOffered),
        }
        let reason = match why {
            OfferFailed::NoAnswer => reasons::MISSED,
            OfferFailed::Declined => reasons::DECLINED,
            OfferFailed::Unreachable => reasons::UNREACHABLE,
        };
        self.give_up_offer(now, id, call, Next::NotReady { reason: reason.to_owned() }, None, out);
        Ok(())
    }

    pub(crate) fn engaged(
        &mut self,
        now: Timestamp,
        id: PersonId,
        call: CallId,
        out: &mut Vec<Effect>,
    ) -> Done {
        let desk = self.desk(id)?.clone();
        match &desk {
            Desk::SignedOut => return Err(Refusal::NotSignedIn),
            Desk::Talking { call: old, .. } if *old == call => return Ok(()),
            Desk::Talking { .. } => return Err(Refusal::Busy),
            Desk::Offered { call: offered, .. } if *offered == call => {
                return self.accepted(now, id, call, out);
            }
            _ => {}
        }
        // The agent may have picked up somebody who waits.
        let caller = self.take_out(call);
        let queue = caller.as_ref().map(|caller| caller.queue);
        if let Some(Stage::Ringing { agent }) = caller.map(|caller| caller.stage) {
            out.push(Effect::Withdraw { call, agent, why: WithdrawWhy::Overtaken });
            self.ring_no_more(now, agent, out);
        }
        match desk {
            Desk::SignedOut | Desk::Talking { .. } => {}
            Desk::NotReady { reason, .. } => {
                // What the distributor found out by itself is over once the agent is on a call.
                let next = match reason.as_str() {
                    reasons::DEVICE_LOST | reasons::UNREACHABLE => Next::Ready,
                    _ => Next::NotReady { reason },
                };
                self.talk(now, id, call, queue, Then { next, by: None }, out);
            }
            Desk::Ready { .. } => self.talk(now, id, call, queue, Then::READY, out),
            Desk::AfterCall { then, .. } => self.talk(now, id, call, queue, then, out),
            Desk::Offered { call: offered, .. } => {
                out.push(Effect::Withdraw { call: offered, agent: id, why: WithdrawWhy::Overtaken });
                self.back_in_line(offered);
                self.talk(now, id, call, queue, Then::READY, out);
                self.settle(now, offered, out);
            }
        }
        Ok(())
    }

    pub(crate) fn parted(
        &mut self,
        now: Timestamp,
        id: PersonId,
        call: CallId,
        out: &mut Vec<Effect>,
    ) -> Done {
        let (queue, answered, then) = match self.desk(id)? {
            Desk::Talking { call: talked, queue, since, then } if *talked == call => {
                (*queue, *since, then.clone())
            }
            _ => return Err(Refusal::NotTalking),
        };
        let (soft, hard) = self.wrap_up(id, queue);
        if hard.is_zero() {
            self.go(now, id, then.next, then.by, out);
        } else {
            let (soft, extension) = (now + soft.min(hard), Some(hard));
            let hard = now + hard;
            let desk = Desk::AfterCall { call, queue, answered, since: now, soft, hard, extension, then };
            self.set_desk(now, id, desk, None, out);
        }
        Ok(())
    }

    pub(crate) fn disengaged(
        &mut self,
        now: Timestamp,
        id: PersonId,
        call: CallId,
        out: &mut Vec<Effect>,
    ) -> Done {
        let then = match self.desk(id)? {
            Desk::Talking { call: talked, then, .. } if *talked == call => then.clone(),
            _ => return Err(Refusal::NotTalking),
        };
        self.go(now, id, then.next, then.by, out);
        Ok(())
    }

    pub(crate) fn lost(&mut self, now: Timestamp, id: PersonId, call: CallId, out: &mut Vec<Effect>) -> Done {
        let then = match self.desk(id)? {
            Desk::Talking { call: talked, then, .. } if *talked == call => then.clone(),
            _ => return Err(Refusal::NotTalking),
        };
        let next = match then.next {
            Next::SignedOut => Next::SignedOut,
            Next::Ready | Next::NotReady { .. } => Next::NotReady { reason: reasons::LOST.to_owned() },
        };
        self.go(now, id, next, then.by, out);
        Ok(())
    }

    /// A call that is gone without its story: the caller is taken out, agents who ring for it are as they were, agents who
    /// talk on it get their after-call work (they may have to write something up).
    pub(crate) fn forget(&mut self, now: Timestamp, call: CallId, out: &mut Vec<Effect>) {
        if self.callers.contains_key(&call) {
            let _ = self.leave(now, call, out);
        }
        let talks = |(id, agent): (&PersonId, &Agent)| match agent.desk {
            Desk::Talking { call: talked, .. } if talked == call => Some(*id),
            _ => None,
        };
        for agent in self.agents.iter().filter_map(talks).collect::<Vec<_>>() {
            let _ = self.parted(now, agent, call, out);
        }
    }

    /// Soft and hard limit of after-call work: the agent's own, or the queue's; for a call without a queue those of the
    /// queue the agent ranks first in. Nothing for an agent who has been removed.
    fn wrap_up(&self, id: PersonId, queue: Option<QueueId>) -> (Duration, Duration) {
        let Some(agent) = self.agents.get(&id) else { return (Duration::ZERO, Duration::ZERO) };
        let Some(own) = &agent.policy else { return (Duration::ZERO, Duration::ZERO) };
        let first = || agent.serves.iter().min_by_key(|s| (s.rank, s.queue)).map(|s| s.queue);
        let queue = queue.filter(|queue| self.queues.contains_key(queue)).or_else(first);
        let (soft, hard) = queue
            .and_then(|queue| self.queues.get(&queue))
            .map_or((Duration::ZERO, Duration::ZERO), |q| (q.policy.wrap_up_soft, q.policy.wrap_up_hard));
        match own.wrap_up {
            Some(own) => (soft, own),
            None => (soft, hard),
        }
    }

    pub(crate) fn finish(&mut self, now: Timestamp, id: PersonId, out: &mut Vec<Effect>) -> Done {
        let then = match self.desk(id)? {
            Desk::AfterCall { then, .. } => then.clone(),
            _ => return Err(Refusal::NotAfterCall),
        };
        self.go(now, id, then.next, then.by, out);
        Ok(())
    }

    pub(crate) fn extend(&mut self, id: PersonId, reason: &str, out: &mut Vec<Effect>) -> Done {
        let mut desk = self.desk(id)?.clone();
        let Desk::AfterCall { hard, extension, .. } = &mut desk else { return Err(Refusal::NotAfterCall) };
        if reason.trim().is_empty() {
            return Err(Refusal::ReasonMissing);
        }
        *hard += extension.take().ok_or(Refusal::AlreadyExtended)?;
        let change = desk.change();
        if let Some(agent) = self.agents.get_mut(&id) {
            // The same spell of work: its beginning stays, so `enter` would count it twice.
            agent.desk = desk;
        }
        out.push(Effect::Desk { agent: id, state: change, by: None });
        self.arm_agent(id);
        Ok(())
    }
}
