//! How loud a piece of sound is, and how much of one frequency is in it.

/// The root mean square in dB below full scale (0 is as loud as can be); silence is -96.
pub fn level_db(samples: &[i16]) -> f32 {
    if samples.is_empty() {
        return -96.0;
    }
    let power = samples.iter().map(|s| f64::from(*s) * f64::from(*s)).sum::<f64>() / samples.len() as f64;
    if power < 0.5 { -96.0 } else { (10.0 * (power / (32_768.0 * 32_768.0)).log10()) as f32 }
}

/// The share of the energy that lies at `hz`, 0 to 1 (Goertzel; `samples` at 8 kHz, some hundreds of them).
pub fn share_at(samples: &[i16], hz: f32) -> f32 {
    let energy: f32 = samples.iter().map(|s| f32::from(*s) * f32::from(*s)).sum();
    if energy < 1.0 {
        return 0.0;
    }
    let coefficient = 2.0 * (std::f32::consts::TAU * hz / 8_000.0).cos();
    let (mut s1, mut s2) = (0.0f32, 0.0f32);
    for sample in samples {
        let s0 = f32::from(*sample) + coefficient * s1 - s2;
        s2 = s1;
        s1 = s0;
    }
    let at = s1 * s1 + s2 * s2 - coefficient * s1 * s2;
    2.0 * at / (energy * samples.len() as f32)
}

/// Tells when nothing has been said for a while.
#[derive(Clone, Debug, Default)]
pub struct SilenceMeter {
    quiet_ms: u32,
}

impl SilenceMeter {
    /// Below this a frame is silence.
    pub const QUIET_DB: f32 = -50.0;

    /// Takes a piece at 8 kHz; returns for how many milliseconds it has been quiet now.
    pub fn push(&mut self, samples: &[i16]) -> u32 {
        if level_db(samples) < Self::QUIET_DB {
            self.quiet_ms = self.quiet_ms.saturating_add(samples.len() as u32 / 8);
        } else {
            self.quiet_ms = 0;
        }
        self.quiet_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tone::sine;

    #[test]
    fn a_full_sine_is_three_db_below_full_scale() {
        let tone: Vec<i16> = sine(1_000.0, 32_767.0, 0, 800).collect();
        assert!((level_db(&tone) + 3.01).abs() < 0.02);
        assert_eq!(level_db(&[0; 80]), -96.0);
    }

    #[test]
    fn a_tone_is_found_at_its_frequency_only() {
        let tone: Vec<i16> = sine(440.0, 8_000.0, 0, 1_600).collect();
        assert!(share_at(&tone, 440.0) > 0.99);
        assert!(share_at(&tone, 880.0) < 0.01);
    }

    #[test]
    fn silence_is_counted_and_speech_ends_it() {
        let mut meter = SilenceMeter::default();
        assert_eq!((meter.push(&[3; 160]), meter.push(&[-3; 160])), (20, 40));
        assert_eq!(meter.push(&[2_000; 160]), 0);
    }
}
