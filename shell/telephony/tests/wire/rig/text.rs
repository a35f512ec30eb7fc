//! Messages as tests write them.
#![allow(dead_code, reason = "each test file uses what it needs")]

use super::{header, tag};

pub const SDP: &str = "v=0
o=- 1 1 IN IP4 127.0.0.2
s=-
c=IN IP4 127.0.0.2
t=0 0
m=audio 40000 RTP/AVP 8 101
a=rtpmap:101 telephone-event/8000
";

/// A request of a caller, with `{me}` for its own address. `more` are further header lines.
pub fn request(method: &str, call: &str, cseq: u32, to_tag: &str, more: &str, body: &str) -> String {
    let to_tag = if to_tag.is_empty() { String::new() } else { format!(";tag={to_tag}") };
    let branch = format!("z9hG4bK{call}{method}{cseq}");
    request_with_branch(method, call, cseq, &to_tag, more, body, &branch)
}

fn request_with_branch(
    method: &str,
    call: &str,
    cseq: u32,
    to_tag: &str,
    more: &str,
    body: &str,
    branch: &str,
) -> String {
    let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\n" };

    format!(
        "{method} sip:95598@127.0.0.1 SIP/2.0
Via: SIP/2.0/UDP {{me}};branch={branch}
Max-Forwards: 70
From: <sip:13800138000@carrier.example>;tag=caller{call}
To: <sip:95598@carrier.example>{to_tag}
Call-ID: {call}
CSeq: {cseq} {method}
Contact: <sip:caller@{{me}}>
{more}{kind}
{body}"
    )
    .replace("\n\n\n", "\n\n")
}

pub fn invite(call: &str, more: &str) -> String {
    request("INVITE", call, 1, "", more, SDP)
}

/// The CANCEL of `invite(call, …)`: the same branch.
pub fn cancel(call: &str) -> String {
    request_with_branch("CANCEL", call, 1, "", "", "", &format!("z9hG4bK{call}INVITE1"))
}

/// The ACK of a refusal of `invite(call, …)`: the same branch.
pub fn ack_refusal(call: &str, refusal: &str) -> String {
    let to_tag = format!(";tag={}", tag(refusal, "To"));
    request_with_branch("ACK", call, 1, &to_tag, "", "", &format!("z9hG4bK{call}INVITE1"))
}

/// An answer of a called telephone to a request it got.
pub fn answer(request: &str, status: &str, to_tag: &str, more: &str, body: &str) -> String {
    let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\n" };
    let to = header(request, "To");
    let to =
        if to.contains(";tag=") || to_tag.is_empty() { to.to_owned() } else { format!("{to};tag={to_tag}") };
    format!(
        "SIP/2.0 {status}
Via: {}
From: {}
To: {to}
Call-ID: {}
CSeq: {}
Contact: <sip:phone@{{me}}>
{more}{kind}
{body}",
        header(request, "Via"),
        header(request, "From"),
        header(request, "Call-ID"),
        header(request, "CSeq"),
    )
    .replace("\n\n\n", "\n\n")
}
