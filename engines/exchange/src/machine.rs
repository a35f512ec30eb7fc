//! Calls that the machine makes: whether one may go out now, and who is rung.

use kernel::{CallId, LegId, PersonId, Timestamp, TrunkId};

use crate::call::{Call, Listens, State};
use crate::cx::Leg;
use crate::exchange::Exchange;
use crate::fact::{DeskState, Direction, What};
use crate::line::{Command, Identity, Target};
use crate::{CallOut, Effect, Refused};

impl Exchange {
    pub(crate) fn call_out(&mut self, now: Timestamp, wanted: CallOut, out: &mut Vec<Effect>) {
        let (trunk, to) = match self.way_out(&wanted) {
            Ok(way) => way,
            Err(why) => return out.push(Effect::Refused(why)),
        };
        let CallOut { attempt, own, number, shown, flow, values, ring_for, tell_machines, keep_free: _ } =
            wanted;
        let agent = own.and_then(|agent| self.config.agents.get(&agent));
        let number = agent.map_or(number, |agent| agent.number.clone());
        let call: CallId = self.ids.mint(now);
        let leg: LegId = self.ids.mint(now);
        self.at_work = Some(call);
        let line = trunk.and_then(|trunk| self.config.trunks.get(&trunk));
        let shown = shown.or_else(|| line.and_then(|line| line.caller_id.clone()));
        let from = Identity { number: shown.unwrap_or_default(), name: String::new() };
        let (shown, called) = (from.number.clone(), number.clone());
        self.fact(now, What::CalledOut { call, leg, trunk, attempt, from: shown, to: called, flow }, out);
        if let Some(trunk) = trunk {
            *self.on_trunk.entry(trunk).or_default() += 1;
        }
        self.legs.insert(leg, Leg { call, leaving: false });
        let dial = Command::Dial { leg, to, from: from.clone(), ring_for, answer_itself: own.is_some() };
        out.push(Effect::Line(dial));
        let mut placed = Call::begin(
            call,
            now,
            leg,
            from,
            number,
            State::CallingOut { listens: Listens::of(tell_machines) },
        );
        placed.direction = Direction::Out;
        placed.trunk = trunk;
        placed.home = Some(flow);
        placed.attempt = Some(attempt);
        placed.values = values;
        self.calls.insert(call, placed);
        self.touched.insert(call);
    }

    /// The trunk by which it goes out, and to whom, if it may.
    fn way_out(&self, wanted: &CallOut) -> Result<(Option<TrunkId>, Target), Refused> {
        if self.calls.values().any(|call| call.attempt == Some(wanted.attempt)) {
            return Err(Refused::SameAttempt { attempt: wanted.attempt });
        }
        if !self.config.flows.contains_key(&wanted.flow) {
            return Err(Refused::NoSuchFlow { flow: wanted.flow });
        }
        if let Some(agent) = wanted.own {
            return self.own_telephone(agent).map(|phone| (None, phone));
        }
        let Some(trunk) = self.config.trunk_for(&wanted.number) else {
            return Err(Refused::MayNotDial { number: wanted.number.clone() });
        };
        let centre = u64::from(self.config.limits.max_calls);
        let line = self.config.trunks.get(&trunk);
        let on_trunk = u64::from(self.on_trunk.get(&trunk).copied().unwrap_or(0));
        let in_progress = u64::try_from(self.in_progress()).unwrap_or(u64::MAX);
        let trunk_max = line.and_then(|line| line.max_calls).map_or(centre, u64::from);
        let down = self.trunks_up.get(&trunk) == Some(&false);
        if self.draining
            || down
            || !leaves_free(trunk_max, on_trunk, wanted.keep_free)
            || !leaves_free(centre, in_progress, wanted.keep_free)
        {
            return Err(Refused::NoRoomOut);
        }
        Ok((Some(trunk), Target::Number { trunk, number: wanted.number.clone() }))
    }

    /// Nobody is torn out of a conversation.
    fn own_telephone(&self, agent: PersonId) -> Result<Target, Refused> {
        let phone = self.phone_of(agent).ok_or(Refused::NoSuchAgent { agent })?;
        let desk = self.seats.get(&agent).map(|seat| &seat.desk);
        if matches!(
            desk,
            Some(DeskState::Ringing { .. } | DeskState::Talking { .. } | DeskState::Holding { .. })
        ) {
            return Err(Refused::Occupied);
        }
        let most = usize::try_from(self.config.limits.max_calls).unwrap_or(usize::MAX);
        if self.draining || self.in_progress() >= most {
            return Err(Refused::NoRoomOut);
        }
        Ok(phone)
    }
}

/// Whether one more call leaves so many of a hundred lines free.
fn leaves_free(lines: u64, used: u64, percent: u8) -> bool {
    lines > used && (lines - used - 1) * 100 >= lines * u64::from(percent)
}

#[cfg(test)]
mod tests {
    use super::leaves_free;

    #[test]
    fn a_share_of_the_lines_stays_free() {
        let most = |lines, percent| (0..=lines).find(|used| !leaves_free(lines, *used, percent));
        assert_eq!(most(10, 0), Some(10));
        assert_eq!(most(10, 30), Some(7));
        assert_eq!(most(3, 30), Some(2), "rounded in favour of those who call");
        assert_eq!(most(1, 30), Some(0));
        assert_eq!(most(0, 0), Some(0));
        assert_eq!(most(10, 100), Some(0));
    }
}
