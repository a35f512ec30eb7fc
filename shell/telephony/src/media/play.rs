//! What is being played to one leg: pieces of A-law, one after the other, in frames of 20 ms.

use std::sync::Arc;

use audio::g711::ALAW_SILENCE;
use audio::mix::FRAME;
use audio::{Digit, Sound, g711, tone};
use exchange::line::{PlayMode, PlayOutcome};
use kernel::PlayId;

use super::prompts::{Prompts, Slot};

/// One piece of a playing.
#[derive(Clone, Debug)]
pub enum Piece {
    Clip(Slot),
    Made(Arc<[u8]>),
    /// Samples of it.
    Silence(usize),
    /// A key, with its tones in whole frames.
    Key(Digit, Arc<[u8]>),
}

/// A frame of a key that is pressed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pressed {
    pub digit: Digit,
    /// Frames of the press before this one.
    pub before: u16,
    /// The key is let go with this frame.
    pub last: bool,
}

/// Longest beep; longer ones are cut.
const BEEP_MAX_MS: u32 = 10_000;
/// Longest press of a key; longer ones are cut.
const KEY_MAX_MS: u32 = 2_000;
/// Peak of each of a key's two tones: together about -9 dBm0.
const KEY_PEAK: f32 = 6_000.0;
/// Frames a clip is waited for: 2 s.
const WAIT_FRAMES_MAX: u32 = 100;

/// Finds the clips. Called where the order is given, not in a media thread.
pub fn pieces(sounds: &[Sound], prompts: &Prompts) -> Vec<Piece> {
    sounds
        .iter()
        .map(|sound| match sound {
            Sound::Clip(clip) => Piece::Clip(prompts.get(clip)),
            Sound::Silence { ms } => Piece::Silence((*ms as usize).saturating_mul(8)),
            Sound::Beep { ms } => {
                Piece::Made(tone::beep((*ms).min(BEEP_MAX_MS)).into_iter().map(g711::to_alaw).collect())
            }
            Sound::Key { digit, ms } => {
                let ms = (*ms).clamp(1, KEY_MAX_MS).next_multiple_of(20);
                Piece::Key(*digit, tone::key(*digit, ms, KEY_PEAK).into_iter().map(g711::to_alaw).collect())
            }
        })
        .collect()
}

#[derive(Debug)]
pub struct Playing {
    pub play: PlayId,
    pub mode: PlayMode,
    pieces: Vec<Piece>,
    at: usize,
    offset: usize,
    missing: bool,
    waited: u32,
    /// Samples were played since the beginning of this round: a loop of nothing ends instead of spinning.
    sounded: bool,
    /// What the last frame held, if it was a key.
    pressed: Option<Pressed>,
}

/// What one call of [`Playing::frame`] gave.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    Sound,
    /// Nothing more comes. Samples of the last frame may have been given with it.
    Ended(PlayOutcome),
}

impl Playing {
    pub fn new(play: PlayId, mode: PlayMode, pieces: Vec<Piece>) -> Self {
        Playing {
            play,
            mode,
            pieces,
            at: 0,
            offset: 0,
            missing: false,
            waited: 0,
            sounded: false,
            pressed: None,
        }
    }

    fn outcome(&self) -> PlayOutcome {
        if self.missing { PlayOutcome::Missing } else { PlayOutcome::Finished }
    }

    /// The key that the last frame held: where events are understood, they are sent in its place.
    pub fn pressed(&self) -> Option<Pressed> {
        self.pressed
    }

    /// The next 20 ms of A-law.
    pub fn frame(&mut self, out: &mut [u8; FRAME]) -> Step {
        let mut filled = 0;
        self.pressed = None;
        while filled < FRAME {
            let Some(piece) = self.pieces.get(self.at) else {
                if self.mode == PlayMode::Loop && self.sounded {
                    (self.at, self.offset, self.sounded) = (0, 0, false);
                    continue;
                }
                out[filled..].fill(ALAW_SILENCE);
                return Step::Ended(self.outcome());
            };
            let samples: &[u8] = match piece {
                Piece::Made(samples) => samples,
                Piece::Key(..) if filled > 0 => {
                    // A press begins with a frame of its own.
                    out[filled..].fill(ALAW_SILENCE);
                    return Step::Sound;
                }
                Piece::Key(digit, samples) => {
                    let frame = self.offset / FRAME;
                    self.pressed = Some(Pressed {
                        digit: *digit,
                        before: u16::try_from(frame).unwrap_or(u16::MAX),
                        last: self.offset + FRAME >= samples.len(),
                    });
                    samples
                }
                Piece::Silence(length) => {
                    let take = (length - self.offset).min(FRAME - filled);
                    out[filled..filled + take].fill(ALAW_SILENCE);
                    filled += take;
                    self.sounded |= take > 0;
                    self.offset += take;
                    if self.offset >= *length {
                        self.next_piece();
                    }
                    continue;
                }
                Piece::Clip(slot) => match slot.get() {
                    Some(Some(samples)) => samples,
                    Some(None) => {
                        self.missing = true;
                        self.next_piece();
                        continue;
                    }
                    None if self.waited < WAIT_FRAMES_MAX => {
                        self.waited += 1;
                        out[filled..].fill(ALAW_SILENCE);
                        return Step::Sound;
                    }
                    None => {
                        self.missing = true;
                        self.next_piece();
                        continue;
                    }
                },
            };
            let rest = samples.get(self.offset..).unwrap_or_default();
            let take = rest.len().min(FRAME - filled);
            out[filled..filled + take].copy_from_slice(&rest[..take]);
            filled += take;
            let ended = take == rest.len();
            self.sounded |= take > 0;
            self.offset += take;
            if ended {
                self.next_piece();
            }
        }
        if self.at >= self.pieces.len() && self.mode == PlayMode::Once {
            return Step::Ended(self.outcome());
        }
        Step::Sound
    }

    fn next_piece(&mut self) {
        self.at += 1;
        self.offset = 0;
        self.waited = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(code: u8, samples: usize) -> Piece {
        Piece::Made(vec![code; samples].into())
    }
    fn clip(samples: Option<&[u8]>) -> Piece {
        let slot = Slot::default();
        let _ = slot.set(samples.map(Into::into));
        Piece::Clip(slot)
    }

    /// Plays up to `frames` and prints each as runs of codes, then how it ended.
    fn check(mode: PlayMode, pieces: Vec<Piece>, frames: usize, wanted: &str) {
        let mut playing = Playing::new(PlayId(1), mode, pieces);
        let mut heard = Vec::new();
        for _ in 0..frames {
            let mut frame = [0; FRAME];
            let step = playing.frame(&mut frame);
            let runs: Vec<String> = frame
                .chunk_by(|a, b| a == b)
                .map(|run| match run[0] {
                    ALAW_SILENCE => format!("_{}", run.len()),
                    code => format!("{code}x{}", run.len()),
                })
                .collect();
            heard.push(runs.join("+"));
            if let Step::Ended(outcome) = step {
                heard.push(format!("{outcome:?}"));
                break;
            }
        }
        assert_eq!(heard.join(" "), wanted);
    }

    #[test]
    fn pieces_join_without_a_gap() {
        check(
            PlayMode::Once,
            vec![made(1, 100), Piece::Silence(40), made(2, 180)],
            9,
            "1x100+_40+2x20 2x160 Finished",
        );
    }

    #[test]
    fn the_last_frame_is_filled_with_silence() {
        check(PlayMode::Once, vec![made(1, 200)], 9, "1x160 1x40+_120 Finished");
    }

    #[test]
    fn a_missing_clip_is_told_and_the_rest_is_played() {
        check(PlayMode::Once, vec![clip(None), clip(Some(&[3; 160]))], 9, "3x160 Missing");
    }

    #[test]
    fn a_key_has_frames_of_its_own() {
        let five = Digit::try_from('5').expect("a key");
        let key =
            |ms| pieces(&[Sound::Key { digit: five, ms }], &Prompts::start(vec![], 0).expect("a thread").0);
        let mut playing = Playing::new(
            PlayId(1),
            PlayMode::Once,
            [vec![made(1, 200)], key(50), vec![made(2, 160)]].concat(),
        );
        let mut heard = Vec::new();
        loop {
            let ended = playing.frame(&mut [0; FRAME]) != Step::Sound;
            heard.push(playing.pressed().map_or("-".to_owned(), |key| {
                format!("{}:{}{}", key.digit, key.before, if key.last { "!" } else { "" })
            }));
            if ended {
                break;
            }
        }
        assert_eq!(heard.join(" "), "- - 5:0 5:1 5:2! -");
    }

    #[test]
    fn music_goes_round() {
        check(PlayMode::Loop, vec![made(1, 240)], 3, "1x160 1x160 1x160");
    }

    #[test]
    fn a_loop_of_nothing_ends() {
        check(PlayMode::Loop, vec![clip(None), made(1, 0)], 9, "_160 Missing");
        check(PlayMode::Once, vec![], 9, "_160 Finished");
    }

    #[test]
    fn a_clip_that_never_comes_is_missing_after_two_seconds() {
        let mut playing = Playing::new(PlayId(1), PlayMode::Once, vec![Piece::Clip(Slot::default())]);
        let mut frames = 0;
        while playing.frame(&mut [0; FRAME]) == Step::Sound {
            frames += 1;
        }
        assert_eq!(frames, 100);
    }
}
