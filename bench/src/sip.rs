//! SIP messages as text: as much as a well-behaved caller and a telephone need.

use std::net::{SocketAddr, SocketAddrV4};

/// A header's value, by its full name.
pub fn header<'a>(message: &'a str, name: &str) -> Option<&'a str> {
    message.lines().take_while(|line| !line.is_empty()).find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// All values of a header.
pub fn headers<'a>(message: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    message.lines().take_while(|line| !line.is_empty()).filter_map(move |line| {
        let (key, value) = line.split_once(':')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// The status of an answer.
pub fn status(message: &str) -> Option<u16> {
    message.strip_prefix("SIP/2.0 ")?.get(..3)?.parse().ok()
}

/// The method an answer is for.
pub fn method_of(message: &str) -> &str {
    header(message, "CSeq").and_then(|value| value.split_whitespace().nth(1)).unwrap_or_default()
}

/// The user part of the first SIP address in a header.
pub fn user(value: &str) -> &str {
    let from = value.find("sip:").map_or(0, |at| at + 4);
    let rest = &value[from..];
    rest.split(['@', '>', ';']).next().unwrap_or_default()
}

/// The address in angle brackets.
pub fn uri(value: &str) -> &str {
    let inner = value.split_once('<').map_or(value, |(_, rest)| rest);
    inner.split('>').next().unwrap_or_default()
}

/// Where the other side takes audio.
pub fn audio_address(message: &str) -> Option<SocketAddrV4> {
    let line = |start: &str| message.lines().find_map(|line| line.strip_prefix(start));
    let ip = line("c=IN IP4 ")?.trim().parse().ok()?;
    let port = line("m=audio ")?.split_whitespace().next()?.parse().ok()?;
    Some(SocketAddrV4::new(ip, port))
}

/// Offer and answer alike: A-law and key presses.
pub fn description(audio: SocketAddr) -> String {
    let (ip, port) = (audio.ip(), audio.port());
    format!(
        "v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio {port} RTP/AVP 8 101\r\n\
         a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\n"
    )
}

/// The end of a message: lengths and body.
pub fn with_body(mut message: String, body: &str) -> String {
    if !body.is_empty() {
        message += "Content-Type: application/sdp\r\n";
    }
    message += &format!("Content-Length: {}\r\n\r\n{body}", body.len());
    message
}

/// An answer to a request; `tag` is added to To where there is none.
pub fn answer(request: &str, status: &str, tag: &str, contact: Option<SocketAddr>, body: &str) -> String {
    let mut message = format!("SIP/2.0 {status}\r\n");
    for via in headers(request, "Via") {
        message += &format!("Via: {via}\r\n");
    }
    let get = |name| header(request, name).unwrap_or_default();
    let to = get("To");
    let tag = if to.contains("tag=") { String::new() } else { format!(";tag={tag}") };
    message += &format!(
        "From: {}\r\nTo: {to}{tag}\r\nCall-ID: {}\r\nCSeq: {}\r\n",
        get("From"),
        get("Call-ID"),
        get("CSeq")
    );
    if let Some(contact) = contact {
        message += &format!("Contact: <sip:phone@{contact}>\r\n");
    }
    with_body(message, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_from_an_answer() {
        let message = "SIP/2.0 200 OK\r\nFrom: \"x\" <sip:1390@h>;tag=1\r\nCSeq: 1 INVITE\r\nContact: <sip:a@1.2.3.4:5>\r\n\
                       \r\nc=IN IP4 127.0.0.1\r\nm=audio 20000 RTP/AVP 8\r\n";
        assert_eq!((status(message), method_of(message)), (Some(200), "INVITE"));
        assert_eq!(user(header(message, "from").unwrap()), "1390");
        assert_eq!(uri(header(message, "Contact").unwrap()), "sip:a@1.2.3.4:5");
        assert_eq!(audio_address(message), Some("127.0.0.1:20000".parse().unwrap()));
    }
}
