//! The topmost Via of a message: whether it can be read, and where the message really came from.

use std::net::SocketAddr;

use rsipstack::sip::{Header, Request};

use super::first_value;

/// Whether the topmost Via says protocol, transport and host before its first parameter (RFC 3261 §20.42). The stack's
/// parser finds them in parameters, too, which are gone when the Via is stamped.
pub(super) fn via_is_sound(via: &str) -> bool {
    let (head, _) = via.split_once(';').unwrap_or((via, ""));
    let mut parts = head.splitn(3, '/').map(str::trim);
    let (Some(name), Some("2.0"), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let token = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    name.eq_ignore_ascii_case("SIP")
        && rest
            .split_once([' ', '\t'])
            .is_some_and(|(transport, host)| token(transport) && !host.trim().is_empty())
}

/// The topmost Via with where the message really came from. Answers go there and nowhere else, so `rport` is filled in
/// whether it was asked for or not, and whatever the sender claimed is replaced.
pub fn stamp_via(via: &str, source: SocketAddr) -> String {
    let (first, rest) = first_value(via);
    let mut parts = first.split(';');
    let mut out = parts.next().unwrap_or_default().trim().to_owned();
    for part in parts {
        let name = part.split('=').next().unwrap_or_default().trim();
        let ours = ["received", "rport", "maddr"].iter().any(|n| name.eq_ignore_ascii_case(n));
        if !ours && !part.trim().is_empty() {
            out.push(';');
            out.push_str(part.trim());
        }
    }
    format!("{out};received={};rport={}{rest}", source.ip().to_canonical(), source.port())
}

/// Stamps the first Via header of a request.
pub fn stamp(request: &mut Request, source: SocketAddr) {
    for header in request.headers.iter_mut() {
        if let Header::Via(via) = header {
            let stamped = stamp_via(via.value(), source);
            via.replace(stamped);
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source() -> SocketAddr {
        "192.0.2.9:5061".parse().expect("an address")
    }

    #[test]
    fn the_topmost_via_tells_where_it_came_from_whatever_it_claimed() {
        let stamped = |via: &str| stamp_via(via, source());
        assert_eq!(stamped("SIP/2.0/UDP h;branch=b"), "SIP/2.0/UDP h;branch=b;received=192.0.2.9;rport=5061");
        assert_eq!(
            stamped(
                "SIP/2.0/UDP h ; rport;maddr=6.6.6.6 ;Received=7.7.7.7;branch=b, SIP/2.0/UDP i;maddr=8.8.8.8"
            ),
            "SIP/2.0/UDP h;branch=b;received=192.0.2.9;rport=5061, SIP/2.0/UDP i;maddr=8.8.8.8"
        );
    }
}
