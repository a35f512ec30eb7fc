//! A telephone for tests: speaks a tone in any codec, listens, presses keys. And a bench to put legs on.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use audio::dtmf::EventTracker;
use audio::mix::{FRAME, Frame};
use audio::tone::sine;
use audio::{Digit, g711, level};
use exchange::line::{Command, Event, Source};
use kernel::time::TestClock;
use kernel::{LegId, PlayId, RecordingId};
use tokio::sync::mpsc;

use crate::media::codec::{DECODED_MAX, Decoder, ENCODED_MAX, Encoder};
use crate::media::{Codec, MediaConfig, MediaCore, Remote, rtp};

pub const EVENT_TYPE: u8 = 101;

/// The media core with a folder of its own.
pub struct Bench {
    pub core: MediaCore,
    pub events: mpsc::Receiver<Event>,
    /// Seen and not asked for yet.
    pub seen: Vec<Event>,
    pub dir: PathBuf,
    next: i64,
}

impl Bench {
    /// `name` keeps the folders of tests apart.
    pub fn new(name: &str) -> Bench {
        Bench::with(name, |_| {})
    }

    pub fn with(name: &str, change: impl FnOnce(&mut MediaConfig)) -> Bench {
        let dir = std::env::temp_dir().join(format!("switchboard-media-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(dir.join("prompts")).expect("a folder for the test");
        let (sender, events) = mpsc::channel(256);
        let mut config = MediaConfig {
            ports: 20_000..=29_999,
            bind: vec![IpAddr::from([127, 0, 0, 1]), "::1".parse().expect("an address")],
            prompts_dirs: vec![dir.join("prompts")],
            recordings_dir: dir.join("recordings"),
            ..MediaConfig::default()
        };
        change(&mut config);
        let clock = Arc::new(TestClock::monday_morning());
        let core = MediaCore::start(config, sender, clock).expect("the media core");
        Bench { core, events, seen: Vec::new(), dir, next: 0 }
    }

    /// A leg with a telephone behind it.
    pub fn phone(&mut self, codec: Codec) -> Phone {
        self.phone_with(codec, |_| {})
    }

    pub fn phone_with(&mut self, codec: Codec, change: impl FnOnce(&mut Remote)) -> Phone {
        self.phone_at("127.0.0.1", codec, change)
    }

    pub fn phone_at(&mut self, ip: &str, codec: Codec, change: impl FnOnce(&mut Remote)) -> Phone {
        self.next += 1;
        let leg = LegId(self.next);
        let port = self.core.open(leg, ip.parse().expect("an address")).expect("a port");
        let phone = Phone::new(leg, port.addr, codec);
        let mut remote = phone.remote();
        change(&mut remote);
        self.core.connect(leg, remote);
        phone
    }

    pub fn hear(&self, leg: &Phone, sources: &[(&Phone, u16)]) {
        let sources = sources.iter().map(|(phone, gain)| Source { leg: phone.leg, gain: *gain }).collect();
        self.core.command(Command::Hear { leg: leg.leg, sources });
    }

    pub fn bridge(&self, a: &Phone, b: &Phone) {
        self.hear(a, &[(b, 256)]);
        self.hear(b, &[(a, 256)]);
    }

    /// Writes a prompt of one tone.
    pub fn prompt(&self, name: &str, hz: f32, ms: usize) {
        let codes: Vec<u8> = sine(hz, 8_000.0, 0, ms * 8).map(g711::to_alaw).collect();
        let mut file =
            b"RIFF\0\0\0\0WAVEfmt \x12\0\0\0\x06\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0\0\0data"
                .to_vec();
        file.extend((codes.len() as u32).to_le_bytes());
        file.extend(codes);
        std::fs::write(self.dir.join("prompts").join(format!("{name}.wav")), file).expect("a prompt");
    }

    pub fn play(&self, leg: &Phone, play: i64, sounds: Vec<audio::Sound>, mode: exchange::line::PlayMode) {
        self.core.command(Command::Play { leg: leg.leg, play: PlayId(play), sounds, mode });
    }

    pub fn record(&self, leg: &Phone, recording: i64) {
        self.core.command(Command::Record { recording: RecordingId(recording), leg: leg.leg });
    }

    /// Waits for an event; others are kept.
    pub fn event<T>(&mut self, what: &str, find: impl Fn(&Event) -> Option<T>) -> T {
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            if let Some((at, found)) = self.seen.iter().enumerate().find_map(|(at, e)| Some((at, find(e)?))) {
                self.seen.remove(at);
                return found;
            }
            match self.events.try_recv() {
                Ok(event) => self.seen.push(event),
                Err(_) => std::thread::sleep(Duration::from_millis(2)),
            }
            assert!(Instant::now() < until, "waited in vain for {what}; seen: {:?}", self.seen);
        }
    }

    /// The keys of a leg so far.
    pub fn digits(&mut self, leg: &Phone) -> String {
        while let Ok(event) = self.events.try_recv() {
            self.seen.push(event);
        }
        let mut out = String::new();
        self.seen.retain(|event| match event {
            Event::Digit { leg: at, digit } if *at == leg.leg => {
                out.push(digit.as_char());
                false
            }
            _ => true,
        });
        out
    }

    /// Lets telephones talk for so many frames of 20 ms.
    pub fn talk(&self, frames: usize, phones: &mut [&mut Phone]) {
        let start = Instant::now();
        for frame in 0..frames {
            for phone in phones.iter_mut() {
                phone.speak();
                phone.listen();
            }
            let due = start + Duration::from_millis(20) * (frame as u32 + 1);
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
        }
        for phone in phones.iter_mut() {
            phone.listen();
        }
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.core.shutdown();
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

/// One telephone.
pub struct Phone {
    pub leg: LegId,
    pub to: SocketAddr,
    pub socket: UdpSocket,
    pub codec: Codec,
    /// What it speaks; 0 is silence, none is no packets at all.
    pub tone_hz: Option<f32>,
    pub ssrc: u32,
    pub sequence: u16,
    pub timestamp: u32,
    spoken: usize,
    encoder: Encoder,
    decoder: Decoder,
    pub heard: Vec<i16>,
    /// Headers of what came: sequence, timestamp, source.
    pub packets: Vec<(u16, u32, u32)>,
    /// The keys that came as events, if it is one that is sent any.
    pub keys: Option<(EventTracker, String)>,
}

impl Phone {
    pub fn new(leg: LegId, to: SocketAddr, codec: Codec) -> Phone {
        Phone::new_at(&to.ip().to_string(), leg, to, codec)
    }

    pub fn new_at(ip: &str, leg: LegId, to: SocketAddr, codec: Codec) -> Phone {
        let ip: IpAddr = ip.parse().expect("an address");
        let socket = UdpSocket::bind(SocketAddr::new(ip, 0)).expect("a socket");
        socket.set_nonblocking(true).expect("non-blocking");
        Phone {
            leg,
            to,
            socket,
            codec,
            tone_hz: None,
            ssrc: 0x1000 + leg.get() as u32,
            sequence: 65_500,
            timestamp: u32::MAX - 4_000,
            spoken: 0,
            encoder: Encoder::new(codec).expect("encoder"),
            decoder: Decoder::new(codec).expect("decoder"),
            heard: Vec::new(),
            packets: Vec::new(),
            keys: None,
        }
    }

    pub fn payload_type(&self) -> u8 {
        self.codec.static_payload_type().unwrap_or(111)
    }

    pub fn remote(&self) -> Remote {
        Remote {
            rtp: self.socket.local_addr().expect("bound"),
            codec: self.codec,
            payload_type: self.payload_type(),
            telephone_event: Some(EVENT_TYPE),
            send: true,
            receive: true,
            learn: false,
            web: None,
        }
    }

    fn send(&mut self, marker: bool, payload_type: u8, timestamp: u32, payload: &[u8]) {
        let mut data = rtp::header(marker, payload_type, self.sequence, timestamp, self.ssrc).to_vec();
        data.extend_from_slice(payload);
        self.sequence = self.sequence.wrapping_add(1);
        let _ = self.socket.send_to(&data, self.to);
    }

    /// 20 ms of its tone.
    pub fn speak(&mut self) {
        let Some(hz) = self.tone_hz else { return };
        let mut frame: Frame = [0; FRAME];
        frame.iter_mut().zip(sine(hz, 8_000.0, self.spoken, FRAME)).for_each(|(to, from)| *to = from);
        self.speak_frame(&frame);
    }

    pub fn speak_frame(&mut self, frame: &Frame) {
        self.spoken += FRAME;
        let mut payload = [0; ENCODED_MAX];
        let length = self.encoder.encode(frame, &mut payload);
        self.send(false, self.payload_type(), self.timestamp, &payload[..length]);
        self.timestamp = self.timestamp.wrapping_add(self.codec.frame_ticks());
    }

    /// Presses a key as RFC 4733 does, all packets at once.
    pub fn press(&mut self, key: char) {
        let event = Digit::try_from(key).expect("a key").event();
        for n in 1..=7u16 {
            let [high, low] = (n.min(5) * 160).to_be_bytes();
            let end = if n >= 5 { 0x8a } else { 0x0a };
            self.send(n == 1, EVENT_TYPE, self.timestamp, &[event, end, high, low]);
        }
        self.timestamp = self.timestamp.wrapping_add(1_600);
    }

    /// Takes what has come.
    pub fn listen(&mut self) {
        let mut data = [0; 2_048];
        while let Ok((length, from)) = self.socket.recv_from(&mut data) {
            // Another test's leg may still be sending to whoever had this port before.
            if from != self.to {
                continue;
            }
            let packet = rtp::read(&data[..length]).expect("RTP");
            if let Some((tracker, keys)) = &mut self.keys
                && packet.payload_type == EVENT_TYPE
            {
                keys.extend(tracker.push(packet.timestamp, packet.marker, packet.payload).map(char::from));
                continue;
            }
            assert_eq!(packet.payload_type, self.payload_type());
            self.packets.push((packet.sequence, packet.timestamp, packet.ssrc));
            let mut out = [0; DECODED_MAX];
            let samples = self.decoder.decode(packet.payload, &mut out);
            self.heard.extend_from_slice(&out[..samples]);
        }
    }

    pub fn forget(&mut self) {
        self.listen();
        self.heard.clear();
        self.packets.clear();
    }

    /// The share of `hz` in the last `ms` heard.
    pub fn hears(&self, hz: f32, ms: usize) -> f32 {
        let from = self.heard.len().saturating_sub(ms * 8);
        level::share_at(&self.heard[from..], hz)
    }

    /// Whether there is a stretch of `ms` in what it heard that is as wanted. For what is mixed in time: a test machine that
    /// stalls leaves holes in one stretch, not in all.
    pub fn ever(&self, ms: usize, wanted: impl Fn(&[i16]) -> bool) -> bool {
        self.heard.windows(ms * 8).step_by(FRAME).any(wanted)
    }

    /// Its stream is one: one source, sequence and time without a step backwards.
    pub fn check_stream(&self) {
        for pair in self.packets.windows(2) {
            let ((s1, t1, a), (s2, t2, b)) = (pair[0], pair[1]);
            assert_eq!(a, b, "one source for the whole leg");
            assert_eq!(s2.wrapping_sub(s1), 1, "sequence {s1} then {s2}");
            let ahead = t2.wrapping_sub(t1);
            assert!(ahead > 0 && ahead < 48_000 * 10, "timestamp {t1} then {t2}");
        }
    }
}

/// Share of a frequency in a channel of a recording, between two moments in ms.
pub fn share(channel: &[i16], hz: f32, from_ms: usize, to_ms: usize) -> f32 {
    level::share_at(channel.get(from_ms * 8..(to_ms * 8).min(channel.len())).unwrap_or_default(), hz)
}

/// Whether a channel of a recording holds a tone between two moments in ms: in most stretches of 100 ms, because a test
/// machine that stalls leaves holes in some.
pub fn mostly(channel: &[i16], hz: f32, from_ms: usize, to_ms: usize) -> bool {
    let sound = channel.get(from_ms * 8..(to_ms * 8).min(channel.len())).unwrap_or_default();
    let stretches: Vec<bool> = sound.chunks_exact(800).map(|s| level::share_at(s, hz) > 0.95).collect();
    stretches.iter().filter(|held| **held).count() * 3 > stretches.len() * 2
}
