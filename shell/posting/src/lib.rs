//! What somebody outside is told by posts to an address he gave us: signed, in order, again and again until he has it.
//!
//! A room keeps the lines of what waits and decides what an answer means to it; here is what such rooms share: [`Way`], which
//! posts and says what came of it, [`Outcome::wait`], how long until the next try, and [`serve`], which works the lines off.

#![forbid(unsafe_code)]

mod line;
mod outcome;
mod way;

pub use line::{Head, LEASE, Lines, serve, serve_one};
pub use outcome::{Outcome, Tried, Try};
pub use way::{Headers, Way};

use kernel::words;

words! {
    /// Whether somebody outside is told anything.
    State {
        Active = "active",
        /// What happens is kept and waits.
        Paused = "paused",
        Removed = "removed",
    }
}

words! {
    /// What may be done with somebody who is told.
    Act {
        Pause = "pause",
        Resume = "resume",
        NewSecret = "new_secret",
        Remove = "remove",
    }
}

impl Act {
    pub fn fits(self, state: State) -> bool {
        match self {
            Act::Pause => state == State::Active,
            Act::Resume => state == State::Paused,
            Act::NewSecret | Act::Remove => state != State::Removed,
        }
    }

    pub fn all_that_fit(state: State) -> Vec<Act> {
        Act::ALL.iter().copied().filter(|act| act.fits(state)).collect()
    }
}

/// An address for people who may not change it: some put a password behind the question mark.
pub fn without_query(url: &str) -> &str {
    url.split('?').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_done() {
        assert_eq!(Act::all_that_fit(State::Active), [Act::Pause, Act::NewSecret, Act::Remove]);
        assert_eq!(Act::all_that_fit(State::Paused), [Act::Resume, Act::NewSecret, Act::Remove]);
        assert_eq!(Act::all_that_fit(State::Removed), []);
    }

    #[test]
    fn what_stands_behind_the_question_mark_is_not_shown() {
        assert_eq!(without_query("https://a.example/in?key=secret"), "https://a.example/in");
        assert_eq!(without_query("https://a.example/in"), "https://a.example/in");
    }
}
