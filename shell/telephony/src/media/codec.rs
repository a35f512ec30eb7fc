//! The codecs a leg may speak.

use audio::g711;
use audio::mix::{FRAME, Frame};
use audio_codec::BoxedResampler;
use audio_codec::Encoder as _;
use audio_codec::g722::{Bitrate, G722Decoder, G722Encoder};

/// A codec as SDP names it. All are mixed at 8 kHz.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Codec {
    /// G.711 A-law, static payload type 8.
    Pcma,
    /// G.711 µ-law, static payload type 0.
    Pcmu,
    /// Static payload type 9; its RTP clock says 8000 by a historic mistake (RFC 3551 §4.5.2).
    G722,
    /// Dynamic payload type, RTP clock 48000.
    Opus,
}

impl Codec {
    /// In the order in which we offer them.
    pub const ALL: [Codec; 4] = [Codec::Pcma, Codec::Pcmu, Codec::G722, Codec::Opus];

    /// From the encoding name of `a=rtpmap` (any case) and its clock rate.
    pub fn from_rtpmap(name: &str, clock_hz: u32) -> Option<Codec> {
        Codec::ALL.into_iter().find(|c| c.name().eq_ignore_ascii_case(name) && c.clock_hz() == clock_hz)
    }
    /// From a payload type that needs no `a=rtpmap` (RFC 3551 table 4).
    pub fn from_static(payload_type: u8) -> Option<Codec> {
        Codec::ALL.into_iter().find(|c| c.static_payload_type() == Some(payload_type))
    }
    /// The encoding name of `a=rtpmap`.
    pub fn name(self) -> &'static str {
        match self {
            Codec::Pcma => "PCMA",
            Codec::Pcmu => "PCMU",
            Codec::G722 => "G722",
            Codec::Opus => "opus",
        }
    }
    /// What follows `a=rtpmap:N `.
    pub fn rtpmap(self) -> &'static str {
        match self {
            Codec::Pcma => "PCMA/8000",
            Codec::Pcmu => "PCMU/8000",
            Codec::G722 => "G722/8000",
            Codec::Opus => "opus/48000/2",
        }
    }
    /// The RTP clock.
    pub fn clock_hz(self) -> u32 {
        match self {
            Codec::Opus => 48_000,
            _ => 8_000,
        }
    }
    pub fn static_payload_type(self) -> Option<u8> {
        match self {
            Codec::Pcma => Some(8),
            Codec::Pcmu => Some(0),
            Codec::G722 => Some(9),
            Codec::Opus => None,
        }
    }
}

/// Samples at 8 kHz of the longest packet decoded: 120 ms, the most Opus allows.
pub const DECODED_MAX: usize = 960;
/// Bytes of the longest packet encoded: 20 ms.
pub const ENCODED_MAX: usize = 400;

/// Turns payloads into samples at 8 kHz.
pub enum Decoder {
    Pcma,
    Pcmu,
    G722(Box<G722Decoder>),
    Opus(opus::Decoder),
}

impl Decoder {
    pub fn new(codec: Codec) -> anyhow::Result<Decoder> {
        Ok(match codec {
            Codec::Pcma => Decoder::Pcma,
            Codec::Pcmu => Decoder::Pcmu,
            // Its lower band alone is the sound at 8 kHz, without a resampler and its delay.
            Codec::G722 => {
                Decoder::G722(Box::new(G722Decoder::with_options(Bitrate::Mode1_64000, false, true)))
            }
            Codec::Opus => Decoder::Opus(opus::Decoder::new(8_000, opus::Channels::Mono)?),
        })
    }

    /// The number of samples written; 0 for what cannot be decoded.
    pub fn decode(&mut self, payload: &[u8], out: &mut [i16; DECODED_MAX]) -> usize {
        match self {
            Decoder::Pcma => g711::decode(&g711::ALAW, payload, out),
            Decoder::Pcmu => g711::decode(&g711::ULAW, payload, out),
            Decoder::G722(state) => state.decode_frame_into(payload, out).unwrap_or(0),
            Decoder::Opus(state) => state.decode(payload, out, false).unwrap_or(0),
        }
    }
}

/// Turns samples at 8 kHz into payloads.
pub enum Encoder {
    Pcma,
    Pcmu,
    /// It takes 16 kHz: its own mode for 8 kHz writes rubbish (audio-codec 0.4.13).
    G722(Box<(BoxedResampler, G722Encoder)>),
    Opus(opus::Encoder),
}

impl Encoder {
    pub fn new(codec: Codec) -> anyhow::Result<Encoder> {
        Ok(match codec {
            Codec::Pcma => Encoder::Pcma,
            Codec::Pcmu => Encoder::Pcmu,
            Codec::G722 => {
                let up =
                    BoxedResampler::new(8_000, 16_000).map_err(|e| anyhow::anyhow!("resampler: {e:?}"))?;
                Encoder::G722(Box::new((up, G722Encoder::new())))
            }
            Codec::Opus => {
                let mut state = opus::Encoder::new(8_000, opus::Channels::Mono, opus::Application::Voip)?;
                state.set_bitrate(opus::Bitrate::Bits(16_000))?;
                state.set_complexity(5)?;
                // Opus is chosen for poor networks.
                state.set_inband_fec(true)?;
                state.set_packet_loss_perc(5)?;
                Encoder::Opus(state)
            }
        })
    }

    /// The number of bytes written.
    pub fn encode(&mut self, frame: &Frame, out: &mut [u8; ENCODED_MAX]) -> usize {
        match self {
            Encoder::Pcma => each(frame, out, g711::to_alaw),
            Encoder::Pcmu => each(frame, out, g711::to_ulaw),
            Encoder::G722(state) => {
                let (up, encoder) = state.as_mut();
                let mut wide = [0; FRAME * 2];
                match up.resample_into(frame, &mut wide) {
                    Ok(samples) => encoder.encode_into(&wide[..samples], out).unwrap_or(0),
                    Err(_) => 0,
                }
            }
            Encoder::Opus(state) => state.encode(frame, out).unwrap_or(0),
        }
    }
}

fn each(frame: &Frame, out: &mut [u8], code: impl Fn(i16) -> u8) -> usize {
    for (to, sample) in out.iter_mut().zip(frame) {
        *to = code(*sample);
    }
    frame.len()
}

impl Codec {
    /// RTP clock ticks of sound in a payload; `None` for what is not of this codec.
    pub fn ticks(self, payload: &[u8]) -> Option<u32> {
        match self {
            Codec::Opus => {
                opus::packet::get_nb_samples(payload, 48_000).ok().and_then(|n| u32::try_from(n).ok())
            }
            _ => u32::try_from(payload.len()).ok(),
        }
    }
    /// Ticks of the RTP clock in 20 ms.
    pub fn frame_ticks(self) -> u32 {
        self.clock_hz() / 50
    }
    /// One byte is one sample, so that packets may be cut anywhere.
    pub fn is_bytewise(self) -> bool {
        self != Codec::Opus
    }
    /// The table to A-law, if it takes no more than a table.
    pub fn is_g711(self) -> bool {
        matches!(self, Codec::Pcma | Codec::Pcmu)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use audio::level::{level_db, share_at};
    use audio::tone::sine;

    #[test]
    fn names_and_types_of_sdp() {
        assert_eq!(Codec::from_rtpmap("pcma", 8_000), Some(Codec::Pcma));
        assert_eq!(Codec::from_rtpmap("OPUS", 48_000), Some(Codec::Opus));
        assert_eq!(Codec::from_rtpmap("G722", 16_000), None);
        assert_eq!((Codec::from_static(9), Codec::from_static(96)), (Some(Codec::G722), None));
    }

    #[test]
    fn every_codec_carries_a_tone() {
        for codec in Codec::ALL {
            let (mut encoder, mut decoder) =
                (Encoder::new(codec).expect("encoder"), Decoder::new(codec).expect("decoder"));
            let mut heard = Vec::new();
            for at in 0..50 {
                let mut frame = [0; FRAME];
                frame.iter_mut().zip(sine(440.0, 8_000.0, at * FRAME, FRAME)).for_each(|(a, b)| *a = b);
                let (mut packet, mut out) = ([0; ENCODED_MAX], [0; DECODED_MAX]);
                let length = encoder.encode(&frame, &mut packet);
                assert_eq!(codec.ticks(&packet[..length]), Some(codec.frame_ticks()), "{codec:?}");
                let samples = decoder.decode(&packet[..length], &mut out);
                assert_eq!(samples, FRAME, "{codec:?}");
                heard.extend_from_slice(&out[..samples]);
            }
            let heard = &heard[4_000..];
            assert!(share_at(heard, 440.0) > 0.95, "{codec:?}: {}", share_at(heard, 440.0));
            assert!((level_db(heard) + 15.3).abs() < 1.5, "{codec:?}: {} dB", level_db(heard));
        }
    }

    #[test]
    fn wideband_telephones_understand_our_g722() {
        let mut encoder = Encoder::new(Codec::G722).expect("encoder");
        let mut theirs = G722Decoder::new();
        let mut heard = Vec::new();
        for at in 0..50 {
            let mut frame = [0; FRAME];
            frame.iter_mut().zip(sine(440.0, 8_000.0, at * FRAME, FRAME)).for_each(|(a, b)| *a = b);
            let mut packet = [0; ENCODED_MAX];
            let length = encoder.encode(&frame, &mut packet);
            heard.extend(theirs.decode_frame(&packet[..length]));
        }
        // At 16 kHz 440 Hz look like 220 Hz at 8.
        assert!(share_at(&heard[4_000..], 220.0) > 0.9, "{}", share_at(&heard[4_000..], 220.0));
    }

    #[test]
    fn rubbish_does_not_break_a_decoder() {
        let mut state = 1u32;
        for codec in Codec::ALL {
            let mut decoder = Decoder::new(codec).expect("decoder");
            for length in 0..512 {
                let rubbish: Vec<u8> = (0..length)
                    .map(|_| {
                        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        (state >> 24) as u8
                    })
                    .collect();
                let _ = codec.ticks(&rubbish);
                let _ = decoder.decode(&rubbish, &mut [0; DECODED_MAX]);
            }
        }
    }
}
