//! What the room `storms` looks at, and that the exchange hears what follows.

use exchange::Input;
use storms::rules::Signals;

use super::{Next, World};
use crate::rehearsal::centre::CALLS_MAX;
use crate::rehearsal::fate::Fate;
use crate::rehearsal::storm::{EVERY, WINDOW};

impl World<'_> {
    /// Every ten seconds, until the last call of the day is over.
    pub(super) fn look(&mut self) {
        let (now, seen) = (self.now, self.signals());
        let Some(mode) = &mut self.mode else { return };
        match mode.look(&seen, now) {
            Ok(Some(footing)) => self.input(Input::Footing(footing)),
            Ok(None) => {}
            Err(refusal) => self.refused.push(format!("{now} {refusal}")),
        }
        if !(self.calls.is_empty() && self.plan.is_empty()) {
            self.plan(now + EVERY, Next::Look);
        }
    }

    /// As the room counts them: calls by when they came in.
    fn signals(&self) -> Signals {
        let from = self.now - WINDOW;
        let came = self.attempts.iter().rev().take_while(|one| one.at >= from);
        let mut seen = Signals { normal: self.day.usual_now(self.now), ..Signals::default() };
        for one in came.filter(|one| one.fate != Fate::NeverCalled) {
            seen.arrived += 1;
            seen.asked += u32::from(one.asked.is_some());
            seen.abandoned += u32::from(matches!(one.fate, Fate::GaveUp { .. }));
        }
        if !self.line.is_empty() {
            seen.waiting = self.exchange.floor().waiting;
        }
        seen.lines_percent =
            u32::try_from(self.calls.len()).unwrap_or(u32::MAX).saturating_mul(100) / CALLS_MAX;
        seen
    }
}
