//! When a request for sound begins a hearing. A browser asks for a recording in many parts, from wherever the listener
//! jumps to; all of them within a while are one hearing, and each hearing is one line of the journal.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use kernel::{PersonId, RecordingId, Timestamp};

/// Parts that are asked for later than this after the last belong to another hearing.
const PAUSE: Duration = Duration::from_secs(600);

/// The hearings that go on: person and recording, with the time of the last part.
#[derive(Debug, Default)]
pub struct Hearings(Mutex<BTreeMap<(PersonId, RecordingId), Timestamp>>);

impl Hearings {
    /// True when this part begins a hearing; what was asked for long ago is forgotten.
    pub fn begins(&self, person: PersonId, recording: RecordingId, now: Timestamp) -> bool {
        let mut going_on = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        going_on.retain(|_, last| now.since(*last) < PAUSE);
        going_on.insert((person, recording), now).is_none()
    }
}

#[cfg(test)]
mod tests {
    use kernel::time::{Clock, TestClock};

    use super::*;

    #[test]
    fn all_parts_within_a_while_are_one_hearing() {
        let (hearings, start) = (Hearings::default(), TestClock::monday_morning().now());
        let begins = |person, second| {
            hearings.begins(PersonId(person), RecordingId(1), start + Duration::from_secs(second))
        };
        assert!(begins(1, 0));
        assert!(!begins(1, 500) && !begins(1, 1_000), "each part goes on from the last");
        assert!(begins(2, 1_000), "somebody else");
        assert!(begins(1, 1_700), "after a pause");
    }
}
