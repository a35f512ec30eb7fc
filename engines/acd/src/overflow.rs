//! Where a caller goes when a queue is full, has nobody, is gone, or has kept him too long.

use kernel::{CallId, QueueId, Timestamp};

use crate::queue::at_least_a_second;
use crate::{Acd, Effect, Overflow, Overflowed};

/// Where a caller ends who is sent to a queue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Landing {
    /// Waits in this queue; `callback`: and is offered to be called back.
    In {
        queue: QueueId,
        callback: bool,
    },
    Out(Overflow),
}

impl Acd {
    /// Follows the queues' rules from `start`. A circle of full queues ends in the closing message. `inside`: the caller
    /// is counted already, so the centre's own limit does not apply.
    pub(crate) fn land(&self, start: QueueId, inside: bool) -> Landing {
        let centre_full = !inside && self.callers.len() >= self.waiting_max;
        let mut at = start;
        // No path without a circle is longer than there are queues.
        for _ in 0..=self.queues.len() {
            let Some(queue) = self.queues.get(&at) else { return Landing::Out(Overflow::Message) };
            let full = centre_full || queue.is_full();
            let how = if full {
                &queue.policy.when_full
            } else if queue.signed_in == 0 {
                match &queue.policy.when_unstaffed {
                    None => return Landing::In { queue: at, callback: false },
                    Some(Overflow::OfferCallback) => return Landing::In { queue: at, callback: true },
                    Some(how) => how,
                }
            } else {
                return Landing::In { queue: at, callback: false };
            };
            match how {
                Overflow::Queue(next) => at = *next,
                out => return Landing::Out(out.clone()),
            }
        }
        Landing::Out(Overflow::Message)
    }

    /// For somebody who waits already; a place that was promised is kept where nobody is signed in, too.
    pub(crate) fn land_inside(&self, to: QueueId, promised: bool) -> Landing {
        match self.queues.get(&to) {
            Some(queue) if promised && !queue.is_full() => Landing::In { queue: to, callback: false },
            _ => self.land(to, true),
        }
    }

    /// A caller has waited as long as the queue allows. An emergency is never sent away for that, only to another
    /// queue; and nobody is sent to a queue that would not take him in.
    pub(crate) fn waited(&mut self, now: Timestamp, call: CallId, out: &mut Vec<Effect>) {
        let Some(caller) = self.callers.get_mut(&call) else { return };
        let (from, promised) = (caller.queue, caller.promised);
        caller.overflow_at = None;
        let Some(queue) = self.queues.get(&from) else { return };
        let Some((after, how)) = queue.policy.when_waited.clone() else { return };
        match how {
            Overflow::Queue(to) => {
                let landing = self.land_inside(to, promised);
                match landing {
                    Landing::In { queue, .. } if queue != from => {
                        self.relocate(now, call, from, landing, out);
                    }
                    _ => {
                        if let Some(caller) = self.callers.get_mut(&call) {
                            caller.overflow_at = Some(now + at_least_a_second(after));
                        }
                    }
                }
            }
            _ if caller.urgent || promised => {}
            Overflow::OfferCallback => {
                let how = Overflowed::By(Overflow::OfferCallback);
                out.push(Effect::Overflowed { call, from, how, stays: true });
            }
            how @ (Overflow::Message | Overflow::Voicemail) => {
                self.relocate(now, call, from, Landing::Out(how), out);
            }
        }
    }

    /// The rule that applies to those who wait in a queue nobody is signed in for.
    pub(crate) fn unstaffed_rule(&self, id: QueueId) -> Option<Overflow> {
        let queue = self.queues.get(&id)?;
        queue.policy.when_unstaffed.clone().filter(|_| queue.signed_in == 0)
    }

    /// The last agent of a queue may have signed out.
    pub(crate) fn unstaffed(&mut self, now: Timestamp, id: QueueId, out: &mut Vec<Effect>) {
        let Some(how) = self.unstaffed_rule(id) else { return };
        let Some(queue) = self.queues.get(&id) else { return };
        let there = queue.line.iter().map(|place| place.call);
        let stays = |call: &CallId| self.callers.get(call).is_some_and(|caller| caller.promised);
        for call in there.filter(|call| !stays(call)).collect::<Vec<CallId>>() {
            if how == Overflow::OfferCallback {
                let how = Overflowed::By(Overflow::OfferCallback);
                out.push(Effect::Overflowed { call, from: id, how, stays: true });
            } else {
                self.send_away(now, call, out);
            }
        }
    }

    /// Out of a queue nobody is signed in for, by its rule.
    pub(crate) fn send_away(&mut self, now: Timestamp, call: CallId, out: &mut Vec<Effect>) {
        let Some(from) = self.callers.get(&call).map(|caller| caller.queue) else { return };
        let landing = match self.unstaffed_rule(from) {
            None | Some(Overflow::OfferCallback) => return,
            Some(Overflow::Queue(to)) => self.land(to, true),
            Some(how) => Landing::Out(how),
        };
        self.relocate(now, call, from, landing, out);
    }
}
