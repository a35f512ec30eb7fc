//! Music on hold: a minute of soft chords with a plucked figure above them, composed here, made by arithmetic alone.
//!
//! It is played in a loop: every note is laid into a ring, so that what rings on at the end is heard at the beginning.

use std::f32::consts::TAU;

use crate::telephone::{RATE, amplitude};

/// Quavers of 375 ms: 80 beats a minute.
const STEP: usize = RATE * 375 / 1000;
const STEPS_PER_BAR: usize = 8;

/// Speech stands out from music that is a little softer.
const LEVEL_DBFS: f32 = -24.0;

/// A bar: the notes of its chord and those plucked above it, as MIDI numbers.
struct Bar {
    chord: [u8; 4],
    figure: [Option<u8>; STEPS_PER_BAR],
}

const REST: Option<u8> = None;

/// In D major: D, B minor, G, A. Twenty bars make sixty seconds.
const VERSE: [Bar; 4] = [
    Bar {
        chord: [50, 57, 61, 66],
        figure: [Some(74), REST, Some(78), Some(81), REST, Some(78), Some(76), REST],
    },
    Bar { chord: [47, 57, 62, 66], figure: [Some(74), REST, Some(73), Some(74), REST, Some(78), REST, REST] },
    Bar {
        chord: [55, 59, 62, 66],
        figure: [Some(71), REST, Some(74), Some(78), REST, Some(76), Some(74), REST],
    },
    Bar { chord: [57, 59, 64, 69], figure: [Some(76), REST, Some(73), Some(71), REST, Some(69), REST, REST] },
];
/// G, F sharp minor, E minor, A.
const REFRAIN: [Bar; 4] = [
    Bar { chord: [55, 59, 62, 66], figure: [Some(83), REST, Some(81), REST, Some(78), REST, Some(74), REST] },
    Bar { chord: [54, 57, 61, 64], figure: [Some(81), REST, Some(78), REST, Some(76), REST, Some(73), REST] },
    Bar { chord: [52, 59, 62, 67], figure: [Some(79), REST, Some(78), REST, Some(76), REST, Some(74), REST] },
    Bar { chord: [57, 61, 64, 67], figure: [Some(76), REST, REST, Some(73), REST, Some(76), REST, REST] },
];

/// Sixty seconds at 8 kHz, ±1.
pub fn on_hold() -> Vec<f32> {
    let bars: Vec<&Bar> = [&VERSE, &VERSE, &REFRAIN, &VERSE, &REFRAIN].into_iter().flatten().collect();
    let mut ring = vec![0.0; bars.len() * STEPS_PER_BAR * STEP];
    for (at, bar) in bars.iter().enumerate() {
        let start = at * STEPS_PER_BAR * STEP;
        for note in bar.chord {
            pad(&mut ring, start, note);
        }
        for (step, note) in bar.figure.iter().enumerate() {
            if let Some(note) = note {
                pluck(&mut ring, start + step * STEP, *note, 0.5);
            }
            // A quiet broken chord keeps the time under the figure.
            if let Some(note) = bar.chord.get(step % 4) {
                pluck(&mut ring, start + step * STEP, note + 12, 0.16);
            }
        }
    }
    let power = ring.iter().map(|s| s * s).sum::<f32>() / ring.len() as f32;
    let gain = amplitude(LEVEL_DBFS) / power.sqrt();
    ring.iter().map(|s| (s * gain).clamp(-0.7, 0.7)).collect()
}

fn frequency(note: u8) -> f32 {
    440.0 * 2f32.powf((f32::from(note) - 69.0) / 12.0)
}

fn lay(ring: &mut [f32], start: usize, length: usize, voice: impl Fn(f32) -> f32) {
    let size = ring.len();
    for at in 0..length {
        if let Some(sample) = ring.get_mut((start + at) % size) {
            *sample += voice(at as f32 / RATE as f32);
        }
    }
}

/// A held note: swells, stays for a bar, sinks into the next one; two strings, slightly out of tune.
fn pad(ring: &mut [f32], start: usize, note: u8) {
    let hz = frequency(note);
    let bar = (STEPS_PER_BAR * STEP) as f32 / RATE as f32;
    let length = STEPS_PER_BAR * STEP + RATE;
    lay(ring, start, length, |t| {
        let swell = (t / 0.6).min(1.0) * ((bar + 1.0 - t) / 1.0).clamp(0.0, 1.0);
        let string = |hz: f32| {
            (TAU * hz * t).sin() + 0.35 * (TAU * 2.0 * hz * t).sin() + 0.12 * (TAU * 3.0 * hz * t).sin()
        };
        0.1 * swell * (string(hz * 0.9985) + string(hz * 1.0015))
    });
}

/// A plucked note that rings for a second and a half.
fn pluck(ring: &mut [f32], start: usize, note: u8, size: f32) {
    let hz = frequency(note);
    lay(ring, start, RATE * 3 / 2, |t| {
        let attack = (t / 0.006).min(1.0);
        let end = ((1.5 - t) / 0.1).min(1.0);
        let tone =
            (TAU * hz * t).sin() * (-t * 3.2).exp() + 0.3 * (TAU * 2.0 * hz * t).sin() * (-t * 5.5).exp();
        size * attack * end * tone
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telephone::dbfs;

    #[test]
    fn it_lasts_a_minute_at_its_level_and_loops_without_a_click() {
        let music = on_hold();
        assert_eq!(music.len(), 60 * RATE);
        let power = music.iter().map(|s| s * s).sum::<f32>() / music.len() as f32;
        assert!((dbfs(power.sqrt()) - LEVEL_DBFS).abs() < 0.5);
        let jump = |pair: &[f32]| (pair[1] - pair[0]).abs();
        let largest = music.windows(2).map(jump).fold(0.0, f32::max);
        let seam = [music[music.len() - 1], music[0]];
        assert!(jump(&seam) <= largest, "{} > {largest}", jump(&seam));
    }
}
