//! The lines of a browser's description: ICE (RFC 8839), the certificate's fingerprint (RFC 8122) and BUNDLE. We are
//! ICE-lite: the browser looks for us, and where its packets come from is where it is, whatever candidates it names
//! (Chromium hides them behind mDNS names anyway).

use std::fmt::Write as _;

use crate::media::{WebLocal, WebRemote};

/// Our own name for the one stream; in answers it has the name they gave it.
pub const MID: &str = "0";
const MOST_SSRCS: usize = 4;

/// What a session or a media line says of keys.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Keys {
    mid: Option<String>,
    ufrag: Option<String>,
    pass: Option<String>,
    fingerprint: Option<[u8; 32]>,
    passive: bool,
    ssrcs: Vec<u32>,
}

impl Keys {
    pub fn mid(&self) -> &str {
        self.mid.as_deref().unwrap_or(MID)
    }

    /// Reads one attribute, if it is about keys.
    pub fn read(&mut self, value: &str) {
        let (name, rest) = value.split_once(':').unwrap_or((value, ""));
        match name {
            "mid" => self.mid = token(rest, 1..=16),
            "ice-ufrag" => self.ufrag = token(rest, 4..=256),
            "ice-pwd" => self.pass = token(rest, 22..=256),
            "fingerprint" => self.fingerprint = fingerprint(rest).or(self.fingerprint),
            "setup" => self.passive = rest.trim() == "passive",
            "ssrc" => {
                let ssrc = rest.split(' ').next().and_then(|ssrc| ssrc.parse::<u32>().ok());
                if let Some(ssrc) = ssrc
                    && ssrc != 0
                    && self.ssrcs.len() < MOST_SSRCS
                    && !self.ssrcs.contains(&ssrc)
                {
                    self.ssrcs.push(ssrc);
                }
            }
            _ => {}
        }
    }

    /// Whom to speak with; none when something is missing.
    pub fn remote(&self) -> Option<WebRemote> {
        Some(WebRemote {
            ufrag: self.ufrag.clone()?,
            pass: self.pass.clone()?,
            fingerprint: self.fingerprint?,
            active: !self.passive,
            ssrcs: self.ssrcs.clone(),
        })
    }
}

/// Letters, digits and a few signs: what may stand in our own description again.
fn token(text: &str, length: std::ops::RangeInclusive<usize>) -> Option<String> {
    let text = text.trim();
    let fits = length.contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/-_.~{}".contains(&b));
    fits.then(|| text.to_owned())
}

/// SHA-256 only: the others are broken, or nobody uses them.
fn fingerprint(text: &str) -> Option<[u8; 32]> {
    let (hash, digits) = text.trim().split_once(' ')?;
    if !hash.eq_ignore_ascii_case("sha-256") {
        return None;
    }
    let mut bytes = [0; 32];
    let mut parts = digits.trim().split(':');
    for byte in &mut bytes {
        hex::decode_to_slice(parts.next()?, std::slice::from_mut(byte)).ok()?;
    }
    parts.next().is_none().then_some(bytes)
}

/// The attributes of the session.
pub fn group(out: &mut String, mid: &str) {
    let _ = write!(out, "a=ice-lite\r\na=group:BUNDLE {mid}\r\na=msid-semantic: WMS *\r\n");
}

/// The attributes of our audio line.
pub fn keys(out: &mut String, ours: &WebLocal, mid: &str, setup: &str) {
    let WebLocal { ufrag, pass, ssrc, fingerprint, addresses } = ours;
    let _ = write!(
        out,
        "a=mid:{mid}\r\na=rtcp-mux\r\na=ice-ufrag:{ufrag}\r\na=ice-pwd:{pass}\r\n\
         a=fingerprint:sha-256 {fingerprint}\r\na=setup:{setup}\r\n\
         a=msid:switchboard audio\r\na=ssrc:{ssrc} cname:switchboard\r\n"
    );
    for (at, address) in addresses.iter().enumerate() {
        // Host candidates (RFC 8445 §5.1.2.1); of two, the first is preferred.
        let priority = (126u32 << 24) + ((65_535 - at as u32) << 8) + 255;
        let (ip, port) = (address.ip().to_canonical(), address.port());
        let _ = write!(out, "a=candidate:{} 1 udp {priority} {ip} {port} typ host\r\n", at + 1);
    }
    out.push_str("a=end-of-candidates\r\n");
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::*;

    const RULE: AddressRule = AddressRule { loopback: false };

    fn ours() -> WebLocal {
        WebLocal {
            ufrag: "ours".into(),
            pass: "p".repeat(24),
            ssrc: 7,
            fingerprint: "AB:CD".into(),
            addresses: vec![
                "192.0.2.1:20000".parse().expect("an address"),
                "198.51.100.1:20001".parse().expect("an address"),
            ],
        }
    }

    fn local(web: &WebLocal) -> Local<'_> {
        let rtp = "192.0.2.1:20000".parse().expect("an address");
        Local { rtp, codecs: &[Codec::Pcma, Codec::Opus], session: 7, version: 1, web: Some(web) }
    }

    /// As Chromium writes it, shortened.
    fn chromium(replace: (&str, &str)) -> String {
        let print = vec!["0F"; 32].join(":");
        format!(
            "v=0\no=- 46117 2 IN IP4 127.0.0.1\ns=-\nt=0 0\na=group:BUNDLE audio\na=extmap-allow-mixed\n\
             m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126\nc=IN IP4 0.0.0.0\na=rtcp:9 IN IP4 0.0.0.0\n\
             a=candidate:1 1 udp 2113937151 4c2b.local 40678 typ host generation 0\n\
             a=ice-ufrag:K1/x\na=ice-pwd:QQMnQoYMLiNwMvH5Y8DDk3qS\na=ice-options:trickle\n\
             a=fingerprint:sha-256 {print}\na=setup:actpass\na=mid:audio\na=sendrecv\na=rtcp-mux\n\
             a=rtpmap:111 opus/48000/2\na=rtpmap:63 red/48000/2\na=rtpmap:110 telephone-event/48000\n\
             a=rtpmap:126 telephone-event/8000\na=ssrc:1234 cname:x\na=ssrc:1234 msid:- y\n"
        )
        .replace(replace.0, replace.1)
    }

    fn answer(offer: &str) -> String {
        let offer = offer.replace('\n', "\r\n");
        let web = ours();
        match Description::parse(offer.as_bytes()).and_then(|d| d.answer(local(&web), RULE)) {
            Ok((text, agreed)) => format!("{}{agreed:#?}\n", text.replace("\r\n", "\n")),
            Err(error) => format!("refused: {error}\n"),
        }
    }

    #[test]
    fn a_browser_is_answered_in_a_law_with_our_keys_and_addresses() {
        let answer = answer(&chromium(("", "")));
        let (sdp, agreed) = answer.split_once("Agreed").expect("an answer");
        expect![[r#"
            v=0
            o=- 7 1 IN IP4 192.0.2.1
            s=-
            c=IN IP4 192.0.2.1
            t=0 0
            a=ice-lite
            a=group:BUNDLE audio
            a=msid-semantic: WMS *
            m=audio 20000 UDP/TLS/RTP/SAVPF 8 126
            a=rtpmap:8 PCMA/8000
            a=rtpmap:126 telephone-event/8000
            a=fmtp:126 0-15
            a=ptime:20
            a=sendrecv
            a=mid:audio
            a=rtcp-mux
            a=ice-ufrag:ours
            a=ice-pwd:pppppppppppppppppppppppp
            a=fingerprint:sha-256 AB:CD
            a=setup:passive
            a=msid:switchboard audio
            a=ssrc:7 cname:switchboard
            a=candidate:1 1 udp 2130706431 192.0.2.1 20000 typ host
            a=candidate:2 1 udp 2130706175 198.51.100.1 20001 typ host
            a=end-of-candidates
        "#]]
        .assert_eq(sdp);
        assert!(
            agreed.contains("1234") && agreed.contains("telephone_event: Some(\n        126"),
            "{agreed}"
        );
    }

    #[test]
    fn without_good_keys_there_is_no_call() {
        let refused = "refused: no audio over RTP/AVP with a codec and address we can use\n";
        for (what, by) in [
            ("a=fingerprint:sha-256", "a=fingerprint:sha-1"),
            ("0F:0F", "0F"),
            ("K1/x", "K1 x"),
            ("QQMnQoYMLiNwMvH5Y8DDk3qS", "short"),
            ("UDP/TLS/RTP/SAVPF", "RTP/AVP"),
        ] {
            assert_eq!(answer(&chromium((what, by))), refused, "{what}");
        }
        let offer = chromium(("", "")).replace('\n', "\r\n");
        let telephone = Description::parse(offer.as_bytes()).expect("whole");
        assert_eq!(telephone.usable(&Codec::ALL, RULE, false), Err(BadSdp::NothingUsable));
    }

    #[test]
    fn our_offer() {
        let web = ours();
        expect![[r#"
            v=0
            o=- 7 1 IN IP4 192.0.2.1
            s=-
            c=IN IP4 192.0.2.1
            t=0 0
            a=ice-lite
            a=group:BUNDLE 0
            a=msid-semantic: WMS *
            m=audio 20000 UDP/TLS/RTP/SAVPF 8 111 101 110
            a=rtpmap:8 PCMA/8000
            a=rtpmap:111 opus/48000/2
            a=rtpmap:101 telephone-event/8000
            a=fmtp:101 0-15
            a=rtpmap:110 telephone-event/48000
            a=fmtp:110 0-15
            a=ptime:20
            a=sendrecv
            a=mid:0
            a=rtcp-mux
            a=ice-ufrag:ours
            a=ice-pwd:pppppppppppppppppppppppp
            a=fingerprint:sha-256 AB:CD
            a=setup:actpass
            a=msid:switchboard audio
            a=ssrc:7 cname:switchboard
            a=candidate:1 1 udp 2130706431 192.0.2.1 20000 typ host
            a=candidate:2 1 udp 2130706175 198.51.100.1 20001 typ host
            a=end-of-candidates
        "#]]
        .assert_eq(&offer(local(&web)).replace("\r\n", "\n"));
    }
}
