//! Offer and answer (RFC 3264) for one audio stream, over plain RTP or, with a browser, over DTLS-SRTP (see `web`). What
//! comes in is hostile until read: everything has a limit, and what is not understood is refused or left out, never
//! guessed.

mod web;

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use crate::media::{Codec, WebLocal, WebRemote};
use web::Keys;

const MOST_BYTES: usize = 16_384;
const MOST_LINES: usize = 500;
const MOST_MEDIA: usize = 16;
const MOST_FORMATS: usize = 64;
/// Our own payload types for what has no static one.
const OPUS: u8 = 111;
const EVENT: u8 = 101;
/// Events on the clock of Opus.
const OPUS_EVENT: u8 = 110;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Direction {
    #[default]
    SendRecv,
    SendOnly,
    RecvOnly,
    Inactive,
}

impl Direction {
    fn name(self) -> &'static str {
        match self {
            Direction::SendRecv => "sendrecv",
            Direction::SendOnly => "sendonly",
            Direction::RecvOnly => "recvonly",
            Direction::Inactive => "inactive",
        }
    }
}

/// Why a description cannot be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadSdp {
    #[error("not a session description")]
    Malformed,
    #[error("too long or too many lines")]
    TooLarge,
    #[error("no audio over RTP/AVP with a codec and address we can use")]
    NothingUsable,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Format {
    payload_type: u8,
    codec: Option<Codec>,
    /// `telephone-event` with its clock.
    event_clock: Option<u32>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Line {
    kind: String,
    protocol: String,
    port: u16,
    /// As written, for the refusal that must repeat them.
    formats_text: String,
    formats: Vec<Format>,
    address: Option<IpAddr>,
    direction: Direction,
    keys: Keys,
}

/// A description that has been read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Description {
    lines: Vec<Line>,
}

/// What both sides agreed on, from our side.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Agreed {
    pub rtp: SocketAddr,
    pub codec: Codec,
    pub payload_type: u8,
    pub telephone_event: Option<u8>,
    pub send: bool,
    pub receive: bool,
    /// With a browser.
    pub web: Option<Arc<WebRemote>>,
}

impl Agreed {
    /// They do not want to hear us.
    pub fn held(&self) -> bool {
        !self.send
    }
}

/// Which addresses of a description are never sent to.
#[derive(Clone, Copy, Debug)]
pub struct AddressRule {
    pub loopback: bool,
}

impl AddressRule {
    fn allows(self, ip: IpAddr) -> bool {
        match ip.to_canonical() {
            IpAddr::V4(ip) => {
                !(ip.is_multicast() || ip.is_broadcast() || ip.is_link_local() || ip.octets()[0] == 0)
                    && (self.loopback || !ip.is_loopback())
            }
            IpAddr::V6(ip) => {
                !(ip.is_multicast() || ip.is_unspecified() || ip.is_unicast_link_local())
                    && (self.loopback || !ip.is_loopback())
            }
        }
    }
}

/// What we say of ourselves.
#[derive(Clone, Copy, Debug)]
pub struct Local<'a> {
    pub rtp: SocketAddr,
    pub codecs: &'a [Codec],
    /// The id stays the same for a leg, the version rises with each change (RFC 3264 §5).
    pub session: u64,
    pub version: u64,
    /// With a browser.
    pub web: Option<&'a WebLocal>,
}

fn connection(value: &str) -> Result<IpAddr, BadSdp> {
    let mut parts = value.split_ascii_whitespace();
    let (net, family, address) = (parts.next(), parts.next(), parts.next());
    let address = address.and_then(|a| a.split('/').next()).and_then(|a| a.parse::<IpAddr>().ok());
    match (net, family, address) {
        (Some("IN"), Some("IP4"), Some(ip @ IpAddr::V4(_)))
        | (Some("IN"), Some("IP6"), Some(ip @ IpAddr::V6(_))) => Ok(ip),
        // A host name: its line cannot be used, but the description may have others.
        (Some("IN"), Some("IP4" | "IP6"), None) => Ok(IpAddr::V4(Ipv4Addr::BROADCAST)),
        _ => Err(BadSdp::Malformed),
    }
}

impl Description {
    pub fn parse(bytes: &[u8]) -> Result<Self, BadSdp> {
        if bytes.len() > MOST_BYTES {
            return Err(BadSdp::TooLarge);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| BadSdp::Malformed)?;
        let mut lines: Vec<Line> = Vec::new();
        let mut session_address = None;
        let mut session_direction = Direction::SendRecv;
        let mut session_keys = Keys::default();
        for (count, line) in text.lines().enumerate() {
            if count >= MOST_LINES {
                return Err(BadSdp::TooLarge);
            }
            let line = line.trim_end();
            if line.is_empty() {
                continue;
            }
            let (kind, value) = line.split_once('=').ok_or(BadSdp::Malformed)?;
            if count == 0 && (kind, value) != ("v", "0") {
                return Err(BadSdp::Malformed);
            }
            match kind {
                "c" => {
                    let address = Some(connection(value)?);
                    match lines.last_mut() {
                        Some(line) => line.address = address,
                        None => session_address = address,
                    }
                }
                "m" => {
                    if lines.len() >= MOST_MEDIA {
                        return Err(BadSdp::TooLarge);
                    }
                    lines.push(media_line(value, session_direction, session_keys.clone())?);
                }
                "a" => {
                    let keys = lines.last_mut().map_or(&mut session_keys, |line| &mut line.keys);
                    keys.read(value);
                    attribute(value, lines.last_mut(), &mut session_direction);
                }
                _ => {}
            }
        }
        for line in &mut lines {
            line.address = line.address.or(session_address);
        }
        if lines.is_empty() {
            return Err(BadSdp::NothingUsable);
        }
        Ok(Description { lines })
    }

    fn agree(
        &self,
        ours: &[Codec],
        rule: AddressRule,
        theirs_first: bool,
        web: bool,
    ) -> Option<(usize, Agreed)> {
        self.lines.iter().enumerate().find_map(|(at, line)| {
            let plain = matches!(line.protocol.as_str(), "RTP/AVP" | "RTP/AVPF");
            let secure = matches!(line.protocol.as_str(), "UDP/TLS/RTP/SAVPF" | "UDP/TLS/RTP/SAVP");
            if line.kind != "audio" || line.port == 0 || !(if web { secure } else { plain }) {
                return None;
            }
            let ip = line.address?;
            let web = if web { Some(Arc::new(line.keys.remote()?)) } else { None };
            // `c=IN IP4 0.0.0.0` is how RFC 2543 says hold; a browser says so while it still looks for its addresses,
            // and ICE finds it wherever it is.
            let old_hold = web.is_none() && ip.is_unspecified();
            if web.is_none() && !old_hold && !rule.allows(ip) {
                return None;
            }
            let known = || line.formats.iter().filter_map(|f| Some((f.codec?, f.payload_type)));
            let (codec, payload_type) = if theirs_first {
                known().find(|(codec, _)| ours.contains(codec))?
            } else {
                ours.iter().find_map(|codec| known().find(|(theirs, _)| theirs == codec))?
            };
            let event = line
                .formats
                .iter()
                .find(|f| f.event_clock == Some(codec.clock_hz()))
                .or_else(|| line.formats.iter().find(|f| f.event_clock == Some(8_000)));
            let direction = if old_hold { Direction::Inactive } else { line.direction };
            Some((
                at,
                Agreed {
                    rtp: SocketAddr::new(ip, line.port),
                    codec,
                    payload_type,
                    telephone_event: event.map(|f| f.payload_type),
                    send: matches!(direction, Direction::SendRecv | Direction::RecvOnly),
                    receive: matches!(direction, Direction::SendRecv | Direction::SendOnly),
                    web,
                },
            ))
        })
    }

    /// Whether there is anything in it for us, before a port is opened for it.
    pub fn usable(&self, codecs: &[Codec], rule: AddressRule, web: bool) -> Result<(), BadSdp> {
        self.agree(codecs, rule, false, web).map(|_| ()).ok_or(BadSdp::NothingUsable)
    }

    /// Our answer to this offer: the first usable audio is taken, all other lines get port 0.
    pub fn answer(&self, local: Local<'_>, rule: AddressRule) -> Result<(String, Agreed), BadSdp> {
        let (taken, agreed) =
            self.agree(local.codecs, rule, false, local.web.is_some()).ok_or(BadSdp::NothingUsable)?;
        let mut out = head(local);
        if let Some(taken) = self.lines.get(taken).filter(|_| local.web.is_some()) {
            web::group(&mut out, taken.keys.mid());
        }
        for (at, line) in self.lines.iter().enumerate() {
            if at == taken {
                let direction = match (agreed.send, agreed.receive) {
                    (true, true) => Direction::SendRecv,
                    (true, false) => Direction::SendOnly,
                    (false, true) => Direction::RecvOnly,
                    (false, false) => Direction::Inactive,
                };
                let event = agreed.telephone_event.and_then(|pt| {
                    line.formats
                        .iter()
                        .find(|f| f.payload_type == pt)
                        .and_then(|f| Some((pt, f.event_clock?)))
                });
                let codec = [(agreed.codec, agreed.payload_type)];
                audio(&mut out, local.rtp.port(), &line.protocol, &codec, event.as_slice(), direction);
                if let Some(ours) = local.web {
                    let active = agreed.web.as_ref().is_some_and(|theirs| !theirs.active);
                    web::keys(&mut out, ours, line.keys.mid(), if active { "active" } else { "passive" });
                }
            } else {
                let _ = write!(out, "m={} 0 {} {}\r\n", line.kind, line.protocol, line.formats_text);
            }
        }
        Ok((out, agreed))
    }

    /// Their answer to our offer.
    pub fn read_answer(&self, codecs: &[Codec], rule: AddressRule, web: bool) -> Result<Agreed, BadSdp> {
        // We offered one line, so only the first of the answer counts.
        let (at, agreed) = self.agree(codecs, rule, true, web).ok_or(BadSdp::NothingUsable)?;
        if at == 0 { Ok(agreed) } else { Err(BadSdp::NothingUsable) }
    }
}

fn media_line(value: &str, direction: Direction, keys: Keys) -> Result<Line, BadSdp> {
    let mut parts = value.split_ascii_whitespace();
    let mut next = || parts.next().ok_or(BadSdp::Malformed);
    let (kind, port, protocol) = (next()?, next()?, next()?);
    let port = port.split('/').next().unwrap_or_default();
    let port: u32 = port.parse().map_err(|_| BadSdp::Malformed)?;
    let formats_text = parts.collect::<Vec<_>>().join(" ");
    let mut formats = Vec::new();
    if protocol.contains("RTP/") {
        for format in formats_text.split(' ').take(MOST_FORMATS) {
            let Ok(payload_type @ 0..=127) = format.parse::<u8>() else { continue };
            formats.push(Format { payload_type, codec: Codec::from_static(payload_type), event_clock: None });
        }
    }
    Ok(Line {
        kind: kind.to_owned(),
        protocol: protocol.to_owned(),
        port: u16::try_from(port).map_err(|_| BadSdp::Malformed)?,
        formats_text,
        formats,
        address: None,
        direction,
        keys,
    })
}

fn attribute(value: &str, line: Option<&mut Line>, session: &mut Direction) {
    let (name, rest) = value.split_once(':').unwrap_or((value, ""));
    let direction = match name {
        "sendrecv" => Some(Direction::SendRecv),
        "sendonly" => Some(Direction::SendOnly),
        "recvonly" => Some(Direction::RecvOnly),
        "inactive" => Some(Direction::Inactive),
        _ => None,
    };
    if let Some(direction) = direction {
        match line {
            Some(line) => line.direction = direction,
            None => *session = direction,
        }
        return;
    }
    if name != "rtpmap" {
        return;
    }
    let Some(line) = line else { return };
    let Some((payload_type, encoding)) = rest.trim().split_once(' ') else { return };
    let Ok(payload_type) = payload_type.parse::<u8>() else { return };
    let mut parts = encoding.trim().split('/');
    let name = parts.next().unwrap_or_default();
    let Some(clock) = parts.next().and_then(|c| c.parse::<u32>().ok()) else { return };
    for format in line.formats.iter_mut().filter(|f| f.payload_type == payload_type) {
        format.codec = Codec::from_rtpmap(name, clock);
        format.event_clock = name.eq_ignore_ascii_case("telephone-event").then_some(clock);
    }
}

fn head(local: Local<'_>) -> String {
    let ip = local.rtp.ip().to_canonical();
    let family = if ip.is_ipv4() { "IP4" } else { "IP6" };
    let Local { session, version, .. } = local;
    format!("v=0\r\no=- {session} {version} IN {family} {ip}\r\ns=-\r\nc=IN {family} {ip}\r\nt=0 0\r\n")
}

fn audio(
    out: &mut String,
    port: u16,
    protocol: &str,
    codecs: &[(Codec, u8)],
    events: &[(u8, u32)],
    direction: Direction,
) {
    let _ = write!(out, "m=audio {port} {protocol}");
    for payload_type in codecs.iter().map(|c| c.1).chain(events.iter().map(|e| e.0)) {
        let _ = write!(out, " {payload_type}");
    }
    out.push_str("\r\n");
    for (codec, payload_type) in codecs {
        let _ = write!(out, "a=rtpmap:{payload_type} {}\r\n", codec.rtpmap());
    }
    for (payload_type, clock) in events {
        let _ =
            write!(out, "a=rtpmap:{payload_type} telephone-event/{clock}\r\na=fmtp:{payload_type} 0-15\r\n");
    }
    let _ = write!(out, "a=ptime:20\r\na={}\r\n", direction.name());
}

/// Our offer: all our codecs, keys as events.
pub fn offer(local: Local<'_>) -> String {
    let mut out = head(local);
    let codecs: Vec<_> = local.codecs.iter().map(|c| (*c, c.static_payload_type().unwrap_or(OPUS))).collect();
    let Some(ours) = local.web else {
        audio(&mut out, local.rtp.port(), "RTP/AVP", &codecs, &[(EVENT, 8_000)], Direction::SendRecv);
        return out;
    };
    web::group(&mut out, web::MID);
    let events = [(EVENT, 8_000), (OPUS_EVENT, 48_000)];
    audio(&mut out, local.rtp.port(), "UDP/TLS/RTP/SAVPF", &codecs, &events, Direction::SendRecv);
    web::keys(&mut out, ours, web::MID, "actpass");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    const RULE: AddressRule = AddressRule { loopback: true };

    fn local(codecs: &[Codec]) -> Local<'_> {
        Local {
            rtp: "192.0.2.1:20000".parse().expect("an address"),
            codecs,
            session: 7,
            version: 1,
            web: None,
        }
    }

    fn answer(offer: &str) -> String {
        let offer = offer.replace('\n', "\r\n");
        let result = Description::parse(offer.as_bytes()).and_then(|d| d.answer(local(&Codec::ALL), RULE));
        match result {
            Ok((text, agreed)) => format!("{}{agreed:?}\n", text.replace("\r\n", "\n")),
            Err(error) => format!("refused: {error}\n"),
        }
    }

    #[test]
    fn the_first_audio_is_taken_and_the_rest_refused_in_place() {
        expect![[r#"
            v=0
            o=- 7 1 IN IP4 192.0.2.1
            s=-
            c=IN IP4 192.0.2.1
            t=0 0
            m=video 0 RTP/AVP 96
            m=audio 20000 RTP/AVP 8 101
            a=rtpmap:8 PCMA/8000
            a=rtpmap:101 telephone-event/8000
            a=fmtp:101 0-15
            a=ptime:20
            a=sendrecv
            m=audio 0 RTP/AVP 8
            Agreed { rtp: 198.51.100.2:4000, codec: Pcma, payload_type: 8, telephone_event: Some(101), send: true, receive: true, web: None }
        "#]]
        .assert_eq(&answer(
            "v=0\no=- 1 1 IN IP4 198.51.100.1\ns=-\nc=IN IP4 198.51.100.1\nt=0 0\nm=video 5000 RTP/AVP 96\n\
             m=audio 4000 RTP/AVP 0 8 101\nc=IN IP4 198.51.100.2\na=rtpmap:101 telephone-event/8000\n\
             m=audio 4002 RTP/AVP 8\n",
        ));
    }

    #[test]
    fn opus_with_its_own_number_over_ipv6() {
        expect![[r#"
            v=0
            o=- 7 1 IN IP4 192.0.2.1
            s=-
            c=IN IP4 192.0.2.1
            t=0 0
            m=audio 20000 RTP/AVP 96 97
            a=rtpmap:96 opus/48000/2
            a=rtpmap:97 telephone-event/48000
            a=fmtp:97 0-15
            a=ptime:20
            a=sendrecv
            Agreed { rtp: [2001:db8::1]:4000, codec: Opus, payload_type: 96, telephone_event: Some(97), send: true, receive: true, web: None }
        "#]]
        .assert_eq(&answer(
            "v=0\no=- 1 1 IN IP6 2001:db8::1\ns=-\nc=IN IP6 2001:db8::1\nt=0 0\nm=audio 4000 RTP/AVP 96 97 98\n\
             a=rtpmap:96 OPUS/48000/2\na=rtpmap:97 telephone-event/48000\na=rtpmap:98 telephone-event/8000\n",
        ));
    }

    #[test]
    fn hold_is_answered_with_its_mirror_image() {
        let held = |attribute: &str, address: &str| {
            let text = answer(&format!("v=0\nc=IN IP4 {address}\n{attribute}m=audio 4000 RTP/AVP 8\n"));
            let direction = text.lines().rev().nth(1).unwrap_or_default().to_owned();
            (direction, text.contains("send: true"), text.contains("receive: true"))
        };
        assert_eq!(held("a=sendonly\n", "127.0.0.1"), ("a=recvonly".into(), false, true));
        assert_eq!(held("a=recvonly\n", "127.0.0.1"), ("a=sendonly".into(), true, false));
        assert_eq!(held("a=inactive\n", "127.0.0.1"), ("a=inactive".into(), false, false));
        assert_eq!(held("", "0.0.0.0"), ("a=inactive".into(), false, false));
    }

    #[test]
    fn what_cannot_or_must_not_be_used_is_refused() {
        let refused = |offer: &str| answer(offer).trim().to_owned();
        let nothing = "refused: no audio over RTP/AVP with a codec and address we can use";
        assert_eq!(refused("v=0\nc=IN IP4 127.0.0.1\nm=audio 0 RTP/AVP 8\n"), nothing, "port 0");
        assert_eq!(refused("v=0\nc=IN IP4 224.0.0.1\nm=audio 4000 RTP/AVP 8\n"), nothing, "multicast");
        assert_eq!(refused("v=0\nc=IN IP4 255.255.255.255\nm=audio 4000 RTP/AVP 8\n"), nothing, "broadcast");
        assert_eq!(refused("v=0\nc=IN IP4 169.254.169.254\nm=audio 4000 RTP/AVP 8\n"), nothing, "link-local");
        assert_eq!(refused("v=0\nc=IN IP4 evil.example\nm=audio 4000 RTP/AVP 8\n"), nothing, "a host name");
        assert_eq!(refused("v=0\nc=IN IP4 127.0.0.1\nm=audio 4000 RTP/AVP 18\n"), nothing, "G.729");
        assert_eq!(
            refused("v=0\nc=IN IP4 127.0.0.1\nm=audio 4000 UDP/TLS/RTP/SAVPF 8\n"),
            nothing,
            "encrypted"
        );
        assert_eq!(refused("v=0\nm=audio 4000 RTP/AVP 8\n"), nothing, "no address");
        assert_eq!(
            refused("v=0\nc=IN IP4 127.0.0.1\nm=audio 4000 RTP/AVP 8\na=rtpmap:8 G729/8000\n"),
            nothing,
            "remapped"
        );
        let malformed = "refused: not a session description";
        assert_eq!(refused("nonsense"), malformed);
        assert_eq!(refused("v=0\nm=audio 99999 RTP/AVP 8\n"), malformed);
        assert_eq!(refused("v=0\nm=audio\n"), malformed);
        let large = "refused: too long or too many lines";
        assert_eq!(refused(&format!("v=0\n{}", "a=x\n".repeat(501))), large);
        assert_eq!(refused(&format!("v=0\n{}", "m=audio 1 RTP/AVP 8\n".repeat(17))), large);
        assert_eq!(refused(&format!("v=0\n{}", "x".repeat(20_000))), large);
        let inside =
            Description::parse(b"v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 8\r\n").expect("fine");
        assert!(inside.answer(local(&Codec::ALL), AddressRule { loopback: false }).is_err());
    }

    #[test]
    fn our_offer_is_answered_by_us() {
        let text = offer(local(&Codec::ALL));
        expect![[r#"
            v=0
            o=- 7 1 IN IP4 192.0.2.1
            s=-
            c=IN IP4 192.0.2.1
            t=0 0
            m=audio 20000 RTP/AVP 8 0 9 111 101
            a=rtpmap:8 PCMA/8000
            a=rtpmap:0 PCMU/8000
            a=rtpmap:9 G722/8000
            a=rtpmap:111 opus/48000/2
            a=rtpmap:101 telephone-event/8000
            a=fmtp:101 0-15
            a=ptime:20
            a=sendrecv
        "#]]
        .assert_eq(&text.replace("\r\n", "\n"));
        let offered = Description::parse(text.as_bytes()).expect("our own");
        let (answer, _) = offered.answer(local(&[Codec::Pcmu, Codec::Pcma]), RULE).expect("a common codec");
        let agreed =
            Description::parse(answer.as_bytes()).and_then(|d| d.read_answer(&Codec::ALL, RULE, false));
        assert_eq!(agreed.map(|a| (a.codec, a.telephone_event)), Ok((Codec::Pcmu, Some(101))));
    }

    #[test]
    fn every_mutilation_of_an_offer_is_survived() {
        let text = offer(local(&Codec::ALL));
        let bytes = text.as_bytes();
        for at in 0..bytes.len() {
            let _ = Description::parse(&bytes[..at]);
            for with in [0, b'\n', b'=', b'/', b' ', 0xff, b'9'] {
                let mut changed = bytes.to_vec();
                changed[at] = with;
                if let Ok(description) = Description::parse(&changed) {
                    let _ = description.answer(local(&Codec::ALL), RULE);
                    let _ = description.read_answer(&Codec::ALL, RULE, false);
                }
            }
        }
    }
}
