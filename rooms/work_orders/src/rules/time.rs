//! 延期申请: a unit that cannot keep the limit tells the customer, says why, and asks before it is over (domain reference 3.2,
//! rule 5); whoever may give more time answers.

use kernel::calendar::{Calendar, Limit};
use kernel::{PersonId, Timestamp, UnitId};
use promises::Kept;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::act::{Act, Verb};
use super::clocks;
use super::decide::Bar;
use super::order::Order;
use super::privacy::Written;
use super::table::{Done, fits};
use super::{Refusal, text};

/// A request that nobody has answered yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TimeAsked {
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// None: the centre itself.
    #[schema(value_type = Option<String>)]
    pub who: Option<PersonId>,
    #[schema(value_type = String)]
    pub unit: UnitId,
    /// How much more.
    #[schema(value_type = Object)]
    pub by: Limit,
    pub reason: String,
    pub told_customer: bool,
    /// What the customer was told; otherwise why nobody has told it.
    pub told: String,
    /// Until when it is to be answered.
    #[schema(value_type = String, format = DateTime)]
    pub due: Timestamp,
    /// Until when the customer would wait, granted as asked: afterwards only more than that helps. None of one that was asked
    /// before this was written down.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
}

impl Written for TimeAsked {
    fn texts_mut(&mut self) -> Vec<&mut String> {
        vec![&mut self.reason, &mut self.told]
    }
}

/// How much more time may be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct More {
    /// With less it would be over already: of a request that is answered late.
    pub least: Limit,
    /// As long as the limit itself.
    pub most: Limit,
    /// When it is too late to ask: the unit's time is over, or, where that has gone by, the customer's.
    pub until: Timestamp,
}

/// How much more time the order may have, of which this is promised.
///
/// # Errors
/// Why none.
pub fn more(
    order: &Order,
    owed: &[Kept],
    now: Timestamp,
    calendar: &Calendar,
) -> Result<More, deadlines::Refusal> {
    clocks::more_time(owed, now, order.time_asked.as_ref().map(|asked| asked.at), calendar)
}

/// Why no more time is had.
pub fn bar(why: deadlines::Refusal) -> Bar {
    use deadlines::Refusal as R;
    match why {
        R::TooLate => Bar::Overdue,
        R::AlreadyExtended => Bar::ExtendedOnce,
        R::NotExtendable => Bar::NoMoreTime,
        _ => Bar::NoLimit,
    }
}

/// What a request must say: the customer is told first, unless nobody can be; then it says why.
pub fn says_enough(order: &Order, reason: &str, told_customer: bool, told: &str) -> Result<(), Refusal> {
    text(reason, "reason", 4, 200)?;
    let least = if told_customer || order.matter.is_called() { 4 } else { 0 };
    text(told, "told", least, 500)
}

/// Whether the act answers the request that is open.
pub fn answers(act: &Act) -> bool {
    matches!(act, Act::Extend { .. } | Act::Suspend { .. } | Act::RefuseTime { .. })
}

/// The open request after an act that has led to `next`: answered, or gone with the unit that asked, it is no more.
pub fn after(next: &Order, act: &Act, done: Done) -> Option<TimeAsked> {
    if let Act::AskTime { by, reason, told_customer, told } = act {
        let (at, who, due, until) = (done.at, done.who, done.due.unwrap_or(done.at), done.until);
        let (by, told_customer, reason, told) = (*by, *told_customer, reason.clone(), told.clone());
        return next.state.unit().map(|unit| TimeAsked {
            at,
            who,
            unit,
            by,
            reason,
            told_customer,
            told,
            due,
            until,
        });
    }
    let stays = |asked: &&TimeAsked| {
        !answers(act) && next.state.unit() == Some(asked.unit) && fits(&next.state, Verb::RefuseTime)
    };
    next.time_asked.as_ref().filter(stays).cloned()
}
