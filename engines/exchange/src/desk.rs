//! What agents do at their desks: which call an act is about, and what it means there.

use kernel::{CallId, PersonId, Timestamp};

use crate::call::{Call, Happening, State};
use crate::cx::Seat;
use crate::exchange::Exchange;
use crate::fact::{DeskState, What};
use crate::line::Device;
use crate::{AgentAct, Effect, Refused};

/// What somebody is to a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Talks with the customer, dials, or is rung for him.
    Agent,
    /// Is called by a colleague.
    Colleague,
    /// Was asked in.
    Third,
}

impl Call {
    pub fn role_of(&self, agent: PersonId) -> Role {
        if self.colleague() == Some(agent) {
            Role::Colleague
        } else if self.third().is_some_and(|third| third.agent == Some(agent)) {
            Role::Third
        } else {
            Role::Agent
        }
    }

    /// Whether the telephone of this agent rings because a colleague asks for help.
    pub fn rings_third(&self, agent: PersonId) -> bool {
        self.third().is_some_and(|third| third.agent == Some(agent) && third.leg().is_some())
            && self.talk().is_some_and(|talk| talk.third_up().is_none())
    }
}

impl Exchange {
    pub(crate) fn agent(&mut self, now: Timestamp, agent: PersonId, act: AgentAct, out: &mut Vec<Effect>) {
        let input = match act {
            AgentAct::SignIn => acd::Input::SignIn { agent },
            AgentAct::SignOut => acd::Input::SignOut { agent },
            AgentAct::Ready => acd::Input::Ready { agent },
            AgentAct::NotReady { reason } => acd::Input::NotReady { agent, reason },
            AgentAct::Finish => acd::Input::Finish { agent },
            AgentAct::Extend { reason } => acd::Input::Extend { agent, reason },
            AgentAct::UseDevice { device } => return self.use_device(now, agent, device, out),
            AgentAct::Dial { number, owed } => return self.dial(now, agent, number, owed, out),
            act => return self.on_call(now, agent, act, out),
        };
        self.to_acd.push_back(input);
    }

    /// An act that needs a call.
    fn on_call(&mut self, now: Timestamp, agent: PersonId, act: AgentAct, out: &mut Vec<Effect>) {
        let (rings_for, talks_on) = match self.seats.get(&agent).map(|seat| &seat.desk) {
            Some(DeskState::Ringing { call }) => (Some(*call), None),
            Some(DeskState::Talking { call } | DeskState::Holding { call }) => (None, Some(*call)),
            _ => (None, None),
        };
        let role = talks_on.and_then(|call| self.calls.get(&call)).map(|call| call.role_of(agent));
        let (call, happening) = match (act, role) {
            (AgentAct::Decline, _) => (rings_for, Happening::Decline),
            (AgentAct::HangUp, Some(Role::Colleague)) => (talks_on, Happening::ColleagueHangsUp),
            (AgentAct::HangUp, Some(Role::Third)) => (talks_on, Happening::ThirdHangsUp),
            (AgentAct::Mute, Some(Role::Third)) => (talks_on, Happening::ThirdMutes(true)),
            (AgentAct::Unmute, Some(Role::Third)) => (talks_on, Happening::ThirdMutes(false)),
            // The other acts belong to whoever talks with the customer.
            (_, Some(Role::Colleague | Role::Third)) => return out.push(Effect::Refused(Refused::NotNow)),
            (act, _) => (talks_on, meaning(act)),
        };
        match call {
            Some(call) => self.step(now, call, happening, out),
            None if self.config.agents.contains_key(&agent) => {
                out.push(Effect::Refused(Refused::NotOnACall { agent }));
            }
            None => out.push(Effect::Refused(Refused::NoSuchAgent { agent })),
        }
    }

    /// A device can be reached, can no longer be, or another one was chosen: the distributor hears whether the agent can
    /// be called. A telephone that comes back may belong to an agent whose customer waits for it.
    pub(crate) fn reachability(
        &mut self,
        now: Timestamp,
        agent: PersonId,
        out: &mut Vec<Effect>,
        change: impl FnOnce(&mut Seat),
    ) {
        let seat = self.seat(now, agent);
        let (before, browser) = (seat.reachable(), seat.browser);
        change(seat);
        // A page that is loaded anew is back in a moment; one that is closed must not make anybody ready next morning.
        let page_gone = browser == Some(true) && seat.browser == Some(false);
        let after = seat.reachable();
        let desk = seat.desk.clone();
        self.desks_changed.insert(agent);
        if before == after {
            return;
        }
        if let DeskState::Talking { call } = desk
            && after == Some(true)
            && self.is_parked(call, agent)
        {
            self.step(now, call, Happening::PhoneBack, out);
        }
        self.to_acd.push_back(match after {
            Some(false) => {
                let restore = page_gone.then_some(self.config.limits.park);
                acd::Input::DeviceLost { agent, restore }
            }
            Some(true) | None => acd::Input::DeviceBack { agent },
        });
    }

    fn use_device(&mut self, now: Timestamp, agent: PersonId, device: Device, out: &mut Vec<Effect>) {
        if !self.config.agents.contains_key(&agent) {
            return out.push(Effect::Refused(Refused::NoSuchAgent { agent }));
        }
        if self.seat(now, agent).device != device {
            self.fact(now, What::DeviceChosen { agent, device }, out);
            self.reachability(now, agent, out, |seat| seat.device = device);
        }
    }

    fn is_parked(&self, call: CallId, agent: PersonId) -> bool {
        match self.calls.get(&call).map(|call| &call.state) {
            Some(State::Parked(parked)) => parked.talk.agent == agent,
            _ => false,
        }
    }
}

/// Of an act by whoever talks with the customer. Those without a call do not come here.
fn meaning(act: AgentAct) -> Happening {
    match act {
        AgentAct::Hold => Happening::Hold,
        AgentAct::Resume => Happening::Resume,
        AgentAct::Transfer { to } => Happening::Transfer(to),
        AgentAct::PauseRecording => Happening::PauseRecording,
        AgentAct::ResumeRecording => Happening::ResumeRecording,
        AgentAct::Mute => Happening::Mute(true),
        AgentAct::Unmute => Happening::Mute(false),
        AgentAct::Consult { to } => Happening::Consult(to),
        AgentAct::CancelConsult | AgentAct::DropThird => Happening::DropThird,
        AgentAct::CompleteTransfer | AgentAct::LeaveConference => Happening::HandOver,
        AgentAct::Swap => Happening::Swap,
        AgentAct::Conference => Happening::Conference,
        AgentAct::CollectSecret => Happening::CollectSecret,
        AgentAct::EndSecret => Happening::EndSecret,
        AgentAct::Decline => Happening::Decline,
        AgentAct::HangUp
        | AgentAct::SignIn
        | AgentAct::SignOut
        | AgentAct::Ready
        | AgentAct::NotReady { .. }
        | AgentAct::Finish
        | AgentAct::Extend { .. }
        | AgentAct::UseDevice { .. }
        | AgentAct::Dial { .. } => Happening::HangUp,
    }
}
