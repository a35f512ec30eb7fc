//! Between the exchange and the distributor: who must hear of what the other decided.

use kernel::{CallId, Engine, Timestamp};

use crate::call::Happening;
use crate::exchange::Exchange;
use crate::fact::{DeskState, What};
use crate::{Effect, Refused};

impl Exchange {
    pub(crate) fn tell_acd(&mut self, now: Timestamp, input: acd::Input, out: &mut Vec<Effect>) {
        let about = match &input {
            acd::Input::Join { call, .. } => Some((*call, Happening::NotQueued, None)),
            acd::Input::Move { call, to } => Some((*call, Happening::NotMoved, Some(Happening::Moved(*to)))),
            _ => None,
        };
        if let Some(call) = call_of(&input) {
            self.at_work = Some(call);
        }
        let rests = match &input {
            acd::Input::NotReady { agent, reason } => Some((*agent, reason.clone())),
            _ => None,
        };
        let mut effects = Vec::new();
        self.acd.handle(now, input, &mut effects);
        let refused = effects.iter().any(|effect| matches!(effect, acd::Effect::Refused(_)));
        let stopped =
            |effect: &acd::Effect| matches!(effect, acd::Effect::Refused(acd::Refusal::BreaksStopped { .. }));
        if let Some((agent, reason)) = rests.filter(|_| effects.iter().any(stopped)) {
            self.fact(now, What::BreakRefused { agent, reason }, out);
        }
        self.from_acd.extend(effects);
        // Before the effects: they speak of the caller as standing there already.
        if let Some((call, not_done, done)) = about {
            match done {
                _ if refused => self.step(now, call, not_done, out),
                Some(done) => self.step(now, call, done, out),
                None => {}
            }
        }
    }

    pub(crate) fn distributed(&mut self, now: Timestamp, effect: acd::Effect, out: &mut Vec<Effect>) {
        match effect {
            acd::Effect::Offer { call, agent, queue, until } => {
                self.step(now, call, Happening::Offer { agent, queue, until }, out);
            }
            acd::Effect::Withdraw { call, agent, why } => {
                self.step(now, call, Happening::Withdraw { agent, why }, out);
            }
            acd::Effect::Announce { call, position, wait } => {
                self.step(now, call, Happening::Announce { position, wait }, out);
            }
            acd::Effect::Overflowed { call, from: _, how, stays } => {
                self.step(now, call, Happening::Overflowed { how, stays }, out);
            }
            acd::Effect::Desk { agent, state, by } => {
                self.desk_changed(now, agent, desk_state(state), by, out);
            }
            acd::Effect::OverLimit { agent, .. } => {
                self.seat(now, agent).over_limit = true;
                self.desks_changed.insert(agent);
            }
            acd::Effect::BreakPutOff { agent, reason } => {
                self.fact(now, What::BreakRefused { agent, reason }, out);
                self.desks_changed.insert(agent);
            }
            acd::Effect::Expired { agent, call: _ } => self.seat(now, agent).expired = true,
            acd::Effect::Refused(why) => out.push(Effect::Refused(Refused::Acd { why })),
        }
    }

    pub(crate) fn desk_changed(
        &mut self,
        now: Timestamp,
        agent: kernel::PersonId,
        desk: DeskState,
        by: Option<kernel::PersonId>,
        out: &mut Vec<Effect>,
    ) {
        let known = self.config.agents.contains_key(&agent);
        // The distributor does not know that whoever a colleague asks for help has to answer first.
        let desk = match desk {
            DeskState::Talking { call } if self.calls.get(&call).is_some_and(|c| c.rings_third(agent)) => {
                DeskState::Ringing { call }
            }
            desk => desk,
        };
        let seat = self.seat(now, agent);
        let was = seat.desk.clone();
        let expired = std::mem::take(&mut seat.expired);
        if was == desk {
            return;
        }
        self.desks_changed.insert(agent);
        let gone = desk == DeskState::SignedOut && !known;
        let kept = &mut Vec::new();
        let mut cx = self.cx(now, kept, out);
        // t7: when after-call work is over, or when there is none.
        let over = match (&was, &desk) {
            (
                DeskState::AfterCall { call } | DeskState::Talking { call } | DeskState::Holding { call },
                DeskState::AfterCall { call: now },
            ) if call == now => None,
            (
                DeskState::AfterCall { call } | DeskState::Talking { call } | DeskState::Holding { call },
                _,
            ) => Some(*call),
            _ => None,
        };
        if let Some(call) = over {
            cx.fact(What::AfterCallEnded { call, agent, expired });
        }
        cx.desk(agent, desk, by);
        if gone {
            self.seats.remove(&agent);
        }
    }
}

pub(crate) fn desk_state(state: acd::DeskChange) -> DeskState {
    match state {
        acd::DeskChange::SignedOut => DeskState::SignedOut,
        acd::DeskChange::NotReady { reason } => DeskState::NotReady { reason },
        acd::DeskChange::Ready => DeskState::Ready,
        acd::DeskChange::Ringing { call } => DeskState::Ringing { call },
        acd::DeskChange::Talking { call } => DeskState::Talking { call },
        acd::DeskChange::AfterCall { call, .. } => DeskState::AfterCall { call },
    }
}

/// The call an input to the distributor is about.
fn call_of(input: &acd::Input) -> Option<CallId> {
    match input {
        acd::Input::Join { call, .. }
        | acd::Input::Leave { call, .. }
        | acd::Input::Move { call, .. }
        | acd::Input::Give { call, .. }
        | acd::Input::Accepted { call, .. }
        | acd::Input::Failed { call, .. }
        | acd::Input::Engaged { call, .. }
        | acd::Input::Parted { call, .. }
        | acd::Input::Lost { call, .. }
        | acd::Input::Disengaged { call, .. }
        | acd::Input::Forget { call } => Some(*call),
        acd::Input::Configure(_)
        | acd::Input::SignIn { .. }
        | acd::Input::SignOut { .. }
        | acd::Input::Ready { .. }
        | acd::Input::NotReady { .. }
        | acd::Input::Finish { .. }
        | acd::Input::Extend { .. }
        | acd::Input::DeviceLost { .. }
        | acd::Input::DeviceBack { .. }
        | acd::Input::Direct { .. } => None,
    }
}
