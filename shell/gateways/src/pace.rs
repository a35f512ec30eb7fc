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
        let at = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let at = (*next).max(Instant::now());
            *next = at + self.every;
            at
        };
        sleep_until(at).await;
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

    #[tokio::test(start_paused = true)]
    async fn a_second_has_as_many_turns_as_were_agreed() {
        let (pace, begun) = (Pace::new(20), Instant::now());
        for _ in 0..=40 {
            pace.turn().await;
        }
        assert_eq!(begun.elapsed().as_millis() / 10, 200, "the first at once, the forty-first after two seconds");
        tokio::time::advance(Duration::from_secs(60)).await;
        let begun = Instant::now();
        for _ in 0..=20 {
            pace.turn().await;
        }
        assert_eq!(begun.elapsed().as_millis() / 10, 100, "a quiet minute is no leave for a burst");
    }
}
