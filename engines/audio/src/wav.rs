//! WAV files: the header of our recordings (A-law, stereo, 8 kHz), and a reader for prompts.

/// Length of [`header`].
pub const HEADER_BYTES: usize = 58;
/// What WAV can say: 4 GB less the header. 74 hours of stereo A-law.
pub const FRAMES_MAX: u64 = (u32::MAX as u64 - 64) / 2;

/// The header of a stereo A-law file at 8 kHz with this many frames (a frame is one sample of both channels).
/// A sum over [`FRAMES_MAX`] is written as that; players then read to the end of the file.
pub fn header(frames: u64) -> [u8; HEADER_BYTES] {
    header_of(2, frames)
}

/// The header of a mono A-law file at 8 kHz: a prompt.
pub fn prompt_header(samples: u64) -> [u8; HEADER_BYTES] {
    header_of(1, samples)
}

fn header_of(channels: u16, frames: u64) -> [u8; HEADER_BYTES] {
    let frames = frames.min(FRAMES_MAX) as u32;
    let data = frames * u32::from(channels);
    let mut out = [0; HEADER_BYTES];
    let mut at = 0;
    let mut put = |bytes: &[u8]| {
        out[at..at + bytes.len()].copy_from_slice(bytes);
        at += bytes.len();
    };
    put(b"RIFF");
    put(&(data + HEADER_BYTES as u32 - 8).to_le_bytes());
    put(b"WAVEfmt ");
    put(&18u32.to_le_bytes());
    put(&6u16.to_le_bytes()); // A-law
    put(&channels.to_le_bytes());
    put(&8_000u32.to_le_bytes());
    put(&(8_000 * u32::from(channels)).to_le_bytes());
    put(&channels.to_le_bytes());
    put(&8u16.to_le_bytes());
    put(&0u16.to_le_bytes());
    put(b"fact");
    put(&4u32.to_le_bytes());
    put(&frames.to_le_bytes());
    put(b"data");
    put(&data.to_le_bytes());
    out
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// 16 bits, little endian.
    Pcm16,
    Alaw,
    Ulaw,
}

/// What is in a WAV file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wav<'a> {
    pub format: Format,
    pub channels: u16,
    pub rate_hz: u32,
    pub data: &'a [u8],
}

/// Why a file cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadWav {
    #[error("not a WAV file: it must begin with RIFF…WAVE")]
    NotWav,
    #[error("the WAV file has no {0} chunk")]
    Without(&'static str),
    #[error("WAV coding {code} with {bits} bits: use A-law, µ-law or 16-bit PCM")]
    Coding { code: u16, bits: u16 },
}

/// Reads a file. Sizes that lie are cut to what is there.
pub fn read(file: &[u8]) -> Result<Wav<'_>, BadWav> {
    if file.get(..4) != Some(b"RIFF".as_slice()) || file.get(8..12) != Some(b"WAVE".as_slice()) {
        return Err(BadWav::NotWav);
    }
    let mut rest = file.get(12..).unwrap_or_default();
    let mut format = None;
    while let Some((head, body)) = rest.split_at_checked(8) {
        let size = head.get(4..8).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes) as usize;
        let chunk = body.get(..size).unwrap_or(body);
        match head.get(..4) {
            Some(b"fmt ") => format = Some(read_format(chunk)?),
            Some(b"data") => {
                let (format, channels, rate_hz) = format.ok_or(BadWav::Without("fmt"))?;
                return Ok(Wav { format, channels, rate_hz, data: chunk });
            }
            _ => {}
        }
        rest = body.get(size + size % 2..).unwrap_or_default();
    }
    Err(BadWav::Without("data"))
}

fn read_format(chunk: &[u8]) -> Result<(Format, u16, u32), BadWav> {
    let word = |at: usize| chunk.get(at..at + 2).and_then(|b| b.try_into().ok()).map(u16::from_le_bytes);
    let (Some(mut code), Some(channels), Some(low), Some(high), Some(bits)) =
        (word(0), word(2), word(4), word(6), word(14))
    else {
        return Err(BadWav::Without("fmt"));
    };
    if code == 0xfffe {
        // WAVE_FORMAT_EXTENSIBLE: the real code opens the sub-format.
        code = word(24).unwrap_or(code);
    }
    let format = match (code, bits) {
        (1, 16) => Format::Pcm16,
        (6, 8) => Format::Alaw,
        (7, 8) => Format::Ulaw,
        _ => return Err(BadWav::Coding { code, bits }),
    };
    Ok((format, channels, u32::from(high) << 16 | u32::from(low)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_header_reads_back() {
        let mut file = header(2).to_vec();
        file.extend([1, 2, 3, 4]);
        let wav = read(&file).expect("ours");
        assert_eq!(
            (wav.format, wav.channels, wav.rate_hz, wav.data),
            (Format::Alaw, 2, 8_000, &[1, 2, 3, 4][..])
        );
    }

    #[test]
    fn a_file_that_was_cut_gives_what_is_there() {
        let mut file = header(1_000).to_vec();
        file.extend([9; 10]);
        assert_eq!(read(&file).expect("cut").data.len(), 10);
    }

    #[test]
    fn what_is_not_a_prompt_is_refused_with_a_reason() {
        assert_eq!(read(b""), Err(BadWav::NotWav));
        assert_eq!(read(b"RIFF\0\0\0\0WAVE"), Err(BadWav::Without("data")));
        let mut float = header(0).to_vec();
        float[20] = 3;
        float[34] = 32;
        assert_eq!(read(&float), Err(BadWav::Coding { code: 3, bits: 32 }));
        for cut in 0..HEADER_BYTES {
            let _ = read(&header(0)[..cut]);
        }
    }

    #[test]
    fn sizes_do_not_overflow() {
        assert_eq!(&header(u64::MAX)[54..58], &((FRAMES_MAX as u32) * 2).to_le_bytes());
    }
}
