//! What the caller is played, and what of it the record is told.

use audio::Sound;

use super::{Effect, Said, Session};
use crate::flow::{Part, Prompt};

impl Session {
    /// Plays, and says whether there was anything to play.
    pub(crate) fn play(&mut self, prompts: &[&Prompt], out: &mut Vec<Effect>) -> bool {
        let parts = prompts.iter().flat_map(|prompt| &prompt.0);
        let said: Vec<&str> = parts.filter_map(Part::said).collect();
        for key in said {
            self.tell(key, out);
        }
        let sounds = prompts.iter().flat_map(|prompt| self.sounds_of(prompt)).collect();
        self.play_sounds(sounds, out)
    }

    /// A prompt with what is known at this moment put in.
    pub(crate) fn sounds_of(&self, prompt: &Prompt) -> Vec<Sound> {
        prompt.sounds(&self.known, &self.said)
    }

    pub(crate) fn play_sounds(&mut self, sounds: Vec<Sound>, out: &mut Vec<Effect>) -> bool {
        if sounds.is_empty() {
            self.stop_playing(out);
            return false;
        }
        self.playing = true;
        out.push(Effect::Play { sounds });
        true
    }

    /// Says what a look-up found, and then the prompt; whether there was anything to play.
    pub(crate) fn announce(&mut self, key: &str, prompt: &Prompt, out: &mut Vec<Effect>) -> bool {
        let found = Prompt(vec![Part::Said { of: key.to_owned() }]);
        self.play(&[&found, prompt], out)
    }

    /// For the record: this is what is said now.
    fn tell(&mut self, key: &str, out: &mut Vec<Effect>) {
        let node = self.node().unwrap_or_default().to_owned();
        for said in self.said.get(key).into_iter().flatten().filter(|said| !said.sounds.is_empty()) {
            if self.told.insert((said.subject.clone(), said.revision)) {
                let Said { subject, revision, own, .. } = said.clone();
                out.push(Effect::Announced { node: node.clone(), subject, revision, own });
            }
        }
    }

    pub(crate) fn stop_playing(&mut self, out: &mut Vec<Effect>) {
        if std::mem::take(&mut self.playing) {
            out.push(Effect::StopPlaying);
        }
    }
}
