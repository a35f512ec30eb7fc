//! What the facts must add up to, kept independently of the exchange.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{AttemptId, CallId, LegId, PersonId, RecordingId};

use crate::fact::{Fact, Place, What};
use crate::line::Command;

#[derive(Default)]
pub struct Ledger {
    arrived: BTreeMap<CallId, LegId>,
    answered: BTreeSet<CallId>,
    pub ended: BTreeSet<CallId>,
    /// Offers, conversations, holds and after-call work that have begun and not ended.
    /// Calls our own telephones made: they are connected without an offer, once.
    placed: BTreeMap<CallId, PersonId>,
    /// Calls of the machine, by their attempts; and every leg that was dialled.
    attempts: BTreeMap<AttemptId, LegId>,
    dialled: BTreeSet<LegId>,
    ringing: BTreeMap<CallId, PersonId>,
    talking: BTreeMap<CallId, PersonId>,
    holding: BTreeSet<CallId>,
    after: BTreeSet<(CallId, PersonId)>,
    /// Who has been asked in and is on the line.
    thirds: BTreeMap<CallId, Option<PersonId>>,
    consulting: BTreeSet<CallId>,
    parked: BTreeSet<CallId>,
    /// Call backs that keep their place.
    promised: BTreeMap<CallId, Place>,
    started: BTreeSet<RecordingId>,
    sealed: BTreeSet<RecordingId>,
    outcome: BTreeMap<CallId, &'static str>,
    pub interrupted: u64,
}

impl Ledger {
    /// The process dies. What it had promised and nobody was rung for is to be kept by the next one; all else is over.
    pub fn die(&mut self) -> Vec<Place> {
        let died = std::mem::take(self);
        self.interrupted = died.interrupted;
        self.promised = died.promised;
        self.promised.retain(|place, _| !died.ringing.contains_key(place));
        self.promised.values().cloned().collect()
    }

    pub fn keeps(&self) -> impl Iterator<Item = &CallId> {
        self.promised.keys()
    }

    pub fn command(&mut self, command: &Command) {
        if let Command::Dial { leg, .. } = command {
            assert!(self.dialled.insert(*leg), "rung twice");
        }
        if let Command::Answer { leg } = command {
            assert!(self.arrived.values().any(|known| known == leg), "answered before it was written down");
        }
    }

    pub fn fact(&mut self, fact: &Fact) {
        if let Some(call) = fact.what.call()
            && !matches!(fact.what, What::AfterCallEnded { .. } | What::RecordingStarted { .. })
        {
            assert!(!self.ended.contains(&call), "{:?} after the end of the call", fact.what);
            // A call back is offered to agents before it is a call.
            let begins = matches!(
                fact.what,
                What::CallArrived { .. }
                    | What::CallPlaced { .. }
                    | What::CalledOut { .. }
                    | What::Offered { .. }
                    | What::OfferEnded { .. }
            ) || (matches!(fact.what, What::QueueMoved { .. })
                && self.promised.contains_key(&call));
            assert!(begins || self.arrived.contains_key(&call), "{:?} of a call that never came", fact.what);
        }
        match &fact.what {
            What::CallArrived { call, leg, .. } => {
                assert!(self.arrived.insert(*call, *leg).is_none(), "arrived twice");
            }
            What::PlaceKept(place) => {
                assert!(self.promised.insert(place.call, place.clone()).is_none(), "promised twice");
                let ofs = self.promised.values().filter(|known| known.number == place.number);
                assert!(
                    ofs.count() <= 2,
                    "{} is promised more than the older and the newer place",
                    place.number
                );
            }
            What::PlaceLost { call, promised_in } => {
                let lost = self.promised.remove(call).map(|place| place.promised_in);
                assert_eq!(lost, Some(*promised_in), "no promise was lost");
                self.ringing.remove(call);
            }
            What::QueueMoved { call, to, .. } => {
                if let Some(place) = self.promised.get_mut(call) {
                    place.queue = *to;
                }
            }
            What::CallPlaced { call, leg, agent, promised_in: Some(promised_in), .. } => {
                let kept = self.promised.remove(call).map(|place| place.promised_in);
                assert_eq!(kept, Some(*promised_in), "rung twice, or never promised");
                assert_eq!(self.ringing.remove(call), Some(*agent), "called back without an offer");
                assert!(self.arrived.insert(*call, *leg).is_none(), "placed twice");
                self.placed.insert(*call, *agent);
            }
            What::CallPlaced { call, leg, agent, .. } => {
                assert!(self.arrived.insert(*call, *leg).is_none(), "placed twice");
                self.placed.insert(*call, *agent);
            }
            What::CalledOut { call, leg, attempt, .. } => {
                assert!(self.arrived.insert(*call, *leg).is_none(), "placed twice");
                assert!(self.attempts.insert(*attempt, *leg).is_none(), "an attempt has one record");
                assert!(!self.dialled.contains(leg), "rung before it was written down");
            }
            What::CallAnswered { call } => assert!(self.answered.insert(*call), "answered twice"),
            What::AgentRequested { call, .. } => {
                self.outcome
                    .entry(*call)
                    .and_modify(|o| {
                        if *o != "answered" {
                            *o = "waiting"
                        }
                    })
                    .or_insert("waiting");
            }
            What::FlowedOut { call, .. } => self.out(*call, "flowed out"),
            What::Abandoned { call, .. } => self.out(*call, "abandoned"),
            What::Offered { call, agent, .. } => {
                assert!(self.ringing.insert(*call, *agent).is_none(), "offered to two agents");
            }
            What::OfferEnded { call, agent, .. } => {
                assert_eq!(self.ringing.remove(call), Some(*agent), "an offer ended that was none");
            }
            What::Connected { call, agent, .. } => {
                let asked_in = self.thirds.remove(call).flatten();
                let offered =
                    asked_in.or_else(|| self.placed.remove(call)).or_else(|| self.ringing.remove(call));
                assert_eq!(offered, Some(*agent), "connected without an offer");
                assert!(self.talking.insert(*call, *agent).is_none(), "talks with two agents");
                self.after.insert((*call, *agent));
                self.outcome.insert(*call, "answered");
            }
            What::HoldStarted { call, .. } => assert!(self.holding.insert(*call), "held twice"),
            What::HoldEnded { call, .. } => assert!(self.holding.remove(call), "not held"),
            What::Parted { call, agent, .. } => {
                assert_eq!(self.talking.remove(call), Some(*agent), "parted without a conversation");
                assert!(!self.holding.contains(call), "parted on hold");
                self.parked.remove(call);
            }
            What::Parked { call, agent } => {
                assert_eq!(self.talking.get(call), Some(agent), "parked without a conversation");
                assert!(self.parked.insert(*call), "parked twice");
            }
            What::Rejoined { call, .. } => assert!(self.parked.remove(call), "rejoined what was not parked"),
            What::Consulted { call, agent, .. } => {
                assert_eq!(self.talking.get(call), Some(agent), "consulted without a conversation");
                assert!(self.consulting.insert(*call), "two consultations");
            }
            What::ThirdJoined { call, third, .. } => {
                assert!(self.consulting.contains(call), "joined without being asked");
                assert!(self.thirds.insert(*call, *third).is_none(), "two thirds");
                if let Some(rung) = self.ringing.remove(call) {
                    assert_eq!(Some(rung), *third, "somebody else was rung");
                }
            }
            What::ThirdLeft { call, .. } => {
                assert!(self.consulting.remove(call), "left without being asked");
                self.thirds.remove(call);
            }
            What::ConferenceStarted { call } => {
                assert!(self.thirds.contains_key(call), "a conference of two");
            }
            What::Transferred { call, .. } => {
                self.consulting.remove(call);
            }
            // Whatever was open is over.
            What::CallInterrupted { call } => {
                self.ringing.remove(call);
                self.talking.remove(call);
                self.holding.remove(call);
                self.thirds.remove(call);
                self.consulting.remove(call);
                self.parked.remove(call);
                self.outcome.entry(*call).and_modify(|o| {
                    if *o == "waiting" {
                        *o = "abandoned";
                    }
                });
                self.interrupted += 1;
            }
            What::CallEnded { call, .. } => {
                assert!(self.ended.insert(*call), "ended twice");
                assert!(
                    !self.talking.contains_key(call) && !self.ringing.contains_key(call),
                    "ended too early"
                );
                assert!(!self.consulting.contains(call) && !self.parked.contains(call), "a third is left");
                assert_ne!(self.outcome.get(call), Some(&"waiting"), "ended without an outcome");
            }
            What::AfterCallEnded { call, agent, .. } => {
                self.after.remove(&(*call, *agent));
            }
            What::RecordingStarted { recording, .. } => {
                assert!(self.started.insert(*recording), "a recording began twice");
            }
            What::RecordingMarked { recording, .. } => {
                assert!(self.started.contains(recording), "a mark in an unknown recording");
            }
            What::RecordingSealed { recording, .. } => {
                assert!(self.sealed.insert(*recording), "sealed twice");
            }
            _ => {}
        }
    }

    fn out(&mut self, call: CallId, how: &'static str) {
        let was = self.outcome.insert(call, how);
        assert_eq!(was, Some("waiting"), "{how}");
    }

    /// When everybody has gone home.
    pub fn check_at_the_end(&self) {
        let arrived: BTreeSet<CallId> = self.arrived.keys().copied().collect();
        assert_eq!(arrived, self.ended, "each call that arrived has ended, once");
        assert!(
            self.attempts.values().all(|leg| self.dialled.contains(leg)) || self.interrupted > 0,
            "an attempt was told and never made"
        );
        assert!(self.ringing.is_empty() && self.talking.is_empty() && self.holding.is_empty());
        assert!(self.promised.is_empty(), "promised and forgotten: {:?}", self.promised);
        assert!(self.after.is_empty(), "after-call work without end: {:?}", self.after);
        assert_eq!(self.started, self.sealed, "each recording is sealed");
    }
}
