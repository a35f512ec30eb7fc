//! Keys heard in the sound: eight Goertzel filters, and rules that keep speech from being taken for a key.

use crate::Digit;
use crate::tone::{COLUMNS_HZ, KEYPAD, ROWS_HZ};

/// 12.75 ms: narrow enough to tell 697 from 770 Hz, and two whole blocks lie in the shortest key (40 ms).
const BLOCK: usize = 102;
/// A row may stand 4 dB above its column, a column 8 dB above its row (ITU-T Q.24, as carriers use it).
const REVERSE_TWIST: f32 = 2.5;
const TWIST: f32 = 6.3;
/// The strongest of a group stands 8 dB above its neighbours.
const ALONE: f32 = 6.3;
/// Talk-off: speech spreads its energy, a key has over four fifths of it in its two tones.
const PURE: f32 = 0.82;
/// Mean square of the quietest key: about -40 dB below full scale.
const FLOOR: f32 = 100_000.0;

/// Takes samples at 8 kHz and tells the keys in them.
#[derive(Clone, Debug)]
pub struct ToneDetector {
    filters: [Filter; 8],
    energy: f32,
    filled: usize,
    /// What the last block sounded like.
    last: Option<Digit>,
    /// The key that is held and has been reported.
    held: Option<Digit>,
    misses: u8,
}

#[derive(Clone, Copy, Debug)]
struct Filter {
    coefficient: f32,
    s1: f32,
    s2: f32,
}

impl Default for ToneDetector {
    fn default() -> Self {
        let mut frequencies = ROWS_HZ.into_iter().chain(COLUMNS_HZ);
        ToneDetector {
            filters: std::array::from_fn(|_| {
                let hz = frequencies.next().unwrap_or(0.0);
                Filter { coefficient: 2.0 * (std::f32::consts::TAU * hz / 8_000.0).cos(), s1: 0.0, s2: 0.0 }
            }),
            energy: 0.0,
            filled: 0,
            last: None,
            held: None,
            misses: 0,
        }
    }
}

impl ToneDetector {
    /// Each new key is given to `found` once, however long it is held.
    pub fn push(&mut self, samples: &[i16], mut found: impl FnMut(Digit)) {
        for sample in samples {
            let sample = f32::from(*sample);
            self.energy += sample * sample;
            for filter in &mut self.filters {
                let s0 = sample + filter.coefficient * filter.s1 - filter.s2;
                filter.s2 = filter.s1;
                filter.s1 = s0;
            }
            self.filled += 1;
            if self.filled == BLOCK {
                let block = self.judge();
                if let Some(digit) = self.step(block) {
                    found(digit);
                }
            }
        }
    }

    /// What a block sounds like; clears the filters.
    fn judge(&mut self) -> Option<Digit> {
        let energy = std::mem::take(&mut self.energy);
        self.filled = 0;
        let mut power = [0.0f32; 8];
        for (power, filter) in power.iter_mut().zip(&mut self.filters) {
            *power =
                filter.s1 * filter.s1 + filter.s2 * filter.s2 - filter.coefficient * filter.s1 * filter.s2;
            (filter.s1, filter.s2) = (0.0, 0.0);
        }
        if energy < FLOOR * BLOCK as f32 {
            return None;
        }
        let (row, row_power) = strongest(&power[..4])?;
        let (column, column_power) = strongest(&power[4..])?;
        let twisted = column_power > row_power * TWIST || row_power > column_power * REVERSE_TWIST;
        let pure = 2.0 * (row_power + column_power) / (energy * BLOCK as f32);
        if twisted || pure < PURE {
            return None;
        }
        Digit::try_from(*KEYPAD.get(row)?.get(column)?).ok()
    }

    /// Two like blocks in a row are a key; two without it end it.
    fn step(&mut self, block: Option<Digit>) -> Option<Digit> {
        let before = std::mem::replace(&mut self.last, block);
        if self.held.is_some() && self.held != block {
            self.misses += 1;
            if self.misses >= 2 {
                self.held = None;
            }
        } else {
            self.misses = 0;
        }
        if block.is_some() && block == before && self.held != block {
            self.held = block;
            self.misses = 0;
            return block;
        }
        None
    }
}

/// The strongest of a group, if it stands alone.
fn strongest(group: &[f32]) -> Option<(usize, f32)> {
    let (at, best) = group.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let alone = group.iter().enumerate().all(|(other, power)| other == at || power * ALONE <= best);
    alone.then_some((at, best))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tone;

    fn heard(samples: &[i16]) -> String {
        let (mut detector, mut out) = (ToneDetector::default(), String::new());
        for frame in samples.chunks(160) {
            detector.push(frame, |digit| out.push(digit.as_char()));
        }
        out
    }

    #[test]
    fn every_key_at_every_length_and_level() {
        for (ms, peak) in [(40, 6_000.0), (60, 1_000.0), (100, 15_000.0), (2_000, 4_000.0)] {
            for offset in [0, 33, 77] {
                let mut sound = vec![0i16; offset];
                for key in "0123456789*#ABCD".chars() {
                    sound.extend(tone::key(Digit::try_from(key).expect("a key"), ms, peak));
                    sound.extend([0; 320]);
                }
                assert_eq!(heard(&sound), "0123456789*#ABCD", "{ms} ms at {peak}, {offset} samples late");
            }
        }
    }

    #[test]
    fn a_key_pressed_twice_is_two_keys() {
        let key = tone::key(Digit::try_from('5').expect("a key"), 60, 6_000.0);
        assert_eq!(heard(&[key.clone(), vec![0; 400], key].concat()), "55");
    }

    #[test]
    fn a_dropout_of_ten_milliseconds_does_not_double_a_key() {
        let mut key = tone::key(Digit::try_from('9').expect("a key"), 200, 6_000.0);
        key[700..780].fill(0);
        assert_eq!(heard(&key), "9");
    }

    #[test]
    fn voices_and_music_are_not_keys() {
        // A vowel: harmonics of a gliding pitch under two formants, which pass right through the keys' frequencies.
        let mut phase = 0.0f32;
        let vowel: Vec<i16> = (0..80_000)
            .map(|at| {
                let pitch = 90.0 + 160.0 * (at as f32 / 80_000.0) + 6.0 * (at as f32 / 700.0).sin();
                phase += pitch / 8_000.0;
                let voice: f32 = (1..20)
                    .map(|n| {
                        let hz = pitch * n as f32;
                        let formant = |centre: f32, width: f32| 1.0 / (1.0 + ((hz - centre) / width).powi(2));
                        let loud = formant(720.0, 90.0) + 0.8 * formant(1_250.0, 110.0) + 0.02;
                        loud * (std::f32::consts::TAU * (phase * n as f32).fract()).sin()
                    })
                    .sum();
                (voice * 7_000.0) as i16
            })
            .collect();
        assert_eq!(heard(&vowel), "");
        // One row alone, and a row with a strong stranger.
        let row: Vec<i16> = tone::sine(770.0, 8_000.0, 0, 4_000).collect();
        assert_eq!(heard(&row), "");
        let chord: Vec<i16> = tone::key(Digit::try_from('5').expect("a key"), 500, 5_000.0)
            .iter()
            .zip(tone::sine(523.0, 5_000.0, 0, 4_000))
            .map(|(a, b)| a.saturating_add(b))
            .collect();
        assert_eq!(heard(&chord), "");
    }
}
