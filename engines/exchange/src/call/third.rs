//! The agent asks somebody in: a colleague, somebody of a queue, a number outside; talks with the third while the customer
//! hears music; brings all three together; leaves the customer with the third, or goes back.
//!
//! *Whatever leg dies:* the customer stays with whoever is left, or waits for the agent with music.

use audio::Sound;
use kernel::{LegId, PersonId, PlayId, QueueId, Timestamp};

use super::{Call, Line, State, Talk, Third, With};
use crate::Refused;
use crate::cx::Cx;
use crate::fact::{DeskState, Mark, OfferEnd, Party, TransferTo, What};
use crate::line::{Command, EndCause, PlayMode, Target};

impl Call {
    pub(super) fn consult(&mut self, cx: &mut Cx, talk: Box<Talk>, to: TransferTo) -> State {
        let third = match self.ask_in(cx, &talk, to) {
            Ok(third) => third,
            Err(refused) => {
                cx.refuse(refused);
                return State::Talking(talk);
            }
        };
        self.attend(cx, talk, |talk| talk.third = Some(third))
    }

    fn ask_in(&mut self, cx: &mut Cx, talk: &Talk, to: TransferTo) -> Result<Third, Refused> {
        self.may_consult(cx, talk, &to)?;
        let call = self.id;
        cx.fact(What::Consulted { call, agent: talk.agent, to: to.clone() });
        let mut agent = None;
        let line = match &to {
            TransferTo::Queue(queue) => {
                let (queue, urgent) = (*queue, self.urgent);
                let joined = self.requested.unwrap_or(cx.now);
                cx.acd.push_back(acd::Input::Join {
                    call,
                    queue,
                    joined,
                    urgent,
                    wanted: None,
                    promised: false,
                });
                Line::Seeking
            }
            TransferTo::Agent(other) => {
                agent = Some(*other);
                cx.acd.push_back(acd::Input::Engaged { agent: *other, call });
                let phone = cx.phone_of(*other).ok_or(Refused::NoSuchAgent { agent: *other })?;
                let ring_for = cx.config.limits.outside_ring;
                Line::Ringing { leg: cx.dial(call, phone, self.who(), ring_for, false) }
            }
            TransferTo::Number(number) => {
                let trunk = cx.config.trunk_for(number);
                let trunk = trunk.ok_or_else(|| Refused::MayNotDial { number: number.clone() })?;
                let to = Target::Number { trunk, number: number.clone() };
                let ring_for = cx.config.limits.outside_ring;
                Line::Ringing { leg: cx.dial(call, to, self.who(), ring_for, false) }
            }
            TransferTo::Flow(flow) => return Err(Refused::NoSuchFlow { flow: *flow }),
        };
        Ok(Third { who: to, agent, offered: false, line, since: cx.now, muted: false, music: None })
    }

    fn may_consult(&self, cx: &Cx, talk: &Talk, to: &TransferTo) -> Result<(), Refused> {
        let busy = Refused::Acd { why: acd::Refusal::Busy };
        match to {
            _ if talk.with.is_some() => Err(Refused::BetweenUs),
            _ if talk.third.is_some() || talk.secret.is_some() => Err(Refused::NotNow),
            TransferTo::Queue(queue) if !cx.config.acd.queues.contains_key(queue) => {
                Err(Refused::Acd { why: acd::Refusal::NoSuchQueue })
            }
            TransferTo::Queue(_) => Ok(()),
            TransferTo::Flow(flow) => Err(Refused::NoSuchFlow { flow: *flow }),
            TransferTo::Agent(agent) if *agent == talk.agent => Err(busy),
            TransferTo::Agent(agent) if !cx.config.agents.contains_key(agent) => {
                Err(Refused::NoSuchAgent { agent: *agent })
            }
            TransferTo::Agent(agent) => match cx.seats.get(agent).map(|seat| &seat.desk) {
                // Whoever is not ready may well know the answer.
                Some(DeskState::Ready | DeskState::NotReady { .. }) => Ok(()),
                None | Some(DeskState::SignedOut) => Err(Refused::Acd { why: acd::Refusal::NotSignedIn }),
                Some(_) => Err(busy),
            },
            TransferTo::Number(number) if cx.config.trunk_for(number).is_none() => {
                Err(Refused::MayNotDial { number: number.clone() })
            }
            TransferTo::Number(_) => Ok(()),
        }
    }

    /// The distributor has found somebody of the queue that was asked.
    pub(super) fn offer_third(
        &mut self,
        cx: &mut Cx,
        mut talk: Box<Talk>,
        agent: PersonId,
        queue: QueueId,
        until: Timestamp,
    ) -> State {
        let call = self.id;
        let Some(third) = talk.third.as_mut().filter(|third| third.line == Line::Seeking) else {
            cx.acd.push_back(acd::Input::Leave { call, why: acd::LeaveWhy::HungUp });
            return State::Talking(talk);
        };
        cx.fact(What::Offered { call, agent, queue });
        match cx.phone_of(agent) {
            Some(phone) => {
                let ring_for = until.since(cx.now) + super::queue::RING_GRACE;
                let leg = cx.dial(call, phone, self.who(), ring_for, false);
                (third.agent, third.offered, third.line) = (Some(agent), true, Line::Ringing { leg });
                third.since = cx.now;
            }
            None => {
                cx.fact(What::OfferEnded { call, agent, why: OfferEnd::Unreachable });
                let why = acd::OfferFailed::Unreachable;
                cx.acd.push_back(acd::Input::Failed { agent, call, why });
            }
        }
        State::Talking(talk)
    }

    pub(super) fn withdraw_third(
        &mut self,
        cx: &mut Cx,
        mut talk: Box<Talk>,
        agent: PersonId,
        why: acd::WithdrawWhy,
    ) -> State {
        if let Some(third) = &mut talk.third
            && third.offered
            && third.agent == Some(agent)
            && let Line::Ringing { leg } = third.line
        {
            cx.hang_up(leg);
            cx.fact(What::OfferEnded { call: self.id, agent, why: super::queue::end_of(why) });
            (third.agent, third.offered, third.line) = (None, false, Line::Seeking);
            third.since = cx.now;
        }
        State::Talking(talk)
    }

    pub(super) fn third_answered(&mut self, cx: &mut Cx, mut talk: Box<Talk>, leg: LegId) -> State {
        let call = self.id;
        let Some(third) = &talk.third else { return State::Talking(talk) };
        let (agent, offered) = (third.agent, third.offered);
        cx.fact(What::ThirdJoined { call, third: agent, leg });
        self.mark(cx, Mark::ThirdJoined);
        match agent {
            Some(agent) if offered => cx.acd.push_back(acd::Input::Accepted { agent, call }),
            Some(agent) => cx.desk(agent, DeskState::Talking { call }, None),
            None => {}
        }
        let now = cx.now;
        if let Some(third) = &mut talk.third {
            third.offered = false;
            third.since = now;
        }
        self.attend(cx, talk, |talk| talk.with_third(With::Third))
    }

    /// Refused, not answered, or hung up.
    pub(super) fn third_gone(&mut self, cx: &mut Cx, mut talk: Box<Talk>, cause: EndCause) -> State {
        let call = self.id;
        let Some(third) = &mut talk.third else { return State::Talking(talk) };
        if let Line::Ringing { leg } = third.line
            && third.offered
            && let Some(agent) = third.agent
        {
            // The distributor finds somebody else.
            let (why, end) = super::queue::failure(cause);
            cx.hang_up(leg);
            cx.fact(What::OfferEnded { call, agent, why: end });
            cx.acd.push_back(acd::Input::Failed { agent, call, why });
            (third.agent, third.offered, third.line) = (None, false, Line::Seeking);
            third.since = cx.now;
            return State::Talking(talk);
        }
        let by = if cause == EndCause::FarEnd { Party::Third } else { Party::System };
        self.drop_third(cx, talk, by)
    }

    /// The distributor has let the third's place go by itself.
    pub(super) fn third_sent_away(&mut self, cx: &mut Cx, talk: Box<Talk>) -> State {
        cx.fact(What::ThirdLeft { call: self.id, third: None, by: Party::System });
        self.attend(cx, talk, |talk| talk.third = None)
    }

    /// The customer has the agent again.
    pub(super) fn drop_third(&mut self, cx: &mut Cx, talk: Box<Talk>, by: Party) -> State {
        State::Talking(self.without_third(cx, talk, by))
    }

    pub(super) fn without_third(&mut self, cx: &mut Cx, mut talk: Box<Talk>, by: Party) -> Box<Talk> {
        let Some(third) = talk.third.clone() else { return talk };
        self.let_third_go(cx, &third, by);
        // Its leg is going: nothing is to be stopped there.
        if let Some(third) = &mut talk.third {
            third.music = None;
        }
        self.attending(cx, talk, |talk| talk.third = None)
    }

    /// The third's part is over.
    pub(super) fn let_third_go(&mut self, cx: &mut Cx, third: &Third, by: Party) {
        let call = self.id;
        match (third.line, third.agent) {
            (Line::Seeking, _) => {
                cx.acd.push_back(acd::Input::Leave { call, why: acd::LeaveWhy::HungUp });
            }
            (Line::Ringing { leg }, Some(agent)) if third.offered => {
                cx.hang_up(leg);
                cx.fact(What::OfferEnded { call, agent, why: OfferEnd::CallerLeft });
                cx.acd.push_back(acd::Input::Leave { call, why: acd::LeaveWhy::HungUp });
            }
            (Line::Ringing { leg } | Line::Up { leg, .. }, agent) => {
                cx.hang_up(leg);
                if let Some(agent) = agent {
                    cx.acd.push_back(acd::Input::Disengaged { agent, call });
                }
            }
        }
        cx.fact(What::ThirdLeft { call, third: third.agent, by });
    }

    /// The agent goes, and the customer goes on with the third: one conversation, one recording.
    pub(super) fn hand_over(&mut self, cx: &mut Cx, talk: Box<Talk>, by: Party, lost: bool) -> State {
        let mut talk = self.attending(cx, talk, |talk| {
            talk.with_third(With::All);
            (talk.held_by_phone, talk.held_by_desk) = (false, false);
        });
        let (Some((leg, _)), Some(third)) = (talk.third_up(), talk.third.take()) else {
            cx.refuse(Refused::NotNow);
            return State::Talking(talk);
        };
        let (call, from) = (self.id, talk.agent);
        let to = third.agent.map_or(third.who, TransferTo::Agent);
        cx.fact(What::Transferred { call, from, to });
        self.mark(cx, Mark::Transferred);
        self.part_as(cx, &talk, by, lost);
        match third.agent {
            Some(agent) => {
                cx.fact(What::Connected { call, agent, leg });
                self.served_by = Some(agent);
                self.mark(cx, Mark::AgentJoined);
                State::Talking(Box::new(Talk { muted: third.muted, ..Talk::new(agent, leg, talk.queue) }))
            }
            None => State::Outside { leg },
        }
    }

    /// Whoever is not with the customer hears something, too: the agent a tone while the third is rung, the third music
    /// while the agent is with the customer.
    pub(super) fn sound_to_others(&mut self, cx: &mut Cx, talk: &mut Talk) {
        let rung = talk.third.is_some() && talk.third_up().is_none() && !talk.held();
        let tone = if rung { cx.config.phrases.ringing.clone() } else { vec![] };
        sound(cx, talk.leg, &mut talk.tone, &tone);
        let waits = talk.third_up().filter(|(_, with)| *with == With::Customer);
        let line = talk.queue.and_then(|queue| cx.config.queues.get(&queue));
        let music = match waits {
            Some(_) => line.map(|line| line.music.clone()).unwrap_or_default(),
            None => vec![],
        };
        if let Some((leg, _)) = talk.third_up()
            && let Some(third) = &mut talk.third
        {
            sound(cx, leg, &mut third.music, &music);
        }
    }
}

/// Lets a leg hear this again and again; nothing when it is empty.
pub(super) fn sound(cx: &mut Cx, leg: LegId, playing: &mut Option<PlayId>, sounds: &[Sound]) {
    match (*playing, sounds.is_empty()) {
        (None, false) => {
            let play: PlayId = cx.ids.mint(cx.now);
            cx.line(Command::Play { leg, play, sounds: sounds.to_vec(), mode: PlayMode::Loop });
            *playing = Some(play);
        }
        (Some(play), true) => {
            cx.line(Command::StopPlaying { leg, play });
            *playing = None;
        }
        _ => {}
    }
}

impl Talk {
    pub fn with_third(&mut self, with: With) {
        if let Some(third) = &mut self.third
            && let Line::Ringing { leg } | Line::Up { leg, .. } = third.line
        {
            third.line = Line::Up { leg, with };
        }
    }
}
