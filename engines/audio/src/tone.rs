//! Tones: the beep before a message, and the two-tone keys for tests and for telephones that need them.

use std::f32::consts::TAU;

use crate::Digit;

/// Rows and columns of the keypad in Hz (ITU-T Q.23).
pub const ROWS_HZ: [f32; 4] = [697.0, 770.0, 852.0, 941.0];
pub const COLUMNS_HZ: [f32; 4] = [1_209.0, 1_336.0, 1_477.0, 1_633.0];
/// Keys by row and column.
pub(crate) const KEYPAD: [[char; 4]; 4] =
    [['1', '2', '3', 'A'], ['4', '5', '6', 'B'], ['7', '8', '9', 'C'], ['*', '0', '#', 'D']];

/// `samples` of a sine at 8 kHz, from the `start`th sample on, with a peak of `peak`.
pub fn sine(hz: f32, peak: f32, start: usize, samples: usize) -> impl Iterator<Item = i16> {
    let step = f64::from(hz) / 8_000.0;
    (start..start + samples).map(move |at| {
        let turn = (at as f64 * step).fract() as f32;
        (peak * (TAU * turn).sin()) as i16
    })
}

/// The tone that asks for a message: 1 kHz, -10 dB below full scale, with soft edges of 5 ms.
pub fn beep(ms: u32) -> Vec<i16> {
    let samples = (ms as usize).saturating_mul(8);
    let mut out: Vec<i16> = sine(1_000.0, 10_000.0, 0, samples).collect();
    let edge = 40.min(samples / 2);
    for at in 0..edge {
        let soften = |sample: i16| (i32::from(sample) * at as i32 / edge as i32) as i16;
        out[at] = soften(out[at]);
        out[samples - 1 - at] = soften(out[samples - 1 - at]);
    }
    out
}

/// The two tones of a key at 8 kHz, each with a peak of `peak`.
pub fn key(digit: Digit, ms: u32, peak: f32) -> Vec<i16> {
    let key = digit.as_char();
    let at = KEYPAD.iter().flatten().position(|k| *k == key).unwrap_or(0);
    let samples = (ms as usize).saturating_mul(8);
    sine(ROWS_HZ[at / 4], peak, 0, samples)
        .zip(sine(COLUMNS_HZ[at % 4], peak, 0, samples))
        .map(|(row, column)| row.saturating_add(column))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beep_is_one_kilohertz_with_soft_edges() {
        let beep = beep(200);
        assert_eq!(beep.len(), 1_600);
        assert_eq!((beep[0], beep[1_599]), (0, 0));
        assert!(beep.iter().all(|s| s.abs() <= 10_000));
        assert_eq!(beep[800..].windows(2).filter(|w| w[0] < 0 && w[1] >= 0).count(), 100);
        assert!(super::beep(0).is_empty());
    }
}
