//! Adding voices at 8 kHz: sums in 32 bits, then a limiter so that two loud voices do not crackle.

/// Samples in 20 ms at 8 kHz.
pub const FRAME: usize = 160;
/// 20 ms at 8 kHz.
pub type Frame = [i16; FRAME];

/// The sum for one listener, one frame at a time.
#[derive(Clone, Debug)]
pub struct Mix {
    sum: [i32; FRAME],
    voices: u32,
}

impl Default for Mix {
    fn default() -> Self {
        Mix { sum: [0; FRAME], voices: 0 }
    }
}

impl Mix {
    pub fn clear(&mut self) {
        *self = Mix::default();
    }
    /// Adds a voice; `gain` in 1/256 of full volume.
    pub fn add(&mut self, frame: &Frame, gain: u16) {
        if gain == 256 {
            for (sum, sample) in self.sum.iter_mut().zip(frame) {
                *sum += i32::from(*sample);
            }
        } else {
            for (sum, sample) in self.sum.iter_mut().zip(frame) {
                *sum += (i32::from(*sample) * i32::from(gain)) >> 8;
            }
        }
        self.voices += 1;
    }
    /// Nobody was added.
    pub fn is_empty(&self) -> bool {
        self.voices == 0
    }
    /// The frame to be heard.
    pub fn finish(&self, limiter: &mut Limiter, out: &mut Frame) {
        limiter.apply(&self.sum, out);
    }
}

/// Turns the whole mix down while its peaks would not fit, and up again slowly.
#[derive(Clone, Debug)]
pub struct Limiter {
    /// In 1/65536.
    gain: i32,
}

impl Default for Limiter {
    fn default() -> Self {
        Limiter { gain: UNITY }
    }
}

const UNITY: i32 = 1 << 16;
/// Peaks are held under this: 1 dB below full scale.
const CEILING: i32 = 29_200;

impl Limiter {
    fn apply(&mut self, sum: &[i32; FRAME], out: &mut Frame) {
        let peak = sum.iter().map(|s| s.saturating_abs()).max().unwrap_or(0);
        let fits = if peak > CEILING { ((i64::from(CEILING) << 16) / i64::from(peak)) as i32 } else { UNITY };
        let from = self.gain;
        // Down at once, up by 3 % per frame.
        let to = fits.min(from + UNITY / 32);
        self.gain = to;
        if from == UNITY && to == UNITY {
            for (out, sample) in out.iter_mut().zip(sum) {
                *out = *sample as i16;
            }
            return;
        }
        for (at, (out, sample)) in out.iter_mut().zip(sum).enumerate() {
            let gain = i64::from(from) + i64::from(to - from) * at as i64 / FRAME as i64;
            *out = ((i64::from(*sample) * gain) >> 16).clamp(-32_768, 32_767) as i16;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finish(mix: &Mix) -> Frame {
        let mut out = [0; FRAME];
        mix.finish(&mut Limiter::default(), &mut out);
        out
    }

    #[test]
    fn one_voice_passes_as_it_came() {
        let mut mix = Mix::default();
        assert!(mix.is_empty());
        mix.add(&[1_234; FRAME], 256);
        assert_eq!(finish(&mix), [1_234; FRAME]);
    }

    #[test]
    fn gain_is_in_256ths() {
        let mut mix = Mix::default();
        mix.add(&[1_000; FRAME], 64);
        mix.add(&[-1_000; FRAME], 128);
        assert_eq!(finish(&mix), [-250; FRAME]);
    }

    #[test]
    fn loud_voices_are_turned_down_and_recover() {
        let mut limiter = Limiter::default();
        let mut mix = Mix::default();
        for _ in 0..3 {
            mix.add(&[i16::MAX; FRAME], 256);
        }
        let mut out = [0; FRAME];
        mix.finish(&mut limiter, &mut out);
        mix.finish(&mut limiter, &mut out);
        assert!(out.iter().all(|s| (28_000..=CEILING as i16).contains(s)), "{:?}", &out[..4]);
        mix.clear();
        mix.add(&[1_000; FRAME], 256);
        for _ in 0..40 {
            mix.finish(&mut limiter, &mut out);
        }
        assert_eq!(out, [1_000; FRAME]);
    }
}
