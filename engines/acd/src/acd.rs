//! The distributor itself: its parts, its deadlines, and which input goes where.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use kernel::{CallId, Engine, PersonId, QueueId, Timestamp};

use crate::agent::Agent;
use crate::queue::{Caller, Queue};
use crate::{Effect, Input, Policy, ReasonRule, Refusal};

/// The distributor. Between two inputs this holds, and [`Acd::check`] asserts it: no caller waits while a fitting agent
/// is ready, and each caller is offered to one agent at a time.
#[derive(Clone, Debug)]
pub struct Acd {
    pub(crate) queues: BTreeMap<QueueId, Queue>,
    pub(crate) agents: BTreeMap<PersonId, Agent>,
    /// Everybody who waits, rung for or not.
    pub(crate) callers: BTreeMap<CallId, Caller>,
    pub(crate) reason_limits: BTreeMap<String, Duration>,
    pub(crate) reason_rules: BTreeMap<String, ReasonRule>,
    pub(crate) storm: Option<crate::Storm>,
    pub(crate) waiting_max: usize,
    /// Callers who were here when a new policy lowered `waiting_max`.
    pub(crate) overhang: usize,
    /// At most one deadline for each agent and caller: the one of the state they are in.
    pub(crate) deadlines: BTreeSet<(Timestamp, Whose)>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Whose {
    Agent(PersonId),
    Caller(CallId),
}

impl Acd {
    pub fn new(policy: Policy) -> Self {
        let mut acd = Acd {
            queues: BTreeMap::new(),
            agents: BTreeMap::new(),
            callers: BTreeMap::new(),
            reason_limits: BTreeMap::new(),
            reason_rules: BTreeMap::new(),
            storm: None,
            waiting_max: 0,
            overhang: 0,
            deadlines: BTreeSet::new(),
        };
        // Nobody is signed in or waiting, so there is nothing to tell and the time does not matter.
        acd.configure(Timestamp::MIN, policy, &mut Vec::new());
        acd
    }

    /// Writes the deadline of an agent's state into the list.
    pub(crate) fn arm_agent(&mut self, id: PersonId) {
        let Some(agent) = self.agents.get_mut(&id) else { return };
        let due = agent.desk.deadline();
        rearm(&mut self.deadlines, &mut agent.armed, due, Whose::Agent(id));
    }

    /// Writes the deadline of a caller's state into the list.
    pub(crate) fn arm_caller(&mut self, id: CallId) {
        let Some(caller) = self.callers.get_mut(&id) else { return };
        let due = caller.deadline();
        rearm(&mut self.deadlines, &mut caller.armed, due, Whose::Caller(id));
    }
}

fn rearm(
    list: &mut BTreeSet<(Timestamp, Whose)>,
    armed: &mut Option<Timestamp>,
    due: Option<Timestamp>,
    whose: Whose,
) {
    if *armed == due {
        return;
    }
    if let Some(old) = armed.take() {
        list.remove(&(old, whose));
    }
    if let Some(new) = due {
        list.insert((new, whose));
    }
    *armed = due;
}

impl Engine for Acd {
    type Input = Input;
    type Effect = Effect;

    fn handle(&mut self, now: Timestamp, input: Input, out: &mut Vec<Effect>) {
        let done = match input {
            Input::Configure(policy) => {
                self.configure(now, *policy, out);
                Ok(())
            }
            Input::Join { call, queue, joined, urgent, wanted: _, promised: true } => {
                self.keep_place(now, call, queue, joined.min(now), urgent, out)
            }
            Input::Join { call, queue, joined, urgent, wanted, promised: false } => {
                self.join(now, call, queue, joined.min(now), urgent, wanted, out)
            }
            Input::Leave { call, why: _ } => self.leave(now, call, out),
            Input::Move { call, to } => self.move_to(now, call, to, out),
            Input::Give { call, to, by } => self.give(now, call, to, by, out),
            Input::SignIn { agent } => self.sign_in(now, agent, out),
            Input::SignOut { agent } => self.sign_out(now, agent, None, out),
            Input::Ready { agent } => self.ready(now, agent, None, out),
            Input::NotReady { agent, reason } => self.not_ready(now, agent, reason, None, out),
            Input::Accepted { agent, call } => self.accepted(now, agent, call, out),
            Input::Failed { agent, call, why } => self.failed(now, agent, call, why, out),
            Input::Engaged { agent, call } => self.engaged(now, agent, call, out),
            Input::Parted { agent, call } => self.parted(now, agent, call, out),
            Input::Disengaged { agent, call } => self.disengaged(now, agent, call, out),
            Input::Lost { agent, call } => self.lost(now, agent, call, out),
            Input::Forget { call } => {
                self.forget(now, call, out);
                Ok(())
            }
            Input::Finish { agent } => self.finish(now, agent, out),
            Input::Extend { agent, reason } => self.extend(agent, &reason, out),
            Input::DeviceLost { agent, restore } => self.device_lost(now, agent, restore, out),
            Input::DeviceBack { agent } => self.device_back(now, agent, out),
            Input::Direct { agent, by, to } => self.direct(now, agent, by, to, out),
        };
        if let Err(refusal) = done {
            out.push(Effect::Refused(refusal));
        }
    }

    fn wake(&mut self, now: Timestamp, out: &mut Vec<Effect>) {
        // Ends: what falls due either leaves its state or is put at least a second later; a ring time of zero makes
        // one agent not ready each time round.
        while let Some(&(at, whose)) = self.deadlines.first() {
            if at > now {
                break;
            }
            match whose {
                Whose::Agent(agent) => self.agent_due(now, agent, out),
                Whose::Caller(call) => self.caller_due(now, call, out),
            }
        }
    }

    fn deadline(&self) -> Option<Timestamp> {
        self.deadlines.first().map(|(at, _)| *at)
    }
}

/// What an input comes to: done, or refused with nothing changed.
pub(crate) type Done = Result<(), Refusal>;
