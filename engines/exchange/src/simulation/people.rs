//! Callers, agents and leaders who do anything at any moment.

use std::time::Duration;

use audio::Digit;
use kernel::{CallId, FlowId, LegId, PersonId, QueueId};

use super::dice::Dice;
use super::{Plan, Simulation};
use crate::fact::TransferTo;
use crate::line::{Device, EndCause, Event, Identity, Origin};
use crate::tests::world;
use crate::{AgentAct, CallOut, Footing, Input, LeaderAct};

/// What somebody does when his time has come.
#[derive(Clone, Debug)]
pub enum Deed {
    /// Somebody calls.
    Call,
    /// The machine calls somebody.
    CallOut,
    /// A caller who is on the line does something, and then again.
    Caller(LegId),
    Agent(PersonId),
    /// A telephone can be reached again.
    PhoneBack(String),
    Leader,
    /// Configuration, trunks, stray events.
    Fate,
    /// The process dies and is started again.
    Restart,
    /// Everybody goes home.
    Close,
}

impl Simulation {
    pub(super) fn deed(&mut self, deed: Deed) {
        match deed {
            Deed::Call => self.call(),
            Deed::CallOut => self.call_out(),
            Deed::Caller(leg) => self.caller(leg),
            Deed::Agent(agent) => self.agent(agent),
            Deed::PhoneBack(user) => {
                self.wire.gone.remove(&user);
                self.input(Input::Line(Event::Phone { user, device: Device::Telephone, reachable: true }));
            }
            Deed::Leader => self.leader(),
            Deed::Fate => self.fate(),
            Deed::Restart => self.restart(),
            Deed::Close => self.close(),
        }
    }

    fn call(&mut self) {
        let leg: LegId = self.ids.mint(self.now);
        if self.dice.chance(15) {
            return self.dial(leg);
        }
        let origin = Origin::Trunk { trunk: world::TRUNK };
        let to = if self.dice.chance(97) { "95598" } else { "10086" };
        let number = self.dice.pick(&["13800000001", "13800000001", "13911111111", "13911111112", ""]);
        let from = Identity { number: number.to_owned(), name: String::new() };
        self.wire.incoming(leg, None);
        self.input(Input::Line(Event::Incoming { leg, origin, from, to: to.to_owned() }));
        let patience = self.dice.ms(0, 20_000);
        self.plan.deed(self.now + patience, Deed::Caller(leg));
        if self.dice.chance(75) {
            let cause = if self.dice.chance(90) { EndCause::FarEnd } else { EndCause::Lost };
            // Some give up within milliseconds, some while it rings, some late.
            let longest = self.dice.pick(&[30, 3_000, 30_000, 200_000]);
            let at = self.now + self.dice.ms(0, longest);
            self.plan.wire(at, Event::Ended { leg, cause });
        }
    }

    /// Sometimes the same attempt again, a flow that is gone, a number that may not be dialled.
    fn call_out(&mut self) {
        let attempt = match self.last_attempt.filter(|_| self.dice.chance(10)) {
            Some(again) if self.exchange.calls.values().any(|call| call.attempt == Some(again)) => again,
            _ => self.ids.mint(self.now),
        };
        self.last_attempt = Some(attempt);
        let number = self.dice.pick(&["13912345678", "13911111111", "13911111112", "13900000000", "10086"]);
        let wanted = CallOut {
            attempt,
            own: None,
            number: number.to_owned(),
            shown: None,
            flow: self.dice.pick(&[world::HOTLINE, world::HOTLINE, world::RATING, FlowId(77)]),
            values: std::collections::BTreeMap::new(),
            ring_for: self.dice.ms(3_000, 45_000),
            tell_machines: self.dice.chance(50),
            keep_free: self.dice.pick(&[0, 0, 30, 100]),
        };
        self.input(Input::CallOut(Box::new(wanted)));
        let somebody = self.exchange.calls.values().find(|call| call.attempt == Some(attempt));
        let Some(leg) = somebody.map(|call| call.customer) else { return };
        let patience = self.dice.ms(0, 20_000);
        self.plan.deed(self.now + patience, Deed::Caller(leg));
        let at = self.now + self.dice.ms(0, 200_000);
        self.plan.wire(at, Event::Ended { leg, cause: EndCause::FarEnd });
    }

    /// An agent picks up the telephone and dials: the hotline, a number outside, a colleague.
    fn dial(&mut self, leg: LegId) {
        let user = self.dice.pick(&world::AGENTS).0.to_owned();
        let to =
            self.dice.pick(&["13912345678", "13912345678", "13900000000", "95598", "1001", "1002", "10086"]);
        let from = Identity { number: user.clone(), name: String::new() };
        self.wire.incoming(leg, Some(user.clone()));
        let origin = Origin::Phone { user };
        self.input(Input::Line(Event::Incoming { leg, origin, from, to: to.to_owned() }));
        let longest = self.dice.pick(&[3_000, 30_000, 200_000]);
        let at = self.now + self.dice.ms(0, longest);
        self.plan.wire(at, Event::Ended { leg, cause: EndCause::FarEnd });
    }

    fn caller(&mut self, leg: LegId) {
        let Some(known) = self.wire.legs.get(&leg) else { return };
        if known.up && !known.closing {
            let event = match self.dice.below(100) {
                0..90 => {
                    let key = self.dice.pick(&[0, 0, 0, 0, 1, 1, 2, 2, 3, 4, 5, 6, 6, 6, 9, 11, 10, 15]);
                    let Some(digit) = Digit::from_event(key) else { return };
                    Event::Digit { leg, digit }
                }
                90..94 => Event::Held { leg, held: self.dice.chance(50) },
                94..98 => Event::Silent { leg, for_s: 30 },
                _ => Event::Silent { leg, for_s: 60 },
            };
            self.input(Input::Line(event));
        }
        let next = self.dice.ms(200, 15_000);
        self.plan.deed(self.now + next, Deed::Caller(leg));
    }

    fn agent(&mut self, agent: PersonId) {
        if !self.closing {
            let next = self.dice.ms(300, 25_000);
            self.plan.deed(self.now + next, Deed::Agent(agent));
        }
        let user = world::AGENTS.iter().find(|(_, id)| *id == agent).map(|(user, _)| (*user).to_owned());
        let user = user.unwrap_or_default();
        let on_phone = self
            .wire
            .legs
            .iter()
            .find(|(_, leg)| leg.phone.as_ref() == Some(&user) && leg.up && !leg.closing)
            .map(|(leg, _)| *leg);
        if let Some(leg) = on_phone
            && self.dice.chance(30)
        {
            let ended = |cause| Event::Ended { leg, cause };
            match self.dice.below(10) {
                0..3 => return self.arrive(ended(EndCause::FarEnd)),
                3 => return self.arrive(ended(EndCause::Lost)),
                // A page is loaded again: the telephone goes, and comes back.
                4 => {
                    self.arrive(ended(EndCause::Lost));
                    self.wire.gone.insert(user.clone());
                    self.input(Input::Line(Event::Phone {
                        user: user.clone(),
                        device: Device::Telephone,
                        reachable: false,
                    }));
                    let back = self.now + self.dice.ms(200, 18_000);
                    return self.plan.deed(back, Deed::PhoneBack(user));
                }
                5..7 => return self.input(Input::Line(Event::Held { leg, held: true })),
                7..9 => return self.input(Input::Line(Event::Held { leg, held: false })),
                _ => return self.input(Input::Line(Event::Silent { leg, for_s: 60 })),
            }
        }
        if self.dice.chance(4) {
            let reachable = self.wire.gone.contains(&user);
            if reachable {
                self.wire.gone.remove(&user);
            } else {
                self.wire.gone.insert(user.clone());
            }
            return self.input(Input::Line(Event::Phone { user, device: Device::Telephone, reachable }));
        }
        let act = self.act();
        let now = self.now;
        let allowed = self.exchange.desk(now, agent).map(|desk| desk.allowed).unwrap_or_default();
        let said = allowed.contains(&act.name());
        let is_parameterless = matches!(
            act,
            AgentAct::Finish
                | AgentAct::Decline
                | AgentAct::HangUp
                | AgentAct::CompleteTransfer
                | AgentAct::CancelConsult
                | AgentAct::Swap
                | AgentAct::Conference
                | AgentAct::DropThird
                | AgentAct::LeaveConference
                | AgentAct::Mute
                | AgentAct::Unmute
                | AgentAct::Hold
                | AgentAct::Resume
                | AgentAct::CollectSecret
                | AgentAct::EndSecret
                | AgentAct::PauseRecording
                | AgentAct::ResumeRecording
        );
        self.refusals = 0;
        self.input(Input::Agent { agent, act: act.clone() });
        assert!(
            !(said && is_parameterless && self.refusals > 0) || self.buggy,
            "{act:?} was said to be allowed"
        );
    }

    fn act(&mut self) -> AgentAct {
        let dice = &mut self.dice;
        let reason = "lunch".to_owned();
        match dice.below(150) {
            100..118 => AgentAct::Consult { to: transfer(dice) },
            118..124 => AgentAct::CompleteTransfer,
            124..126 => AgentAct::CancelConsult,
            126..130 => AgentAct::Swap,
            130..135 => AgentAct::Conference,
            135..137 => AgentAct::DropThird,
            137..139 => AgentAct::LeaveConference,
            139..141 => AgentAct::Mute,
            141..143 => AgentAct::Unmute,
            143..145 => AgentAct::CollectSecret,
            145..147 => AgentAct::EndSecret,
            147 => AgentAct::UseDevice {
                device: dice.pick(&[Device::Any, Device::Telephone, Device::Telephone, Device::Browser]),
            },
            148..150 => AgentAct::Dial {
                number: dice.pick(&["13912345678", "13912345678", "13900000000", "1001", "1002"]).to_owned(),
                owed: None,
            },
            0..12 => AgentAct::SignIn,
            12..52 => AgentAct::Ready,
            52..55 => AgentAct::NotReady { reason },
            55..57 => AgentAct::SignOut,
            57..67 => AgentAct::Finish,
            67..69 => AgentAct::Extend { reason },
            69..72 => AgentAct::Decline,
            72..77 => AgentAct::Hold,
            77..82 => AgentAct::Resume,
            82..86 => AgentAct::HangUp,
            86..96 => AgentAct::Transfer { to: transfer(dice) },
            96..98 => AgentAct::PauseRecording,
            _ => AgentAct::ResumeRecording,
        }
    }

    fn leader(&mut self) {
        if !self.closing {
            let next = self.dice.ms(1_000, 60_000);
            self.plan.deed(self.now + next, Deed::Leader);
        }
        let calls: Vec<CallId> = self.exchange.calls.keys().copied().collect();
        let call = if calls.is_empty() { CallId(4) } else { self.dice.pick(&calls) };
        let dice = &mut self.dice;
        let agent = dice.pick(&world::AGENTS).1;
        let act = match dice.below(10) {
            0..3 => LeaderAct::MoveCall { call, to: queue(dice) },
            3..6 => LeaderAct::GiveCall { call, to: agent },
            6 => LeaderAct::EndCall { call },
            7..9 => LeaderAct::Direct { agent, to: acd::Next::Ready },
            _ => LeaderAct::Direct { agent, to: acd::Next::SignedOut },
        };
        self.input(Input::Leader { by: world::LEADER, act });
    }

    fn close(&mut self) {
        self.closing = true;
        self.input(Input::Configure(Box::new(world::config())));
        self.input(Input::Footing(Footing::Usual));
        self.input(Input::Drain);
        let callers: Vec<LegId> =
            self.wire.legs.iter().filter(|(_, leg)| leg.incoming).map(|(leg, _)| *leg).collect();
        for leg in callers {
            let at = self.now + self.dice.ms(0, 60_000);
            self.plan.wire(at, Event::Ended { leg, cause: EndCause::FarEnd });
        }
    }

    /// Agents and leaders who begin with the simulation.
    pub(super) fn open(&mut self) {
        for (_, agent) in world::AGENTS {
            for act in [AgentAct::SignIn, AgentAct::Ready] {
                if self.dice.chance(80) {
                    self.input(Input::Agent { agent, act });
                }
            }
            let at = self.now + self.dice.ms(0, 10_000);
            self.plan.deed(at, Deed::Agent(agent));
        }
        self.plan.deed(self.now + Duration::from_secs(20), Deed::Leader);
        self.plan.deed(self.now + Duration::from_secs(10), Deed::Fate);
        let length = self.dice.ms(20_000, 240_000);
        let calls = 1 + self.dice.below(14);
        for _ in 0..calls {
            let at = self.now + Duration::from_millis(self.dice.below(length.as_millis() as u64));
            self.plan.deed(at, Deed::Call);
        }
        for _ in 0..self.dice.below(6) {
            let at = self.now + Duration::from_millis(self.dice.below(length.as_millis() as u64));
            self.plan.deed(at, Deed::CallOut);
        }
        if self.dice.chance(15) {
            let at = self.now + Duration::from_millis(self.dice.below(length.as_millis() as u64));
            self.plan.deed(at, Deed::Restart);
        }
        self.plan.deed(self.now + length, Deed::Close);
    }
}

fn queue(dice: &mut Dice) -> QueueId {
    match dice.below(12) {
        0 => QueueId(77),
        n => world::QUEUES[n as usize % world::QUEUES.len()].1,
    }
}

fn transfer(dice: &mut Dice) -> TransferTo {
    match dice.below(8) {
        0..3 => TransferTo::Queue(queue(dice)),
        3..5 => TransferTo::Agent(dice.pick(&world::AGENTS).1),
        5 => TransferTo::Flow(dice.pick(&[world::HOTLINE, world::RATING, FlowId(77)])),
        6 => TransferTo::Number("13912345678".to_owned()),
        _ => TransferTo::Number("0085212345678".to_owned()),
    }
}

impl Plan {
    pub fn deed(&mut self, at: kernel::Timestamp, deed: Deed) {
        self.add(at, super::Next::Deed(deed));
    }
}
