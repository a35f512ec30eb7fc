//! One leg inside its media thread: its sockets, what comes in, what goes out.

use std::net::{SocketAddr, UdpSocket};

use audio::answering::Judge;
use audio::dtmf::{EventTracker, ToneDetector};
use audio::g711;
use audio::mix::{FRAME, Frame, Limiter};
use exchange::line::Source;
use kernel::LegId;

use super::api::{LegQuality, Remote};
use super::codec::{Codec, ENCODED_MAX, Encoder};
use super::input::Input;
use super::latch::Latch;
use super::play::{Playing, Pressed};
use super::recorder::tap::{Side, Tap};
use super::rtcp::{self, Reception, SenderReport, Sent};
use super::rtp::{self, HEADER_BYTES};
use super::sys::{self, DATAGRAM_MAX};
use super::web::{self, Sockets, Web};

pub struct Leg {
    pub id: LegId,
    pub rtp: UdpSocket,
    /// Of a browser's leg, which has RTCP in with RTP: a second address to be reached at.
    pub rtcp: UdpSocket,
    pub web: Option<Box<Web>>,
    pub far: Option<Far>,
    /// As ordered; the legs may not be there.
    pub wanted: Vec<Source>,
    /// Those of them that are there: slot and gain.
    pub links: Vec<(usize, u16)>,
    pub mode: Mode,
    /// Slots that hear this leg's packets as they come.
    pub fans: Vec<usize>,
    /// How many mix this leg.
    pub mixers: usize,
    pub play: Option<Playing>,
    pub taps: Vec<Tap>,
    pub input: Option<Box<Input>>,
    pub detector: Option<Box<ToneDetector>>,
    /// Finds out who has answered, until that is known.
    pub judge: Option<Box<Judge>>,
    /// In the list of its phase.
    pub ticking: bool,
    pub out: Outgoing,
    pub limiter: Limiter,
    pub counts: Counts,
}

/// The far end, once negotiated.
pub struct Far {
    pub remote: Remote,
    pub latch: Latch,
    pub encoder: Encoder,
    pub events: EventTracker,
    pub reception: Reception,
    /// The kernel lets only this address through.
    pub connected: Option<SocketAddr>,
    pub heard: Option<SenderReport>,
    pub last_packet_us: u64,
    pub silence_told: u64,
    pub rtcp_due_us: u64,
    /// Counts new streams, so that recordings know them apart.
    pub stream: u64,
}

/// How a leg's sound is made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// The packets of this slot, the moment they come.
    Forward(usize),
    /// Made every 20 ms.
    Tick,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub packets_in: u64,
    pub packets_out: u64,
    pub dropped: u64,
    pub far_lost: u64,
    pub far_jitter_ms: f32,
    pub round_trip_ms: Option<f32>,
}

/// The stream we send: one source for the whole life of the leg, whatever it is made of.
#[derive(Debug)]
pub struct Outgoing {
    ssrc: u32,
    sequence: u16,
    timestamp: u32,
    /// Timestamp at our clock's zero.
    origin: u32,
    sent: Sent,
    /// How packets of the source are mapped: source stream, its first sequence, and what to add.
    mapping: Option<Mapping>,
    /// The last packet was made by a tick.
    ticked: bool,
    /// Timestamp of the key that is pressed.
    key: u32,
}

#[derive(Clone, Copy, Debug)]
struct Mapping {
    source: (LegId, u64),
    first: u16,
    sequence: u16,
    timestamp: u32,
}

/// A packet of another leg, on its way through.
pub struct Passing<'a> {
    pub source: (LegId, u64),
    pub packet: &'a rtp::Packet<'a>,
}

impl Outgoing {
    pub fn new() -> anyhow::Result<Outgoing> {
        let mut random = [0; 10];
        getrandom::fill(&mut random)?;
        let word =
            |at: usize| u32::from_be_bytes([random[at], random[at + 1], random[at + 2], random[at + 3]]);
        let ssrc = word(0);
        Ok(Outgoing {
            ssrc,
            sequence: u16::from_be_bytes([random[8], random[9]]),
            timestamp: 0,
            origin: word(4),
            sent: Sent { ssrc, ..Sent::default() },
            mapping: None,
            ticked: false,
            key: 0,
        })
    }

    /// What our clock says now, in whole frames.
    fn clock(&self, codec: Codec, now_us: u64) -> u32 {
        let frames = (now_us / 20_000) as u32;
        self.origin.wrapping_add(frames.wrapping_mul(codec.frame_ticks()))
    }

    /// Where a new piece of sound begins: now, but after all that was sent.
    fn begin(&self, codec: Codec, now_us: u64) -> u32 {
        let clock = self.clock(codec, now_us);
        let after = self.timestamp.wrapping_add(codec.frame_ticks());
        if self.sent.packets > 0 && (clock.wrapping_sub(after) as i32) < 0 { after } else { clock }
    }

    /// One consumed packet (a key) leaves no hole in what is passed on.
    pub fn skip_one(&mut self) {
        if let Some(mapping) = &mut self.mapping {
            mapping.sequence = mapping.sequence.wrapping_sub(1);
        }
    }
}

impl Leg {
    pub fn new(id: LegId, rtp: UdpSocket, rtcp: UdpSocket, web: Option<web::Plan>) -> anyhow::Result<Leg> {
        let mut out = Outgoing::new()?;
        let web = web.map(|plan| Box::new(Web::new(plan)));
        if let Some(web) = &web {
            out.ssrc = web.ssrc();
            out.sent.ssrc = out.ssrc;
        }
        Ok(Leg {
            id,
            web,
            rtp,
            rtcp,
            far: None,
            wanted: Vec::new(),
            links: Vec::new(),
            mode: Mode::Tick,
            fans: Vec::new(),
            mixers: 0,
            play: None,
            taps: Vec::new(),
            input: None,
            detector: None,
            judge: None,
            ticking: false,
            out,
            limiter: Limiter::default(),
            counts: Counts::default(),
        })
    }

    /// The answer of a negotiation, the first or a later one.
    pub fn connect(&mut self, remote: Remote, now_us: u64) -> anyhow::Result<()> {
        if let Some(web) = &mut self.web {
            let bases: Vec<SocketAddr> =
                [&self.rtp, &self.rtcp].into_iter().filter_map(|socket| socket.local_addr().ok()).collect();
            web.connect(&remote, &bases, now_us)?;
        }
        match &mut self.far {
            Some(far) => {
                if far.remote.codec != remote.codec {
                    far.encoder = Encoder::new(remote.codec)?;
                    self.input = None;
                    self.out.mapping = None;
                    self.out.ticked = false;
                }
                if remote.receive && !far.remote.receive {
                    far.last_packet_us = now_us;
                    far.silence_told = 0;
                }
                far.latch.renew(remote.rtp, remote.learn, now_us);
                far.remote = remote;
                if far.connected.is_some_and(|to| far.latch.locked() != Some(to)) {
                    sys::disconnect(&self.rtp);
                    far.connected = None;
                }
            }
            None => {
                self.far = Some(Far {
                    latch: Latch::new(remote.rtp, remote.learn, now_us),
                    encoder: Encoder::new(remote.codec)?,
                    remote,
                    events: EventTracker::default(),
                    reception: Reception::default(),
                    connected: None,
                    heard: None,
                    last_packet_us: now_us,
                    silence_told: 0,
                    rtcp_due_us: now_us + 2_500_000,
                    stream: 0,
                });
            }
        }
        Ok(())
    }

    pub fn codec(&self) -> Option<Codec> {
        self.far.as_ref().map(|far| far.remote.codec)
    }

    /// Passes a packet of another leg on, with our own source, sequence and time.
    pub fn forward(&mut self, passing: &Passing<'_>, now_us: u64) {
        let Some(far) = &self.far else { return };
        let packet = passing.packet;
        let codec = far.remote.codec;
        let out = &mut self.out;
        let known = out.mapping.filter(|m| {
            let mapped = packet.timestamp.wrapping_add(m.timestamp);
            let leap = (mapped.wrapping_sub(out.timestamp) as i32).unsigned_abs();
            m.source == passing.source && leap < 60 * codec.clock_hz()
        });
        let mut marker = packet.marker;
        let mapping = match known {
            Some(mapping) => {
                if packet.sequence.wrapping_sub(mapping.first) > 0x8000
                    && out.mapping_is_young(packet.sequence)
                {
                    // Late, from before this leg heard the source.
                    return;
                }
                mapping
            }
            None => {
                marker = true;
                let mapping = Mapping {
                    source: passing.source,
                    first: packet.sequence,
                    sequence: out.sequence.wrapping_add(1).wrapping_sub(packet.sequence),
                    timestamp: out.begin(codec, now_us).wrapping_sub(packet.timestamp),
                };
                out.mapping = Some(mapping);
                mapping
            }
        };
        let sequence = packet.sequence.wrapping_add(mapping.sequence);
        let timestamp = packet.timestamp.wrapping_add(mapping.timestamp);
        out.ticked = false;
        self.transmit(None, marker, sequence, timestamp, packet.payload, now_us);
    }

    /// Sends what this tick has made.
    pub fn send_tick(&mut self, payload: &[u8], now_us: u64) {
        let Some(codec) = self.codec() else { return };
        let out = &mut self.out;
        let follows = out.timestamp.wrapping_add(codec.frame_ticks());
        let off = (out.clock(codec, now_us).wrapping_sub(follows) as i32).unsigned_abs();
        let (marker, timestamp) = if out.ticked && off < 5 * codec.frame_ticks() {
            (false, follows)
        } else {
            (true, out.begin(codec, now_us))
        };
        out.ticked = true;
        out.mapping = None;
        let sequence = out.sequence.wrapping_add(1);
        self.transmit(None, marker, sequence, timestamp, payload, now_us);
    }

    /// Sends a frame of a pressed key as an event (RFC 4733 §2.5); false where events are not understood.
    ///
    /// All packets of a press carry the time of its beginning; the last one is sent three times.
    pub fn send_key(&mut self, pressed: Pressed, now_us: u64) -> bool {
        let Some((codec, Some(kind))) = self.far.as_ref().map(|f| (f.remote.codec, f.remote.telephone_event))
        else {
            return false;
        };
        if pressed.before == 0 {
            self.out.key = self.out.begin(codec, now_us);
        }
        let frames = pressed.before.saturating_add(1);
        let ticks = u32::from(frames).saturating_mul(codec.frame_ticks());
        let [high, low] = u16::try_from(ticks).unwrap_or(u16::MAX).to_be_bytes();
        // -10 dBm0, as telephones send it.
        let flags = if pressed.last { 0x8a } else { 0x0a };
        let packets = if pressed.last { 3 } else { 1 };
        for _ in 0..packets {
            let sequence = self.out.sequence.wrapping_add(1);
            let payload = [pressed.digit.event(), flags, high, low];
            self.transmit(Some(kind), pressed.before == 0, sequence, self.out.key, &payload, now_us);
        }
        let out = &mut self.out;
        out.mapping = None;
        out.ticked = true;
        if pressed.last {
            // Sound goes on where the press ends.
            out.timestamp = out.key.wrapping_add(ticks).wrapping_sub(codec.frame_ticks());
        }
        true
    }

    /// `kind` is the payload type where it is not the codec's.
    fn transmit(
        &mut self,
        kind: Option<u8>,
        marker: bool,
        sequence: u16,
        timestamp: u32,
        payload: &[u8],
        now_us: u64,
    ) {
        let Some(far) = &self.far else { return };
        if !far.remote.send {
            return;
        }
        let kind = kind.unwrap_or(far.remote.payload_type);
        let sent = match &mut self.web {
            Some(web) => {
                let packet = web::Packet { kind, marker, sequence, timestamp, payload };
                web.send(packet, &Sockets([&self.rtp, &self.rtcp]), now_us)
            }
            None => self.transmit_plainly(kind, marker, sequence, timestamp, payload),
        };
        if sent {
            self.counts.packets_out += 1;
        }
        let out = &mut self.out;
        if sequence.wrapping_sub(out.sequence) < 0x8000 || out.sent.packets == 0 {
            out.sequence = sequence;
            out.timestamp = timestamp;
        }
        out.sent.packets = out.sent.packets.wrapping_add(1);
        out.sent.bytes = out.sent.bytes.wrapping_add(payload.len() as u32);
        out.sent.timestamp = timestamp;
    }

    fn transmit_plainly(
        &self,
        kind: u8,
        marker: bool,
        sequence: u16,
        timestamp: u32,
        payload: &[u8],
    ) -> bool {
        let Some(far) = &self.far else { return false };
        let mut data = [0; DATAGRAM_MAX];
        let Some(body) = data.get_mut(HEADER_BYTES..HEADER_BYTES + payload.len()) else { return false };
        body.copy_from_slice(payload);
        let header = rtp::header(marker, kind, sequence, timestamp, self.out.ssrc);
        data[..HEADER_BYTES].copy_from_slice(&header);
        let data = &data[..HEADER_BYTES + payload.len()];
        // Errors are the network's (nobody listens there, no buffer): the next packet may pass.
        let sent = match far.connected {
            Some(_) => self.rtp.send(data),
            None => self.rtp.send_to(data, far.latch.answer_to()),
        };
        sent.is_ok()
    }

    /// Encodes and sends a frame.
    pub fn send_frame(&mut self, frame: &Frame, now_us: u64) {
        let Some(far) = &mut self.far else { return };
        let mut payload = [0; ENCODED_MAX];
        let length = far.encoder.encode(frame, &mut payload);
        if length > 0 {
            self.send_tick(&payload[..length], now_us);
        }
    }

    /// Sends A-law without decoding it where the codec allows.
    pub fn send_alaw(&mut self, codes: &[u8; FRAME], now_us: u64) {
        match self.codec() {
            Some(Codec::Pcma) => self.send_tick(codes, now_us),
            Some(Codec::Pcmu) => {
                let mut other = [0; FRAME];
                g711::translate(&g711::ALAW_TO_ULAW, codes, &mut other);
                self.send_tick(&other, now_us);
            }
            _ => {
                let mut frame = [0; FRAME];
                g711::decode(&g711::ALAW, codes, &mut frame);
                self.send_frame(&frame, now_us);
            }
        }
    }

    /// Records a G.711 packet as it came.
    pub fn record_packet(
        &mut self,
        side: Side,
        source: u64,
        codec: Codec,
        packet: &rtp::Packet<'_>,
        now_us: u64,
    ) {
        for tap in &mut self.taps {
            let codes = packet.payload.iter().copied();
            match codec {
                Codec::Pcmu => {
                    let codes = codes.map(|c| g711::ULAW_TO_ALAW[usize::from(c)]);
                    tap.put(side, source, packet.timestamp, codes, now_us);
                }
                _ => tap.put(side, source, packet.timestamp, codes, now_us),
            }
        }
    }

    /// Records what a tick made; `tick` counts frames.
    pub fn record_tick(&mut self, side: Side, tick: u64, codes: &[u8; FRAME], now_us: u64) {
        for tap in &mut self.taps {
            let timestamp = (tick as u32).wrapping_mul(FRAME as u32);
            tap.put(side, u64::MAX, timestamp, codes.iter().copied(), now_us);
        }
    }

    /// A report to the far end. `bye` at the end of the leg.
    pub fn report(&mut self, now_us: u64, bye: bool) {
        if self.web.is_some() {
            return;
        }
        let Some(far) = &mut self.far else { return };
        let mut out = [0; 128];
        let length = rtcp::write(&self.out.sent, &mut far.reception, far.heard, now_us, bye, &mut out);
        let rtp = far.latch.answer_to();
        let Some(port) = rtp.port().checked_add(1) else { return };
        let _ = self.rtcp.send_to(&out[..length], SocketAddr::new(rtp.ip(), port));
    }

    /// A report of the far end.
    pub fn reported(&mut self, data: &[u8], from: SocketAddr, now_us: u64) {
        let Some(far) = &mut self.far else { return };
        if from.ip() != far.latch.answer_to().ip() {
            self.counts.dropped += 1;
            return;
        }
        let heard = rtcp::read(data, self.out.ssrc);
        if let Some(ntp_middle) = heard.ntp_middle {
            far.heard = Some(SenderReport { ntp_middle, came_us: now_us });
        }
        if let Some((lost, jitter)) = heard.about_us {
            self.counts.far_lost = u64::from(lost);
            self.counts.far_jitter_ms = jitter as f32 * 1_000.0 / far.remote.codec.clock_hz() as f32;
        }
        if let Some(trip) = heard.echo.and_then(|echo| rtcp::round_trip_ms(echo, now_us)) {
            self.counts.round_trip_ms = Some(trip);
        }
    }

    pub fn quality(&self) -> LegQuality {
        let reception = self.far.as_ref().map(|far| (&far.reception, far.remote.codec.clock_hz()));
        let (far_lost, round_trip_ms) = match &self.web {
            Some(web) => (web.far_lost, web.round_trip_ms),
            None => (self.counts.far_lost, self.counts.round_trip_ms),
        };
        LegQuality {
            packets_in: self.counts.packets_in,
            packets_out: self.counts.packets_out,
            packets_lost: reception.map_or(0, |(r, _)| r.lost()),
            packets_dropped: self.counts.dropped,
            jitter_ms: reception.map_or(0.0, |(r, hz)| r.jitter_ticks() * 1_000.0 / hz as f32),
            far_lost,
            far_jitter_ms: self.counts.far_jitter_ms,
            round_trip_ms,
        }
    }
}

impl Outgoing {
    /// Whether `sequence` may still be from before the mapping: after half the range it cannot be told any more, and a
    /// stream that has run that long has no such packets.
    fn mapping_is_young(&self, sequence: u16) -> bool {
        self.mapping.is_some_and(|m| {
            let newest = self.sequence.wrapping_sub(m.sequence);
            newest.wrapping_sub(m.first) < 0x4000 && sequence.wrapping_sub(newest) > 0x8000
        })
    }
}
