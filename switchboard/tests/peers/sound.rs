//! Tones that are sent, and how much of a tone there is in what was heard.

use std::f64::consts::TAU;
use std::path::Path;

pub const CALLER_HZ: f64 = 440.0;
pub const AGENT_HZ: f64 = 1_100.0;

/// A minute of a tone as 16-bit WAV, mono, 8 kHz.
pub fn write_tone(path: &Path, hz: f64) {
    let samples = (0..60 * 8_000).map(|n| ((TAU * hz * f64::from(n) / 8_000.0).sin() * 8_000.0) as i16);
    let data: Vec<u8> = samples.flat_map(i16::to_le_bytes).collect();
    let mut file = Vec::from(*b"RIFF");
    file.extend((36 + data.len() as u32).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend(8_000u32.to_le_bytes());
    file.extend(16_000u32.to_le_bytes());
    file.extend(b"\x02\0\x10\0data");
    file.extend((data.len() as u32).to_le_bytes());
    file.extend(data);
    std::fs::write(path, file).expect("written");
}

/// A channel of a 16-bit WAV.
pub fn channel(wav: &[u8], of: usize, channels: usize) -> Vec<i16> {
    let data = wav.get(44..).expect("a whole header");
    data.as_chunks().0.iter().skip(of).step_by(channels).map(|pair| i16::from_le_bytes(*pair)).collect()
}

/// Seconds, in steps of 100 ms, in which most of the power is at this frequency (Goertzel).
pub fn seconds_of(hz: f64, samples: &[i16]) -> f64 {
    let coefficient = 2.0 * (TAU * hz / 8_000.0).cos();
    let is_tone = |block: &&[i16]| {
        let (mut s1, mut s2, mut energy) = (0.0, 0.0, 0.0);
        for sample in *block {
            let sample = f64::from(*sample);
            energy += sample * sample;
            (s1, s2) = (sample + coefficient * s1 - s2, s1);
        }
        let power = (s1 * s1 + s2 * s2 - coefficient * s1 * s2) * 2.0 / block.len() as f64;
        energy > 1e6 * block.len() as f64 && power > 0.7 * energy
    };
    samples.chunks_exact(800).filter(is_tone).count() as f64 / 10.0
}
