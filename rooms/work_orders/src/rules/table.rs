//! The life of a work order as one table: which act fits which state, and where it leads (domain reference 3.2).

use kernel::{PersonId, Timestamp};

use super::act::{Act, Verb};
use super::order::{Order, Stage, State, Supervision, Urge, Urgency};
use super::time;

/// Whether the act is one of this state's. Who may do it is another question.
pub fn fits(state: &State, verb: Verb) -> bool {
    use Verb as V;
    let always = matches!(verb, V::Note);
    let while_open = matches!(
        verb,
        V::Urge
            | V::Supervise
            | V::ReplySupervision
            | V::EvaluateSupervision
            | V::AnswerUrge
            | V::Merge
            | V::Void
            | V::Attach
            | V::Limit
    );
    // Later the result is told, or the customer is called back anyway.
    let before_result = matches!(verb, V::Contact | V::Correct | V::Extend | V::Untold);
    let ask = matches!(verb, V::AskTime | V::RefuseTime);
    always
        || state.is_open() && while_open
        || match state {
            State::Accepted => before_result || matches!(verb, V::Dispatch | V::Close),
            State::ToDispatch => before_result || matches!(verb, V::Dispatch),
            State::Dispatched { .. } => {
                before_result || ask || matches!(verb, V::Take | V::SendBack | V::Redispatch)
            }
            State::Working { stage, .. } => {
                before_result
                    || ask
                    || matches!(verb, V::Redispatch | V::Assign | V::Suspend | V::GiveResult)
                    || match stage {
                        Stage::Taken => matches!(verb, V::SendBack | V::Leave | V::Arrive | V::Begin),
                        Stage::Arrived => matches!(verb, V::Begin | V::Estimate),
                        Stage::InWork => matches!(verb, V::Estimate),
                    }
            }
            State::Suspended { .. } => matches!(verb, V::Resume | V::Contact | V::Untold),
            State::ResultGiven { .. } => matches!(verb, V::Review | V::Approve | V::RefuseResult),
            // Whoever began to read it may be away: another takes it over.
            State::InReview { .. } => matches!(verb, V::Review | V::Approve | V::RefuseResult),
            State::ToCallBack { .. } => matches!(verb, V::Close | V::Reopen),
            // A superior may press about what is done, too: the result was not true, the customer is unsatisfied again.
            State::Closed { .. } => {
                matches!(
                    verb,
                    V::Reopen | V::Supervise | V::ReplySupervision | V::EvaluateSupervision | V::Untold
                )
            }
            State::Merged { .. } => {
                matches!(verb, V::Follow | V::Merge | V::Part | V::Untold | V::Contact)
            }
            State::Void => false,
        }
}

/// What is known beside the act: who did it when, and whether the customer is to be called back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    /// None: the centre itself.
    pub who: Option<PersonId>,
    pub at: Timestamp,
    /// Of an approval.
    pub call_back: bool,
    /// Until when a supervision, or a request for more time, is to be answered.
    pub due: Option<Timestamp>,
    /// Until when the customer would wait, given the time that is asked for.
    pub until: Option<Timestamp>,
}

/// Where the act leads. For an act that does not fit, the state it was in.
fn state(order: &Order, act: &Act, done: Done) -> State {
    let was = &order.state;
    if !fits(was, act.verb()) {
        return was.clone();
    }
    match (was, act) {
        (_, Act::Dispatch { unit, .. } | Act::Redispatch { unit, .. }) => State::Dispatched { unit: *unit },
        (_, Act::SendBack { .. }) => State::ToDispatch,
        (State::Dispatched { unit }, Act::Take { by }) => match by.or(done.who) {
            Some(by) => State::Working { unit: *unit, by, stage: Stage::Taken },
            None => was.clone(),
        },
        (State::Working { unit, stage, .. }, Act::Assign { by }) => {
            State::Working { unit: *unit, by: *by, stage: *stage }
        }
        (State::Working { unit, by, .. }, Act::Arrive { .. }) => {
            State::Working { unit: *unit, by: *by, stage: Stage::Arrived }
        }
        (State::Working { unit, by, .. }, Act::Begin) => {
            State::Working { unit: *unit, by: *by, stage: Stage::InWork }
        }
        (State::Working { unit, by, stage }, Act::Suspend { until, .. }) => {
            State::Suspended { unit: *unit, by: *by, stage: *stage, until: *until }
        }
        (State::Suspended { unit, by, stage, .. }, Act::Resume) => {
            State::Working { unit: *unit, by: *by, stage: *stage }
        }
        (State::Working { unit, by, .. }, Act::GiveResult { .. }) => {
            State::ResultGiven { unit: *unit, by: *by }
        }
        (State::ResultGiven { unit, by } | State::InReview { unit, by, .. }, Act::Review) => match done.who {
            Some(reviewer) => State::InReview { unit: *unit, by: *by, reviewer },
            None => was.clone(),
        },
        (State::ResultGiven { unit, .. } | State::InReview { unit, .. }, Act::Approve { .. }) => {
            let unit = Some(*unit);
            if done.call_back { State::ToCallBack { unit } } else { State::Closed { unit, at: done.at } }
        }
        (State::ResultGiven { unit, by } | State::InReview { unit, by, .. }, Act::RefuseResult { .. }) => {
            State::Working { unit: *unit, by: *by, stage: Stage::InWork }
        }
        (_, Act::Close { .. }) => State::Closed { unit: was.unit(), at: done.at },
        (_, Act::Reopen { .. }) => was.unit().map_or(State::ToDispatch, |unit| State::Dispatched { unit }),
        (_, Act::Merge { master }) => State::Merged { master: *master },
        (_, Act::Follow) if done.call_back => State::ToCallBack { unit: None },
        (_, Act::Follow) => State::Closed { unit: None, at: done.at },
        (_, Act::Part) => State::ToDispatch,
        // How it came out has not arrived: the customer hears it by telephone.
        (State::Closed { unit, .. }, Act::Untold { .. }) => State::ToCallBack { unit: *unit },
        (_, Act::Void { .. }) => State::Void,
        _ => was.clone(),
    }
}

/// The order after the act. Every order is its acceptance and its acts, applied one after the other.
pub fn apply(order: &Order, act: &Act, done: Done) -> Order {
    let mut next = Order { state: state(order, act, done), ..order.clone() };
    next.units.extend(next.state.unit());
    match act {
        Act::Dispatch { unit, binding, .. } => {
            next.dispatched_at = next.dispatched_at.or(Some(done.at));
            if *binding {
                next.bound = Some(*unit);
            }
        }
        Act::SendBack { .. } => next.returns = next.returns.saturating_add(1),
        Act::Leave { at } => next.left_at = Some(*at),
        Act::Arrive { at, .. } => {
            next.arrived_at = Some(*at);
            next.left_at = next.left_at.or(Some(*at));
        }
        Act::Estimate { until, .. } => next.estimate = Some(*until),
        Act::GiveResult { result } => next.result = Some(result.clone()),
        Act::RefuseResult { .. } => {}
        Act::Close { satisfaction, .. } => next.satisfaction = *satisfaction,
        Act::Reopen { .. } => {
            next.reopened = next.reopened.saturating_add(1);
            next.reopened_at = Some(done.at);
            (next.left_at, next.arrived_at, next.estimate, next.satisfaction) = (None, None, None, None);
        }
        Act::Merge { master } => next.master = Some(*master),
        Act::Part => next.master = None,
        Act::Urge { by, words, promise, .. } => {
            let (at, who, words, promise) = (done.at, done.who, words.clone(), promise.clone());
            next.urges.push(Urge { at, who, by: *by, words, promise, answer: None });
            // Urged a second time it is more than ordinary (domain reference 3.6).
            if next.urges.len() >= 2 {
                next.matter.urgency = next.matter.urgency.max(Urgency::Important);
            }
        }
        Act::AnswerUrge { words } => {
            for urge in next.urges.iter_mut().filter(|urge| urge.answer.is_none()) {
                urge.answer = Some(words.clone());
            }
        }
        Act::Supervise { grade, reason, action } => next.supervisions.push(Supervision {
            at: done.at,
            who: done.who,
            grade: *grade,
            reason: *reason,
            action: action.clone(),
            due: done.due.unwrap_or(done.at),
            reply: None,
            replied_at: None,
            evaluation: None,
        }),
        Act::ReplySupervision { reply } => {
            if let Some(open) = next.supervisions.iter_mut().find(|one| one.reply.is_none()) {
                (open.reply, open.replied_at) = (Some(reply.clone()), Some(done.at));
            }
        }
        Act::EvaluateSupervision { evaluation } => {
            let replied = |one: &&mut Supervision| one.reply.is_some() && one.evaluation.is_none();
            if let Some(open) = next.supervisions.iter_mut().find(replied) {
                open.evaluation = Some(evaluation.clone());
            }
        }
        Act::Correct { matter, .. } => next.matter = (**matter).clone(),
        Act::Attach { attachment } => next.attachments.push(attachment.clone()),
        Act::Redispatch { .. }
        | Act::Take { .. }
        | Act::Assign { .. }
        | Act::Begin
        | Act::Contact { .. }
        | Act::Suspend { .. }
        | Act::Resume
        | Act::Extend { .. }
        | Act::AskTime { .. }
        | Act::RefuseTime { .. }
        | Act::Review
        | Act::Approve { .. }
        | Act::Follow
        | Act::Void { .. }
        | Act::Limit { .. }
        | Act::Untold { .. }
        | Act::Note { .. } => {}
    }
    next.time_asked = time::after(&next, act, done);
    next
}
