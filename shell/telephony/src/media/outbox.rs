//! Events on their way out: never lost while somebody may still take them, never waited for in a media thread.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use exchange::line::Event;
use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::TrySendError;

/// For threads that may wait.
#[derive(Clone)]
pub struct Outbox(pub Sender<Event>);

impl Outbox {
    /// Waits for room, at most five seconds: after that nobody is listening any more.
    pub fn send(&self, event: Event) {
        let (mut event, until) = (event, Instant::now() + Duration::from_secs(5));
        loop {
            match self.0.try_send(event) {
                Ok(()) | Err(TrySendError::Closed(_)) => return,
                Err(TrySendError::Full(back)) if Instant::now() < until => event = back,
                Err(TrySendError::Full(back)) => {
                    tracing::error!(event = ?back, "nobody takes the media core's events; one is dropped");
                    return;
                }
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// For a media thread: what finds no room waits here.
pub struct Backlog {
    to: Sender<Event>,
    waiting: VecDeque<Event>,
}

/// Some events for each of the legs there can be; more means that the reader is dead.
const WAITING_MAX: usize = 65_536;

impl Backlog {
    pub fn new(to: Sender<Event>) -> Self {
        Backlog { to, waiting: VecDeque::new() }
    }

    pub fn send(&mut self, event: Event) {
        if self.waiting.len() >= WAITING_MAX {
            tracing::error!(?event, "nobody takes the media core's events; one is dropped");
            return;
        }
        self.waiting.push_back(event);
        self.flush();
    }

    /// Tries again. Called on every turn of the thread.
    pub fn flush(&mut self) {
        while let Some(event) = self.waiting.pop_front() {
            match self.to.try_send(event) {
                Ok(()) => {}
                Err(TrySendError::Full(event)) => {
                    self.waiting.push_front(event);
                    return;
                }
                Err(TrySendError::Closed(_)) => self.waiting.clear(),
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}
