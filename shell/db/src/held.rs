//! Who holds what every other change waits for, and for how long. One that is held long is told by the place where it was begun.

use std::panic::Location;
use std::time::{Duration, Instant};

/// Held longer, it is warned of: everybody else who wants to write has waited for it.
const LONG: Duration = Duration::from_secs(1);

/// From the beginning of a change to its end, however it ends.
pub(crate) struct Held {
    by: &'static Location<'static>,
    since: Instant,
    /// As far as the end of what was done in it; what follows is bringing it to the disk.
    done: Option<Duration>,
}

impl Held {
    /// A change that `by` asked for so long ago begins now.
    pub(crate) fn new(by: &'static Location<'static>, asked: Instant) -> Held {
        let since = Instant::now();
        metrics::histogram!("db_change_waited_seconds").record((since - asked).as_secs_f64());
        Held { by, since, done: None }
    }

    pub(crate) fn committing(&mut self) {
        self.done = Some(self.since.elapsed());
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let held = self.since.elapsed();
        metrics::histogram!("db_change_held_seconds").record(held.as_secs_f64());
        if held > LONG {
            let committing = self.done.map_or(Duration::ZERO, |done| held.saturating_sub(done));
            tracing::warn!(
                begun_at = %self.by,
                ?held,
                ?committing,
                "a change has held the database's writer for long: others have waited for it"
            );
        }
    }
}
