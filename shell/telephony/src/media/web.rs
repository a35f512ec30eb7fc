//! A browser's leg: ICE, DTLS and SRTP by str0m, which does no input or output of its own; it lives in the media thread
//! like everything else of the leg. The packets inside are ordinary RTP, so that hearing, playing, recording and keys
//! are those of every other leg.
//!
//! What comes to the sockets is hostile until str0m has authenticated it. A bug in there ends this leg's audio only.

use std::net::{SocketAddr, UdpSocket};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use str0m::config::{DtlsCert, Fingerprint};
use str0m::crypto::CryptoProvider;
use str0m::format::{Codec as Kind, FormatParams};
use str0m::media::{Frequency, MediaKind, Mid, Pt};
use str0m::net::{Protocol, Receive};
use str0m::rtp::{ExtensionMap, RtpPacket, RtpWrite, SeqNo, Ssrc};
use str0m::{Candidate, Event, IceCreds, Input, Output, Rtc, RtcConfig};

use super::api::Remote;
use super::codec::Codec;

/// What we prove ourselves with to browsers: one self-signed certificate for the life of the process.
pub struct Certificate {
    cert: DtlsCert,
    provider: Arc<CryptoProvider>,
    /// For `a=fingerprint`, without the name of the hash.
    pub fingerprint: String,
}

impl Certificate {
    pub fn generate() -> anyhow::Result<Certificate> {
        let provider = Arc::new(str0m::crypto::from_feature_flags());
        let cert = provider.dtls_provider.generate_certificate().context("no certificate for browsers")?;
        let mut config = RtcConfig::new().set_crypto_provider(provider.clone()).set_dtls_cert(cert.clone());
        config = config.clear_codecs();
        let mut rtc = config.build(Instant::now());
        let print = rtc.direct_api().local_dtls_fingerprint().bytes.clone();
        let hex: Vec<String> = print.iter().map(|byte| format!("{byte:02X}")).collect();
        Ok(Certificate { cert, provider, fingerprint: hex.join(":") })
    }
}

/// Our half of a browser's leg, for our SDP. Given once, when the leg is opened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WebLocal {
    pub ufrag: String,
    pub pass: String,
    /// The synchronisation source we send with.
    pub ssrc: u32,
    /// SHA-256 of our certificate, in SDP's notation.
    pub fingerprint: String,
    /// Where the browser's packets arrive, the most likely first.
    pub addresses: Vec<SocketAddr>,
}

impl WebLocal {
    /// A new half, with no address yet.
    pub fn new(certificate: &Certificate) -> anyhow::Result<WebLocal> {
        let mut random = [0; 44];
        getrandom::fill(&mut random)?;
        let (ssrc, letters) = random.split_at(4);
        // ICE takes 64 letters (RFC 8839 §5.4).
        const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let text = |bytes: &[u8]| bytes.iter().map(|b| char::from(LETTERS[usize::from(b % 64)])).collect();
        let (ufrag, pass) = letters.split_at(8);
        Ok(WebLocal {
            ufrag: text(ufrag),
            pass: text(pass),
            ssrc: ssrc.iter().fold(0, |all, byte| all << 8 | u32::from(*byte)).max(1),
            fingerprint: certificate.fingerprint.clone(),
            addresses: Vec::new(),
        })
    }
}

/// The browser's half, from its SDP.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WebRemote {
    pub ufrag: String,
    pub pass: String,
    /// SHA-256 of its certificate.
    pub fingerprint: [u8; 32],
    /// It opens the DTLS connection.
    pub active: bool,
    /// The sources it announces; one that it does not announce is not heard.
    pub ssrcs: Vec<u32>,
}

/// What a leg is opened with.
pub struct Plan {
    pub local: WebLocal,
    pub certificate: Arc<Certificate>,
    pub zero: Instant,
}

const MID: &str = "0";
/// Outputs taken at one go; what str0m still has comes with the next packet.
const OUTPUTS_MAX: usize = 64;

pub struct Web {
    plan: Plan,
    rtc: Option<Box<Rtc>>,
    theirs: Option<Arc<WebRemote>>,
    /// When str0m wants to be woken, on the thread's clock.
    pub due_us: u64,
    /// The last sequence sent, counted on over its turns.
    sequence: Option<u64>,
    /// The other end says of our packets.
    pub far_lost: u64,
    pub round_trip_ms: Option<f32>,
}

impl Web {
    pub fn new(plan: Plan) -> Web {
        Web {
            plan,
            rtc: None,
            theirs: None,
            due_us: u64::MAX,
            sequence: None,
            far_lost: 0,
            round_trip_ms: None,
        }
    }

    pub fn ssrc(&self) -> u32 {
        self.plan.local.ssrc
    }

    fn at(&self, now_us: u64) -> Instant {
        self.plan.zero + Duration::from_micros(now_us)
    }

    /// The answer of a negotiation, the first or a later one.
    pub fn connect(&mut self, remote: &Remote, bases: &[SocketAddr], now_us: u64) -> anyhow::Result<()> {
        let theirs = remote.web.clone().context("the browser's keys are missing")?;
        if let Some(rtc) = &mut self.rtc {
            if self.theirs.as_ref().is_some_and(|t| (&t.ufrag, &t.pass) != (&theirs.ufrag, &theirs.pass)) {
                // It gathered anew, from another network perhaps. Our half stands: we are where we were.
                let creds = IceCreds { ufrag: theirs.ufrag.clone(), pass: theirs.pass.clone() };
                rtc.direct_api().set_remote_ice_credentials(creds);
            }
            hear(rtc, &theirs.ssrcs);
            self.theirs = Some(theirs);
            self.due_us = now_us;
            return Ok(());
        }
        let Plan { local, certificate, .. } = &self.plan;
        let mut config = RtcConfig::new()
            .set_crypto_provider(certificate.provider.clone())
            .set_dtls_cert(certificate.cert.clone())
            .set_local_ice_credentials(IceCreds { ufrag: local.ufrag.clone(), pass: local.pass.clone() })
            .set_ice_lite(true)
            .set_rtp_mode(true)
            .set_stats_interval(Some(Duration::from_secs(5)))
            // No extensions: nothing of them is used, and transport feedback costs a third more packets.
            .set_extension_map(ExtensionMap::empty())
            .clear_codecs();
        let codecs = config.codec_config();
        let pt = Pt::new_with_value(remote.payload_type);
        let (kind, channels) = match remote.codec {
            Codec::Pcma => (Kind::PCMA, None),
            Codec::Pcmu => (Kind::PCMU, None),
            Codec::G722 => (Kind::G722, None),
            Codec::Opus => (Kind::Opus, Some(2)),
        };
        let clock = |hz| Frequency::new(hz).unwrap_or(Frequency::EIGHT_KHZ);
        let clock_hz = clock(remote.codec.clock_hz());
        codecs.add_config(pt, None, kind, clock_hz, channels, FormatParams::default());
        if let Some(event) = remote.telephone_event {
            let pt = Pt::new_with_value(event);
            codecs.add_config(pt, None, Kind::Tele, clock_hz, None, FormatParams::default());
        }
        let mut rtc = Box::new(config.build(self.at(now_us)));
        for base in bases {
            rtc.add_local_candidate(Candidate::host(*base, Protocol::Udp)?);
        }
        let mut api = rtc.direct_api();
        api.set_ice_controlling(false);
        api.set_remote_ice_credentials(IceCreds { ufrag: theirs.ufrag.clone(), pass: theirs.pass.clone() });
        api.set_remote_fingerprint(Fingerprint {
            hash_func: "sha-256".to_owned(),
            bytes: theirs.fingerprint.to_vec(),
        });
        let mid = Mid::from(MID);
        api.declare_media(mid, MediaKind::Audio);
        api.declare_stream_tx(Ssrc::from(local.ssrc), None, mid, None);
        api.start_dtls(!theirs.active)?;
        hear(&mut rtc, &theirs.ssrcs);
        self.rtc = Some(rtc);
        self.theirs = Some(theirs);
        self.due_us = now_us;
        Ok(())
    }

    /// Sends a packet of sound. False while there is no connection yet, or none any more.
    pub fn send(&mut self, packet: Packet<'_>, sockets: &Sockets<'_>, now_us: u64) -> bool {
        let sequence = self.counted_on(packet.sequence);
        let (ssrc, at) = (Ssrc::from(self.ssrc()), self.at(now_us));
        let Some(rtc) = self.rtc.as_mut().filter(|rtc| rtc.is_connected()) else { return false };
        self.sequence = Some(sequence);
        let pt = Pt::new_with_value(packet.kind);
        let payload: Arc<[u8]> = packet.payload.into();
        let write =
            RtpWrite::new(pt, SeqNo::from(sequence), packet.timestamp, at, payload).marker(packet.marker);
        if let Some(stream) = rtc.direct_api().stream_tx(&ssrc) {
            stream.write_rtp(write);
        }
        self.run(None, sockets, now_us, &mut Vec::new());
        true
    }

    /// `u16` sequences go around every 22 minutes; SRTP counts the turns.
    fn counted_on(&self, sequence: u16) -> u64 {
        let Some(last) = self.sequence else { return u64::from(sequence) };
        let ahead = sequence.wrapping_sub(last as u16) as i16;
        last.saturating_add_signed(i64::from(ahead))
    }

    /// A datagram; sound in it is put into `heard`. False for what is nobody's or not whole.
    pub fn receive(
        &mut self,
        data: &[u8],
        from: SocketAddr,
        to: SocketAddr,
        sockets: &Sockets<'_>,
        now_us: u64,
        heard: &mut Vec<RtpPacket>,
    ) -> bool {
        let at = self.at(now_us);
        let Some(rtc) = &self.rtc else { return false };
        let from = SocketAddr::new(from.ip().to_canonical(), from.port());
        let Ok(receive) = Receive::new(Protocol::Udp, from, to, data) else { return false };
        let input = Input::Receive(at, receive);
        // In here nothing is believed yet: a panic must not take the other calls with it.
        if !catch_unwind(AssertUnwindSafe(|| rtc.accepts(&input))).unwrap_or(false) {
            return false;
        }
        self.run(Some(input), sockets, now_us, heard)
    }

    /// When `due_us` has come.
    pub fn wake(&mut self, sockets: &Sockets<'_>, now_us: u64) {
        self.run(None, sockets, now_us, &mut Vec::new());
    }

    fn run(
        &mut self,
        input: Option<Input<'_>>,
        sockets: &Sockets<'_>,
        now_us: u64,
        heard: &mut Vec<RtpPacket>,
    ) -> bool {
        let at = self.at(now_us);
        let Some(mut rtc) = self.rtc.take() else { return false };
        let input = input.unwrap_or(Input::Timeout(at));
        let run = catch_unwind(AssertUnwindSafe(|| {
            let mut good = true;
            if let Err(error) = rtc.handle_input(input) {
                tracing::debug!(%error, "a browser's packet was not taken");
                good = false;
            }
            for _ in 0..OUTPUTS_MAX {
                match rtc.poll_output() {
                    Ok(Output::Transmit(out)) => {
                        if let Some(socket) = sockets.of(out.source) {
                            let _ = socket.send_to(&out.contents, out.destination);
                        }
                    }
                    Ok(Output::Event(event)) => self.event(event, heard),
                    Ok(Output::Timeout(until)) => {
                        let wait = until.saturating_duration_since(self.plan.zero).as_micros();
                        self.due_us = u64::try_from(wait).unwrap_or(u64::MAX);
                        return good;
                    }
                    Err(error) => {
                        tracing::debug!(%error, "a browser's leg cannot go on");
                        self.due_us = u64::MAX;
                        return false;
                    }
                }
            }
            self.due_us = now_us;
            good
        }));
        match run {
            Ok(good) => {
                self.rtc = Some(rtc);
                good
            }
            Err(_) => {
                tracing::error!("a bug in a browser's leg: its audio has ended");
                self.due_us = u64::MAX;
                // What is half done may panic again when it is dropped.
                std::mem::forget(rtc);
                false
            }
        }
    }

    fn event(&mut self, event: Event, heard: &mut Vec<RtpPacket>) {
        match event {
            Event::RtpPacket(packet) => heard.push(packet),
            Event::IceConnectionStateChange(state) => tracing::debug!(?state, "a browser's connection"),
            Event::MediaEgressStats(stats) => {
                self.round_trip_ms = stats.rtt.map(|rtt| rtt.as_secs_f32() * 1_000.0);
                if let Some(remote) = stats.remote {
                    self.far_lost = remote.packets_lost;
                }
            }
            _ => {}
        }
    }
}

/// A packet of ours.
pub struct Packet<'a> {
    /// The payload type.
    pub kind: u8,
    pub marker: bool,
    pub sequence: u16,
    pub timestamp: u32,
    pub payload: &'a [u8],
}

/// A leg's sockets: ICE decides by which of them it speaks.
pub struct Sockets<'a>(pub [&'a UdpSocket; 2]);

impl Sockets<'_> {
    fn of(&self, source: SocketAddr) -> Option<&UdpSocket> {
        self.0.into_iter().find(|socket| socket.local_addr().is_ok_and(|local| local == source))
    }
}

/// Lets these sources of the browser be heard.
fn hear(rtc: &mut Rtc, ssrcs: &[u32]) {
    let mut api = rtc.direct_api();
    for ssrc in ssrcs {
        let ssrc = Ssrc::from(*ssrc);
        if api.stream_rx(&ssrc).is_none() {
            api.expect_stream_rx(ssrc, None, Mid::from(MID), None);
        }
    }
}

#[cfg(test)]
mod tests {
    use fastrand::Rng;

    use super::super::tests::strangers::seeds;
    use super::*;

    fn leg() -> (Web, UdpSocket) {
        let certificate = Arc::new(Certificate::generate().expect("a certificate"));
        let local = WebLocal::new(&certificate).expect("chance");
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
        let base = socket.local_addr().expect("bound");
        let mut web = Web::new(Plan { local, certificate, zero: Instant::now() });
        let theirs = WebRemote {
            ufrag: "them".to_owned(),
            pass: "p".repeat(24),
            fingerprint: [7; 32],
            active: true,
            ssrcs: vec![1],
        };
        let remote = Remote {
            rtp: base,
            codec: Codec::Pcma,
            payload_type: 8,
            telephone_event: Some(101),
            send: true,
            receive: true,
            learn: false,
            web: Some(Arc::new(theirs)),
        };
        web.connect(&remote, &[base], 0).expect("keys");
        (web, socket)
    }

    #[test]
    fn a_certificate_is_named_as_sdp_wants_it() {
        let certificate = Certificate::generate().expect("a certificate");
        let parts: Vec<&str> = certificate.fingerprint.split(':').collect();
        assert_eq!(parts.len(), 32);
        assert!(parts.iter().all(|part| part.len() == 2 && u8::from_str_radix(part, 16).is_ok()));
        let (one, two) = (WebLocal::new(&certificate), WebLocal::new(&certificate));
        assert_ne!(one.expect("chance").pass, two.expect("chance").pass);
    }

    #[test]
    fn sequences_are_counted_on_over_their_turns() {
        let (mut web, _socket) = leg();
        let mut count = |sequence: u16| {
            let all = web.counted_on(sequence);
            web.sequence = Some(all);
            all
        };
        assert_eq!([65_534, 65_535, 0, 65_535, 2].map(&mut count), [65_534, 65_535, 65_536, 65_535, 65_538]);
    }

    /// What comes before anybody has proved who he is: nothing is heard of it, and nothing breaks.
    #[test]
    fn strangers_are_not_heard_and_do_no_harm() {
        let (mut web, socket) = leg();
        let sockets = Sockets([&socket, &socket]);
        let (to, from) = (socket.local_addr().expect("bound"), "127.0.0.9:4000".parse().expect("an address"));
        let mut datagrams: Vec<Vec<u8>> = Vec::new();
        match seeds() {
            Some(seeds) => {
                for folder in ["webrtc/rtp", "webrtc/rtcp", "webrtc/stun", "pion/stun", "pion/dtls"] {
                    let files = std::fs::read_dir(seeds.join(folder)).expect("seeds").flatten();
                    datagrams.extend(files.map(|file| std::fs::read(file.path()).expect("a seed")));
                }
                assert!(datagrams.len() > 100, "{} seeds", datagrams.len());
            }
            None => eprintln!("shared/data/media-seeds is not there: its packets are not tried"),
        }
        // A binding request in its outline, the beginning of a DTLS handshake, and RTP of an announced source.
        datagrams.push([&[0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42][..], &[9; 12]].concat());
        datagrams.push([&[22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20, 1][..], &[0; 19]].concat());
        datagrams.push([&[0x80, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1][..], &[0xd5; 170]].concat());
        let mut dice = Rng::with_seed(7);
        let mut heard = Vec::new();
        for round in 0..40_u64 {
            for seed in &datagrams {
                let mut data = seed.clone();
                if round > 0 && !data.is_empty() {
                    for _ in 0..dice.usize(1..6) {
                        let at = dice.usize(..data.len());
                        data[at] = dice.u8(..);
                    }
                    data.truncate(dice.usize(..data.len() + 1).max(1));
                }
                web.receive(&data, from, to, &sockets, round * 20_000, &mut heard);
            }
        }
        assert!(heard.is_empty());
        assert!(web.rtc.as_ref().is_some_and(|rtc| rtc.is_alive() && !rtc.is_connected()));
    }
}
