//! The floor under the media figures: a thread that does nothing but pass packets on, a system call to read each and one
//! to send it. What it takes is the kernel's work for that many packets on this machine, whoever passes them.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};
use std::os::fd::AsRawFd;

use crate::wire::{self, Batch};

const PACKET: [u8; 172] = [0; 172];
/// Both gather for this long, as the media threads do.
const GATHER: Duration = Duration::from_millis(5);
/// A packet of each leg in this many gatherings: 20 ms.
const SLICES: usize = 4;
const WARM_UP: Duration = Duration::from_secs(1);
const MEASURED: Duration = Duration::from_secs(5);

/// Percent of a core that passing on the packets of 100 calls takes (two legs each, 50 packets a second and leg), and the
/// share of the packets that came through, when there are `calls`.
pub fn run(calls: usize) -> Result<(f64, f64)> {
    let far: Vec<UdpSocket> =
        (0..8).map(|_| wire::socket(Ipv4Addr::new(127, 0, 0, 2))).collect::<std::io::Result<_>>()?;
    let mut legs = Vec::new();
    for at in 0..calls * 2 {
        let leg = wire::socket(Ipv4Addr::LOCALHOST).context("opening the relay's sockets")?;
        leg.connect(far[at % far.len()].local_addr()?)?;
        legs.push(leg);
    }
    let addresses = legs.iter().map(|leg| v4(leg.local_addr()?)).collect::<Result<Vec<_>>>()?;
    let stop = Arc::new(AtomicBool::new(false));
    let relay = std::thread::Builder::new().name("relay".into()).spawn({
        let stop = stop.clone();
        move || pass_on(&legs, &stop)
    })?;
    let (sent, came) = talk(&far, &addresses);
    stop.store(true, Ordering::Relaxed);
    let share = relay.join().ok().context("the relay has panicked")??;
    ensure!(came > 0, "nothing came through the relay");
    Ok((share * 100.0 * 100.0 / calls as f64, came as f64 / sent as f64))
}

fn v4(address: SocketAddr) -> Result<SocketAddrV4> {
    match address {
        SocketAddr::V4(address) => Ok(address),
        SocketAddr::V6(address) => anyhow::bail!("{address} is not IPv4"),
    }
}

/// Passes each packet of a leg on to the other of its call. Returns the share of a core it took after warming up.
fn pass_on(legs: &[UdpSocket], stop: &AtomicBool) -> Result<f64> {
    let mut poll = Poll::new()?;
    for (at, leg) in legs.iter().enumerate() {
        poll.registry().register(&mut SourceFd(&leg.as_raw_fd()), Token(at), Interest::READABLE)?;
    }
    let mut events = Events::with_capacity(legs.len());
    let mut packet = [0; 1_536];
    let mut measured = None;
    let started = Instant::now();
    while !stop.load(Ordering::Relaxed) {
        if measured.is_none() && started.elapsed() > WARM_UP {
            measured = Some((Instant::now(), wire::thread_cpu_s()));
        }
        std::thread::sleep(GATHER);
        poll.poll(&mut events, Some(Duration::ZERO))?;
        for event in &events {
            let at = event.token().0;
            while let Ok(length) = legs[at].recv(&mut packet) {
                let _ = legs[at ^ 1].send(&packet[..length]);
            }
        }
    }
    let (at, before) = measured.context("stopped before it was warm")?;
    Ok((wire::thread_cpu_s() - before) / at.elapsed().as_secs_f64())
}

/// A packet to each leg in 20 ms; returns how many were sent and came back.
fn talk(far: &[UdpSocket], legs: &[SocketAddrV4]) -> (usize, usize) {
    let (mut out, mut back) = (Batch::new(), Batch::new());
    let (mut sent, mut came) = (0, 0);
    let started = Instant::now();
    let mut slice = 0;
    while started.elapsed() < WARM_UP + MEASURED {
        for (number, socket) in far.iter().enumerate() {
            for leg in legs.iter().skip(number).step_by(far.len()).skip(slice % SLICES).step_by(SLICES) {
                out.push(socket, *leg, &[], &PACKET);
                sent += 1;
            }
            out.flush(socket);
            while back.receive(socket) {
                back.each(|_, _| came += 1);
            }
        }
        slice += 1;
        std::thread::sleep((started + GATHER * slice as u32).saturating_duration_since(Instant::now()));
    }
    std::thread::sleep(GATHER * 4);
    for socket in far {
        while back.receive(socket) {
            back.each(|_, _| came += 1);
        }
    }
    (sent, came)
}
