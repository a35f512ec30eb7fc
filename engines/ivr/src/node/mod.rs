//! The kinds of node in which a session waits, one file each.
//!
//! The conventions of all: 0 is a person, 9 is back, * is once more.

pub(crate) mod announce;
pub(crate) mod choose;
pub(crate) mod collect;
pub(crate) mod look_up;
pub(crate) mod menu;
pub(crate) mod rate;
pub(crate) mod record;
pub(crate) mod say;
pub(crate) mod voicemail;

pub(crate) const PERSON: char = '0';
pub(crate) const BACK: char = '9';
pub(crate) const AGAIN: char = '*';

/// A flow from an unknown hand may say no time at all, which would spin.
pub(crate) const WAIT_LEAST: std::time::Duration = std::time::Duration::from_millis(50);

/// The moment a wait is over. A flow from an unknown hand may say no time at all, which would spin.
pub(crate) fn after(now: kernel::Timestamp, wait: std::time::Duration) -> kernel::Timestamp {
    now + wait.max(std::time::Duration::from_secs(1))
}
