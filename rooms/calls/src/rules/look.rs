//! When seeing a number whole is a look of its own. A page of a call that goes on asks again every few seconds; one line of
//! the journal in ten minutes says as much.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use kernel::{CallId, PersonId, Timestamp};

/// Whoever looks on after this is written down again.
const SPELL: Duration = Duration::from_secs(600);

/// The looks that have been written down lately: person and call, with the time.
#[derive(Debug, Default)]
pub struct Looks(Mutex<BTreeMap<(PersonId, CallId), Timestamp>>);

impl Looks {
    /// True when this look has been written down already.
    pub fn known(&self, person: PersonId, call: CallId, now: Timestamp) -> bool {
        let mut lately = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lately.retain(|_, at| now.since(*at) < SPELL);
        lately.contains_key(&(person, call))
    }

    /// To be called when the line is in the journal, not before.
    pub fn written(&self, person: PersonId, call: CallId, now: Timestamp) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entry((person, call)).or_insert(now);
    }
}

#[cfg(test)]
mod tests {
    use kernel::time::{Clock, TestClock};

    use super::*;

    #[test]
    fn ten_minutes_of_looking_are_one_line() {
        let (looks, start) = (Looks::default(), TestClock::monday_morning().now());
        let look = |person, second| {
            let (person, now) = (PersonId(person), start + Duration::from_secs(second));
            let new = !looks.known(person, CallId(1), now);
            if new {
                looks.written(person, CallId(1), now);
            }
            new
        };
        assert!(look(1, 0));
        assert!((3..600).step_by(3).all(|second| !look(1, second)), "the page asks again");
        assert!(look(2, 300), "somebody else");
        assert!(look(1, 600), "still looking");
    }
}
