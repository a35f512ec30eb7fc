//! The agent's telephone goes in mid-conversation, as a browser does when its page is loaded again: the customer hears a
//! phrase and music for a moment, and talks on with the same agent if the telephone comes back.

use super::{Call, Parked, State, Talk};
use crate::cx::Cx;
use crate::fact::{Mark, Party, What};
use crate::line::PlayMode;

impl Call {
    /// With a third on the line nobody has to wait: a conference goes on without the agent.
    pub(super) fn park(&mut self, cx: &mut Cx, talk: Box<Talk>) -> State {
        if talk.with.is_some() || cx.config.limits.park.is_zero() {
            return self.agent_lost(cx, talk, Party::System);
        }
        if matches!(talk.third_up(), Some((_, super::With::All))) {
            return self.hand_over(cx, talk, Party::System, true);
        }
        // The leg is gone: nothing is to be stopped there.
        let talk = Box::new(Talk { tone: None, ..*talk });
        let talk = self.without_third(cx, talk, Party::System);
        let mut talk = self.attending(cx, talk, |talk| {
            (talk.held_by_phone, talk.held_by_desk) = (false, false);
        });
        talk.secret = None;
        self.resume_recording(cx);
        let (call, agent) = (self.id, talk.agent);
        cx.fact(What::Parked { call, agent });
        self.mark(cx, Mark::Parked);
        let phrase = cx.config.phrases.parked.clone();
        let saying = self.play(cx, &phrase, PlayMode::Once);
        if !saying {
            self.music(cx, talk.queue.or(self.queue));
        }
        let until = cx.now + cx.config.limits.park;
        let mut parked = Box::new(Parked { talk: *talk, until, leg: None, saying });
        // It may be back already, or was never away: then only the leg was lost.
        if cx.seats.get(&agent).is_some_and(|seat| seat.reachable() == Some(true)) {
            self.ring_again(cx, &mut parked);
        }
        State::Parked(parked)
    }

    pub(super) fn ring_again(&self, cx: &mut Cx, parked: &mut Parked) {
        if parked.leg.is_none()
            && let Some(phone) = cx.phone_of(parked.talk.agent)
        {
            let ring_for = parked.until.since(cx.now);
            parked.leg = Some(cx.dial(self.id, phone, self.who(), ring_for, true));
        }
    }

    pub(super) fn phrase_said(&mut self, cx: &mut Cx, mut parked: Box<Parked>) -> State {
        if std::mem::take(&mut parked.saying) {
            self.music(cx, parked.talk.queue.or(self.queue));
        }
        State::Parked(parked)
    }

    pub(super) fn rejoin(&mut self, cx: &mut Cx, parked: Parked, leg: kernel::LegId) -> State {
        let talk = Talk { leg, ..parked.talk };
        cx.fact(What::Rejoined { call: self.id, agent: talk.agent, leg });
        self.mark(cx, Mark::Rejoined);
        self.hush(cx);
        State::Talking(Box::new(talk))
    }

    /// Long enough: the head of the queue for the customer, and no calls for the agent until somebody says otherwise.
    pub(super) fn give_up_waiting(&mut self, cx: &mut Cx, parked: Parked) -> State {
        if let Some(leg) = parked.leg {
            cx.hang_up(leg);
        }
        let talk = parked.talk;
        self.part_as(cx, &talk, Party::System, true);
        match talk.queue.or(self.queue) {
            Some(queue) => {
                let sorry = cx.config.phrases.agent_lost.clone();
                self.ask_for_agent(cx, queue, &sorry, None)
            }
            None => {
                let sorry = cx.config.phrases.must_end.clone();
                self.close(cx, &sorry, Party::System)
            }
        }
    }

    /// The agent ends the call from the desk, without a telephone.
    pub(super) fn parked_ended(&mut self, cx: &mut Cx, parked: Parked) -> State {
        if let Some(leg) = parked.leg {
            cx.hang_up(leg);
        }
        self.agent_hung_up(cx, Box::new(parked.talk))
    }
}
