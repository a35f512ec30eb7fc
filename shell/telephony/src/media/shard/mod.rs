//! A media thread: its own epoll, its own legs, no lock and no allocation per packet.
//!
//! Time is cut into 20 ms, and those into four phases of 5 ms over which the legs are spread. A leg that hears exactly one
//! other in its own codec needs no tick at all: packets pass the moment they come. When there is much to do the thread
//! sleeps to the next phase and takes what has gathered in one go, which costs up to 5 ms and saves a wake-up per packet.

mod moving;
mod orders;
mod packets;
mod recordings;
mod ticks;
mod wiring;

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender};
use std::time::{Duration, Instant};

use exchange::line::Event;
use kernel::{LegId, RecordingId};
use mio::{Events, Poll, Token};

use super::leg::Leg;
use super::outbox::Backlog;
use super::recorder::writer::{Block, Job};
use super::sys::{self, DATAGRAM_MAX};
pub use moving::Peer;
pub use orders::Order;

pub const PHASES: usize = 4;
const PHASE_US: u64 = 5_000;
pub const WAKER: Token = Token(usize::MAX);
/// Packets in 100 ms from which on they are gathered instead of awaited.
const BUSY_PACKETS: u64 = 100;
/// A thread that was away for longer (suspended, a debugger) does not make up for what it missed.
const GIVE_UP_US: u64 = 500_000;

/// What other threads may know of a media thread.
#[derive(Default)]
pub struct Shared {
    pub legs: AtomicU64,
    pub recordings: AtomicU64,
    pub packets_in: AtomicU64,
    pub packets_out: AtomicU64,
    pub packets_dropped: AtomicU64,
    pub packets_lost: AtomicU64,
    pub ticks_late: AtomicU64,
    pub tick_late_max_us: AtomicU64,
    pub blocks_lost: AtomicU64,
    pub cpu_us: AtomicU64,
}

pub struct Shard {
    pub number: usize,
    pub poll: Poll,
    pub orders: Receiver<Order>,
    pub shared: Arc<Shared>,
    pub writer: SyncSender<Job>,
    /// Empty blocks back from the writer.
    pub blocks: Receiver<Block>,
    pub silent_after_us: u64,
    /// All media threads, this one too.
    pub peers: Vec<Peer>,
    pub state: State,
}

/// What the thread owns.
pub struct State {
    legs: Vec<Option<Box<Leg>>>,
    free: Vec<usize>,
    by_id: HashMap<LegId, usize>,
    /// Who wants to hear whom, whether or not either is there.
    listeners: HashMap<LegId, Vec<LegId>>,
    recordings: HashMap<RecordingId, usize>,
    /// Slots of browsers' legs, which want to be woken.
    webs: Vec<usize>,
    /// Slots that need ticks, by phase.
    phases: [Vec<usize>; PHASES],
    events: Backlog,
    /// Jobs without which the writer would be confused, while its queue is full.
    owed_jobs: Vec<Job>,
    /// Legs on their way here, with their orders.
    expected: HashMap<LegId, Vec<Order>>,
    /// Legs on their way to other threads.
    departing: Vec<(usize, Box<Leg>)>,
    /// The same for all media threads.
    pub(super) started: Instant,
    /// Slots whose playing ended in this phase.
    ended: Vec<usize>,
    /// Number of the next phase since the start.
    phase: u64,
    /// What a browser's datagram held; empty between datagrams.
    heard: Vec<str0m::rtp::RtpPacket>,
    packets: u64,
    packets_before: u64,
    busy: bool,
    dropped: u64,
    /// Of legs that are gone.
    lost_before: u64,
    sent_before: u64,
    blocks_lost: u64,
}

impl State {
    pub fn new(events: Backlog, started: Instant) -> State {
        State {
            legs: Vec::new(),
            free: Vec::new(),
            by_id: HashMap::new(),
            listeners: HashMap::new(),
            recordings: HashMap::new(),
            webs: Vec::new(),
            phases: Default::default(),
            events,
            owed_jobs: Vec::new(),
            expected: HashMap::new(),
            departing: Vec::new(),
            started,
            ended: Vec::new(),
            phase: 1,
            heard: Vec::new(),
            packets: 0,
            packets_before: 0,
            busy: false,
            dropped: 0,
            lost_before: 0,
            sent_before: 0,
            blocks_lost: 0,
        }
    }
}

impl Shard {
    fn now_us(&self) -> u64 {
        self.state.started.elapsed().as_micros() as u64
    }

    /// Until `Order::Shutdown`.
    pub fn run(mut self) {
        sys::prefer_this_thread();
        let mut events = Events::with_capacity(1_024);
        let mut datagram = [0; DATAGRAM_MAX];
        loop {
            if let Err(error) = self.wait(&mut events) {
                tracing::error!(%error, "the media thread cannot wait for packets");
                std::thread::sleep(Duration::from_millis(2));
            }
            loop {
                for event in &events {
                    if event.token() != WAKER {
                        self.readable(event.token().0, &mut datagram);
                    }
                }
                if events.iter().count() < 1_024 || self.poll.poll(&mut events, Some(Duration::ZERO)).is_err()
                {
                    break;
                }
            }
            if !self.obey() {
                break;
            }
            self.run_phases();
            self.see_off();
            self.state.events.flush();
        }
        self.end();
    }

    /// Sleeps until the next phase with work, or a packet, and collects what is readable.
    fn wait(&mut self, events: &mut Events) -> io::Result<()> {
        let until = self.next_due_us().saturating_sub(self.now_us());
        let result = if self.state.busy {
            if until > 0 {
                std::thread::sleep(Duration::from_micros(until));
            }
            self.poll.poll(events, Some(Duration::ZERO))
        } else {
            self.poll.poll(events, Some(Duration::from_micros(until)))
        };
        match result {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => Err(error),
            _ => Ok(()),
        }
    }

    /// The next phase in which somebody needs a tick. The first phase of each 20 ms is always due while there are legs.
    fn next_due_us(&self) -> u64 {
        if self.state.by_id.is_empty() && self.state.events.is_empty() {
            return self.now_us() + 100_000;
        }
        let next = (self.state.phase..self.state.phase + PHASES as u64).find(|phase| {
            let at = (phase % PHASES as u64) as usize;
            self.state.busy || at == 0 || !self.state.phases[at].is_empty()
        });
        next.unwrap_or(self.state.phase) * PHASE_US
    }

    /// Runs the phases whose time has come.
    fn run_phases(&mut self) {
        let now = self.now_us();
        let last = now / PHASE_US;
        if self.state.by_id.is_empty() || now.saturating_sub(self.state.phase * PHASE_US) > GIVE_UP_US {
            // Nothing to do, or much too late: take up the beat where it is now.
            let behind = (last + 1).saturating_sub(self.state.phase) / PHASES as u64 * PHASES as u64;
            self.state.phase += behind;
        }
        while self.state.phase <= last {
            let phase = self.state.phase;
            self.state.phase += 1;
            let at = (phase % PHASES as u64) as usize;
            let now = self.now_us();
            if !self.state.phases[at].is_empty() {
                let late = now.saturating_sub(phase * PHASE_US);
                self.shared.tick_late_max_us.fetch_max(late, Ordering::Relaxed);
                if late > 5_000 {
                    self.shared.ticks_late.fetch_add(1, Ordering::Relaxed);
                }
            }
            self.run_ticks(at, phase / PHASES as u64, now);
            if at == 0 {
                self.keep_house(phase / PHASES as u64, now);
            }
        }
    }

    /// Once in 20 ms: recordings in turn, a fiftieth of the legs, and the counters.
    fn keep_house(&mut self, cycle: u64, now: u64) {
        self.flush_recordings(cycle, now);
        self.wake_webs(now);
        for slot in ((cycle % 50) as usize..self.state.legs.len()).step_by(50) {
            self.visit(slot, now);
        }
        if cycle.is_multiple_of(5) {
            let packets = self.state.packets - self.state.packets_before;
            self.state.packets_before = self.state.packets;
            self.state.busy = packets > BUSY_PACKETS;
        }
        if cycle.is_multiple_of(10) {
            self.publish();
        }
    }

    /// Once a second for each leg: reports, and the watch over silence.
    fn visit(&mut self, slot: usize, now: u64) {
        let silent_after = self.silent_after_us.max(1);
        let Some(leg) = self.state.legs.get_mut(slot).and_then(Option::as_mut) else { return };
        let id = leg.id;
        let Some(far) = &mut leg.far else { return };
        let due = now >= far.rtcp_due_us;
        if due {
            far.rtcp_due_us = now + 5_000_000;
        }
        let mut told = None;
        if far.remote.receive {
            let stretches = now.saturating_sub(far.last_packet_us) / silent_after;
            if stretches > far.silence_told {
                told = Some(stretches);
            }
            far.silence_told = stretches;
        }
        if due {
            leg.report(now, false);
        }
        if let Some(stretches) = told {
            let for_s = u32::try_from(stretches * silent_after / 1_000_000).unwrap_or(u32::MAX);
            self.state.events.send(Event::Silent { leg: id, for_s });
        }
    }

    fn publish(&mut self) {
        let store = |to: &AtomicU64, value: u64| to.store(value, Ordering::Relaxed);
        let (mut out, mut lost) = (0, self.state.lost_before);
        for leg in self.state.legs.iter().flatten() {
            out += leg.counts.packets_out;
            lost += leg.far.as_ref().map_or(0, |far| far.reception.lost());
        }
        store(&self.shared.legs, self.state.by_id.len() as u64);
        store(&self.shared.recordings, self.state.recordings.len() as u64);
        store(&self.shared.packets_in, self.state.packets);
        store(&self.shared.packets_out, out + self.state.sent_before);
        store(&self.shared.packets_dropped, self.state.dropped);
        store(&self.shared.packets_lost, lost);
        store(&self.shared.blocks_lost, self.state.blocks_lost);
        store(&self.shared.cpu_us, sys::thread_cpu_us());
    }

    /// All legs go; the recordings' ends are handed over.
    fn end(&mut self) {
        let ids: Vec<LegId> = self.state.by_id.keys().copied().collect();
        for id in ids {
            self.close(id);
        }
        for job in self.state.owed_jobs.drain(..) {
            let _ = self.writer.send(job);
        }
        self.publish();
        self.state.events.flush();
    }
}
