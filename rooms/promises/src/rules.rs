//! What the rows of a clock say, and when the next warning is due: the watcher's own decisions for one promise. Pure.

use deadlines::{Effect, Input, Kept, Level, Promise, Schedule, Standing, Thresholds, Watcher};
use kernel::calendar::Calendar;
use kernel::{Engine, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// By what promises are reckoned, and now.
#[derive(Clone, Copy)]
pub struct Terms<'a> {
    pub now: Timestamp,
    pub calendar: &'a Calendar,
    pub thresholds: Thresholds,
}

/// The columns that follow from a clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockRow {
    pub state: &'static str,
    /// Microseconds by which it was broken when it ended.
    pub late: i64,
    pub schedule: Schedule,
    pub told: Option<Level>,
    pub warn_at: Option<Timestamp>,
}

/// One clock is watched by itself; its row is all that the watcher would remember.
type One = Watcher<()>;

/// The columns of a clock after a change. `before` is what had been warned of by the schedule before.
pub fn clock_row(promise: &Promise, before: Option<(Schedule, Option<Level>)>, terms: Terms<'_>) -> ClockRow {
    let schedule = Schedule::of(promise, terms.calendar, terms.thresholds);
    let (state, late) = ended(promise, terms.now);
    if state != "running" {
        let told = before.and_then(|(_, told)| told);
        return ClockRow { state, late, schedule, told, warn_at: None };
    }
    let mut watcher = before.map_or_else(One::default, |(schedule, told)| armed(schedule, told));
    watcher.handle(terms.now, Input::Arm { key: (), schedule }, &mut Vec::new());
    let told = watcher.get(()).and_then(|kept| kept.told);
    ClockRow { state, late, schedule, told, warn_at: watcher.deadline() }
}

fn armed(schedule: Schedule, told: Option<Level>) -> One {
    // One key cannot come twice.
    One::restore([Kept { key: (), schedule, told }]).unwrap_or_default()
}

/// What is to be told of one clock by now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    pub warnings: Vec<(Level, Timestamp)>,
    pub told: Option<Level>,
    pub warn_at: Option<Timestamp>,
}

/// The warnings whose time has come, in their order, and what is left.
pub fn due(schedule: Schedule, told: Option<Level>, now: Timestamp) -> Due {
    let mut watcher = armed(schedule, told);
    let mut out = Vec::new();
    watcher.wake(now, &mut out);
    let warnings = out.into_iter().filter_map(|effect| match effect {
        Effect::Warn { level, planned, .. } => Some((level, planned)),
        Effect::Refused(_) => None,
    });
    let warnings = warnings.collect();
    Due { warnings, told: watcher.get(()).and_then(|kept| kept.told), warn_at: watcher.deadline() }
}

fn ended(promise: &Promise, now: Timestamp) -> (&'static str, i64) {
    let micros = |by: std::time::Duration| i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
    let late = match promise.standing(now) {
        Standing::Broken { by } => micros(by),
        Standing::Running { .. } | Standing::Overdue { .. } | Standing::Kept | Standing::Withdrawn => 0,
    };
    let state = match promise.state() {
        deadlines::State::Running => "running",
        deadlines::State::Fulfilled { .. } => "fulfilled",
        deadlines::State::Withdrawn { .. } => "withdrawn",
    };
    (state, late)
}

/// The word of a plain enum as it is kept and sent: `enter_result`.
pub fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// The plain enum of a word.
pub fn parse<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}
