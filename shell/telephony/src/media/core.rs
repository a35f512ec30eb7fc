//! The handle on the media threads: opens sockets, finds prompts, and passes orders to the thread that owns a leg.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use audio::Clip;
use exchange::line::{Command, Event, Source};
use kernel::{Clock, LegId, RecordingId};
use mio::{Poll, Waker};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::sync::{mpsc, oneshot};

use super::api::{LegQuality, LocalPort, MediaConfig, MediaStats, NoPort, Remote};
use super::outbox::{Backlog, Outbox};
use super::play;
use super::ports::Ports;
use super::prompts::Prompts;
use super::recorder::seal::Sealer;
use super::recorder::writer::Writer;
use super::shard::{Order, Peer, Shard, Shared, State, WAKER};
use super::web::{Certificate, Plan, WebLocal};

/// Orders that may wait for a media thread.
const ORDERS_MAX: usize = 16_384;
/// Recordings that may wait to be sealed.
const SEALING_MAX: usize = 16_384;
/// Ports tried before giving up, when others on this machine hold some of the range.
const PORTS_TRIED: usize = 256;

/// The handle on the media threads.
#[derive(Clone)]
pub struct MediaCore {
    inner: Arc<Inner>,
}

struct Inner {
    config: MediaConfig,
    clock: Arc<dyn Clock>,
    prompts: Arc<Prompts>,
    shards: Vec<ShardHandle>,
    directory: Mutex<Directory>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    certificate: Arc<Certificate>,
    /// The zero of the media threads' clock.
    started: Instant,
}

struct ShardHandle {
    peer: Peer,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Directory {
    ports: HashMap<IpAddr, Ports>,
    legs: HashMap<LegId, Place>,
    recordings: HashMap<RecordingId, LegId>,
}

/// Where a leg lives, and whom it hears.
struct Place {
    local: SocketAddr,
    shard: usize,
    hears: Vec<LegId>,
}

impl Directory {
    /// The thread with the fewest legs.
    fn lightest(&self, shards: usize) -> usize {
        let mut legs = vec![0usize; shards];
        for place in self.legs.values() {
            legs[place.shard] += 1;
        }
        (0..shards).min_by_key(|shard| legs[*shard]).unwrap_or(0)
    }

    /// All legs that hear `leg` or are heard by it, directly or through others.
    fn company(&self, leg: LegId) -> Vec<LegId> {
        let mut company = vec![leg];
        let mut at = 0;
        while let Some(one) = company.get(at).copied() {
            at += 1;
            let heard = self.legs.get(&one).into_iter().flat_map(|place| place.hears.iter().copied());
            let hearing = self.legs.iter().filter(|(_, place)| place.hears.contains(&one)).map(|(id, _)| *id);
            for other in heard.chain(hearing) {
                if self.legs.contains_key(&other) && !company.contains(&other) {
                    company.push(other);
                }
            }
        }
        company
    }
}

impl MediaCore {
    /// Starts the threads. Events of legs go to `events`; when nobody takes them they wait.
    pub fn start(
        config: MediaConfig,
        events: mpsc::Sender<Event>,
        clock: Arc<dyn Clock>,
    ) -> anyhow::Result<MediaCore> {
        let count = config.threads.max(1);
        let mut threads = Vec::new();
        let (prompts, thread) = Prompts::start(config.prompts_dirs.clone(), config.prompt_cache_bytes)?;
        threads.push(thread);

        let (sealer, sealings) = sync_channel(SEALING_MAX);
        let (writer, jobs) = sync_channel(config.writer_queue_blocks.max(16));
        let (mut homes, mut peers, mut parts) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..count {
            let poll = Poll::new().context("cannot make an epoll for a media thread")?;
            let waker =
                Waker::new(poll.registry(), WAKER).context("cannot make a waker for a media thread")?;
            let (orders, waiting) = sync_channel(ORDERS_MAX);
            peers.push(Peer { orders, waker: Arc::new(waker) });
            parts.push((poll, waiting));
        }
        let mut shards = Vec::new();
        let started = Instant::now();
        for (number, (poll, waiting)) in parts.into_iter().enumerate() {
            let (home, blocks) = sync_channel(1_024);
            homes.push(home);
            let shared = Arc::new(Shared::default());
            shards.push(ShardHandle { peer: peers[number].clone(), shared: shared.clone() });
            let shard = Shard {
                number,
                poll,
                orders: waiting,
                shared,
                writer: writer.clone(),
                blocks,
                silent_after_us: config.silent_after.as_micros() as u64,
                peers: peers.clone(),
                state: State::new(Backlog::new(events.clone()), started),
            };
            threads.push(named(&format!("media-{number}"), move || shard.run())?);
        }
        drop(writer);
        let outbox = Outbox(events);
        let writing = Writer {
            dir: config.recordings_dir.clone(),
            outbox: outbox.clone(),
            sealer,
            homes,
            growing: HashMap::new(),
            made: PathBuf::new(),
        };
        threads.push(named("recorder", move || writing.run(&jobs))?);
        let sealing = Sealer { dir: config.recordings_dir.clone(), outbox };
        threads.push(named("sealer", move || sealing.run(&sealings))?);
        Ok(MediaCore {
            inner: Arc::new(Inner {
                config,
                clock,
                prompts,
                shards,
                directory: Mutex::default(),
                threads: Mutex::new(threads),
                certificate: Arc::new(Certificate::generate()?),
                started,
            }),
        })
    }

    fn directory(&self) -> MutexGuard<'_, Directory> {
        self.inner.directory.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// Opens the ports of a new leg on our address `ip`. Until `connect` nothing is heard or sent.
    pub fn open(&self, leg: LegId, ip: IpAddr) -> Result<LocalPort, NoPort> {
        self.open_pair(leg, ip, |pair| (pair, None)).map(|addr| LocalPort { addr })
    }

    /// Opens a leg for a browser on our address `ip`, and on `second` where that can be.
    pub fn open_web(&self, leg: LegId, ip: IpAddr, second: Option<IpAddr>) -> Result<WebLocal, NoPort> {
        let local = WebLocal::new(&self.inner.certificate).map_err(|error| {
            let error = std::io::Error::other(error);
            NoPort::Socket { at: SocketAddr::new(ip, 0), error }
        })?;
        let mut plan = Some(Plan {
            local: local.clone(),
            certificate: self.inner.certificate.clone(),
            zero: self.inner.started,
        });
        let mut also = None;
        let addr = self.open_pair(leg, ip, |(rtp, mut rtcp)| {
            let port = rtcp.local_addr().map_or(0, |at| at.port());
            let other = second.filter(|second| *second != ip).map(|second| SocketAddr::new(second, port));
            if let Some((at, socket)) = other.and_then(|at| Some((at, bind(at).ok()?))) {
                also = Some(at);
                rtcp = socket;
            }
            ((rtp, rtcp), plan.take())
        })?;
        let addresses = [Some(addr), also].into_iter().flatten().collect();
        Ok(WebLocal { addresses, ..local })
    }

    fn open_pair(
        &self,
        leg: LegId,
        ip: IpAddr,
        mut dress: impl FnMut((UdpSocket, UdpSocket)) -> ((UdpSocket, UdpSocket), Option<Plan>),
    ) -> Result<SocketAddr, NoPort> {
        let config = &self.inner.config;
        let ours = config
            .bind
            .iter()
            .any(|bound| *bound == ip || (bound.is_unspecified() && bound.is_ipv4() == ip.is_ipv4()));
        if !ours || ip.is_unspecified() || ip.is_multicast() {
            return Err(NoPort::NotOurs(ip));
        }
        let now = self.inner.clock.now();
        let mut directory = self.directory();
        let directory = &mut *directory;
        if directory.legs.contains_key(&leg) {
            return Err(NoPort::Open(leg));
        }
        let shard =
            if self.inner.shards.len() == 1 { 0 } else { directory.lightest(self.inner.shards.len()) };
        let ports = directory.ports.entry(ip).or_insert_with(|| Ports::new(&config.ports));
        let mut last = NoPort::AllTaken { total: ports.total() };
        for _ in 0..PORTS_TRIED {
            let Some(port) = ports.take(now) else { break };
            let local = SocketAddr::new(ip, port);
            let pair = bind(local).and_then(|rtp| Ok((rtp, bind(SocketAddr::new(ip, port + 1))?)));
            let (rtp, rtcp) = match pair {
                Ok(pair) => pair,
                // Another program may have many in a row.
                Err(error) if error.kind() == ErrorKind::AddrInUse => {
                    ports.release(port, now);
                    last = NoPort::Socket { at: local, error };
                    continue;
                }
                // Anything else that is wrong is wrong with all.
                Err(error) => {
                    ports.release(port, now);
                    return Err(NoPort::Socket { at: local, error });
                }
            };
            let ((rtp, rtcp), web) = dress((rtp, rtcp));
            if !self.order(shard, Order::Open { leg, rtp, rtcp, web }) {
                ports.release(port, now);
                return Err(NoPort::Overloaded);
            }
            directory.legs.insert(leg, Place { local, shard, hears: Vec::new() });
            return Ok(local);
        }
        Err(last)
    }

    /// The answer of the negotiation; again after each re-INVITE.
    pub fn connect(&self, leg: LegId, remote: Remote) {
        self.order_leg(leg, Order::Connect { leg, remote });
    }

    /// Carries out `Hear`, `Play`, `StopPlaying` and the recording's commands; the others are not for the media core. A
    /// command for a leg that is not open is ignored.
    pub fn command(&self, command: Command) {
        match command {
            Command::Hear { leg, sources } => self.hear(leg, sources),
            Command::Play { leg, play, sounds, mode } => {
                let pieces = play::pieces(&sounds, &self.inner.prompts);
                self.order_leg(leg, Order::Play { leg, play, mode, pieces });
            }
            Command::StopPlaying { leg, play } => self.order_leg(leg, Order::StopPlaying { leg, play }),
            Command::Judge { leg } => self.order_leg(leg, Order::Judge { leg }),
            Command::Record { recording, leg } => {
                let mut directory = self.directory();
                if !directory.legs.contains_key(&leg) {
                    return;
                }
                directory.recordings.insert(recording, leg);
                drop(directory);
                self.order_leg(leg, Order::Record { recording, leg, at: self.inner.clock.now() });
            }
            Command::Mark { recording, mark } => {
                self.order_recording(recording, |leg| Order::Mark { leg, recording, mark });
            }
            Command::PauseRecording { recording } => {
                self.order_recording(recording, |leg| Order::Pause { leg, recording, paused: true });
            }
            Command::ResumeRecording { recording } => {
                self.order_recording(recording, |leg| Order::Pause { leg, recording, paused: false });
            }
            Command::StopRecording { recording } => {
                self.order_recording(recording, |leg| Order::StopRecording { leg, recording });
                self.directory().recordings.remove(&recording);
            }
            Command::Ring { .. }
            | Command::Answer { .. }
            | Command::Reject { .. }
            | Command::Dial { .. }
            | Command::HangUp { .. } => {}
        }
    }

    /// Closes the leg's ports, ends what is played to it (`Played`) and what records it (`RecordingSealed`).
    pub fn close(&self, leg: LegId) {
        let mut directory = self.directory();
        let directory = &mut *directory;
        let Some(place) = directory.legs.remove(&leg) else { return };
        directory.recordings.retain(|_, recorded| *recorded != leg);
        self.order(place.shard, Order::Close { leg });
        if let Some(ports) = directory.ports.get_mut(&place.local.ip()) {
            ports.release(place.local.port(), self.inner.clock.now());
        }
    }

    /// The file of a prompt has changed: the next `Play` reads it again.
    pub fn forget(&self, clip: &Clip) {
        self.inner.prompts.forget(clip);
    }

    pub fn stats(&self) -> MediaStats {
        let mut stats = MediaStats {
            ports_free: self.directory().ports.values().map(|p| p.free() as u64).sum(),
            ..MediaStats::default()
        };
        for shard in &self.inner.shards {
            let from = &shard.shared;
            stats.legs += from.legs.load(Ordering::Relaxed);
            stats.recordings += from.recordings.load(Ordering::Relaxed);
            stats.packets_in += from.packets_in.load(Ordering::Relaxed);
            stats.packets_out += from.packets_out.load(Ordering::Relaxed);
            stats.packets_dropped += from.packets_dropped.load(Ordering::Relaxed);
            stats.packets_lost += from.packets_lost.load(Ordering::Relaxed);
            stats.ticks_late += from.ticks_late.load(Ordering::Relaxed);
            stats.tick_late_max_us =
                stats.tick_late_max_us.max(from.tick_late_max_us.swap(0, Ordering::Relaxed));
            stats.recorder_blocks_lost += from.blocks_lost.load(Ordering::Relaxed);
            stats.cpu_us += from.cpu_us.load(Ordering::Relaxed);
        }
        stats
    }

    /// The counters of an open leg.
    pub async fn quality(&self, leg: LegId) -> Option<LegQuality> {
        let (reply, answer) = oneshot::channel();
        self.order_leg(leg, Order::Quality { leg, reply });
        answer.await.ok()
    }

    /// Seals all recordings and ends the threads. Blocks until that is done: not for an async task.
    pub fn shutdown(&self) {
        for shard in &self.inner.shards {
            while let Err(TrySendError::Full(_)) = shard.peer.orders.try_send(Order::Shutdown) {
                std::thread::sleep(Duration::from_millis(1));
            }
            let _ = shard.peer.waker.wake();
        }
        self.inner.prompts.stop();
        let threads = std::mem::take(&mut *self.inner.threads.lock().unwrap_or_else(|e| e.into_inner()));
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("a thread of the media core had panicked");
            }
        }
    }

    fn order_leg(&self, leg: LegId, order: Order) {
        // Under the lock, so that orders of one leg stay in order even when it moves.
        let directory = self.directory();
        if let Some(place) = directory.legs.get(&leg) {
            self.order(place.shard, order);
        }
    }

    fn order_recording(&self, recording: RecordingId, order: impl FnOnce(LegId) -> Order) {
        let leg = self.directory().recordings.get(&recording).copied();
        if let Some(leg) = leg {
            self.order_leg(leg, order(leg));
        }
    }

    /// Legs that hear each other must live in one thread: the smaller company moves.
    fn hear(&self, leg: LegId, sources: Vec<Source>) {
        let mut directory = self.directory();
        let Some(place) = directory.legs.get_mut(&leg) else { return };
        place.hears = sources.iter().map(|source| source.leg).collect();
        let home = place.shard;
        let apart =
            sources.iter().any(|s| directory.legs.get(&s.leg).is_some_and(|other| other.shard != home));
        if apart {
            let company = directory.company(leg);
            let mut legs = vec![0usize; self.inner.shards.len()];
            for one in &company {
                legs[directory.legs.get(one).map_or(home, |place| place.shard)] += 1;
            }
            let to = (0..legs.len()).max_by_key(|shard| legs[*shard]).unwrap_or(home);
            for one in company {
                let Some(place) = directory.legs.get_mut(&one) else { continue };
                let from = std::mem::replace(&mut place.shard, to);
                if from != to {
                    // In this order, so that nothing ordered from now on is lost on the way.
                    self.order(to, Order::Expect { leg: one });
                    self.order(from, Order::Release { leg: one, to });
                }
            }
        }
        let shard = directory.legs.get(&leg).map_or(home, |place| place.shard);
        self.order(shard, Order::Hear { leg, sources });
    }

    fn order(&self, shard: usize, order: Order) -> bool {
        let Some(shard) = self.inner.shards.get(shard) else { return false };
        if shard.peer.orders.try_send(order).is_err() {
            tracing::error!("a media thread does not take orders any more; one is dropped");
            return false;
        }
        let _ = shard.peer.waker.wake();
        true
    }
}

fn named(name: &str, run: impl FnOnce() + Send + 'static) -> anyhow::Result<JoinHandle<()>> {
    std::thread::Builder::new()
        .name(name.into())
        .spawn(run)
        .with_context(|| format!("cannot start thread {name}"))
}

/// A socket for one port, marked as voice (DSCP EF).
fn bind(at: SocketAddr) -> std::io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(at), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    // Refused on some systems, and not worth a call.
    let _ = match at {
        SocketAddr::V4(_) => socket.set_tos_v4(0xb8),
        SocketAddr::V6(_) => socket.set_only_v6(true).and_then(|()| socket.set_tclass_v6(0xb8)),
    };
    socket.bind(&at.into())?;
    Ok(socket.into())
}
