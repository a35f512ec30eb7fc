//! Our sockets: UDP with large buffers of our own, and the readers that check, parse and hand on.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use anyhow::Context as _;
use kernel::Clock;
use rsipstack::transport::udp::UdpConnection;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;

use super::Counters;
use super::edge::Net;
use super::flow::{Datagrams, Flow};
use super::gate::Gate;
use super::message::{self, Bad};

const UDP_BUFFER: usize = 4 << 20;

/// What every reader needs.
#[derive(Clone)]
pub struct Readers {
    pub gate: Arc<Gate>,
    pub clock: Arc<dyn Clock>,
    pub counters: Arc<Counters>,
    pub net: mpsc::Sender<Net>,
}

impl Readers {
    /// Whether a source may be heard, the message read; a wrong request is answered here.
    pub fn read(&self, flow: &Flow, bytes: &[u8]) -> Option<rsipstack::sip::SipMessage> {
        match message::parse(bytes, flow.remote()) {
            Ok(message) => Some(message),
            Err(bad) => {
                self.counters.messages_bad.add(1);
                match bad {
                    Bad::Ignore(why) => tracing::debug!(from = %flow.remote(), why, "ignored"),
                    Bad::Answer(answer, why) => {
                        tracing::debug!(from = %flow.remote(), why, "refused");
                        flow.send(answer);
                    }
                }
                None
            }
        }
    }

    pub fn admits(&self, ip: IpAddr) -> bool {
        let admitted = self.gate.admits(ip.to_canonical(), self.clock.now());
        if !admitted {
            self.counters.messages_over_rate.add(1);
        }
        admitted
    }
}

pub async fn bind_udp(at: SocketAddr, external: Option<IpAddr>) -> anyhow::Result<Arc<Datagrams>> {
    let open = || -> std::io::Result<UdpSocket> {
        let socket = Socket::new(Domain::for_address(at), Type::DGRAM, Some(Protocol::UDP))?;
        socket.set_nonblocking(true)?;
        // Bursts of a busy second wait in the kernel. It may grant less; that is no reason not to start.
        let _ = socket.set_recv_buffer_size(UDP_BUFFER);
        let _ = socket.set_send_buffer_size(UDP_BUFFER);
        if at.is_ipv6() {
            socket.set_only_v6(true)?;
        }
        socket.bind(&at.into())?;
        UdpSocket::from_std(socket.into())
    };
    let socket = Arc::new(open().with_context(|| format!("cannot listen for SIP on UDP {at}"))?);
    let local = socket.local_addr()?;
    let connection = UdpConnection::from_socket(socket.clone(), None, None).await?;
    Ok(Arc::new(Datagrams { socket, connection, local, external }))
}

/// Reads one UDP socket for ever.
pub async fn read_udp(udp: Arc<Datagrams>, readers: Readers) {
    let mut buffer = vec![0u8; 65_536];
    loop {
        let (length, source) = match udp.socket.recv_from(&mut buffer).await {
            Ok(got) => got,
            Err(error) => {
                // An ICMP answer to something we sent; the socket itself is well.
                tracing::debug!(%error, "UDP");
                continue;
            }
        };
        let bytes = buffer.get(..length).unwrap_or_default();
        if bytes.iter().all(u8::is_ascii_whitespace) || !readers.admits(source.ip()) {
            continue;
        }
        let flow = Flow::Udp(udp.clone(), source);
        if let Some(message) = readers.read(&flow, bytes) {
            // When the edge is that far behind, UDP loses messages, as it may; they are sent again.
            if readers.net.try_send(Net::Message(flow, message)).is_err() {
                readers.counters.messages_over_rate.add(1);
            }
        }
    }
}
