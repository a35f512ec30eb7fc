//! What of all that is said of an outage is news to people, and how it differs from what they were told last. Pure.

use std::time::Duration;

use kernel::Timestamp;

use super::{Class, Moment, Outage, Revision, State};

/// What begins within so long cannot wait for the morning.
const SOON: Duration = Duration::from_secs(12 * 3_600);

/// How the times are others than those that people were told last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shift {
    /// Supply was to be back at this time, and comes later (推迟).
    Later { was: Timestamp },
    /// Another time, and nobody has to be sorry for it: a plan that moves, or supply that is back earlier (调整为).
    Other { starts: Timestamp, ends: Timestamp },
    /// There was no estimate, or there is none any more: people are told the whole once more.
    Whole,
}

impl Outage {
    /// The number of what people were told last by messages and calls. That a crew is there, why supply is off, or when there will
    /// be news is heard by whoever calls, and nobody is written to for it.
    pub fn news(&self) -> usize {
        (0..self.revisions.len()).rev().find(|nth| self.is_news(*nth)).map_or(0, |nth| nth + 1)
    }

    /// What was in force when that was said.
    pub fn before_news(&self) -> Option<&Revision> {
        self.revisions.get(self.news().checked_sub(2)?)
    }

    /// That itself.
    pub fn newest(&self) -> Option<&Revision> {
        self.revisions.get(self.news().checked_sub(1)?)
    }

    fn is_news(&self, nth: usize) -> bool {
        let Some(one) = self.revisions.get(nth) else { return false };
        let before = nth.checked_sub(1).and_then(|before| self.revisions.get(before));
        match one.moment {
            Moment::Network => false,
            // Off again after it was back is news, whatever the times.
            // Whoever is cut off for what he owes is told no end: that is when he has paid.
            Moment::Changed => before.is_none_or(|before| {
                let same_end = before.ends == one.ends || self.plan.class.is_personal();
                before.moment == Moment::Restored || before.starts != one.starts || !same_end
            }),
            _ => true,
        }
    }
}

/// How what people are told now differs from what they were told last.
pub fn shift(outage: &Outage) -> Shift {
    let (Some(before), Some(now)) = (outage.before_news(), outage.newest()) else { return Shift::Whole };
    let begun = outage.state == State::InProgress;
    match (before.ends, now.ends) {
        (Some(was), Some(ends)) if begun && ends > was => Shift::Later { was },
        (Some(ends), Some(_)) => {
            // What begins now, earlier than people were told, was to begin then.
            let known = begun && now.moment != Moment::Started;
            Shift::Other { starts: if known { outage.starts() } else { before.starts }, ends }
        }
        _ => Shift::Whole,
    }
}

/// To whom it is told: somebody who puts it up for others, or who asked to be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waits {
    pub liaison: bool,
    pub wished: bool,
}

/// Whether it is told at night, too, where whoever approved the text agrees; `loud` is when it would go out otherwise.
pub fn presses(outage: &Outage, moment: Moment, whom: Waits, now: Timestamp, loud: Timestamp) -> bool {
    if whom.liaison || whom.wished {
        return true;
    }
    match moment {
        // Who is about to be without supply, or to have gas again.
        Moment::Announced | Moment::Soon => true,
        // Nobody is woken to hear that all is well.
        Moment::Restored => false,
        _ if outage.plan.class == Class::Fault => true,
        _ => {
            // Of a plan that moves: also who had prepared for the old day.
            let before = outage.before_news().filter(|_| moment == Moment::Changed);
            let starts = before.map_or(outage.starts(), |before| before.starts.min(outage.starts()));
            starts <= loud.max(now + SOON)
        }
    }
}
