//! Names, URIs and addresses, taken apart.

use std::net::IpAddr;

use rsipstack::sip::Uri;

/// `"Name" <sip:user@host>;tag=x`, taken apart without copying.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NameAddr<'a> {
    pub name: &'a str,
    pub uri: &'a str,
    /// What follows, with the leading semicolon.
    pub params: &'a str,
}

impl<'a> NameAddr<'a> {
    pub fn parse(value: &'a str) -> Option<Self> {
        let value = value.trim();
        let (mut quoted, mut escaped) = (false, false);
        let open = value.char_indices().find_map(|(at, c)| {
            match c {
                _ if escaped => escaped = false,
                '\\' if quoted => escaped = true,
                '"' => quoted = !quoted,
                '<' if !quoted => return Some(at),
                _ => {}
            }
            None
        });
        if let Some(open) = open {
            let close = open + value.get(open..)?.find('>')?;
            return Some(NameAddr {
                name: value.get(..open)?.trim().trim_matches('"'),
                uri: value.get(open + 1..close)?.trim(),
                params: value.get(close + 1..)?.trim(),
            });
        }
        let end = value.find(';').unwrap_or(value.len());
        Some(NameAddr { name: "", uri: value.get(..end)?.trim(), params: value.get(end..)? })
    }

    pub fn param(&self, name: &str) -> Option<&'a str> {
        param(self.params, name)
    }

    pub fn user(&self) -> String {
        user_of(self.uri)
    }
}

/// A parameter of `;a=b;c`; one without a value is "".
pub fn param<'a>(params: &'a str, name: &str) -> Option<&'a str> {
    params.split(';').skip(1).find_map(|part| {
        let (n, value) = part.split_once('=').unwrap_or((part, ""));
        n.trim().eq_ignore_ascii_case(name).then_some(value.trim().trim_matches('"'))
    })
}

pub fn tag_of(value: &str) -> Option<&str> {
    NameAddr::parse(value)?.param("tag").filter(|t| !t.is_empty() && t.len() <= 256)
}

/// The user of a SIP URI or the number of a `tel:` one, with %-escapes undone and its own parameters cut.
pub fn user_of(uri: &str) -> String {
    let Some((scheme, rest)) = uri.split_once(':') else { return String::new() };
    let rest = rest.split('?').next().unwrap_or_default();
    let user = if scheme.eq_ignore_ascii_case("tel") {
        rest
    } else {
        match rest.rsplit_once('@') {
            Some((user, _)) => user.split(':').next().unwrap_or_default(),
            None => return String::new(),
        }
    };
    unescape(user.split(';').next().unwrap_or_default())
}

pub fn unescape(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let hex = (*byte == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .filter(|h| h.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|h| u8::from_str_radix(h, 16).ok());
        match hex {
            Some(value) => {
                out.push(value);
                at += 3;
            }
            None => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).chars().filter(|c| !c.is_control()).collect()
}

/// A URI for a request line. The stack escapes the user again when it writes it, so it is unescaped here.
pub fn request_uri(text: &str) -> Option<Uri> {
    let mut uri = Uri::try_from(text).ok()?;
    if let Some(auth) = &mut uri.auth {
        auth.user = unescape(&auth.user);
    }
    uri.headers.clear();
    Some(uri)
}

/// `host` or `host:port`, `sip:host:port;transport=tcp`: an address somebody configured.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Address {
    pub user: String,
    pub host: String,
    pub port: Option<u16>,
    pub transport: Option<String>,
}

impl Address {
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches('<').trim_end_matches('>');
        let full = if text.get(..4).is_some_and(|p| p.eq_ignore_ascii_case("sip:"))
            || text.get(..5).is_some_and(|p| p.eq_ignore_ascii_case("sips:"))
        {
            text.to_owned()
        } else {
            format!("sip:{text}")
        };
        let secure = full.get(..5).is_some_and(|p| p.eq_ignore_ascii_case("sips:"));
        let rest = full.split_once(':')?.1;
        let (main, params) = rest.split_at(rest.find(';').unwrap_or(rest.len()));
        let (user, host) = main.rsplit_once('@').unwrap_or(("", main));
        let (host, port) = match host.strip_prefix('[') {
            Some(v6) => {
                let (host, after) = v6.split_once(']')?;
                (host, after.strip_prefix(':'))
            }
            None => host.split_once(':').map_or((host, None), |(h, p)| (h, Some(p))),
        };
        if host.is_empty() {
            return None;
        }
        let port = match port {
            Some(port) => Some(port.parse().ok()?),
            None => None,
        };
        let transport =
            param(params, "transport").map(str::to_ascii_lowercase).or(secure.then(|| "tls".to_owned()));
        Some(Address { user: unescape(user), host: host.to_owned(), port, transport })
    }

    pub fn ip(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }
    pub fn default_port(&self) -> u16 {
        self.port.unwrap_or(if self.transport.as_deref() == Some("tls") { 5061 } else { 5060 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sip::message::values;

    #[test]
    fn names_and_addresses_are_taken_apart() {
        let parsed =
            NameAddr::parse("\"A, <b> \\\" c\" <sip:%31001;x@h:5>;tag=t;q=\"1\"").expect("an address");
        assert_eq!(
            (parsed.user().as_str(), parsed.param("tag"), parsed.param("Q")),
            ("1001", Some("t"), Some("1"))
        );
        assert_eq!(tag_of("sip:a@b;tag=x"), Some("x"));
        assert_eq!(tag_of("<sip:a@b;tag=no>"), None);
        assert_eq!(user_of("tel:+86-10;phone-context=x"), "+86-10");
        assert_eq!(user_of("sip:host"), "");
        assert_eq!(
            values("<sip:a,b>, \"x,y\" <sip:c>,,d").collect::<Vec<_>>(),
            ["<sip:a,b>", "\"x,y\" <sip:c>", "d"]
        );
        let address = Address::parse("sip:1001@[::1]:5070;transport=TCP").expect("an address");
        assert_eq!(
            (address.host.as_str(), address.port, address.transport.as_deref()),
            ("::1", Some(5070), Some("tcp"))
        );
        assert_eq!(Address::parse("carrier.example").map(|a| a.default_port()), Some(5060));
        assert_eq!(Address::parse("sips:c").map(|a| a.default_port()), Some(5061));
        assert_eq!(Address::parse("host:99999"), None);
    }
}
