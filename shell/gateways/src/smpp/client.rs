//! Our side of SMPP: one transceiver connection that is kept alive, with a window of messages under way.
//!
//! A message is handed over part by part; whatever was written and not answered is `Unknown`,
//! because SMPP knows no key by which the other side could tell a second try from a second message.

mod session;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};

use super::pdu::{self, Address, Sm, status, tag};
use crate::pace::{self, Pace};
use crate::sms::{self, Part};
use crate::{Asked, Gateway, Inbox, Message, Rest, SEND_MAX, Sent};

/// Where the short message centre is and who we are there.
#[derive(Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `host:port`
    pub server: String,
    pub system_id: String,
    #[serde(default)]
    pub password: String,
    #[serde(default)]
    pub system_type: String,
    /// The number that recipients see and answer to.
    #[serde(default)]
    pub source: String,
    /// How many messages may be under way at once.
    #[serde(default = "window")]
    pub window: usize,
    /// How many parts of messages a second were agreed with the carrier, who throttles or refuses what is more.
    #[serde(default = "usual")]
    pub per_second: u32,
    /// Mobile numbers are written with 86 before them, and come back so.
    #[serde(default)]
    pub country_code: bool,
}

fn window() -> usize {
    10
}

fn usual() -> u32 {
    pace::USUAL
}

impl Config {
    /// With what is usual for the rest.
    pub fn plain(server: &str, system_id: &str, password: &str, source: &str) -> Config {
        Config {
            server: server.to_owned(),
            system_id: system_id.to_owned(),
            password: password.to_owned(),
            system_type: String::new(),
            source: source.to_owned(),
            window: window(),
            per_second: usual(),
            country_code: false,
        }
    }
}

/// Without the password.
impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} as {}, window {}", self.server, self.system_id, self.window)
    }
}

const NAME: &str = "smpp";
const WRITE_MAX: Duration = Duration::from_secs(10);
/// An answer that has not come by then will not come; tests of one that comes later wait less long.
const ANSWER_MAX: Duration = Duration::from_secs(if cfg!(test) { 3 } else { 30 });
/// Until then the last part of a message is written, or it is not written at all.
const PARTS_MAX: Duration = Duration::from_secs(120);
const _: () = assert!(PARTS_MAX.as_secs() + WRITE_MAX.as_secs() + ANSWER_MAX.as_secs() < SEND_MAX.as_secs());
const GOODBYE_MAX: Duration = Duration::from_secs(2);
/// How long we hold back after a throttling error, and how often one part is tried.
const THROTTLED_FOR: Duration = Duration::from_millis(500);
const THROTTLED_MAX: u32 = 5;
/// How long everything rests when the centre is overloaded. One full queue may be that of one telephone; so many in a row
/// are the centre's.
const CONGESTED_FOR: Duration = Duration::from_secs(15);
const CONGESTED_MIN: u32 = 3;

/// What became of one part.
#[derive(Debug)]
enum Fate {
    Accepted(String),
    Refused(u32),
    /// Never written.
    NotWritten(String),
    /// Written and not answered.
    Lost(String),
}

struct Submit {
    sm: Sm,
    /// Not to be written later.
    until: Instant,
    fate: oneshot::Sender<Fate>,
}

/// A connection to a short message centre, held until it is dropped.
pub struct Client {
    config: Config,
    submit: mpsc::Sender<Submit>,
    state: Arc<Mutex<Result<(), String>>>,
    /// How many messages in a row found the centre's queue full.
    congested: AtomicU32,
    rest: Rest,
    pace: Pace,
    leave: mpsc::Sender<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Drop for Client {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl Client {
    /// Connects in the background, and again whenever the connection is lost.
    pub fn start(config: Config, inbox: Inbox) -> Client {
        let window = pace::window(config.window, config.per_second);
        let (config, pace) = (Config { window, ..config }, Pace::new(config.per_second));
        let (submit, submits) = mpsc::channel(config.window);
        let state = Arc::new(Mutex::new(Err("not connected yet".to_owned())));
        let (leave, leaving) = mpsc::channel(1);
        let task = tokio::spawn(session::keep(config.clone(), submits, leaving, inbox, state.clone()));
        let (congested, rest) = (AtomicU32::new(0), Rest::default());
        Client { config, submit, state, congested, rest, pace, leave, task }
    }

    async fn hand_over(&self, message: Message) -> Sent {
        let parts = sms::parts(&message.text);
        let count = u8::try_from(parts.len()).unwrap_or(u8::MAX);
        let until = Instant::now() + PARTS_MAX;
        let mut ids = Vec::new();
        for (part, number) in parts.into_iter().zip(1..=count) {
            let sm = self.packet(&message, part, count, number);
            let no = match self.submit(sm, until).await {
                Fate::Accepted(id) => {
                    self.congested.store(0, Ordering::Relaxed);
                    ids.push(id);
                    continue;
                }
                Fate::Lost(why) => return Sent::Unknown { ids, why },
                Fate::NotWritten(why) => Sent::Down { after: None, why },
                Fate::Refused(code) => self.refused(code),
            };
            return match no {
                // Some parts are on their way: a second try would send them twice.
                Sent::NotSent { why, .. } | Sent::Down { why, .. } if !ids.is_empty() => {
                    Sent::Unknown { ids, why }
                }
                no => no,
            };
        }
        Sent::Accepted { ids }
    }

    fn refused(&self, code: u32) -> Sent {
        let why = status::text(code);
        let congested = match code {
            status::THROTTLED => true,
            status::QUEUE_FULL => self.congested.fetch_add(1, Ordering::Relaxed) + 1 >= CONGESTED_MIN,
            _ => false,
        };
        if congested {
            self.rest.begin(CONGESTED_FOR, &why);
        }
        match code {
            _ if congested => Sent::Down { after: Some(CONGESTED_FOR), why },
            status::BIND_STATE => Sent::Down { after: None, why },
            status::QUEUE_FULL | status::SYSTEM_ERROR | status::SUBMIT_FAILED => {
                Sent::NotSent { again: true, why }
            }
            _ => Sent::NotSent { again: false, why },
        }
    }

    async fn submit(&self, sm: Sm, until: Instant) -> Fate {
        let mut tries = 0;
        loop {
            let (fate, told) = oneshot::channel();
            let gone = || "the connection was given up".to_owned();
            self.pace.turn().await;
            match timeout_at(until, self.submit.send(Submit { sm: sm.clone(), until, fate })).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return Fate::NotWritten(gone()),
                Err(_) => return Fate::NotWritten(late()),
            }
            // Dropped unanswered only when the task that owns the connection is: then nobody knows.
            match told.await.unwrap_or_else(|_| Fate::Lost(gone())) {
                Fate::Refused(status::THROTTLED) if tries < THROTTLED_MAX && Instant::now() < until => {
                    tries += 1;
                }
                fate => return fate,
            }
            tokio::time::sleep(THROTTLED_FOR * (1 << tries.min(3))).await;
        }
    }

    fn packet(&self, message: &Message, part: Part, count: u8, number: u8) -> Sm {
        let mut text = part.octets;
        let mut esm_class = 0;
        if count > 1 {
            let [_, reference] = message.reference.to_be_bytes();
            text.splice(0..0, sms::header(reference, count, number));
            esm_class = pdu::ESM_HEADER;
        }
        let source = &self.config.source;
        let alphanumeric = !source.bytes().all(|byte| byte.is_ascii_digit());
        Sm {
            source: Address { ton: if alphanumeric { 5 } else { 0 }, npi: 0, number: source.clone() },
            destination: match &*message.to {
                to if to.starts_with('+') => Address {
                    ton: pdu::TON_INTERNATIONAL,
                    npi: 1,
                    number: to.trim_start_matches('+').to_owned(),
                },
                to if self.config.country_code => {
                    Address { ton: pdu::TON_INTERNATIONAL, npi: 1, number: format!("86{to}") }
                }
                to => Address { ton: 0, npi: 1, number: to.to_owned() },
            },
            esm_class,
            registered_delivery: 1,
            data_coding: part.coding.data_coding(),
            validity: validity(message.valid),
            text,
            options: vec![(tag::USER_MESSAGE_REFERENCE, message.reference.to_be_bytes().to_vec())],
            ..Sm::default()
        }
    }
}

impl Gateway for Client {
    fn name(&self) -> &'static str {
        NAME
    }
    fn window(&self) -> usize {
        self.config.window
    }
    fn ready(&self) -> Result<(), String> {
        lock(&self.state).clone()?;
        self.rest.over()
    }
    fn send(&self, message: Message) -> BoxFuture<'_, Sent> {
        Box::pin(self.hand_over(message))
    }
    /// `query_sm` wants the other side's name of the message, which is what we do not know: only a receipt can tell.
    fn ask(&self, _: Message) -> BoxFuture<'_, Asked> {
        Box::pin(async { Asked::Away })
    }
    fn leave(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            let (gone, left) = oneshot::channel();
            if self.leave.try_send(gone).is_ok() {
                let _ = timeout(GOODBYE_MAX, left).await;
            }
        })
    }
}

/// As the protocol writes a length of time (SMPP 3.4, 7.1.1.2): a minute at least, a month at most.
fn validity(valid: Duration) -> String {
    let s = valid.as_secs().clamp(60, 30 * 86_400);
    format!("0000{:02}{:02}{:02}{:02}000R", s / 86_400, s / 3_600 % 24, s / 60 % 60, s % 60)
}

fn late() -> String {
    "the short message centre is too slow".to_owned()
}
