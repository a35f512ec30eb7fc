//! The SIP side: what a peer sends becomes `line::Event`, and `line::Command` becomes what a peer hears.

pub mod config;

mod admission;
mod digest;
mod session_timer;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::ws::WebSocket;
use exchange::line::{Command, Event};
use kernel::{Clock, IdMint};
use tokio::sync::mpsc;

use crate::media::MediaCore;
use config::{Config, Directory};

/// The handle on telephony. Cheap to clone; none of its methods blocks.
#[derive(Clone)]
pub struct Telephony {
    media: MediaCore,
    input: mpsc::Sender<Input>,
}

enum Input {
    Command(Command),
    Configure(Box<Directory>),
    Drain,
    Stop,
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
    pub silenced_addresses: u64,
    /// Counters.
    pub messages_in: u64,
    pub messages_bad: u64,
    pub messages_over_rate: u64,
    pub registrations: u64,
    pub wrong_passwords: u64,
    pub refused_over_capacity: u64,
    pub commands_dropped: u64,
}

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
        let (input, _inputs) = mpsc::channel(config.limits.commands.max(1));
        let media = MediaCore::start(config.media.clone(), events, clock)?;
        let _ = (directory, mint);
        Ok((Telephony { media, input }, receiver))
    }

    /// Carries out a command. Media commands go straight to the media core, in their order.
    pub fn command(&self, command: Command) -> Result<(), Dropped> {
        match command {
            Command::Hear { .. }
            | Command::Play { .. }
            | Command::StopPlaying { .. }
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

    /// Serves SIP over an accepted WebSocket (sub-protocol `sip`) until it closes. `user` is who signed in on the web:
    /// nothing is accepted from the socket in another name.
    pub async fn web_socket(&self, socket: WebSocket, peer: SocketAddr, user: String) {
        let _ = (socket, peer, user);
    }

    pub fn stats(&self) -> Stats {
        Stats::default()
    }

    pub fn media(&self) -> &MediaCore {
        &self.media
    }

    /// Refuses new calls with 503; those in progress go on.
    pub fn drain(&self) -> Result<(), Dropped> {
        self.send(Input::Drain)
    }

    /// Hangs up what is left and closes the sockets.
    pub async fn stop(&self) {
        let _ = self.input.send(Input::Stop).await;
    }

    fn send(&self, input: Input) -> Result<(), Dropped> {
        self.input.try_send(input).map_err(|e| match e {
            mpsc::error::TrySendError::Full(_) => Dropped("too many commands wait"),
            mpsc::error::TrySendError::Closed(_) => Dropped("it has stopped"),
        })
    }
}
