//! What browsers see of a call-back: numbers and names masked.

use deadlines::Kind;
use kernel::mask::in_text;
use kernel::{PersonId, Timestamp, UnitId, WorkOrderId};
use serde::Serialize;
use utoipa::ToSchema;
use work_orders::rules::Order;
use work_orders::rules::order::Satisfaction;
use work_orders::rules::privacy::Written as _;
use work_orders::rules::result::Outcome as Done;

use crate::rules::decide::{self, Bar, Caller};
use crate::rules::task::{Answers, Attempt, Doubt, State};
use crate::rules::{Hours, Refusal, Task};

/// One call-back in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskLine {
    #[schema(value_type = String)]
    pub order: WorkOrderId,
    pub number: String,
    #[schema(value_type = String)]
    pub kind: Kind,
    pub subtype: String,
    pub area: String,
    #[schema(value_type = Option<String>)]
    pub unit: Option<UnitId>,
    pub urgent: bool,
    pub government: bool,
    /// Since when it is to be asked, and until when.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub due: Timestamp,
    pub state: State,
    /// Attempts that count, and how many there may be.
    pub tries: usize,
    pub tries_max: u8,
    /// The first instant at which the customer may be called; none once nobody is to be asked.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub wish: Option<Timestamp>,
    /// Who has taken it, and until when it is theirs.
    #[schema(value_type = Option<String>)]
    pub claimed_by: Option<PersonId>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub claimed_until: Option<Timestamp>,
    pub satisfaction: Option<Satisfaction>,
    pub doubt: Option<Doubt>,
    /// The customer was sent a message that nobody reached him.
    pub told: bool,
}

pub fn line(task: &Task, now: Timestamp, hours: Hours<'_>) -> TaskLine {
    let claim = task.claimed(now);
    TaskLine {
        order: task.order,
        number: task.number.clone(),
        kind: task.kind,
        subtype: task.subtype.clone(),
        area: task.area.clone(),
        unit: task.unit,
        urgent: task.urgent,
        government: task.government,
        since: task.since,
        due: task.due,
        state: task.state,
        tries: task.tries(),
        tries_max: hours.settings.attempts,
        next: (task.state == State::Open).then(|| hours.next(task, now)),
        wish: task.wish,
        claimed_by: claim.map(|claim| claim.by),
        claimed_until: claim.map(|claim| claim.until),
        satisfaction: task.satisfaction(),
        doubt: task.doubt,
        told: task.told,
    }
}

/// One time that the order came to be called back.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoundView {
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    state: State,
    attempts: Vec<Attempt>,
}

/// What the caller needs to know of the order.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderFacts {
    /// Masked; empty where this person may not know.
    contact: String,
    phone: String,
    address: String,
    content: String,
    #[schema(value_type = String, format = DateTime)]
    accepted_at: Timestamp,
    #[schema(value_type = Option<String>)]
    accepted_by: Option<PersonId>,
    #[schema(value_type = Option<String>, format = DateTime)]
    left_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    arrived_at: Option<Timestamp>,
    result: Option<Done>,
    reopened: u8,
    urges: usize,
    state: &'static str,
}

/// A call-back with everything that belongs to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskView {
    #[serde(flatten)]
    line: TaskLine,
    facts: OrderFacts,
    /// The last is the present one.
    rounds: Vec<RoundView>,
    /// This person has it.
    mine: bool,
    may_take: bool,
    /// Why this person may never ask about it.
    barred: Option<Bar>,
}

/// What the customer said, for whoever may know who that is; numbers in it are hidden.
fn attempt(attempt: Attempt, caller: Caller<'_>) -> Attempt {
    let words = |text: &str| if caller.knows { in_text(text) } else { String::new() };
    Attempt {
        call: attempt.call.filter(|_| caller.knows),
        note: words(&attempt.note),
        answers: attempt.answers.map(|answers| Answers {
            explained: words(&answers.explained),
            verbatim: words(&answers.verbatim),
            ..answers
        }),
        ..attempt
    }
}

pub fn task(
    order: &Order,
    rounds: Vec<Task>,
    caller: Caller<'_>,
    now: Timestamp,
    hours: Hours<'_>,
) -> Option<TaskView> {
    let task = rounds.last()?;
    let matter = &order.matter;
    let shown = |text: String| if caller.knows { text } else { String::new() };
    let facts = OrderFacts {
        contact: shown(kernel::mask::name(&matter.contact.name)),
        phone: shown(kernel::mask::phone(&matter.contact.phone)),
        address: shown(kernel::mask::address(&matter.address)),
        content: in_text(&matter.content),
        accepted_at: order.accepted_at,
        accepted_by: order.accepted_by,
        left_at: order.left_at,
        arrived_at: order.arrived_at,
        result: order.result.clone().map(Done::masked),
        reopened: order.reopened,
        urges: order.urges.len(),
        state: order.state.word(),
    };
    let take = decide::may_take(task, caller, now, hours);
    Some(TaskView {
        line: line(task, now, hours),
        facts,
        mine: task.claim.is_some_and(|claim| claim.by == caller.person) && task.state == State::Open,
        may_take: take.is_ok(),
        barred: match take {
            Err(Refusal::Barred { bar }) => Some(bar),
            _ => None,
        },
        rounds: rounds
            .into_iter()
            .map(|task| RoundView {
                since: task.since,
                state: task.state,
                attempts: task.attempts.into_iter().map(|one| attempt(one, caller)).collect(),
            })
            .collect(),
    })
}
