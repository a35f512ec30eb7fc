//! A wire that misbehaves within its contract: slow, lossy, crossing, but each leg ends once and each play ends once.

use std::collections::BTreeMap;
use std::time::Duration;

use audio::answering::Answerer;
use kernel::{LegId, PlayId, RecordingId, Timestamp};

use super::Plan;
use super::dice::Dice;
use crate::line::{Command, EndCause, Event, PlayMode, PlayOutcome, Target};

/// A leg from its first event to its `Ended`.
#[derive(Debug)]
pub struct WireLeg {
    pub up: bool,
    /// An agent's telephone, by user name; none is a caller or a number outside.
    pub phone: Option<String>,
    pub incoming: bool,
    /// We were told to end it.
    pub closing: bool,
    pub playing: Option<PlayId>,
    pub hears: Vec<LegId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tape {
    Opening,
    Running,
    /// Stopped before the file was there.
    StoppedEarly,
    Sealing,
}

#[derive(Debug)]
struct Taped {
    leg: LegId,
    tape: Tape,
}

#[derive(Default)]
pub struct Wire {
    pub legs: BTreeMap<LegId, WireLeg>,
    tapes: BTreeMap<RecordingId, Taped>,
    /// Telephones that cannot be reached.
    pub gone: std::collections::BTreeSet<String>,
    pub sealed: u64,
    pub recorded: u64,
}

impl Wire {
    /// `phone`: the telephone of ours that calls.
    pub fn incoming(&mut self, leg: LegId, phone: Option<String>) {
        self.legs.insert(leg, WireLeg::new(phone, true));
    }

    /// The process dies, and with it every leg; what was recorded is sealed by the next one.
    pub fn die(&mut self) {
        let gone = std::mem::take(&mut self.gone);
        *self = Wire { gone, ..Wire::default() };
    }

    /// Anything still to be sealed?
    pub fn taping(&self) -> bool {
        !self.tapes.is_empty()
    }

    /// What the exchange has asked for.
    pub fn command(&mut self, now: Timestamp, command: &Command, dice: &mut Dice, plan: &mut Plan) {
        match command {
            Command::Ring { .. } => {}
            Command::Judge { leg } => {
                assert!(self.legs.get(leg).is_none_or(|known| !known.closing), "judges a leg that is going");
                if dice.chance(90) {
                    let answerer = dice.pick(&[Answerer::Person, Answerer::Person, Answerer::Machine]);
                    plan.wire(now + dice.ms(200, 6_500), Event::Judged { leg: *leg, answerer });
                }
            }
            Command::Answer { leg } => {
                let leg = *leg;
                if dice.chance(97) {
                    plan.wire(now + dice.ms(2, 90), Event::Answered { leg });
                } else {
                    plan.wire(now + Duration::from_secs(32), Event::Ended { leg, cause: EndCause::Lost });
                }
            }
            Command::Reject { leg, .. } => {
                if let Some(known) = self.legs.get_mut(leg) {
                    assert!(!known.closing && !known.up, "refused what was answered or ended");
                    known.closing = true;
                }
                plan.wire(now + dice.ms(1, 9), Event::Ended { leg: *leg, cause: EndCause::Ours });
            }
            Command::Dial { leg, to, ring_for, .. } => self.dial(now, *leg, to, *ring_for, dice, plan),
            Command::HangUp { leg } => {
                if let Some(known) = self.legs.get_mut(leg) {
                    assert!(!known.closing, "hung up twice");
                    known.closing = true;
                    plan.wire(now + dice.ms(1, 60), Event::Ended { leg: *leg, cause: EndCause::Ours });
                }
            }
            Command::Hear { leg, sources } => {
                if let Some(known) = self.legs.get_mut(leg) {
                    assert!(!known.closing, "a leg that is going is told whom to hear");
                    known.hears = sources.iter().map(|source| source.leg).collect();
                }
            }
            Command::Play { leg, play, mode, sounds } => {
                assert!(!sounds.is_empty(), "nothing is played");
                let Some(known) = self.legs.get_mut(leg) else { return };
                assert!(!known.closing, "something is played to a leg that is going");
                let (leg, play) = (*leg, *play);
                if let Some(old) = known.playing.replace(play) {
                    let outcome = PlayOutcome::Stopped;
                    plan.wire(now + dice.ms(0, 20), Event::Played { leg, play: old, outcome });
                }
                let event = |outcome| Event::Played { leg, play, outcome };
                match mode {
                    _ if dice.chance(2) => plan.wire(now + dice.ms(0, 5), event(PlayOutcome::Missing)),
                    PlayMode::Once => plan.wire(now + dice.ms(100, 7_000), event(PlayOutcome::Finished)),
                    PlayMode::Loop => {}
                }
            }
            Command::StopPlaying { leg, play } => {
                let Some(known) = self.legs.get_mut(leg) else { return };
                if known.playing == Some(*play) {
                    known.playing = None;
                    let outcome = PlayOutcome::Stopped;
                    plan.wire(now + dice.ms(0, 20), Event::Played { leg: *leg, play: *play, outcome });
                }
            }
            Command::Record { recording, leg } => {
                self.recorded += 1;
                assert!(
                    self.tapes.values().all(|taped| taped.leg != *leg
                        || taped.tape == Tape::Sealing
                        || taped.tape == Tape::StoppedEarly),
                    "recorded twice"
                );
                self.tapes.insert(*recording, Taped { leg: *leg, tape: Tape::Opening });
                let file = format!("{recording}.wav");
                let started = Event::RecordingStarted { recording: *recording, file };
                plan.wire(now + dice.ms(0, 300), started);
            }
            Command::StopRecording { recording } => self.stop_tape(now, *recording, dice, plan),
            Command::Mark { recording, .. }
            | Command::PauseRecording { recording }
            | Command::ResumeRecording { recording } => {
                // The end of the leg has stopped it; the command crossed that.
                let taped = self.tapes.get(recording).filter(|taped| self.legs.contains_key(&taped.leg));
                let running = taped.is_none_or(|taped| matches!(taped.tape, Tape::Opening | Tape::Running));
                assert!(running, "marks a stopped recording");
            }
        }
    }

    fn stop_tape(&mut self, now: Timestamp, recording: RecordingId, dice: &mut Dice, plan: &mut Plan) {
        let Some(taped) = self.tapes.get_mut(&recording) else { return };
        match taped.tape {
            Tape::Opening => taped.tape = Tape::StoppedEarly,
            Tape::Running => {
                taped.tape = Tape::Sealing;
                plan.wire(now + dice.ms(1, 500), sealed(recording));
            }
            Tape::StoppedEarly | Tape::Sealing => {}
        }
    }

    fn dial(
        &mut self,
        now: Timestamp,
        leg: LegId,
        to: &Target,
        ring_for: Duration,
        dice: &mut Dice,
        plan: &mut Plan,
    ) {
        let phone = match to {
            Target::Phone { user, .. } => Some(user.clone()),
            Target::Number { .. } => None,
        };
        let unreachable = phone.as_ref().is_some_and(|user| self.gone.contains(user));
        self.legs.insert(leg, WireLeg::new(phone, false));
        let ended = |cause| Event::Ended { leg, cause };
        if unreachable {
            return plan.wire(now + dice.ms(1, 40), ended(EndCause::Unreachable));
        }
        plan.wire(now + dice.ms(5, 80), Event::Ringing { leg });
        plan.wire(now + ring_for, ended(EndCause::NoAnswer));
        match dice.below(100) {
            0..70 => plan.wire(now + dice.ms(100, 9_000), Event::Answered { leg }),
            // Crosses the end of the ring time.
            70..76 => plan.wire(now + dice.ms(11_980, 12_060), Event::Answered { leg }),
            76..84 => {
                let cause = dice.pick(&[EndCause::Busy, EndCause::Declined, EndCause::FarEnd]);
                plan.wire(now + dice.ms(300, 6_000), ended(cause));
            }
            84..90 => {
                let cause = dice.pick(&[EndCause::Lost, EndCause::Unreachable]);
                plan.wire(now + dice.ms(10, 6_000), ended(cause));
            }
            _ => {}
        }
    }

    /// An event on its way arrives: what still happens of it, in order.
    pub fn arrives(&mut self, now: Timestamp, event: Event, dice: &mut Dice, plan: &mut Plan) -> Vec<Event> {
        match &event {
            Event::Ended { leg, cause } => {
                let Some(known) = self.legs.get(leg) else { return vec![] };
                // The ring time is over only for what rings.
                if *cause == EndCause::NoAnswer && known.up {
                    return vec![];
                }
                let mut events = vec![];
                if let Some(play) = known.playing {
                    events.push(Event::Played { leg: *leg, play, outcome: PlayOutcome::Stopped });
                }
                let on_it: Vec<RecordingId> =
                    self.tapes.iter().filter(|(_, t)| t.leg == *leg).map(|(id, _)| *id).collect();
                for recording in on_it {
                    self.stop_tape(now, recording, dice, plan);
                }
                self.legs.remove(leg);
                events.push(event);
                events
            }
            Event::Answered { leg } => match self.legs.get_mut(leg) {
                Some(known) if !known.up => {
                    known.up = true;
                    vec![event]
                }
                _ => vec![],
            },
            Event::Played { leg, play, .. } => {
                let Some(known) = self.legs.get_mut(leg) else { return vec![] };
                let stopped = matches!(event, Event::Played { outcome: PlayOutcome::Stopped, .. });
                if known.playing == Some(*play) {
                    known.playing = None;
                    vec![event]
                } else if stopped {
                    vec![event]
                } else {
                    // Was replaced or stopped, and has said so.
                    vec![]
                }
            }
            Event::RecordingStarted { recording, .. } => {
                let recording = *recording;
                match self.tapes.get_mut(&recording) {
                    Some(taped) if taped.tape == Tape::Opening => taped.tape = Tape::Running,
                    Some(taped) => {
                        taped.tape = Tape::Sealing;
                        plan.wire(now + dice.ms(1, 500), sealed(recording));
                    }
                    None => return vec![],
                }
                vec![event]
            }
            Event::RecordingSealed { recording, .. } => {
                self.tapes.remove(recording);
                self.sealed += 1;
                vec![event]
            }
            Event::Ringing { leg }
            | Event::Judged { leg, .. }
            | Event::Held { leg, .. }
            | Event::Digit { leg, .. }
            | Event::Silent { leg, .. } => {
                if self.legs.contains_key(leg) {
                    vec![event]
                } else {
                    vec![]
                }
            }
            _ => vec![event],
        }
    }

    /// Nobody hears a leg that is not there.
    pub fn check(&self) {
        for (id, leg) in self.legs.iter().filter(|(_, leg)| !leg.closing) {
            for source in &leg.hears {
                assert!(self.legs.contains_key(source), "leg {id} hears {source}, which has gone");
            }
        }
    }
}

impl WireLeg {
    fn new(phone: Option<String>, incoming: bool) -> Self {
        WireLeg { up: false, phone, incoming, closing: false, playing: None, hears: vec![] }
    }
}

fn sealed(recording: RecordingId) -> Event {
    let file = format!("{recording}.wav");
    Event::RecordingSealed { recording, file, duration_ms: 0, bytes: 0, sha256: String::new() }
}
