//! How effects, commands and the floor stand in a transcript: with the names of the script in place of ids.

use std::fmt::Write;

use super::script::Rig;
use crate::Effect;
use crate::line::{Command, PlayMode, Target};

impl Rig {
    pub(super) fn print(&self, effect: &Effect) -> String {
        match effect {
            Effect::Fact(fact) => format!("* {}", self.named(&format!("{:?}", fact.what))),
            Effect::Refused(refused) => self.named(&format!("refused {refused:?}")),
            Effect::LookUp { call, key, argument } => {
                format!("look up {key} {argument:?} for {}", self.name(call))
            }
            Effect::Line(command) => self.command(command),
        }
    }

    fn command(&self, command: &Command) -> String {
        match command {
            Command::Ring { leg } => format!("ring {}", self.name(leg)),
            Command::Answer { leg } => format!("answer {}", self.name(leg)),
            Command::Reject { leg, status, retry_after_s } => {
                format!("reject {} {status:?} {retry_after_s:?}", self.name(leg))
            }
            Command::Dial { leg, to, from, ring_for, .. } => {
                let to = match to {
                    Target::Phone { user, .. } => format!("telephone {user}"),
                    Target::Number { trunk, number } => format!("{number} over {}", self.name(trunk)),
                };
                let leg = self.name(leg);
                format!("dial {to} as {leg}, from {:?}, for {} s", from.number, ring_for.as_secs())
            }
            Command::HangUp { leg } => format!("hang up {}", self.name(leg)),
            Command::Hear { leg, sources } => {
                let heard: Vec<String> = sources.iter().map(|source| self.name(source.leg)).collect();
                let heard = if heard.is_empty() { "nobody".to_owned() } else { heard.join(" + ") };
                format!("{} hears {heard}", self.name(leg))
            }
            Command::Play { leg, sounds, mode, .. } => {
                let sounds: Vec<String> = sounds
                    .iter()
                    .map(|sound| match sound {
                        audio::Sound::Clip(clip) => clip.name().to_owned(),
                        audio::Sound::Silence { ms } => format!("silence {ms}"),
                        audio::Sound::Beep { ms } => format!("beep {ms}"),
                        audio::Sound::Key { digit, ms } => format!("key {digit} {ms}"),
                    })
                    .collect();
                let again = if *mode == PlayMode::Loop { " again and again" } else { "" };
                format!("play to {}: {}{again}", self.name(leg), sounds.join(" "))
            }
            Command::Judge { leg } => format!("judge {}", self.name(leg)),
            Command::StopPlaying { leg, .. } => format!("stop playing to {}", self.name(leg)),
            Command::Record { recording, leg } => {
                format!("record {} as {}", self.name(leg), self.name(recording))
            }
            Command::Mark { recording, mark } => format!("mark {} {mark}", self.name(recording)),
            Command::PauseRecording { recording } => format!("pause {}", self.name(recording)),
            Command::ResumeRecording { recording } => format!("resume {}", self.name(recording)),
            Command::StopRecording { recording } => format!("stop {}", self.name(recording)),
        }
    }

    /// Ids by the names of the script.
    fn named(&self, text: &str) -> String {
        let mut text = text.to_owned();
        // The longest first: one id may begin like another.
        let mut names: Vec<_> = self.names.iter().collect();
        names.sort_by_key(|(id, _)| std::cmp::Reverse(id.len()));
        for (id, name) in names {
            text = text.replace(id.as_str(), name);
        }
        text
    }

    pub(super) fn floor(&mut self) {
        let view = self.exchange.floor();
        let _ = writeln!(
            self.told,
            "    entering {} in menu {} waiting {} ringing {} talking {} outside {} after {}",
            view.entering, view.in_menu, view.waiting, view.ringing, view.talking, view.outside, view.after
        );
        for agent in view.agents.iter().filter(|agent| agent.since.is_some()) {
            let desk = self.named(&format!("{:?}", agent.desk));
            let caller = agent.caller.clone().unwrap_or_default();
            let _ = writeln!(self.told, "    {} {desk} {caller}", agent.number);
        }
        for call in &view.calls {
            let since = self.now.since(call.since).as_secs();
            let _ = writeln!(self.told, "    {} {:?} for {since} s", self.name(call.call), call.state);
        }
    }
}
