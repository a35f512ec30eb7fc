//! Who has answered a call that a machine made: a person, who says one word and waits, or another machine, which speaks on and
//! on, or sounds a tone.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::level::level_db;
use crate::mix::FRAME;

/// What has answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answerer {
    Person,
    Machine,
}

/// Above this somebody speaks: room noise of a telephone lies below.
const SPEECH_DB: f32 = -38.0;
/// Frames of 20 ms.
const FRAME_MS: u32 = 20;
/// Shorter gaps stand between words.
const GAP_MS: u32 = 300;
/// A person who has said 喂 waits at least so long for an answer.
const WAITS_MS: u32 = 800;
/// Nobody greets for longer, who expects an answer.
const GREETING_MS: u32 = 2_600;
/// A tone that stands so long is no voice.
const TONE_MS: u32 = 300;
/// Whoever says nothing for so long is a person who waits for us to begin.
const NOTHING_MS: u32 = 2_200;
/// Of the energy of a pure tone, at most this is not foretold by the two samples before.
const TONE_RESIDUE: f32 = 0.02;

/// Listens from the moment of the answer. Twenty milliseconds at a time; no allocation.
#[derive(Clone, Debug, Default)]
pub struct Judge {
    /// All that was heard, in ms.
    heard: u32,
    /// From the first word to the last one so far.
    greeting: u32,
    quiet: u32,
    tone: u32,
    done: bool,
}

impl Judge {
    /// It is known at the latest after so long.
    pub const LONGEST: Duration = Duration::from_millis(6_000);

    /// Takes 20 ms; says once what it is.
    pub fn push(&mut self, frame: &[i16; FRAME]) -> Option<Answerer> {
        if self.done {
            return None;
        }
        self.heard += FRAME_MS;
        let loud = level_db(frame) > SPEECH_DB;
        self.tone = if loud && is_tone(frame) { self.tone + FRAME_MS } else { 0 };
        if loud {
            // The gap before belongs to the greeting, once something comes after it.
            if self.greeting > 0 {
                self.greeting += self.quiet;
            }
            self.greeting += FRAME_MS;
            self.quiet = 0;
        } else {
            self.quiet += FRAME_MS;
        }
        let verdict = self.verdict();
        self.done = verdict.is_some();
        verdict
    }

    fn verdict(&self) -> Option<Answerer> {
        let longest = u32::try_from(Judge::LONGEST.as_millis()).unwrap_or(u32::MAX);
        if self.tone >= TONE_MS || self.greeting > GREETING_MS {
            return Some(Answerer::Machine);
        }
        let waits = self.greeting > 0 && self.quiet >= WAITS_MS.max(GAP_MS);
        let nothing = self.greeting == 0 && self.heard >= NOTHING_MS;
        (waits || nothing || self.heard >= longest).then_some(Answerer::Person)
    }
}

/// Whether each sample follows from the two before it, as in a single sine of whatever frequency.
fn is_tone(frame: &[i16]) -> bool {
    let (mut cross, mut square) = (0.0f32, 0.0f32);
    for window in frame.windows(3) {
        let [a, b, c] = [f32::from(window[0]), f32::from(window[1]), f32::from(window[2])];
        cross += (a + c) * b;
        square += b * b;
    }
    if square < 1.0 {
        return false;
    }
    let coefficient = cross / square;
    let (mut residue, mut energy) = (0.0f32, 0.0f32);
    for window in frame.windows(3) {
        let [a, b, c] = [f32::from(window[0]), f32::from(window[1]), f32::from(window[2])];
        let error = a + c - coefficient * b;
        residue += error * error;
        energy += (a + c) * (a + c) + b * b;
    }
    residue < TONE_RESIDUE * energy
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tone::sine;

    /// Something like a voice: noise from a fixed seed.
    fn voice(ms: u32) -> Vec<i16> {
        let mut state = 0x2545_F491u32;
        let noise = move |_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            (state % 6_000) as i16 - 3_000
        };
        (0..ms * 8).map(noise).collect()
    }

    fn silence(ms: u32) -> Vec<i16> {
        vec![0; ms as usize * 8]
    }

    fn tone(hz: f32, ms: usize) -> Vec<i16> {
        sine(hz, 8_000.0, 0, ms * 8).collect()
    }

    /// The verdict, and after how many milliseconds.
    fn check(sound: Vec<Vec<i16>>, expected: Option<(Answerer, u32)>) {
        let mut judge = Judge::default();
        let sound = sound.concat();
        let frames =
            sound.chunks_exact(FRAME).map(|frame| <&[i16; FRAME]>::try_from(frame).expect("a frame"));
        let verdicts: Vec<_> =
            (1..).zip(frames).filter_map(|(at, frame)| Some((judge.push(frame)?, at * FRAME_MS))).collect();
        assert!(verdicts.len() <= 1, "said once: {verdicts:?}");
        assert_eq!(verdicts.first().copied(), expected);
    }

    #[test]
    fn who_says_a_word_and_waits_is_a_person() {
        check(vec![silence(400), voice(500), silence(2_000)], Some((Answerer::Person, 1_700)));
        // 喂,你好?
        check(vec![voice(300), silence(280), voice(600), silence(2_000)], Some((Answerer::Person, 1_980)));
    }

    #[test]
    fn who_says_nothing_is_a_person() {
        check(vec![silence(4_000)], Some((Answerer::Person, 2_200)));
    }

    #[test]
    fn who_speaks_on_and_on_is_a_machine() {
        check(vec![silence(300), voice(5_000)], Some((Answerer::Machine, 2_920)));
        check(vec![voice(1_500), silence(500), voice(3_000)], Some((Answerer::Machine, 2_620)));
    }

    #[test]
    fn a_tone_is_a_machine() {
        check(vec![silence(200), tone(1_000.0, 600)], Some((Answerer::Machine, 500)));
        check(vec![voice(800), tone(440.0, 600)], Some((Answerer::Machine, 1_100)));
        check(vec![tone(440.0, 200), silence(3_000)], Some((Answerer::Person, 1_000)));
    }

    #[test]
    fn it_is_known_in_the_end() {
        // A stammer that is never long enough for anything.
        let stammer: Vec<Vec<i16>> = (0..20).flat_map(|_| [voice(20), silence(700)]).collect();
        let mut judge = Judge::default();
        let sound = stammer.concat();
        let frames =
            sound.chunks_exact(FRAME).map(|frame| <&[i16; FRAME]>::try_from(frame).expect("a frame"));
        let known = (1u32..).zip(frames).find_map(|(at, frame)| judge.push(frame).map(|_| at * FRAME_MS));
        assert!(known.is_some_and(|ms| ms <= 6_000), "{known:?}");
    }
}
