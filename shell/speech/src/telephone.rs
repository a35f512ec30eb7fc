//! From the model's 24 kHz to telephone sound: band-limited 8 kHz, an even level, tight ends, A-law in a WAV file.

use anyhow::ensure;
use audio::{g711, wav};

/// Samples per second of what is played on a telephone line.
pub const RATE: usize = 8_000;

/// Samples per second of what the model says.
pub const MODEL_RATE: usize = 24_000;

/// The level speech is brought to, as RMS over the frames that carry speech.
pub const LEVEL_DBFS: f32 = -20.0;

/// No sample goes beyond this.
pub const PEAK_DBFS: f32 = -3.0;

const FRAME: usize = RATE / 100;

/// How much of the quiet before and after the speech is kept, in milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ends {
    pub lead_ms: usize,
    pub tail_ms: usize,
}

impl Ends {
    /// For a whole announcement.
    pub const SENTENCE: Ends = Ends { lead_ms: 40, tail_ms: 150 };
    /// For a part that is joined to others.
    pub const PART: Ends = Ends { lead_ms: 15, tail_ms: 35 };
}

pub fn amplitude(dbfs: f32) -> f32 {
    10f32.powf(dbfs / 20.0)
}

pub fn dbfs(amplitude: f32) -> f32 {
    20.0 * amplitude.max(1e-9).log10()
}

/// Makes what the model said fit for a telephone line: 24 kHz in, 8 kHz out, both ±1.
pub fn finish(speech: &[f32], ends: Ends) -> anyhow::Result<Vec<f32>> {
    let mut sound = band_limit(speech);
    ensure!(level(&mut sound), "nothing but silence was rendered");
    let mut sound = trim(&sound, ends);
    fade(&mut sound);
    Ok(sound)
}

/// Brings speech at 8 kHz, ±1, to the level of all prompts, without going beyond the peak; false when there is none.
pub fn level(sound: &mut [f32]) -> bool {
    let level = active_level(sound);
    if level <= amplitude(-70.0) {
        return false;
    }
    let gain = amplitude(LEVEL_DBFS) / level;
    for sample in sound {
        *sample = limit(*sample * gain);
    }
    true
}

/// Filters to 250–3,500 Hz, the band of a telephone line, and keeps every third sample.
fn band_limit(speech: &[f32]) -> Vec<f32> {
    const HALF: isize = 240;
    let rate = MODEL_RATE as f32;
    let low_pass = |hz: f32, at: isize| {
        let cut = 2.0 * hz / rate;
        let x = std::f32::consts::PI * at as f32;
        if at == 0 { cut } else { (cut * x).sin() / x }
    };
    let hann = |at: isize| 0.5 + 0.5 * (std::f32::consts::PI * at as f32 / (HALF + 1) as f32).cos();
    let taps: Vec<f32> =
        (-HALF..=HALF).map(|at| (low_pass(3_500.0, at) - low_pass(250.0, at)) * hann(at)).collect();
    let step = MODEL_RATE / RATE;
    (0..speech.len().div_ceil(step))
        .map(|out| {
            let first = (out * step) as isize - HALF;
            taps.iter()
                .enumerate()
                .map(|(tap, weight)| {
                    let at = first + tap as isize;
                    usize::try_from(at)
                        .ok()
                        .and_then(|at| speech.get(at))
                        .map_or(0.0, |sample| sample * weight)
                })
                .sum()
        })
        .collect()
}

fn rms(samples: &[f32]) -> f32 {
    (samples.iter().map(|s| s * s).sum::<f32>() / samples.len().max(1) as f32).sqrt()
}

/// The RMS over the frames of 10 ms within 25 dB of the loudest one, so that pauses do not count.
pub fn active_level(sound: &[f32]) -> f32 {
    let levels: Vec<f32> = sound.chunks(FRAME).map(rms).collect();
    let loudest = levels.iter().copied().fold(0.0, f32::max);
    let active: Vec<f32> = levels.into_iter().filter(|level| *level > loudest * amplitude(-25.0)).collect();
    rms(&active)
}

/// Bends what is above the knee under the ceiling instead of cutting it off.
fn limit(sample: f32) -> f32 {
    // A little under the ceiling: the steps of A-law are coarse up there.
    let (knee, ceiling) = (amplitude(-9.0), amplitude(PEAK_DBFS - 0.4));
    let size = sample.abs();
    if size <= knee {
        return sample;
    }
    (knee + (ceiling - knee) * ((size - knee) / (ceiling - knee)).tanh()).copysign(sample)
}

/// Cuts the quiet off both ends, but for what `ends` keeps.
fn trim(sound: &[f32], ends: Ends) -> Vec<f32> {
    let quiet = amplitude(LEVEL_DBFS - 27.0);
    let loud = |frame: &[f32]| rms(frame) > quiet;
    let frames: Vec<&[f32]> = sound.chunks(FRAME / 2).collect();
    let first = frames.iter().position(|frame| loud(frame)).unwrap_or(0) * FRAME / 2;
    let last = frames.iter().rposition(|frame| loud(frame)).map_or(sound.len(), |at| (at + 1) * FRAME / 2);
    let from = first.saturating_sub(ends.lead_ms * RATE / 1000);
    let to = (last + ends.tail_ms * RATE / 1000).min(sound.len());
    let mut kept = sound.get(from..to).unwrap_or_default().to_vec();
    // A tail that the model did not give is made of silence, so that all ends are alike.
    kept.resize(last - from + ends.tail_ms * RATE / 1000, 0.0);
    kept
}

/// 5 ms in, 15 ms out: no click at either end.
fn fade(sound: &mut [f32]) {
    let (rise, fall) = (RATE / 200, RATE * 15 / 1000);
    let count = sound.len();
    for (at, sample) in sound.iter_mut().enumerate() {
        *sample *= (at as f32 / rise as f32).min(1.0) * ((count - 1 - at) as f32 / fall as f32).min(1.0);
    }
}

/// ±1 to A-law.
pub fn encode(sound: &[f32]) -> Vec<u8> {
    sound.iter().map(|s| g711::to_alaw((s.clamp(-1.0, 1.0) * 32_767.0) as i16)).collect()
}

/// A-law to ±1.
pub fn decode(a_law: &[u8]) -> Vec<f32> {
    a_law.iter().map(|code| f32::from(g711::ALAW[usize::from(*code)]) / 32_768.0).collect()
}

/// A WAV file of 8 kHz A-law, one channel.
pub fn to_wav(a_law: &[u8]) -> Vec<u8> {
    const A_LAW: u16 = 6;
    let count = a_law.len() as u32;
    let padding = count % 2;
    let rate = RATE as u32;
    let mut file = Vec::with_capacity(a_law.len() + 60);
    file.extend(b"RIFF");
    file.extend((50 + count + padding).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(18u32.to_le_bytes());
    for field in [A_LAW, 1] {
        file.extend(field.to_le_bytes());
    }
    for field in [rate, rate] {
        file.extend(field.to_le_bytes());
    }
    for field in [1u16, 8, 0] {
        file.extend(field.to_le_bytes());
    }
    file.extend(b"fact");
    file.extend(4u32.to_le_bytes());
    file.extend(count.to_le_bytes());
    file.extend(b"data");
    file.extend(count.to_le_bytes());
    file.extend(a_law);
    file.extend(vec![0; padding as usize]);
    file
}

/// The A-law samples in such a file; an error names what is not as it should be.
pub fn from_wav(file: &[u8]) -> anyhow::Result<&[u8]> {
    let wav = wav::read(file)?;
    ensure!(
        (wav.format, wav.channels, wav.rate_hz) == (wav::Format::Alaw, 1, RATE as u32),
        "not 8 kHz A-law with one channel: {:?}, {} Hz, {} channels",
        wav.format,
        wav.rate_hz,
        wav.channels
    );
    Ok(wav.data)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(hz: f32, seconds: f32, size: f32) -> Vec<f32> {
        let count = (seconds * MODEL_RATE as f32) as usize;
        (0..count)
            .map(|at| size * (at as f32 * hz * std::f32::consts::TAU / MODEL_RATE as f32).sin())
            .collect()
    }

    fn silence(seconds: f32) -> Vec<f32> {
        vec![0.0; (seconds * MODEL_RATE as f32) as usize]
    }

    #[test]
    fn speech_ends_up_level_trimmed_and_without_a_click() {
        for size in [0.01, 0.3, 1.0] {
            let sound =
                finish(&[silence(0.5), tone(800.0, 1.0, size), silence(0.7)].concat(), Ends::SENTENCE)
                    .expect("it is not silent");
            assert!((dbfs(active_level(&sound)) - LEVEL_DBFS).abs() < 0.5, "{}", dbfs(active_level(&sound)));
            assert!((1.17..1.23).contains(&(sound.len() as f32 / RATE as f32)), "{}", sound.len());
            assert_eq!((sound.first(), sound.last()), (Some(&0.0), Some(&0.0)));
        }
    }

    #[test]
    fn peaks_stay_under_the_ceiling_after_a_law() {
        let mut speech = tone(700.0, 1.0, 0.05);
        for click in speech.iter_mut().step_by(400) {
            *click = 1.0;
        }
        let sound = decode(&encode(&finish(&speech, Ends::PART).expect("it is not silent")));
        let peak = sound.iter().fold(0.0f32, |peak, s| peak.max(s.abs()));
        assert!(dbfs(peak) <= PEAK_DBFS, "{}", dbfs(peak));
    }

    #[test]
    fn what_a_telephone_does_not_carry_is_filtered() {
        // Both ends are left out: to start a tone is a sound of its own.
        let level = |hz| dbfs(active_level(&band_limit(&tone(hz, 1.0, 0.5))[800..7_200]));
        assert!((level(1_000.0) - dbfs(0.5 / 2f32.sqrt())).abs() < 0.2);
        assert!(level(100.0) < level(1_000.0) - 12.0, "{}", level(100.0));
        assert!(level(4_500.0) < level(1_000.0) - 50.0, "{}", level(4_500.0));
    }

    #[test]
    fn silence_is_refused() {
        assert!(finish(&silence(1.0), Ends::PART).is_err());
        assert!(finish(&[], Ends::PART).is_err());
    }

    #[test]
    fn a_wav_file_is_read_back() {
        for a_law in [&b"odd"[..], b"even", b""] {
            assert_eq!(from_wav(&to_wav(a_law)).expect("our own file"), a_law);
        }
        for broken in [&b""[..], b"RIFF", b"RIFF\0\0\0\0WAVEdata\x04\0\0\0ab", &wav::header(0)] {
            assert!(from_wav(broken).is_err());
        }
    }
}
