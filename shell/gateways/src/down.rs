//! A gateway that could not be reached is left alone for a while.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Until when it rests, and why.
#[derive(Debug, Default)]
pub(crate) struct Down(Mutex<Option<(Instant, String)>>);

impl Down {
    pub(crate) fn rest(&self, how_long: Duration, why: &str) {
        *self.lock() = Some((Instant::now() + how_long, why.to_owned()));
    }

    /// # Errors
    /// Why it is not asked now.
    pub(crate) fn ready(&self) -> Result<(), String> {
        match &*self.lock() {
            Some((until, why)) if Instant::now() < *until => Err(why.clone()),
            _ => Ok(()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<(Instant, String)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
