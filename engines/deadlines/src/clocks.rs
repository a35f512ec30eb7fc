//! The two clocks of one step of an order, the unit's and the customer's, and the rules by which they move.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use kernel::Timestamp;
use kernel::calendar::{Calendar, Limit, Pause};
use serde::{Deserialize, Serialize};

use crate::act::{Act, Refusal};
use crate::matter::Case;
use crate::profile::{Rule, compared};
use crate::promise::{Promise, Renewal, State, Term, plus};
use crate::schedule::{Schedule, Thresholds};

/// Whose time it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    Unit,
    Customer,
}

/// How much more time may be had.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Extension {
    /// With less it would be over already.
    pub least: Limit,
    /// As long as the limit itself.
    pub most: Limit,
}

/// All suspensions of an order together: they are no way to put a matter off for ever.
const PAUSE_DAYS_MAX: i32 = 366;

/// Both clocks of one step, begun by [`crate::Profile::start`] or [`Clocks::agreed`]. The unit's is never later than the customer's; a step inside has only the unit's.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Clocks {
    unit: Promise,
    customer: Option<Promise>,
    extendable: bool,
    /// Before the order was reopened, the oldest first.
    #[serde(default)]
    earlier: Vec<Clocks>,
}

impl Clocks {
    /// None for a rule without any limit.
    pub(crate) fn start(rule: &Rule, case: &Case, since: Timestamp, calendar: &Calendar) -> Option<Clocks> {
        let unit = Promise::within(since, rule.unit_limit()?, calendar);
        let customer = rule.customer.map(|limit| Promise::within(since, limit, calendar));
        let extendable = rule.extendable && !case.is_urgent();
        Some(Clocks { unit, customer, extendable, earlier: Vec::new() }.bound())
    }

    /// Something promised for a named instant: an appointment, a time of restoration, a call-back. What is due after a
    /// limit or at an appointment, whichever is later (T-P16), is agreed for the later.
    pub fn agreed(since: Timestamp, due: Timestamp) -> Clocks {
        let promise = Promise::agreed(since, due);
        Clocks { unit: promise.clone(), customer: Some(promise), extendable: false, earlier: Vec::new() }
    }

    /// The same for something owed inside, by nobody to a customer: a handover to be signed, an alarm to be acknowledged.
    pub fn inside(since: Timestamp, due: Timestamp) -> Clocks {
        Clocks { unit: Promise::agreed(since, due), customer: None, extendable: false, earlier: Vec::new() }
    }

    pub fn unit(&self) -> &Promise {
        &self.unit
    }
    pub fn customer(&self) -> Option<&Promise> {
        self.customer.as_ref()
    }

    /// What these clocks were before the order was reopened, the oldest first: their breaches count too.
    pub fn earlier(&self) -> &[Clocks] {
        &self.earlier
    }

    /// The warnings of each clock that runs: what the watcher is to be armed with. The others are to be disarmed.
    pub fn schedules(&self, calendar: &Calendar, thresholds: Thresholds) -> BTreeMap<Clock, Schedule> {
        let running = self.each().into_iter().filter(|(_, promise)| promise.is_running());
        running.map(|(clock, promise)| (clock, Schedule::of(promise, calendar, thresholds))).collect()
    }

    /// Each clock there is, the unit's first.
    pub fn each(&self) -> BTreeMap<Clock, &Promise> {
        let customer = self.customer.as_ref().map(|promise| (Clock::Customer, promise));
        [(Clock::Unit, &self.unit)].into_iter().chain(customer).collect()
    }

    /// The clocks after `act`, done at `now`.
    ///
    /// # Errors
    /// A [`Refusal`] when the act does not fit; nothing has changed then.
    pub fn decide(&self, now: Timestamp, act: &Act, calendar: &Calendar) -> Result<Clocks, Refusal> {
        let mut next = self.clone();
        match act {
            Act::Returned | Act::Redispatched => next.must_run()?,
            Act::Suspended { days, reason } => next.suspend(now, *days, reason, calendar)?,
            Act::Resumed => {
                next.must_run()?;
                let today = calendar.civil(now).date();
                next.each_mut().for_each(|promise| promise.resume(today, calendar));
            }
            Act::Extended { by, reason, asked } => next.extend(now, *asked, *by, reason, calendar)?,
            Act::Renewed { due, reason } => next.renew(now, *due, reason)?,
            Act::ResultEntered => {
                next.must_run()?;
                if !next.unit.is_running() {
                    return Err(Refusal::HasResult);
                }
                next.unit.state = State::Fulfilled { at: now };
            }
            Act::ResultRefused => {
                let answered = next.customer.as_ref().is_some_and(|customer| !customer.is_running());
                match next.unit.state {
                    State::Fulfilled { .. } if !answered => next.unit.state = State::Running,
                    State::Running => return Err(Refusal::NoResult),
                    State::Fulfilled { .. } | State::Withdrawn { .. } => return Err(Refusal::Stopped),
                }
            }
            Act::Answered => {
                next.must_run()?;
                if next.customer.is_none() {
                    return Err(Refusal::NoCustomer);
                }
                next.stop(&State::Fulfilled { at: now });
            }
            Act::Reopened => {
                if next.each().values().any(|promise| promise.is_running()) {
                    return Err(Refusal::StillRunning);
                }
                if next.each().values().any(|promise| matches!(promise.state, State::Withdrawn { .. })) {
                    return Err(Refusal::Stopped);
                }
                let mut earlier = std::mem::take(&mut next.earlier);
                earlier.push(next);
                next = earlier.first().unwrap_or(self).clone();
                next.unit = next.unit.halved(now, calendar);
                next.customer = next.customer.map(|customer| customer.halved(now, calendar));
                next.earlier = earlier;
            }
            Act::Withdrawn { reason } => {
                next.must_run()?;
                said(reason)?;
                next.stop(&State::Withdrawn { at: now, reason: reason.clone() });
            }
        }
        Ok(next.bound())
    }

    fn each_mut(&mut self) -> impl Iterator<Item = &mut Promise> {
        std::iter::once(&mut self.unit).chain(self.customer.as_mut())
    }

    fn must_run(&self) -> Result<(), Refusal> {
        let runs = self.each().values().any(|promise| promise.is_running());
        if runs { Ok(()) } else { Err(Refusal::Stopped) }
    }

    fn stop(&mut self, state: &State) {
        self.each_mut()
            .filter(|promise| promise.is_running())
            .for_each(|promise| promise.state = state.clone());
    }

    /// The promise that decides whether more time may be had: the customer's where there is one.
    fn leading(&self) -> &Promise {
        self.customer.as_ref().unwrap_or(&self.unit)
    }

    fn may_get_time(&self, now: Timestamp, reason: &str) -> Result<(), Refusal> {
        if !self.leading().is_running() {
            return Err(Refusal::Stopped);
        }
        said(reason)?;
        if now > self.leading().due { Err(Refusal::TooLate) } else { Ok(()) }
    }

    fn suspend(
        &mut self,
        now: Timestamp,
        days: Pause,
        reason: &str,
        calendar: &Calendar,
    ) -> Result<(), Refusal> {
        self.may_get_time(now, reason)?;
        if !self.leading().counts_days() {
            return Err(Refusal::DoesNotPause);
        }
        let paused: i32 = self.leading().pauses.iter().copied().map(length).sum();
        // A day that has gone by cannot be suspended after the fact.
        let begun = days.first < calendar.civil(now).date() || days.last < days.first;
        if begun || paused.saturating_add(length(days)) > PAUSE_DAYS_MAX {
            return Err(Refusal::BadPause);
        }
        if self.leading().pauses.iter().any(|other| other.first <= days.last && days.first <= other.last) {
            return Err(Refusal::PauseOverlaps);
        }
        for promise in self.each_mut().filter(|promise| promise.may_move(now) && promise.counts_days()) {
            let was = promise.due;
            promise.pauses.push(days);
            promise.reckon(calendar);
            promise.note(now, was, reason);
        }
        Ok(())
    }

    /// By how much these clocks may be extended at `now`. What was `asked` for in time may be given later, as far as it lies
    /// ahead then.
    ///
    /// # Errors
    /// Why they may not be at all.
    pub fn extension(
        &self,
        now: Timestamp,
        asked: Option<Timestamp>,
        calendar: &Calendar,
    ) -> Result<Extension, Refusal> {
        let leading = self.leading();
        if !leading.is_running() {
            return Err(Refusal::Stopped);
        }
        if asked.map_or(now, |asked| asked.min(now)) > leading.due {
            return Err(Refusal::TooLate);
        }
        let most = match leading.term {
            _ if !self.extendable => return Err(Refusal::NotExtendable),
            Term::Agreed => return Err(Refusal::NotExtendable),
            Term::Within { extra: Some(_), .. } => return Err(Refusal::AlreadyExtended),
            Term::Within { limit, extra: None } => limit,
        };
        let ahead =
            |size: u32| self.lengthened(now, asked, of_kind(most, size), calendar).all(|due| due > now);
        let (mut below, mut least) = (0, many(most));
        if least == 0 || !ahead(least) {
            return Err(Refusal::TooLate);
        }
        while below + 1 < least {
            let middle = below + (least - below) / 2;
            if ahead(middle) { least = middle } else { below = middle }
        }
        Ok(Extension { least: of_kind(most, least), most })
    }

    /// Until when each promise would be due that moves.
    fn lengthened(
        &self,
        now: Timestamp,
        asked: Option<Timestamp>,
        by: Limit,
        calendar: &Calendar,
    ) -> impl Iterator<Item = Timestamp> {
        let since = asked.map_or(now, |asked| asked.min(now));
        self.each().into_values().filter_map(move |promise| {
            let mut promise = promise.clone();
            (promise.may_move(since) && promise.lengthen(by, calendar)).then_some(promise.due)
        })
    }

    fn extend(
        &mut self,
        now: Timestamp,
        asked: Option<Timestamp>,
        by: Limit,
        reason: &str,
        calendar: &Calendar,
    ) -> Result<(), Refusal> {
        let since = asked.map_or(now, |asked| asked.min(now));
        self.may_get_time(since, reason)?;
        if !at_most(by, self.extension(now, asked, calendar)?.most) {
            return Err(Refusal::TooLong);
        }
        if self.lengthened(now, asked, by, calendar).any(|due| due <= now) {
            return Err(Refusal::NotLater);
        }
        // The customer was promised something else until now; the unit has asked in time.
        for (at, promise) in [since, now].into_iter().zip(self.each_mut()) {
            let was = promise.due;
            if promise.may_move(since) && promise.lengthen(by, calendar) {
                promise.note(at, was, reason);
            }
        }
        Ok(())
    }

    fn renew(&mut self, now: Timestamp, due: Timestamp, reason: &str) -> Result<(), Refusal> {
        if !self.leading().is_running() {
            return Err(Refusal::Stopped);
        }
        said(reason)?;
        if self.leading().term != Term::Agreed {
            return Err(Refusal::NotAgreed);
        }
        if due <= now || due <= self.leading().due {
            return Err(Refusal::NotLater);
        }
        for promise in self.each_mut().filter(|promise| promise.is_running()) {
            let was = promise.due;
            promise.due = due;
            promise.note(now, was, reason);
        }
        Ok(())
    }

    /// The unit is never given longer than the customer was promised, whatever the two limits come to on a calendar.
    fn bound(mut self) -> Clocks {
        if let Some(customer) = &self.customer
            && self.unit.due > customer.due
        {
            self.unit.due = customer.due;
            if let Some(last) = self.unit.renewals.last_mut() {
                last.due = last.due.min(customer.due);
            }
        }
        self
    }

    /// The first invariant that does not hold, in words.
    pub fn check(&self) -> Result<(), String> {
        for (clock, promise) in self.each() {
            if promise.due < promise.since {
                return Err(format!("{clock:?}: due {} before it began {}", promise.due, promise.since));
            }
            if let Some(last) = promise.renewals.last().filter(|last| last.due != promise.due) {
                return Err(format!("{clock:?}: renewed until {}, due {}", last.due, promise.due));
            }
            if promise.renewals.iter().any(|renewal| renewal.due < renewal.was) {
                return Err(format!("{clock:?}: renewed to an earlier time: {:?}", promise.renewals));
            }
        }
        let Some(customer) = &self.customer else { return Ok(()) };
        if self.unit.due > customer.due {
            return Err(format!("the unit has until {}, the customer until {}", self.unit.due, customer.due));
        }
        if self.unit.is_running() && !customer.is_running() {
            return Err("the customer has an answer, and the unit's clock still runs".into());
        }
        Ok(())
    }
}

impl Promise {
    /// What is overdue stays overdue.
    fn may_move(&self, now: Timestamp) -> bool {
        self.is_running() && now <= self.due
    }

    /// Extended on top of its limit, where it has one of that kind: a unit whose limit is of another keeps it.
    fn lengthen(&mut self, by: Limit, calendar: &Calendar) -> bool {
        let Term::Within { limit, extra } = &mut self.term else { return false };
        let fits = plus(*limit, by).is_some();
        if fits {
            *extra = Some(by);
            self.reckon(calendar);
        }
        fits
    }

    /// Takes back what of a suspension lies ahead; the renewal that it was then says what is left of it.
    fn resume(&mut self, today: jiff::civil::Date, calendar: &Calendar) {
        if !self.is_running() || !self.pauses.iter().any(|pause| pause.last >= today) {
            return;
        }
        let yesterday = today.yesterday().unwrap_or(today);
        self.pauses.retain(|pause| pause.first < today);
        for pause in self.pauses.iter_mut().filter(|pause| pause.last >= today) {
            pause.last = yesterday;
        }
        let floor = self.renewals.last().map_or(self.since, |renewal| renewal.was);
        if let Some(limit) = self.limit() {
            self.due = calendar.deadline_with_pauses(self.since, limit, &self.pauses).max(floor);
        }
        if let Some(last) = self.renewals.last_mut() {
            last.due = self.due;
        }
    }

    fn note(&mut self, at: Timestamp, was: Timestamp, reason: &str) {
        let renewal = Renewal { at, was, due: self.due, reason: reason.trim().to_owned() };
        self.renewals.push(renewal);
    }
}

fn said(reason: &str) -> Result<(), Refusal> {
    if reason.trim().is_empty() { Err(Refusal::NoReason) } else { Ok(()) }
}

/// Days, both ends included.
fn length(pause: Pause) -> i32 {
    pause.first.until(pause.last).map_or(i32::MAX, |span| span.get_days().saturating_add(1))
}

fn many(limit: Limit) -> u32 {
    match limit {
        Limit::Minutes(many) | Limit::Hours(many) | Limit::CalendarDays(many) | Limit::WorkingDays(many) => {
            many
        }
    }
}

fn of_kind(limit: Limit, many: u32) -> Limit {
    match limit {
        Limit::Minutes(_) => Limit::Minutes(many),
        Limit::Hours(_) => Limit::Hours(many),
        Limit::CalendarDays(_) => Limit::CalendarDays(many),
        Limit::WorkingDays(_) => Limit::WorkingDays(many),
    }
}

/// Of the same kind, more than nothing, and not longer.
fn at_most(by: Limit, limit: Limit) -> bool {
    let nothing =
        matches!(by, Limit::Minutes(0) | Limit::Hours(0) | Limit::CalendarDays(0) | Limit::WorkingDays(0));
    !nothing && compared(by, limit).is_some_and(Ordering::is_le)
}
