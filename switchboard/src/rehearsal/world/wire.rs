//! The wire of a run: what the exchange asks for happens, in virtual time, and what it tells is heard by the people around it.

use std::time::Duration;

use audio::{Clip, Digit, Sound};
use exchange::Input;
use exchange::fact::{DeskState, What};
use exchange::line::{Command, EndCause, Event, PlayMode, PlayOutcome, Target};
use kernel::{CallId, LegId};
use outages::rules;

use super::rests::REASON;
use super::{Leg, Next, WIRE, World, centre};
use crate::rehearsal::day::Day;
use crate::rehearsal::fate::Fate;
use crate::rehearsal::reference::RING_S;

/// The words in which a call back is offered.
const OFFER: &str = "recorded/callback_offer";

impl World<'_> {
    /// What the room `outages` answers, by its own rules.
    pub(super) fn look_up(&mut self, call: CallId, key: &str, argument: &str) -> Option<ivr::Answer> {
        let person = self.calls.get(&call).and_then(|at| self.attempts.get(*at)).map(|one| one.person)?;
        let who = self.day.people.get(person)?;
        let heard = match key {
            "outages" if !self.terms.aid.shield() => return None,
            "outages" => {
                let fault = who.fault.filter(|_| who.known && Day::whose(argument) == Some(person));
                self.known.heard(self.day, fault, self.now)
            }
            _ => {
                if argument != Day::account(person) {
                    return None;
                }
                let heard = self.known.heard_of_account(self.day, who.fault, self.now);
                if heard.segments.is_empty() {
                    return Some("none".into());
                }
                heard
            }
        };
        if heard.segments.is_empty() { None } else { Some(self.spoken(heard)) }
    }

    fn spoken(&mut self, heard: rules::Heard) -> ivr::Answer {
        let own = heard.own;
        let mut says = Vec::new();
        for segment in heard.segments {
            let name = format!("spoken/{}_{}_{}", segment.outage, segment.revision, segment.seconds);
            self.lengths.spoken(&name, segment.seconds);
            says.push(ivr::Said {
                subject: segment.outage.to_string(),
                revision: u32::try_from(segment.revision).unwrap_or(u32::MAX),
                own,
                sounds: vec![Sound::Clip(Clip::new(&name))],
            });
        }
        ivr::Answer { value: says.len().to_string(), says, ..ivr::Answer::default() }
    }

    pub(super) fn command(&mut self, command: Command) {
        match command {
            Command::Answer { leg } => self.line(WIRE, Event::Answered { leg }),
            Command::Reject { leg, .. } => {
                if let Some(attempt) = self.legs.get(&leg).and_then(|leg| leg.attempt) {
                    self.set(attempt, Fate::Refused);
                }
                self.line(WIRE, Event::Ended { leg, cause: EndCause::Ours });
            }
            Command::Dial { leg, to, ring_for, .. } => self.dialled(leg, &to, ring_for),
            Command::HangUp { leg } => self.line(WIRE, Event::Ended { leg, cause: EndCause::Ours }),
            Command::Play { leg, play, sounds, mode } => {
                let long = self.lengths.of(&sounds);
                let Some(known) = self.legs.get_mut(&leg) else { return };
                let (old, attempt) = (known.playing.replace(play), known.attempt);
                if let Some(play) = old {
                    let outcome = PlayOutcome::Stopped;
                    self.line(Duration::ZERO, Event::Played { leg, play, outcome });
                }
                if mode == PlayMode::Once {
                    self.line(long, Event::Played { leg, play, outcome: PlayOutcome::Finished });
                    if let Some(attempt) = attempt {
                        self.hears(attempt, long);
                        if sounds
                            .iter()
                            .any(|sound| matches!(sound, Sound::Clip(clip) if clip.name() == OFFER))
                        {
                            self.offered_back(attempt, long);
                        }
                    }
                }
            }
            Command::StopPlaying { leg, play } => {
                let Some(known) = self.legs.get_mut(&leg) else { return };
                if known.playing == Some(play) {
                    known.playing = None;
                    self.line(Duration::ZERO, Event::Played { leg, play, outcome: PlayOutcome::Stopped });
                }
            }
            Command::Record { recording, .. } => {
                self.line(WIRE, Event::RecordingStarted { recording, file: String::new() });
            }
            Command::StopRecording { recording } => {
                let sealed = Event::RecordingSealed {
                    recording,
                    file: String::new(),
                    duration_ms: 0,
                    bytes: 0,
                    sha256: String::new(),
                };
                self.line(WIRE * 2, sealed);
            }
            Command::Ring { .. }
            | Command::Hear { .. }
            | Command::Judge { .. }
            | Command::Mark { .. }
            | Command::PauseRecording { .. }
            | Command::ResumeRecording { .. } => {}
        }
    }

    /// One of us, or somebody who is called back.
    fn dialled(&mut self, leg: LegId, to: &Target, ring_for: Duration) {
        let attempt = match to {
            Target::Number { number, .. } => self.promised.get(number).copied(),
            _ => None,
        };
        self.legs.insert(leg, Leg { attempt, playing: None, up: false });
        let answers = match (to, attempt) {
            (Target::Phone { .. }, _) => Some(self.rings.between(RING_S.0, RING_S.1)),
            (_, Some(attempt)) => self.rung_back(attempt, leg),
            _ => None,
        };
        self.line(WIRE, Event::Ringing { leg });
        match answers {
            Some(after) => self.line(after, Event::Answered { leg }),
            None => self.line(ring_for, Event::Ended { leg, cause: EndCause::NoAnswer }),
        }
    }

    fn line(&mut self, after: Duration, event: Event) {
        self.plan(self.now + after, Next::Line(event));
    }

    pub(in crate::rehearsal) fn press(&mut self, attempt: usize, key: char) {
        let leg = self.callers.get(attempt).and_then(|caller| caller.leg);
        if let (Some(leg), Ok(digit)) = (leg, Digit::try_from(key)) {
            if let Some(attempt) = self.attempts.get_mut(attempt) {
                attempt.keys.push(key);
            }
            self.input(Input::Line(Event::Digit { leg, digit }));
        }
    }

    pub(in crate::rehearsal) fn hang_up(&mut self, attempt: usize) {
        if let Some(leg) = self.callers.get(attempt).and_then(|caller| caller.leg) {
            self.arrives(Event::Ended { leg, cause: EndCause::FarEnd });
        }
    }

    /// Of what is on its way, only what still happens.
    pub(super) fn arrives(&mut self, event: Event) {
        match &event {
            Event::Ended { leg, .. } => {
                let Some(known) = self.legs.remove(leg) else { return };
                if let Some(attempt) = known.attempt {
                    self.gone(attempt, *leg);
                }
                if let Some(play) = known.playing {
                    let outcome = PlayOutcome::Stopped;
                    self.input(Input::Line(Event::Played { leg: *leg, play, outcome }));
                }
                self.input(Input::Line(event));
            }
            Event::Answered { leg } => {
                let Some(known) = self.legs.get_mut(leg).filter(|known| !known.up) else { return };
                known.up = true;
                let attempt = known.attempt;
                self.input(Input::Line(event));
                if let Some(attempt) = attempt {
                    self.in_menu(attempt);
                }
            }
            Event::Played { leg, play, outcome } => {
                let Some(known) = self.legs.get_mut(leg) else { return };
                if known.playing == Some(*play) {
                    known.playing = None;
                } else if *outcome != PlayOutcome::Stopped {
                    return;
                }
                self.input(Input::Line(event));
            }
            Event::Ringing { leg } if !self.legs.contains_key(leg) => {}
            _ => self.input(Input::Line(event)),
        }
    }

    pub(super) fn fact(&mut self, what: What) {
        match what {
            What::CallArrived { call, leg, .. } => {
                if let Some(attempt) = self.legs.get(&leg).and_then(|leg| leg.attempt) {
                    self.calls.insert(call, attempt);
                }
            }
            What::CallEnded { call, .. } => {
                self.calls.remove(&call);
            }
            What::DeskChanged { agent, desk, .. } => {
                let seat = centre::seat(agent);
                match &desk {
                    DeskState::AfterCall { call } => self.writes_up(seat, *call),
                    DeskState::NotReady { reason } if reason == REASON => self.is_away(seat),
                    _ => {}
                }
                if let Some(at) = self.desks.get_mut(seat) {
                    at.state = Some(desk);
                }
            }
            What::Announced { call, own, .. } => self.about(call, |world, at| world.announced(at, own)),
            What::SelfServed { call, node } => self.about(call, |world, at| world.served_himself(at, &node)),
            What::AgentRequested { call, queue, .. } => {
                self.about(call, |world, at| world.waits(at, queue.get()));
            }
            What::CameBack { call, stood_since } => {
                self.about(call, |world, at| world.came_back(at, stood_since));
            }
            What::HeldBack { call, .. } => self.about(call, |world, at| world.at_the_door(at)),
            What::CallbackAsked { call, .. } => self.about(call, |world, at| world.asks_back(at)),
            What::PlaceKept(place) => {
                if let Some(attempt) = self.calls.get(&place.promised_in).copied() {
                    self.calls.insert(place.call, attempt);
                    self.promised.insert(place.number, attempt);
                }
            }
            What::PlaceLost { call, .. } => {
                self.calls.remove(&call);
            }
            What::CallPlaced { call, agent, promised_in: Some(_), .. } => {
                let attempt = self.calls.get(&call).copied();
                if let Some(desk) = self.desks.get_mut(centre::seat(agent)) {
                    desk.attempt = attempt;
                }
            }
            What::Connected { call, agent, .. } => {
                let seat = centre::seat(agent);
                let attempt = self.calls.get(&call).copied();
                if let Some(desk) = self.desks.get_mut(seat) {
                    desk.attempt = attempt;
                }
                self.about(call, |world, at| world.talks(at, seat));
            }
            _ => {}
        }
    }

    fn about(&mut self, call: CallId, then: impl FnOnce(&mut Self, usize)) {
        if let Some(attempt) = self.calls.get(&call).copied() {
            then(self, attempt);
        }
    }

    fn writes_up(&mut self, seat: usize, call: CallId) {
        let Some(attempt) = self.desks.get(seat).and_then(|desk| desk.attempt) else { return };
        let takes = self.callers.get(attempt).map(|caller| caller.writing).unwrap_or_default();
        if let Some(attempt) = self.attempts.get_mut(attempt) {
            attempt.agent_time += takes;
        }
        self.plan(self.now + takes, Next::Written { seat, call });
    }
}
