//! One promise: since when, how long, until when, how often renewed, and what became of it.

use std::time::Duration;

use kernel::Timestamp;
use kernel::calendar::{Calendar, Limit, Pause};
use serde::{Deserialize, Serialize};

use crate::profile::minutes;

/// How the due time comes about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Term {
    /// A limit from the start, and the extension granted on top of it.
    Within { limit: Limit, extra: Option<Limit> },
    /// An instant somebody named: an appointment, a time of restoration.
    Agreed,
}

/// The due time was moved (延期, 改约).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Renewal {
    pub at: Timestamp,
    /// Until when it was before.
    pub was: Timestamp,
    pub due: Timestamp,
    /// What the customer was told.
    pub reason: String,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Running,
    Fulfilled {
        at: Timestamp,
    },
    /// The matter fell away: void, or merged into another order, which has clocks of its own.
    Withdrawn {
        at: Timestamp,
        reason: String,
    },
}

/// What a report says of a promise at an instant.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Time is left; none exactly at the due instant, which is still on time.
    Running {
        left: Duration,
    },
    Overdue {
        by: Duration,
    },
    Kept,
    /// Fulfilled after it was due, or withdrawn, or renewed: what was overdue is not hidden by a void order or a new
    /// time. `by` is how late that was.
    Broken {
        by: Duration,
    },
    Withdrawn,
}

/// A deadline given to somebody. Kept by the room as it is; changed by [`crate::Clocks::decide`] only.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Promise {
    pub(crate) since: Timestamp,
    pub(crate) term: Term,
    pub(crate) pauses: Vec<Pause>,
    pub(crate) due: Timestamp,
    pub(crate) renewals: Vec<Renewal>,
    pub(crate) state: State,
}

impl Promise {
    /// To be done within `limit` of `since`.
    pub fn within(since: Timestamp, limit: Limit, calendar: &Calendar) -> Promise {
        let due = calendar.deadline(since, limit);
        Promise { term: Term::Within { limit, extra: None }, ..Promise::agreed(since, due) }
    }

    /// To be done by `due`, which somebody named at `since`. A due time before `since` is one at `since`.
    pub fn agreed(since: Timestamp, due: Timestamp) -> Promise {
        Promise {
            since,
            term: Term::Agreed,
            pauses: Vec::new(),
            due: due.max(since),
            renewals: Vec::new(),
            state: State::Running,
        }
    }

    pub fn since(&self) -> Timestamp {
        self.since
    }
    /// Done at exactly this instant is on time. The 24:00 of a day is the 00:00 of the next.
    pub fn due(&self) -> Timestamp {
        self.due
    }
    pub fn state(&self) -> &State {
        &self.state
    }
    pub fn renewals(&self) -> &[Renewal] {
        &self.renewals
    }
    pub fn pauses(&self) -> &[Pause] {
        &self.pauses
    }
    pub fn is_running(&self) -> bool {
        self.state == State::Running
    }

    pub fn standing(&self, now: Timestamp) -> Standing {
        let late_renewal = self.renewals.iter().map(|renewal| renewal.at.since(renewal.was)).max();
        let late_renewal = late_renewal.unwrap_or_default();
        match self.state {
            State::Running if now > self.due => Standing::Overdue { by: now.since(self.due) },
            State::Running => Standing::Running { left: self.due.since(now) },
            State::Fulfilled { at } | State::Withdrawn { at, .. } if at > self.due => {
                Standing::Broken { by: at.since(self.due) }
            }
            State::Fulfilled { .. } | State::Withdrawn { .. } if late_renewal > Duration::ZERO => {
                Standing::Broken { by: late_renewal }
            }
            State::Fulfilled { .. } => Standing::Kept,
            State::Withdrawn { .. } => Standing::Withdrawn,
        }
    }

    /// Whether suspended days move it: only a limit of days stands still.
    pub(crate) fn counts_days(&self) -> bool {
        matches!(
            self.term,
            Term::Within { limit: Limit::WorkingDays(_), .. }
                | Term::Within { limit: Limit::CalendarDays(_), .. }
        )
    }

    /// The whole length, extension included; none for an agreed instant.
    pub(crate) fn limit(&self) -> Option<Limit> {
        match self.term {
            Term::Within { limit, extra: None } => Some(limit),
            Term::Within { limit, extra: Some(extra) } => Some(plus(limit, extra).unwrap_or(limit)),
            Term::Agreed => None,
        }
    }

    /// Moves the due time to where the term and the pauses put it; never earlier, also when the calendar has meanwhile
    /// been given more working days.
    pub(crate) fn reckon(&mut self, calendar: &Calendar) {
        if let Some(limit) = self.limit() {
            self.due = self.due.max(calendar.deadline_with_pauses(self.since, limit, &self.pauses));
        }
    }

    /// Given anew with half the time it first had, rounded up to a whole day or minute.
    pub(crate) fn halved(&self, now: Timestamp, calendar: &Calendar) -> Promise {
        match self.term {
            Term::Within { limit, .. } => Promise::within(now, half(limit), calendar),
            Term::Agreed => {
                let first_due = self.renewals.first().map_or(self.due, |renewal| renewal.was);
                Promise::agreed(now, now + first_due.since(self.since) / 2)
            }
        }
    }
}

/// The sum of two limits of the same sort: days of one kind, or minutes and hours.
pub(crate) fn plus(this: Limit, other: Limit) -> Option<Limit> {
    match (this, other) {
        (Limit::WorkingDays(a), Limit::WorkingDays(b)) => Some(Limit::WorkingDays(a.saturating_add(b))),
        (Limit::CalendarDays(a), Limit::CalendarDays(b)) => Some(Limit::CalendarDays(a.saturating_add(b))),
        _ => {
            let sum = minutes(this)?.saturating_add(minutes(other)?);
            Some(Limit::Minutes(u32::try_from(sum).unwrap_or(u32::MAX)))
        }
    }
}

/// Domain reference 3.2, rule 6: half of the original, rounded up. Hours are halved to the minute: rounded up to a day,
/// half of them could be longer than the whole.
fn half(limit: Limit) -> Limit {
    match limit {
        Limit::WorkingDays(days) => Limit::WorkingDays(days.div_ceil(2)),
        Limit::CalendarDays(days) => Limit::CalendarDays(days.div_ceil(2)),
        Limit::Minutes(minutes) => Limit::Minutes(minutes.div_ceil(2)),
        Limit::Hours(hours) if hours % 2 == 0 => Limit::Hours(hours / 2),
        Limit::Hours(hours) => Limit::Minutes(hours.saturating_mul(30)),
    }
}
