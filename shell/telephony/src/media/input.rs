//! A leg's incoming sound as samples: jitter buffer, decoder, concealment, one frame every 20 ms.
//!
//! It exists only while somebody needs samples of the leg: a mix, another codec, or the search for keys in the sound.

use audio::jitter::{JitterBuffer, PAYLOAD_MAX, Pulled};
use audio::mix::{FRAME, Frame};
use audio::plc::Concealer;

use super::codec::{Codec, DECODED_MAX, Decoder};

/// Decoded samples that wait to be heard: three of the longest packets.
const WAITING_MAX: usize = DECODED_MAX * 3;
/// Frames concealed before there is silence.
const CONCEAL_MAX: u32 = 3;

pub struct Input {
    pub codec: Codec,
    jitter: JitterBuffer,
    decoder: Decoder,
    concealer: Concealer,
    waiting: [i16; WAITING_MAX],
    filled: usize,
    missing: u32,
    heard_once: bool,
    /// The frame of this tick.
    pub frame: Frame,
    /// Whether there is anything in it.
    pub sounds: bool,
}

impl Input {
    pub fn new(codec: Codec) -> anyhow::Result<Input> {
        Ok(Input {
            codec,
            jitter: JitterBuffer::new(codec.clock_hz()),
            decoder: Decoder::new(codec)?,
            concealer: Concealer::default(),
            waiting: [0; WAITING_MAX],
            filled: 0,
            missing: 0,
            heard_once: false,
            frame: [0; FRAME],
            sounds: false,
        })
    }

    /// A new stream of the far end.
    pub fn restart(&mut self) {
        self.jitter.reset();
    }

    pub fn push(&mut self, timestamp: u32, payload: &[u8], now_us: u64) {
        if self.codec.is_bytewise() && payload.len() > PAYLOAD_MAX {
            let mut at = timestamp;
            for part in payload.chunks(FRAME) {
                self.jitter.push(at, part.len() as u32, part, now_us);
                at = at.wrapping_add(part.len() as u32);
            }
        } else if let Some(ticks) = self.codec.ticks(payload) {
            self.jitter.push(timestamp, ticks, payload, now_us);
        }
    }

    /// Makes `frame` for this tick.
    pub fn tick(&mut self, now_us: u64) {
        while self.filled < FRAME {
            let lost_ticks = self.jitter.lost_ticks();
            match self.jitter.pull(now_us) {
                Pulled::Packet(payload) => {
                    let mut out = [0; DECODED_MAX];
                    let samples = self.decoder.decode(payload, &mut out);
                    if samples == 0 || self.filled + samples > WAITING_MAX {
                        break;
                    }
                    self.waiting[self.filled..self.filled + samples].copy_from_slice(&out[..samples]);
                    self.filled += samples;
                }
                // What a lost packet leaves open is concealed frame by frame; shorter packets lose less than a frame,
                // and the next one fills it.
                Pulled::Lost if lost_ticks < self.codec.frame_ticks() => {}
                Pulled::Lost | Pulled::Nothing => break,
            }
        }
        if self.filled >= FRAME {
            self.frame.copy_from_slice(&self.waiting[..FRAME]);
            self.waiting.copy_within(FRAME..self.filled, 0);
            self.filled -= FRAME;
            self.concealer.heard(&mut self.frame);
            self.missing = 0;
            self.heard_once = true;
            self.sounds = true;
            return;
        }
        self.missing = self.missing.saturating_add(1);
        self.sounds = self.heard_once && self.missing <= CONCEAL_MAX;
        if self.sounds {
            self.concealer.conceal(&mut self.frame);
        } else {
            self.filled = 0;
        }
    }
}
