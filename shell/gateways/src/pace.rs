//! What was agreed with a carrier: so many a second and not more.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// What carriers grant a company as a rule, where nothing else was agreed.
pub(crate) const USUAL: u32 = 100;

/// Turns at even distances, in the order in which they are asked for. What was not used is not saved up: a carrier counts
/// each second by itself.
pub(crate) struct Pace {
    every: Duration,
    next: Mutex<Instant>,
}

impl Pace {
    /// At least one a second.
    pub fn new(per_second: u32) -> Pace {
        Pace { every: Duration::from_secs(1) / per_second.max(1), next: Mutex::new(Instant::now()) }
    }

    /// Waits for the next turn; one that is given up is lost.
    pub async fn turn(&self) {
        sleep_until(self.take(Instant::now())).await;
    }

    /// When the turn is of who asks now.
    fn take(&self, now: Instant) -> Instant {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = (*next).max(now);
        *next = turn + self.every;
        turn
    }
}

/// So many messages may be under way that none waits longer than five seconds for its turn, a long one for each part.
pub(crate) fn window(window: usize, per_second: u32) -> usize {
    let turns = usize::try_from(per_second.max(1)).unwrap_or(usize::MAX).saturating_mul(5);
    window.clamp(1, 100).min(turns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_has_as_many_turns_as_were_agreed() {
        let pace = Pace::new(20);
        let begun = Instant::now() + Duration::from_secs(1);
        let turns = |now: Instant| (0..=20).map(|_| pace.take(now)).collect::<Vec<_>>();
        let first = turns(begun);
        assert_eq!((first[0], first[20]), (begun, begun + Duration::from_secs(1)));
        let later = begun + Duration::from_secs(60);
        let again = turns(later);
        assert_eq!(again[20], later + Duration::from_secs(1), "a quiet minute is no leave for a burst");
    }

    #[test]
    fn whoever_may_send_little_has_little_under_way() {
        assert_eq!((window(10, 100), window(100, 2), window(0, 0)), (10, 10, 1));
    }
}
