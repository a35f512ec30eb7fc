//! Signing in: how often, how long.

use std::time::Duration;

use kernel::{BuiltIn, Timestamp};

use super::{Person, Refusal, State, password};

pub const FAILURES_MAX: u32 = 5;
pub const LOCKED_FOR: Duration = Duration::from_secs(15 * 60);
/// Without an act for this long a session is over.
pub const IDLE_OFFICE: Duration = Duration::from_secs(15 * 60);
/// An agent may talk for a long time without touching the page.
pub const IDLE_SEAT: Duration = Duration::from_secs(60 * 60);
/// However busy, everybody signs in again after a shift.
pub const SESSION_MAX: Duration = Duration::from_secs(14 * 3_600);

/// Whether this person's password is looked at now.
pub fn may_try(person: &Person, now: Timestamp) -> Result<(), Refusal> {
    match person.state {
        State::Locked => Err(Refusal::Locked),
        // As if there were nobody: who left is nobody's business.
        State::Left => Err(Refusal::WrongPassword),
        State::Active => match person.locked_until {
            Some(until) if until > now => Err(Refusal::LockedOut { until }),
            _ => Ok(()),
        },
    }
}

/// What a try changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    pub failures: u32,
    pub locked_until: Option<Timestamp>,
}

pub fn after_failure(person: &Person, now: Timestamp) -> Tried {
    // A lock that is over starts the count anew.
    let before = if person.locked_until.is_some() { 0 } else { person.failures };
    let failures = before.saturating_add(1);
    Tried { failures, locked_until: (failures >= FAILURES_MAX).then(|| now + LOCKED_FOR) }
}

/// How long this person's sessions live without an act.
pub fn idle(person: &Person) -> Duration {
    let seat = [BuiltIn::Agent, BuiltIn::GroupLeader, BuiltIn::ShiftLeader];
    if person.phone && seat.iter().any(|role| person.roles.contains(role.key())) {
        IDLE_SEAT
    } else {
        IDLE_OFFICE
    }
}

/// Until it is changed, the session can do nothing else.
pub fn must_change_password(person: &Person, now: Timestamp) -> bool {
    person.must_change_password || password::is_too_old(person.password_set_at, now)
}
