//! What a case learns from its order: the differences between what stands there and what the case knows.

use kernel::{Timestamp, UnitId};
use work_orders::rules::order::Satisfaction;

use super::act::Act;
use super::case::Case;
use super::level::{Circumstances, propose};

/// An order, as far as the committee goes by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderSeen {
    /// Merged into another, or void.
    pub gone: bool,
    /// Who has reported it: its own customer, and those whose reports follow it.
    pub customers: u32,
    pub unit: Option<UnitId>,
    /// The customer has been spoken with.
    pub contacted: Option<Timestamp>,
    pub done: Option<Timestamp>,
    pub satisfaction: Option<Satisfaction>,
    pub contact_due: Option<Timestamp>,
    pub answer_due: Option<Timestamp>,
}

/// What the case has not heard yet, in the order in which it is to be applied.
pub fn unheard(case: &Case, seen: &OrderSeen) -> Vec<Act> {
    if seen.gone {
        return if case.stage.is_open() { vec![Act::HeardGone] } else { Vec::new() };
    }
    let mut acts = Vec::new();
    if case.done.is_some() && seen.done.is_none() {
        acts.push(Act::HeardReopened);
    }
    if !case.stage.is_open() && acts.is_empty() {
        return acts;
    }
    let contact = seen.contact_due.unwrap_or(case.contact_due);
    let answer = seen.answer_due.unwrap_or(case.answer_due);
    if (contact, answer) != (case.contact_due, case.answer_due) {
        acts.push(Act::HeardDue { contact, answer });
    }
    if let (Some(at), None) = (seen.contacted, case.contacted_at) {
        acts.push(Act::HeardContact { at });
    }
    if seen.unit != case.unit {
        acts.push(Act::HeardUnit { unit: seen.unit });
    }
    // What was counted once has been reported, whatever became of it; a proposal that stays the same is no news.
    let known = case.opening.circumstances;
    let more = Circumstances { customers: seen.customers.max(known.customers), ..known };
    if propose(&more) != case.opening.proposal {
        acts.push(Act::HeardMore { customers: more.customers });
    }
    if let (Some(at), None) = (seen.done, &case.done) {
        acts.push(Act::HeardDone { at, satisfaction: seen.satisfaction });
    }
    acts
}
