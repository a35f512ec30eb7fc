//! Short breaks, as many as the reference allows: begun when no call is on the desk's telephone, refused in storm mode.

use std::time::Duration;

use exchange::AgentAct;
use exchange::fact::DeskState;

use super::{Next, World};
use crate::rehearsal::reference::{REST_MIN, RESTS, SHIFT_MIN};

pub(super) const REASON: &str = "short_break";
const DAY_MIN: u32 = 24 * 60;
/// Whose telephone rings answers first.
const LATER: Duration = Duration::from_secs(30);
/// Throws of their own: seats are no callers.
const SEATS: u32 = 200;

fn minutes(count: u32) -> Duration {
    Duration::from_secs(u64::from(count) * 60)
}

impl World<'_> {
    /// One break somewhere in each third of a shift, round the clock: who is not there has none.
    pub(super) fn plan_rests(&mut self) {
        let every = SHIFT_MIN / RESTS;
        for seat in 0..self.terms.seats {
            for nth in 0..DAY_MIN / every {
                let within = self.day.dice(seat, SEATS + nth).unit() * f64::from(every - REST_MIN);
                let at = self.day.start + minutes(nth * every) + Duration::from_secs_f64(within * 60.0);
                self.plan(at, Next::Rest { seat });
            }
        }
    }

    pub(super) fn rests(&mut self, seat: usize) {
        let Some(desk) = self.desks.get(seat).filter(|desk| desk.on) else { return };
        match &desk.state {
            Some(DeskState::Ringing { .. }) => self.plan(self.now + LATER, Next::Rest { seat }),
            Some(DeskState::Ready | DeskState::Talking { .. } | DeskState::AfterCall { .. }) => {
                self.act(seat, AgentAct::NotReady { reason: REASON.to_owned() });
            }
            _ => {}
        }
    }

    /// A break has begun.
    pub(super) fn is_away(&mut self, seat: usize) {
        self.plan(self.now + minutes(REST_MIN), Next::Rested { seat });
    }

    pub(super) fn rested(&mut self, seat: usize) {
        let Some(desk) = self.desks.get_mut(seat) else { return };
        if matches!(&desk.state, Some(DeskState::NotReady { reason }) if reason == REASON) {
            let act = if std::mem::take(&mut desk.goes) { AgentAct::SignOut } else { AgentAct::Ready };
            self.act(seat, act);
        }
    }
}
