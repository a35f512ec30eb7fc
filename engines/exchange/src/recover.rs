//! After a panic: the call that was being moved is given up, everything else goes on.
//!
//! A step of a call takes its state out and puts the next one back; a panic in between leaves the call without a state, and
//! its legs, its desk and its place in the queue as they were told last. Each of those can be undone from the registers.
//! Whether that was enough is for `check()` to say.

use kernel::{CallId, Timestamp};

use crate::Effect;
use crate::call::Call;
use crate::distribution::desk_state;
use crate::exchange::Exchange;
use crate::fact::{DeskState, Party, What};
use crate::line::{Command, EndCause};

impl Exchange {
    /// To be called after `handle` or `wake` has panicked. Ends the call that was being moved: its legs are hung up, it is
    /// closed as interrupted, its agent is free. Answers with that call; none when no call was concerned, and then nothing
    /// has been done and the state cannot be trusted.
    ///
    /// # Panics
    /// When the state is broken beyond this call: nothing that has been decided since the panic may be carried out.
    pub fn recover(&mut self, now: Timestamp, out: &mut Vec<Effect>) -> Option<CallId> {
        let id = self.at_work.take()?;
        let known = self.calls.get(&id).is_some_and(|call| !call.away || call.promised_in.is_none());
        let promise = self.calls.get(&id).filter(|_| !known).and_then(|call| call.promised_in);
        if let Some(recording) = self.calls.get_mut(&id).and_then(|call: &mut Call| call.recording.take()) {
            out.push(Effect::Line(Command::StopRecording { recording: recording.id }));
        }
        for (leg, state) in self.legs.iter_mut().filter(|(_, state)| state.call == id && !state.leaving) {
            state.leaving = true;
            out.push(Effect::Line(Command::HangUp { leg: *leg }));
        }
        self.forget(id);
        if known {
            self.fact(now, What::CallInterrupted { call: id }, out);
            self.fact(now, What::CallEnded { call: id, by: Party::System, cause: EndCause::Lost }, out);
        }
        if let Some(promised_in) = promise {
            self.fact(now, What::PlaceLost { call: id, promised_in }, out);
        }
        self.to_acd.push_back(acd::Input::Forget { call: id });
        self.settle(now, out);
        self.reread_desks(now, out);
        self.at_work = None;
        self.check();
        Some(id)
    }

    /// A change of a desk may have been lost on its way here.
    fn reread_desks(&mut self, now: Timestamp, out: &mut Vec<Effect>) {
        let mut told: Vec<_> =
            self.acd.agents().map(|(id, agent)| (id, desk_state(agent.desk().change()))).collect();
        // Somebody who was removed, and whose last call this was, is gone there already.
        let gone = self.seats.keys().filter(|id| self.acd.agent(**id).is_none());
        told.extend(gone.map(|id| (*id, DeskState::SignedOut)));
        for (agent, desk) in told {
            let seat = self.seats.get(&agent).map_or(&DeskState::SignedOut, |seat| &seat.desk);
            let finer = matches!((seat, &desk), (DeskState::Holding { call } | DeskState::Ringing { call }, DeskState::Talking { call: on }) if call == on);
            if *seat != desk && !finer {
                self.desk_changed(now, agent, desk, None, out);
            }
        }
    }
}
