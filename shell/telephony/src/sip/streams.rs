//! Connections: TCP, TLS and WebSocket. A peer that does not read, dawdles or sends too much is disconnected; it never
//! holds up anybody else, because nothing here is waited for by the edge.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context as _;
use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures::{SinkExt as _, StreamExt as _};
use rsipstack::sip::{HostWithPort, Transport};
use rsipstack::transport::channel::ChannelConnection;
use rsipstack::transport::{SipAddr, SipConnection, TransportEvent};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls;
use tokio_rustls::{TlsAcceptor, TlsConnector};
use tokio_util::sync::CancellationToken;

use super::config::{Limits, Tls};
use super::edge::Net;
use super::flow::{Flow, Stream};
use super::sockets::Readers;

/// Messages that may wait for a peer that reads slowly.
const OUT_QUEUE: usize = 128;
const MOST_HEAD: usize = 16_384;
const MOST_BODY: usize = 65_536;
const WRITE: Duration = Duration::from_secs(10);
/// A message must be whole, and a handshake done, after this long.
const DAWDLE: Duration = Duration::from_secs(10);
const FIRST: Duration = Duration::from_secs(30);
const IDLE: Duration = Duration::from_secs(900);
/// A browser that has died, or whose network has, must be known within 5 s: its agent would be offered calls.
const PING: Duration = Duration::from_millis(1_500);
const PONG_WITHIN: Duration = Duration::from_secs(4);
const PUSH_WITHIN: Duration = Duration::from_secs(3);
const CONNECT: Duration = Duration::from_secs(5);

pub struct Streams {
    readers: Readers,
    external: Option<IpAddr>,
    most: usize,
    most_per_ip: usize,
    next: AtomicU64,
    open: Mutex<Open>,
    /// The ports of ours that are announced on connections we open.
    pub tcp_port: AtomicU64,
    pub tls_port: AtomicU64,
    /// For connections we open over TLS; none when nobody can be believed.
    trust: Option<TlsConnector>,
}

#[derive(Default)]
struct Open {
    total: usize,
    per_ip: HashMap<IpAddr, usize>,
    /// Connections by peer, to be used again. Those we accepted are found by the peer's own port only.
    by_peer: HashMap<SocketAddr, Arc<Stream>>,
}

/// A place among the connections, given back when dropped.
struct Place {
    streams: Arc<Streams>,
    ip: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.streams.lock();
        open.total = open.total.saturating_sub(1);
        if let Some(count) = open.per_ip.get_mut(&self.ip) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.per_ip.remove(&self.ip);
            }
        }
        self.streams.readers.counters.connections.set(open.total);
    }
}

impl Streams {
    pub fn new(
        readers: Readers,
        external: Option<IpAddr>,
        limits: &Limits,
        trust: Option<TlsConnector>,
    ) -> Arc<Self> {
        Arc::new(Streams {
            readers,
            external,
            most: limits.max_connections,
            most_per_ip: limits.max_connections_per_ip,
            next: AtomicU64::new(1),
            open: Mutex::default(),
            tcp_port: AtomicU64::new(0),
            tls_port: AtomicU64::new(0),
            trust,
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn place(self: &Arc<Self>, ip: IpAddr) -> Option<Place> {
        let mut open = self.lock();
        let here = open.per_ip.get(&ip).copied().unwrap_or(0);
        if open.total >= self.most || here >= self.most_per_ip {
            return None;
        }
        open.total += 1;
        *open.per_ip.entry(ip).or_default() += 1;
        self.readers.counters.connections.set(open.total);
        Some(Place { streams: self.clone(), ip })
    }

    /// An open connection to this peer, of this kind.
    pub fn to(&self, at: SocketAddr, tls: bool) -> Option<Flow> {
        let flow = self.lock().by_peer.get(&at).cloned().map(Flow::Stream).filter(Flow::is_open)?;
        ((flow.transport() == Transport::Tls) == tls).then_some(flow)
    }

    async fn stream(
        self: &Arc<Self>,
        transport: Transport,
        local: SocketAddr,
        remote: SocketAddr,
        user: Option<String>,
    ) -> Option<(Arc<Stream>, mpsc::Receiver<Vec<u8>>)> {
        let (out, to_write) = mpsc::channel(OUT_QUEUE);
        let (_never, incoming) = mpsc::unbounded_channel();
        let (stack, mut from_stack) = mpsc::unbounded_channel();
        let addr = SipAddr { r#type: Some(transport), addr: HostWithPort::from(remote) };
        let connection = ChannelConnection::create_connection(incoming, stack, addr, None).await.ok()?;
        let stream = Arc::new(Stream {
            id: self.next.fetch_add(1, Ordering::Relaxed),
            transport,
            local,
            external: self.external,
            remote,
            out: out.clone(),
            connection: SipConnection::Channel(connection),
            closed: CancellationToken::new(),
            farewell: AtomicU16::new(0),
            user,
        });
        // The stack's own queue has no bound, so it is emptied at once into one that has.
        let closed = stream.closed.clone();
        tokio::spawn(async move {
            while let Some(event) = from_stack.recv().await {
                if let TransportEvent::Incoming(message, ..) = event
                    && out.try_send(message.to_bytes()).is_err()
                {
                    closed.cancel();
                }
            }
        });
        Some((stream, to_write))
    }

    async fn serve<S>(
        self: Arc<Self>,
        io: S,
        stream: Arc<Stream>,
        to_write: mpsc::Receiver<Vec<u8>>,
        place: Place,
    ) where
        S: AsyncRead + AsyncWrite + Send + 'static,
    {
        self.lock().by_peer.insert(stream.remote, stream.clone());
        let (reader, writer) = tokio::io::split(io);
        tokio::spawn(write(writer, to_write, stream.closed.clone()));
        let closed = stream.closed.clone();
        let reading = read(reader, &self.readers, &stream);
        let _ = closed.run_until_cancelled(reading).await;
        stream.close();
        {
            let mut open = self.lock();
            if open.by_peer.get(&stream.remote).is_some_and(|s| s.id == stream.id) {
                open.by_peer.remove(&stream.remote);
            }
        }
        drop(place);
        let _ = self.readers.net.send(Net::Closed(stream.id)).await;
    }

    pub async fn listen_tcp(self: Arc<Self>, listener: TcpListener, tls: Option<TlsAcceptor>) {
        loop {
            let (tcp, remote) = match listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of descriptors: the next close makes room.
                    tracing::warn!(%error, "cannot accept a SIP connection");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            let remote_ip = remote.ip().to_canonical();
            if !self.readers.admits(remote_ip) {
                continue;
            }
            let Some(place) = self.place(remote_ip) else { continue };
            let streams = self.clone();
            let tls = tls.clone();
            tokio::spawn(async move {
                let _ = tcp.set_nodelay(true);
                let Ok(local) = tcp.local_addr() else { return };
                match tls {
                    None => {
                        if let Some((stream, out)) = streams.stream(Transport::Tcp, local, remote, None).await
                        {
                            streams.serve(tcp, stream, out, place).await;
                        }
                    }
                    Some(acceptor) => {
                        let Ok(Ok(tls)) = timeout(DAWDLE, acceptor.accept(tcp)).await else { return };
                        if let Some((stream, out)) = streams.stream(Transport::Tls, local, remote, None).await
                        {
                            streams.serve(tls, stream, out, place).await;
                        }
                    }
                }
            });
        }
    }

    /// Opens a connection, or takes the one there is. `tls`: the name that must stand in the peer's certificate.
    pub async fn connect(self: Arc<Self>, at: SocketAddr, tls: Option<String>) -> Option<Flow> {
        if let Some(flow) = self.to(at, tls.is_some()) {
            return Some(flow);
        }
        let place = self.place(at.ip().to_canonical())?;
        let tcp = timeout(CONNECT, TcpStream::connect(at)).await.ok()?.ok()?;
        let _ = tcp.set_nodelay(true);
        let mut local = tcp.local_addr().ok()?;
        let port = if tls.is_some() { &self.tls_port } else { &self.tcp_port };
        let listening = u16::try_from(port.load(Ordering::Relaxed)).unwrap_or(0);
        if listening != 0 {
            local.set_port(listening);
        }
        let Some(name) = tls else {
            let (stream, out) = self.stream(Transport::Tcp, local, at, None).await?;
            let flow = Flow::Stream(stream.clone());
            tokio::spawn(self.clone().serve(tcp, stream, out, place));
            return Some(flow);
        };
        let io = self.handshake(tcp, at, name).await?;
        let (stream, out) = self.stream(Transport::Tls, local, at, None).await?;
        let flow = Flow::Stream(stream.clone());
        tokio::spawn(self.clone().serve(io, stream, out, place));
        Some(flow)
    }

    async fn handshake(&self, tcp: TcpStream, at: SocketAddr, name: String) -> Option<TlsStream<TcpStream>> {
        let Some(connector) = &self.trust else {
            tracing::error!(%at, "no TLS: name the authorities to be believed in `trusted`, a PEM file");
            return None;
        };
        let server = rustls::pki_types::ServerName::try_from(name.clone()).ok()?;
        match timeout(DAWDLE, connector.connect(server, tcp)).await {
            Ok(Ok(io)) => Some(io),
            Ok(Err(error)) => {
                tracing::warn!(%at, name, %error, "no TLS with this peer");
                None
            }
            Err(_) => None,
        }
    }

    /// Serves one WebSocket until it closes (RFC 7118) or the session on the web has ended.
    pub async fn web_socket(
        self: Arc<Self>,
        socket: WebSocket,
        remote: SocketAddr,
        user: String,
        ended: impl Future<Output = ()> + Send,
    ) {
        let Some(place) = self.place(remote.ip().to_canonical()) else { return };
        // What we call ourselves towards a browser does not matter: it can only answer on this connection.
        let local = SocketAddr::new(super::flow::announced_ip(remote.ip(), None, remote.ip()), 80);
        let Some((stream, mut to_write)) = self.stream(Transport::Ws, local, remote, Some(user)).await else {
            return;
        };
        let flow = Flow::Stream(stream.clone());
        let (mut sink, mut source) = socket.split();
        let (closed, leaving) = (stream.closed.clone(), stream.clone());
        let writing = tokio::spawn(async move {
            let mut ping = tokio::time::interval_at(tokio::time::Instant::now() + PING, PING);
            loop {
                let message = tokio::select! {
                    () = closed.cancelled() => break,
                    bytes = to_write.recv() => match bytes {
                        Some(bytes) => match String::from_utf8(bytes) {
                            Ok(text) => Message::Text(text.into()),
                            Err(error) => Message::Binary(error.into_bytes().into()),
                        },
                        None => break,
                    },
                    _ = ping.tick() => Message::Ping(Default::default()),
                };
                if !matches!(timeout(PUSH_WITHIN, sink.send(message)).await, Ok(Ok(()))) {
                    break;
                }
            }
            closed.cancel();
            let code = leaving.farewell.load(Ordering::Relaxed);
            let goodbye = async {
                if code != 0 {
                    let frame = CloseFrame { code, reason: Default::default() };
                    let _ = sink.send(Message::Close(Some(frame))).await;
                }
                let _ = sink.close().await;
            };
            let _ = timeout(Duration::from_secs(1), goodbye).await;
        });
        let closed = stream.closed.clone();
        let reading = async {
            while let Ok(Some(Ok(message))) = timeout(PONG_WITHIN, source.next()).await {
                let bytes = match &message {
                    Message::Text(text) => text.as_bytes(),
                    Message::Binary(bytes) => bytes.as_ref(),
                    Message::Close(_) => return,
                    _ => continue,
                };
                if bytes.len() > MOST_HEAD + MOST_BODY || !self.readers.admits(remote.ip()) {
                    return;
                }
                if bytes.iter().all(u8::is_ascii_whitespace) {
                    flow.send(b"\r\n".to_vec());
                    continue;
                }
                if let Some(message) = self.readers.read(&flow, bytes)
                    && self.readers.net.send(Net::Message(flow.clone(), message)).await.is_err()
                {
                    return;
                }
            }
        };
        tokio::select! {
            _ = closed.run_until_cancelled(reading) => stream.close(),
            () = ended => stream.dismiss(super::flow::SIGNED_OUT),
        }
        // At once, not after the last words: a browser that is gone does not hear them.
        let _ = self.readers.net.send(Net::Closed(stream.id)).await;
        let _ = writing.await;
        drop(place);
    }
}

async fn write<W: AsyncWrite + Unpin>(
    mut writer: W,
    mut out: mpsc::Receiver<Vec<u8>>,
    closed: CancellationToken,
) {
    loop {
        let bytes = tokio::select! {
            () = closed.cancelled() => break,
            bytes = out.recv() => match bytes {
                Some(bytes) => bytes,
                None => break,
            },
        };
        let writing = async {
            writer.write_all(&bytes).await?;
            writer.flush().await
        };
        if !matches!(timeout(WRITE, writing).await, Ok(Ok(()))) {
            break;
        }
    }
    closed.cancel();
    let _ = timeout(Duration::from_secs(1), writer.shutdown()).await;
}

/// Cuts the stream into messages by their Content-Length (RFC 3261 §18.3).
async fn read<R: AsyncRead + Unpin>(mut reader: R, readers: &Readers, stream: &Arc<Stream>) {
    let flow = Flow::Stream(stream.clone());
    let mut buffer: Vec<u8> = Vec::with_capacity(4_096);
    let mut first = true;
    loop {
        loop {
            match frame(&buffer) {
                Frame::More => break,
                Frame::Broken => return,
                Frame::KeepAlive(length) => {
                    buffer.drain(..length);
                    if length >= 4 {
                        flow.send(b"\r\n".to_vec());
                    }
                }
                Frame::Message(length) => {
                    first = false;
                    if !readers.admits(stream.remote.ip()) {
                        return;
                    }
                    let message = readers.read(&flow, buffer.get(..length).unwrap_or_default());
                    buffer.drain(..length);
                    if let Some(message) = message
                        && readers.net.send(Net::Message(flow.clone(), message)).await.is_err()
                    {
                        return;
                    }
                }
            }
        }
        let patience = match (buffer.is_empty(), first) {
            (false, _) => DAWDLE,
            (true, true) => FIRST,
            (true, false) => IDLE,
        };
        match timeout(patience, reader.read_buf(&mut buffer)).await {
            Ok(Ok(1..)) => {}
            _ => return,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Frame {
    More,
    /// Line ends between messages; two of them are a ping (RFC 5626 §3.5.1).
    KeepAlive(usize),
    Message(usize),
    /// There is no telling where the next message begins.
    Broken,
}

pub(super) fn frame(buffer: &[u8]) -> Frame {
    let blank = buffer.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
    if blank > 0 {
        return if blank == buffer.len() && blank < 4 && !buffer.ends_with(b"\r\n") {
            Frame::More
        } else {
            Frame::KeepAlive(blank)
        };
    }
    // Too long is too long, whether the end has come already or not.
    let end = match buffer.windows(4).position(|w| w == b"\r\n\r\n") {
        Some(end) if end <= MOST_HEAD => end,
        None if buffer.len() <= MOST_HEAD + 3 => return Frame::More,
        _ => return Frame::Broken,
    };
    let head = buffer.get(..end).unwrap_or_default();
    let mut length = None;
    for line in head.split(|b| *b == b'\n') {
        let Some(colon) = line.iter().position(|b| *b == b':') else { continue };
        let (name, value) = line.split_at(colon);
        let name = name.trim_ascii();
        if name.eq_ignore_ascii_case(b"content-length") || name.eq_ignore_ascii_case(b"l") {
            let value = value.get(1..).unwrap_or_default().trim_ascii();
            let digits = !value.is_empty() && value.len() <= 9 && value.iter().all(u8::is_ascii_digit);
            let parsed =
                std::str::from_utf8(value).ok().filter(|_| digits).and_then(|v| v.parse::<usize>().ok());
            if parsed.is_none() || length.is_some() {
                return Frame::Broken;
            }
            length = parsed;
        }
    }
    // Mandatory on streams.
    let Some(length) = length.filter(|l| *l <= MOST_BODY) else { return Frame::Broken };
    let whole = end + 4 + length;
    if buffer.len() >= whole { Frame::Message(whole) } else { Frame::More }
}

pub fn bind_tcp(at: SocketAddr) -> anyhow::Result<TcpListener> {
    let bind = || -> std::io::Result<TcpListener> {
        let socket = if at.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.set_reuseaddr(true)?;
        socket.bind(at)?;
        socket.listen(1_024)
    };
    bind().with_context(|| format!("cannot listen for SIP on TCP {at}"))
}

/// Where systems keep the authorities they believe: Debian and its kin, Red Hat and its kin.
const AUTHORITIES: &[&str] = &["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

/// The connector that believes the authorities of a PEM file, or of the system; none when the system names none.
pub fn tls_connector(trusted: Option<&Path>) -> anyhow::Result<Option<TlsConnector>> {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;
    let given = trusted.is_some();
    let Some(path) = trusted.or_else(|| AUTHORITIES.iter().map(Path::new).find(|path| path.is_file())) else {
        return Ok(None);
    };
    let read = CertificateDer::pem_file_iter(path).and_then(|found| found.collect::<Result<Vec<_>, _>>());
    let found = match read {
        Ok(found) => found,
        Err(error) if given => anyhow::bail!("cannot read the authorities {}: {error}", path.display()),
        Err(_) => return Ok(None),
    };
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(found);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Some(TlsConnector::from(Arc::new(config))))
}

/// The acceptor for our certificate. The provider is named, so that another one in the process cannot make it panic.
pub fn tls_acceptor(tls: &Tls) -> anyhow::Result<TlsAcceptor> {
    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    let certificates = CertificateDer::pem_file_iter(&tls.cert_pem_path)
        .and_then(|certificates| certificates.collect::<Result<Vec<_>, _>>())
        .map_err(|e| anyhow::anyhow!("cannot read the certificate {}: {e}", tls.cert_pem_path.display()))?;
    let key = PrivateKeyDer::from_pem_file(&tls.key_pem_path)
        .map_err(|e| anyhow::anyhow!("cannot read the private key {}: {e}", tls.key_pem_path.display()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .context("certificate and private key do not fit together")?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_cut_at_content_length() {
        let message = b"OPTIONS sip:x SIP/2.0\r\nl: 3\r\n\r\nabc";
        assert_eq!(frame(message), Frame::Message(message.len()));
        for end in 1..message.len() {
            assert_eq!(frame(&message[..end]), Frame::More, "cut at {end}");
        }
        assert_eq!(frame(b"\r\n\r\n"), Frame::KeepAlive(4));
        assert_eq!(frame(b"\r\n"), Frame::KeepAlive(2));
        assert_eq!(frame(b"\r"), Frame::More);
        assert_eq!(frame(b"\r\nOPTIONS"), Frame::KeepAlive(2));
    }

    #[test]
    fn a_stream_that_cannot_be_cut_is_closed() {
        for head in [
            "OPTIONS sip:x SIP/2.0\r\n\r\n",
            "OPTIONS sip:x SIP/2.0\r\nContent-Length: -1\r\n\r\n",
            "OPTIONS sip:x SIP/2.0\r\nContent-Length: 18446744073709551615\r\n\r\n",
            "OPTIONS sip:x SIP/2.0\r\nContent-Length: 999999999\r\n\r\n",
            "OPTIONS sip:x SIP/2.0\r\nContent-Length: 0\r\nl: 5\r\n\r\n",
            "OPTIONS sip:x SIP/2.0\r\nContent-Length: 4 4\r\n\r\n",
        ] {
            assert_eq!(frame(head.as_bytes()), Frame::Broken, "{head}");
        }
        assert_eq!(frame(&[b'x'; MOST_HEAD + 4]), Frame::Broken);
        // A head that is too long is broken also when all of it comes at once.
        let long = [&[b'x'; MOST_HEAD + 1], b"\r\n\r\n".as_slice()].concat();
        assert_eq!(frame(&long), Frame::Broken);
    }
}
