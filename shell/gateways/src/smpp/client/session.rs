//! The connection itself: bound, kept alive, made again when it is lost. One task owns it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout};

use super::{ANSWER_MAX, Config, Fate, GOODBYE_MAX, NAME, Submit, THROTTLED_FOR, WRITE_MAX, late, lock};
use crate::smpp::pdu::{self, Address, Bind, Body, Pdu, Sm, status, tag};
use crate::smpp::receipt;
use crate::{Arrived, Inbox, Incoming};

const CONNECT_MAX: Duration = Duration::from_secs(10);
const ENQUIRE_EVERY: Duration = Duration::from_secs(30);
const RECONNECT_FIRST: Duration = Duration::from_millis(500);
const RECONNECT_MAX: Duration = Duration::from_secs(60);
/// A connection that lived so long was a good one: after it we come back soon.
const LIVED: Duration = Duration::from_secs(60);
/// What has come and is not yet kept.
const UNKEPT_MAX: usize = 64;

/// Connects and serves, until it is told to leave.
pub(super) async fn keep(
    config: Config,
    mut submits: mpsc::Receiver<Submit>,
    mut leaving: mpsc::Receiver<oneshot::Sender<()>>,
    inbox: Inbox,
    state: Arc<Mutex<Result<(), String>>>,
) {
    let mut wait = RECONNECT_FIRST;
    loop {
        let why = match connect(&config).await {
            Ok(session) => {
                tracing::info!("bound to the short message centre {config:?}");
                *lock(&state) = Ok(());
                let bound = Instant::now();
                let why = session.serve(&config, &mut submits, &mut leaving, &inbox).await;
                if bound.elapsed() >= LIVED {
                    wait = RECONNECT_FIRST;
                }
                let Some(why) = why else {
                    *lock(&state) = Err("we have left".to_owned());
                    return;
                };
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
                _ = leaving.recv() => return,
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
    whose: Whose,
}

/// Whose an answer is that comes too late.
struct Whose {
    reference: u16,
    to: String,
}

/// Answers that are late and may still come; the oldest are forgotten.
const LATE_MAX: usize = 256;

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
        leaving: &mut mpsc::Receiver<oneshot::Sender<()>>,
        inbox: &Inbox,
    ) -> Option<String> {
        let mut pending: HashMap<u32, Pending> = HashMap::new();
        let mut unheard: BTreeMap<u32, Whose> = BTreeMap::new();
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
                    let Submit { sm, until, fate } = submit?;
                    if until <= Instant::now() {
                        let _ = fate.send(Fate::NotWritten(late()));
                        continue;
                    }
                    let until = Instant::now() + ANSWER_MAX;
                    // Once a byte may have been written, nobody knows.
                    let whose = Whose::of(&sm);
                    match self.request(Body::Submit(Box::new(sm))).await {
                        Ok(sequence) => { pending.insert(sequence, Pending { fate, until, whose }); }
                        Err(why) => {
                            let _ = fate.send(Fate::Lost(why.clone()));
                            break why;
                        }
                    }
                }
                () = sleep_until(quiet_until), if Instant::now() < quiet_until => {}
                _goodbye = leaving.recv() => {
                    if self.request(Body::Unbind).await.is_ok() {
                        let _ = timeout(GOODBYE_MAX, async {
                            while let Some(Ok(pdu)) = self.packets.recv().await {
                                if pdu.body == Body::UnbindResponse {
                                    break;
                                }
                            }
                        })
                        .await;
                    }
                    return None;
                }
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
                            // Taken, under a name that does not read.
                            Body::Malformed(..) if pdu.status == status::OK => Fate::Accepted(String::new()),
                            _ => Fate::Refused(pdu.status),
                        });
                        continue;
                    }
                    let answer = match pdu.body {
                        Body::SubmitResponse { id } if pdu.status == status::OK => {
                            if let Some(Whose { reference, to }) = unheard.remove(&pdu.sequence) {
                                let (kept, _) = oneshot::channel();
                                let incoming = Incoming::Named { id, reference, to };
                                let _ = inbox.try_send(Arrived { gateway: NAME, incoming, kept });
                            }
                            None
                        }
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
                        Body::Malformed(command, bad) => {
                            tracing::warn!("the short message centre sent {bad} (command {command:#x})");
                            match command {
                                pdu::DELIVER => Some((status::NEVER, Body::DeliverResponse)),
                                _ if !pdu::is_response(command) => Some((status::INVALID_LENGTH, Body::GenericNack)),
                                _ => None,
                            }
                        }
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
                    for (sequence, Pending { fate, whose, .. }) in
                        pending.extract_if(|_, pending| pending.until <= now)
                    {
                        let _ = fate.send(Fate::Lost(format!("no answer within {} s", ANSWER_MAX.as_secs())));
                        unheard.insert(sequence, whose);
                    }
                    while unheard.len() > LATE_MAX {
                        unheard.pop_first();
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

impl Whose {
    fn of(sm: &Sm) -> Whose {
        let reference = sm.option(tag::USER_MESSAGE_REFERENCE).and_then(|value| value.try_into().ok());
        let to = match (sm.destination.ton, &sm.destination.number) {
            (pdu::TON_INTERNATIONAL, number) => format!("+{number}"),
            (_, number) => number.clone(),
        };
        Whose { reference: reference.map_or(0, u16::from_be_bytes), to }
    }
}

/// Whom an answer is for.
fn answered(pdu: &Pdu, pending: &mut HashMap<u32, Pending>) -> Option<Pending> {
    match pdu.body {
        Body::SubmitResponse { .. } | Body::GenericNack | Body::Malformed(pdu::SUBMIT_RESPONSE, _) => {
            pending.remove(&pdu.sequence)
        }
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
        Some(Incoming::Named { .. }) | None => return Heard::Nothing,
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
