//! What the floor screen reads. Nothing is copied that is longer than a number.

use std::time::Duration;

use kernel::{CallId, Engine as _, PersonId, QueueId, Timestamp};

use crate::agent::Agent;
use crate::queue::{Caller, Queue, Stage};
use crate::{Acd, QueuePolicy};

/// A queue at a glance.
#[derive(Clone, Copy, Debug)]
pub struct QueueView<'a> {
    pub queue: QueueId,
    pub policy: &'a QueuePolicy,
    /// Everybody who waits, those being rung for included.
    pub waiting: usize,
    pub ringing: usize,
    pub longest_wait: Duration,
    /// Callers sent here since the start.
    pub offered: u64,
    /// Fitting agents signed in; of them taking calls (everything but not ready); of them ready now.
    pub signed_in: usize,
    pub serving: usize,
    pub ready: usize,
    /// The wait of a caller who came now, once the queue has moved.
    pub estimate: Option<Duration>,
}

/// Somebody who waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CallerView {
    pub call: CallId,
    pub queue: QueueId,
    /// t2
    pub joined: Timestamp,
    pub urgent: bool,
    /// 1 is next; 0 while an agent is rung.
    pub position: u32,
    pub offered_to: Option<PersonId>,
}

impl Acd {
    pub fn queue(&self, id: QueueId, now: Timestamp) -> Option<QueueView<'_>> {
        self.queues.get(&id).map(|queue| view(id, queue, now))
    }

    pub fn queues(&self, now: Timestamp) -> impl Iterator<Item = QueueView<'_>> {
        self.queues.iter().map(move |(id, queue)| view(*id, queue, now))
    }

    pub fn agent(&self, id: PersonId) -> Option<&Agent> {
        self.agents.get(&id)
    }

    pub fn agents(&self) -> impl Iterator<Item = (PersonId, &Agent)> {
        self.agents.iter().map(|(id, agent)| (*id, agent))
    }

    pub fn caller(&self, call: CallId) -> Option<CallerView> {
        let caller = self.callers.get(&call)?;
        let queue = self.queues.get(&caller.queue)?;
        let index = queue.line.index(&queue.place(call, caller));
        Some(caller_view(call, caller, index))
    }

    /// Everybody who waits, queue by queue: first those being rung for, then in order of service.
    pub fn callers(&self) -> impl Iterator<Item = CallerView> {
        self.queues.values().flat_map(move |queue| {
            let rung = queue.ringing.iter().map(|place| (place, None));
            let line = queue.line.iter().enumerate().map(|(index, place)| (place, Some(index)));
            rung.chain(line).filter_map(move |(place, index)| {
                self.callers.get(&place.call).map(|caller| caller_view(place.call, caller, index))
            })
        })
    }

    /// Everybody who waits, in all queues.
    pub fn waiting(&self) -> usize {
        self.callers.len()
    }

    /// Whether a deadline has been missed by the driver.
    pub fn overdue(&self, now: Timestamp) -> bool {
        self.deadline().is_some_and(|at| at <= now)
    }
}

fn view(id: QueueId, queue: &Queue, now: Timestamp) -> QueueView<'_> {
    let rung = queue.ringing.iter().map(|place| place.joined).min();
    let earliest = [queue.line.earliest(), rung].into_iter().flatten().min();
    let next = u32::try_from(queue.line.len()).unwrap_or(u32::MAX).saturating_add(1);
    QueueView {
        queue: id,
        policy: &queue.policy,
        waiting: queue.waiting(),
        ringing: queue.ringing.len(),
        longest_wait: earliest.map_or(Duration::ZERO, |joined| now.since(joined)),
        offered: queue.offered,
        signed_in: queue.signed_in,
        ready: queue.ready.len(),
        serving: queue.serving,
        estimate: queue.pace.wait(next, queue.serving),
    }
}

fn caller_view(call: CallId, caller: &Caller, index: Option<usize>) -> CallerView {
    let (position, offered_to) = match caller.stage {
        Stage::Ringing { agent } => (0, Some(agent)),
        Stage::Waiting => {
            let position = index.and_then(|index| u32::try_from(index).ok()).unwrap_or(u32::MAX - 1) + 1;
            (position, None)
        }
    };
    CallerView {
        call,
        queue: caller.queue,
        joined: caller.joined,
        urgent: caller.urgent,
        position,
        offered_to,
    }
}
