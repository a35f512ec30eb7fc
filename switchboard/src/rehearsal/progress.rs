//! How far a rehearsal is, for whoever waits for it: on the terminal only, and never in what it prints.

use std::io::{IsTerminal, Write, stderr};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts days that were lived through.
#[derive(Default)]
pub struct Progress {
    days: AtomicUsize,
    shown: bool,
}

impl Progress {
    pub fn shown() -> Progress {
        Progress { shown: stderr().is_terminal(), ..Progress::default() }
    }

    /// One more.
    pub fn day(&self, what: &str) {
        let days = self.days.fetch_add(1, Ordering::Relaxed) + 1;
        if self.shown {
            self.say(&format!("  第 {days} 遍 · {what}"));
        }
    }

    /// Nothing stands on the line any more.
    pub fn clear(&self) {
        if self.shown {
            self.say("");
        }
    }

    pub fn days(&self) -> usize {
        self.days.load(Ordering::Relaxed)
    }

    /// A terminal that is gone is no reason to stop.
    fn say(&self, text: &str) {
        let mut err = stderr().lock();
        let _ = write!(err, "\r\u{1b}[K{text}").and_then(|()| err.flush());
    }
}
