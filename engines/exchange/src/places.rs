//! Places in queues that are kept for those who asked to be called back: one for each number, over a restart as well.

use kernel::{CallId, Timestamp};

use crate::call::{Call, Happening};
use crate::exchange::Exchange;
use crate::fact::{Direction, Place, What};
use crate::{Effect, Refused};

impl Exchange {
    /// Whoever asks twice is called once: the new place takes over what the older one had waited.
    pub(crate) fn keep_place(&mut self, now: Timestamp, mut place: Place, out: &mut Vec<Effect>) {
        if let Some(older) = self.promised_to(&place.number) {
            if let Some(call) = self.calls.get(&older) {
                place.requested = call.requested.map_or(place.requested, |at| at.min(place.requested));
                place.urgent |= call.urgent;
            }
            self.give_up(now, older, out);
        }
        self.at_work = Some(place.promised_in);
        if self.footing.storm().is_some_and(|storm| storm.door.is_some()) {
            self.places_left.left(&place.number, place.requested, now);
        }
        self.fact(now, What::PlaceKept(place.clone()), out);
        self.stand_in(now, place, out);
    }

    /// Told already by an earlier process.
    pub(crate) fn keep_again(&mut self, now: Timestamp, place: Place, out: &mut Vec<Effect>) {
        if self.calls.contains_key(&place.call) || self.promised_to(&place.number).is_some() {
            let what = format!("the place {} is kept already", place.call);
            return out.push(Effect::Refused(Refused::Stray { what }));
        }
        self.stand_in(now, place, out);
    }

    fn stand_in(&mut self, now: Timestamp, place: Place, out: &mut Vec<Effect>) {
        let id = place.call;
        let kept = &mut Vec::new();
        let mut cx = self.cx(now, kept, out);
        let call = Call::promise(&mut cx, place);
        self.calls.insert(id, call);
        self.promised.insert(id);
        self.touched.insert(id);
    }

    /// The place that is kept for this number.
    fn promised_to(&self, number: &str) -> Option<CallId> {
        let fits = |id: &&CallId| self.calls.get(id).is_some_and(|call| call.away && call.to == number);
        self.promised.iter().find(fits).copied()
    }

    /// Whoever is promised a call back and speaks with an agent before needs none, whichever of the two has called.
    pub(crate) fn need_no_call_back(&mut self, now: Timestamp, id: CallId, out: &mut Vec<Effect>) {
        let Some(call) = self.calls.get(&id).filter(|call| call.served_by.is_some()) else { return };
        let number = match call.direction {
            Direction::In => call.from.number.clone(),
            Direction::Out => call.to.clone(),
            Direction::Internal => return,
        };
        while let Some(needless) = self.promised_to(&number) {
            self.give_up(now, needless, out);
        }
    }

    fn give_up(&mut self, now: Timestamp, place: CallId, out: &mut Vec<Effect>) {
        self.step(now, place, Happening::End, out);
        self.promised.remove(&place);
    }
}
