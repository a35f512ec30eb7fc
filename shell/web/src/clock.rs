//! The centre's clock: anchored to the system's at start, then steady.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use kernel::{Clock, Timestamp};

/// Never steps and never goes back, whatever is done to the system's clock while the centre runs, so that SIP timers,
/// wrap-up times and promises agree.
#[derive(Debug)]
pub struct SteadyClock {
    anchor: Timestamp,
    start: Instant,
}

impl SteadyClock {
    pub fn start() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        SteadyClock { anchor: Timestamp::default() + since, start: Instant::now() }
    }
}

impl Clock for SteadyClock {
    fn now(&self) -> Timestamp {
        self.anchor + self.start.elapsed()
    }
}
