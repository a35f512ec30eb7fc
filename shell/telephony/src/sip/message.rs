//! Reading and writing SIP messages, and the small helpers on headers. Nothing here sends anything.

mod address;
mod reading;
mod via;

use rsipstack::sip::headers::{Headers, make_header};
use rsipstack::sip::{HasHeaders, Header, Request, Response, StatusCode, Version};

pub use address::{Address, NameAddr, param, request_uri, tag_of, unescape, user_of};
pub use reading::{Bad, parse};
pub use via::{stamp, stamp_via};

/// The methods of ours, as Allow says them.
pub const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, UPDATE, PRACK, INFO";
pub const SERVER: &str = "Switchboard";

/// The end of the first value of a list, outside quotes and angle brackets.
fn first_value(list: &str) -> (&str, &str) {
    let (mut quoted, mut escaped, mut angle) = (false, false, false);
    for (at, c) in list.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '<' if !quoted => angle = true,
            '>' if !quoted => angle = false,
            ',' if !quoted && !angle => return list.split_at(at),
            _ => {}
        }
    }
    (list, "")
}

/// All values of a list header, one by one.
pub fn values(list: &str) -> impl Iterator<Item = &str> {
    let mut rest = list;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let (first, after) = first_value(rest);
            rest = after.strip_prefix(',').unwrap_or(after);
            let first = first.trim();
            if !first.is_empty() {
                return Some(first);
            }
        }
        None
    })
}

pub fn header<'a>(headers: &'a Headers, name: &str) -> Option<&'a str> {
    headers.iter().find(|h| h.name().eq_ignore_ascii_case(name)).map(|h| h.value())
}

pub fn all<'a>(headers: &'a Headers, name: &'a str) -> impl Iterator<Item = &'a str> {
    headers.iter().filter(move |h| h.name().eq_ignore_ascii_case(name)).flat_map(|h| values(h.value()))
}

/// Whether an option tag is in Supported, Require …
pub fn has_token(headers: &Headers, name: &str, token: &str) -> bool {
    all(headers, name).any(|t| t.eq_ignore_ascii_case(token))
}

pub fn call_id(message: &impl HasHeaders) -> &str {
    header(message.headers(), "Call-ID").unwrap_or_default()
}

pub fn cseq(message: &impl HasHeaders) -> u32 {
    header(message.headers(), "CSeq")
        .and_then(|v| v.split_ascii_whitespace().next())
        .and_then(|n| n.parse().ok())
        .unwrap_or_default()
}

/// An answer to a request, with the headers every answer has.
pub fn response(request: &Request, status: u16, to_tag: Option<&str>) -> Response {
    let mut headers = Vec::with_capacity(10);
    for header in request.headers.iter() {
        match header {
            Header::Via(_) | Header::CallId(_) | Header::From(_) | Header::CSeq(_) => {
                headers.push(header.clone())
            }
            Header::RecordRoute(_) if status > 100 && status < 300 => headers.push(header.clone()),
            Header::Timestamp(_) if status == 100 => headers.push(header.clone()),
            Header::To(to) => {
                let tagged = match to_tag {
                    Some(tag) if tag_of(to.value()).is_none() && status > 100 => {
                        format!("{};tag={tag}", to.value())
                    }
                    _ => to.value().to_owned(),
                };
                headers.push(Header::To(tagged.as_str().into()));
            }
            _ => {}
        }
    }
    headers.push(Header::Server(SERVER.into()));
    Response {
        status_code: StatusCode::from(status),
        wire_reason: None,
        version: Version::V2,
        headers: headers.into(),
        body: Vec::new(),
    }
}

/// Adds the body, if any, and its length: the last thing before a message is sent.
pub fn finish(headers: &mut Headers, body: &mut Vec<u8>, sdp: Option<String>) {
    if let Some(sdp) = sdp {
        headers.push(Header::ContentType("application/sdp".into()));
        *body = sdp.into_bytes();
    }
    headers.push(Header::ContentLength(body.len().to_string().as_str().into()));
}

pub fn other(name: &str, value: impl Into<String>) -> Header {
    make_header(name, value.into())
}

/// A number for the log: the last four digits only.
pub fn masked(number: &str) -> String {
    let count = number.chars().count();
    let keep = if count > 6 { 4 } else { 1 };
    number.chars().enumerate().map(|(at, c)| if at + keep >= count { c } else { '*' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_masked_for_the_log() {
        assert_eq!(masked("13800138000"), "*******8000");
        assert_eq!(masked("1001"), "***1");
        assert_eq!(masked(""), "");
    }
}
