//! What agents do without a call: sign in, ready, not ready, lost telephones, orders.

use std::cmp::Reverse;
use std::time::Duration;

use kernel::{CallId, PersonId, QueueId, Timestamp};

use crate::acd::{Done, Whose};
use crate::agent::{Desk, Then};
use crate::queue::Standing;
use crate::{Acd, Effect, Next, Refusal, WithdrawWhy, reasons};

/// Signed out for this long, and the next sign-in begins a shift.
const SHIFT_GAP: Duration = Duration::from_secs(4 * 3_600);

impl Acd {
    pub(crate) fn desk(&self, agent: PersonId) -> Result<&Desk, Refusal> {
        self.agents.get(&agent).map(|agent| &agent.desk).ok_or(Refusal::NoSuchAgent)
    }

    /// The one place where a desk changes: account, ready sets, deadline, and the effect that tells it.
    pub(crate) fn set_desk(
        &mut self,
        now: Timestamp,
        id: PersonId,
        desk: Desk,
        by: Option<PersonId>,
        out: &mut Vec<Effect>,
    ) {
        self.unlist(id);
        let Some(agent) = self.agents.get_mut(&id) else { return };
        let was_serving = agent.desk.is_serving();
        if let Some((queue, took)) = agent.enter(now, desk)
            && let Some(queue) = self.queues.get_mut(&queue)
        {
            queue.pace.handled(took);
        }
        if was_serving != agent.desk.is_serving() {
            for serves in &agent.serves {
                let Some(queue) = self.queues.get_mut(&serves.queue) else { continue };
                queue.serving = if was_serving { queue.serving.saturating_sub(1) } else { queue.serving + 1 };
            }
        }
        out.push(Effect::Desk { agent: id, state: agent.desk.change(), by });
        self.arm_agent(id);
    }

    /// Into the ready sets of the agent's queues.
    pub(crate) fn list(&mut self, id: PersonId) {
        let Some(agent) = self.agents.get_mut(&id) else { return };
        let Desk::Ready { since } = agent.desk else { return };
        agent.listed = true;
        for serves in &agent.serves {
            if let Some(queue) = self.queues.get_mut(&serves.queue) {
                let standing = Standing { rank: serves.rank, level: Reverse(serves.level), since, agent: id };
                queue.ready.insert(standing);
            }
        }
    }

    /// Out of them; before the state or the queues of the agent change.
    pub(crate) fn unlist(&mut self, id: PersonId) {
        let Some(agent) = self.agents.get_mut(&id) else { return };
        let Desk::Ready { since } = agent.desk else { return };
        if !std::mem::take(&mut agent.listed) {
            return;
        }
        for serves in &agent.serves {
            if let Some(queue) = self.queues.get_mut(&serves.queue) {
                let standing = Standing { rank: serves.rank, level: Reverse(serves.level), since, agent: id };
                queue.ready.remove(&standing);
            }
        }
    }

    /// A ready agent gets the next caller, or waits for one.
    pub(crate) fn serve(&mut self, now: Timestamp, id: PersonId, out: &mut Vec<Effect>) {
        let Some(agent) = self.agents.get(&id) else { return };
        if !matches!(agent.desk, Desk::Ready { .. }) {
            return;
        }
        match self.choose_caller(agent, now) {
            Some(call) => self.offer(now, call, id, None, out),
            None => self.list(id),
        }
    }

    /// Nobody to ring for any more: ready as before, with the old place among the idle.
    pub(crate) fn ring_no_more(&mut self, now: Timestamp, id: PersonId, out: &mut Vec<Effect>) {
        let Some(Desk::Offered { idle, .. }) = self.agents.get(&id).map(|agent| &agent.desk) else { return };
        let since = *idle;
        self.set_desk(now, id, Desk::Ready { since }, None, out);
        self.serve(now, id, out);
    }

    /// From any state without a call into the next.
    pub(crate) fn go(
        &mut self,
        now: Timestamp,
        id: PersonId,
        next: Next,
        by: Option<PersonId>,
        out: &mut Vec<Effect>,
    ) {
        let Some(agent) = self.agents.get(&id) else { return };
        match next {
            Next::Ready if agent.reachable => {
                self.set_desk(now, id, Desk::Ready { since: now }, by, out);
                self.serve(now, id, out);
            }
            Next::Ready => {
                let reason = self.without_phone(now, id);
                self.go(now, id, Next::NotReady { reason }, by, out);
            }
            Next::NotReady { reason } => {
                let over = self.count_spell(id, &reason);
                let limit = self.reason_limits.get(&reason).map(|longest| now + *longest);
                let told = over.then(|| Effect::OverLimit { agent: id, reason: reason.clone(), since: now });
                self.set_desk(now, id, Desk::NotReady { reason, since: now, limit, told: over }, by, out);
                out.extend(told);
            }
            Next::SignedOut => {
                self.set_desk(now, id, Desk::SignedOut, by, out);
                self.signed_out(now, id, out);
            }
        }
    }

    fn signed_out(&mut self, now: Timestamp, id: PersonId, out: &mut Vec<Effect>) {
        let Some(agent) = self.agents.get_mut(&id) else { return };
        agent.signed_in = None;
        agent.signed_out_at = Some(now);
        let queues: Vec<QueueId> = agent.serves.iter().map(|serves| serves.queue).collect();
        if agent.policy.is_none() {
            self.agents.remove(&id);
        }
        for queue in &queues {
            if let Some(queue) = self.queues.get_mut(queue) {
                queue.signed_in = queue.signed_in.saturating_sub(1);
            }
        }
        for queue in queues {
            self.unstaffed(now, queue, out);
        }
    }

    pub(crate) fn sign_in(&mut self, now: Timestamp, id: PersonId, out: &mut Vec<Effect>) -> Done {
        let agent = self.agents.get_mut(&id).ok_or(Refusal::NoSuchAgent)?;
        if agent.desk != Desk::SignedOut {
            return Ok(());
        }
        agent.signed_in = Some(now);
        if agent.signed_out_at.is_none_or(|out| now.since(out) >= SHIFT_GAP) {
            agent.spells.clear();
        }
        agent.handled = 0;
        agent.busy = Duration::ZERO;
        for serves in &agent.serves {
            if let Some(queue) = self.queues.get_mut(&serves.queue) {
                queue.signed_in += 1;
            }
        }
        self.go(now, id, Next::NotReady { reason: reasons::SIGNED_IN.to_owned() }, None, out);
        Ok(())
    }

    /// A wish for the next state: at once without a call, after it with one. Ringing counts as no call: the caller is
    /// better off with somebody who wants to answer.
    fn wish(
        &mut self,
        now: Timestamp,
        id: PersonId,
        next: Next,
        by: Option<PersonId>,
        why: WithdrawWhy,
        out: &mut Vec<Effect>,
    ) -> Done {
        let agent = self.agents.get_mut(&id).ok_or(Refusal::NoSuchAgent)?;
        if agent.policy.is_none() {
            // Only the last call is still to be finished.
            return Err(Refusal::NoSuchAgent);
        }
        match &mut agent.desk {
            Desk::SignedOut => return Err(Refusal::NotSignedIn),
            Desk::Talking { then, .. } => *then = Then { next, by },
            // A leader's order ends after-call work.
            Desk::AfterCall { then, .. } if by.is_none() => *then = Then { next, by },
            Desk::Offered { call, .. } => {
                let call = *call;
                if next != Next::Ready {
                    out.push(Effect::Withdraw { call, agent: id, why });
                    self.give_up_offer(now, id, call, next, by, out);
                }
            }
            Desk::NotReady { .. } | Desk::Ready { .. } | Desk::AfterCall { .. } => {
                self.go(now, id, next, by, out)
            }
        }
        Ok(())
    }

    /// The agent will not take this call; somebody else gets it.
    pub(crate) fn give_up_offer(
        &mut self,
        now: Timestamp,
        id: PersonId,
        call: CallId,
        next: Next,
        by: Option<PersonId>,
        out: &mut Vec<Effect>,
    ) {
        self.back_in_line(call);
        self.go(now, id, next, by, out);
        self.settle(now, call, out);
    }

    pub(crate) fn sign_out(
        &mut self,
        now: Timestamp,
        id: PersonId,
        by: Option<PersonId>,
        out: &mut Vec<Effect>,
    ) -> Done {
        let why = if by.is_some() { WithdrawWhy::Overtaken } else { WithdrawWhy::SignedOut };
        self.wish(now, id, Next::SignedOut, by, why, out)
    }

    pub(crate) fn ready(
        &mut self,
        now: Timestamp,
        id: PersonId,
        by: Option<PersonId>,
        out: &mut Vec<Effect>,
    ) -> Done {
        match self.desk(id)? {
            // Asking again must not cost the place among the idle.
            Desk::Ready { .. } => return Ok(()),
            Desk::NotReady { reason, .. }
                if (reason == reasons::DEVICE_LOST || reason == reasons::PHONE_LOST)
                    && !self.agents.get(&id).is_some_and(|a| a.reachable) =>
            {
                return Ok(());
            }
            _ => {}
        }
        self.wish(now, id, Next::Ready, by, WithdrawWhy::Overtaken, out)
    }

    pub(crate) fn not_ready(
        &mut self,
        now: Timestamp,
        id: PersonId,
        reason: String,
        by: Option<PersonId>,
        out: &mut Vec<Effect>,
    ) -> Done {
        if reason.trim().is_empty() {
            return Err(Refusal::ReasonMissing);
        }
        // The same reason again must not make a long break a new one.
        if matches!(self.desk(id)?, Desk::NotReady { reason: old, .. } if *old == reason) {
            return Ok(());
        }
        if by.is_none() {
            self.may_rest(&reason)?;
            self.may_be_away(&reason)?;
        }
        let why = if by.is_some() { WithdrawWhy::Overtaken } else { WithdrawWhy::NotReady };
        self.wish(now, id, Next::NotReady { reason }, by, why, out)
    }

    pub(crate) fn direct(
        &mut self,
        now: Timestamp,
        id: PersonId,
        by: PersonId,
        to: Next,
        out: &mut Vec<Effect>,
    ) -> Done {
        match to {
            Next::Ready => self.ready(now, id, Some(by), out),
            Next::NotReady { reason } => self.not_ready(now, id, reason, Some(by), out),
            Next::SignedOut => self.sign_out(now, id, Some(by), out),
        }
    }

    pub(crate) fn device_lost(
        &mut self,
        now: Timestamp,
        id: PersonId,
        restore: Option<Duration>,
        out: &mut Vec<Effect>,
    ) -> Done {
        let agent = self.agents.get_mut(&id).ok_or(Refusal::NoSuchAgent)?;
        agent.reachable = false;
        agent.restore = restore;
        match agent.desk {
            Desk::Ready { .. } => {
                let lost = Next::NotReady { reason: self.without_phone(now, id) };
                self.go(now, id, lost, None, out);
            }
            Desk::Offered { call, .. } => {
                let lost = Next::NotReady { reason: self.without_phone(now, id) };
                out.push(Effect::Withdraw { call, agent: id, why: WithdrawWhy::DeviceLost });
                self.give_up_offer(now, id, call, lost, None, out);
            }
            // A conversation ends when the exchange says so; until then nothing is lost.
            Desk::SignedOut | Desk::NotReady { .. } | Desk::Talking { .. } | Desk::AfterCall { .. } => {}
        }
        Ok(())
    }

    pub(crate) fn device_back(&mut self, now: Timestamp, id: PersonId, out: &mut Vec<Effect>) -> Done {
        let agent = self.agents.get_mut(&id).ok_or(Refusal::NoSuchAgent)?;
        agent.reachable = true;
        match &agent.desk {
            Desk::NotReady { reason, .. }
                if reason == reasons::DEVICE_LOST || reason == reasons::UNREACHABLE =>
            {
                self.go(now, id, Next::Ready, None, out);
            }
            Desk::NotReady { reason, .. }
                if reason == reasons::PHONE_LOST && agent.back_until.is_some_and(|until| now <= until) =>
            {
                self.go(now, id, Next::Ready, None, out);
            }
            _ => {}
        }
        Ok(())
    }

    /// Why somebody without a telephone is not ready, and until when that may mend itself.
    fn without_phone(&mut self, now: Timestamp, id: PersonId) -> String {
        let restore = self.agents.get(&id).and_then(|agent| agent.restore);
        if let Some(agent) = self.agents.get_mut(&id) {
            agent.back_until = restore.map(|within| now + within);
        }
        if restore.is_some() { reasons::PHONE_LOST } else { reasons::DEVICE_LOST }.to_owned()
    }

    /// One more spell; true when that is more often than the reason allows.
    fn count_spell(&mut self, id: PersonId, reason: &str) -> bool {
        let Some(rule) = self.reason_rules.get(reason) else { return false };
        let Some(agent) = self.agents.get_mut(&id) else { return false };
        let spells = agent.spells.entry(reason.to_owned()).or_default();
        *spells = spells.saturating_add(1);
        rule.spells.is_some_and(|max| *spells > max)
    }

    /// The group's limit: of those signed in, only so many may be away for this reason at a time.
    fn may_be_away(&self, reason: &str) -> Result<(), Refusal> {
        let Some(percent) = self.reason_rules.get(reason).and_then(|rule| rule.share_percent) else {
            return Ok(());
        };
        let here = self.agents.values().filter(|agent| agent.desk != Desk::SignedOut);
        let (mut seats, mut away) = (0_u32, 0_u32);
        for agent in here {
            seats += 1;
            let is_away = matches!(&agent.desk, Desk::NotReady { reason: other, .. } if other == reason);
            away += u32::from(is_away);
        }
        let limit = (seats.saturating_mul(u32::from(percent)) / 100).max(1);
        if away >= limit {
            return Err(Refusal::TooManyAway { reason: reason.to_owned(), away, limit });
        }
        Ok(())
    }

    /// An agent's deadline has come.
    pub(crate) fn agent_due(&mut self, now: Timestamp, id: PersonId, out: &mut Vec<Effect>) {
        let Some(agent) = self.agents.get_mut(&id) else { return };
        match &mut agent.desk {
            Desk::Offered { call, .. } => {
                let call = *call;
                out.push(Effect::Withdraw { call, agent: id, why: WithdrawWhy::NoAnswer });
                let missed = Next::NotReady { reason: reasons::MISSED.to_owned() };
                self.give_up_offer(now, id, call, missed, None, out);
            }
            Desk::AfterCall { then, call, .. } => {
                let (then, call) = (then.clone(), *call);
                out.push(Effect::Expired { agent: id, call });
                self.go(now, id, then.next, then.by, out);
            }
            Desk::NotReady { reason, since, told, .. } => {
                *told = true;
                out.push(Effect::OverLimit { agent: id, reason: reason.clone(), since: *since });
                self.arm_agent(id);
            }
            Desk::SignedOut | Desk::Ready { .. } | Desk::Talking { .. } => self.arm_agent(id),
        }
    }

    /// Forgets an agent's deadline, before the agent is forgotten.
    pub(crate) fn disarm_agent(&mut self, id: PersonId) {
        if let Some(at) = self.agents.get_mut(&id).and_then(|agent| agent.armed.take()) {
            self.deadlines.remove(&(at, Whose::Agent(id)));
        }
    }
}
