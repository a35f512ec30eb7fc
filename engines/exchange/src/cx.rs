//! What a call may touch while it moves: the registers it shares with the others, and the list of effects.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use acd::Acd;
use kernel::{CallId, IdMint, LegId, PersonId, RecordingId, Timestamp, TrunkId};

use crate::counters::Counters;
use crate::fact::{DeskState, Fact, Mark, Party, Place, What};
use crate::footing::PlacesLeft;
use crate::line::{Command, Device, EndCause, Identity, RejectStatus, Target};
use crate::{Config, Effect, Refused, Storm};

/// A leg until its `Ended` has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Leg {
    pub call: CallId,
    /// We have hung up; nothing that happens on it matters any more.
    pub leaving: bool,
}

/// What the exchange knows of an agent: the desk as the distributor told it last, with holding added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seat {
    pub desk: DeskState,
    pub since: Timestamp,
    /// On what the agent wants to be called.
    pub device: Device,
    /// As the wire said last of the softphone in the browser and of the SIP telephone.
    pub browser: Option<bool>,
    pub telephone: Option<bool>,
    /// Not ready for longer, or more often, than the reason allows.
    pub over_limit: bool,
    /// How the last call ended.
    pub last: Option<Last>,
    /// The distributor has just ended the after-call work.
    pub expired: bool,
}

/// How a call ended, as the agent's desk shows it afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Last {
    pub call: CallId,
    /// Who hung up.
    pub by: Party,
    /// Of a call that nobody answered: why.
    pub cause: Option<EndCause>,
}

impl Seat {
    /// Whether the agent can be called on the device that was chosen; none while nothing has been heard of it.
    pub fn reachable(&self) -> Option<bool> {
        match (self.device, self.browser, self.telephone) {
            (Device::Browser, browser, _) => browser,
            (Device::Telephone, _, telephone) => telephone,
            (Device::Any, None, None) => None,
            (Device::Any, browser, telephone) => Some(browser == Some(true) || telephone == Some(true)),
        }
    }

    /// What the wire says of a device.
    pub fn heard_of(&mut self, device: Device, reachable: bool) {
        if device != Device::Telephone {
            self.browser = Some(reachable);
        }
        if device != Device::Browser {
            self.telephone = Some(reachable);
        }
    }

    /// Signed out, and nothing heard of the telephone.
    pub fn empty(now: Timestamp) -> Self {
        Seat {
            desk: DeskState::SignedOut,
            since: now,
            device: Device::Any,
            browser: None,
            telephone: None,
            over_limit: false,
            last: None,
            expired: false,
        }
    }
}

/// A recording until it is sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Taping {
    pub call: CallId,
    /// The file exists. Marks made before are told after it, so that nobody hears of an unknown recording.
    pub started: bool,
    pub marks: Vec<(Mark, u64)>,
}

pub(crate) struct Cx<'a> {
    pub now: Timestamp,
    pub config: &'a Config,
    pub ids: &'a IdMint,
    pub legs: &'a mut BTreeMap<LegId, Leg>,
    pub seats: &'a mut BTreeMap<PersonId, Seat>,
    /// Recordings that are not sealed yet.
    pub recordings: &'a mut BTreeMap<RecordingId, Taping>,
    pub counters: &'a mut Counters,
    /// Calls on each trunk.
    pub on_trunk: &'a mut BTreeMap<TrunkId, u32>,
    /// Places in queues that are kept from now on.
    pub kept: &'a mut Vec<Place>,
    /// What is different now, if this is a storm.
    pub storm: Option<&'a Storm>,
    pub places_left: &'a mut PlacesLeft,
    /// The distributor as it was when this step began.
    pub lines: &'a Acd,
    /// What the distributor has still to be told.
    pub acd: &'a mut VecDeque<acd::Input>,
    pub out: &'a mut Vec<Effect>,
}

impl Cx<'_> {
    pub fn fact(&mut self, what: What) {
        #[cfg(test)]
        crate::fault::here();
        let fact = Fact { at: self.now, what };
        self.counters.take(&fact);
        self.out.push(Effect::Fact(fact));
    }

    pub fn mark(&mut self, recording: RecordingId, mark: Mark, offset_ms: u64) {
        self.line(Command::Mark { recording, mark: mark.word().to_owned() });
        match self.recordings.get_mut(&recording) {
            Some(taping) if !taping.started => taping.marks.push((mark, offset_ms)),
            _ => self.fact(What::RecordingMarked { recording, mark, offset_ms }),
        }
    }

    pub fn line(&mut self, command: Command) {
        #[cfg(test)]
        crate::fault::here();
        self.out.push(Effect::Line(command));
    }

    /// Whether one more call may go out by this trunk.
    pub fn has_room(&self, trunk: TrunkId) -> bool {
        let limit = self.config.trunks.get(&trunk).and_then(|line| line.max_calls);
        limit.is_none_or(|max| self.on_trunk.get(&trunk).copied().unwrap_or(0) < max)
    }

    pub fn refuse(&mut self, why: Refused) {
        self.out.push(Effect::Refused(why));
    }

    pub fn stray(&mut self, what: String) {
        self.refuse(Refused::Stray { what });
    }

    /// Ends a leg, unless it has gone or is going.
    pub fn hang_up(&mut self, leg: LegId) {
        if let Some(known) = self.legs.get_mut(&leg)
            && !known.leaving
        {
            known.leaving = true;
            self.out.push(Effect::Line(Command::HangUp { leg }));
        }
    }

    /// Refuses a leg that is not answered, unless it has gone or is going.
    pub fn reject(&mut self, leg: LegId, status: RejectStatus) {
        if let Some(known) = self.legs.get_mut(&leg)
            && !known.leaving
        {
            known.leaving = true;
            self.out.push(Effect::Line(Command::Reject { leg, status, retry_after_s: None }));
        }
    }

    /// `itself`: the telephone answers without being asked, because its owner has just dialled or was cut off.
    pub fn dial(
        &mut self,
        call: CallId,
        to: Target,
        from: Identity,
        ring_for: Duration,
        itself: bool,
    ) -> LegId {
        let leg: LegId = self.ids.mint(self.now);
        self.dial_as(leg, call, to, from, ring_for, itself);
        leg
    }

    pub fn dial_as(
        &mut self,
        leg: LegId,
        call: CallId,
        to: Target,
        from: Identity,
        ring_for: Duration,
        answer_itself: bool,
    ) {
        self.legs.insert(leg, Leg { call, leaving: false });
        self.out.push(Effect::Line(Command::Dial { leg, to, from, ring_for, answer_itself }));
    }

    /// Where an agent is rung; none for somebody who is no agent any more.
    pub fn phone_of(&self, agent: PersonId) -> Option<Target> {
        let line = self.config.agents.get(&agent)?;
        let device = self.seats.get(&agent).map_or(Device::Any, |seat| seat.device);
        Some(Target::Phone { user: line.phone.clone(), device })
    }

    /// How an agent's part in a call ended.
    pub fn ended_for(&mut self, agent: PersonId, call: CallId, by: Party, cause: Option<EndCause>) {
        if let Some(seat) = self.seats.get_mut(&agent) {
            seat.last = Some(Last { call, by, cause });
        }
    }

    /// A new state of a desk, known here and told as a fact.
    pub fn desk(&mut self, agent: PersonId, desk: DeskState, by: Option<PersonId>) {
        let now = self.now;
        let seat = self.seats.entry(agent).or_insert_with(|| Seat::empty(now));
        seat.desk = desk.clone();
        seat.since = now;
        seat.over_limit = false;
        self.fact(What::DeskChanged { agent, desk, by });
    }
}
