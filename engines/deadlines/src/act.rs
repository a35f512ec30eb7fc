//! What can happen to an order's clocks, and why it may not.

use kernel::Timestamp;
use kernel::calendar::{Limit, Pause};
use serde::{Deserialize, Serialize};

/// Everything that can happen. Who may do it is the room's to know.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// 退单: the unit sends the order back. No clock stops, and none begins anew.
    Returned,
    /// 转派: another unit has it now. It has what is left.
    Redispatched,
    /// 挂起: these days, both included, are not counted. Only limits of days stand still.
    Suspended { days: Pause, reason: String },
    /// The suspension ends early: from today on the days count again.
    Resumed,
    /// 延期: once, asked for before it is due, at most by the original limit. `asked` is when, where the answer came later; none:
    /// nobody had to ask.
    Extended {
        by: Limit,
        reason: String,
        #[serde(default)]
        asked: Option<Timestamp>,
    },
    /// An instant that had been agreed is moved to another; any number of times, also when it has passed (which
    /// stays on record as broken).
    Renewed { due: Timestamp, reason: String },
    /// 回单: the unit's work is done.
    ResultEntered,
    /// The result was not good enough: the unit's clock runs on as if it had never stopped.
    ResultRefused,
    /// The customer has what was promised. Ends the unit's clock too.
    Answered,
    /// 重办: once more, with half of the original time from now. Only when everything was fulfilled.
    Reopened,
    /// 作废 or 合并.
    Withdrawn { reason: String },
}

/// Nothing has changed, because it does not fit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    #[error("the clocks have stopped already: reopen the order first")]
    Stopped,
    #[error("a clock still runs: only what was fulfilled can be reopened")]
    StillRunning,
    #[error("there is no reason: say what the customer is told")]
    NoReason,
    #[error("it is overdue: more time must be asked for before the promise breaks")]
    TooLate,
    #[error("a fault or an emergency is never extended")]
    NotExtendable,
    #[error("it has been extended once: a second time is not possible")]
    AlreadyExtended,
    #[error("the extension is not of the limit's kind, or longer than the limit: ask for less")]
    TooLong,
    #[error("the time is counted in hours or to a named instant, and does not stand still")]
    DoesNotPause,
    #[error(
        "the suspension begins in the past or ends before it begins, or all of them are longer than 366 days"
    )]
    BadPause,
    #[error("the suspension overlaps an earlier one")]
    PauseOverlaps,
    #[error("only an agreed time is renewed: a limit is extended")]
    NotAgreed,
    #[error("the new time must be later than now and than the old one")]
    NotLater,
    #[error("the unit has not given a result")]
    NoResult,
    #[error("the unit has given its result already")]
    HasResult,
    #[error("this step has no customer's clock: enter the unit's result")]
    NoCustomer,
}
