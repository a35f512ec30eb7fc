//! Before the queue, in a storm: who is let in, and who hears first why he had better not wait.

use kernel::QueueId;

use super::{Call, State};
use crate::cx::Cx;
use crate::fact::{Direction, FlowOut, Place, What};
use crate::footing::{MINUTES, WAITING};

impl Call {
    /// None lets the caller in. Whoever is not let in asked for an agent all the same: he counts as one who asked and went
    /// on to a menu, so that the connect rate is not made better by it.
    pub(super) fn held_back(&mut self, cx: &mut Cx, queue: QueueId) -> Option<State> {
        let door = cx.storm?.door.as_ref()?;
        let danger = |queue| cx.config.acd.queues.get(&queue).is_some_and(|queue| queue.danger);
        if self.held_back.is_some()
            || self.urgent
            || self.direction != Direction::In
            || self.served_by.is_some()
            || danger(queue)
            || door.always.contains(&queue)
        {
            return None;
        }
        let number = self.from.number.clone();
        if self.requested.is_none()
            && let Some(since) = cx.places_left.take(&number, cx.now, door.again_within)
        {
            cx.fact(What::CameBack { call: self.id, stood_since: since });
            self.requested = Some(since);
            return None;
        }
        let view = cx.lines.queue(queue, cx.now)?;
        let (waiting, wait) = (u32::try_from(view.waiting).unwrap_or(u32::MAX), view.estimate);
        let too_many = door.waiting.is_some_and(|limit| waiting >= limit);
        let too_long = door.wait.is_some_and(|limit| wait.is_some_and(|wait| wait >= limit));
        if !(too_many || too_long) || !cx.config.flows.contains_key(&door.menu) {
            return None;
        }
        let menu = door.menu;
        let call = self.id;
        cx.fact(What::AgentRequested { call, queue, urgent: false });
        let wait_s = wait.map(|wait| wait.as_secs());
        cx.fact(What::HeldBack { call, queue, waiting, wait_s });
        cx.fact(What::FlowedOut { call, queue, to: FlowOut::Menu });
        self.requested.get_or_insert(cx.now);
        self.queue = Some(queue);
        self.held_back = Some(queue);
        self.values.insert(WAITING.to_owned(), waiting.to_string());
        if let Some(wait) = wait {
            self.values.insert(MINUTES.to_owned(), wait.as_secs().div_ceil(60).to_string());
        }
        self.start_flow(cx, menu, None)
    }

    /// Whoever was held back and asks for a person, or to be called back, asks for those he asked for at first.
    pub(super) fn asked_for(&self, cx: &Cx, queue: QueueId) -> QueueId {
        let danger = cx.config.acd.queues.get(&queue).is_some_and(|queue| queue.danger);
        self.held_back.filter(|_| !danger && !self.urgent).unwrap_or(queue)
    }

    /// A call back out of the door's menu keeps the place the caller would have had.
    pub(super) fn keep_place_before_queue(&mut self, cx: &mut Cx, queue: QueueId, number: &str) {
        if self.held_back.is_none() || cx.config.trunk_for(number).is_none() {
            return;
        }
        cx.kept.push(Place {
            call: cx.ids.mint(cx.now),
            promised_in: self.id,
            number: number.to_owned(),
            queue,
            requested: self.requested.unwrap_or(cx.now),
            asked: cx.now,
            urgent: false,
        });
    }

    /// Hung up while waiting: should he call again soon, he stands where he stood.
    pub(super) fn left_the_line(&self, cx: &mut Cx) {
        if cx.storm.is_some_and(|storm| storm.door.is_some())
            && self.direction == Direction::In
            && let Some(requested) = self.requested
        {
            cx.places_left.left(&self.from.number, requested, cx.now);
        }
    }
}
