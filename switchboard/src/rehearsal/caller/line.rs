//! A caller in the line: how long he has patience, and what he does when it ends.

use std::time::Duration;

use kernel::{LegId, Timestamp};

use super::{Deed, Phase};
use crate::rehearsal::fate::Fate;
use crate::rehearsal::reference::AFTER_ANNOUNCEMENT;
use crate::rehearsal::world::{Next, World};

impl World<'_> {
    pub(in crate::rehearsal) fn waits(&mut self, attempt: usize, queue: i64) {
        let now = self.now;
        let Some(caller) = self.callers.get_mut(attempt) else { return };
        if caller.phase == Phase::AtDoor {
            // Through the door: he has been waiting since he asked.
            caller.phase = Phase::Waiting;
            return;
        }
        caller.phase = Phase::Waiting;
        caller.queue = queue;
        (caller.waiting_since, caller.counted_until) = (now, now);
        let Some(one) = self.attempts.get_mut(attempt) else { return };
        one.asked.get_or_insert(now);
        caller.stands = one.stood.unwrap_or(now);
        self.line.insert((queue, caller.stands, attempt));
        self.waits_on(attempt);
    }

    /// Is told at the door how many wait.
    pub(in crate::rehearsal) fn at_the_door(&mut self, attempt: usize) {
        if let Some(caller) = self.callers.get_mut(attempt) {
            caller.phase = Phase::AtDoor;
        }
        if let Some(one) = self.attempts.get_mut(attempt) {
            one.held = true;
        }
    }

    /// Has given up before, and stands where he stood.
    pub(in crate::rehearsal) fn came_back(&mut self, attempt: usize, stood: Timestamp) {
        if let Some(one) = self.attempts.get_mut(attempt) {
            one.stood = Some(stood);
        }
    }

    /// How much patience the time since has taken.
    pub(super) fn counts_patience(&mut self, attempt: usize) {
        let now = self.now;
        let Some(caller) = self.callers.get_mut(attempt) else { return };
        let passed = now.since(caller.counted_until).as_secs_f64();
        let (from, until) = caller.restless;
        let restless = until.min(now).since(from.max(caller.counted_until)).as_secs_f64();
        caller.patience -= (passed + restless * (AFTER_ANNOUNCEMENT - 1.0)) / caller.mean;
        caller.counted_until = now;
    }

    pub(super) fn waits_on(&mut self, attempt: usize) {
        if let Some(left) = self.patience_left(attempt) {
            self.means(attempt, [(left, Deed::GiveUp)]);
        }
    }

    /// Until patience ends, as it looks now.
    pub(super) fn patience_left(&self, attempt: usize) -> Option<Duration> {
        let caller = self.callers.get(attempt)?;
        Some(match caller.at_once {
            Some(after) => (caller.waiting_since + after).since(self.now),
            None => {
                let (from, until) = caller.restless;
                let calm = from.since(self.now).as_secs_f64();
                let restless = until.since(from.max(self.now)).as_secs_f64();
                let budget = caller.patience.max(0.0) * caller.mean;
                let seconds = if budget <= calm {
                    budget
                } else if budget <= calm + restless * AFTER_ANNOUNCEMENT {
                    calm + (budget - calm) / AFTER_ANNOUNCEMENT
                } else {
                    budget - restless * (AFTER_ANNOUNCEMENT - 1.0)
                };
                Duration::from_secs_f64(seconds)
            }
        })
    }

    pub(in crate::rehearsal) fn talks(&mut self, attempt: usize, seat: usize) {
        let now = self.now;
        let Some(caller) = self.callers.get_mut(attempt) else { return };
        let rung = caller.back.rung.filter(|_| caller.phase == Phase::Promised);
        caller.phase = Phase::Talking;
        let (talk, key) = (caller.talk, (caller.queue, caller.stands, attempt));
        self.line.remove(&key);
        if let Some(one) = self.attempts.get_mut(attempt) {
            let waited = now.since(one.asked.unwrap_or(now));
            one.seat = Some(seat);
            // The agent hears it ring at the customer's.
            one.agent_time += talk + rung.map(|rung| now.since(rung)).unwrap_or_default();
            one.fate = match rung {
                Some(_) => Fate::CalledBack { waited, talked: talk },
                None => Fate::Served { waited, talked: talk },
            };
        }
        self.means(attempt, [(talk, Deed::Goodbye)]);
    }

    pub(super) fn gives_up(&mut self, attempt: usize) {
        let now = self.now;
        let Some(caller) = self.callers.get(attempt) else { return };
        let (queue, stands, again, phase) = (caller.queue, caller.stands, caller.again, caller.phase);
        let place = self.line.range((queue, self.day.start, 0)..=(queue, stands, attempt)).count();
        if let Some(one) = self.attempts.get_mut(attempt) {
            let waited = now.since(one.asked.unwrap_or(now));
            one.fate = match phase {
                Phase::AtDoor => Fate::LeftDoor { waited },
                _ => Fate::GaveUp { waited, place },
            };
            one.again = again.map(|after| now + after);
            let (person, nth) = (one.person, one.nth + 1);
            if let Some(at) = one.again {
                self.plan(at, Next::Call { person, nth });
            }
        }
        self.hang_up(attempt);
    }

    /// A line of his is gone, whoever ended it.
    pub(in crate::rehearsal) fn gone(&mut self, attempt: usize, leg: LegId) {
        if self.callers.get(attempt).is_none_or(|caller| caller.leg != Some(leg)) {
            return;
        }
        if self.keeps_his_place(attempt) {
            return;
        }
        let Some(caller) = self.callers.get_mut(attempt) else { return };
        caller.phase = Phase::Gone;
        caller.mind += 1;
        let key = (caller.queue, caller.stands, attempt);
        self.line.remove(&key);
    }
}
