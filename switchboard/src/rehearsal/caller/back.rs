//! Being called back in place of waiting: who wants it, who answers then. The reference does not say; what is assumed stands in
//! [`crate::rehearsal::reference`].

use std::time::Duration;

use kernel::{LegId, Timestamp};

use super::{Deed, Phase};
use crate::rehearsal::day::Day;
use crate::rehearsal::fate::Fate;
use crate::rehearsal::reference::{ANSWERS_BACK, NOTES_S, RING_BACK_S};
use crate::rehearsal::world::World;

/// Throws of its own, so that whoever is never offered a call back does what he does without it.
const TRAITS: u32 = 100;

/// What somebody does when a call back is offered, and when it comes.
pub(super) struct Back {
    /// One trait for all calls of a person: wants it when below the share.
    wants: f64,
    /// Where in the offer he presses the key.
    presses: f64,
    answers: bool,
    rings: Duration,
    /// When an agent has begun to ring him.
    pub rung: Option<Timestamp>,
}

impl Back {
    pub fn of(day: &Day, person: usize, nth: u32) -> Back {
        let wants = day.dice(person, TRAITS).unit();
        let mut dice = day.dice(person, TRAITS + nth);
        Back {
            wants,
            // The key is named in the middle of it.
            presses: 0.7 + 0.3 * dice.unit(),
            answers: dice.chance(ANSWERS_BACK),
            rings: dice.between(RING_BACK_S.0, RING_BACK_S.1),
            rung: None,
        }
    }
}

impl World<'_> {
    /// Is offered to be called back, at the door or in the line.
    pub(in crate::rehearsal) fn offered_back(&mut self, attempt: usize, long: Duration) {
        let share = f64::from(self.terms.take) / 100.0;
        let Some(caller) = self.callers.get(attempt) else { return };
        if !matches!(caller.phase, Phase::Waiting | Phase::AtDoor) {
            return;
        }
        let presses = long.mul_f64(caller.back.presses);
        let wants = caller.back.wants < share;
        if let Some(one) = self.attempts.get_mut(attempt) {
            one.offered = true;
        }
        if let Some(left) = self.patience_left(attempt).filter(|_| wants) {
            self.means(attempt, [(left, Deed::GiveUp), (presses, Deed::Press('1'))]);
        }
    }

    pub(in crate::rehearsal) fn asks_back(&mut self, attempt: usize) {
        let Some(caller) = self.callers.get_mut(attempt) else { return };
        caller.phase = Phase::Promised;
        caller.mind += 1;
        self.set(attempt, Fate::Promised);
    }

    /// The call in which it was promised ends, or he has not answered the call back. True: his place is kept.
    pub(super) fn keeps_his_place(&mut self, attempt: usize) -> bool {
        let now = self.now;
        let Some(caller) = self.callers.get_mut(attempt).filter(|caller| caller.phase == Phase::Promised)
        else {
            return false;
        };
        caller.leg = None;
        let Some(rung) = caller.back.rung else { return true };
        caller.writing = Duration::from_secs(NOTES_S);
        if let Some(one) = self.attempts.get_mut(attempt) {
            one.agent_time += now.since(rung);
            one.fate = Fate::CalledInVain { waited: now.since(one.asked.unwrap_or(now)) };
        }
        false
    }

    /// An agent rings him: how long until he answers; none, he does not.
    pub(in crate::rehearsal) fn rung_back(&mut self, attempt: usize, leg: LegId) -> Option<Duration> {
        let now = self.now;
        let caller = self.callers.get_mut(attempt)?;
        caller.leg = Some(leg);
        caller.back.rung = Some(now);
        caller.back.answers.then_some(caller.back.rings)
    }
}
