//! Packet loss concealment: the last pitch period again and again, fading, and a soft return to the real sound.

use crate::mix::{FRAME, Frame};

const HISTORY: usize = 320;
/// Pitch of 50 to 200 Hz.
const LAGS: std::ops::RangeInclusive<usize> = 40..=160;
/// 5 ms.
const OVERLAP: usize = 40;
/// After three frames (60 ms) there is silence.
const FRAMES_MAX: u32 = 3;

/// Remembers what was heard and continues it for a moment.
#[derive(Clone, Debug)]
pub struct Concealer {
    history: [i16; HISTORY],
    lost: u32,
    lag: usize,
    /// Where in the period the next concealed sample is.
    phase: usize,
}

impl Default for Concealer {
    fn default() -> Self {
        Concealer { history: [0; HISTORY], lost: 0, lag: 80, phase: 0 }
    }
}

impl Concealer {
    /// A frame that came. After a loss its first 5 ms are blended with what was made up.
    pub fn heard(&mut self, frame: &mut Frame) {
        if self.lost > 0 {
            let made_up: [i16; OVERLAP] = std::array::from_fn(|_| self.next_sample());
            for (at, (sample, invented)) in frame.iter_mut().zip(made_up).enumerate() {
                let (new, old) = (at as i32, (OVERLAP - at) as i32);
                *sample = ((i32::from(*sample) * new + i32::from(invented) * old) / OVERLAP as i32) as i16;
            }
            self.lost = 0;
        }
        self.history.copy_within(FRAME.., 0);
        self.history[HISTORY - FRAME..].copy_from_slice(frame);
    }

    /// A frame in place of one that did not come.
    pub fn conceal(&mut self, out: &mut Frame) {
        if self.lost == 0 {
            self.lag = self.pitch();
            self.phase = 0;
        }
        if self.lost < FRAMES_MAX {
            for sample in out.iter_mut() {
                *sample = self.next_sample();
            }
        } else {
            out.fill(0);
        }
        self.lost = self.lost.saturating_add(1);
    }

    fn next_sample(&mut self) -> i16 {
        let sample = self.history[HISTORY - self.lag + self.phase % self.lag];
        let faded = (FRAMES_MAX as usize * FRAME).saturating_sub(self.phase) as i32;
        self.phase += 1;
        (i32::from(sample) * faded / (FRAMES_MAX as usize * FRAME) as i32) as i16
    }

    /// The lag at which the last 10 ms resemble what was before them.
    fn pitch(&self) -> usize {
        let last = &self.history[HISTORY - 80..];
        let mut best = (0.0f32, 80);
        for lag in LAGS {
            let before = &self.history[HISTORY - 80 - lag..HISTORY - lag];
            let (mut cross, mut energy) = (0.0f32, 1.0f32);
            for (a, b) in last.iter().zip(before) {
                cross += f32::from(*a) * f32::from(*b);
                energy += f32::from(*b) * f32::from(*b);
            }
            let likeness = cross.max(0.0) * cross / energy;
            if likeness > best.0 {
                best = (likeness, lag);
            }
        }
        best.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{level::level_db, tone::sine};

    fn tone(frame: usize) -> Frame {
        let mut out = [0; FRAME];
        for (to, from) in out.iter_mut().zip(sine(200.0, 8_000.0, frame * FRAME, FRAME)) {
            *to = from;
        }
        out
    }

    #[test]
    fn a_lost_frame_of_a_tone_is_hardly_heard() {
        let mut concealer = Concealer::default();
        let mut out = Vec::new();
        for at in 0..6 {
            let mut frame = tone(at);
            if at == 4 {
                concealer.conceal(&mut frame);
            } else {
                concealer.heard(&mut frame);
            }
            out.extend(frame);
        }
        let wanted: Vec<i16> = sine(200.0, 8_000.0, 0, 6 * FRAME).collect();
        let error: Vec<i16> = out.iter().zip(&wanted).map(|(a, b)| a - b).collect();
        assert!(level_db(&error) < level_db(&wanted) - 10.0, "{} dB", level_db(&error));
        // No click: neighbours never differ by more than the tone's own slope allows (with a margin).
        assert!(out.windows(2).all(|w| (i32::from(w[0]) - i32::from(w[1])).abs() < 2_600));
    }

    #[test]
    fn a_long_gap_becomes_silence() {
        let mut concealer = Concealer::default();
        for at in 0..3 {
            concealer.heard(&mut tone(at));
        }
        let mut frame = [1; FRAME];
        for _ in 0..4 {
            concealer.conceal(&mut frame);
        }
        assert_eq!(frame, [0; FRAME]);
    }
}
