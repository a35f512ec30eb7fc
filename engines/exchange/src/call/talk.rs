//! The caller talks with an agent, or with a number outside after a transfer.

use audio::spoken;
use kernel::PlayId;

use super::{Call, State, Talk};
use crate::Refused;
use crate::cx::Cx;
use crate::fact::{DeskState, Mark, Moved, Party, TransferTo, What};
use crate::line::{Command, EndCause, PlayMode, Target};

impl Call {
    /// CALL-7: both sides hear the agent's number, so that they begin together. What the caller says meanwhile reaches
    /// the agent (`who_hears_whom`); the agent reaches the caller when the number has been said.
    pub(super) fn announce_number(&mut self, cx: &mut Cx, talk: Box<Talk>) -> State {
        let line = talk.queue.and_then(|queue| cx.config.queues.get(&queue));
        let wanted = line.is_some_and(|line| line.announce_agent_number);
        let number = cx.config.agents.get(&talk.agent).map(|line| line.number.as_str()).unwrap_or_default();
        if wanted && !number.is_empty() {
            let sounds = spoken::agent(number).sounds();
            if self.play(cx, &sounds, PlayMode::Once) {
                let play: PlayId = cx.ids.mint(cx.now);
                cx.line(Command::Play { leg: talk.leg, play, sounds, mode: PlayMode::Once });
                return State::Announcing(talk);
            }
        }
        self.hush(cx);
        State::Talking(talk)
    }

    pub(super) fn announced(&mut self, cx: &mut Cx, mut talk: Box<Talk>, whole: bool) -> State {
        self.number_announced(cx, &talk, whole);
        let held = std::mem::take(&mut talk.hold_pending);
        self.attend(cx, talk, |talk| talk.held_by_phone = held)
    }

    pub(super) fn number_announced(&mut self, cx: &mut Cx, talk: &Talk, whole: bool) {
        cx.fact(What::NumberAnnounced { call: self.id, agent: talk.agent, whole });
    }

    /// Changes who attends to the customer: a customer who is left alone hears music, and that is a hold.
    pub(super) fn attend(&mut self, cx: &mut Cx, talk: Box<Talk>, change: impl FnOnce(&mut Talk)) -> State {
        State::Talking(self.attending(cx, talk, change))
    }

    pub(super) fn attending(
        &mut self,
        cx: &mut Cx,
        mut talk: Box<Talk>,
        change: impl FnOnce(&mut Talk),
    ) -> Box<Talk> {
        let (held, waited) = (talk.held(), talk.customer_waits());
        change(&mut talk);
        let (call, agent) = (self.id, talk.agent);
        match (waited, talk.customer_waits()) {
            (false, true) => {
                cx.fact(What::HoldStarted { call, agent });
                self.tell_desk(cx, &talk, held);
                self.mark(cx, Mark::HoldStarted);
                self.music(cx, talk.queue);
            }
            (true, false) => {
                self.hush(cx);
                self.mark(cx, Mark::HoldEnded);
                cx.fact(What::HoldEnded { call, agent });
                self.tell_desk(cx, &talk, held);
            }
            _ => self.tell_desk(cx, &talk, held),
        }
        self.sound_to_others(cx, &mut talk);
        talk
    }

    fn tell_desk(&self, cx: &mut Cx, talk: &Talk, was_held: bool) {
        let call = self.id;
        match (was_held, talk.held()) {
            (false, true) => cx.desk(talk.agent, DeskState::Holding { call }, None),
            (true, false) => cx.desk(talk.agent, DeskState::Talking { call }, None),
            _ => {}
        }
    }

    /// The agent's part is over: hold and pause end with it, the third and the leg go, after-call work begins.
    pub(super) fn part(&mut self, cx: &mut Cx, talk: &Talk, by: Party) {
        self.part_as(cx, talk, by, false);
    }

    /// `lost`: nobody knows where the agent is, who writes nothing up and takes no call for now.
    pub(super) fn part_as(&mut self, cx: &mut Cx, talk: &Talk, by: Party, lost: bool) {
        let (call, agent) = (self.id, talk.agent);
        if talk.customer_waits() {
            self.mark(cx, Mark::HoldEnded);
            cx.fact(What::HoldEnded { call, agent });
        }
        self.resume_recording(cx);
        if let Some(third) = &talk.third {
            self.let_third_go(cx, third, by);
        }
        self.mark(cx, Mark::AgentLeft);
        cx.fact(What::Parted { call, agent, by });
        cx.ended_for(agent, call, by, None);
        cx.hang_up(talk.leg);
        match talk.with {
            None if lost => cx.acd.push_back(acd::Input::Lost { agent, call }),
            None => cx.acd.push_back(acd::Input::Parted { agent, call }),
            Some(with) => {
                let left = if talk.writing_up {
                    acd::Input::Parted { agent, call }
                } else {
                    acd::Input::Disengaged { agent, call }
                };
                cx.acd.push_back(left);
                cx.acd.push_back(acd::Input::Disengaged { agent: with, call });
            }
        }
    }

    /// The customer stays for the rating if the queue asks for one. Whom one of us called is let go.
    /// Whom the agent has asked in stays with the customer.
    pub(super) fn agent_hung_up(&mut self, cx: &mut Cx, talk: Box<Talk>) -> State {
        if talk.third_up().is_some() {
            return self.hand_over(cx, talk, Party::Agent, false);
        }
        let Some(queue) = talk.queue else {
            return self.end(cx, State::Talking(talk), Party::Agent, EndCause::Ours);
        };
        self.part(cx, &talk, Party::Agent);
        let survey = cx.config.queues.get(&queue).and_then(|line| line.rating);
        survey.and_then(|flow| self.start_flow(cx, flow, Some(talk.agent))).unwrap_or_else(|| {
            let goodbye = cx.config.phrases.goodbye.clone();
            self.close(cx, &goodbye, Party::Agent)
        })
    }

    /// The agent's leg is gone and nobody meant it: an apology, and the head of the queue.
    pub(super) fn agent_lost(&mut self, cx: &mut Cx, talk: Box<Talk>, by: Party) -> State {
        let Some(queue) = talk.queue else {
            return self.end(cx, State::Talking(talk), by, EndCause::Lost);
        };
        self.part(cx, &talk, by);
        let sorry = cx.config.phrases.agent_lost.clone();
        self.ask_for_agent(cx, queue, &sorry, None)
    }

    /// What the customer types from now on is nobody's business: the recording rests, the agent hears no keys, and no key
    /// is kept.
    pub(super) fn collect_secret(&mut self, cx: &mut Cx, mut talk: Box<Talk>) -> State {
        self.pause_recording(cx);
        talk.secret.get_or_insert(0);
        State::Talking(talk)
    }

    pub(super) fn end_secret(&mut self, cx: &mut Cx, mut talk: Box<Talk>) -> State {
        if talk.secret.take().is_some() {
            self.resume_recording(cx);
        }
        State::Talking(talk)
    }

    /// Blind: the agent leaves at once.
    pub(super) fn transfer(&mut self, cx: &mut Cx, talk: Box<Talk>, to: TransferTo) -> State {
        if let Err(refused) = self.may_transfer(cx, &talk, &to) {
            cx.refuse(refused);
            return State::Talking(talk);
        }
        let (agent, queue) = (talk.agent, talk.queue);
        cx.fact(What::Transferred { call: self.id, from: agent, to: to.clone() });
        self.mark(cx, Mark::Transferred);
        self.part(cx, &talk, Party::Agent);
        match to {
            TransferTo::Queue(queue) => self.join(cx, queue, Moved::Transfer, &[], None),
            TransferTo::Flow(flow) => self.enter_flow(cx, Some(flow)),
            // In the queue the customer came from; a call of our own waits in the colleague's.
            TransferTo::Agent(other) => match queue.or_else(|| cx.config.first_queue_of(other)) {
                Some(queue) => {
                    let wanted = acd::Wanted { agent: other, by: agent };
                    self.join(cx, queue, Moved::Transfer, &[], Some(wanted))
                }
                None => self.not_reached(cx),
            },
            TransferTo::Number(number) => match cx.config.trunk_for(&number) {
                Some(trunk) => {
                    let to = Target::Number { trunk, number };
                    let ring_for = cx.config.limits.outside_ring;
                    let leg = cx.dial(self.id, to, self.who(), ring_for, false);
                    self.music(cx, queue);
                    State::Reaching { leg }
                }
                None => self.not_reached(cx),
            },
        }
    }

    fn may_transfer(&self, cx: &Cx, talk: &Talk, to: &TransferTo) -> Result<(), Refused> {
        match to {
            _ if talk.with.is_some() => Err(Refused::BetweenUs),
            _ if talk.third.is_some() || talk.secret.is_some() => Err(Refused::NotNow),
            TransferTo::Queue(queue) if !cx.config.acd.queues.contains_key(queue) => {
                Err(Refused::Acd { why: acd::Refusal::NoSuchQueue })
            }
            TransferTo::Flow(flow) if !cx.config.flows.contains_key(flow) => {
                Err(Refused::NoSuchFlow { flow: *flow })
            }
            TransferTo::Agent(agent) if *agent == talk.agent => {
                Err(Refused::Acd { why: acd::Refusal::NotReady })
            }
            TransferTo::Agent(agent) => match cx.seats.get(agent).map(|seat| &seat.desk) {
                Some(DeskState::Ready) => Ok(()),
                Some(_) => Err(Refused::Acd { why: acd::Refusal::NotReady }),
                None => Err(Refused::NoSuchAgent { agent: *agent }),
            },
            TransferTo::Number(number) if cx.config.trunk_for(number).is_none() => {
                Err(Refused::MayNotDial { number: number.clone() })
            }
            TransferTo::Queue(_) | TransferTo::Flow(_) | TransferTo::Number(_) => Ok(()),
        }
    }

    /// A number outside did not answer: the caller goes back to the head of the queue.
    pub(super) fn not_reached(&mut self, cx: &mut Cx) -> State {
        let sorry = cx.config.phrases.not_reached.clone();
        match self.queue {
            Some(queue) => self.ask_for_agent(cx, queue, &sorry, None),
            None => self.close(cx, &sorry, Party::System),
        }
    }
}
