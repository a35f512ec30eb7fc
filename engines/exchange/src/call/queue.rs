//! The caller waits for an agent.

use std::time::Duration;

use audio::{Digit, Sound, spoken};
use kernel::{PersonId, QueueId, Timestamp};

use super::{Call, Offer, State, Voice, Waiting};
use crate::config::QueueLine;
use crate::cx::Cx;
use crate::fact::{Direction, FlowOut, Mark, Moved, OfferEnd, Party, Place, What};
use crate::line::{EndCause, PlayMode};

/// The ring time is the distributor's; the wire stops a little later by itself should we be gone.
pub(super) const RING_GRACE: Duration = Duration::from_secs(5);

impl Call {
    /// The caller asks for a person, or must ask again after an agent was lost: t2 is that of the first time.
    pub(super) fn ask_for_agent(
        &mut self,
        cx: &mut Cx,
        queue: QueueId,
        first: &[Sound],
        wanted: Option<acd::Wanted>,
    ) -> State {
        cx.fact(What::AgentRequested { call: self.id, queue, urgent: self.urgent });
        self.wait_in(cx, queue, first, wanted)
    }

    /// Somebody else sends the caller to a queue.
    pub(super) fn join(
        &mut self,
        cx: &mut Cx,
        queue: QueueId,
        why: Moved,
        first: &[Sound],
        wanted: Option<acd::Wanted>,
    ) -> State {
        if self.queue.is_none() {
            return self.ask_for_agent(cx, queue, first, wanted);
        }
        self.moved_fact(cx, queue, why);
        self.wait_in(cx, queue, first, wanted)
    }

    fn wait_in(
        &mut self,
        cx: &mut Cx,
        queue: QueueId,
        first: &[Sound],
        wanted: Option<acd::Wanted>,
    ) -> State {
        let joined = *self.requested.get_or_insert(cx.now);
        self.queue = Some(queue);
        let (call, urgent) = (self.id, self.urgent);
        cx.acd.push_back(acd::Input::Join { call, queue, joined, urgent, wanted, promised: false });
        let line = cx.config.queues.get(&queue);
        let greeting = line.map(|line| line.greeting.as_slice()).unwrap_or_default();
        let notice = if first.is_empty() { greeting.to_vec() } else { first.to_vec() };
        let voice = if self.play(cx, &notice, PlayMode::Once) {
            Voice::Notice
        } else {
            self.music(cx, Some(queue));
            Voice::Music
        };
        State::InQueue(Waiting {
            queue,
            voice,
            to_tell: None,
            callback_offered: false,
            to_offer: false,
            offer: None,
        })
    }

    /// The queue's music; without a queue, silence.
    pub(super) fn music(&mut self, cx: &mut Cx, queue: Option<QueueId>) {
        let line = queue.and_then(|queue| cx.config.queues.get(&queue));
        let music = line.map(|line| line.music.clone()).unwrap_or_default();
        self.play(cx, &music, PlayMode::Loop);
    }

    pub(super) fn offer(
        &mut self,
        cx: &mut Cx,
        mut waiting: Waiting,
        agent: PersonId,
        queue: QueueId,
        until: Timestamp,
    ) -> State {
        // The distributor offers a call to one agent at a time; a second offer would be its bug, and must not leave a
        // telephone ringing.
        self.drop_offer(cx, &mut waiting, OfferEnd::Withdrawn);
        cx.fact(What::Offered { call: self.id, agent, queue });
        match cx.phone_of(agent) {
            Some(phone) => {
                let leg = cx.dial(self.id, phone, self.who(), until.since(cx.now) + RING_GRACE, false);
                waiting.offer = Some(Offer { agent, leg });
            }
            None => {
                cx.fact(What::OfferEnded { call: self.id, agent, why: OfferEnd::Unreachable });
                let why = acd::OfferFailed::Unreachable;
                cx.acd.push_back(acd::Input::Failed { agent, call: self.id, why });
            }
        }
        State::InQueue(waiting)
    }

    pub(super) fn drop_offer(&mut self, cx: &mut Cx, waiting: &mut Waiting, why: OfferEnd) {
        if let Some(offer) = waiting.offer.take() {
            cx.hang_up(offer.leg);
            cx.fact(What::OfferEnded { call: self.id, agent: offer.agent, why });
        }
    }

    pub(super) fn withdraw(
        &mut self,
        cx: &mut Cx,
        mut waiting: Waiting,
        agent: PersonId,
        why: acd::WithdrawWhy,
    ) -> State {
        if waiting.offer.is_some_and(|offer| offer.agent == agent) {
            self.drop_offer(cx, &mut waiting, end_of(why));
        }
        State::InQueue(waiting)
    }

    /// The agent's telephone refused, could not be reached, or the agent declined at the desk.
    pub(super) fn offer_failed(&mut self, cx: &mut Cx, mut waiting: Waiting, cause: EndCause) -> State {
        let (why, end) = failure(cause);
        if let Some(Offer { agent, .. }) = waiting.offer {
            self.drop_offer(cx, &mut waiting, end);
            cx.acd.push_back(acd::Input::Failed { agent, call: self.id, why });
        }
        State::InQueue(waiting)
    }

    pub(super) fn announce_position(
        &mut self,
        cx: &mut Cx,
        mut waiting: Waiting,
        position: u32,
        wait: Option<Duration>,
    ) -> State {
        if cx.config.queues.get(&waiting.queue).is_some_and(|line| line.announce_position) {
            waiting.to_tell = Some((position, wait));
            if waiting.voice == Voice::Music {
                self.tell_position(cx, &mut waiting);
            }
        }
        State::InQueue(waiting)
    }

    pub(super) fn notice_ended(&mut self, cx: &mut Cx, mut waiting: Waiting) -> State {
        // Music ends only when it cannot be played: playing it again would spin.
        if waiting.voice == Voice::Notice {
            waiting.voice = Voice::Music;
            self.tell_position(cx, &mut waiting);
            if waiting.voice == Voice::Music && std::mem::take(&mut waiting.to_offer) {
                self.say_offer(cx, &mut waiting);
            }
            if waiting.voice == Voice::Music {
                self.music(cx, Some(waiting.queue));
            }
        }
        State::InQueue(waiting)
    }

    /// Not to somebody for whom it rings already.
    fn say_offer(&mut self, cx: &mut Cx, waiting: &mut Waiting) {
        let offer = self.line_of(cx, waiting.queue).callback_offer;
        if waiting.offer.is_none() && self.play_if_any(cx, &offer) {
            waiting.voice = Voice::Notice;
        }
    }

    /// Nothing to say leaves the music as it is.
    fn play_if_any(&mut self, cx: &mut Cx, sounds: &[Sound]) -> bool {
        !sounds.is_empty() && self.play(cx, sounds, PlayMode::Once)
    }

    /// Not to somebody for whom it rings already.
    fn tell_position(&mut self, cx: &mut Cx, waiting: &mut Waiting) {
        if let Some((position, wait)) = waiting.to_tell.take()
            && waiting.offer.is_none()
        {
            let ahead = || spoken::position(u64::from(position.saturating_sub(1)));
            let said = match wait {
                Some(wait) if cx.storm.is_some_and(|storm| storm.short.one_figure) => spoken::wait(wait),
                Some(wait) => ahead().and(spoken::wait(wait)),
                None => ahead(),
            };
            if self.play(cx, &said.sounds(), PlayMode::Once) {
                waiting.voice = Voice::Notice;
            }
        }
    }

    pub(super) fn overflowed(
        &mut self,
        cx: &mut Cx,
        mut waiting: Waiting,
        how: acd::Overflowed,
        stays: bool,
    ) -> State {
        let from = waiting.queue;
        match how {
            acd::Overflowed::To(queue) | acd::Overflowed::By(acd::Overflow::Queue(queue)) => {
                self.moved_to(cx, waiting, queue, Moved::Overflow)
            }
            acd::Overflowed::By(acd::Overflow::Message) => {
                self.drop_offer(cx, &mut waiting, OfferEnd::Withdrawn);
                self.flowed_out(cx, from, FlowOut::Message);
                let closing = self.line_of(cx, from).closing;
                self.close(cx, &closing, Party::System)
            }
            acd::Overflowed::By(acd::Overflow::Voicemail) => {
                self.drop_offer(cx, &mut waiting, OfferEnd::Withdrawn);
                self.flowed_out(cx, from, FlowOut::Voicemail);
                self.ask_for_message(cx, from)
            }
            acd::Overflowed::By(acd::Overflow::OfferCallback) if stays => {
                waiting.callback_offered = true;
                match waiting.voice {
                    Voice::Music => self.say_offer(cx, &mut waiting),
                    // After what is being said: its end is as important.
                    Voice::Notice => waiting.to_offer = true,
                }
                State::InQueue(waiting)
            }
            // The queue was full and never let the caller in: there is nothing to wait for, so the call back is noted
            // without asking where the number is known.
            acd::Overflowed::By(acd::Overflow::OfferCallback) => {
                if self.who().number.is_empty() {
                    self.flowed_out(cx, from, FlowOut::Message);
                    let closing = self.line_of(cx, from).closing;
                    self.close(cx, &closing, Party::System)
                } else {
                    self.take_callback(cx, from, false)
                }
            }
        }
    }

    pub(super) fn key_while_waiting(&mut self, cx: &mut Cx, mut waiting: Waiting, key: Digit) -> State {
        let line = self.line_of(cx, waiting.queue);
        let asks_back = Some(key) == line.callback_key
            || (waiting.callback_offered && line.callback_key.is_none() && key.number() == Some(1));
        if asks_back && !self.who().number.is_empty() {
            self.drop_offer(cx, &mut waiting, OfferEnd::CallerLeft);
            cx.acd.push_back(acd::Input::Leave { call: self.id, why: acd::LeaveWhy::Callback });
            return self.take_callback(cx, waiting.queue, true);
        }
        if Some(key) == line.menu_key && self.home.is_some() {
            self.drop_offer(cx, &mut waiting, OfferEnd::CallerLeft);
            cx.acd.push_back(acd::Input::Leave { call: self.id, why: acd::LeaveWhy::Menu });
            self.flowed_out(cx, waiting.queue, FlowOut::Menu);
            return self.enter_flow(cx, self.home);
        }
        State::InQueue(waiting)
    }

    /// `waited`: the caller had a place in the queue, and keeps it if the number may be dialled.
    fn take_callback(&mut self, cx: &mut Cx, queue: QueueId, waited: bool) -> State {
        let number = self.who().number;
        let keeps = waited && self.direction == Direction::In && cx.config.trunk_for(&number).is_some();
        if keeps {
            cx.kept.push(Place {
                call: cx.ids.mint(cx.now),
                promised_in: self.id,
                number: number.clone(),
                queue,
                requested: self.requested.unwrap_or(cx.now),
                asked: cx.now,
                urgent: self.urgent,
            });
        }
        cx.fact(What::CallbackAsked { call: self.id, queue, number });
        self.flowed_out(cx, queue, FlowOut::Callback);
        let taken = self.line_of(cx, queue).callback_taken;
        self.close(cx, &taken, Party::System)
    }

    /// Only a caller nobody has talked with flows out; afterwards the call counts as answered.
    pub(super) fn flowed_out(&mut self, cx: &mut Cx, queue: QueueId, to: FlowOut) {
        if self.served_by.is_none() {
            cx.fact(What::FlowedOut { call: self.id, queue, to });
        }
    }

    /// The caller stands in another queue now; the waiting time went along.
    pub(super) fn moved_to(
        &mut self,
        cx: &mut Cx,
        mut waiting: Waiting,
        queue: QueueId,
        why: Moved,
    ) -> State {
        self.moved_fact(cx, queue, why);
        self.queue = Some(queue);
        waiting.queue = queue;
        if waiting.voice == Voice::Music {
            self.music(cx, Some(queue));
        }
        State::InQueue(waiting)
    }

    /// The agent has answered: t4.
    pub(super) fn connect(&mut self, cx: &mut Cx, waiting: Waiting) -> State {
        let Some(Offer { agent, leg }) = waiting.offer else { return State::InQueue(waiting) };
        let queue = waiting.queue;
        if self.away {
            return self.call_back(cx, agent, leg, queue);
        }
        cx.acd.push_back(acd::Input::Accepted { agent, call: self.id });
        cx.fact(What::Connected { call: self.id, agent, leg });
        self.served_by = Some(agent);
        cx.places_left.forget(&self.from.number);
        self.start_recording(cx);
        self.mark(cx, Mark::AgentJoined);
        self.announce_number(cx, Box::new(super::Talk::new(agent, leg, Some(queue))))
    }

    pub(super) fn line_of(&self, cx: &Cx, queue: QueueId) -> QueueLine {
        cx.config.queues.get(&queue).cloned().unwrap_or_default()
    }
}

/// How the facts name what the distributor did.
pub(super) fn end_of(why: acd::WithdrawWhy) -> OfferEnd {
    match why {
        acd::WithdrawWhy::NoAnswer => OfferEnd::NoAnswer,
        acd::WithdrawWhy::CallerLeft => OfferEnd::CallerLeft,
        acd::WithdrawWhy::DeviceLost => OfferEnd::Unreachable,
        acd::WithdrawWhy::NotReady => OfferEnd::Declined,
        acd::WithdrawWhy::Overtaken | acd::WithdrawWhy::SignedOut => OfferEnd::Withdrawn,
    }
}

/// An agent's telephone that rang is gone: what the distributor hears of it, and the facts.
pub(super) fn failure(cause: EndCause) -> (acd::OfferFailed, OfferEnd) {
    match cause {
        EndCause::Busy | EndCause::Declined | EndCause::FarEnd => {
            (acd::OfferFailed::Declined, OfferEnd::Declined)
        }
        EndCause::NoAnswer => (acd::OfferFailed::NoAnswer, OfferEnd::NoAnswer),
        EndCause::NoSuchNumber | EndCause::Unreachable | EndCause::Lost | EndCause::Ours => {
            (acd::OfferFailed::Unreachable, OfferEnd::Unreachable)
        }
    }
}
