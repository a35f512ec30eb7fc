//! Whether somebody may do something to an order now, and what becomes of it.

use std::collections::BTreeSet;
use std::time::Duration;

use deadlines::{Kind, Step};
use kernel::{PersonId, Timestamp, UnitId, WorkOrderId};
use promises::Kept;
use serde::Serialize;
use utoipa::ToSchema;

use super::act::{Act, Verb};
use super::clocks::{Reckoning, extended_until, supervision_due};
use super::kinds::CallBack;
use super::order::{Grade, Order, Privacy, Stage, State, SupervisionReason, UrgedBy};
use super::privacy::is_about;
pub use super::privacy::{may_know, works_on};
use super::settings::Settings;
use super::table::{Done, apply, fits};
use super::time::{self, More};
use super::{Kinds, Refusal, file, result, text};

/// What somebody is allowed in this room, beside what the relation to an order gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Power {
    /// Accept matters.
    File,
    /// Send them to units.
    Dispatch,
    /// Do what a unit owes.
    Handle,
    /// Read results.
    Review,
    /// Ask customers afterwards.
    CallBack,
    /// Give more time.
    Extend,
    /// Press a unit.
    Supervise,
    Void,
    /// See numbers whole.
    Unmask,
}

/// Who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asker {
    /// None: the centre itself.
    pub person: Option<PersonId>,
    pub powers: BTreeSet<Power>,
    /// The units this person belongs to, with those below the ones led.
    pub units: BTreeSet<UnitId>,
    /// The units this person leads, with those below them.
    pub leads: BTreeSet<UnitId>,
}

impl Asker {
    /// The centre itself: by the clock, or because of something else that happened.
    pub fn centre() -> Asker {
        use Power::*;
        let powers = [File, Dispatch, Handle, Review, CallBack, Extend, Supervise, Void, Unmask];
        Asker { powers: powers.into(), ..Asker::default() }
    }

    pub fn has(&self, power: Power) -> bool {
        self.powers.contains(&power)
    }
    fn is_centre(&self) -> bool {
        self.person.is_none()
    }
}

/// By what it is decided.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    pub by: Reckoning<'a>,
    pub settings: &'a Settings,
    pub kinds: &'a Kinds,
    /// Whether this sub-type asks for a call-back.
    pub call_back: CallBack,
    /// When half of the time of what the customer was promised is over.
    pub half: Option<Timestamp>,
    /// From when on a promise to the customer is broken.
    pub late_from: Option<Timestamp>,
    /// What is promised, where an act asks how long it may take.
    pub owed: &'a [Kept],
    /// How much more time may be had, or why none.
    pub more: Result<More, deadlines::Refusal>,
}

impl Facts<'_> {
    /// The customer has waited longer than was promised: for somebody to come, for the end of it, or for an answer.
    fn late(&self) -> bool {
        self.late_from.is_some_and(|from| self.by.now > from)
    }

    /// Until when a request that is made now is to be answered: while there is time to say no.
    fn decide_by(&self) -> Option<Timestamp> {
        let latest = self.by.calendar.deadline(self.by.now, self.by.fallback);
        self.more.ok().map(|more| more.until.min(latest))
    }
}

/// Why an act that fits the state is not open to this person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Bar {
    /// Another unit has it.
    NotYourUnit,
    /// Only who leads the unit.
    LeadersOnly,
    /// It is about oneself.
    AboutYou,
    /// A ruling says that it is this unit's.
    Bound,
    /// It was sent back twice: only a ruling helps.
    ReturnedTwice,
    /// Only a supervisor may rule now.
    RulingNeeded,
    /// One's own work is read by somebody else.
    OwnWork,
    /// Closed too long ago.
    TooLate,
    /// Somebody else reads it.
    OtherReviewer,
    /// The crew has left already.
    HasLeft,
    NothingToAnswer,
    /// Faults and emergencies never get more time.
    NoMoreTime,
    /// More time is asked for before it is over.
    Overdue,
    /// More time is had once.
    ExtendedOnce,
    /// Nothing is owed whose time could be longer.
    NoLimit,
    /// More time was asked for already, and nobody has answered.
    AskedAlready,
    /// Accepted by somebody else.
    NotYours,
    /// Only who supervises makes a confidential matter an open one.
    StaysConfidential,
    /// Only an enquiry is closed on the call; everything else is somebody's work.
    NotOnTheCall,
}

/// One act that the browser offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Allowed {
    pub act: Verb,
    /// Greyed, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub barred: Option<Bar>,
}

/// Everything that fits the state and that this person could have something to do with.
pub fn allowed(order: &Order, asker: &Asker, facts: Facts<'_>) -> Vec<Allowed> {
    let verbs =
        Verb::ALL.iter().copied().filter(|verb| fits(&order.state, *verb) && concerns(order, asker, *verb));
    verbs.map(|act| Allowed { act, barred: bar(order, asker, facts, act) }).collect()
}

/// Whether this person's work has to do with such acts at all.
fn concerns(order: &Order, asker: &Asker, verb: Verb) -> bool {
    use Power as P;
    use Verb as V;
    let has = |power| asker.has(power);
    let accepted = asker.person.is_some() && order.accepted_by == asker.person;
    match verb {
        V::Dispatch => has(P::Dispatch) || accepted && has(P::File),
        V::Redispatch => has(P::Dispatch) || has(P::Handle),
        V::SendBack | V::Take | V::Assign | V::Leave | V::Arrive | V::Begin | V::Estimate | V::GiveResult => {
            has(P::Handle)
        }
        V::AskTime => has(P::Handle),
        // Of a closed order only while there is something to say to it.
        V::ReplySupervision if !order.state.is_open() => {
            has(P::Handle) && order.supervisions.iter().any(|one| one.reply.is_none())
        }
        V::EvaluateSupervision if !order.state.is_open() => {
            has(P::Supervise) && order.supervisions.iter().any(|one| one.evaluation.is_none())
        }
        V::AnswerUrge | V::ReplySupervision | V::Resume => has(P::Handle),
        V::Contact => has(P::Handle) || has(P::Dispatch) || accepted,
        V::Suspend | V::Extend | V::RefuseTime => has(P::Extend),
        V::Review => match order.state {
            State::InReview { reviewer, .. } => has(P::Review) && asker.person != Some(reviewer),
            _ => has(P::Review),
        },
        V::Approve | V::RefuseResult => has(P::Review),
        V::Close => match order.state {
            State::Accepted => accepted || has(P::Dispatch),
            _ => has(P::CallBack),
        },
        V::Reopen => has(P::CallBack) || has(P::Review),
        // What follows another goes where that goes.
        V::Merge if matches!(order.state, State::Merged { .. }) => asker.is_centre(),
        V::Merge => has(P::Dispatch) || accepted,
        V::Void => has(P::Void),
        V::Urge => has(P::File) || has(P::Dispatch),
        V::Supervise | V::EvaluateSupervision => has(P::Supervise),
        V::Note | V::Attach => [P::File, P::Dispatch, P::Handle, P::Review, P::CallBack].into_iter().any(has),
        V::Correct => has(P::Dispatch) || accepted && has(P::File),
        V::Follow | V::Part | V::Limit | V::Untold => asker.is_centre(),
    }
}

/// Why not, although it fits and concerns this person.
fn bar(order: &Order, asker: &Asker, facts: Facts<'_>, verb: Verb) -> Option<Bar> {
    use Verb as V;
    if is_about(order, asker) {
        return Some(Bar::AboutYou);
    }
    let unit = order.state.unit();
    let ours = asker.is_centre() || unit.is_some_and(|unit| asker.units.contains(&unit));
    let leads = asker.is_centre() || unit.is_some_and(|unit| asker.leads.contains(&unit));
    let own = asker.person.is_some() && order.state.handler() == asker.person;
    let when = |barred: bool, bar: Bar| barred.then_some(bar);
    match verb {
        V::Dispatch => when(
            order.returns >= facts.settings.returns_max && !asker.has(Power::Supervise),
            Bar::RulingNeeded,
        ),
        V::Redispatch if asker.has(Power::Dispatch) => None,
        V::Redispatch => when(!leads, Bar::LeadersOnly).or(when(order.bound == unit, Bar::Bound)),
        V::SendBack => when(!ours, Bar::NotYourUnit)
            .or(when(unit.is_some() && order.bound == unit, Bar::Bound))
            .or(when(order.returns >= facts.settings.returns_max, Bar::ReturnedTwice)),
        V::Assign => when(!leads && !own, Bar::LeadersOnly),
        V::Leave => when(!ours, Bar::NotYourUnit).or(when(order.left_at.is_some(), Bar::HasLeft)),
        V::Take | V::Arrive | V::Begin | V::Estimate | V::GiveResult | V::Resume => {
            when(!ours, Bar::NotYourUnit)
        }
        V::AnswerUrge => when(!ours, Bar::NotYourUnit)
            .or(when(order.urges.iter().all(|urge| urge.answer.is_some()), Bar::NothingToAnswer)),
        V::ReplySupervision => when(!ours, Bar::NotYourUnit)
            .or(when(order.supervisions.iter().all(|one| one.reply.is_some()), Bar::NothingToAnswer)),
        V::EvaluateSupervision => {
            let waits = order.supervisions.iter().any(|one| one.reply.is_some() && one.evaluation.is_none());
            when(!waits, Bar::NothingToAnswer)
        }
        V::Extend => no_more_time(order, facts),
        V::AskTime => when(!ours, Bar::NotYourUnit)
            .or(when(order.time_asked.is_some(), Bar::AskedAlready))
            .or(no_more_time(order, facts)),
        V::RefuseTime => when(order.time_asked.is_none(), Bar::NothingToAnswer),
        V::Review | V::Approve | V::RefuseResult => {
            let other = match order.state {
                State::InReview { reviewer, .. } if verb != V::Review => {
                    asker.person.is_some_and(|person| person != reviewer)
                }
                _ => false,
            };
            when(own, Bar::OwnWork).or(when(other, Bar::OtherReviewer))
        }
        V::Close if matches!(order.state, State::ToCallBack { .. }) => {
            let accepted = asker.person.is_some() && order.accepted_by == asker.person;
            when(!asker.is_centre() && (ours || accepted), Bar::OwnWork)
        }
        V::Close => {
            let answered = order.matter.kind == Kind::Enquiry || facts.call_back == CallBack::Never;
            when(!answered && !asker.has(Power::Supervise), Bar::NotOnTheCall)
        }
        V::Reopen => {
            let late = match order.state {
                State::Closed { at, .. } => {
                    let days = Duration::from_secs(u64::from(facts.settings.reopen_days) * 86_400);
                    facts.by.now > at + days
                }
                _ => false,
            };
            when(!asker.is_centre() && ours, Bar::OwnWork).or(when(late, Bar::TooLate))
        }
        V::Correct => {
            let underway =
                !matches!(order.state, State::Accepted | State::ToDispatch | State::Dispatched { .. });
            when(underway && !asker.has(Power::Dispatch), Bar::NotYours)
        }
        V::Contact
        | V::Follow
        | V::Part
        | V::Limit
        | V::Untold
        | V::Suspend
        | V::Merge
        | V::Void
        | V::Urge
        | V::Supervise
        | V::Note
        | V::Attach => None,
    }
}

/// Why there is no more time, for whoever asks and whoever gives it.
fn no_more_time(order: &Order, facts: Facts<'_>) -> Option<Bar> {
    let matter = &order.matter;
    if matter.kind == Kind::Fault || matter.danger || matter.urgency == super::order::Urgency::Urgent {
        return Some(Bar::NoMoreTime);
    }
    facts.more.err().map(time::bar)
}

/// One act as it went into the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    pub act: Act,
    pub done: Done,
    pub from: &'static str,
    pub to: &'static str,
    /// As it stood after this act.
    pub order: Order,
}

/// What the act leads to: itself, and what the centre does because of it.
///
/// # Errors
/// A [`Refusal`]; nothing has changed then.
pub fn decide(order: &Order, act: &Act, asker: &Asker, facts: Facts<'_>) -> Result<Vec<Happened>, Refusal> {
    let verb = act.verb();
    if !fits(&order.state, verb) {
        return Err(Refusal::WrongState { state: order.state.word() });
    }
    if !concerns(order, asker, verb) {
        return Err(Refusal::NotAllowed);
    }
    if let Some(bar) = bar(order, asker, facts, verb) {
        return Err(Refusal::Barred { bar });
    }
    says_enough(order, act, asker, facts)?;
    let mut act = act.clone();
    if let Act::Dispatch { binding, .. } = &mut act {
        // After the second return whoever may still dispatch rules, and a ruling binds.
        *binding = *binding || order.returns >= facts.settings.returns_max;
    }
    if let Act::Correct { matter, .. } = &mut act {
        **matter = file::corrected(order, (**matter).clone(), asker, facts.kinds)?;
    }
    let mut happened = vec![happen(order, act, asker.person, facts)];
    while let Some(next) = happened.last().and_then(|last| consequence(last, facts)) {
        let Some(last) = happened.last() else { break };
        let next = happen(&last.order, next, None, facts);
        happened.push(next);
    }
    Ok(happened)
}

fn happen(order: &Order, act: Act, who: Option<PersonId>, facts: Facts<'_>) -> Happened {
    let (due, until) = match &act {
        Act::Supervise { .. } => (Some(supervision_due(facts.by)), None),
        Act::AskTime { by, .. } => (facts.decide_by(), extended_until(facts.owed, *by, facts.by)),
        _ => (None, None),
    };
    let call_back = must_call_back(order, facts);
    let done = Done { who, at: facts.by.now, call_back, due, until };
    let next = apply(order, &act, done);
    Happened { from: order.state.word(), to: next.state.word(), order: next, act, done }
}

/// What the centre does by itself because of an act: a third urge, or one after the deadline, is a supervision.
fn consequence(last: &Happened, facts: Facts<'_>) -> Option<Act> {
    let Act::Urge { .. } = last.act else { return None };
    let pressed = last.order.supervisions.iter().any(|one| one.evaluation.is_none());
    ((last.order.urges.len() >= 3 || facts.late()) && !pressed).then(|| Act::Supervise {
        grade: Grade::Daily,
        reason: SupervisionReason::Urged,
        action: "限时处理并回复客户".into(),
    })
}

/// 回访: whom a customer's matter is asked about afterwards (domain reference 3.7).
pub fn must_call_back(order: &Order, facts: Facts<'_>) -> bool {
    let matter = &order.matter;
    let reachable = matter.contact.phone.chars().any(|c| c.is_ascii_digit());
    if matter.privacy == Privacy::Anonymous || !reachable {
        return false;
    }
    // Who only joined in a fault that others reported is told by a message, and called back if that was wished, or if no message
    // can be sent.
    if order.master.is_some() {
        return matter.reply_wanted || facts.by.tells && !matter.is_texted();
    }
    if matter.channel == super::order::Channel::Government {
        return true;
    }
    match facts.call_back {
        CallBack::Always => true,
        CallBack::Never => false,
        CallBack::Sample => {
            // Whom neither the crew nor a text message tells how it came out hears it by telephone.
            let told = order.result.as_ref().is_some_and(|result| !result.told.trim().is_empty());
            let untold = facts.by.tells && !told && !matter.is_texted();
            matter.reply_wanted || untold || facts.late() || draw(order.id) < facts.settings.call_back_percent
        }
    }
}

/// 0 to 99, the same for an order whenever it is asked: decides who of a sample is called back. Nobody can choose it.
fn draw(id: WorkOrderId) -> u8 {
    let mixed = id.get().unsigned_abs().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    u8::try_from(mixed % 100).unwrap_or(0)
}

/// What each act must say.
fn says_enough(order: &Order, act: &Act, asker: &Asker, facts: Facts<'_>) -> Result<(), Refusal> {
    let past = |at: Timestamp, field| {
        if at > facts.by.now || at < order.accepted_at {
            Err(Refusal::ImpossibleTime { field })
        } else {
            Ok(())
        }
    };
    match act {
        Act::Begin
        | Act::Resume
        | Act::Review
        | Act::Follow
        | Act::Part
        | Act::Untold { .. }
        | Act::Attach { .. } => Ok(()),
        Act::Dispatch { note, binding, .. } => {
            text(note, "note", 0, 500)?;
            let rules = !*binding || asker.has(Power::Supervise);
            if rules { Ok(()) } else { Err(Refusal::Barred { bar: Bar::RulingNeeded }) }
        }
        Act::Redispatch { why, unit } => {
            text(why, "why", 2, 200)?;
            // A leader shares out among the units led; to all others the dispatch desk sends.
            let own = asker.has(Power::Dispatch) || asker.leads.contains(unit);
            match order.state.unit() {
                Some(at) if at == *unit => Err(Refusal::SameUnit),
                _ if !own => Err(Refusal::Barred { bar: Bar::NotYourUnit }),
                _ => Ok(()),
            }
        }
        Act::SendBack { note, .. } => text(note, "note", 4, 500),
        Act::Take { by: Some(by) } | Act::Assign { by } if order.matter.about == Some(*by) => {
            Err(Refusal::CannotHaveIt)
        }
        Act::Take { by } => {
            let own = by.is_none() || *by == asker.person;
            let leads =
                order.state.unit().is_some_and(|unit| asker.leads.contains(&unit)) || asker.is_centre();
            if own || leads { Ok(()) } else { Err(Refusal::Barred { bar: Bar::LeadersOnly }) }
        }
        Act::Assign { .. } => Ok(()),
        Act::Leave { at } => past(*at, "at"),
        Act::Arrive { at, .. } => {
            past(*at, "at")?;
            if order.left_at.is_some_and(|left| *at < left) {
                Err(Refusal::ImpossibleTime { field: "at" })
            } else {
                Ok(())
            }
        }
        Act::Estimate { until, reason } => {
            text(reason, "reason", 0, 500)?;
            if *until > facts.by.now { Ok(()) } else { Err(Refusal::ImpossibleTime { field: "until" }) }
        }
        Act::Contact { words } => text(words, "words", 4, 500),
        Act::Suspend { until, reason } => {
            text(reason, "reason", 4, 200)?;
            let today = facts.by.calendar.civil(facts.by.now).date();
            if *until >= today { Ok(()) } else { Err(Refusal::ImpossibleTime { field: "until" }) }
        }
        Act::Extend { reason, .. } | Act::RefuseTime { reason } => text(reason, "reason", 4, 200),
        Act::AskTime { reason, told_customer, told, .. } => {
            time::says_enough(order, reason, *told_customer, told)
        }
        Act::GiveResult { result: given } => {
            result::check(given, order.reopened_at.unwrap_or(order.accepted_at), facts.by.now)?;
            if let Some(before) = &order.result
                && result::says_the_same(before, given, order.reopened_at)
            {
                return Err(Refusal::Template { number: order.number.clone() });
            }
            let needs_ruling = matches!(order.matter.kind, Kind::Complaint | Kind::Report);
            if needs_ruling && given.substantiated.is_none() {
                return Err(Refusal::ResultSaysNothing { field: "substantiated" });
            }
            // Nobody repairs before being there.
            match (given.done_at, order.arrived_at) {
                (Some(done), Some(arrived)) if done < arrived => {
                    Err(Refusal::ImpossibleTime { field: "done_at" })
                }
                _ => Ok(()),
            }
        }
        Act::Approve { note } => text(note, "note", 0, 500),
        Act::RefuseResult { why } => text(why, "why", 4, 500),
        Act::Close { note, satisfaction } => {
            text(note, "note", 2, 1_000)?;
            let asked = matches!(order.state, State::ToCallBack { .. });
            if asked && satisfaction.is_none() { Err(Refusal::NoRating) } else { Ok(()) }
        }
        Act::Reopen { why, .. } => text(why, "why", 4, 500),
        Act::Merge { master } => {
            if *master == order.id {
                Err(Refusal::MergeIntoItself)
            } else {
                Ok(())
            }
        }
        Act::Void { why } => text(why, "why", 4, 200),
        Act::Urge { by, words, promise, new_facts } => {
            text(words, "words", 2, 500)?;
            text(promise, "promise", 0, 500)?;
            match by {
                UrgedBy::System if asker.is_centre() => Ok(()),
                UrgedBy::System => Err(Refusal::NotAllowed),
                UrgedBy::Customer | UrgedBy::Agent => may_urge(order, *new_facts, facts),
            }
        }
        Act::AnswerUrge { words } => text(words, "words", 4, 500),
        Act::Supervise { action, .. } => text(action, "action", 4, 500),
        Act::ReplySupervision { reply } => text(reply, "reply", 8, 1_000),
        Act::EvaluateSupervision { evaluation } => text(evaluation, "evaluation", 2, 500),
        Act::Note { text: note } => text(note, "text", 1, 1_000),
        Act::Correct { why, .. } => text(why, "why", 4, 200),
        Act::Limit { step, until, reason } => {
            text(reason, "reason", 2, 200)?;
            if !matches!(step, Step::Take | Step::Contact | Step::Answer | Step::Finish) {
                return Err(Refusal::NoLimit { step: *step });
            }
            if *until > facts.by.now { Ok(()) } else { Err(Refusal::ImpossibleTime { field: "until" }) }
        }
    }
}

/// Domain reference 3.6: a fault once in ten minutes; others not before half of the time is over unless something new was
/// learnt; twice a day at most.
fn may_urge(order: &Order, new_facts: bool, facts: Facts<'_>) -> Result<(), Refusal> {
    let ours = || order.urges.iter().filter(|urge| urge.by != UrgedBy::System);
    if order.matter.kind == Kind::Fault {
        let again = ours().map(|urge| urge.at + Duration::from_secs(600)).max();
        return match again.filter(|again| facts.by.now < *again) {
            Some(from) => Err(Refusal::UrgedLately { from }),
            None => Ok(()),
        };
    }
    let today = facts.by.calendar.civil(facts.by.now).date();
    if ours().filter(|urge| facts.by.calendar.civil(urge.at).date() == today).count() >= 2 {
        return Err(Refusal::UrgedTwiceToday);
    }
    match facts.half.filter(|half| facts.by.now < *half && !new_facts) {
        Some(from) => Err(Refusal::TooEarlyToUrge { from }),
        None => Ok(()),
    }
}

/// How far a crew is, for the field.
pub fn stage(state: &State) -> Option<Stage> {
    match state {
        State::Working { stage, .. } | State::Suspended { stage, .. } => Some(*stage),
        _ => None,
    }
}
