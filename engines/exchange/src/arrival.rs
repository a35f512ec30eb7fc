//! An INVITE from outside: which flow answers it, or why it is refused.

use kernel::{CallId, LegId, Timestamp, TrunkId};

use crate::Effect;
use crate::call::{Call, State};
use crate::cx::Leg;
use crate::exchange::{Exchange, stray};
use crate::fact::{Blocked, What};
use crate::line::{Command, Identity, Origin, RejectStatus};

impl Exchange {
    pub(crate) fn arrive(
        &mut self,
        now: Timestamp,
        leg: LegId,
        origin: Origin,
        from: Identity,
        to: String,
        out: &mut Vec<Effect>,
    ) {
        if self.legs.contains_key(&leg) {
            return stray(out, format!("leg {leg} came in twice"));
        }
        let trunk = match &origin {
            Origin::Trunk { trunk } => Some(*trunk),
            // Our own telephones reach the numbers that are listed; everything else is dialling out.
            Origin::Phone { user } if !self.config.numbers.contains_key(&to) => {
                return self.place(now, leg, user, to, out);
            }
            Origin::Phone { .. } => None,
        };
        let line = trunk.and_then(|trunk| self.config.trunks.get(&trunk));
        let on_trunk = trunk.and_then(|trunk| self.on_trunk.get(&trunk)).copied().unwrap_or(0);
        let trunk_full = line.and_then(|line| line.max_calls).is_some_and(|max| on_trunk >= max);
        let full = self.in_progress() >= usize::try_from(self.config.limits.max_calls).unwrap_or(usize::MAX);
        let flow = match &origin {
            Origin::Trunk { .. } => self.config.flow_for(&to),
            Origin::Phone { .. } => self.config.numbers.get(&to).copied(),
        };
        let home = match flow {
            _ if self.draining => Err((RejectStatus::Overloaded, Blocked::Draining)),
            None => Err((RejectStatus::NoSuchNumber, Blocked::NoSuchNumber)),
            Some(_) if trunk_full && line.is_some_and(|line| line.busy_when_full) => {
                Err((RejectStatus::Busy, Blocked::Full))
            }
            Some(_) if trunk_full || full => Err((RejectStatus::Overloaded, Blocked::Full)),
            Some(flow) => Ok(flow),
        };
        let home = match home {
            Ok(home) => home,
            Err((status, why)) => {
                self.fact(now, What::CallBlocked { trunk, from: from.number, to, why }, out);
                return self.turn_away(leg, status, out);
            }
        };
        let id: CallId = self.ids.mint(now);
        self.at_work = Some(id);
        self.legs.insert(leg, Leg { call: id, leaving: false });
        let number = from.number.clone();
        self.fact(now, What::CallArrived { call: id, leg, trunk, from: number, to: to.clone() }, out);
        if let Some(trunk) = trunk {
            *self.on_trunk.entry(trunk).or_default() += 1;
        }
        out.push(Effect::Line(Command::Answer { leg }));
        let mut call = Call::begin(id, now, leg, from, to, State::Arriving);
        call.trunk = trunk;
        call.home = Some(home);
        self.calls.insert(id, call);
        self.touched.insert(id);
    }

    /// Refuses an INVITE that becomes no call.
    pub(crate) fn turn_away(&mut self, leg: LegId, status: RejectStatus, out: &mut Vec<Effect>) {
        let retry_after_s = (status == RejectStatus::Overloaded).then(|| retry_after(leg));
        // Its `Ended` will come, and concerns no call.
        self.legs.insert(leg, Leg { call: CallId(0), leaving: true });
        out.push(Effect::Line(Command::Reject { leg, status, retry_after_s }));
    }

    /// Telephony has refused it already.
    pub(crate) fn found_no_room(
        &mut self,
        now: Timestamp,
        trunk: TrunkId,
        from: Identity,
        to: String,
        out: &mut Vec<Effect>,
    ) {
        let (trunk, from) = (Some(trunk), from.number);
        self.fact(now, What::CallBlocked { trunk, from, to, why: Blocked::Full }, out);
    }
}

/// When to try again: spread over 10 to 40 seconds, so that those refused together do not come back together.
fn retry_after(leg: LegId) -> u32 {
    let mixed = leg.get().unsigned_abs().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33;
    10 + u32::try_from(mixed % 31).unwrap_or(0)
}
