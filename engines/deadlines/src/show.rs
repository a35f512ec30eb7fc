//! The whole state of clocks and watcher as text, for tests and for somebody who looks for a fault.

use std::fmt::{Debug, Write as _};

use crate::clocks::Clocks;
use crate::promise::{Promise, Renewal};
use crate::watcher::{Armed, Watcher};

impl Clocks {
    /// One line for each clock, one for each renewal. Instants in UTC.
    pub fn show(&self) -> String {
        let mut text: String = self.earlier().iter().map(|clocks| clocks.show() + "reopened\n").collect();
        for (clock, promise) in self.each() {
            let Promise { since, term, pauses, due, renewals, state } = promise;
            let _ = writeln!(text, "{clock:?} {since} → {due} {term:?} {state:?}");
            for pause in pauses {
                let _ = writeln!(text, "  not counted {} to {}", pause.first, pause.last);
            }
            for Renewal { at, was, due, reason } in renewals {
                let _ = writeln!(text, "  {at} moved {was} → {due}: {reason}");
            }
        }
        text
    }
}

impl<K: Copy + Ord + Debug> Watcher<K> {
    /// One line for each promise, by key. Instants in UTC.
    pub fn show(&self) -> String {
        let Watcher { armed, queue } = self;
        let mut text = String::new();
        for (key, Armed { schedule, told }) in armed {
            let _ = writeln!(text, "{key:?} told {told:?} {schedule:?}");
        }
        let _ = writeln!(text, "next {:?}", queue.first());
        text
    }
}
