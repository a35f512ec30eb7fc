//! Stored recordings are stereo A-law; browsers are given PCM, whole or any part of it, and peaks to draw.

use audio::g711;

/// A WAV header of 16-bit stereo at 8 kHz.
pub const PCM_HEADER: usize = 44;
const PCM_FRAME: u64 = 4;
const ALAW_FRAME: u64 = 2;

/// What a browser is given, seen as a file that never stands on a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PcmFile {
    /// Samples of each channel.
    pub frames: u64,
}

/// Which bytes must be read to answer for a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needed {
    /// Offset and length in the stored sound data.
    pub offset: u64,
    pub length: u64,
}

impl PcmFile {
    /// The largest WAV can say.
    pub fn of(stored_data_bytes: u64) -> PcmFile {
        PcmFile { frames: (stored_data_bytes / ALAW_FRAME).min((u64::from(u32::MAX) - 64) / PCM_FRAME) }
    }

    pub fn length(self) -> u64 {
        PCM_HEADER as u64 + self.frames * PCM_FRAME
    }

    pub fn header(self) -> [u8; PCM_HEADER] {
        let data = u32::try_from(self.frames * PCM_FRAME).unwrap_or(u32::MAX - 64);
        let mut header = [0; PCM_HEADER];
        let fields: [&[u8]; 13] = [
            b"RIFF",
            &(data + 36).to_le_bytes(),
            b"WAVE",
            b"fmt ",
            &16u32.to_le_bytes(),
            &1u16.to_le_bytes(),
            &2u16.to_le_bytes(),
            &8_000u32.to_le_bytes(),
            &32_000u32.to_le_bytes(),
            &4u16.to_le_bytes(),
            &16u16.to_le_bytes(),
            b"data",
            &data.to_le_bytes(),
        ];
        for (place, byte) in header.iter_mut().zip(fields.into_iter().flatten()) {
            *place = *byte;
        }
        header
    }

    /// What must be read for the bytes `[from, to)` of the file.
    pub fn needed(self, from: u64, to: u64) -> Needed {
        let data = |at: u64| at.saturating_sub(PCM_HEADER as u64);
        let first = data(from) / PCM_FRAME;
        let last = data(to).div_ceil(PCM_FRAME).min(self.frames).max(first);
        Needed { offset: first * ALAW_FRAME, length: (last - first) * ALAW_FRAME }
    }

    /// The bytes `[from, to)` of the file, from the stored sound that was needed for them.
    pub fn part(self, from: u64, to: u64, stored: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let header = self.header();
        if from < PCM_HEADER as u64 {
            let end = to.min(PCM_HEADER as u64) as usize;
            out.extend_from_slice(header.get(from as usize..end).unwrap_or_default());
        }
        if to > PCM_HEADER as u64 {
            let mut pcm = Vec::with_capacity(stored.len() * 2);
            for code in stored {
                pcm.extend_from_slice(&g711::ALAW[usize::from(*code)].to_le_bytes());
            }
            let start = from.saturating_sub(PCM_HEADER as u64);
            let skip = (start % PCM_FRAME) as usize;
            let length = (to - PCM_HEADER as u64 - start) as usize;
            out.extend(pcm.into_iter().skip(skip).take(length));
        }
        out
    }
}

/// Peaks of both channels in `count` equal stretches, 0 to 1.
pub fn peaks(stored: &[u8], count: usize) -> (Vec<f32>, Vec<f32>) {
    let frames = stored.len() / 2;
    let count = count.min(frames.max(1));
    let (mut left, mut right) = (vec![0f32; count], vec![0f32; count]);
    for (at, frame) in stored.chunks_exact(2).enumerate() {
        let place = at * count / frames;
        let loud = |code: u8| f32::from(g711::ALAW[usize::from(code)].unsigned_abs()) / 32_768.0;
        if let ([l, r], Some(left), Some(right)) = (frame, left.get_mut(place), right.get_mut(place)) {
            *left = left.max(loud(*l));
            *right = right.max(loud(*r));
        }
    }
    // Three digits are enough for a drawing.
    let round = |peaks: Vec<f32>| peaks.into_iter().map(|p| (p * 1_000.0).round() / 1_000.0).collect();
    (round(left), round(right))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_a_part_of_the_whole() {
        let stored: Vec<u8> = (0..=255).collect();
        let file = PcmFile::of(stored.len() as u64);
        let whole = file.part(0, file.length(), &stored);
        assert_eq!(whole.len() as u64, file.length());
        for from in [0, 1, 40, 44, 45, 47, 48, 300] {
            for to in [from + 1, 44, 46, 61, file.length()] {
                if to <= from || to > file.length() {
                    continue;
                }
                let needed = file.needed(from, to);
                let part = stored.get(needed.offset as usize..(needed.offset + needed.length) as usize);
                let got = file.part(from, to, part.expect("inside"));
                assert_eq!(Some(got.as_slice()), whole.get(from as usize..to as usize), "{from}..{to}");
            }
        }
    }

    #[test]
    fn peaks_are_drawn_per_channel() {
        let quiet = g711::to_alaw(0);
        let loud = g711::to_alaw(30_000);
        let stored: Vec<u8> = (0..100).flat_map(|at| [if at < 50 { loud } else { quiet }, quiet]).collect();
        let (left, right) = peaks(&stored, 2);
        assert!(left[0] > 0.85 && left[1] < 0.01 && right[0] < 0.01);
    }
}
