//! What happens to callers: join, be offered, come back, be moved or given, leave.

use kernel::{CallId, PersonId, QueueId, Timestamp};

use crate::acd::{Done, Whose};
use crate::agent::Desk;
use crate::estimate::Told;
use crate::overflow::Landing;
use crate::queue::{Caller, Stage, at_least_a_second};
use crate::{Acd, Effect, Overflow, Overflowed, Refusal, Wanted, WithdrawWhy};

impl Acd {
    #[expect(clippy::too_many_arguments, reason = "the fields of one input")]
    pub(crate) fn join(
        &mut self,
        now: Timestamp,
        call: CallId,
        queue: QueueId,
        joined: Timestamp,
        urgent: bool,
        wanted: Option<Wanted>,
        out: &mut Vec<Effect>,
    ) -> Done {
        if self.callers.contains_key(&call) {
            return Err(Refusal::AlreadyWaiting);
        }
        let full = self.queues.get(&queue).ok_or(Refusal::NoSuchQueue)?.is_full();
        let ready = |wanted: &Wanted| matches!(self.desk(wanted.agent), Ok(Desk::Ready { .. }));
        let wanted = wanted.filter(ready);
        // Whoever is passed to somebody who is ready needs nobody else in the queue.
        let landing = match wanted {
            Some(_) if !full && self.callers.len() < self.waiting_max => {
                Landing::In { queue, callback: false }
            }
            _ => self.land(queue, false),
        };
        if !matches!(landing, Landing::In { queue: at, .. } if at == queue)
            && let Some(queue) = self.queues.get_mut(&queue)
        {
            queue.offered += 1;
        }
        match landing {
            Landing::Out(how) => {
                out.push(Effect::Overflowed { call, from: queue, how: Overflowed::By(how), stays: false });
            }
            Landing::In { queue: at, callback } => {
                if at != queue {
                    out.push(Effect::Overflowed { call, from: queue, how: Overflowed::To(at), stays: false });
                }
                self.enter(now, call, at, joined, urgent, false);
                if callback {
                    let how = Overflowed::By(Overflow::OfferCallback);
                    out.push(Effect::Overflowed { call, from: at, how, stays: true });
                }
                match wanted {
                    Some(Wanted { agent, by }) => self.offer(now, call, agent, Some(by), out),
                    None => self.settle(now, call, out),
                }
            }
        }
        Ok(())
    }

    /// A place that was promised: taken in whatever else the queue does with those who come.
    pub(crate) fn keep_place(
        &mut self,
        now: Timestamp,
        call: CallId,
        at: QueueId,
        joined: Timestamp,
        urgent: bool,
        out: &mut Vec<Effect>,
    ) -> Done {
        if self.callers.contains_key(&call) {
            return Err(Refusal::AlreadyWaiting);
        }
        if !self.queues.contains_key(&at) {
            return Err(Refusal::NoSuchQueue);
        }
        self.enter(now, call, at, joined, urgent, true);
        if let Some(queue) = self.queues.get_mut(&at) {
            queue.overhang = queue.overhang.max(queue.waiting());
        }
        self.overhang = self.overhang.max(self.callers.len());
        self.settle(now, call, out);
        Ok(())
    }

    /// Puts a caller into a line; [`Acd::settle`] must follow.
    pub(crate) fn enter(
        &mut self,
        now: Timestamp,
        call: CallId,
        at: QueueId,
        joined: Timestamp,
        urgent: bool,
        promised: bool,
    ) {
        let offer_back_at = self.offer_back_at(now, at, urgent, promised);
        let Some(queue) = self.queues.get_mut(&at) else { return };
        let caller = Caller {
            queue: at,
            joined,
            entered: now,
            urgent,
            promised,
            stage: Stage::Waiting,
            stood: false,
            overflow_at: queue.policy.when_waited.as_ref().map(|(after, _)| now + at_least_a_second(*after)),
            announce_at: queue.policy.announce_every.filter(|_| !promised).map(|_| now),
            offer_back_at,
            told: Told::NOTHING,
            armed: None,
        };
        queue.offered += 1;
        queue.line.insert(queue.place(call, &caller));
        self.callers.insert(call, caller);
    }

    /// Finds an agent for a caller who stands in a line: a ready one; for an emergency one who is only being rung.
    /// Otherwise the caller waits, and hears so.
    pub(crate) fn settle(&mut self, now: Timestamp, call: CallId, out: &mut Vec<Effect>) {
        let Some(caller) = self.callers.get(&call) else { return };
        if caller.stage != Stage::Waiting {
            return;
        }
        let id = caller.queue;
        if let Some(agent) = self.choose_agent(id, now) {
            return self.offer(now, call, agent, None, out);
        }
        let emergency = self.queues.get(&id).is_some_and(|queue| !queue.place(call, caller).calm);
        if emergency && let Some((overtaken, agent)) = self.choose_overtaken(id, now) {
            out.push(Effect::Withdraw { call: overtaken, agent, why: WithdrawWhy::Overtaken });
            self.back_in_line(overtaken);
            self.offer(now, call, agent, None, out);
            return self.settle(now, overtaken, out);
        }
        let promised = caller.promised;
        if !promised && self.unstaffed_rule(id).is_some_and(|how| how != Overflow::OfferCallback) {
            return self.send_away(now, call, out);
        }
        self.stand(now, call, out);
    }

    /// Nobody is free for this caller.
    fn stand(&mut self, now: Timestamp, call: CallId, out: &mut Vec<Effect>) {
        let Some(caller) = self.callers.get_mut(&call) else { return };
        caller.stood = true;
        let tell = caller.announce_at.is_some_and(|at| at <= now);
        if let Some(queue) = self.queues.get_mut(&caller.queue) {
            queue.pace.stands(now);
        }
        if tell {
            self.announce(now, call, out);
        }
        self.offer_back(now, call, out);
        self.arm_caller(call);
    }

    /// Rings an agent who is ready, or who was ringing for somebody else a moment ago.
    pub(crate) fn offer(
        &mut self,
        now: Timestamp,
        call: CallId,
        agent: PersonId,
        by: Option<PersonId>,
        out: &mut Vec<Effect>,
    ) {
        let Some(caller) = self.callers.get_mut(&call) else { return };
        let Some(queue) = self.queues.get_mut(&caller.queue) else { return };
        let idle = match self.agents.get(&agent).map(|agent| &agent.desk) {
            Some(Desk::Ready { since }) => *since,
            Some(Desk::Offered { idle, .. }) => *idle,
            _ => return,
        };
        let place = queue.place(call, caller);
        queue.line.remove(&place);
        queue.ringing.push(place);
        caller.stage = Stage::Ringing { agent };
        let until = now + queue.policy.ring;
        out.push(Effect::Offer { call, agent, queue: caller.queue, until });
        self.arm_caller(call);
        self.set_desk(now, agent, Desk::Offered { call, since: now, until, idle }, by, out);
    }

    /// The caller is rung for no more and stands where he stood; [`Acd::settle`] must follow.
    pub(crate) fn back_in_line(&mut self, call: CallId) {
        let Some(caller) = self.callers.get_mut(&call) else { return };
        let Some(queue) = self.queues.get_mut(&caller.queue) else { return };
        queue.stop_ringing(call);
        caller.stage = Stage::Waiting;
        queue.line.insert(queue.place(call, caller));
        self.arm_caller(call);
    }

    /// Takes a caller out of the engine.
    pub(crate) fn take_out(&mut self, call: CallId) -> Option<Caller> {
        let caller = self.callers.remove(&call)?;
        if let Some(at) = caller.armed {
            self.deadlines.remove(&(at, Whose::Caller(call)));
        }
        if let Some(queue) = self.queues.get_mut(&caller.queue) {
            match caller.stage {
                Stage::Waiting => queue.line.remove(&queue.place(call, &caller)),
                Stage::Ringing { .. } => queue.stop_ringing(call),
            }
            queue.overhang = queue.overhang.min(queue.waiting());
            if queue.waiting() == 0 {
                queue.pace.running = None;
            }
        }
        self.overhang = self.overhang.min(self.callers.len());
        Some(caller)
    }

    pub(crate) fn leave(&mut self, now: Timestamp, call: CallId, out: &mut Vec<Effect>) -> Done {
        let caller = self.take_out(call).ok_or(Refusal::NoSuchCall)?;
        if let Stage::Ringing { agent } = caller.stage {
            out.push(Effect::Withdraw { call, agent, why: WithdrawWhy::CallerLeft });
            self.ring_no_more(now, agent, out);
        }
        Ok(())
    }

    pub(crate) fn move_to(
        &mut self,
        now: Timestamp,
        call: CallId,
        to: QueueId,
        out: &mut Vec<Effect>,
    ) -> Done {
        let caller = self.callers.get(&call).ok_or(Refusal::NoSuchCall)?;
        let (from, promised) = (caller.queue, caller.promised);
        let target = self.queues.get(&to).ok_or(Refusal::NoSuchQueue)?;
        if from == to {
            return Ok(());
        }
        if target.is_full() {
            return Err(Refusal::Full);
        }
        let landing = self.land_inside(to, promised);
        let rang = self.relocate(now, call, to, landing, out);
        if let Some(agent) = rang {
            self.ring_no_more(now, agent, out);
        }
        Ok(())
    }

    /// Moves a caller, t2 kept, to where he lands from `via`. Answers with the agent whose ringing was stopped, who is
    /// still to be freed.
    pub(crate) fn relocate(
        &mut self,
        now: Timestamp,
        call: CallId,
        via: QueueId,
        landing: Landing,
        out: &mut Vec<Effect>,
    ) -> Option<PersonId> {
        let overhang = self.overhang;
        let caller = self.take_out(call)?;
        let rang = match caller.stage {
            Stage::Ringing { agent } => {
                out.push(Effect::Withdraw { call, agent, why: WithdrawWhy::Overtaken });
                Some(agent)
            }
            Stage::Waiting => None,
        };
        match landing {
            Landing::Out(how) => {
                out.push(Effect::Overflowed { call, from: via, how: Overflowed::By(how), stays: false });
            }
            Landing::In { queue, callback } => {
                if queue != via {
                    out.push(Effect::Overflowed {
                        call,
                        from: via,
                        how: Overflowed::To(queue),
                        stays: false,
                    });
                }
                // Still here, so still counted among those who were here before a limit was lowered.
                self.overhang = overhang;
                self.enter(now, call, queue, caller.joined, caller.urgent, caller.promised);
                if callback && !caller.promised {
                    let how = Overflowed::By(Overflow::OfferCallback);
                    out.push(Effect::Overflowed { call, from: queue, how, stays: true });
                }
                self.settle(now, call, out);
            }
        }
        rang
    }

    pub(crate) fn give(
        &mut self,
        now: Timestamp,
        call: CallId,
        to: PersonId,
        by: PersonId,
        out: &mut Vec<Effect>,
    ) -> Done {
        let caller = self.callers.get(&call).ok_or(Refusal::NoSuchCall)?;
        let agent = self.agents.get(&to).ok_or(Refusal::NoSuchAgent)?;
        match agent.desk {
            Desk::Ready { .. } => {}
            // It rings there already.
            Desk::Offered { call: offered, .. } if offered == call => return Ok(()),
            Desk::SignedOut => return Err(Refusal::NotSignedIn),
            _ => return Err(Refusal::NotReady),
        }
        let rang = match caller.stage {
            Stage::Ringing { agent } => {
                out.push(Effect::Withdraw { call, agent, why: WithdrawWhy::Overtaken });
                self.back_in_line(call);
                Some(agent)
            }
            Stage::Waiting => None,
        };
        self.offer(now, call, to, Some(by), out);
        if let Some(agent) = rang {
            self.ring_no_more(now, agent, out);
        }
        Ok(())
    }

    /// Tells a caller position and wait, neither ever worse than before.
    pub(crate) fn announce(&mut self, now: Timestamp, call: CallId, out: &mut Vec<Effect>) {
        let Some(caller) = self.callers.get_mut(&call) else { return };
        let Some(queue) = self.queues.get(&caller.queue) else { return };
        caller.announce_at = queue.policy.announce_every.map(|every| now + at_least_a_second(every));
        let Some(index) = queue.line.index(&queue.place(call, caller)) else { return };
        let position = u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1);
        caller.told = caller.told.next(position, queue.pace.wait(position, queue.serving));
        out.push(Effect::Announce { call, position: caller.told.position, wait: caller.told.wait });
    }

    /// A caller's deadline has come.
    pub(crate) fn caller_due(&mut self, now: Timestamp, call: CallId, out: &mut Vec<Effect>) {
        let Some(caller) = self.callers.get(&call) else { return };
        if caller.overflow_at.is_some_and(|at| at <= now) {
            self.waited(now, call, out);
        } else {
            if caller.announce_at.is_some_and(|at| at <= now) {
                self.announce(now, call, out);
            }
            self.offer_back(now, call, out);
        }
        self.arm_caller(call);
    }
}
