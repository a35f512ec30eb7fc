//! The floor as it is now: counts, agents, calls.

use std::collections::BTreeMap;

use kernel::{CallId, PersonId, QueueId, Timestamp, TrunkId};
use serde::Serialize;

use crate::AgentLine;
use crate::counters::Figures;
use crate::cx::Seat;
use crate::exchange::Exchange;
use crate::fact::{DeskState, Direction};

pub use crate::call::CallState;

/// A picture of the floor. Times are instants, so that a reader counts the seconds itself.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct FloorView {
    /// Refusing new calls.
    pub draining: bool,
    /// Answered, nothing played yet.
    pub entering: u32,
    pub in_menu: u32,
    /// In a queue, ringing included: callers who have asked for a person.
    pub waiting: u32,
    /// Of those waiting, callers for whom an agent's telephone rings.
    pub ringing: u32,
    pub talking: u32,
    /// With a number outside, or being put through to one; and numbers that one of us has dialled and that ring.
    pub outside: u32,
    /// Call backs that keep their place in a queue; nobody is on the line.
    pub promised: u32,
    /// Rating, leaving a message, being told something at the end.
    pub after: u32,
    pub queues: BTreeMap<QueueId, QueueView>,
    pub agents: Vec<AgentView>,
    pub calls: Vec<CallView>,
    pub today: Figures,
    pub trunks: BTreeMap<TrunkId, TrunkView>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct TrunkView {
    pub calls: u32,
    /// As the wire said last; none when it has said nothing.
    pub up: Option<bool>,
}

#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct QueueView {
    pub waiting: u32,
    /// t2 of the caller who has waited longest.
    pub longest_since: Option<Timestamp>,
    /// Agents who serve it: signed in, and of those ready.
    pub signed_in: u32,
    pub ready: u32,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct AgentView {
    pub agent: PersonId,
    /// 工号
    pub number: String,
    pub name: String,
    pub desk: DeskState,
    /// None for an agent who has not been heard of since the start.
    pub since: Option<Timestamp>,
    /// As the wire said last; none when it has said nothing.
    pub phone_reachable: Option<bool>,
    /// Not ready for longer, or more often, than the reason allows.
    pub over_limit: bool,
    /// Of the present reason: when it is over-long, how often in this shift, and how often it may be.
    pub limit: Option<Timestamp>,
    pub spells: Option<u32>,
    pub spells_max: Option<u32>,
    /// After-call work turns amber, and is ended by the centre.
    pub soft: Option<Timestamp>,
    pub hard: Option<Timestamp>,
    pub call: Option<CallId>,
    /// The number of the customer, or of the colleague at the other end.
    pub caller: Option<String>,
    pub queue: Option<QueueId>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct CallView {
    pub call: CallId,
    pub direction: Direction,
    pub from: String,
    pub to: String,
    pub state: CallState,
    /// When this state began.
    pub since: Timestamp,
    pub arrived: Timestamp,
    /// t2
    pub requested: Option<Timestamp>,
    pub queue: Option<QueueId>,
    pub agent: Option<PersonId>,
}

/// The least that somebody who counts wants to know every second.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Pulse {
    pub waiting: u32,
    pub today: Figures,
}

impl Exchange {
    pub fn pulse(&self) -> Pulse {
        let waiting = self.acd.callers().count();
        Pulse { waiting: u32::try_from(waiting).unwrap_or(u32::MAX), today: self.counters.figures().clone() }
    }

    /// The floor as it is now. Cheap enough for a few times a second, not for every input.
    pub fn floor(&self) -> FloorView {
        let mut view = FloorView {
            draining: self.draining,
            today: self.counters.figures().clone(),
            ..FloorView::default()
        };
        for queue in self.config.acd.queues.keys() {
            view.queues.insert(*queue, QueueView::default());
        }
        view.promised = u32::try_from(self.promised.len()).unwrap_or(u32::MAX);
        for call in self.calls.values().filter(|call| !self.promised.contains(&call.id)) {
            let state = call.state.view();
            *match state {
                CallState::Arriving => &mut view.entering,
                CallState::InFlow => &mut view.in_menu,
                CallState::Waiting | CallState::Ringing => &mut view.waiting,
                CallState::Announcing
                | CallState::Talking
                | CallState::Holding
                | CallState::Consulting
                | CallState::Conference
                | CallState::Parked => &mut view.talking,
                CallState::Dialling | CallState::Reaching | CallState::Outside => &mut view.outside,
                CallState::Rating | CallState::LeavingMessage | CallState::Closing => &mut view.after,
            } += 1;
            if let (CallState::Waiting | CallState::Ringing, Some(queue)) = (state, call.queue) {
                view.ringing += u32::from(state == CallState::Ringing);
                let queue = view.queues.entry(queue).or_default();
                queue.waiting += 1;
                queue.longest_since = match (queue.longest_since, call.requested) {
                    (Some(a), Some(b)) => Some(a.min(b)),
                    (a, b) => a.or(b),
                };
            }
            view.calls.push(CallView {
                call: call.id,
                direction: call.direction,
                from: call.from.number.clone(),
                to: call.to.clone(),
                state,
                since: call.since,
                arrived: call.arrived,
                requested: call.requested,
                queue: call.queue,
                agent: call.agent(),
            });
        }
        for trunk in self.config.trunks.keys() {
            let calls = self.on_trunk.get(trunk).copied().unwrap_or(0);
            view.trunks.insert(*trunk, TrunkView { calls, up: self.trunks_up.get(trunk).copied() });
        }
        for (agent, seat) in &self.seats {
            view.agents.push(self.agent_view(*agent, seat));
        }
        for (agent, line) in &self.config.agents {
            if !self.seats.contains_key(agent) {
                view.agents.push(AgentView::absent(*agent, line));
            }
        }
        view.agents.sort_by(|a, b| (&a.number, a.agent).cmp(&(&b.number, b.agent)));
        for (agent, policy) in &self.config.acd.agents {
            let desk = self.seats.get(agent).map_or(&DeskState::SignedOut, |seat| &seat.desk);
            for queue in policy.queues.keys() {
                if let Some(queue) = view.queues.get_mut(queue) {
                    queue.signed_in += u32::from(*desk != DeskState::SignedOut);
                    queue.ready += u32::from(*desk == DeskState::Ready);
                }
            }
        }
        view
    }

    pub(crate) fn agent_view(&self, agent: PersonId, seat: &Seat) -> AgentView {
        let line = self.config.agents.get(&agent).cloned().unwrap_or_default();
        let call = match &seat.desk {
            DeskState::Ringing { call }
            | DeskState::Talking { call }
            | DeskState::Holding { call }
            | DeskState::AfterCall { call } => Some(*call),
            DeskState::SignedOut | DeskState::NotReady { .. } | DeskState::Ready => None,
        };
        let live = call.and_then(|call| self.calls.get(&call));
        let (soft, hard) = match self.acd.agent(agent).map(acd::Agent::desk) {
            Some(acd::Desk::AfterCall { soft, hard, .. }) => (Some(*soft), Some(*hard)),
            _ => (None, None),
        };
        let (mut limit, mut spells, mut spells_max) = (None, None, None);
        if let Some(known) = self.acd.agent(agent)
            && let acd::Desk::NotReady { reason, since, .. } = known.desk()
        {
            limit = self.config.acd.reason_limits.get(reason).map(|longest| *since + *longest);
            spells_max = self.config.acd.reason_rules.get(reason).and_then(|rule| rule.spells);
            spells = spells_max.map(|_| known.spells(reason));
        }
        AgentView {
            agent,
            number: line.number,
            name: line.name,
            desk: seat.desk.clone(),
            since: Some(seat.since),
            phone_reachable: seat.reachable(),
            over_limit: seat.over_limit,
            limit,
            spells,
            spells_max,
            soft,
            hard,
            call,
            caller: live.map(|call| match call.colleague() {
                Some(colleague) if colleague == agent => call.from.number.clone(),
                _ => call.who().number,
            }),
            queue: live.and_then(|call| call.queue),
        }
    }
}

impl AgentView {
    /// Somebody who has not been heard of since the start.
    pub(crate) fn absent(agent: PersonId, line: &AgentLine) -> Self {
        AgentView {
            agent,
            number: line.number.clone(),
            name: line.name.clone(),
            desk: DeskState::SignedOut,
            since: None,
            phone_reachable: None,
            over_limit: false,
            limit: None,
            spells: None,
            spells_max: None,
            soft: None,
            hard: None,
            call: None,
            caller: None,
            queue: None,
        }
    }
}
