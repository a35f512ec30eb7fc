//! The committee's flow as one table: which act fits which stage, who may, and where it leads.

use std::collections::BTreeSet;

use kernel::{PersonId, Timestamp, UnitId};
use serde::Serialize;
use utoipa::ToSchema;
use work_orders::rules::Act as OrderAct;

use super::act::{Act, Verb};
use super::case::{Analysis, Case, Conclusion, CustomerWord, Evidence, Exhibit, FedBack, Stage, Vote};
use super::level::{Circumstances, propose};
use super::{Refusal, text};

const EVIDENCE_MAX: usize = 100;
const INVOLVED_MAX: usize = 50;

/// Whether the act is one of this stage's. Who may do it is another question.
pub fn fits(stage: Stage, verb: Verb) -> bool {
    use Stage as S;
    match verb {
        Verb::Accept => stage == S::New,
        Verb::Liaise => matches!(stage, S::Accepted | S::Contacted | S::Assigned | S::Investigated),
        Verb::Reassign => matches!(stage, S::Accepted | S::Contacted | S::Assigned),
        Verb::Investigate => stage == S::Assigned,
        Verb::Review => matches!(stage, S::Investigated | S::CalledBack | S::FedBack),
        Verb::FeedBack => stage == S::CalledBack,
        Verb::Analyse => stage == S::FedBack,
        Verb::SetLevel | Verb::Involve | Verb::AddEvidence => stage.is_open() && stage != S::New,
        Verb::HeardReopened => stage != S::Dropped,
        Verb::HeardContact
        | Verb::HeardUnit
        | Verb::HeardDue
        | Verb::HeardDone
        | Verb::HeardGone
        | Verb::HeardMore => stage.is_open(),
    }
}

/// Where an act leads. One that does not fit changes nothing.
pub fn apply(case: &Case, act: &Act, who: Option<PersonId>, at: Timestamp) -> Case {
    if !fits(case.stage, act.verb()) {
        return case.clone();
    }
    let mut next = case.clone();
    match act {
        Act::Accept => {
            next.stage = Stage::Accepted;
            next.owner = who;
        }
        Act::SetLevel { level, .. } => {
            next.level = *level;
            next.level_by = who;
        }
        Act::Involve { persons, units, .. } => {
            next.persons.extend(persons);
            next.units.extend(units);
        }
        Act::Liaise { .. } => next.contacted_at = next.contacted_at.or(Some(at)),
        Act::HeardContact { at } => next.contacted_at = next.contacted_at.or(Some(*at)),
        Act::Reassign { unit, .. } => next.unit = Some(*unit),
        Act::AddEvidence { exhibit } => {
            next.evidence.push(Evidence { exhibit: exhibit.clone(), by: who, at });
        }
        Act::Investigate { verdict, words } => {
            next.stage = Stage::Investigated;
            next.votes.clear();
            next.conclusion = Some(Conclusion { verdict: *verdict, words: words.clone(), by: who, at });
        }
        Act::Review { agrees: true, words } => {
            next.votes.extend(who.map(|by| Vote { by, at, words: words.clone() }));
        }
        Act::Review { agrees: false, .. } => {
            next.stage = Stage::Assigned;
            next.votes.clear();
        }
        Act::FeedBack { customer, unit } => {
            next.stage = Stage::FedBack;
            next.fed_back = Some(FedBack { at, customer: customer.clone(), unit: unit.clone() });
        }
        Act::Analyse { cause, lesson, measure } => {
            next.stage = Stage::Closed;
            next.closed_at = Some(at);
            let (lesson, measure) = (lesson.clone(), measure.clone());
            next.analysis = Some(Analysis { cause: *cause, lesson, measure });
        }
        Act::HeardUnit { unit } => next.unit = *unit,
        Act::HeardDue { contact, answer } => (next.contact_due, next.answer_due) = (*contact, *answer),
        Act::HeardDone { at, satisfaction } => {
            next.done = Some(CustomerWord { at: *at, satisfaction: *satisfaction });
        }
        Act::HeardReopened => {
            (next.done, next.closed_at) = (None, None);
            if matches!(next.stage, Stage::Investigated | Stage::CalledBack | Stage::FedBack | Stage::Closed)
            {
                next.stage = Stage::Assigned;
                next.votes.clear();
            }
        }
        Act::HeardGone => {
            next.stage = Stage::Dropped;
            next.closed_at = Some(at);
        }
        Act::HeardMore { customers } => {
            let circumstances = Circumstances { customers: *customers, ..case.opening.circumstances };
            let proposal = propose(&circumstances);
            // What a member has confirmed or changed stays: the committee has the last word.
            if next.level_by.is_none() {
                next.level = proposal.level;
            }
            (next.opening.circumstances, next.opening.proposal) = (circumstances, proposal);
        }
    }
    settle(&mut next);
    let moved = next.stage != case.stage && next.stage != Stage::Dropped;
    let overdue = case.due().is_some_and(|due| at > due);
    let contacted_late = next.contacted_at.is_some_and(|at| at > next.contact_due);
    next.late |= moved && overdue && !act.verb().is_heard() || contacted_late;
    next
}

/// What has been done already is not asked for again: the desk has spoken with the customer, a unit has the order, the
/// order is done.
fn settle(case: &mut Case) {
    if case.stage == Stage::Accepted && case.contacted_at.is_some() {
        case.stage = Stage::Contacted;
    }
    // What was answered on the call went to no unit: the committee investigates by itself.
    let placed = case.done.is_some() || case.unit.is_some() && !case.misdirected();
    if case.stage == Stage::Contacted && placed {
        case.stage = Stage::Assigned;
    }
    // It turns out that whoever investigates is concerned.
    if case.stage == Stage::Assigned && !placed {
        case.stage = Stage::Contacted;
    }
    if case.stage == Stage::Investigated && case.done.is_some() {
        case.stage = Stage::CalledBack;
    }
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asker {
    pub person: PersonId,
    /// Sits on the committee.
    pub committee: bool,
    /// The units this person belongs to, and those above them: what is about one of these is about the person's own unit.
    pub upwards: BTreeSet<UnitId>,
}

/// By what it is decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    pub now: Timestamp,
    pub order: OrderNow,
    /// Of the unit that a case is to be given to: itself and those above.
    pub target: BTreeSet<UnitId>,
}

/// What the order allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderNow {
    /// Waits for its first unit.
    pub waits: bool,
    pub open: bool,
    /// A contact with the customer can be noted at it.
    pub contactable: bool,
    pub unit: Option<UnitId>,
}

/// Why an act that fits the stage is not open to this person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Bar {
    /// Nothing shows yet what happened.
    NoEvidence,
    /// One's own conclusion is reviewed by others.
    OwnConclusion,
    /// One has agreed already.
    Agreed,
    /// This level needs no review.
    NoReviewNeeded,
    /// Two members have to agree first.
    ReviewFirst,
    /// The level has not been confirmed.
    LevelFirst,
    /// The order is done: nobody can have it any more.
    OrderDone,
}

/// One act that the browser offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Allowed {
    pub act: Verb,
    /// Greyed, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub barred: Option<Bar>,
}

/// Whom it is about, and who belongs to a unit that it is about, has nothing to do with it.
pub fn concerned(case: &Case, asker: &Asker) -> bool {
    case.persons.contains(&asker.person) || case.units.iter().any(|unit| asker.upwards.contains(unit))
}

/// Everything that fits the stage.
pub fn allowed(case: &Case, asker: &Asker, order: OrderNow) -> Vec<Allowed> {
    if !asker.committee || concerned(case, asker) {
        return Vec::new();
    }
    let verbs = Verb::ALL.iter().copied().filter(|verb| !verb.is_heard() && fits(case.stage, *verb));
    verbs.map(|act| Allowed { act, barred: bar(case, asker, order, act) }).collect()
}

fn bar(case: &Case, asker: &Asker, order: OrderNow, verb: Verb) -> Option<Bar> {
    let when = |barred: bool, bar: Bar| barred.then_some(bar);
    match verb {
        Verb::Reassign => when(!order.open, Bar::OrderDone),
        Verb::Investigate => when(case.evidence.is_empty(), Bar::NoEvidence),
        Verb::Review => {
            let own = case.conclusion.as_ref().is_some_and(|conclusion| conclusion.by == Some(asker.person));
            let agreed = case.votes.iter().any(|vote| vote.by == asker.person);
            when(!case.needs_review(), Bar::NoReviewNeeded)
                .or(when(own, Bar::OwnConclusion))
                .or(when(agreed, Bar::Agreed))
        }
        Verb::Analyse => {
            when(case.level_by.is_none(), Bar::LevelFirst).or(when(!case.reviewed(), Bar::ReviewFirst))
        }
        _ => None,
    }
}

/// What an act leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub case: Case,
    /// What is done to the order with it.
    pub order: Option<OrderAct>,
}

/// # Errors
/// A [`Refusal`]; nothing has changed then.
pub fn decide(case: &Case, act: &Act, asker: &Asker, facts: &Facts) -> Result<Change, Refusal> {
    let verb = act.verb();
    if !asker.committee || verb.is_heard() {
        return Err(Refusal::NotAllowed);
    }
    if concerned(case, asker) {
        return Err(Refusal::Concerned);
    }
    if !fits(case.stage, verb) {
        return Err(Refusal::WrongStage { stage: case.stage.word() });
    }
    if let Some(bar) = bar(case, asker, facts.order, verb) {
        return Err(Refusal::Barred { bar });
    }
    says_enough(case, act, asker, facts)?;
    let order = match act {
        Act::Liaise { words } if facts.order.contactable => Some(OrderAct::Contact { words: words.clone() }),
        Act::Reassign { unit, .. } if facts.order.unit == Some(*unit) => None,
        Act::Reassign { unit, why } if facts.order.waits => {
            Some(OrderAct::Dispatch { unit: *unit, note: why.clone(), binding: false })
        }
        Act::Reassign { unit, why } => Some(OrderAct::Redispatch { unit: *unit, why: why.clone() }),
        _ => None,
    };
    Ok(Change { case: apply(case, act, Some(asker.person), facts.now), order })
}

fn says_enough(case: &Case, act: &Act, asker: &Asker, facts: &Facts) -> Result<(), Refusal> {
    match act {
        Act::SetLevel { why, .. } => text(why, "why", 2, 500),
        Act::Involve { persons, units, why } => {
            text(why, "why", 4, 500)?;
            if persons.is_empty() && units.is_empty() {
                return Err(Refusal::NobodyNamed);
            }
            if persons.len() + case.persons.len() + units.len() + case.units.len() > INVOLVED_MAX {
                return Err(Refusal::TooMany { field: "involved", most: INVOLVED_MAX });
            }
            // Whoever names oneself or one's own unit should have said so and left it to others.
            let own =
                persons.contains(&asker.person) || units.iter().any(|unit| asker.upwards.contains(unit));
            if own { Err(Refusal::Concerned) } else { Ok(()) }
        }
        Act::Liaise { words } => text(words, "words", 4, 500),
        Act::Reassign { why, .. } => {
            text(why, "why", 4, 200)?;
            if facts.target.iter().any(|unit| case.units.contains(unit)) {
                return Err(Refusal::UnitConcerned);
            }
            Ok(())
        }
        Act::AddEvidence { exhibit } => {
            if case.evidence.len() >= EVIDENCE_MAX {
                return Err(Refusal::TooMany { field: "evidence", most: EVIDENCE_MAX });
            }
            match exhibit {
                Exhibit::Words { text: words } => text(words, "text", 4, 2_000),
                Exhibit::Call { .. } | Exhibit::File { .. } => Ok(()),
            }
        }
        Act::Investigate { words, .. } => text(words, "words", 10, 2_000),
        Act::Review { agrees, words } => text(words, "words", if *agrees { 2 } else { 8 }, 1_000),
        Act::FeedBack { customer, unit } => {
            text(customer, "customer", 8, 1_000)?;
            text(unit, "unit", 4, 1_000)
        }
        Act::Analyse { lesson, measure, .. } => {
            text(lesson, "lesson", 4, 1_000)?;
            text(measure, "measure", 4, 1_000)
        }
        Act::Accept
        | Act::HeardContact { .. }
        | Act::HeardUnit { .. }
        | Act::HeardDue { .. }
        | Act::HeardDone { .. }
        | Act::HeardReopened
        | Act::HeardGone
        | Act::HeardMore { .. } => Ok(()),
    }
}
