//! Prompts as people record them become prompts as they are played: 8 kHz, one channel, A-law.

use audio::g711;
use audio::wav::{self, BadWav, Format};
use serde::Serialize;

/// The largest file that is looked at.
pub const FILE_BYTES_MAX: u64 = 50 * 1024 * 1024;
/// Nobody listens to more.
pub const LENGTH_MS_MAX: u64 = 10 * 60 * 1_000;
const LENGTH_MS_MIN: u64 = 100;
const RATES: std::ops::RangeInclusive<u32> = 8_000..=96_000;
const RATE: u32 = 8_000;

/// Why a file cannot be a prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Bad {
    #[error("not a WAV file: save the recording as WAV (16-bit PCM, A-law or µ-law)")]
    NotWav,
    #[error("the WAV file is damaged ({detail}): save it again")]
    Damaged { detail: String },
    #[error("the sound is coded as {code} with {bits} bits: save it as 16-bit PCM, A-law or µ-law")]
    Coding { code: u16, bits: u16 },
    #[error("the file has {channels} channels: save it with one or two")]
    Channels { channels: u16 },
    #[error("the sample rate is {rate_hz} Hz: save it with 8,000 to 96,000")]
    Rate { rate_hz: u32 },
    #[error("the recording lasts {ms} ms: at least {min_ms}")]
    TooShort { ms: u64, min_ms: u64 },
    #[error("the recording lasts {seconds} s: at most {max_s}")]
    TooLong { seconds: u64, max_s: u64 },
    #[error("nothing can be heard in it: record it again")]
    Silent,
    #[error("no file came with the request: choose one")]
    NoFile,
}

impl From<BadWav> for Bad {
    fn from(bad: BadWav) -> Bad {
        match bad {
            BadWav::NotWav => Bad::NotWav,
            BadWav::Without(chunk) => Bad::Damaged { detail: format!("no {chunk} chunk") },
            BadWav::Coding { code, bits } => Bad::Coding { code, bits },
        }
    }
}

/// A prompt ready to be played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converted {
    /// A WAV file.
    pub wav: Vec<u8>,
    pub duration_ms: u64,
}

/// Reads a WAV file and writes a prompt; takes about 10 ms of CPU per minute of sound. `level` brings it to the level of all
/// prompts: for what somebody spoke into whatever microphone there was.
pub fn convert(file: &[u8], level: bool) -> Result<Converted, Bad> {
    let wav = wav::read(file)?;
    if !(1..=2).contains(&wav.channels) {
        return Err(Bad::Channels { channels: wav.channels });
    }
    if !RATES.contains(&wav.rate_hz) {
        return Err(Bad::Rate { rate_hz: wav.rate_hz });
    }
    let channels = usize::from(wav.channels);
    let bytes_each = if wav.format == Format::Pcm16 { 2 } else { 1 };
    let frames = wav.data.len() / (channels * bytes_each);
    let ms = frames as u64 * 1_000 / u64::from(wav.rate_hz);
    if ms < LENGTH_MS_MIN {
        return Err(Bad::TooShort { ms, min_ms: LENGTH_MS_MIN });
    }
    if ms > LENGTH_MS_MAX {
        return Err(Bad::TooLong { seconds: ms / 1_000, max_s: LENGTH_MS_MAX / 1_000 });
    }
    let mono: Vec<i16> =
        wav.data.chunks_exact(channels * bytes_each).map(|frame| mix(frame, &wav.format)).collect();
    // Below a hundredth of a per cent of full scale a telephone gives nothing back.
    if mono.iter().all(|sample| sample.unsigned_abs() < 32) {
        return Err(Bad::Silent);
    }
    let mut samples = audio_codec::resample(&mono, wav.rate_hz, RATE);
    if level && !levelled(&mut samples) {
        return Err(Bad::Silent);
    }
    let mut out = wav::prompt_header(samples.len() as u64).to_vec();
    out.extend(samples.iter().map(|sample| g711::to_alaw(*sample)));
    Ok(Converted { wav: out, duration_ms: samples.len() as u64 * 1_000 / u64::from(RATE) })
}

/// False when nothing is heard.
fn levelled(samples: &mut [i16]) -> bool {
    let mut sound: Vec<f32> = samples.iter().map(|sample| f32::from(*sample) / 32_768.0).collect();
    let heard = speech::telephone::level(&mut sound);
    for (sample, levelled) in samples.iter_mut().zip(sound) {
        *sample = (levelled * 32_767.0) as i16;
    }
    heard
}

/// One frame of one or two channels as one sample.
fn mix(frame: &[u8], format: &Format) -> i16 {
    let mut sum = 0i32;
    let mut count = 0i32;
    match format {
        Format::Pcm16 => {
            for bytes in frame.chunks_exact(2) {
                sum += i32::from(i16::from_le_bytes([bytes[0], bytes[1]]));
                count += 1;
            }
        }
        Format::Alaw | Format::Ulaw => {
            let table = if *format == Format::Alaw { &g711::ALAW } else { &g711::ULAW };
            for code in frame {
                sum += i32::from(table[usize::from(*code)]);
                count += 1;
            }
        }
    }
    // Two channels never sum beyond twice a sample's range, so the mean is one.
    i16::try_from(sum / count.max(1)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A WAV file of a tone, `ms` long.
    fn tone(code: u16, bits: u16, channels: u16, rate: u32, ms: u32) -> Vec<u8> {
        let frames = u64::from(rate) * u64::from(ms) / 1_000;
        let mut data = Vec::new();
        for at in 0..frames {
            let phase = at as f64 / f64::from(rate) * 440.0 * std::f64::consts::TAU;
            let sample = (phase.sin() * 12_000.0) as i16;
            for _ in 0..channels {
                match code {
                    6 => data.push(g711::to_alaw(sample)),
                    7 => data.push(g711::to_ulaw(sample)),
                    _ => data.extend(sample.to_le_bytes()),
                }
            }
        }
        wav_of(code, bits, channels, rate, &data)
    }

    fn wav_of(code: u16, bits: u16, channels: u16, rate: u32, data: &[u8]) -> Vec<u8> {
        let mut file = b"RIFF\0\0\0\0WAVEfmt ".to_vec();
        file.extend(16u32.to_le_bytes());
        file.extend(code.to_le_bytes());
        file.extend(channels.to_le_bytes());
        file.extend(rate.to_le_bytes());
        file.extend([0; 6]);
        file.extend(bits.to_le_bytes());
        file.extend(b"data");
        file.extend((data.len() as u32).to_le_bytes());
        file.extend(data);
        file
    }

    #[test]
    fn every_usual_recording_becomes_the_same_prompt() {
        for (code, bits, channels, rate) in
            [(1, 16, 1, 8_000), (1, 16, 2, 44_100), (1, 16, 1, 48_000), (6, 8, 1, 8_000), (7, 8, 2, 16_000)]
        {
            let made = convert(&tone(code, bits, channels, rate, 500), false).expect("a prompt");
            let wav = wav::read(&made.wav).expect("readable");
            assert_eq!((wav.format, wav.channels, wav.rate_hz), (Format::Alaw, 1, 8_000));
            assert!(made.duration_ms.abs_diff(500) <= 10, "{rate}: {} ms", made.duration_ms);
            // As loud as it was: a sine of 12,000 has a mean square of 72 million.
            let power: f64 =
                wav.data.iter().map(|code| f64::from(g711::ALAW[usize::from(*code)]).powi(2)).sum();
            let mean = power / wav.data.len() as f64 / 72e6;
            assert!((0.85..1.15).contains(&mean), "{code} {channels} {rate}: {mean}");
        }
    }

    #[test]
    fn a_whisper_and_a_shout_become_equally_loud() {
        let quiet = |by: i16| {
            let mut file = tone(1, 16, 1, 16_000, 500);
            for sample in file[44..].chunks_exact_mut(2) {
                let louder = i16::from_le_bytes([sample[0], sample[1]]) / by;
                sample.copy_from_slice(&louder.to_le_bytes());
            }
            let made = convert(&file, true).expect("a prompt");
            let wav = wav::read(&made.wav).expect("readable");
            let power: f64 =
                wav.data.iter().map(|code| f64::from(g711::ALAW[usize::from(*code)]).powi(2)).sum();
            (power / wav.data.len() as f64).sqrt()
        };
        let (shout, whisper) = (quiet(1), quiet(60));
        assert!((0.8..1.25).contains(&(whisper / shout)), "{whisper} {shout}");
    }

    #[test]
    fn what_cannot_be_a_prompt_is_refused_with_the_reason() {
        let check = |file: &[u8], expected: &str| {
            assert_eq!(
                convert(file, false).map(|_| ()).map_err(|bad| bad.to_string()),
                Err(expected.to_owned())
            );
        };
        check(b"", "not a WAV file: save the recording as WAV (16-bit PCM, A-law or µ-law)");
        check(
            b"ID3\x04mp3 perhaps",
            "not a WAV file: save the recording as WAV (16-bit PCM, A-law or µ-law)",
        );
        check(b"RIFF\0\0\0\0WAVE", "the WAV file is damaged (no data chunk): save it again");
        check(
            &tone(1, 24, 1, 8_000, 500),
            "the sound is coded as 1 with 24 bits: save it as 16-bit PCM, A-law or µ-law",
        );
        check(&tone(1, 16, 6, 8_000, 500), "the file has 6 channels: save it with one or two");
        check(&wav_of(1, 16, 0, 8_000, &[0; 99]), "the file has 0 channels: save it with one or two");
        check(&tone(1, 16, 1, 0, 500), "the sample rate is 0 Hz: save it with 8,000 to 96,000");
        check(
            &wav_of(1, 16, 1, u32::MAX, &[1; 999]),
            "the sample rate is 4294967295 Hz: save it with 8,000 to 96,000",
        );
        check(&tone(1, 16, 1, 8_000, 20), "the recording lasts 20 ms: at least 100");
        check(&wav_of(6, 8, 1, 8_000, &vec![7; 8_000 * 601]), "the recording lasts 601 s: at most 600");
        check(&wav_of(1, 16, 1, 8_000, &[0; 16_000]), "nothing can be heard in it: record it again");
    }

    #[test]
    fn a_file_cut_anywhere_is_answered() {
        let file = tone(1, 16, 2, 16_000, 150);
        for length in (0..64).chain((64..file.len()).step_by(101)) {
            let _ = convert(&file[..length], length % 2 == 0);
        }
    }
}
