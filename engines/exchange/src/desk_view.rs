//! One agent's desk, with everything the agent's own screen must show and may do.

use kernel::{CallId, PersonId, QueueId, Timestamp};
use serde::Serialize;

use crate::call::{Call, CallState, Line, State, Talk, Third, With};
use crate::cx::Last;
use crate::desk::Role;
use crate::exchange::Exchange;
use crate::fact::{DeskState, Direction, TransferTo};
use crate::floor::AgentView;
use crate::line::Device;

/// The desk of whoever looks. What others may see of it is `AgentView`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct DeskView {
    #[serde(flatten)]
    pub agent: AgentView,
    /// On what the agent wants to be called, and which of the two can be.
    pub device: Device,
    pub browser: Option<bool>,
    pub telephone: Option<bool>,
    /// What the agent is to the call.
    pub role: Option<Role>,
    /// Who has asked this agent in.
    pub asker: Option<PersonId>,
    pub direction: Option<Direction>,
    /// Where the call stands, and since when; of one that is over, nothing.
    pub call_state: Option<CallState>,
    pub call_since: Option<Timestamp>,
    /// t0, t2
    pub arrived: Option<Timestamp>,
    pub requested: Option<Timestamp>,
    /// Until when it rings, or until when a customer waits for the telephone to come back.
    pub ring_until: Option<Timestamp>,
    pub parked_until: Option<Timestamp>,
    /// The call back this is: the call in which it was promised.
    pub promised_in: Option<CallId>,
    pub muted: bool,
    /// How many keys the customer has typed in secret, while that goes on.
    pub secret: Option<u32>,
    pub third: Option<ThirdView>,
    pub recording: Option<RecordingView>,
    /// What comes after the call and its after-call work.
    pub next: Option<DeskState>,
    /// The hall is on a storm footing.
    pub storm: Option<StormView>,
    /// How the last call ended.
    pub last: Option<Last>,
    /// In the queues the agent serves: how many wait, and since when the first.
    pub waiting: u32,
    pub longest_since: Option<Timestamp>,
    /// Acts that would not be refused for what is going on; whom they name may still not have time.
    pub allowed: Vec<&'static str>,
}

/// What a storm means for whoever sits at a desk.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct StormView {
    /// Reasons for which nobody may leave, and until when that is expected to last.
    pub breaks_refused: Vec<String>,
    pub until: Option<Timestamp>,
    /// This agent is on such a break, and asked to come back.
    pub called_back: bool,
}

/// Who was asked in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ThirdView {
    pub agent: Option<PersonId>,
    pub queue: Option<QueueId>,
    pub number: Option<String>,
    pub stage: ThirdStage,
    pub since: Timestamp,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ThirdStage {
    /// Somebody of the queue is being looked for.
    Seeking,
    Ringing,
    /// The agent talks with the third, the customer waits.
    Talking,
    /// The agent talks with the customer, the third waits.
    Aside,
    Conference,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingView {
    On,
    Paused,
}

impl DeskView {
    /// Whether this agent was asked in: the customer is the other agent's, and is shown masked here.
    pub fn helps(&self) -> bool {
        self.role == Some(Role::Third)
    }
}

impl Third {
    fn view(&self) -> ThirdView {
        ThirdView {
            agent: self.agent,
            queue: match self.who {
                TransferTo::Queue(queue) => Some(queue),
                _ => None,
            },
            number: match &self.who {
                TransferTo::Number(number) => Some(number.clone()),
                _ => None,
            },
            stage: match self.line {
                Line::Seeking => ThirdStage::Seeking,
                Line::Ringing { .. } => ThirdStage::Ringing,
                Line::Up { with: With::Third, .. } => ThirdStage::Talking,
                Line::Up { with: With::Customer, .. } => ThirdStage::Aside,
                Line::Up { with: With::All, .. } => ThirdStage::Conference,
            },
            since: self.since,
        }
    }
}

impl Exchange {
    /// One agent's own desk; none for somebody who is no agent.
    pub fn desk(&self, now: Timestamp, agent: PersonId) -> Option<DeskView> {
        let seat = self.seats.get(&agent);
        let view = match (seat, self.config.agents.get(&agent)) {
            (Some(seat), _) => self.agent_view(agent, seat),
            (None, Some(line)) => AgentView::absent(agent, line),
            (None, None) => return None,
        };
        let call = view.call.and_then(|call| self.calls.get(&call));
        let on_it = !matches!(view.desk, DeskState::AfterCall { .. });
        let call = call.filter(|_| on_it);
        let talk = call.and_then(Call::talk);
        let rung_by_distributor = match self.acd.agent(agent).map(acd::Agent::desk) {
            Some(acd::Desk::Offered { until, .. }) => Some(*until),
            _ => None,
        };
        let third = talk.and_then(|talk| talk.third.as_ref());
        let muted = third.filter(|third| third.agent == Some(agent)).map(|third| third.muted);
        let (mut waiting, mut longest) = (0_usize, None);
        let queues = self.config.acd.agents.get(&agent).map(|policy| policy.queues.keys());
        for queue in queues.into_iter().flatten().filter_map(|queue| self.acd.queue(*queue, now)) {
            waiting += queue.waiting;
            longest = longest.max(Some(queue.longest_wait).filter(|_| queue.waiting > 0));
        }
        Some(DeskView {
            device: seat.map(|seat| seat.device).unwrap_or_default(),
            browser: seat.and_then(|seat| seat.browser),
            telephone: seat.and_then(|seat| seat.telephone),
            role: call.map(|call| call.role_of(agent)),
            asker: talk.map(|talk| talk.agent).filter(|asker| *asker != agent && third.is_some()),
            direction: call.map(|call| call.direction),
            call_state: call.map(|call| call.state.view()),
            call_since: call.map(|call| call.since),
            arrived: call.map(|call| call.arrived),
            requested: call.and_then(|call| call.requested),
            ring_until: rung_by_distributor,
            parked_until: call.and_then(|call| match &call.state {
                State::Parked(parked) => Some(parked.until),
                _ => None,
            }),
            promised_in: call.and_then(|call| call.promised_in),
            muted: muted.or(talk.map(|talk| talk.muted)).unwrap_or(false),
            secret: talk.and_then(|talk| talk.secret),
            third: third.map(Third::view),
            recording: call.and_then(|call| call.recording).map(|recording| match recording.paused {
                true => RecordingView::Paused,
                false => RecordingView::On,
            }),
            next: self.acd.agent(agent).and_then(acd::Agent::next).map(|next| match next {
                acd::Next::Ready => DeskState::Ready,
                acd::Next::NotReady { reason } => DeskState::NotReady { reason: reason.clone() },
                acd::Next::SignedOut => DeskState::SignedOut,
            }),
            storm: self.footing.storm().map(|storm| {
                let breaks = &storm.hall.breaks;
                StormView {
                    breaks_refused: breaks.refused.iter().cloned().collect(),
                    until: breaks.until,
                    called_back: matches!(&view.desk, DeskState::NotReady { reason } if breaks.refused.contains(reason)),
                }
            }),
            last: seat.and_then(|seat| seat.last),
            waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
            longest_since: longest.map(|wait| now - wait),
            allowed: self.allowed(agent, &view.desk, call),
            agent: view,
        })
    }

    /// What would not be refused for the state alone.
    pub(crate) fn allowed(
        &self,
        agent: PersonId,
        desk: &DeskState,
        call: Option<&Call>,
    ) -> Vec<&'static str> {
        if !self.config.agents.contains_key(&agent) {
            return vec![];
        }
        let mut acts = vec!["use_device"];
        match desk {
            DeskState::SignedOut => acts.push("sign_in"),
            DeskState::NotReady { .. } => acts.extend(["sign_out", "ready", "not_ready", "dial"]),
            DeskState::Ready => acts.extend(["sign_out", "not_ready", "dial"]),
            DeskState::Ringing { .. } => acts.extend(["sign_out", "not_ready", "decline"]),
            DeskState::Talking { .. } | DeskState::Holding { .. } => {
                acts.extend(["sign_out", "ready", "not_ready"]);
                acts.extend(call.map(|call| call.allowed(agent)).unwrap_or_default());
            }
            DeskState::AfterCall { .. } => {
                acts.extend(["sign_out", "ready", "not_ready", "dial", "finish"]);
                if let Some(acd::Desk::AfterCall { extension: Some(_), .. }) =
                    self.acd.agent(agent).map(acd::Agent::desk)
                {
                    acts.push("extend");
                }
            }
        }
        acts
    }
}

impl Call {
    /// By somebody who is on it.
    fn allowed(&self, agent: PersonId) -> Vec<&'static str> {
        match (self.role_of(agent), &self.state) {
            (Role::Colleague, _) => vec!["hang_up"],
            (Role::Third, _) => {
                let muted = self.third().is_some_and(|third| third.muted);
                vec!["hang_up", if muted { "unmute" } else { "mute" }]
            }
            (Role::Agent, State::Dialling(_) | State::Parked(_)) => vec!["hang_up"],
            (Role::Agent, State::Announcing(talk) | State::Talking(talk)) => self.allowed_in(talk),
            (Role::Agent, _) => vec![],
        }
    }

    fn allowed_in(&self, talk: &Talk) -> Vec<&'static str> {
        let paused = self.recording.is_some_and(|recording| recording.paused);
        let mut acts = vec!["hang_up"];
        acts.push(if talk.held_by_desk { "resume" } else { "hold" });
        acts.push(if talk.muted { "unmute" } else { "mute" });
        match (talk.secret, paused) {
            (Some(_), _) => acts.push("end_secret"),
            (None, true) => acts.push("resume_recording"),
            (None, false) => acts.push("pause_recording"),
        }
        match (talk.with, talk.secret, &talk.third) {
            (Some(_), ..) | (None, Some(_), _) => {}
            (None, None, None) => acts.extend(["transfer", "consult", "collect_secret"]),
            (None, None, Some(_)) => match talk.third_up() {
                None => acts.push("cancel_consult"),
                Some((_, With::All)) => acts.extend(["drop_third", "leave_conference"]),
                Some(_) => acts.extend(["complete_transfer", "cancel_consult", "swap", "conference"]),
            },
        }
        acts
    }
}
