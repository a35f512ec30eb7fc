//! Calls that our own telephones make: who may, over which trunk, and what becomes of the rest.

use std::collections::BTreeMap;

use kernel::{CallId, LegId, PersonId, Timestamp, TrunkId};

use crate::Effect;
use crate::call::{Call, Dialling, State};
use crate::cx::{Cx, Leg};
use crate::exchange::Exchange;
use crate::fact::{Blocked, DeskState, Direction, What};
use crate::line::{Device, Identity, RejectStatus, Target};

/// What a telephone of ours has dialled.
enum Far {
    Colleague { with: PersonId, phone: String },
    Number { trunk: TrunkId },
}

type Refusal = (RejectStatus, Blocked);

impl Exchange {
    /// An INVITE from one of our telephones to anything that is not a number of the centre.
    pub(crate) fn place(
        &mut self,
        now: Timestamp,
        leg: LegId,
        user: &str,
        to: String,
        out: &mut Vec<Effect>,
    ) {
        let (agent, far) = match self.may_place(user, &to) {
            Ok(allowed) => allowed,
            Err((status, why)) => {
                let from = user.to_owned();
                self.fact(now, What::CallBlocked { trunk: None, from, to, why }, out);
                return self.turn_away(leg, status, out);
            }
        };
        let line = self.config.agents.get(&agent).cloned().unwrap_or_default();
        let mut shown = Identity { number: line.number.clone(), name: line.name };
        let from = shown.clone();
        let (target, trunk, with) = match far {
            Far::Colleague { with, phone } => {
                (Target::Phone { user: phone, device: Device::Any }, None, Some(with))
            }
            Far::Number { trunk } => {
                // Outside, the name of a person is nobody's business.
                let caller_id = self.config.trunks.get(&trunk).and_then(|line| line.caller_id.clone());
                shown = Identity { number: caller_id.unwrap_or(shown.number), name: String::new() };
                (Target::Number { trunk, number: to.clone() }, Some(trunk), None)
            }
        };
        let call: CallId = self.ids.mint(now);
        self.at_work = Some(call);
        let number = from.number.clone();
        self.legs.insert(leg, Leg { call, leaving: false });
        self.fact(now, What::CallPlaced { call, leg, trunk, agent, with, from: number, to: to.clone() }, out);
        if let Some(trunk) = trunk {
            *self.on_trunk.entry(trunk).or_default() += 1;
        }
        let desk = |who| self.seats.get(&who).map(|seat| &seat.desk);
        let writing_up = matches!(desk(agent), Some(DeskState::AfterCall { .. }));
        for agent in [Some(agent), with].into_iter().flatten() {
            self.to_acd.push_back(acd::Input::Engaged { agent, call });
        }
        let ring_for = self.config.limits.outside_ring;
        let Exchange { config, ids, legs, seats, recordings, counters, to_acd, .. } = self;
        let mut cx = Cx { now, config, ids, legs, seats, recordings, counters, acd: to_acd, out };
        let customer = cx.dial(call, target, shown, ring_for);
        let state = State::Dialling(Dialling { agent, leg, with, writing_up, answered: false });
        let mut placed = Call::begin(call, now, customer, from, to, state);
        placed.direction = if with.is_some() { Direction::Internal } else { Direction::Out };
        placed.trunk = trunk;
        placed.hears = BTreeMap::from([(customer, vec![]), (leg, vec![])]);
        self.calls.insert(call, placed);
        self.touched.insert(call);
    }

    /// Who dials, and whom, if that may be.
    fn may_place(&self, user: &str, to: &str) -> Result<(PersonId, Far), Refusal> {
        let busy = (RejectStatus::Busy, Blocked::Occupied);
        let full = (RejectStatus::Overloaded, Blocked::NoRoomOut);
        let forbidden = (RejectStatus::Forbidden, Blocked::NotAllowed);
        let desk = |who| self.seats.get(&who).map_or(&DeskState::SignedOut, |seat| &seat.desk);
        if self.draining {
            return Err((RejectStatus::Overloaded, Blocked::Draining));
        }
        let agent = self.config.agent_with_phone(user).ok_or(forbidden)?;
        let colleague = self.config.agent_with_number(to);
        let trunk = self.config.trunk_for(to);
        if colleague.is_none() && trunk.is_none() {
            return Err(forbidden);
        }
        match desk(agent) {
            DeskState::SignedOut => return Err((RejectStatus::Forbidden, Blocked::NotSignedIn)),
            DeskState::Talking { .. } | DeskState::Holding { .. } => return Err(busy),
            DeskState::NotReady { .. }
            | DeskState::Ready
            | DeskState::Ringing { .. }
            | DeskState::AfterCall { .. } => {}
        }
        if self.calls.len() >= usize::try_from(self.config.limits.max_calls).unwrap_or(usize::MAX) {
            return Err(full);
        }
        if let Some(with) = colleague {
            return match desk(with) {
                _ if with == agent => Err(busy),
                DeskState::Ready | DeskState::NotReady { .. } => {
                    let phone =
                        self.config.agents.get(&with).map(|line| line.phone.clone()).unwrap_or_default();
                    Ok((agent, Far::Colleague { with, phone }))
                }
                DeskState::SignedOut => Err((RejectStatus::Unavailable, Blocked::Occupied)),
                DeskState::Ringing { .. }
                | DeskState::Talking { .. }
                | DeskState::Holding { .. }
                | DeskState::AfterCall { .. } => Err(busy),
            };
        }
        let trunk = trunk.ok_or(forbidden)?;
        let limit = self.config.trunks.get(&trunk).and_then(|line| line.max_calls);
        let on_trunk = self.on_trunk.get(&trunk).copied().unwrap_or(0);
        if limit.is_some_and(|max| on_trunk >= max) {
            return Err(full);
        }
        Ok((agent, Far::Number { trunk }))
    }
}
