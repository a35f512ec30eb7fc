//! What holds between two inputs, whatever has happened.

use std::collections::BTreeMap;

use kernel::{CallId, PersonId};

use crate::call::{Call, State};
use crate::exchange::Exchange;
use crate::fact::DeskState;

impl Exchange {
    /// The invariants; for simulation and debug builds.
    ///
    /// # Panics
    /// When one does not hold: a bug here, in the distributor or in the menus.
    pub fn check(&self) {
        if let Err(broken) = self.acd.check() {
            panic!("the distributor: {broken}");
        }
        self.counters.check();
        let hall = self.footing.storm().map(|storm| &storm.hall);
        assert_eq!(self.config.acd.storm.as_ref(), hall, "the distributor is on another footing");
        assert!(self.to_acd.is_empty() && self.from_acd.is_empty(), "the distributor was not heard out");
        assert!(self.touched.is_empty(), "a call moved and was not looked after");
        for id in &self.promised {
            assert!(self.calls.get(id).is_some_and(|call| call.away), "{id} is no promise any more");
        }
        let attempts: Vec<_> = self.calls.values().filter_map(|call| call.attempt).collect();
        let different: std::collections::BTreeSet<_> = attempts.iter().collect();
        assert_eq!(attempts.len(), different.len(), "an attempt has two calls");
        for (id, call) in &self.calls {
            assert_eq!(*id, call.id);
            self.check_call(call);
        }
        self.check_queues();
        self.check_desks();
        self.check_legs();
        let mut on_trunk = BTreeMap::new();
        for trunk in self.calls.values().filter_map(|call| call.trunk) {
            *on_trunk.entry(trunk).or_insert(0) += 1;
        }
        assert_eq!(self.on_trunk, on_trunk, "calls on each trunk");
        let due: Vec<_> = self.by_time.iter().map(|(at, call)| (*call, *at)).collect();
        assert_eq!(due.len(), self.due.len(), "deadlines kept twice differ");
        assert!(due.iter().all(|(call, at)| self.due.get(call) == Some(at)), "deadlines kept twice differ");
    }

    fn check_call(&self, call: &Call) {
        let id = call.id;
        match &call.state {
            State::Ended { .. } => panic!("call {id} is over and was not forgotten"),
            State::InFlow(flow) => {
                flow.session.check();
                assert!(!flow.session.is_over(), "call {id} is in a menu that is over");
            }
            State::InQueue(_) if call.away => {
                assert!(call.playing.is_none() && call.trunk.is_none(), "call {id}: nobody is called yet");
                assert!(self.promised.contains(&id), "call {id} is not known as a promise");
            }
            State::InQueue(waiting) => {
                assert_eq!(call.queue, Some(waiting.queue), "call {id}: two opinions of its queue");
                assert!(call.requested.is_some(), "call {id} waits and has no t2");
            }
            State::Announcing(talk) => {
                assert!(!talk.held(), "call {id}: hold before the conversation");
                assert!(talk.third.is_none(), "call {id}: a third before the conversation");
            }
            State::Talking(talk) => {
                assert!(talk.third.is_none() || talk.with.is_none(), "call {id}: two of us and a third");
                let alone = call.who_hears_whom().get(&call.customer).is_none_or(Vec::is_empty);
                assert!(!talk.customer_waits() || alone, "call {id}: the customer waits and hears somebody");
                // Muted by the agent, alone is what the agent wants.
                assert!(
                    talk.customer_waits() || !alone || talk.muted,
                    "call {id}: the customer hears nobody, and no music"
                );
                let rung = talk.third.as_ref().is_some_and(|t| t.agent.is_none() && t.offered);
                assert!(!rung, "call {id}: offered to nobody");
            }
            State::Parked(parked) => {
                assert!(parked.talk.third.is_none() && !parked.talk.held(), "call {id}: parked with others");
                assert!(parked.talk.with.is_none(), "call {id}: no customer to park");
            }
            State::CallingOut { .. } => {
                assert!(call.attempt.is_some() && call.home.is_some(), "call {id}: nobody asked for it");
                assert!(call.playing.is_none(), "call {id} plays to nobody");
            }
            State::Arriving
            | State::Dialling(_)
            | State::Reaching { .. }
            | State::Outside { .. }
            | State::LeavingMessage(_)
            | State::Closing { .. } => {}
        }
        // A recording runs while and only while its call says so.
        let recorded = call.recording.is_some();
        match &call.state {
            State::Announcing(_) | State::Talking(_) | State::Parked(_) => {
                assert!(recorded, "call {id} is not recorded")
            }
            State::LeavingMessage(message) => {
                assert_eq!(recorded, message.started.is_some(), "call {id}: the message's recording");
            }
            // Goes on through a transfer, so that a conversation is one recording.
            State::InQueue(_) | State::Reaching { .. } | State::Outside { .. } => {
                assert!(!recorded || call.served_by.is_some(), "call {id} is recorded while only waiting");
            }
            State::Arriving
            | State::Dialling(_)
            | State::CallingOut { .. }
            | State::InFlow(_)
            | State::Closing { .. }
            | State::Ended { .. } => {
                assert!(!recorded, "call {id} is recorded in {:?}", call.state.view());
            }
        }
        if let Some(recording) = call.recording {
            let taped = self.recordings.get(&recording.id).map(|taping| taping.call);
            assert_eq!(taped, Some(id), "recording {}", recording.id);
            assert!(
                !recording.paused || matches!(call.state, State::Talking(_)),
                "call {id}: paused for nobody"
            );
        }
        // What was commanded is what the table says, and two who talk hear each other; only while the number is said, the
        // agent hears the caller alone.
        let hears = call.who_hears_whom();
        assert_eq!(call.hears, hears, "call {id}: who hears whom");
        for (leg, sources) in &hears {
            for source in sources {
                let back = hears.get(&source.leg).map(Vec::as_slice).unwrap_or_default();
                let one_sided = match &call.state {
                    State::Announcing(_) => true,
                    State::Talking(talk) => {
                        talk.muted || talk.secret.is_some() || talk.third.as_ref().is_some_and(|t| t.muted)
                    }
                    _ => false,
                };
                assert!(
                    back.iter().any(|s| s.leg == *leg) || one_sided,
                    "call {id}: {leg} listens to {} alone",
                    source.leg
                );
            }
        }
        assert!(self.due.contains_key(&id), "call {id} would last for ever");
    }

    /// Both sides know who waits where, and for whom it rings.
    fn check_queues(&self) {
        let mut waiting = 0;
        for caller in self.acd.callers() {
            waiting += 1;
            let rings = match self.calls.get(&caller.call).map(|call| &call.state) {
                Some(State::InQueue(ours)) => {
                    assert_eq!(ours.queue, caller.queue, "call {} waits in two queues", caller.call);
                    ours.offer.map(|offer| offer.agent)
                }
                Some(State::Talking(talk)) if seeks(talk) => {
                    talk.third.as_ref().and_then(|third| third.agent)
                }
                _ => panic!("call {} waits for the distributor only", caller.call),
            };
            assert_eq!(rings, caller.offered_to, "call {} rings for two agents", caller.call);
        }
        let waits = |call: &&Call| match &call.state {
            State::InQueue(_) => true,
            State::Talking(talk) => seeks(talk),
            _ => false,
        };
        let ours = self.calls.values().filter(waits).count();
        assert_eq!(waiting, ours, "calls that wait where the distributor does not see them");
    }

    /// Each desk that rings or talks has exactly one call that says so, and the other way round.
    fn check_desks(&self) {
        let mut ringing: BTreeMap<PersonId, CallId> = BTreeMap::new();
        let mut talking: BTreeMap<PersonId, (CallId, bool)> = BTreeMap::new();
        for call in self.calls.values() {
            let twice = match &call.state {
                State::InQueue(waiting) => {
                    waiting.offer.and_then(|offer| ringing.insert(offer.agent, call.id)).is_some()
                }
                State::Announcing(talk) | State::Talking(talk) => {
                    let third = talk.third.as_ref().and_then(|third| third.agent);
                    let rung = third.filter(|third| call.rings_third(*third));
                    let up = third.filter(|third| !call.rings_third(*third));
                    talking.insert(talk.agent, (call.id, talk.held())).is_some()
                        || talk.with.is_some_and(|with| talking.insert(with, (call.id, false)).is_some())
                        || up.is_some_and(|third| talking.insert(third, (call.id, false)).is_some())
                        || rung.is_some_and(|third| ringing.insert(third, call.id).is_some())
                }
                State::Parked(parked) => talking.insert(parked.talk.agent, (call.id, false)).is_some(),
                State::Dialling(dialling) => {
                    let both = [Some(dialling.agent), dialling.with];
                    both.into_iter().flatten().any(|who| talking.insert(who, (call.id, false)).is_some())
                }
                _ => false,
            };
            assert!(!twice, "an agent of call {} has another call as well", call.id);
        }
        for (agent, seat) in &self.seats {
            let (rings, talks) = (ringing.remove(agent), talking.remove(agent));
            match &seat.desk {
                DeskState::Ringing { call } => {
                    assert_eq!((rings, talks), (Some(*call), None), "{agent} rings")
                }
                DeskState::Talking { call } => {
                    assert_eq!((rings, talks), (None, Some((*call, false))), "{agent} talks");
                }
                DeskState::Holding { call } => {
                    assert_eq!((rings, talks), (None, Some((*call, true))), "{agent} holds");
                }
                DeskState::SignedOut
                | DeskState::NotReady { .. }
                | DeskState::Ready
                | DeskState::AfterCall { .. } => {
                    assert_eq!((rings, talks), (None, None), "{agent} is {:?}", seat.desk);
                }
            }
        }
        assert!(ringing.is_empty() && talking.is_empty(), "calls of agents nobody knows");
    }

    /// Each leg that is not leaving belongs to the one call that uses it.
    fn check_legs(&self) {
        let mut used = BTreeMap::new();
        for call in self.calls.values() {
            for leg in call.legs() {
                assert_eq!(used.insert(leg, call.id), None, "leg {leg} belongs to two calls");
            }
        }
        for (leg, known) in &self.legs {
            let user = used.remove(leg);
            if known.leaving {
                assert_eq!(user, None, "leg {leg} is leaving and used");
            } else {
                assert_eq!(user, Some(known.call), "leg {leg} is used by nobody, and stays");
            }
        }
        assert!(used.is_empty(), "legs that have gone are used: {used:?}");
    }
}

/// Whether a place in a queue is kept for somebody who is asked in.
fn seeks(talk: &crate::call::Talk) -> bool {
    talk.third.as_ref().is_some_and(|third| third.offered || third.line == crate::call::Line::Seeking)
}
