//! Our side of SMPP: one transceiver connection that is kept alive, with a window of messages under way.
//!
//! One task owns the connection. A message is handed over part by part; whatever was written and not answered is `Unknown`,
//! because SMPP knows no key by which the other side could tell a second try from a second message.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use futures::StreamExt as _;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout};

use super::pdu::{self, Address, Bind, Body, Pdu, Sm, status, tag};
use super::receipt;
use crate::sms::{self, Part};
use crate::{Arrived, Asked, Gateway, Inbox, Incoming, Message, Sent};

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
    /// Mobile numbers are written with 86 before them, and come back so.
    #[serde(default)]
    pub country_code: bool,
}

fn window() -> usize {
    10
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
const WINDOW_MAX: usize = 100;
const CONNECT_MAX: Duration = Duration::from_secs(10);
const WRITE_MAX: Duration = Duration::from_secs(10);
/// An answer that has not come by then will not come.
const ANSWER_MAX: Duration = Duration::from_secs(30);
const ENQUIRE_EVERY: Duration = Duration::from_secs(30);
const RECONNECT_FIRST: Duration = Duration::from_millis(500);
const RECONNECT_MAX: Duration = Duration::from_secs(60);
/// How long we hold back after a throttling error, and how often one part is tried.
const THROTTLED_FOR: Duration = Duration::from_millis(500);
const THROTTLED_MAX: u32 = 5;
/// What has come and is not yet kept.
const UNKEPT_MAX: usize = 64;

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
    fate: oneshot::Sender<Fate>,
}

/// A connection to a short message centre, held until it is dropped.
pub struct Client {
    config: Config,
    submit: mpsc::Sender<Submit>,
    state: Arc<Mutex<Result<(), String>>>,
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
        let config = Config { window: config.window.clamp(1, WINDOW_MAX), ..config };
        let (submit, submits) = mpsc::channel(config.window);
        let state = Arc::new(Mutex::new(Err("not connected yet".to_owned())));
        let task = tokio::spawn(keep(config.clone(), submits, inbox, state.clone()));
        Client { config, submit, state, task }
    }

    async fn hand_over(&self, message: Message) -> Sent {
        let parts = sms::parts(&message.text);
        let count = u8::try_from(parts.len()).unwrap_or(u8::MAX);
        let mut ids = Vec::new();
        for (part, number) in parts.into_iter().zip(1..=count) {
            let sm = self.packet(&message, part, count, number);
            let (why, again, after) = match self.submit(sm).await {
                Fate::Accepted(id) => {
                    ids.push(id);
                    continue;
                }
                Fate::Lost(why) => return Sent::Unknown { ids, why },
                Fate::NotWritten(why) => (why, true, None),
                Fate::Refused(code @ (status::THROTTLED | status::QUEUE_FULL)) => {
                    (status::text(code), true, Some(Duration::from_secs(15)))
                }
                Fate::Refused(code @ (status::SYSTEM_ERROR | status::SUBMIT_FAILED | status::BIND_STATE)) => {
                    (status::text(code), true, None)
                }
                Fate::Refused(code) => (status::text(code), false, None),
            };
            // Some parts are on their way: a second try would send them twice.
            return if ids.is_empty() {
                Sent::NotSent { again, after, why }
            } else {
                Sent::Unknown { ids, why }
            };
        }
        Sent::Accepted { ids }
    }

    async fn submit(&self, sm: Sm) -> Fate {
        let mut tries = 0;
        loop {
            let (fate, told) = oneshot::channel();
            let gone = || "the connection was given up".to_owned();
            if self.submit.send(Submit { sm: sm.clone(), fate }).await.is_err() {
                return Fate::NotWritten(gone());
            }
            // Dropped unanswered only when the task that owns the connection is: then nobody knows.
            match told.await.unwrap_or_else(|_| Fate::Lost(gone())) {
                Fate::Refused(status::THROTTLED) if tries < THROTTLED_MAX => tries += 1,
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
                to if to.starts_with('+') => {
                    Address { ton: 1, npi: 1, number: to.trim_start_matches('+').to_owned() }
                }
                to if self.config.country_code => Address { ton: 1, npi: 1, number: format!("86{to}") },
                to => Address { ton: 0, npi: 1, number: to.to_owned() },
            },
            esm_class,
            registered_delivery: 1,
            data_coding: part.coding.data_coding(),
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
        lock(&self.state).clone()
    }
    fn send(&self, message: Message) -> BoxFuture<'_, Sent> {
        Box::pin(self.hand_over(message))
    }
    /// `query_sm` wants the other side's name of the message, which is what we do not know: only a receipt can tell.
    fn ask(&self, _: Message) -> BoxFuture<'_, Asked> {
        Box::pin(async { Asked::NoAnswer })
    }
}

/// Connects and serves, for ever.
async fn keep(
    config: Config,
    mut submits: mpsc::Receiver<Submit>,
    inbox: Inbox,
    state: Arc<Mutex<Result<(), String>>>,
) {
    let mut wait = RECONNECT_FIRST;
    loop {
        let why = match connect(&config).await {
            Ok(session) => {
                tracing::info!("bound to the short message centre {config:?}");
                *lock(&state) = Ok(());
                wait = RECONNECT_FIRST;
                let why = session.serve(&config, &mut submits, &inbox).await;
                let Some(why) = why else { return };
                why
            }
            Err(why) => why,
        };
        tracing::warn!("the short message centre {config:?}: {why}");
        *lock(&state) = Err(why.clone());
        let until = Instant::now() + wait;
        wait = (wait * 2).min(RECONNECT_MAX);
        loop {
            tokio::select! {
                () = sleep_until(until) => break,
                submit = submits.recv() => match submit {
                    Some(submit) => { let _ = submit.fate.send(Fate::NotWritten(why.clone())); }
                    None => return,
                },
            }
        }
    }
}

struct Session {
    packets: mpsc::Receiver<std::io::Result<Pdu>>,
    write: tokio::net::tcp::OwnedWriteHalf,
    reading: JoinHandle<()>,
    sequence: u32,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

async fn connect(config: &Config) -> Result<Session, String> {
    let stream = timeout(CONNECT_MAX, TcpStream::connect(&config.server)).await;
    let stream = stream.map_err(|_| "no connection within 10 s".to_owned())?;
    let stream = stream.map_err(|error| format!("no connection: {error}"))?;
    let _ = stream.set_nodelay(true);
    let (mut read, write) = stream.into_split();
    let (put, packets) = mpsc::channel(UNKEPT_MAX);
    let reading = tokio::spawn(async move {
        loop {
            let packet = pdu::next(&mut read).await;
            let over = packet.is_err();
            if put.send(packet).await.is_err() || over {
                return;
            }
        }
    });
    let mut session = Session { packets, write, reading, sequence: 0 };
    let bind = Bind {
        system_id: config.system_id.clone(),
        password: config.password.clone(),
        system_type: config.system_type.clone(),
        version: 0x34,
        range: Address::default(),
    };
    session.request(Body::Bind(bind)).await?;
    let answer = timeout(CONNECT_MAX, session.packets.recv()).await;
    match answer {
        Ok(Some(Ok(Pdu { status: status::OK, body: Body::BindResponse { .. }, .. }))) => Ok(session),
        Ok(Some(Ok(pdu))) => Err(format!("refused us: {}", status::text(pdu.status))),
        Ok(Some(Err(error))) => Err(format!("went away: {error}")),
        Ok(None) => Err("went away".to_owned()),
        Err(_) => Err("did not answer our bind within 10 s".to_owned()),
    }
}

/// A part under way.
struct Pending {
    fate: oneshot::Sender<Fate>,
    until: Instant,
}

impl Session {
    /// The sequence of what was written.
    async fn request(&mut self, body: Body) -> Result<u32, String> {
        self.sequence = if self.sequence >= 0x7fff_ffff { 1 } else { self.sequence + 1 };
        write(&mut self.write, &Pdu::request(self.sequence, body)).await?;
        Ok(self.sequence)
    }

    /// Until the connection ends, with the reason; `None` when nobody sends any more.
    async fn serve(
        mut self,
        config: &Config,
        submits: &mut mpsc::Receiver<Submit>,
        inbox: &Inbox,
    ) -> Option<String> {
        let mut pending: HashMap<u32, Pending> = HashMap::new();
        let mut keeping = FuturesUnordered::new();
        let mut quiet_until = Instant::now();
        let mut enquire = Instant::now() + ENQUIRE_EVERY;
        // The sequence of an inquiry that has no answer yet, and until when it may come.
        let mut alive: Option<Instant> = None;
        let why = loop {
            let free = pending.len() < config.window;
            let oldest = pending.values().map(|pending| pending.until).min();
            let next = [Some(enquire), alive, oldest].into_iter().flatten().min().unwrap_or(enquire);
            tokio::select! {
                submit = submits.recv(), if free && Instant::now() >= quiet_until => {
                    let Submit { sm, fate } = submit?;
                    let until = Instant::now() + ANSWER_MAX;
                    // Once a byte may have been written, nobody knows.
                    match self.request(Body::Submit(Box::new(sm))).await {
                        Ok(sequence) => { pending.insert(sequence, Pending { fate, until }); }
                        Err(why) => {
                            let _ = fate.send(Fate::Lost(why.clone()));
                            break why;
                        }
                    }
                }
                () = sleep_until(quiet_until), if Instant::now() < quiet_until => {}
                packet = self.packets.recv() => {
                    let pdu = match packet {
                        Some(Ok(pdu)) => pdu,
                        Some(Err(error)) => break format!("the connection ended: {error}"),
                        None => break "the connection ended".to_owned(),
                    };
                    enquire = Instant::now() + ENQUIRE_EVERY;
                    alive = None;
                    if let Some(Pending { fate, .. }) = answered(&pdu, &mut pending) {
                        if pdu.status == status::THROTTLED {
                            quiet_until = Instant::now() + THROTTLED_FOR;
                        }
                        let _ = fate.send(match pdu.body {
                            Body::SubmitResponse { id } if pdu.status == status::OK => Fate::Accepted(id),
                            _ => Fate::Refused(pdu.status),
                        });
                        continue;
                    }
                    let answer = match pdu.body {
                        Body::Deliver(sm) => match hear(&sm, config, inbox) {
                            Heard::Nothing => Some((status::OK, Body::DeliverResponse)),
                            Heard::Full => Some((status::QUEUE_FULL, Body::DeliverResponse)),
                            Heard::Keeping(kept) if keeping.len() < UNKEPT_MAX => {
                                let sequence = pdu.sequence;
                                keeping.push(async move { (sequence, kept.await.unwrap_or(false)) });
                                None
                            }
                            Heard::Keeping(_) => Some((status::QUEUE_FULL, Body::DeliverResponse)),
                        },
                        Body::EnquireLink => Some((status::OK, Body::EnquireLinkResponse)),
                        Body::Unbind => Some((status::OK, Body::UnbindResponse)),
                        ref body if body.is_request() => Some((status::INVALID_COMMAND, Body::GenericNack)),
                        _ => None,
                    };
                    if let Some((status, body)) = answer {
                        let over = body == Body::UnbindResponse;
                        let answer = Pdu { status, sequence: pdu.sequence, body };
                        if let Err(why) = write(&mut self.write, &answer).await {
                            break why;
                        }
                        if over {
                            break "the other side ended the connection".to_owned();
                        }
                    }
                }
                Some((sequence, kept)) = keeping.next() => {
                    let status = if kept { status::OK } else { status::SYSTEM_ERROR };
                    let answer = Pdu { status, sequence, body: Body::DeliverResponse };
                    if let Err(why) = write(&mut self.write, &answer).await {
                        break why;
                    }
                }
                () = sleep_until(next) => {
                    let now = Instant::now();
                    if alive.is_some_and(|until| until <= now) {
                        break "the other side is silent".to_owned();
                    }
                    for (_, Pending { fate, .. }) in pending.extract_if(|_, pending| pending.until <= now) {
                        let _ = fate.send(Fate::Lost("no answer within 30 s".to_owned()));
                    }
                    if enquire <= now {
                        if let Err(why) = self.request(Body::EnquireLink).await {
                            break why;
                        }
                        enquire = now + ENQUIRE_EVERY;
                        alive = Some(now + CONNECT_MAX);
                    }
                }
            }
        };
        for (_, Pending { fate, .. }) in pending.drain() {
            let _ = fate.send(Fate::Lost(why.clone()));
        }
        Some(why)
    }
}

/// Whom an answer is for.
fn answered(pdu: &Pdu, pending: &mut HashMap<u32, Pending>) -> Option<Pending> {
    match pdu.body {
        Body::SubmitResponse { .. } | Body::GenericNack => pending.remove(&pdu.sequence),
        _ => None,
    }
}

enum Heard {
    Nothing,
    Full,
    Keeping(oneshot::Receiver<bool>),
}

fn hear(sm: &Sm, config: &Config, inbox: &Inbox) -> Heard {
    let home = |number: &str| {
        let home = number.strip_prefix("86").filter(|_| config.country_code);
        home.unwrap_or(number).to_owned()
    };
    let incoming = match receipt::incoming(sm) {
        Some(Incoming::Receipt { id, reference, to, fate, error }) => {
            Incoming::Receipt { id, reference, to: home(&to), fate, error }
        }
        Some(Incoming::Text { from, text }) => Incoming::Text { from: home(&from), text },
        None => return Heard::Nothing,
    };
    let (kept, told) = oneshot::channel();
    match inbox.try_send(Arrived { gateway: NAME, incoming, kept }) {
        Ok(()) => Heard::Keeping(told),
        Err(_) => Heard::Full,
    }
}

async fn write(to: &mut (impl AsyncWrite + Unpin), pdu: &Pdu) -> Result<(), String> {
    match timeout(WRITE_MAX, to.write_all(&pdu.write())).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(format!("the connection broke: {error}")),
        Err(_) => Err("the other side takes nothing".to_owned()),
    }
}
