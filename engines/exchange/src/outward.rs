//! Calls that our own telephones make: who may, over which trunk, and what becomes of the rest.

use kernel::{CallId, LegId, PersonId, Timestamp, TrunkId};

use crate::call::{Call, Dialling, Far, Stage, State};
use crate::cx::Leg;
use crate::exchange::Exchange;
use crate::fact::{Blocked, DeskState, Direction, What};
use crate::line::{Identity, RejectStatus, Target};
use crate::{Effect, Refused};

/// What a telephone of ours has dialled.
enum Whom {
    Colleague { with: PersonId, phone: Target },
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
        let agent = self.config.agent_with_phone(user);
        let allowed = match agent {
            Some(agent) => self.may_place(agent, &to).map(|far| (agent, far)),
            None => Err((RejectStatus::Forbidden, Blocked::NotAllowed)),
        };
        let (agent, far) = match allowed {
            Ok(allowed) => allowed,
            Err((status, why)) => {
                let from = user.to_owned();
                self.fact(now, What::CallBlocked { trunk: None, from, to, why }, out);
                return self.turn_away(leg, status, out);
            }
        };
        self.begin_call(now, agent, Some(leg), to, far, None, out);
    }

    /// From the desk: the agent's own telephone is rung first.
    pub(crate) fn dial(
        &mut self,
        now: Timestamp,
        agent: PersonId,
        number: String,
        owed: Option<i64>,
        out: &mut Vec<Effect>,
    ) {
        match self.may_place(agent, &number) {
            Ok(far) => self.begin_call(now, agent, None, number, far, owed, out),
            Err((_, why)) => out.push(Effect::Refused(match why {
                Blocked::NotSignedIn => Refused::Acd { why: acd::Refusal::NotSignedIn },
                Blocked::NotAllowed | Blocked::NoSuchNumber => Refused::MayNotDial { number },
                Blocked::Occupied => Refused::Occupied,
                Blocked::Full | Blocked::Draining | Blocked::NoRoomOut => Refused::NoRoomOut,
            })),
        }
    }

    /// `dialled`: the telephone that has dialled by itself.
    #[expect(clippy::too_many_arguments, reason = "everything that is known of the call")]
    fn begin_call(
        &mut self,
        now: Timestamp,
        agent: PersonId,
        dialled: Option<LegId>,
        to: String,
        far: Whom,
        owed: Option<i64>,
        out: &mut Vec<Effect>,
    ) {
        let line = self.config.agents.get(&agent).cloned().unwrap_or_default();
        let mut shown = Identity { number: line.number.clone(), name: line.name };
        let from = shown.clone();
        let (target, trunk, with) = match far {
            Whom::Colleague { with, phone } => (phone, None, Some(with)),
            Whom::Number { trunk } => {
                // Outside, the name of a person is nobody's business.
                let caller_id = self.config.trunks.get(&trunk).and_then(|line| line.caller_id.clone());
                shown = Identity { number: caller_id.unwrap_or(shown.number), name: String::new() };
                (Target::Number { trunk, number: to.clone() }, Some(trunk), None)
            }
        };
        let call: CallId = self.ids.mint(now);
        self.at_work = Some(call);
        let number = from.number.clone();
        let leg = dialled.unwrap_or_else(|| self.ids.mint(now));
        if dialled.is_some() {
            self.legs.insert(leg, Leg { call, leaving: false });
        }
        self.fact(
            now,
            What::CallPlaced {
                call,
                leg,
                trunk,
                agent,
                with,
                from: number,
                to: to.clone(),
                promised_in: None,
                owed,
            },
            out,
        );
        if let Some(trunk) = trunk {
            *self.on_trunk.entry(trunk).or_default() += 1;
        }
        let desk = |who| self.seats.get(&who).map(|seat| &seat.desk);
        let writing_up = matches!(desk(agent), Some(DeskState::AfterCall { .. }));
        for agent in [Some(agent), with].into_iter().flatten() {
            self.to_acd.push_back(acd::Input::Engaged { agent, call });
        }
        let ring_for = self.config.limits.outside_ring;
        let kept = &mut Vec::new();
        let mut cx = self.cx(now, kept, out);
        let from_desk = dialled.is_none();
        let customer: LegId = cx.ids.mint(now);
        let far = Far { to: target, shown, ring_for };
        let stage = if let Some(phone) = cx.phone_of(agent).filter(|_| from_desk) {
            let whom = Identity { number: to.clone(), name: String::new() };
            cx.dial_as(leg, call, phone, whom, ring_for, true);
            Stage::Own(far)
        } else {
            cx.dial_as(customer, call, far.to, far.shown, far.ring_for, false);
            Stage::Far
        };
        let own = matches!(stage, Stage::Own(_));
        let state = Dialling { agent, leg, from_desk, with, writing_up, stage, tone: None, queue: None };
        let mut placed = Call::begin(call, now, customer, from, to, State::Dialling(state));
        placed.direction = if with.is_some() { Direction::Internal } else { Direction::Out };
        placed.trunk = trunk;
        placed.away = own;
        placed.hears = placed.who_hears_whom();
        self.calls.insert(call, placed);
        self.touched.insert(call);
    }

    pub(crate) fn phone_of(&self, agent: PersonId) -> Option<Target> {
        let user = self.config.agents.get(&agent)?.phone.clone();
        let device = self.seats.get(&agent).map(|seat| seat.device).unwrap_or_default();
        Some(Target::Phone { user, device })
    }

    /// Who dials, and whom, if that may be.
    fn may_place(&self, agent: PersonId, to: &str) -> Result<Whom, Refusal> {
        let busy = (RejectStatus::Busy, Blocked::Occupied);
        let full = (RejectStatus::Overloaded, Blocked::NoRoomOut);
        let forbidden = (RejectStatus::Forbidden, Blocked::NotAllowed);
        let desk = |who| self.seats.get(&who).map_or(&DeskState::SignedOut, |seat| &seat.desk);
        if self.draining {
            return Err((RejectStatus::Overloaded, Blocked::Draining));
        }
        if !self.config.agents.contains_key(&agent) {
            return Err(forbidden);
        }
        let colleague = self.config.agent_with_number(to);
        let trunk = self.config.trunk_for(to);
        if colleague.is_none() && trunk.is_none() {
            return Err(forbidden);
        }
        match desk(agent) {
            DeskState::SignedOut => return Err((RejectStatus::Forbidden, Blocked::NotSignedIn)),
            DeskState::Talking { .. } | DeskState::Holding { .. } => return Err(busy),
            // A colleague asks for help: the distributor cannot give that to somebody else.
            DeskState::Ringing { call } if self.calls.get(call).is_some_and(|c| c.rings_third(agent)) => {
                return Err(busy);
            }
            DeskState::NotReady { .. }
            | DeskState::Ready
            | DeskState::Ringing { .. }
            | DeskState::AfterCall { .. } => {}
        }
        if self.in_progress() >= usize::try_from(self.config.limits.max_calls).unwrap_or(usize::MAX) {
            return Err(full);
        }
        if let Some(with) = colleague {
            return match desk(with) {
                _ if with == agent => Err(busy),
                DeskState::Ready | DeskState::NotReady { .. } => {
                    let phone = self.phone_of(with).ok_or(busy)?;
                    Ok(Whom::Colleague { with, phone })
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
        Ok(Whom::Number { trunk })
    }
}
