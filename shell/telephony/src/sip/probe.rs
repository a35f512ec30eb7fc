//! The readers of what strangers send, alone, for the fuzz targets and for `tests/mutated`. Each panics only where our own
//! rules are broken, and answers whether the input was read.

use std::net::SocketAddr;

use rsipstack::sip::{HasHeaders, SipMessage};

use super::digest::{Challenge, Credentials};
use super::message::{self, Address, Bad, NameAddr};
use super::sdp::{AddressRule, Description, Local, offer};
use super::session_timer;
use super::streams::{Frame, frame};
use crate::media::{Codec, WebLocal};

fn source() -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 9], 5_061))
}

/// A datagram, or one message of a stream.
pub fn sip_message(bytes: &[u8]) -> bool {
    match message::parse(bytes, source()) {
        Ok(SipMessage::Request(mut request)) => {
            headers(&request);
            message::stamp(&mut request, source());
            let answer = message::response(&request, 486, Some("probe")).to_string();
            assert_eq!(answer.matches("\r\n\r\n").count(), 1, "one head: {answer:?}");
            let answer = message::parse(answer.as_bytes(), source());
            assert!(matches!(answer, Ok(SipMessage::Response(_))), "our answer is read: {answer:?}");
            message::request_uri(&request.uri.to_string());
            true
        }
        Ok(SipMessage::Response(response)) => {
            headers(&response);
            true
        }
        Err(Bad::Answer(answer, _)) => {
            let answer = String::from_utf8_lossy(&answer);
            assert!(answer.starts_with("SIP/2.0 ") && answer.ends_with("\r\n\r\n"), "{answer:?}");
            assert_eq!(answer.matches("\r\n\r\n").count(), 1, "one head: {answer:?}");
            false
        }
        Err(Bad::Ignore(_)) => false,
    }
}

/// Everything that is read from the headers of a message anywhere.
fn headers(of: &impl HasHeaders) {
    message::call_id(of);
    message::cseq(of);
    for name in ["From", "To", "Contact", "Route", "Record-Route", "P-Asserted-Identity", "Via", "Privacy"] {
        for value in message::all(of.headers(), name) {
            message::stamp_via(value, source());
            for one in message::values(value) {
                if let Some(name) = NameAddr::parse(one) {
                    message::masked(&name.user());
                    name.param("expires");
                    message::tag_of(one);
                }
                Address::parse(one);
                message::unescape(one);
            }
        }
    }
    for value in message::all(of.headers(), "Authorization") {
        if let Some(credentials) = Credentials::parse(value) {
            credentials.count();
            assert!(!credentials.proves("REGISTER", None), "nobody is proved without a password");
        }
    }
    for name in ["WWW-Authenticate", "Proxy-Authenticate"] {
        message::all(of.headers(), name).for_each(|value| drop(Challenge::parse(value)));
    }
    for value in message::all(of.headers(), "Session-Expires") {
        session_timer::parse_expires(value);
    }
}

/// A stream: however it is cut into pieces, the same messages come out of it.
pub fn sip_stream(bytes: &[u8]) -> bool {
    let whole = messages(bytes, bytes.len().max(1));
    assert!(whole == messages(bytes, 7), "the same messages however they arrive");
    !whole.is_empty()
}

/// The messages of a stream that arrives in pieces of a size, until it breaks or ends.
fn messages(bytes: &[u8], piece: usize) -> Vec<Vec<u8>> {
    let (mut out, mut buffer) = (Vec::new(), Vec::new());
    for piece in bytes.chunks(piece) {
        buffer.extend_from_slice(piece);
        loop {
            match frame(&buffer) {
                Frame::More => break,
                Frame::Broken => return out,
                Frame::KeepAlive(length) => drop(buffer.drain(..length)),
                Frame::Message(length) => out.push(buffer.drain(..length).collect()),
            }
        }
    }
    out
}

/// A session description, as an offer and as an answer.
pub fn sdp(bytes: &[u8]) -> bool {
    let Ok(description) = Description::parse(bytes) else { return false };
    let browser = WebLocal {
        ufrag: "ours".to_owned(),
        pass: "p".repeat(24),
        ssrc: 1,
        fingerprint: vec!["AB"; 32].join(":"),
        addresses: vec![SocketAddr::from(([192, 0, 2, 1], 20_000))],
    };
    for web in [None, Some(&browser)] {
        let local = Local {
            rtp: SocketAddr::from(([192, 0, 2, 1], 20_000)),
            codecs: &Codec::ALL,
            session: 1,
            version: 1,
            web,
        };
        for loopback in [false, true] {
            let rule = AddressRule { loopback };
            let usable = description.usable(&Codec::ALL, rule, web.is_some());
            match description.answer(local, rule) {
                Ok((answer, agreed)) => {
                    assert!(usable.is_ok());
                    if web.is_none() {
                        assert!(loopback || !agreed.rtp.ip().is_loopback());
                        assert!(!agreed.rtp.ip().is_multicast());
                    }
                    assert!(Description::parse(answer.as_bytes()).is_ok(), "our answer is read: {answer}");
                }
                Err(bad) => assert!(usable.is_err(), "{bad:?}"),
            }
            let _ = description.read_answer(&Codec::ALL, rule, web.is_some());
        }
        assert!(Description::parse(offer(local).as_bytes()).is_ok());
    }
    true
}
