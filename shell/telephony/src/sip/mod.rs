//! The SIP side: what a peer sends becomes `line::Event`, and `line::Command` becomes what a peer hears.

pub mod config;
pub mod probe;

mod admission;
mod chance;
mod digest;
mod edge;
mod flow;
mod gate;
mod in_dialog;
mod incoming;
mod leg;
mod message;
mod outgoing;
mod registering;
mod registrar;
mod sdp;
mod session_timer;
mod sockets;
mod streams;
mod transactions;
mod trunks;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::ws::WebSocket;
use exchange::line::{Command, Event};
use kernel::{Clock, IdMint};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::media::{Codec, MediaCore};
use config::{Config, Directory};
use digest::Nonces;
use edge::{Edge, Inputs};
use gate::Gate;
use registrar::Registrar;
use sockets::Readers;
use streams::Streams;
use transactions::Transactions;

/// The handle on telephony. Cheap to clone; none of its methods blocks.
#[derive(Clone)]
pub struct Telephony {
    media: MediaCore,
    input: mpsc::Sender<Input>,
    counters: Arc<Counters>,
    addresses: Arc<Vec<SocketAddr>>,
    streams: Arc<Streams>,
    gate: Arc<Gate>,
    clock: Arc<dyn Clock>,
    stop: CancellationToken,
}

enum Input {
    Command(Command),
    Configure(Box<Directory>),
    Drain,
    Stop(oneshot::Sender<()>),
}

/// The command was not taken: too many wait, or telephony has stopped. The leg it is for should be given up.
#[derive(Debug, thiserror::Error)]
#[error("telephony did not take a command: {0}")]
pub struct Dropped(pub &'static str);

/// Counters since the start, and gauges.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Stats {
    /// Gauges.
    pub legs: u64,
    pub calls_in: u64,
    pub phones_reachable: u64,
    pub trunks_up: u64,
    pub connections: u64,
    pub transactions: u64,
    pub silenced_addresses: u64,
    /// Counters.
    pub messages_in: u64,
    pub messages_bad: u64,
    pub messages_over_rate: u64,
    pub messages_unsent: u64,
    pub registrations: u64,
    pub wrong_passwords: u64,
    pub refused_over_capacity: u64,
    pub commands_dropped: u64,
}

#[derive(Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    fn add(&self, by: u64) {
        self.0.fetch_add(by, Ordering::Relaxed);
    }
    fn set(&self, to: usize) {
        self.0.store(to as u64, Ordering::Relaxed);
    }
    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[derive(Default)]
pub(crate) struct Counters {
    legs: Counter,
    calls_in: Counter,
    phones_reachable: Counter,
    trunks_up: Counter,
    connections: Counter,
    transactions: Counter,
    messages_in: Counter,
    messages_bad: Counter,
    messages_over_rate: Counter,
    registrations: Counter,
    wrong_passwords: Counter,
    refused_over_capacity: Counter,
    commands_dropped: Counter,
}

impl Counters {
    fn gauge(&self, edge: &Edge) {
        self.legs.set(edge.legs_alive);
        self.calls_in.set(edge.calls);
        self.transactions.set(edge.transactions.running());
    }
}

/// Messages that may wait for the edge.
const NET_QUEUE: usize = 16_384;
/// How long a nonce is good, and how many used ones are remembered.
const NONCE_LIFE: Duration = Duration::from_secs(300);
const MOST_NONCES: usize = 65_536;

impl Telephony {
    /// Binds the sockets and starts to answer. Must be called within a tokio runtime.
    ///
    /// The receiver carries the events of signalling and of media; it is bounded by `limits.events`.
    pub async fn start(
        config: Config,
        directory: Directory,
        clock: Arc<dyn Clock>,
        mint: Arc<IdMint>,
    ) -> anyhow::Result<(Telephony, mpsc::Receiver<Event>)> {
        let (events, receiver) = mpsc::channel(config.limits.events.max(1));
        let (input, commands) = mpsc::channel(config.limits.commands.max(1));
        let (net, net_receiver) = mpsc::channel(NET_QUEUE);
        let (heard, heard_receiver) = mpsc::channel(NET_QUEUE);
        let media = MediaCore::start(config.media.clone(), events.clone(), clock.clone())?;
        let counters = Arc::new(Counters::default());
        let gate = Arc::new(Gate::new(&config.limits));
        let stop = CancellationToken::new();
        let config = Arc::new(config);
        let readers = Readers {
            gate: gate.clone(),
            clock: clock.clone(),
            counters: counters.clone(),
            net: net.clone(),
        };

        let mut addresses = Vec::new();
        let mut sockets = Vec::new();
        for at in &config.udp {
            let udp = sockets::bind_udp(*at, config.external_ip).await?;
            addresses.push(udp.local);
            let reading = sockets::read_udp(udp.clone(), readers.clone());
            tokio::spawn(stop.clone().run_until_cancelled_owned(reading));
            sockets.push(udp);
        }
        let streams = Streams::new(
            readers.clone(),
            config.external_ip,
            &config.limits,
            streams::tls_connector(config.trusted.as_deref())?,
        );
        for at in &config.tcp {
            let listener = streams::bind_tcp(*at)?;
            let local = listener.local_addr()?;
            addresses.push(local);
            let _ = streams.tcp_port.compare_exchange(
                0,
                u64::from(local.port()),
                Ordering::Relaxed,
                Ordering::Relaxed,
            );
            tokio::spawn(stop.clone().run_until_cancelled_owned(streams.clone().listen_tcp(listener, None)));
        }
        if let Some(tls) = &config.tls {
            let acceptor = streams::tls_acceptor(tls)?;
            let listener = streams::bind_tcp(tls.addr)?;
            let local = listener.local_addr()?;
            addresses.push(local);
            streams.tls_port.store(u64::from(local.port()), Ordering::Relaxed);
            let listening = streams.clone().listen_tcp(listener, Some(acceptor));
            tokio::spawn(stop.clone().run_until_cancelled_owned(listening));
        }
        let now = clock.now();
        let limits = &config.limits;
        let mut edge = Edge {
            invites: admission::Bucket::full(limits.calls_per_second, now),
            merged: admission::Merged::default(),
            nonces: Nonces::new(chance::secret(), NONCE_LIFE, MOST_NONCES),
            registrar: Registrar::default(),
            fixed_phones: 0,
            trunks: trunks::Trunks::default(),
            streams: streams.clone(),
            all_codecs: Codec::ALL.into(),
            // A-law passes through to the line as it is; a browser on a poor network answers with Opus.
            web_codecs: [Codec::Pcma, Codec::Opus].into(),
            clock: clock.clone(),
            mint,
            media: media.clone(),
            gate: gate.clone(),
            counters: counters.clone(),
            transactions: Transactions::start(heard)?,
            directory: Directory::default(),
            sockets,
            net,
            legs: HashMap::new(),
            dialogs: HashMap::new(),
            index: BTreeSet::new(),
            calls: 0,
            legs_alive: 0,
            trunk_calls: HashMap::new(),
            draining: false,
            outbox: VecDeque::new(),
            config,
        };
        edge.configure(directory);
        tokio::spawn(edge.run(Inputs { commands, heard: heard_receiver, net: net_receiver, events }));
        Ok((
            Telephony { media, input, counters, addresses: Arc::new(addresses), streams, gate, clock, stop },
            receiver,
        ))
    }

    /// The addresses we listen on, UDP first, then TCP, then TLS: of use when a port was left to the system.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Carries out a command. Media commands go straight to the media core, in their order.
    pub fn command(&self, command: Command) -> Result<(), Dropped> {
        match command {
            Command::Hear { .. }
            | Command::Play { .. }
            | Command::StopPlaying { .. }
            | Command::Judge { .. }
            | Command::Record { .. }
            | Command::Mark { .. }
            | Command::PauseRecording { .. }
            | Command::ResumeRecording { .. }
            | Command::StopRecording { .. } => {
                self.media.command(command);
                Ok(())
            }
            other => self.send(Input::Command(other)),
        }
    }

    /// Replaces telephones and trunks. Calls go on, also those of what is no longer there.
    pub fn configure(&self, directory: Directory) -> Result<(), Dropped> {
        self.send(Input::Configure(Box::new(directory)))
    }

    /// Serves SIP over an accepted WebSocket (sub-protocol `sip`) until it closes or `ended` comes, the end of the
    /// session. `user` is who signed in on the web: nothing is accepted from the socket in another name. The route
    /// checks session and Origin and sets `protocols(["sip"])` and `max_message_size(81_920)` before it upgrades.
    ///
    /// One person has one softphone: who registers another, by another socket, closes this one with code 4001; the end
    /// of the session closes it with 4401. A socket that is silent for 4 s, though pinged every 1.5 s, is closed.
    pub async fn web_socket(
        &self,
        socket: WebSocket,
        peer: SocketAddr,
        user: String,
        ended: impl Future<Output = ()> + Send,
    ) {
        let serving = self.streams.clone().web_socket(socket, peer, user, ended);
        let _ = self.stop.run_until_cancelled(serving).await;
    }

    pub fn stats(&self) -> Stats {
        let c = &self.counters;
        Stats {
            legs: c.legs.get(),
            calls_in: c.calls_in.get(),
            phones_reachable: c.phones_reachable.get(),
            trunks_up: c.trunks_up.get(),
            connections: c.connections.get(),
            transactions: c.transactions.get(),
            silenced_addresses: self.gate.silenced(self.clock.now()) as u64,
            messages_in: c.messages_in.get(),
            messages_bad: c.messages_bad.get(),
            messages_over_rate: c.messages_over_rate.get(),
            messages_unsent: flow::UNSENT.load(Ordering::Relaxed),
            registrations: c.registrations.get(),
            wrong_passwords: c.wrong_passwords.get(),
            refused_over_capacity: c.refused_over_capacity.get(),
            commands_dropped: c.commands_dropped.get(),
        }
    }

    pub fn media(&self) -> &MediaCore {
        &self.media
    }

    /// Refuses new calls with 503; those in progress go on.
    pub fn drain(&self) -> Result<(), Dropped> {
        self.send(Input::Drain)
    }

    /// Hangs up what is left and closes the sockets. The media core is left to its owner, see `media`.
    pub async fn stop(&self) {
        let (done, stopped) = oneshot::channel();
        if self.input.send(Input::Stop(done)).await.is_ok() {
            let _ = stopped.await;
        }
        self.stop.cancel();
    }

    fn send(&self, input: Input) -> Result<(), Dropped> {
        self.input.try_send(input).map_err(|e| {
            self.counters.commands_dropped.add(1);
            match e {
                mpsc::error::TrySendError::Full(_) => Dropped("too many commands wait"),
                mpsc::error::TrySendError::Closed(_) => Dropped("it has stopped"),
            }
        })
    }
}
