//! The one engine the driver runs: it finds the call an input belongs to, moves it, and tells the distributor.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use acd::Acd;
use kernel::{CallId, Engine, IdMint, LegId, PersonId, RecordingId, Timestamp, TrunkId};

use crate::call::{Call, Happening, State};
use crate::counters::{Counters, Figures};
use crate::cx::{Cx, Leg, Seat, Taping};
use crate::fact::{DeskState, Place, What};
use crate::footing::{Footing, PlacesLeft};
use crate::line::{Command, Event};
use crate::{Config, Effect, Input, LeaderAct, Refused};

/// Every call of this node, the distributor and the menus.
#[derive(Debug)]
pub struct Exchange {
    /// As it is in force, and as it is written.
    pub(crate) config: Arc<Config>,
    pub(crate) usual: Arc<Config>,
    pub(crate) footing: Footing,
    /// Who stood where before hanging up, in a storm.
    pub(crate) places_left: PlacesLeft,
    pub(crate) ids: Arc<IdMint>,
    pub(crate) acd: Acd,
    pub(crate) calls: BTreeMap<CallId, Call>,
    pub(crate) legs: BTreeMap<LegId, Leg>,
    pub(crate) seats: BTreeMap<PersonId, Seat>,
    /// Recordings that are not sealed yet.
    pub(crate) recordings: BTreeMap<RecordingId, Taping>,
    /// Calls on each trunk.
    pub(crate) on_trunk: BTreeMap<TrunkId, u32>,
    /// What the wire said last of each trunk.
    pub(crate) trunks_up: BTreeMap<TrunkId, bool>,
    pub(crate) draining: bool,
    pub(crate) counters: Counters,
    /// The deadline of each call that has one, and the same by time.
    pub(crate) due: BTreeMap<CallId, Timestamp>,
    pub(crate) by_time: BTreeSet<(Timestamp, CallId)>,
    /// What the distributor has still to be told, and what it answered; both empty between two inputs.
    pub(crate) to_acd: VecDeque<acd::Input>,
    pub(crate) from_acd: VecDeque<acd::Effect>,
    /// Of the calls, those that wait to be called back.
    pub(crate) promised: BTreeSet<CallId>,
    /// Agents whose desk shows something new since this was asked last.
    pub(crate) desks_changed: BTreeSet<PersonId>,
    /// Calls that moved during this input.
    pub(crate) touched: BTreeSet<CallId>,
    /// The call that was moved last during this input: the one that is concerned should this end in a panic.
    pub(crate) at_work: Option<CallId>,
}

/// The calls, and what is noted while one of them moves.
struct Movers<'a> {
    calls: &'a mut BTreeMap<CallId, Call>,
    touched: &'a mut BTreeSet<CallId>,
    desks_changed: &'a mut BTreeSet<PersonId>,
}

impl Exchange {
    /// `ids` is shared with telephony: the legs of callers are minted there, those of agents here, and they must differ.
    pub fn new(config: Config, ids: Arc<IdMint>) -> Self {
        let usual = Arc::new(config);
        let footing = Footing::default();
        let config = usual.on(&footing);
        Exchange {
            acd: Acd::new(config.acd.clone()),
            config: Arc::new(config),
            usual,
            footing,
            places_left: PlacesLeft::default(),
            ids,
            calls: BTreeMap::new(),
            legs: BTreeMap::new(),
            seats: BTreeMap::new(),
            recordings: BTreeMap::new(),
            on_trunk: BTreeMap::new(),
            trunks_up: BTreeMap::new(),
            draining: false,
            counters: Counters::default(),
            due: BTreeMap::new(),
            by_time: BTreeSet::new(),
            to_acd: VecDeque::new(),
            from_acd: VecDeque::new(),
            promised: BTreeSet::new(),
            desks_changed: BTreeSet::new(),
            touched: BTreeSet::new(),
            at_work: None,
        }
    }

    pub fn config(&self) -> &Arc<Config> {
        &self.config
    }

    /// What has been counted since the start or the last `turn_of_day`.
    pub fn figures(&self) -> &Figures {
        self.counters.figures()
    }

    /// The agents whose desks show something new since this was asked last.
    pub fn take_changed_desks(&mut self) -> BTreeSet<PersonId> {
        std::mem::take(&mut self.desks_changed)
    }

    /// Begins a new day: the figures so far, and counting starts anew for calls from now on.
    pub fn turn_of_day(&mut self) -> Figures {
        self.counters.turn_of_day()
    }

    /// What a call may touch while it moves, apart from those who move it.
    fn split<'a>(
        &'a mut self,
        now: Timestamp,
        kept: &'a mut Vec<Place>,
        out: &'a mut Vec<Effect>,
    ) -> (Cx<'a>, Movers<'a>) {
        let cx = Cx {
            now,
            config: &self.config,
            ids: &self.ids,
            legs: &mut self.legs,
            seats: &mut self.seats,
            recordings: &mut self.recordings,
            counters: &mut self.counters,
            on_trunk: &mut self.on_trunk,
            kept,
            storm: self.footing.storm(),
            places_left: &mut self.places_left,
            lines: &self.acd,
            acd: &mut self.to_acd,
            out,
        };
        let Exchange { calls, touched, desks_changed, .. } = self;
        (cx, Movers { calls, touched, desks_changed })
    }

    /// What a call may touch that begins, or that is not moved itself.
    pub(crate) fn cx<'a>(
        &'a mut self,
        now: Timestamp,
        kept: &'a mut Vec<Place>,
        out: &'a mut Vec<Effect>,
    ) -> Cx<'a> {
        self.split(now, kept, out).0
    }

    /// Moves one call, if it is still there.
    pub(crate) fn step(&mut self, now: Timestamp, id: CallId, happening: Happening, out: &mut Vec<Effect>) {
        self.at_work = Some(id);
        let got_through = matches!(happening, Happening::OtherAnswered(_) | Happening::CallerAnswered);
        let mut kept = Vec::new();
        let (mut cx, Movers { calls, touched, desks_changed }) = self.split(now, &mut kept, out);
        match calls.get_mut(&id) {
            Some(call) => {
                touched.insert(id);
                desks_changed.extend(call.people());
                call.step(&mut cx, happening);
                desks_changed.extend(call.people());
            }
            None => cx.stray(format!("{happening:?} for call {id}, which is over")),
        }
        for place in kept {
            self.keep_place(now, place, out);
        }
        if got_through && !self.promised.is_empty() {
            self.need_no_call_back(now, id, out);
        }
    }

    /// Calls with somebody on the line.
    pub(crate) fn in_progress(&self) -> usize {
        self.calls.len().saturating_sub(self.promised.len())
    }

    pub(crate) fn fact(&mut self, now: Timestamp, what: What, out: &mut Vec<Effect>) {
        #[cfg(test)]
        crate::fault::here();
        let fact = crate::Fact { at: now, what };
        self.counters.take(&fact);
        out.push(Effect::Fact(fact));
    }

    /// Lets the distributor and the calls answer each other until both are content, then closes what has ended.
    pub(crate) fn settle(&mut self, now: Timestamp, out: &mut Vec<Effect>) {
        loop {
            if let Some(effect) = self.from_acd.pop_front() {
                self.distributed(now, effect, out);
            } else if let Some(input) = self.to_acd.pop_front() {
                self.tell_acd(now, input, out);
            } else {
                break;
            }
        }
        while let Some(id) = self.touched.pop_first() {
            self.at_work = Some(id);
            let Some(call) = self.calls.get(&id) else { continue };
            if !call.away {
                self.promised.remove(&id);
            }
            if let (State::Ended { .. }, Some(promised_in), true) = (&call.state, call.promised_in, call.away)
            {
                self.fact(now, What::PlaceLost { call: id, promised_in }, out);
                self.forget(id);
            } else if let State::Ended { by, cause } = call.state {
                // Told before it is forgotten: whatever goes wrong in between, its end is told.
                self.fact(now, What::CallEnded { call: id, by, cause }, out);
                self.forget(id);
            } else {
                let due = call.deadline(self.config.limits.call_max);
                self.arm(id, due);
            }
        }
    }

    fn arm(&mut self, id: CallId, due: Option<Timestamp>) {
        let armed = self.due.get(&id).copied();
        if armed == due {
            return;
        }
        if let Some(at) = armed {
            self.by_time.remove(&(at, id));
            self.due.remove(&id);
        }
        if let Some(at) = due {
            self.by_time.insert((at, id));
            self.due.insert(id, at);
        }
    }

    pub(crate) fn forget(&mut self, id: CallId) {
        self.arm(id, None);
        self.promised.remove(&id);
        let Some(call) = self.calls.remove(&id) else { return };
        if let Some(trunk) = call.trunk
            && let Some(count) = self.on_trunk.get_mut(&trunk)
        {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.on_trunk.remove(&trunk);
            }
        }
    }

    fn line(&mut self, now: Timestamp, event: Event, out: &mut Vec<Effect>) {
        match event {
            Event::Incoming { leg, origin, from, to } => self.arrive(now, leg, origin, from, to, out),
            Event::NoRoom { trunk, from, to } => self.found_no_room(now, trunk, from, to, out),
            Event::Ended { leg, cause } => {
                let Some(Leg { call, leaving }) = self.legs.remove(&leg) else {
                    return stray(out, format!("leg {leg} ended twice or was never ours"));
                };
                let customer = self.calls.get(&call).map(|call| call.customer);
                match customer {
                    // The call has ended it, and has no use for it any more.
                    _ if leaving => {}
                    Some(customer) if customer == leg => {
                        self.step(now, call, Happening::CallerGone(cause), out);
                    }
                    _ => self.step(now, call, Happening::OtherGone(leg, cause), out),
                }
            }
            Event::Answered { leg } => self.on_leg(now, leg, out, "answered", |leg, is_customer| {
                Some(if is_customer { Happening::CallerAnswered } else { Happening::OtherAnswered(leg) })
            }),
            // Of an agent's telephone the distributor knows that it rings; whoever dials wants to hear it.
            Event::Ringing { leg } => {
                self.on_leg(now, leg, out, "ringing", |_, is_customer| {
                    is_customer.then_some(Happening::CallerRings)
                });
            }
            Event::Judged { leg, answerer } => self.on_leg(now, leg, out, "judged", |_, is_customer| {
                is_customer.then_some(Happening::Judged(answerer))
            }),
            Event::Held { leg, held } => self.on_leg(now, leg, out, "held", |leg, is_customer| {
                (!is_customer).then_some(Happening::OtherHeld(leg, held))
            }),
            Event::Digit { leg, digit } => self.on_leg(now, leg, out, "digit", |_, is_customer| {
                is_customer.then_some(Happening::Digit(digit))
            }),
            Event::Played { leg, play, outcome } => {
                let call = self.legs.get(&leg).and_then(|known| self.calls.get_mut(&known.call));
                // Anything else was replaced or stopped by us, or is the agent's half of an announcement.
                if let Some(call) = call
                    && call.customer == leg
                    && call.playing == Some(play)
                {
                    call.playing = None;
                    let id = call.id;
                    self.step(now, id, Happening::Played(outcome), out);
                }
            }
            Event::Silent { leg, for_s } => {
                if std::time::Duration::from_secs(for_s.into()) < self.config.limits.silence_max {
                    return;
                }
                let Some(known) = self.legs.get_mut(&leg).filter(|known| !known.leaving) else { return };
                let id = known.call;
                if self.calls.get(&id).is_some_and(|call| call.customer == leg) {
                    self.step(now, id, Happening::CallerSilent, out);
                } else {
                    known.leaving = true;
                    out.push(Effect::Line(Command::HangUp { leg }));
                    self.step(now, id, Happening::OtherGone(leg, crate::line::EndCause::Lost), out);
                }
            }
            Event::RecordingStarted { recording, file } => {
                let Some(taping) = self.recordings.get_mut(&recording).filter(|taping| !taping.started)
                else {
                    return stray(out, format!("recording {recording} began already or is not known"));
                };
                taping.started = true;
                let (call, marks) = (taping.call, std::mem::take(&mut taping.marks));
                self.fact(now, What::RecordingStarted { call, recording, file }, out);
                for (mark, offset_ms) in marks {
                    self.fact(now, What::RecordingMarked { recording, mark, offset_ms }, out);
                }
            }
            Event::RecordingSealed { recording, file, duration_ms, bytes, sha256 } => {
                if self.recordings.remove(&recording).is_none() {
                    return stray(out, format!("recording {recording} was sealed already or is not known"));
                }
                self.fact(now, What::RecordingSealed { recording, file, duration_ms, bytes, sha256 }, out);
            }
            Event::RecordingTrouble { recording, lost_ms, what } => {
                self.fact(now, What::RecordingTrouble { recording, lost_ms, what }, out);
            }
            Event::Phone { user, device, reachable } => {
                // A telephone that is no agent's is nobody's business.
                let Some(agent) = self.config.agent_with_phone(&user) else { return };
                self.reachability(now, agent, out, |seat| seat.heard_of(device, reachable));
            }
            // A trunk that is down ends its legs itself; the others' calls go on.
            Event::Trunk { trunk, up } => {
                self.trunks_up.insert(trunk, up);
            }
        }
    }

    /// Something happened on a leg: which call is it, and what does it mean there?
    fn on_leg(
        &mut self,
        now: Timestamp,
        leg: LegId,
        out: &mut Vec<Effect>,
        what: &str,
        meaning: impl FnOnce(LegId, bool) -> Option<Happening>,
    ) {
        let Some(known) = self.legs.get(&leg) else {
            return stray(out, format!("{what} on leg {leg}, which is not known"));
        };
        // Crossed with our hanging up.
        if known.leaving {
            return;
        }
        let id = known.call;
        let is_customer = self.calls.get(&id).is_some_and(|call| call.customer == leg);
        if let Some(happening) = meaning(leg, is_customer) {
            self.step(now, id, happening, out);
        }
    }

    pub(crate) fn seat(&mut self, now: Timestamp, agent: PersonId) -> &mut Seat {
        self.seats.entry(agent).or_insert_with(|| Seat::empty(now))
    }

    fn leader(&mut self, now: Timestamp, by: PersonId, act: LeaderAct, out: &mut Vec<Effect>) {
        let (call, happening) = match act {
            LeaderAct::Direct { agent, to } => {
                return self.to_acd.push_back(acd::Input::Direct { agent, by, to });
            }
            LeaderAct::MoveCall { to, .. } if !self.config.acd.queues.contains_key(&to) => {
                return out.push(Effect::Refused(Refused::Acd { why: acd::Refusal::NoSuchQueue }));
            }
            LeaderAct::MoveCall { call, to } => (call, Happening::MoveTo(to)),
            LeaderAct::GiveCall { call, to } => (call, Happening::GiveTo { agent: to, by }),
            LeaderAct::EndCall { call } => (call, Happening::End),
        };
        if self.calls.contains_key(&call) {
            self.step(now, call, happening, out);
        } else {
            out.push(Effect::Refused(Refused::NoSuchCall { call }));
        }
    }

    fn configure(&mut self, config: Config) {
        self.usual = Arc::new(config);
        let usual = Arc::clone(&self.usual);
        self.put_in_force(&usual);
    }

    /// The written configuration, as it is on this footing.
    pub(crate) fn put_in_force(&mut self, usual: &Config) {
        let config = usual.on(&self.footing);
        self.to_acd.push_back(acd::Input::Configure(Box::new(config.acd.clone())));
        if config.limits.call_max != self.config.limits.call_max {
            self.touched.extend(self.calls.keys());
        }
        self.config = Arc::new(config);
        let config = &self.config;
        self.seats
            .retain(|agent, seat| seat.desk != DeskState::SignedOut || config.agents.contains_key(agent));
    }
}

pub(crate) fn stray(out: &mut Vec<Effect>, what: String) {
    out.push(Effect::Refused(Refused::Stray { what }));
}

impl Engine for Exchange {
    type Input = Input;
    type Effect = Effect;

    fn handle(&mut self, now: Timestamp, input: Input, out: &mut Vec<Effect>) {
        self.at_work = None;
        match input {
            Input::Line(event) => self.line(now, event, out),
            Input::Agent { agent, act } => self.agent(now, agent, act, out),
            Input::Leader { by, act } => self.leader(now, by, act, out),
            Input::LookedUp { call, key, answer } => {
                if self.calls.contains_key(&call) {
                    self.step(now, call, Happening::LookedUp { key, answer }, out);
                }
            }
            Input::Configure(config) => self.configure(*config),
            Input::Footing(footing) => self.change_footing(footing),
            Input::CallOut(wanted) => self.call_out(now, *wanted, out),
            Input::Keep(place) => self.keep_again(now, place, out),
            Input::Remember(stood) => self.remember(stood),
            Input::Drain => self.draining = true,
        }
        self.settle(now, out);
    }

    fn wake(&mut self, now: Timestamp, out: &mut Vec<Effect>) {
        self.at_work = None;
        if self.acd.deadline().is_some_and(|at| at <= now) {
            let mut effects = Vec::new();
            self.acd.wake(now, &mut effects);
            self.from_acd.extend(effects);
            self.settle(now, out);
        }
        while let Some(&(at, call)) = self.by_time.first() {
            if at > now {
                break;
            }
            // Taken out first: a call that did not move its deadline would be woken for ever.
            self.arm(call, None);
            self.step(now, call, Happening::Wake, out);
            self.settle(now, out);
        }
    }

    fn deadline(&self) -> Option<Timestamp> {
        let calls = self.by_time.first().map(|(at, _)| *at);
        match (calls, self.acd.deadline()) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }
}
