//! Where a message came from and where its answer goes: a UDP peer or one open connection. Sending never waits.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};

use exchange::line::Device;
use rsipstack::sip::{HostWithPort, Transport};
use rsipstack::transport::udp::UdpConnection;
use rsipstack::transport::{SipAddr, SipConnection};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// A UDP socket of ours.
pub struct Datagrams {
    pub socket: Arc<UdpSocket>,
    pub connection: UdpConnection,
    pub local: SocketAddr,
    pub external: Option<IpAddr>,
}

/// One TCP, TLS or WebSocket connection.
pub struct Stream {
    pub id: u64,
    pub transport: Transport,
    pub local: SocketAddr,
    pub external: Option<IpAddr>,
    pub remote: SocketAddr,
    /// Bounded: a peer that does not read is disconnected, it never holds anybody up.
    pub out: mpsc::Sender<Vec<u8>>,
    pub connection: SipConnection,
    pub closed: CancellationToken,
    /// Why we close a WebSocket, for its browser; 0 without a reason.
    pub farewell: AtomicU16,
    /// Over a WebSocket: who signed in on the web.
    pub user: Option<String>,
}

#[derive(Clone)]
pub enum Flow {
    Udp(Arc<Datagrams>, SocketAddr),
    Stream(Arc<Stream>),
}

/// Datagrams the kernel had no room for. SIP sends them again.
pub static UNSENT: AtomicU64 = AtomicU64::new(0);

impl Flow {
    pub fn send(&self, bytes: Vec<u8>) {
        match self {
            Flow::Udp(udp, remote) => {
                if udp.socket.try_send_to(&bytes, *remote).is_err() {
                    UNSENT.fetch_add(1, Ordering::Relaxed);
                }
            }
            Flow::Stream(stream) => {
                if stream.out.try_send(bytes).is_err() {
                    stream.close();
                }
            }
        }
    }

    pub fn remote(&self) -> SocketAddr {
        match self {
            Flow::Udp(_, remote) => *remote,
            Flow::Stream(stream) => stream.remote,
        }
    }

    /// The same, as an IPv4 address when it is one in disguise.
    pub fn remote_ip(&self) -> IpAddr {
        self.remote().ip().to_canonical()
    }

    /// Another peer over the same socket; connections have only one peer.
    pub fn towards(&self, remote: SocketAddr) -> Flow {
        match self {
            Flow::Udp(udp, _) => Flow::Udp(udp.clone(), remote),
            Flow::Stream(_) => self.clone(),
        }
    }

    pub fn connection(&self) -> SipConnection {
        match self {
            Flow::Udp(udp, _) => SipConnection::Udp(udp.connection.clone()),
            Flow::Stream(stream) => stream.connection.clone(),
        }
    }

    pub fn sip_addr(&self) -> SipAddr {
        SipAddr { r#type: Some(self.transport()), addr: HostWithPort::from(self.remote()) }
    }

    pub fn transport(&self) -> Transport {
        match self {
            Flow::Udp(..) => Transport::Udp,
            Flow::Stream(stream) => stream.transport,
        }
    }

    pub fn is_udp(&self) -> bool {
        matches!(self, Flow::Udp(..))
    }

    pub fn is_open(&self) -> bool {
        match self {
            Flow::Udp(..) => true,
            Flow::Stream(stream) => !stream.closed.is_cancelled(),
        }
    }

    pub fn stream_id(&self) -> Option<u64> {
        match self {
            Flow::Udp(..) => None,
            Flow::Stream(stream) => Some(stream.id),
        }
    }

    pub fn web_user(&self) -> Option<&str> {
        match self {
            Flow::Udp(..) => None,
            Flow::Stream(stream) => stream.user.as_deref(),
        }
    }

    /// What a user who registers or calls by this flow has in front of them.
    pub fn device(&self) -> Device {
        if self.web_user().is_some() { Device::Browser } else { Device::Telephone }
    }

    pub fn is_web(&self) -> bool {
        matches!(self.transport(), Transport::Ws | Transport::Wss)
    }

    /// Our address as this peer should see it, for Via and Contact.
    pub fn our_address(&self) -> SocketAddr {
        let (local, external) = match self {
            Flow::Udp(udp, _) => (udp.local, udp.external),
            Flow::Stream(stream) => (stream.local, stream.external),
        };
        SocketAddr::new(announced_ip(local.ip(), external, self.remote_ip()), local.port())
    }
}

impl Stream {
    pub fn close(&self) {
        self.closed.cancel();
    }

    /// Closes a WebSocket and tells the browser why (RFC 6455 §7.4.2, private use).
    pub fn dismiss(&self, why: u16) {
        self.farewell.store(why, Ordering::Relaxed);
        self.close();
    }
}

/// The person has a softphone elsewhere now.
pub const ELSEWHERE: u16 = 4_001;
/// The session on the web has ended.
pub const SIGNED_OUT: u16 = 4_401;

/// The address a peer should use for us, when `bound` is what we listen on.
pub fn announced_ip(bound: IpAddr, external: Option<IpAddr>, peer: IpAddr) -> IpAddr {
    if peer.is_loopback() && (bound.is_unspecified() || bound.is_loopback()) {
        return if bound.is_loopback() { bound } else { peer };
    }
    if let Some(external) = external.filter(|e| e.is_ipv4() == peer.is_ipv4()) {
        return external;
    }
    if bound.is_unspecified() { route_ip(peer).unwrap_or(bound) } else { bound }
}

/// An address of this machine by which others reach it, if it has any but loopback.
pub fn own_ip(v4: bool) -> Option<IpAddr> {
    // Documentation addresses (RFC 5737, RFC 3849): nothing is sent there, the kernel only says which way it would go.
    let somewhere = if v4 { "192.0.2.1" } else { "2001:db8::1" };
    route_ip(somewhere.parse().ok()?).filter(|ip| !ip.is_loopback() && !ip.is_unspecified())
}

/// The address the kernel would send from towards `peer`. Nothing is sent for it.
fn route_ip(peer: IpAddr) -> Option<IpAddr> {
    let any: SocketAddr = if peer.is_ipv4() { ([0, 0, 0, 0], 0).into() } else { ([0u16; 8], 0).into() };
    let socket = std::net::UdpSocket::bind(any).ok()?;
    socket.connect((peer, 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}
