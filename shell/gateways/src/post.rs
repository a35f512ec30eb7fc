//! Posting to an address that somebody has typed in: only http and https, no redirects, and nothing inside our own walls
//! unless the configuration says so.
//!
//! The name is looked up here and the connection made to the very address that was judged, so that a name cannot point
//! elsewhere in between.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HOST, USER_AGENT};
use hyper::{Method, Request, Uri};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::http::{Answered, NoAnswer, over};
use crate::tls;

/// One request, from looking up the name to the end of the answer.
pub const WHOLE_MAX: Duration = Duration::from_secs(30);
const CONNECT_MAX: Duration = Duration::from_secs(10);
const URL_MAX: usize = 1_000;

/// What may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// https to addresses of the public network.
    Public,
    /// Also http, and addresses of this machine and of private networks.
    Private,
}

/// Why an address is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadUrl {
    #[error("not an address that can be called: https://host/path")]
    Unreadable,
    #[error("only https")]
    NotSecure,
    #[error("a name and password do not belong into an address")]
    Credentials,
    #[error("an address inside our own network")]
    Private,
}

/// An address to post to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    secure: bool,
    host: String,
    port: u16,
    path: String,
}

impl Target {
    /// # Errors
    /// What is wrong with the address; a name that leads inside is only found when it is called.
    pub fn read(url: &str, reach: Reach) -> Result<Target, BadUrl> {
        if url.len() > URL_MAX || url.contains('#') {
            return Err(BadUrl::Unreadable);
        }
        let uri: Uri = url.parse().map_err(|_| BadUrl::Unreadable)?;
        let secure = match (uri.scheme_str(), reach) {
            (Some("https"), _) => true,
            (Some("http"), Reach::Private) => false,
            (Some("http"), Reach::Public) => return Err(BadUrl::NotSecure),
            _ => return Err(BadUrl::Unreadable),
        };
        let authority = uri.authority().ok_or(BadUrl::Unreadable)?;
        if authority.as_str().contains('@') {
            return Err(BadUrl::Credentials);
        }
        let host = authority.host().to_owned();
        if host.is_empty() || authority.port_u16() == Some(0) {
            return Err(BadUrl::Unreadable);
        }
        let literal = host.trim_matches(['[', ']']).parse::<IpAddr>().ok();
        let inside = literal.is_some_and(|ip| !is_public(ip)) || host.eq_ignore_ascii_case("localhost");
        if reach == Reach::Public && inside {
            return Err(BadUrl::Private);
        }
        let port = authority.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        Ok(Target { secure, host, port, path })
    }

    fn host_header(&self) -> String {
        let usual = if self.secure { 443 } else { 80 };
        if self.port == usual { self.host.clone() } else { format!("{}:{}", self.host, self.port) }
    }
}

/// Calls out.
pub struct Poster {
    tls: TlsConnector,
    reach: Reach,
}

impl Poster {
    /// # Errors
    /// When there are no authorities to believe.
    pub fn new(reach: Reach) -> anyhow::Result<Poster> {
        Ok(Poster { tls: tls::connector(None)?, reach })
    }

    pub fn reach(&self) -> Reach {
        self.reach
    }

    /// Posts JSON. What comes back is never followed anywhere else.
    ///
    /// # Errors
    /// Why there is no answer; also for an address inside our own network.
    pub async fn post(
        &self,
        target: &Target,
        headers: &[(&'static str, String)],
        body: Vec<u8>,
    ) -> Result<Answered, NoAnswer> {
        timeout(WHOLE_MAX, self.try_post(target, headers, body))
            .await
            .unwrap_or_else(|_| Err(NoAnswer::Cut("no answer within 30 s".into())))
    }

    async fn try_post(
        &self,
        target: &Target,
        headers: &[(&'static str, String)],
        body: Vec<u8>,
    ) -> Result<Answered, NoAnswer> {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(&target.path)
            .header(HOST, target.host_header())
            .header(USER_AGENT, "switchboard")
            .header(CONTENT_TYPE, "application/json");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let request = request
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| NoAnswer::NotWritten(error.to_string()))?;
        let stream = self.connect(target).await.map_err(NoAnswer::NotWritten)?;
        over(target.secure.then_some(&self.tls), &target.host, stream, request).await
    }

    async fn connect(&self, target: &Target) -> Result<TcpStream, String> {
        let name = (target.host.trim_matches(['[', ']']), target.port);
        let found = match timeout(CONNECT_MAX, tokio::net::lookup_host(name)).await {
            Ok(Ok(found)) => found.collect::<Vec<SocketAddr>>(),
            Ok(Err(error)) => return Err(format!("the name is not known: {error}")),
            Err(_) => return Err("the name is not known within 10 s".into()),
        };
        // One inside is enough: a name that answers with both tries its luck.
        if self.reach == Reach::Public && found.iter().any(|address| !is_public(address.ip())) {
            return Err(BadUrl::Private.to_string());
        }
        match timeout(CONNECT_MAX, TcpStream::connect(&*found)).await {
            Ok(Ok(stream)) => Ok(stream),
            Ok(Err(error)) => Err(format!("no connection: {error}")),
            Err(_) => Err("no connection within 10 s".into()),
        }
    }
}

/// Whether an address belongs to the public network, by the IANA registries of special purpose addresses.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let special = match ip.octets() {
        [0 | 10 | 127 | 240..=255, ..] => true,
        [100, second, ..] => (64..128).contains(&second),
        [169, 254, ..] | [192, 168, ..] | [192, 0, 0, _] | [192, 0, 2, _] => true,
        [172, second, ..] => (16..32).contains(&second),
        [198, 18 | 19, ..] | [198, 51, 100, _] | [203, 0, 113, _] => true,
        [first, ..] => (224..240).contains(&first),
    };
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    if let Some(mapped) = ip.to_ipv4_mapped() {
        return is_public_v4(mapped);
    }
    let inner = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match ip.segments() {
        // NAT64 and 6to4 carry an IPv4 address.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => inner(high, low),
        [0x2002, high, low, ..] => inner(high, low),
        // Teredo, ORCHID, documentation and the like.
        [0x2001, second, ..] if second < 0x200 || second == 0xdb8 => false,
        // Everything public is in 2000::/3.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, public: Result<(), BadUrl>, private: Result<(), BadUrl>) {
        assert_eq!(Target::read(url, Reach::Public).map(|_| ()), public, "{url}");
        assert_eq!(Target::read(url, Reach::Private).map(|_| ()), private, "{url}");
    }

    #[test]
    fn only_addresses_outside_are_taken() {
        use BadUrl::{Credentials, NotSecure, Private, Unreadable};
        check("https://erp.example.com/in?x=1", Ok(()), Ok(()));
        check("https://8.8.8.8:8443/", Ok(()), Ok(()));
        check("http://erp.example.com/in", Err(NotSecure), Ok(()));
        for inside in [
            "https://127.0.0.1/",
            "https://localhost/",
            "https://10.1.2.3/",
            "https://172.31.0.1/",
            "https://192.168.1.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://100.64.0.1/",
            "https://0.0.0.0/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[2002:a00:1::]/",
            "https://[fd00::1]/",
            "https://[fe80::1]/",
        ] {
            check(inside, Err(Private), Ok(()));
        }
        check("https://user:secret@example.com/", Err(Credentials), Err(Credentials));
        for bad in [
            "",
            "erp",
            "/in",
            "ftp://a.example/",
            "file:///etc/passwd",
            "https://",
            "https://a.example/#x",
            "https://a.example:0/",
        ] {
            check(bad, Err(Unreadable), Err(Unreadable));
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_called() {
        let poster = Poster::new(Reach::Public).expect("authorities");
        let target = Target { secure: true, host: "localhost".into(), port: 9, path: "/".into() };
        let told = poster.post(&target, &[], b"{}".to_vec()).await;
        assert_eq!(told, Err(NoAnswer::NotWritten("an address inside our own network".into())));
    }
}
