//! A small short message centre (SMSC): takes messages over SMPP, sends receipts after a while, keeps what it cannot
//! deliver to us until we are bound again. It can be told to refuse, to throttle and to hang up in the middle.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;

use super::pdu::{self, Address, Body, ESM_HEADER, ESM_RECEIPT, Pdu, Sm, status, tag};
use crate::sms;

/// What it does with the next message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Answers with this status.
    Refuse(u32),
    /// Takes the message and hangs up before answering.
    TakeAndHangUp,
    /// Hangs up without having taken it.
    HangUp,
    /// Takes the message and says nothing of it until the connection ends.
    TakeAndSaySilent,
}

/// A message it has taken, whole again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub to: String,
    pub text: String,
    pub parts: usize,
}

/// Who may bind, and how long a telephone takes.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whoever's name begins so; receipts go to the name that sent the message.
    pub system_id: String,
    pub password: String,
    pub receipt_after: Duration,
    /// Without it no receipt returns our reference, as in many real centres.
    pub echo_reference: bool,
}

const TAKEN_MAX: usize = 1_000;
const WAITING_MAX: usize = 10_000;
const CONNECTIONS_MAX: usize = 16;
const SILENT_MAX: Duration = Duration::from_secs(120);
const ACKNOWLEDGED_MAX: Duration = Duration::from_secs(10);

#[derive(Default)]
struct State {
    moods: VecDeque<Mood>,
    /// Begins with the time of its start: a name is never given twice, as in a real centre for some time.
    next_id: u64,
    taken: VecDeque<Taken>,
    /// Parts of messages that are not whole yet: by recipient and reference.
    growing: BTreeMap<(String, u8, u8), BTreeMap<u8, String>>,
    /// Receipts and texts, each for one name; for whoever is bound if it is empty.
    waiting: VecDeque<(String, Sm)>,
    bound: usize,
}

/// A centre that listens until it is dropped.
pub struct Centre {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    options: Options,
    state: Mutex<State>,
    news: Notify,
    hang_up: Notify,
}

impl Drop for Centre {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock(shared: &Shared) -> MutexGuard<'_, State> {
    shared.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl Centre {
    pub async fn start(address: SocketAddr, options: Options) -> std::io::Result<Centre> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            options,
            state: Mutex::new(State { next_id: first_id(), ..State::default() }),
            news: Notify::new(),
            hang_up: Notify::new(),
        });
        let task = tokio::spawn(listen(listener, shared.clone()));
        Ok(Centre { address, shared, task })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// For the next messages, one each.
    pub fn moods(&self, moods: impl IntoIterator<Item = Mood>) {
        lock(&self.shared).moods.extend(moods);
    }

    /// Whole messages, oldest first.
    pub fn taken(&self) -> Vec<Taken> {
        lock(&self.shared).taken.iter().cloned().collect()
    }

    /// How many connections are bound.
    pub fn bound(&self) -> usize {
        lock(&self.shared).bound
    }

    /// Somebody writes to the source number of our messages.
    pub fn write(&self, from: &str, text: &str) {
        for part in sms::parts(text) {
            let sm = Sm {
                source: Address { ton: 0, npi: 1, number: from.to_owned() },
                data_coding: part.coding.data_coding(),
                text: part.octets,
                ..Sm::default()
            };
            lock(&self.shared).waiting.push_back((String::new(), sm));
        }
        self.shared.news.notify_waiters();
    }

    /// Ends all connections.
    pub fn hang_up(&self) {
        self.shared.hang_up.notify_waiters();
    }

    /// Serves until the end, for a process that is nothing else.
    pub async fn serve(mut self) {
        let _ = (&mut self.task).await;
    }
}

fn first_id() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(0)
}

async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        while connections.try_join_next().is_some() {}
        if connections.len() < CONNECTIONS_MAX {
            connections.spawn(connection(stream, shared.clone()));
        }
    }
}

/// Counts a bound connection for as long as it lasts.
struct Bound(Arc<Shared>);

impl Drop for Bound {
    fn drop(&mut self) {
        let mut state = lock(&self.0);
        state.bound = state.bound.saturating_sub(1);
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    let _ = stream.set_nodelay(true);
    let (mut read, mut write) = stream.into_split();
    let (put, mut packets) = tokio::sync::mpsc::channel(64);
    let mut reading = JoinSet::new();
    reading.spawn(async move {
        while let Ok(pdu) = pdu::next(&mut read).await {
            if put.send(pdu).await.is_err() {
                return;
            }
        }
    });
    let mut bound = None;
    let mut who = String::new();
    let mut sequence = 0u32;
    // What was handed over and is not acknowledged yet; it waits again if the connection ends.
    let mut open: BTreeMap<u32, Sm> = BTreeMap::new();
    let mut last = tokio::time::Instant::now();
    loop {
        let news = shared.news.notified();
        let hang_up = shared.hang_up.notified();
        tokio::pin!(news, hang_up);
        news.as_mut().enable();
        hang_up.as_mut().enable();
        if bound.is_some() && open.len() < 16 {
            let next = {
                let mut state = lock(&shared);
                let at = state.waiting.iter().position(|(name, _)| name.is_empty() || *name == who);
                at.and_then(|at| state.waiting.remove(at)).map(|(_, sm)| sm)
            };
            if let Some(sm) = next {
                sequence += 1;
                let pdu = Pdu::request(sequence, Body::Deliver(Box::new(sm.clone())));
                open.insert(sequence, sm);
                if write.write_all(&pdu.write()).await.is_err() {
                    break;
                }
                continue;
            }
        }
        let pdu = tokio::select! {
            () = &mut news => continue,
            () = &mut hang_up => break,
            pdu = timeout(ACKNOWLEDGED_MAX, packets.recv()) => match pdu {
                Ok(Some(pdu)) => pdu,
                Ok(None) => break,
                Err(_) if last.elapsed() > SILENT_MAX || !open.is_empty() => break,
                Err(_) => continue,
            },
        };
        last = tokio::time::Instant::now();
        let (answer_status, body) = match pdu.body {
            Body::Bind(bind) => {
                let options = &shared.options;
                let system_id = "centre".to_owned();
                if bind.system_id.starts_with(&options.system_id) && bind.password == options.password {
                    if bound.is_none() {
                        lock(&shared).bound += 1;
                    }
                    who = bind.system_id;
                    bound.get_or_insert_with(|| Bound(shared.clone()));
                    (status::OK, Body::BindResponse { system_id })
                } else {
                    (status::INVALID_PASSWORD, Body::BindResponse { system_id })
                }
            }
            Body::Submit(_) if bound.is_none() => {
                (status::BIND_STATE, Body::SubmitResponse { id: String::new() })
            }
            Body::Submit(sm) => {
                let mood = lock(&shared).moods.pop_front();
                match mood {
                    Some(Mood::HangUp) => break,
                    Some(Mood::Refuse(code)) => (code, Body::SubmitResponse { id: String::new() }),
                    Some(Mood::TakeAndHangUp) => {
                        take(&sm, &who, &shared);
                        break;
                    }
                    Some(Mood::TakeAndSaySilent) => {
                        take(&sm, &who, &shared);
                        continue;
                    }
                    None => (status::OK, Body::SubmitResponse { id: take(&sm, &who, &shared) }),
                }
            }
            Body::DeliverResponse => {
                if let Some(sm) = open.remove(&pdu.sequence).filter(|_| pdu.status != status::OK) {
                    // Not kept: once more, later.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    lock(&shared).waiting.push_back((who.clone(), sm));
                }
                continue;
            }
            Body::EnquireLink => (status::OK, Body::EnquireLinkResponse),
            Body::Unbind => (status::OK, Body::UnbindResponse),
            ref body if body.is_request() => (status::INVALID_COMMAND, Body::GenericNack),
            _ => continue,
        };
        let over = body == Body::UnbindResponse;
        let answer = Pdu { status: answer_status, sequence: pdu.sequence, body };
        if write.write_all(&answer.write()).await.is_err() || over {
            break;
        }
    }
    lock(&shared).waiting.extend(open.into_values().map(|sm| (who.clone(), sm)));
    drop(bound);
}

/// Takes a message in; its name.
fn take(sm: &Sm, who: &str, shared: &Arc<Shared>) -> String {
    let mut state = lock(shared);
    state.next_id += 1;
    let id = format!("{:x}", state.next_id);
    let to = sm.destination.number.clone();
    let header = if sm.esm_class & ESM_HEADER != 0 { sm.text.get(..6) } else { None };
    let text = sms::read(sm.data_coding, sm.text.get(header.map_or(0, <[u8]>::len)..).unwrap_or_default());
    match header {
        Some([_, _, _, reference, count, number]) => {
            let key = (to.clone(), *reference, *count);
            let whole = {
                let parts = state.growing.entry(key.clone()).or_default();
                parts.insert(*number, text);
                parts.len() == usize::from(*count)
            };
            if whole && let Some(parts) = state.growing.remove(&key) {
                let count = parts.len();
                state.taken.push_back(Taken { to, text: parts.into_values().collect(), parts: count });
            }
        }
        _ => state.taken.push_back(Taken { to, text, parts: 1 }),
    }
    while state.taken.len() > TAKEN_MAX {
        state.taken.pop_front();
    }
    while state.growing.len() > TAKEN_MAX {
        state.growing.pop_first();
    }
    drop(state);
    if sm.registered_delivery & 3 != 0 {
        let (shared, who) = (shared.clone(), who.to_owned());
        let receipt = receipt(sm, &id, shared.options.echo_reference);
        tokio::spawn(async move {
            tokio::time::sleep(shared.options.receipt_after).await;
            let mut state = lock(&shared);
            if state.waiting.len() < WAITING_MAX {
                state.waiting.push_back((who, receipt));
            }
            drop(state);
            shared.news.notify_waiters();
        });
    }
    id
}

/// Numbers that end in 8 are switched off, like those of the demo's town that nobody answers.
fn receipt(sm: &Sm, id: &str, echo_reference: bool) -> Sm {
    let off = sm.destination.number.ends_with('8');
    let (stat, state, error) = if off { ("UNDELIV", 5, "001") } else { ("DELIVRD", 2, "000") };
    let text = format!(
        "id:{id} sub:001 dlvrd:{:03} submit date:0000000000 done date:0000000000 stat:{stat} err:{error} text:",
        u8::from(!off)
    );
    let mut options =
        vec![(tag::RECEIPTED_MESSAGE_ID, [id.as_bytes(), &[0]].concat()), (tag::MESSAGE_STATE, vec![state])];
    options.extend(
        sm.options
            .iter()
            .filter(|(known, _)| echo_reference && *known == tag::USER_MESSAGE_REFERENCE)
            .cloned(),
    );
    Sm {
        source: sm.destination.clone(),
        destination: sm.source.clone(),
        esm_class: ESM_RECEIPT,
        text: text.into_bytes(),
        options,
        ..Sm::default()
    }
}
