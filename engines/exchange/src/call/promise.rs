//! A caller who would rather be called back keeps the place in the queue: a call of its own waits there without a customer
//! on the line, an agent is offered it like any other, and when the agent has answered the customer is rung, once.

use kernel::{LegId, PersonId, QueueId};

use super::{Call, Dialling, Stage, State, Voice, Waiting, third};
use crate::cx::Cx;
use crate::fact::{Direction, Place, What};
use crate::line::{EndCause, Identity, Target};

impl Call {
    /// Waits from now on where the caller has waited. The distributor is told of it.
    pub fn promise(cx: &mut Cx, place: Place) -> Call {
        let Place { call, promised_in, number, queue, requested, asked, urgent } = place;
        let customer: LegId = cx.ids.mint(cx.now);
        let (joined, wanted) = (requested, None);
        cx.acd.push_back(acd::Input::Join { call, queue, joined, urgent, wanted, promised: true });
        let waiting = Waiting {
            queue,
            voice: Voice::Music,
            to_tell: None,
            callback_offered: false,
            to_offer: false,
            offer: None,
        };
        let from = Identity::default();
        let mut call = Call::begin(call, cx.now, customer, from, number, State::InQueue(waiting));
        call.direction = Direction::Out;
        call.arrived = asked;
        call.requested = Some(requested);
        call.urgent = urgent;
        call.queue = Some(queue);
        call.away = true;
        call.promised_in = Some(promised_in);
        call.hears = call.who_hears_whom();
        call
    }

    /// The agent has answered: now the customer is rung. Told first, so that nobody is ever rung twice.
    pub(super) fn call_back(&mut self, cx: &mut Cx, agent: PersonId, leg: LegId, queue: QueueId) -> State {
        cx.acd.push_back(acd::Input::Accepted { agent, call: self.id });
        let line = cx.config.agents.get(&agent).cloned().unwrap_or_default();
        let trunk = cx.config.trunk_for(&self.to).filter(|trunk| cx.has_room(*trunk));
        self.arrived = cx.now;
        self.from = Identity { number: line.number.clone(), name: String::new() };
        let (call, from, to) = (self.id, line.number.clone(), self.to.clone());
        let promised_in = self.promised_in;
        cx.fact(What::CallPlaced {
            call,
            leg,
            trunk,
            agent,
            with: None,
            from,
            to: to.clone(),
            promised_in,
            owed: None,
        });
        let mut dialling = Dialling {
            agent,
            leg,
            from_desk: true,
            with: None,
            writing_up: true,
            stage: Stage::Far,
            tone: None,
            queue: Some(queue),
        };
        self.away = false;
        let Some(trunk) = trunk else {
            return self.end(
                cx,
                State::Dialling(dialling),
                crate::fact::Party::System,
                EndCause::Unreachable,
            );
        };
        self.trunk = Some(trunk);
        *cx.on_trunk.entry(trunk).or_default() += 1;
        let shown = cx.config.trunks.get(&trunk).and_then(|line| line.caller_id.clone());
        let shown = Identity { number: shown.unwrap_or(line.number), name: String::new() };
        let ring_for = cx.config.limits.outside_ring;
        cx.dial_as(self.customer, call, Target::Number { trunk, number: to }, shown, ring_for, false);
        let tone = cx.config.phrases.ringing.clone();
        third::sound(cx, leg, &mut dialling.tone, &tone);
        State::Dialling(dialling)
    }

    /// The queue does not keep the place: it is told when the call is closed.
    pub(super) fn place_lost(&mut self, cx: &mut Cx, state: State) -> State {
        if let State::InQueue(mut waiting) = state {
            self.drop_offer(cx, &mut waiting, crate::fact::OfferEnd::Withdrawn);
        }
        State::Ended { by: crate::fact::Party::System, cause: EndCause::Ours }
    }
}
