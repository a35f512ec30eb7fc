//! The shortest possible wire: what is dialled can be answered, what is hung up ends, what is recorded is sealed.

use super::Rig;
use crate::Effect;
use crate::fact::What;
use crate::line::{Command, EndCause, Event, Target};

impl Rig {
    /// What the wire makes of an effect.
    pub(super) fn note(&mut self, effect: &Effect, events: &mut Vec<Event>) {
        match effect {
            Effect::Fact(fact) => {
                match &fact.what {
                    What::PlaceKept(place) => {
                        let name = format!("{}-back", self.name(place.promised_in));
                        self.names.insert(place.call.to_string(), name);
                        self.places.insert(place.call, place.clone());
                    }
                    What::CallPlaced { call, .. } | What::PlaceLost { call, .. } => {
                        self.places.remove(call);
                        self.rung.remove(call);
                    }
                    What::Offered { call, .. } => {
                        self.rung.insert(*call);
                    }
                    What::OfferEnded { call, .. } => {
                        self.rung.remove(call);
                    }
                    _ => {}
                }
                if let What::CalledOut { call, leg, .. } = &fact.what
                    && let Some(name) = self.placing.clone()
                {
                    self.names.insert(call.to_string(), name.clone());
                    self.names.insert(leg.to_string(), name.clone());
                    self.callers.insert(name.clone(), *leg);
                    self.calls.insert(name, *call);
                }
                if let What::CallArrived { call, leg, .. } | What::CallPlaced { call, leg, .. } = &fact.what {
                    // A call from the desk is told before the telephone is rung.
                    let placed = self.calls.len() + 1;
                    let name =
                        self.names.get(&leg.to_string()).cloned().unwrap_or_else(|| format!("D{placed}"));
                    // A call back has its name from the promise.
                    let name = self.names.entry(call.to_string()).or_insert(name).clone();
                    self.names.entry(leg.to_string()).or_insert_with(|| name.clone());
                    self.calls.insert(name, *call);
                }
            }
            Effect::Line(command) => match command {
                Command::Dial { .. } if self.placing.is_some() => {}
                Command::Dial { leg, to, .. } => {
                    let name = match to {
                        Target::Phone { user, .. } => user.clone(),
                        Target::Number { .. } => "outside".to_owned(),
                    };
                    self.names.insert(leg.to_string(), name.clone());
                    self.dialled.insert(name, *leg);
                }
                Command::HangUp { leg } | Command::Reject { leg, .. } => {
                    events.push(Event::Ended { leg: *leg, cause: EndCause::Ours });
                }
                Command::Play { leg, play, .. } => {
                    self.playing.insert(*leg, *play);
                }
                Command::Record { recording, .. } => {
                    self.recordings += 1;
                    let name = format!("R{}", self.recordings);
                    self.names.insert(recording.to_string(), name.clone());
                    let file = format!("{name}.wav");
                    events.push(Event::RecordingStarted { recording: *recording, file });
                }
                Command::StopRecording { recording } => {
                    let file = format!("{}.wav", self.names[&recording.to_string()]);
                    let (recording, sha256) = (*recording, "…".to_owned());
                    events.push(Event::RecordingSealed { recording, file, duration_ms: 0, bytes: 0, sha256 });
                }
                _ => {}
            },
            Effect::LookUp { .. } | Effect::Refused(_) => {}
        }
    }
}
