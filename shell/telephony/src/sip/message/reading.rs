//! The checks before the stack's parser, which is lenient: what no honest sender writes is refused or answered here.

use std::net::SocketAddr;

use rsipstack::sip::headers::untyped::ToTypedHeader;
use rsipstack::sip::headers::{Headers, make_header};
use rsipstack::sip::{HeadersExt, Request, Response, SipMessage, StatusCode, Uri, Version};

use super::address::tag_of;
use super::via::{stamp_via, via_is_sound};
use super::{ALLOW, SERVER};

const MOST_HEAD: usize = 16_384;
const MOST_LINE: usize = 4_096;
const MOST_HEADERS: usize = 128;
const MOST_VIAS: usize = 32;

/// Why a datagram is not a message for us.
#[derive(Debug)]
pub enum Bad {
    /// Not worth an answer: not SIP, an answer to nothing, or so broken that nobody would understand it.
    Ignore(&'static str),
    /// A request that is wrong, and the bytes that say so, for the address it came from.
    Answer(Vec<u8>, &'static str),
}

/// The header section as lines, with folding undone; refuses what no honest sender writes.
fn lines(head: &[u8]) -> Result<Vec<String>, &'static str> {
    let mut out: Vec<String> = Vec::new();
    let mut rest = head;
    while !rest.is_empty() {
        let end = rest.iter().position(|b| *b == b'\n').ok_or("a line without an end")?;
        let (line, after) = rest.split_at(end);
        rest = after.get(1..).unwrap_or_default();
        let line = line.strip_suffix(b"\r").ok_or("a bare line feed")?;
        if line.iter().any(|b| *b == b'\r' || *b == 0) {
            return Err("a control character");
        }
        let text = std::str::from_utf8(line).map_err(|_| "not UTF-8")?;
        match out.last_mut() {
            Some(last) if out_is_folded(text) => {
                last.push(' ');
                last.push_str(text.trim());
                if last.len() > MOST_LINE {
                    return Err("a header that is too long");
                }
            }
            _ if out_is_folded(text) => return Err("a fold before the first line"),
            _ => out.push(text.to_owned()),
        }
        if text.len() > MOST_LINE || out.len() > MOST_HEADERS {
            return Err("too long or too many headers");
        }
    }
    Ok(out)
}

fn out_is_folded(text: &str) -> bool {
    text.starts_with([' ', '\t'])
}

/// The full name of a compact header.
fn long_name(name: &str) -> &str {
    match name.to_ascii_lowercase().as_str() {
        "v" | "via" => "via",
        "f" | "from" => "from",
        "t" | "to" => "to",
        "i" | "call-id" => "call-id",
        "l" | "content-length" => "content-length",
        "cseq" => "cseq",
        "max-forwards" => "max-forwards",
        _ => "",
    }
}

/// What is needed for an answer, and what must be there exactly once.
#[derive(Default)]
struct Skeleton {
    vias: Vec<String>,
    from: Option<String>,
    to: Option<String>,
    call_id: Option<String>,
    cseq: Option<String>,
    length: Option<String>,
    forwards: Option<String>,
    twice: bool,
}

impl Skeleton {
    fn read(lines: &[String]) -> Result<Self, &'static str> {
        let mut out = Skeleton::default();
        for line in lines {
            let (name, value) = line.split_once(':').ok_or("a header without a colon")?;
            let name = name.trim_end();
            if name.is_empty() || !name.bytes().all(|b| b.is_ascii_graphic()) {
                return Err("a header without a proper name");
            }
            let value = value.trim().to_owned();
            let slot = match long_name(name) {
                "via" => {
                    out.vias.push(value);
                    continue;
                }
                "from" => &mut out.from,
                "to" => &mut out.to,
                "call-id" => &mut out.call_id,
                "cseq" => &mut out.cseq,
                "content-length" => &mut out.length,
                "max-forwards" => &mut out.forwards,
                _ => continue,
            };
            out.twice |= slot.is_some();
            slot.get_or_insert(value);
        }
        Ok(out)
    }

    fn answer(&self, status: u16, why: &'static str, source: SocketAddr) -> Bad {
        let (Some(from), Some(to), Some(call_id), Some(cseq), Some(_)) =
            (&self.from, &self.to, &self.call_id, &self.cseq, self.vias.first())
        else {
            return Bad::Ignore(why);
        };
        let status_line = StatusCode::from(status);
        let mut out = format!("SIP/2.0 {status} {}\r\n", status_line.text());
        for (at, via) in self.vias.iter().enumerate() {
            let via = if at == 0 { stamp_via(via, source) } else { via.clone() };
            out += &format!("Via: {via}\r\n");
        }
        let tag = if tag_of(to).is_some() { String::new() } else { ";tag=bad".to_owned() };
        out += &format!("From: {from}\r\nTo: {to}{tag}\r\nCall-ID: {call_id}\r\nCSeq: {cseq}\r\n");
        if matches!(status, 405 | 501) {
            out += &format!("Allow: {ALLOW}\r\n");
        }
        out += &format!("Server: {SERVER}\r\nContent-Length: 0\r\n\r\n");
        Bad::Answer(out.into_bytes(), why)
    }
}

/// Reads one whole message. On a datagram a body may be followed by rubbish; on a stream the framing cut it already.
pub fn parse(bytes: &[u8], source: SocketAddr) -> Result<SipMessage, Bad> {
    let end = bytes.windows(4).position(|w| w == b"\r\n\r\n").ok_or(Bad::Ignore("no end of the headers"))?;
    if end > MOST_HEAD {
        return Err(Bad::Ignore("the headers are too long"));
    }
    let head = bytes.get(..end + 2).unwrap_or_default();
    let body = bytes.get(end + 4..).unwrap_or_default();
    let mut lines = lines(head).map_err(Bad::Ignore)?.into_iter();
    let start = lines.next().ok_or(Bad::Ignore("empty"))?;
    let lines: Vec<String> = lines.collect();
    let skeleton = Skeleton::read(&lines).map_err(Bad::Ignore)?;
    let is_response = start.starts_with("SIP/");
    let bad = |status: u16, why: &'static str| {
        if is_response || start.starts_with("ACK ") {
            Bad::Ignore(why)
        } else {
            skeleton.answer(status, why, source)
        }
    };

    let (Some(from), Some(_), Some(call_id), Some(cseq)) =
        (&skeleton.from, &skeleton.to, &skeleton.call_id, &skeleton.cseq)
    else {
        return Err(bad(400, "a mandatory header is missing"));
    };
    if skeleton.vias.is_empty()
        || skeleton.vias.len() > MOST_VIAS
        || call_id.is_empty()
        || call_id.len() > 256
    {
        return Err(bad(400, "no Via, too many, or a bad Call-ID"));
    }
    if !skeleton.vias.first().is_some_and(|via| via_is_sound(via)) {
        return Err(bad(400, "a Via that names no transport or host"));
    }
    if skeleton.twice {
        return Err(bad(400, "a header twice that may be there once"));
    }
    let (number, method) = cseq.split_once([' ', '\t']).ok_or_else(|| bad(400, "a bad CSeq"))?;
    if number.len() > 10
        || !number.bytes().all(|b| b.is_ascii_digit())
        || number.parse::<u64>().is_ok_and(|n| n >> 31 != 0)
    {
        return Err(bad(400, "a bad CSeq number"));
    }
    let length = match &skeleton.length {
        None => body.len(),
        Some(text) if text.len() > 9 || text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) => {
            return Err(bad(400, "a bad Content-Length"));
        }
        Some(text) => text.parse().map_err(|_| bad(400, "a bad Content-Length"))?,
    };
    let Some(body) = body.get(..length) else {
        return Err(bad(400, "the body is shorter than its Content-Length"));
    };
    if let Some(text) = &skeleton.forwards {
        match text.parse::<u32>() {
            Ok(0..=255) => {}
            _ => return Err(bad(400, "a bad Max-Forwards")),
        }
    }
    if !is_response {
        let parts: Vec<&str> = start.split(' ').collect();
        let [name, uri, version] = parts.as_slice() else { return Err(bad(400, "a bad request line")) };
        if !version.eq_ignore_ascii_case("SIP/2.0") {
            return Err(bad(if version.starts_with("SIP/") { 505 } else { 400 }, "another version"));
        }
        if name.is_empty() || uri.is_empty() || uri.starts_with('<') || *name != method.trim() {
            return Err(bad(400, "a bad request line, or a CSeq of another method"));
        }
        if tag_of(from).is_none() && *name != "OPTIONS" {
            return Err(bad(400, "From without a tag"));
        }
        if name.parse::<rsipstack::sip::Method>().is_err() || name.bytes().any(|b| b.is_ascii_lowercase()) {
            return Err(bad(501, "a method nobody here knows"));
        }
        let scheme = uri.split(':').next().unwrap_or_default().to_ascii_lowercase();
        if !matches!(scheme.as_str(), "sip" | "sips" | "tel") {
            return Err(bad(416, "a URI scheme nobody here knows"));
        }
    }

    let mut headers = Headers::default();
    for line in &lines {
        if let Some((name, value)) = line.split_once(':') {
            headers.push(make_header(name.trim(), value.trim().to_owned()));
        }
    }
    let message = if is_response {
        let mut parts = start.splitn(3, ' ');
        let (version, code, reason) = (parts.next(), parts.next(), parts.next().unwrap_or_default());
        let code = code.and_then(|c| c.parse::<u16>().ok()).filter(|c| (100..700).contains(c));
        let (Some("SIP/2.0"), Some(code)) = (version, code) else {
            return Err(Bad::Ignore("a bad status line"));
        };
        let status_code =
            StatusCode::try_from((code, reason)).map_err(|_| Bad::Ignore("a bad status line"))?;
        SipMessage::Response(Response {
            status_code,
            wire_reason: None,
            version: Version::V2,
            headers,
            body: body.to_vec(),
        })
    } else {
        let mut parts = start.split(' ');
        let method = parts.next().and_then(|m| m.parse().ok()).ok_or_else(|| bad(400, "a bad method"))?;
        let uri =
            parts.next().and_then(|u| Uri::try_from(u).ok()).ok_or_else(|| bad(400, "a bad request URI"))?;
        SipMessage::Request(Request { method, uri, version: Version::V2, headers, body: body.to_vec() })
    };
    // The stack reads these again and drops the message without a word when it cannot.
    let typed = message.top_via_header().and_then(|v| v.typed()).is_ok()
        && message.from_header().and_then(|h| h.tag()).is_ok()
        && message.to_header().and_then(|h| h.tag()).is_ok()
        && message.cseq_header().and_then(|h| h.method()).is_ok();
    if typed { Ok(message) } else { Err(bad(400, "a header that cannot be read")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "OPTIONS sip:x@y SIP/2.0\r\nv: SIP/2.0/UDP 1.2.3.4;branch=z9hG4bKa\r\nf: <sip:a@b>;tag=1\r\n\
                        To: <sip:c@d>\r\nCall-ID: e\r\nCSeq: 1 OPTIONS\r\nl: 0\r\n\r\n";

    fn source() -> SocketAddr {
        "192.0.2.9:5061".parse().expect("an address")
    }

    /// "read", "ignored", or the status and reason it is answered with.
    fn outcome(text: &str) -> String {
        match parse(text.as_bytes(), source()) {
            Ok(_) => "read".to_owned(),
            Err(Bad::Ignore(_)) => "ignored".to_owned(),
            Err(Bad::Answer(bytes, _)) => {
                let text = String::from_utf8(bytes).expect("text");
                assert!(text.contains(";received=192.0.2.9;rport=5061\r\n"), "{text}");
                text.get(8..11).unwrap_or_default().to_owned()
            }
        }
    }

    #[test]
    fn a_good_message_is_read_and_each_fault_has_its_answer() {
        assert_eq!(outcome(GOOD), "read");
        assert_eq!(outcome(&GOOD.replace("OPTIONS", "NEWMETHOD")), "501");
        for (from, to, what) in [
            ("SIP/2.0\r\nv:", "SIP/7.0\r\nv:", "505"),
            ("OPTIONS", "NEWMETHOD", "400"),
            ("OPTIONS sip:", "OPTIONS mail:", "416"),
            ("1 OPTIONS", "1 INVITE", "400"),
            ("1 OPTIONS", "2147483648 OPTIONS", "400"),
            ("1 OPTIONS", "99999999999999999999 OPTIONS", "400"),
            ("1 OPTIONS", "-1 OPTIONS", "400"),
            ("l: 0", "l: -1", "400"),
            ("l: 0", "l: 18446744073709551616", "400"),
            ("l: 0", "l: 9", "400"),
            ("l: 0", "Max-Forwards: 256", "400"),
            ("l: 0", "CSeq: 1 OPTIONS", "400"),
            ("SIP/2.0/UDP 1.2.3.4;", "x;maddr=SIP/2.0/UDP 1.2.3.4;", "400"),
            ("SIP/2.0/UDP 1.2.3.4;", "SIP / 2.0 / UDP  1.2.3.4 : 5060 ;", "read"),
            ("l: 0", "Broken", "ignored"),
            ("Call-ID: e\r\n", "", "ignored"),
            ("v: SIP/2.0/UDP 1.2.3.4;branch=z9hG4bKa\r\n", "", "ignored"),
            ("l: 0", "X: a\rP-Asserted-Identity: <sip:evil@x>", "ignored"),
            ("l: 0", "X: a\0b", "ignored"),
            ("l: 0\r\n", "l: 0\n", "ignored"),
            ("\r\n\r\n", "\r\n", "ignored"),
        ] {
            assert_eq!(outcome(&GOOD.replacen(from, to, 1)), what, "{to:?}");
        }
        assert_eq!(outcome(&GOOD.replace("l: 0", "Subject: one\r\n two\r\n\tthree")), "read", "folded");
        assert_eq!(outcome(&GOOD.replace("l: 0", &"X: y\r\n".repeat(200))), "ignored");
        assert_eq!(outcome(&GOOD.replace("l: 0", &format!("X: {}", "y".repeat(5_000)))), "ignored");
    }

    #[test]
    fn no_mutilation_makes_it_panic() {
        for at in 0..GOOD.len() {
            let _ = parse(&GOOD.as_bytes()[..at], source());
            for with in [0, b'\r', b'\n', b' ', b':', b';', b'<', b'"', 0xc3, 0xff] {
                let mut bytes = GOOD.as_bytes().to_vec();
                bytes[at] = with;
                let _ = parse(&bytes, source());
            }
        }
    }
}
