//! Which promises an act gives, keeps, moves or takes back. An open order always has a next deadline.

use std::cmp::Ordering;

use deadlines::{
    Act as Tick, Case, Clock, Clocks, Extension, Kind, Promise, Rule, Since, Standing, State as Ending, Step,
};
use kernel::calendar::{Calendar, Limit, Pause};
use kernel::{PromiseId, Timestamp};
use promises::{Kept, New};

use super::Refusal;
use super::act::Act;
use super::order::{Matter, Order, State};
use super::settings::Binding;
use super::time::{self, More};

/// An appointment, or a time of restoration that somebody named.
const AGREED: &str = "agreed";
/// A limit that whoever sent the matter has set for it.
const SET: &str = "12345";
/// The customer is to be called, because no text message can say what has changed.
pub const UNTOLD: &str = "untold";

/// What a unit is owed that has asked for more time.
const ASKED: &str = "time_asked";

/// By what promises are reckoned.
#[derive(Clone, Copy)]
pub struct Reckoning<'a> {
    pub now: Timestamp,
    pub calendar: &'a Calendar,
    pub profile: Binding<'a>,
    pub case: &'a Case,
    pub fallback: Limit,
    /// Customers are told by text message, and by people where none can be sent.
    pub tells: bool,
}

/// What has become of an order's promises.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    pub changed: Vec<(Kept, Clocks)>,
    pub new: Vec<New>,
    pub due: Option<Next>,
    /// The promise that the customer measures us by.
    pub leading: Option<Leading>,
    /// From when on a promise to the customer is broken: the earliest of all that run or were not kept.
    pub late_from: Option<Timestamp>,
    /// Of a crew's estimate: until when the customer expected it to be over before.
    pub expected: Option<Timestamp>,
}

/// The next promise that breaks: when, of what, and since when its clock runs. The earliest is the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Next {
    pub due: Timestamp,
    pub step: Step,
    pub clock: Clock,
    pub since: Timestamp,
}

/// What the customer measures us by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leading {
    pub since: Timestamp,
    pub until: Timestamp,
    /// Whether it was kept; none while it runs, or when it fell away.
    pub kept: Option<bool>,
}

/// One promise on the way from what it was to what it will be.
struct Slot {
    kept: Option<Kept>,
    step: Step,
    rule: String,
    clocks: Clocks,
}

impl Slot {
    fn of(kept: Kept) -> Slot {
        Slot { step: kept.step, rule: kept.rule.clone(), clocks: kept.clocks.clone(), kept: Some(kept) }
    }

    fn runs(&self) -> bool {
        self.clocks.each().values().any(|promise| promise.is_running())
    }

    /// From when on the customer has waited longer than this promised; none where it was kept, or belongs to what was
    /// answered before the order was taken up again.
    fn late_from(&self, reopened: Option<Timestamp>) -> Option<Timestamp> {
        let customer = self.clocks.customer()?;
        // Who is there, or has mended it, is not late because nobody has read that yet.
        let worked = match self.clocks.unit().state() {
            Ending::Fulfilled { at } if matches!(self.step, Step::Arrive | Step::Finish) => Some(*at),
            _ => None,
        };
        let ended = match customer.state() {
            Ending::Running => worked,
            Ending::Fulfilled { at } | Ending::Withdrawn { at, .. } => Some(*at),
        };
        if ended.zip(reopened).is_some_and(|(ended, reopened)| ended <= reopened) {
            return None;
        }
        let moved = customer.renewals().iter().find(|renewal| renewal.at > renewal.was);
        let moved = moved.map(|renewal| renewal.was);
        moved.or_else(|| ended.is_none_or(|ended| ended > customer.due()).then(|| customer.due()))
    }
}

/// From when on the customer of an order with these promises has waited longer than was promised.
pub fn late_from(kept: &[Kept], reopened: Option<Timestamp>) -> Option<Timestamp> {
    kept.iter().filter_map(|kept| Slot::of(kept.clone()).late_from(reopened)).min()
}

/// The promise whose time is longer when more is given.
fn first_running(slots: &[Slot], steps: &[Step]) -> Option<usize> {
    steps.iter().find_map(|step| slots.iter().position(|slot| slot.step == *step && slot.runs()))
}

/// How much more time an order with these promises may have; `asked`: when it was asked for, where that waits for an answer.
///
/// # Errors
/// Why none.
pub fn more_time(
    kept: &[Kept],
    now: Timestamp,
    asked: Option<Timestamp>,
    calendar: &Calendar,
) -> Result<More, deadlines::Refusal> {
    let slots: Vec<Slot> = kept.iter().cloned().map(Slot::of).collect();
    let slot = first_running(&slots, &LEADING).and_then(|at| slots.get(at));
    let clocks = &slot.ok_or(deadlines::Refusal::Stopped)?.clocks;
    let Extension { least, most } = clocks.extension(now, asked, calendar)?;
    let dues = clocks.each().into_values().filter(|promise| promise.is_running()).map(Promise::due);
    let until = dues.filter(|due| *due > now).min().unwrap_or(now);
    Ok(More { least, most, until })
}

/// Until when the customer would wait, given so much more time now.
pub fn extended_until(kept: &[Kept], more: Limit, by: Reckoning<'_>) -> Option<Timestamp> {
    let mut desk = Desk::new(kept.to_vec(), by);
    let tick = Tick::Extended { by: more, reason: "as asked".into(), asked: None };
    let (_, clocks) = desk.would(&LEADING, &tick).ok()?;
    Some(clocks.customer().unwrap_or(clocks.unit()).due())
}

struct Desk<'a> {
    slots: Vec<Slot>,
    by: Reckoning<'a>,
}

impl<'a> Desk<'a> {
    fn new(kept: Vec<Kept>, by: Reckoning<'a>) -> Desk<'a> {
        Desk { slots: kept.into_iter().map(Slot::of).collect(), by }
    }

    /// Begins a step if a rule for it fits.
    fn begin(&mut self, step: Step, since: Timestamp) {
        self.begin_by(step, |_| Some(since));
    }

    /// The same by the instant from which each rule counts.
    fn begin_by(&mut self, step: Step, since: impl Fn(&Rule) -> Option<Timestamp>) {
        let Reckoning { profile, case, calendar, .. } = self.by;
        for (rule, clocks) in profile.start(case, step, calendar, since) {
            self.slots.push(Slot { kept: None, step, rule: rule.id.clone(), clocks });
        }
    }

    /// A limit from outside binds beside our own; 12345's own rule for the step gives way to it.
    fn set(&mut self, step: Step, until: Timestamp, reason: &str) {
        let Reckoning { now, profile, case, calendar, .. } = self.by;
        let renewed = Tick::Renewed { due: until, reason: reason.to_owned() };
        let gone = Tick::Withdrawn { reason: reason.to_owned() };
        let mut moved = false;
        for slot in self.slots.iter_mut().filter(|slot| slot.step == step && slot.runs()) {
            let renews = slot.rule == SET && !moved;
            if let Some(next) = slot.clocks.decide(now, &renewed, calendar).ok().filter(|_| renews) {
                (slot.clocks, moved) = (next, true);
            } else if (slot.rule == SET || profile.is_governments(case, step, &slot.rule))
                && let Ok(next) = slot.clocks.decide(now, &gone, calendar)
            {
                slot.clocks = next;
            }
        }
        if !moved {
            let clocks =
                if step == Step::Take { Clocks::inside(now, until) } else { Clocks::agreed(now, until) };
            self.slots.push(Slot { kept: None, step, rule: SET.into(), clocks });
        }
    }

    fn agree(&mut self, step: Step, due: Timestamp) {
        let clocks = Clocks::agreed(self.by.now, due);
        self.slots.push(Slot { kept: None, step, rule: AGREED.into(), clocks });
    }

    /// Until when the customer expects it to be over: the earliest of what was promised and what a crew named.
    fn expected(&self) -> Option<Timestamp> {
        let over = self.slots.iter().filter(|slot| matches!(slot.step, Step::Finish | Step::Answer));
        let customers = over.filter_map(|slot| slot.clocks.customer());
        customers.filter(|promise| promise.is_running()).map(Promise::due).min()
    }

    /// The time has moved and no text message can say so: somebody calls, before the time that the customer expects.
    fn call(&mut self, order: &Order, expected: Option<Timestamp>) {
        let matter = &order.matter;
        if !self.by.tells || !matter.is_called() || matter.is_texted() {
            return;
        }
        self.contact(expected);
    }

    /// Somebody calls the customer, once for all there is to say.
    fn contact(&mut self, expected: Option<Timestamp>) {
        let owed = |slot: &Slot| slot.step == Step::Contact && slot.runs();
        if self.slots.iter().any(owed) {
            return;
        }
        let latest = self.by.calendar.deadline(self.by.now, self.by.fallback);
        let expected = expected.filter(|expected| *expected > self.by.now);
        let due = expected.map_or(latest, |expected| expected.min(latest));
        self.owe(Step::Contact, UNTOLD, due);
    }

    /// Owed inside until then.
    fn owe(&mut self, step: Step, rule: &str, due: Timestamp) {
        let clocks = Clocks::inside(self.by.now, due);
        self.slots.push(Slot { kept: None, step, rule: rule.into(), clocks });
    }

    /// A crew says until when; what it said before holds no more.
    fn estimate(&mut self, until: Timestamp, reason: &str) -> Result<(), Refusal> {
        let (now, calendar) = (self.by.now, self.by.calendar);
        let agreed = |slot: &&mut Slot| slot.step == Step::Finish && slot.rule == AGREED && slot.runs();
        let Some(slot) = self.slots.iter_mut().find(agreed) else {
            self.agree(Step::Finish, until);
            return Ok(());
        };
        let was = slot.clocks.unit().due();
        // A clock is never moved to an earlier time: what was named is taken back, and named anew.
        let tick = match until.cmp(&was) {
            Ordering::Equal => return Ok(()),
            Ordering::Greater => Tick::Renewed { due: until, reason: reason.to_owned() },
            Ordering::Less => Tick::Withdrawn { reason: "an earlier time was named".into() },
        };
        slot.clocks = slot.clocks.decide(now, &tick, calendar).map_err(|why| Refusal::Clock { why })?;
        if until < was {
            self.agree(Step::Finish, until);
        }
        Ok(())
    }

    /// What the customer is promised as soon as the matter is accepted.
    fn promise_at_once(&mut self, matter: &Matter, accepted: Timestamp) {
        let calendar = self.by.calendar;
        for step in AT_ONCE {
            self.begin_by(step, |rule| since(rule, matter, accepted, calendar));
        }
    }

    /// Moves whatever runs of these steps; what does not take the move stays.
    fn tick(&mut self, steps: &[Step], at: Timestamp, tick: &Tick) {
        for slot in self.slots.iter_mut().filter(|slot| steps.contains(&slot.step)) {
            if let Ok(next) = slot.clocks.decide(at, tick, self.by.calendar) {
                slot.clocks = next;
            }
        }
    }

    /// Kept towards whomever it was given to.
    fn keep(&mut self, steps: &[Step], at: Timestamp) {
        for slot in self.slots.iter_mut().filter(|slot| steps.contains(&slot.step)) {
            let tick = if slot.clocks.customer().is_some() { Tick::Answered } else { Tick::ResultEntered };
            if let Ok(next) = slot.clocks.decide(at, &tick, self.by.calendar) {
                slot.clocks = next;
            }
        }
    }

    /// Of several that run the oldest is kept.
    fn keep_oldest(&mut self, step: Step, at: Timestamp) {
        let oldest = self.slots.iter_mut().filter(|slot| slot.step == step && slot.runs());
        if let Some(slot) = oldest.min_by_key(|slot| slot.clocks.unit().since())
            && let Ok(next) = slot.clocks.decide(at, &Tick::ResultEntered, self.by.calendar)
        {
            slot.clocks = next;
        }
    }

    /// What was promised at once is reckoned anew by what the matter is now: limits that fit no more fall away.
    fn reckon_anew(&mut self, order: &Order) {
        let Reckoning { profile, case, calendar, .. } = self.by;
        for step in AT_ONCE {
            let rules: Vec<&Rule> = profile.rules(case, step).collect();
            let begins = profile.start(case, step, calendar, |rule| match rule.since {
                Since::Arrived => order.arrived_at,
                _ => since(rule, &order.matter, order.accepted_at, calendar),
            });
            let given = |slot: &Slot| slot.step == step && slot.rule != AGREED && slot.rule != SET;
            // A rule that counts from later is no reason to take away what it gave.
            let stays = |slot: &Slot| match begins.is_empty() {
                true => rules.iter().any(|rule| rule.id == slot.rule),
                false => begins.iter().any(|(rule, _)| rule.id == slot.rule),
            };
            let ran = self.slots.iter().any(|slot| given(slot) && slot.runs());
            let ever = self.slots.iter().any(given);
            let gone = Tick::Withdrawn { reason: "corrected".into() };
            for slot in self.slots.iter_mut().filter(|slot| given(slot) && slot.runs() && !stays(slot)) {
                if let Ok(next) = slot.clocks.decide(self.by.now, &gone, calendar) {
                    slot.clocks = next;
                }
            }
            let has = |id: &str| self.slots.iter().any(|slot| given(slot) && slot.rule == id);
            let new: Vec<_> = begins.into_iter().filter(|(rule, _)| !has(&rule.id)).collect();
            if new.is_empty() || ever && !ran {
                continue;
            }
            for (rule, clocks) in new {
                self.slots.push(Slot { kept: None, step, rule: rule.id.clone(), clocks });
            }
            if let Some(arrived) = order.arrived_at.filter(|_| step == Step::Arrive) {
                self.keep(&[Step::Arrive], arrived);
            }
        }
    }

    fn withdraw(&mut self, steps: &[Step], reason: &str) {
        self.tick(steps, self.by.now, &Tick::Withdrawn { reason: reason.to_owned() });
    }

    /// Of a unit that has the order no more. What was set from outside is owed by whoever has it.
    fn leave_unit(&mut self, steps: &[Step], tick: &Tick) {
        let (now, calendar) = (self.by.now, self.by.calendar);
        let own = |slot: &&mut Slot| steps.contains(&slot.step) && slot.rule != SET;
        for slot in self.slots.iter_mut().filter(own) {
            if let Ok(next) = slot.clocks.decide(now, tick, calendar) {
                slot.clocks = next;
            }
        }
    }

    /// The first promise of these that runs, as it is after the move; or the move is refused for what it is.
    fn would(&mut self, steps: &[Step], tick: &Tick) -> Result<(&mut Slot, Clocks), Refusal> {
        let (now, calendar) = (self.by.now, self.by.calendar);
        let slot = first_running(&self.slots, steps).and_then(|at| self.slots.get_mut(at));
        let moved = slot.map(|slot| slot.clocks.decide(now, tick, calendar).map(|clocks| (slot, clocks)));
        moved.unwrap_or(Err(deadlines::Refusal::Stopped)).map_err(|why| Refusal::Clock { why })
    }

    fn must(&mut self, steps: &[Step], tick: &Tick) -> Result<(), Refusal> {
        let (slot, moved) = self.would(steps, tick)?;
        slot.clocks = moved;
        Ok(())
    }

    /// Half of the original time once more, for what the customer measures us by.
    fn reopen(&mut self) {
        let gone = |slot: &Slot| matches!(slot.clocks.unit().state(), Ending::Withdrawn { .. });
        let fits = |slot: &Slot| slot.rule != AGREED && !gone(slot);
        let given = |step| self.slots.iter().rposition(|slot| slot.step == step && fits(slot));
        let leading = LEADING.into_iter().find_map(given);
        let (now, calendar) = (self.by.now, self.by.calendar);
        if let Some(slot) = leading.and_then(|at| self.slots.get_mut(at))
            && let Ok(next) = slot.clocks.decide(now, &Tick::Reopened, calendar)
        {
            slot.clocks = next;
        }
    }

    /// A limit before what the crew or the customer named, and what counts before what was withdrawn.
    fn leading(&self) -> Option<Leading> {
        let withdrawn = |promise: &Promise| matches!(promise.state(), Ending::Withdrawn { .. });
        let customers = |slot: &&Slot| slot.clocks.customer().is_some();
        let counts = |slot: &&Slot| slot.clocks.customer().is_some_and(|promise| !withdrawn(promise));
        // Of several limits that run for a step the earliest, otherwise the last.
        let of = |fits: &dyn Fn(&&Slot) -> bool| {
            LEADING.iter().find_map(|step| {
                let all = || self.slots.iter().rev().filter(|slot| slot.step == *step && fits(slot));
                let runs = |slot: &&Slot| slot.clocks.customer().is_some_and(Promise::is_running);
                let due = |slot: &&Slot| slot.clocks.customer().map(Promise::due);
                all().filter(runs).min_by_key(due).or_else(|| all().next())
            })
        };
        let slot = of(&|slot| counts(slot) && slot.rule != AGREED)
            .or_else(|| of(&counts))
            .or_else(|| of(&customers));
        let promise = slot?.clocks.customer()?;
        Some(Leading {
            since: promise.since(),
            until: promise.due(),
            kept: match promise.standing(self.by.now) {
                Standing::Kept => Some(true),
                Standing::Broken { .. } => Some(false),
                Standing::Running { .. } | Standing::Overdue { .. } | Standing::Withdrawn => None,
            },
        })
    }

    fn moved(mut self, open: bool, reopened: Option<Timestamp>) -> Moved {
        if open && !self.slots.iter().any(Slot::runs) {
            let due = self.by.calendar.deadline(self.by.now, self.by.fallback);
            self.agree(Step::Finish, due);
        }
        let mut moved = Moved::default();
        let running = |slot: &Slot| {
            let each = slot.clocks.each().into_iter().filter(|(_, promise)| promise.is_running());
            let next = |(clock, promise): (Clock, &Promise)| {
                let (due, since) = (promise.due(), promise.since());
                Next { due, step: slot.step, clock, since }
            };
            each.map(next).min()
        };
        moved.due = self.slots.iter().filter_map(running).min();
        moved.leading = self.leading();
        moved.late_from = self.slots.iter().filter_map(|slot| slot.late_from(reopened)).min();
        for slot in self.slots {
            match slot.kept {
                Some(kept) if kept.clocks != slot.clocks => moved.changed.push((kept, slot.clocks)),
                Some(_) => {}
                None => moved.new.push(New {
                    id: PromiseId(0),
                    step: slot.step,
                    rule: slot.rule,
                    clocks: slot.clocks,
                }),
            }
        }
        moved
    }
}

/// What the customer measures us by, the most telling first.
const LEADING: [Step; 3] = [Step::Answer, Step::Finish, Step::Arrive];
/// What is promised to the customer as soon as a matter is accepted.
const AT_ONCE: [Step; 4] = [Step::Contact, Step::Arrive, Step::Answer, Step::Finish];
/// All but the answer to a superior, which is owed also when the order is closed or taken up again.
const ALL: [Step; 12] = [
    Step::Dispatch,
    Step::Take,
    Step::Leave,
    Step::Arrive,
    Step::EnterArrival,
    Step::Estimate,
    Step::Finish,
    Step::EnterResult,
    Step::Review,
    Step::Contact,
    Step::Answer,
    Step::CallBack,
];

/// From when a rule's time counts at acceptance; none for what comes later.
fn since(rule: &Rule, matter: &Matter, accepted: Timestamp, calendar: &Calendar) -> Option<Timestamp> {
    let field = |key: &str| {
        let at: jiff::civil::DateTime = matter.fields.get(key)?.parse().ok()?;
        let zoned = at.to_zoned(calendar.zone().clone()).ok()?;
        Some(Timestamp::from_jiff(zoned.timestamp()))
    };
    match rule.since {
        Since::Accepted => Some(accepted),
        Since::Paid => Some(field("paid_at").unwrap_or(accepted)),
        Since::Booked => Some(field("booked_at").unwrap_or(accepted)),
        Since::Interrupted => Some(field("interrupted_at").unwrap_or(accepted)),
        Since::Dispatched | Since::Arrived | Since::Done | Since::ResultEntered => None,
    }
}

/// The promises of an order that was just accepted; `earliest` is when the first of several reports of one fault came.
pub fn accept(
    matter: &Matter,
    earliest: Timestamp,
    appointment: Option<Timestamp>,
    by: Reckoning<'_>,
) -> Moved {
    let mut desk = Desk::new(Vec::new(), by);
    desk.begin(Step::Dispatch, by.now);
    desk.promise_at_once(matter, earliest);
    if let Some(due) = appointment {
        desk.agree(Step::Arrive, due);
    }
    desk.moved(true, None)
}

/// Until when a supervision that is opened now is to be answered.
pub fn supervision_due(by: Reckoning<'_>) -> Timestamp {
    let begun = by.profile.start(by.case, Step::AnswerSupervision, by.calendar, |_| Some(by.now));
    let due = begun.iter().map(|(_, clocks)| clocks.unit().due()).min();
    due.unwrap_or_else(|| by.calendar.deadline(by.now, by.fallback))
}

/// The promises after an act.
///
/// # Errors
/// [`Refusal::Clock`] when more time is asked for and cannot be had.
pub fn after(
    before: &Order,
    after: &Order,
    act: &Act,
    kept: Vec<Kept>,
    by: Reckoning<'_>,
) -> Result<Moved, Refusal> {
    let mut desk = Desk::new(kept, by);
    let now = by.now;
    let fault = before.matter.kind == Kind::Fault;
    let mut expected = None;
    match act {
        Act::Dispatch { .. } | Act::Redispatch { .. } => {
            desk.keep(&[Step::Dispatch], now);
            let gone = Tick::Withdrawn { reason: "another unit has it".into() };
            desk.leave_unit(&[Step::Take, Step::Leave, Step::Estimate], &gone);
            desk.begin(Step::Take, now);
            if fault {
                desk.begin(Step::Leave, now);
            }
        }
        Act::SendBack { .. } => {
            desk.leave_unit(&[Step::Take], &Tick::ResultEntered);
            desk.withdraw(&[Step::Leave], "sent back");
            desk.begin(Step::Dispatch, now);
        }
        Act::Take { .. } => desk.keep(&[Step::Take], now),
        Act::Leave { at } => desk.keep(&[Step::Leave], *at),
        Act::Arrive { at, .. } => {
            desk.keep(&[Step::Leave, Step::Arrive], *at);
            if fault {
                desk.begin(Step::EnterArrival, *at);
                desk.keep(&[Step::EnterArrival], now);
                desk.begin(Step::Estimate, *at);
            }
            desk.begin_by(Step::Finish, |rule| (rule.since == Since::Arrived).then_some(*at));
        }
        Act::Estimate { until, reason } => {
            desk.keep(&[Step::Estimate], now);
            expected = desk.expected();
            // Nobody is told of a later time without being told why.
            if expected.is_some_and(|expected| *until > expected) && reason.trim().is_empty() {
                return Err(Refusal::Clock { why: deadlines::Refusal::NoReason });
            }
            desk.estimate(*until, reason)?;
            if expected != Some(*until) {
                desk.call(before, expected);
            }
        }
        Act::Contact { .. } => desk.keep(&[Step::Contact], now),
        Act::Suspend { until, reason } => {
            let days = Pause { first: by.calendar.civil(now).date(), last: *until };
            desk.must(&LEADING, &Tick::Suspended { days, reason: reason.clone() })?;
        }
        Act::Extend { by: more, reason, .. } => {
            let expected = desk.leading().map(|leading| leading.until);
            let asked = before.time_asked.as_ref().map(|asked| asked.at);
            desk.must(&LEADING, &Tick::Extended { by: *more, reason: reason.clone(), asked })?;
            desk.call(before, expected);
        }
        Act::AskTime { by: more, reason, told_customer, .. } => {
            // As long as could be given, and no longer.
            desk.would(&LEADING, &Tick::Extended { by: *more, reason: reason.clone(), asked: None })?;
            if *told_customer {
                desk.keep(&[Step::Contact], now);
            }
            if let Some(asked) = &after.time_asked {
                desk.owe(Step::DecideTime, ASKED, asked.due);
            }
        }
        Act::GiveResult { result } => {
            let done = result.done_at.unwrap_or(now);
            desk.withdraw(&[Step::Leave, Step::Estimate], "the work is done");
            desk.tick(&[Step::Arrive, Step::Finish], done, &Tick::ResultEntered);
            desk.tick(&[Step::Answer], now, &Tick::ResultEntered);
            if !result.told.trim().is_empty() {
                desk.keep(&[Step::Contact], done);
            }
            if fault {
                desk.begin(Step::EnterResult, done);
                desk.keep(&[Step::EnterResult], now);
            }
            // Counted from when it was done; once, whatever becomes of the result.
            let given: Vec<String> = desk
                .slots
                .iter()
                .filter(|slot| slot.step == Step::Answer)
                .map(|slot| slot.rule.clone())
                .collect();
            desk.begin_by(Step::Answer, |rule| {
                (rule.since == Since::Done && !given.contains(&rule.id)).then_some(done)
            });
            desk.begin(Step::Review, now);
        }
        Act::RefuseResult { .. } => {
            desk.keep(&[Step::Review], now);
            desk.tick(&[Step::Arrive, Step::Finish, Step::Answer], now, &Tick::ResultRefused);
        }
        Act::Approve { .. } => {
            desk.keep(&[Step::Review], now);
            let result = before.result.as_ref();
            let done = result.and_then(|result| result.done_at).unwrap_or(now);
            desk.keep(&[Step::Arrive, Step::Finish], done);
            if result.is_some_and(|result| !result.told.trim().is_empty()) {
                desk.keep(&[Step::Answer, Step::Contact], done);
            }
            if matches!(after.state, State::ToCallBack { .. }) {
                desk.begin(Step::CallBack, now);
            } else {
                desk.keep(&ALL, now);
            }
        }
        Act::Close { .. } => {
            // Answered without a unit: nothing was sent, in time or not. Who let it lie first was late all the same.
            desk.withdraw(&[Step::Dispatch], "answered without a unit");
            desk.keep(&ALL, now);
        }
        Act::Reopen { .. } => {
            desk.keep(&ALL, now);
            desk.reopen();
            desk.begin(if after.state.unit().is_some() { Step::Take } else { Step::Dispatch }, now);
        }
        Act::Follow => {
            // What was to be said of the time is over: it is done.
            desk.withdraw(&[Step::Contact], "it is done");
            if after.state.is_open() {
                desk.begin(Step::CallBack, now);
            }
        }
        Act::Untold { .. } if matches!(before.state, State::Closed { .. }) => desk.begin(Step::CallBack, now),
        Act::Untold { .. } => {
            let expected = desk.expected();
            desk.contact(expected);
        }
        Act::Merge { .. } => {
            desk.withdraw(&ALL, "merged");
            desk.withdraw(&[Step::AnswerSupervision], "merged");
        }
        // Reckoned from when it was accepted: its customer has waited all the time.
        Act::Part => {
            desk.begin(Step::Dispatch, now);
            desk.promise_at_once(&after.matter, after.accepted_at);
        }
        Act::Void { why } => {
            desk.withdraw(&ALL, why);
            desk.withdraw(&[Step::AnswerSupervision], why);
        }
        Act::Supervise { .. } => desk.begin(Step::AnswerSupervision, now),
        Act::ReplySupervision { .. } => desk.keep_oldest(Step::AnswerSupervision, now),
        Act::Resume => desk.tick(&LEADING, now, &Tick::Resumed),
        Act::Correct { .. } => desk.reckon_anew(after),
        Act::Limit { step, until, reason } => desk.set(*step, *until, reason),
        Act::Assign { .. }
        | Act::Begin
        | Act::Review
        | Act::RefuseTime { .. }
        | Act::Urge { .. }
        | Act::AnswerUrge { .. }
        | Act::EvaluateSupervision { .. }
        | Act::Note { .. }
        | Act::Attach { .. } => {}
    }
    match (&before.time_asked, &after.time_asked) {
        (Some(_), None) if time::answers(act) => desk.keep(&[Step::DecideTime], now),
        (Some(_), None) => desk.withdraw(&[Step::DecideTime], "the unit asks no more"),
        _ => {}
    }
    Ok(Moved { expected, ..desk.moved(after.state.is_open(), after.reopened_at) })
}
