//! A caller with a telephone of the least kind: INVITE, ACK, what arrives as A-law, BYE.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout, timeout_at};

/// Nothing takes so long but on a machine that has very much else to do.
const LONG: Duration = Duration::from_secs(120);
/// Quiet in A-law.
const SILENCE: u8 = 0xD5;

pub struct Caller {
    sip: UdpSocket,
    rtp: UdpSocket,
    centre: SocketAddr,
    media: SocketAddr,
    number: u64,
    to: String,
    heard: Vec<u8>,
    pressed: u16,
}

/// The codes that were heard, each once, in order; silence and shorter than a packet left out.
pub fn codes(heard: &[u8]) -> Vec<u8> {
    let runs = heard.chunk_by(|a, b| a == b).filter(|run| run.len() >= 160 && run[0] != SILENCE);
    let mut codes: Vec<u8> = runs.map(|run| run[0]).collect();
    codes.dedup();
    codes
}

impl Caller {
    /// Calls from the `number`th number and is answered.
    pub async fn call(centre: SocketAddr, number: u64) -> Caller {
        let sip = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
        let rtp = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
        let mut caller = Caller {
            sip,
            rtp,
            centre,
            media: centre,
            number,
            to: String::new(),
            heard: Vec::new(),
            pressed: 0,
        };
        let port = caller.rtp.local_addr().expect("bound").port();
        let sdp = format!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
             m=audio {port} RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n"
        );
        let mut buffer = [0; 4_096];
        let (mut again, until) = (Duration::ZERO, Instant::now() + LONG);
        let answer = loop {
            // What was lost is said again, as every telephone does.
            let Ok(heard) = timeout(again, caller.sip.recv(&mut buffer)).await else {
                assert!(Instant::now() < until, "nobody answers");
                caller.say("INVITE", 1, &sdp).await;
                again = (again * 2).clamp(Duration::from_millis(500), Duration::from_secs(4));
                continue;
            };
            let length = heard.expect("heard");
            let answer = String::from_utf8_lossy(buffer.get(..length).unwrap_or_default()).into_owned();
            if !answer.starts_with("SIP/2.0 1") {
                break answer;
            }
            again = LONG;
        };
        assert!(answer.starts_with("SIP/2.0 200"), "{answer}");
        let line = |start: &str| answer.lines().find_map(|line| line.strip_prefix(start));
        caller.to = line("To: ").or(line("t: ")).expect("To").to_owned();
        let port = line("m=audio ").and_then(|rest| rest.split(' ').next()).expect("audio");
        caller.media = SocketAddr::new(centre.ip(), port.parse().expect("a port"));
        caller.say("ACK", 1, "").await;
        caller
    }

    async fn say(&self, method: &str, cseq: u32, body: &str) {
        let (me, number, centre) = (self.sip.local_addr().expect("bound"), self.number, self.centre);
        let to = if self.to.is_empty() { format!("<sip:95598@{centre}>") } else { self.to.clone() };
        let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        let branch = if method == "INVITE" { "invite".to_owned() } else { format!("{method}{cseq}") };
        let message = format!(
            "{method} sip:95598@{centre} SIP/2.0\r\nVia: SIP/2.0/UDP {me};branch=z9hG4bK{branch}{number};rport\r\n\
             From: <sip:139{number:08}@127.0.0.1>;tag=c{number}\r\nTo: {to}\r\nCall-ID: call{number}@{me}\r\n\
             CSeq: {cseq} {method}\r\nMax-Forwards: 70\r\nContact: <sip:{me}>\r\n{kind}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.sip.send_to(message.as_bytes(), centre).await.expect("sent");
    }

    /// Presses a key once something is heard.
    pub async fn press(&mut self, key: u8) {
        while codes(&self.heard).is_empty() {
            self.hear_until(Instant::now() + Duration::from_millis(40)).await;
        }
        // Each key has a time and packets of its own; repeated, they are one key.
        self.pressed += 1;
        for n in 0..6_u16 {
            let last = n >= 3;
            let length = (n.min(3) + 1) * 160;
            let mut packet = vec![0x80, if n == 0 { 101 | 0x80 } else { 101 }];
            packet.extend((100 * self.pressed + n).to_be_bytes());
            packet.extend((8_000 * u32::from(self.pressed)).to_be_bytes());
            packet.extend(7_u32.to_be_bytes());
            packet.extend([key, if last { 0x80 | 10 } else { 10 }]);
            packet.extend(length.to_be_bytes());
            self.rtp.send_to(&packet, self.media).await.expect("sent");
            self.hear_until(Instant::now() + Duration::from_millis(20)).await;
        }
    }

    /// Waits until this is heard.
    pub async fn hear(&mut self, code: u8) {
        let until = Instant::now() + Duration::from_secs(30);
        while !codes(&self.heard).contains(&code) {
            assert!(Instant::now() < until, "{code} is not heard, but {:?}", codes(&self.heard));
            self.hear_until(Instant::now() + Duration::from_millis(40)).await;
        }
    }

    /// Waits until so many different things were heard one after the other, and hangs up.
    pub async fn first(mut self, count: usize) -> Vec<u8> {
        let until = Instant::now() + LONG;
        while codes(&self.heard).len() < count {
            assert!(Instant::now() < until, "only {:?} is heard", codes(&self.heard));
            self.hear_until(Instant::now() + Duration::from_millis(100)).await;
        }
        self.say("BYE", 2, "").await;
        let mut heard = codes(&self.heard);
        heard.truncate(count);
        heard
    }

    async fn hear_until(&mut self, until: Instant) {
        let mut buffer = [0; 4_096];
        // Answered once more: the ACK was lost.
        while let Ok(length) = self.sip.try_recv(&mut buffer) {
            let said = String::from_utf8_lossy(buffer.get(..length).unwrap_or_default()).into_owned();
            if said.starts_with("SIP/2.0 200") && said.contains("INVITE") {
                self.say("ACK", 1, "").await;
            }
        }
        while let Ok(received) = timeout_at(until, self.rtp.recv(&mut buffer)).await {
            let packet = buffer.get(..received.expect("heard")).unwrap_or_default();
            if packet.get(1).is_some_and(|kind| kind & 0x7f == 8) {
                self.heard.extend(packet.get(12..).unwrap_or_default());
            }
        }
    }

    /// Everything that is heard in this time, and then hangs up.
    pub async fn listen(mut self, time: Duration) -> Vec<u8> {
        self.hear_until(Instant::now() + time).await;
        self.say("BYE", 2, "").await;
        self.heard
    }
}
