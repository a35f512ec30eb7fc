//! What strangers send, damaged a few thousand times in ways that are the same on every run. `make fuzz` looks further.

use fastrand::Rng;
use telephony::probe;

const ROUNDS: usize = 4_000;

const PIECES: &[&[u8]] = &[
    b"\r\n",
    b"\r\n\r\n",
    b"\n",
    b"\0",
    b"\xff",
    b",",
    b";",
    b"=",
    b"<",
    b">",
    b"\"",
    b"\\",
    b"%00",
    b"%",
    b" ",
    b"4294967296",
    b"-1",
    b"0",
    b"99999999999999999999",
    b"\xe7\x83\xad",
    b"SIP/2.0",
    b"Content-Length: 9\r\n",
    b"m=audio 0 RTP/AVP 8\r\n",
    b"a=rtpmap:101 telephone-event/8000\r\n",
    b"c=IN IP4 127.0.0.1\r\n",
];

/// One to six changes: a byte, a piece put in, a stretch left out or doubled, the end cut off, another seed's end.
fn damaged(dice: &mut Rng, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = seeds[dice.usize(..seeds.len())].clone();
    for _ in 0..=dice.usize(..6) {
        let at = dice.usize(..bytes.len() + 1);
        let end = (at + dice.usize(..40)).min(bytes.len());
        match dice.usize(..7) {
            0 | 1 if at < bytes.len() => bytes[at] = dice.usize(..256) as u8,
            2 => drop(bytes.splice(at..at, PIECES[dice.usize(..PIECES.len())].iter().copied())),
            3 => drop(bytes.drain(at..end)),
            4 => drop(bytes.splice(at..at, bytes[at..end].to_vec())),
            5 => bytes.truncate(at),
            _ => {
                let other = &seeds[dice.usize(..seeds.len())];
                bytes.truncate(at);
                bytes.extend_from_slice(&other[dice.usize(..other.len() + 1)..]);
            }
        }
    }
    bytes
}

/// Every seed is read, and no damaged one makes the reader break its rules.
fn check(reader: fn(&[u8]) -> bool, seeds: &[&[u8]]) {
    let seeds: Vec<Vec<u8>> = seeds.iter().map(|seed| seed.to_vec()).collect();
    for seed in &seeds {
        assert!(reader(seed), "{}", String::from_utf8_lossy(seed));
    }
    let mut dice = Rng::with_seed(1);
    for _ in 0..ROUNDS {
        let bytes = damaged(&mut dice, &seeds);
        let read = std::panic::catch_unwind(|| reader(&bytes));
        assert!(read.is_ok(), "see above; after {:?}", String::from_utf8_lossy(&bytes));
    }
}

const INVITE: &[u8] = b"INVITE sip:95598@192.0.2.1;transport=tcp SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5061;\
branch=z9hG4bKa;rport, SIP/2.0/TCP [2001:db8::1]:5060;branch=z9hG4bKb\r\nFrom: \"A \\\" B\" <sip:%31380013@192.0.2.9>;\
tag=f\r\nTo: <sip:95598@192.0.2.1>\r\nCall-ID: a@b\r\nCSeq: 1 INVITE\r\nContact: <sip:a@192.0.2.9:5061;ob>;expires=60, \
<sip:b@192.0.2.9>\r\nMax-Forwards: 70\r\nRecord-Route: <sip:192.0.2.7;lr>,<sip:192.0.2.8;lr>\r\nSupported: timer\r\n\
Session-Expires: 1800;refresher=uac\r\nP-Asserted-Identity: <tel:+8613800138000>\r\nAuthorization: Digest \
username=\"1001\", realm=\"switchboard\", nonce=\"n\", uri=\"sip:x\", response=\"0123456789abcdef0123456789abcdef\", \
qop=auth, nc=0000000a, cnonce=\"c\", algorithm=MD5\r\nContent-Type: application/sdp\r\nContent-Length: 4\r\n\r\nv=0\r";

const CHALLENGE: &[u8] = b"SIP/2.0 401 Unauthorized\r\nv: SIP/2.0/TLS 192.0.2.1;branch=z9hG4bKc\r\nf: <sip:a@b>;tag=1\r\n\
t: <sip:a@b>;tag=2\r\ni: x\r\nCSeq: 2147483647 REGISTER\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n\", \
algorithm=SHA-256, qop=\"auth,auth-int\", stale=true\r\nl: 0\r\n\r\n";

const OFFER: &[u8] = b"v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9/127\r\nt=0 0\r\na=sendrecv\r\n\
m=audio 49170/2 RTP/AVP 8 0 9 111 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:111 opus/48000/2\r\n\
a=fmtp:111 useinbandfec=1\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=inactive\r\n\
m=video 49172 RTP/AVP 31\r\nc=IN IP6 2001:db8::1\r\na=rtpmap:31 H261/90000\r\n";

#[test]
fn sip_messages() {
    check(probe::sip_message, &[INVITE, CHALLENGE]);
}

#[test]
fn sip_streams() {
    let several = [b"\r\n\r\n", CHALLENGE, INVITE, b"\r\n", CHALLENGE].concat();
    check(probe::sip_stream, &[&several, CHALLENGE]);
}

#[test]
fn session_descriptions() {
    check(probe::sdp, &[OFFER]);
}

#[test]
fn rtp_packets() {
    let plain: &[u8] = b"\x80\x88\0\x01\0\0\0\xa0\xde\xad\xbe\xef\xd5\xd5\xd5\xd5";
    // A contributor, an extension and padding.
    let all: &[u8] =
        b"\xb1\x08\0\x02\0\0\x01\x40\xde\xad\xbe\xef\0\0\0\x07\xbe\xde\0\x01\x09\x09\x09\x09\xd5\xd5\0\x02";
    let mut stream = Vec::new();
    for n in 0..20u8 {
        for packet in [plain, all] {
            let mut packet = packet.to_vec();
            packet[3] = n;
            packet[6] = n;
            stream.push(packet.len() as u8);
            stream.extend(packet);
        }
    }
    check(probe::rtp, &[&stream, plain, all]);
}

#[test]
fn rtcp_packets() {
    let report: &[u8] = b"\x81\xc8\0\x0c\0\0\0\x07\xe0\0\0\x01\x80\0\0\0\0\0\0\xa0\0\0\0\x03\0\0\x01\xe0\0\0\0\x01\
\x10\0\0\x02\0\0\0\x09\0\0\0\x08\0\0\x12\x34\0\0\x56\x78\x81\xca\0\x02\0\0\0\x07\x01\x02ab\x81\xcb\0\x01\0\0\0\x07";
    check(probe::rtcp, &[report, &report[..52]]);
}

#[test]
fn keys() {
    let press = |n: u8| [n, 1, 5, 0x0a, 0, 160, n, 0, 5, 0x8a, 1, 64, n, 0, 5, 0x8a, 1, 64];
    check(probe::dtmf, &[&[press(1), press(40), press(90)].concat()]);
}
