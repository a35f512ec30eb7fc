//! The figures of the day, fed by facts: one definition for the floor and for reports.
//!
//! Definitions: `docs` of the call timeline. Wait is t4 − t2: queue, announcements in it and ringing. A call counts as one
//! request however often it is queued again; what becomes of it last decides, except that answered stays answered.

use std::collections::BTreeMap;
use std::time::Duration;

use kernel::{CallId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::fact::{Blocked, Fact, What};

/// A wait shorter than this before hanging up is a short abandon, told apart but not left out.
const SHORT_ABANDON: Duration = Duration::from_secs(5);

/// `offered = self_served + menu_abandoned + in_menu + requests`;
/// `requests = answered + abandoned + flowed_out + waiting`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Figures {
    /// Refused for want of room.
    pub blocked: u64,
    /// Answered by the centre.
    pub offered: u64,
    /// In a menu now, with no request yet.
    pub in_menu: u64,
    /// Ended in the menu after an informative end.
    pub self_served: u64,
    /// Ended in the menu without one.
    pub menu_abandoned: u64,
    /// 人工请求量
    pub requests: u64,
    /// 人工接通量
    pub answered: u64,
    /// Wait at most 15, 20, 30 s.
    pub answered_in_15_s: u64,
    pub answered_in_20_s: u64,
    pub answered_in_30_s: u64,
    pub abandoned: u64,
    /// Of those, after less than 5 s.
    pub abandoned_short: u64,
    pub flowed_out: u64,
    pub waiting: u64,
    pub wait_answered_ms: u64,
    pub wait_abandoned_ms: u64,
    pub wait_longest_ms: u64,
    /// With the caller on the line, hold not included.
    pub talk_ms: u64,
    pub hold_ms: u64,
    pub after_call_ms: u64,
    pub ratings: u64,
    pub rating_sum: u64,
}

/// A share or mean; none when there is nothing to divide by.
fn ratio(part: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| part as f64 / of as f64)
}

fn seconds(sum_ms: u64, of: u64) -> Option<f64> {
    ratio(sum_ms, of).map(|ms| ms / 1_000.0)
}

impl Figures {
    fn finished(&self) -> u64 {
        self.requests.saturating_sub(self.waiting)
    }
    /// K1 人工接通率
    pub fn answer_rate(&self) -> Option<f64> {
        ratio(self.answered, self.finished())
    }
    /// K2 总接通率
    pub fn overall_rate(&self) -> Option<f64> {
        ratio(self.answered + self.self_served, self.offered)
    }
    /// K3 20 秒接通率
    pub fn answered_in_20_s_rate(&self) -> Option<f64> {
        ratio(self.answered_in_20_s, self.finished())
    }
    /// K5 放弃率
    pub fn abandon_rate(&self) -> Option<f64> {
        ratio(self.abandoned, self.finished())
    }
    /// K7 遇忙率
    pub fn blocked_rate(&self) -> Option<f64> {
        ratio(self.blocked, self.blocked + self.offered)
    }
    /// K8 ASA, seconds
    pub fn speed_of_answer_s(&self) -> Option<f64> {
        seconds(self.wait_answered_ms, self.answered)
    }
    /// K9 平均放弃时间, seconds
    pub fn time_to_abandon_s(&self) -> Option<f64> {
        seconds(self.wait_abandoned_ms, self.abandoned)
    }
    /// K11 ATT, seconds
    pub fn talk_s(&self) -> Option<f64> {
        seconds(self.talk_ms, self.answered)
    }
    /// K12 平均保持时长, seconds
    pub fn hold_s(&self) -> Option<f64> {
        seconds(self.hold_ms, self.answered)
    }
    /// K12 平均 ACW, seconds
    pub fn after_call_s(&self) -> Option<f64> {
        seconds(self.after_call_ms, self.answered)
    }
    /// K13 AHT, seconds
    pub fn handling_s(&self) -> Option<f64> {
        seconds(self.talk_ms + self.hold_ms + self.after_call_ms, self.answered)
    }
    /// K18 自助占比
    pub fn self_service_rate(&self) -> Option<f64> {
        ratio(self.self_served, self.offered)
    }
}

/// Figures with what is needed to go on counting: the calls in progress.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Counters {
    figures: Figures,
    calls: BTreeMap<CallId, Progress>,
    /// Agents after their part in a call: when it ended, and whether it counts today.
    after: BTreeMap<PersonId, (Timestamp, bool)>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Progress {
    stage: Stage,
    /// t2
    asked: Timestamp,
    served_itself: bool,
    /// The conversation in progress, and its hold.
    talking_since: Option<Timestamp>,
    held_since: Option<Timestamp>,
    /// Began on an earlier day: followed, but not counted.
    earlier: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    Arriving,
    InMenu,
    Waiting,
    Answered,
    FlowedOut,
    Abandoned,
}

fn ms(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}

impl Counters {
    pub fn figures(&self) -> &Figures {
        &self.figures
    }

    /// The figures of the day that is over; counting starts at nothing. Calls in progress belong to the day they began.
    pub fn turn_of_day(&mut self) -> Figures {
        self.calls.values_mut().for_each(|call| call.earlier = true);
        self.after.values_mut().for_each(|(_, counts)| *counts = false);
        std::mem::take(&mut self.figures)
    }

    /// Counts one fact.
    pub fn take(&mut self, fact: &Fact) {
        let at = fact.at;
        match &fact.what {
            What::CallBlocked { why: Blocked::Full | Blocked::Draining, .. } => self.figures.blocked += 1,
            What::CallArrived { call, .. } => {
                let progress = Progress {
                    stage: Stage::Arriving,
                    asked: at,
                    served_itself: false,
                    talking_since: None,
                    held_since: None,
                    earlier: false,
                };
                self.calls.insert(*call, progress);
            }
            What::AfterCallEnded { agent, .. } => {
                if let Some((since, true)) = self.after.remove(agent) {
                    self.figures.after_call_ms += ms(at.since(since));
                }
            }
            What::CallAnswered { call }
            | What::SelfServed { call, .. }
            | What::AgentRequested { call, .. }
            | What::Connected { call, .. }
            | What::HoldStarted { call, .. }
            | What::HoldEnded { call, .. }
            | What::Parted { call, .. }
            | What::FlowedOut { call, .. }
            | What::Abandoned { call, .. }
            | What::Rated { call, .. }
            | What::CallInterrupted { call }
            | What::CallEnded { call, .. } => self.progress(*call, at, &fact.what),
            // Calls of our own are no load that customers bring: they are in the records, not in these figures.
            What::CallPlaced { .. }
            | What::CalledOut { .. }
            | What::MachineAnswered { .. }
            | What::CallBlocked {
                why:
                    Blocked::NoSuchNumber
                    | Blocked::NotAllowed
                    | Blocked::NotSignedIn
                    | Blocked::Occupied
                    | Blocked::NoRoomOut,
                ..
            }
            | What::FlowEntered { .. }
            | What::MenuChosen { .. }
            | What::QueueMoved { .. }
            | What::Offered { .. }
            | What::OfferEnded { .. }
            | What::NumberAnnounced { .. }
            | What::Transferred { .. }
            | What::Parked { .. }
            | What::Rejoined { .. }
            | What::Consulted { .. }
            | What::ThirdJoined { .. }
            | What::ThirdLeft { .. }
            | What::ConferenceStarted { .. }
            | What::Asked { .. }
            | What::RecordingStarted { .. }
            | What::RecordingMarked { .. }
            | What::RecordingSealed { .. }
            | What::RecordingTrouble { .. }
            | What::MessageLeft { .. }
            | What::CallbackAsked { .. }
            | What::FoundClosed { .. }
            | What::Announced { .. }
            | What::AnnouncementHeard { .. }
            | What::WantsToBeTold { .. }
            | What::PlaceKept(_)
            | What::PlaceLost { .. }
            | What::HeldBack { .. }
            | What::CameBack { .. }
            | What::BreakRefused { .. }
            | What::DeviceChosen { .. }
            | What::DeskChanged { .. } => {}
        }
    }

    fn progress(&mut self, id: CallId, at: Timestamp, what: &What) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        let mut nowhere = Figures::default();
        let figures = if call.earlier { &mut nowhere } else { &mut self.figures };
        match (what, call.stage) {
            (What::CallAnswered { .. }, Stage::Arriving) => {
                call.stage = Stage::InMenu;
                figures.offered += 1;
                figures.in_menu += 1;
            }
            (What::SelfServed { .. }, _) => call.served_itself = true,
            (What::AgentRequested { .. }, Stage::InMenu) => {
                call.stage = Stage::Waiting;
                call.asked = at;
                figures.in_menu = figures.in_menu.saturating_sub(1);
                figures.requests += 1;
                figures.waiting += 1;
            }
            (What::AgentRequested { .. }, Stage::FlowedOut) => {
                call.stage = Stage::Waiting;
                figures.flowed_out = figures.flowed_out.saturating_sub(1);
                figures.waiting += 1;
            }
            (What::Connected { .. }, stage) => {
                call.talking_since = Some(at);
                if stage == Stage::Waiting {
                    call.stage = Stage::Answered;
                    let wait = at.since(call.asked);
                    figures.waiting = figures.waiting.saturating_sub(1);
                    figures.answered += 1;
                    figures.wait_answered_ms += ms(wait);
                    figures.wait_longest_ms = figures.wait_longest_ms.max(ms(wait));
                    figures.answered_in_15_s += u64::from(wait <= Duration::from_secs(15));
                    figures.answered_in_20_s += u64::from(wait <= Duration::from_secs(20));
                    figures.answered_in_30_s += u64::from(wait <= Duration::from_secs(30));
                }
            }
            (What::HoldStarted { .. }, _) => call.held_since = Some(at),
            (What::HoldEnded { .. }, _) => {
                if let Some(since) = call.held_since.take() {
                    let held = at.since(since);
                    figures.hold_ms += ms(held);
                    // Hold is not talk: the talk began later by as much.
                    call.talking_since = call.talking_since.map(|since| since + held);
                }
            }
            (What::Parted { agent, .. }, _) => {
                if let Some(since) = call.talking_since.take() {
                    figures.talk_ms += ms(at.since(since));
                }
                self.after.insert(*agent, (at, !call.earlier));
            }
            (What::FlowedOut { .. }, Stage::Waiting) => {
                call.stage = Stage::FlowedOut;
                figures.waiting = figures.waiting.saturating_sub(1);
                figures.flowed_out += 1;
            }
            (What::Abandoned { .. }, Stage::Waiting) => {
                call.stage = Stage::Abandoned;
                let wait = at.since(call.asked);
                figures.waiting = figures.waiting.saturating_sub(1);
                figures.abandoned += 1;
                figures.abandoned_short += u64::from(wait < SHORT_ABANDON);
                figures.wait_abandoned_ms += ms(wait);
                figures.wait_longest_ms = figures.wait_longest_ms.max(ms(wait));
            }
            (What::CallInterrupted { .. }, stage) => {
                let held = call.held_since.take().map_or(Duration::ZERO, |since| at.since(since));
                figures.hold_ms += ms(held);
                if let Some(since) = call.talking_since.take() {
                    figures.talk_ms += ms(at.since(since).saturating_sub(held));
                }
                if stage == Stage::Waiting {
                    call.stage = Stage::Abandoned;
                    let wait = at.since(call.asked);
                    figures.waiting = figures.waiting.saturating_sub(1);
                    figures.abandoned += 1;
                    figures.wait_abandoned_ms += ms(wait);
                    figures.wait_longest_ms = figures.wait_longest_ms.max(ms(wait));
                }
            }
            (What::Rated { score, .. }, _) => {
                figures.ratings += 1;
                figures.rating_sum += u64::from(*score);
            }
            (What::CallEnded { .. }, stage) => {
                if stage == Stage::InMenu {
                    figures.in_menu = figures.in_menu.saturating_sub(1);
                    if call.served_itself {
                        figures.self_served += 1;
                    } else {
                        figures.menu_abandoned += 1;
                    }
                }
                self.calls.remove(&id);
            }
            _ => {}
        }
    }

    /// The balance of the figures.
    pub(crate) fn check(&self) {
        let f = &self.figures;
        let menus = f.self_served + f.menu_abandoned + f.in_menu;
        assert_eq!(f.offered, menus + f.requests, "offered = menu only + requests: {f:?}");
        let ends = f.answered + f.abandoned + f.flowed_out + f.waiting;
        assert_eq!(f.requests, ends, "requests = answered + abandoned + flowed out + waiting: {f:?}");
    }
}
