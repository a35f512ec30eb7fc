//! An order with its promises, moved without rows: what the store keeps step by step, as one value.

use deadlines::{Promise, Step};
use kernel::calendar::Calendar;
use kernel::{PromiseId, Timestamp, WorkOrderId};
use promises::Kept;

use super::clocks::{self, Leading, Moved, Reckoning};
use super::settings::Limits;
use super::time;
use super::{Act, Asker, Facts, Happened, Kinds, Matter, Order, Refusal, Settings, decide, file};

/// By what it is decided.
#[derive(Clone, Copy)]
pub struct Book<'a> {
    pub kinds: &'a Kinds,
    pub limits: &'a Limits,
    pub settings: &'a Settings,
    pub calendar: &'a Calendar,
}

/// An order on its way.
pub struct Walk<'a> {
    book: Book<'a>,
    pub now: Timestamp,
    /// As it was accepted.
    pub first: Order,
    pub order: Order,
    pub promised: Vec<Kept>,
    pub moved: Moved,
    /// What has happened since it was accepted.
    pub lines: Vec<Happened>,
}

impl<'a> Walk<'a> {
    /// Accepted now, with the time agreed with the customer, if one was.
    ///
    /// # Errors
    /// Refused when the matter is not complete.
    pub fn begin(
        book: Book<'a>,
        (id, number): (WorkOrderId, String),
        matter: Matter,
        by: Option<kernel::PersonId>,
        (now, appointment): (Timestamp, Option<Timestamp>),
    ) -> Result<Walk<'a>, Refusal> {
        let (matter, subtype) = file::complete(matter, book.kinds)?;
        let order = Order::accepted(id, number, matter, by, now);
        let case = file::case(&order.matter, &subtype);
        let moved = clocks::accept(&order.matter, now, appointment, reckoning(book, &order, &case, now));
        let mut promised = Vec::new();
        carry(&mut promised, &moved);
        Ok(Walk { book, now, first: order.clone(), order, promised, moved, lines: Vec::new() })
    }

    /// Its number, where it was begun without one: a number is drawn for what is written, not for what is refused.
    pub fn name(&mut self, number: String) {
        self.first.number.clone_from(&number);
        self.order.number = number;
    }

    fn with<T>(&self, ask: impl FnOnce(Facts<'_>) -> T) -> T {
        let subtype = self.book.kinds.find(&self.order.matter.subtype);
        let case = case(self.book.kinds, &self.order.matter);
        let by = reckoning(self.book, &self.order, &case, self.now);
        let half = self.moved.leading.map(|Leading { since, until, .. }| since + until.since(since) / 2);
        let call_back = subtype.map(|subtype| subtype.call_back).unwrap_or_default();
        let Book { kinds, settings, .. } = self.book;
        let (late_from, owed) = (self.moved.late_from, self.promised.as_slice());
        let more = time::more(&self.order, owed, self.now, by.calendar);
        ask(Facts { by, settings, kinds, call_back, half, late_from, owed, more })
    }

    /// Until when the customer was promised that somebody comes.
    pub fn arrival(&self) -> Option<Timestamp> {
        let arrives = self.promised.iter().filter(|kept| kept.step == Step::Arrive);
        let customers = arrives.filter_map(|kept| kept.clocks.customer());
        customers.filter(|promise| promise.is_running()).map(Promise::due).min()
    }

    /// What this person may do now.
    pub fn allowed(&self, asker: &Asker) -> Vec<super::Allowed> {
        self.with(|facts| super::allowed(&self.order, asker, facts))
    }

    /// Does it, with what the centre does because of it.
    ///
    /// # Errors
    /// A [`Refusal`]; nothing has changed then.
    pub fn act(&mut self, asker: &Asker, act: &Act) -> Result<(), Refusal> {
        let (happened, promised, moved) = self.with(|facts| {
            let happened = decide(&self.order, act, asker, facts)?;
            let (mut order, mut promised) = (&self.order, self.promised.clone());
            let mut moved = self.moved.clone();
            for step in &happened {
                // A correction is reckoned by what the matter is afterwards.
                let case = case(self.book.kinds, &step.order.matter);
                let by = reckoning(self.book, &step.order, &case, self.now);
                moved = clocks::after(order, &step.order, &step.act, promised.clone(), by)?;
                carry(&mut promised, &moved);
                order = &step.order;
            }
            Ok((happened, promised, moved))
        })?;
        if let Some(last) = happened.last() {
            self.order = last.order.clone();
        }
        (self.promised, self.moved) = (promised, moved);
        self.lines.extend(happened);
        Ok(())
    }
}

/// The matter as limits are looked up for it. Of a sub-type nobody knows any more its kind remains.
pub fn case(kinds: &Kinds, matter: &Matter) -> deadlines::Case {
    match kinds.find(&matter.subtype) {
        Some(subtype) => file::case(matter, subtype),
        None => deadlines::Case::new(matter.kind, matter.site),
    }
}

fn reckoning<'a>(book: Book<'a>, order: &Order, case: &'a deadlines::Case, now: Timestamp) -> Reckoning<'a> {
    let Book { limits, settings, calendar, .. } = book;
    let profile = limits.for_channel(order.matter.channel);
    Reckoning { now, calendar, profile, case, fallback: settings.fallback, tells: settings.people_call() }
}

fn carry(promised: &mut Vec<Kept>, moved: &Moved) {
    for (kept, clocks) in &moved.changed {
        if let Some(found) = promised.iter_mut().find(|one| one.id == kept.id) {
            found.clocks = clocks.clone();
        }
    }
    for new in &moved.new {
        let id = PromiseId(promised.len() as i64 + 1);
        let (rule, clocks) = (new.rule.clone(), new.clocks.clone());
        promised.push(Kept { id, step: new.step, round: 1, rule, clocks, version: 1 });
    }
}
