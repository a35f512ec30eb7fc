//! A gateway that takes signed messages over HTTP: keeps what it took, refuses and cuts off when told.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{SystemTime, UNIX_EPOCH};

use gateways::signed::{NONCE, SIGNATURE, Signature, TIMESTAMP};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What it does with the next message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Habit {
    /// Answers with this status and does not take it.
    Refuse(u16),
    /// Takes it and hangs up without an answer.
    TakeAndCut,
    /// Hangs up without having taken it.
    Cut,
}

/// A message it has taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    pub id: String,
    pub to: String,
    pub text: String,
}

#[derive(Default)]
struct State {
    habits: VecDeque<Habit>,
    taken: Vec<Posted>,
    fates: BTreeMap<String, String>,
}

/// It listens until it is dropped.
pub struct HttpGateway {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

impl Drop for HttpGateway {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl HttpGateway {
    pub async fn start(secret: &str) -> std::io::Result<HttpGateway> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let state = Arc::new(Mutex::new(State::default()));
        let (shared, secret) = (state.clone(), secret.to_owned());
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (shared, secret) = (shared.clone(), secret.clone());
                tokio::spawn(async move { serve(stream, &secret, &shared).await });
            }
        });
        Ok(HttpGateway { address, state, task })
    }

    pub fn url(&self) -> String {
        format!("http://{}/messages", self.address)
    }

    pub fn habits(&self, habits: impl IntoIterator<Item = Habit>) {
        lock(&self.state).habits.extend(habits);
    }

    pub fn taken(&self) -> Vec<Posted> {
        lock(&self.state).taken.clone()
    }

    /// What it answers when asked about a message.
    pub fn fate(&self, id: &str, fate: &str) {
        lock(&self.state).fates.insert(id.to_owned(), fate.to_owned());
    }
}

async fn serve(mut stream: TcpStream, secret: &str, state: &Mutex<State>) -> Option<()> {
    let mut bytes = Vec::new();
    let head = loop {
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).await.ok().filter(|read| *read > 0)?;
        bytes.extend(chunk.get(..read)?);
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at;
        }
    };
    let text = String::from_utf8_lossy(bytes.get(..head)?).into_owned();
    let mut lines = text.lines();
    let (method, rest) = lines.next()?.split_once(' ')?;
    let path = rest.split(' ').next()?;
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let header = |name: &str| headers.get(name).map(String::as_str);
    let length: usize = header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = bytes.split_off(head + 4);
    while body.len() < length {
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).await.ok().filter(|read| *read > 0)?;
        body.extend(chunk.get(..read)?);
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
    let believed = Signature::read(header(TIMESTAMP), header(NONCE), header(SIGNATURE))
        .and_then(|signature| signature.check(secret, i64::try_from(now).unwrap_or(0), &body));
    let (status, answer) = match (believed, method) {
        (Err(doubt), _) => (401, json!({ "why": doubt.to_string() })),
        (Ok(()), "POST") => {
            let habit = lock(state).habits.pop_front();
            match habit {
                Some(Habit::Cut) => return None,
                Some(Habit::Refuse(status)) => (status, json!({})),
                Some(Habit::TakeAndCut) => {
                    take(&body, state)?;
                    return None;
                }
                None => (202, json!({ "ids": [take(&body, state)?] })),
            }
        }
        (Ok(()), _) => {
            let id = path.rsplit('/').next()?;
            let state = lock(state);
            match state.taken.iter().any(|taken| taken.id == id) {
                true => (200, json!({ "ids": [name(id)], "fate": state.fates.get(id) })),
                false => (404, json!({})),
            }
        }
    };
    let body = answer.to_string();
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nRetry-After: 7\r\n\
         Connection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), body.as_bytes()].concat()).await.ok()
}

/// Its name for a message.
fn name(id: &str) -> String {
    format!("g-{id}")
}

/// The same id is the same message.
fn take(body: &[u8], state: &Mutex<State>) -> Option<String> {
    let wish: Value = serde_json::from_slice(body).ok()?;
    let text = |key: &str| wish[key].as_str().map(str::to_owned);
    let posted = Posted { id: text("id")?, to: text("to")?, text: text("text")? };
    let name = name(&posted.id);
    let mut state = lock(state);
    if !state.taken.iter().any(|taken| taken.id == posted.id) {
        state.taken.push(posted);
    }
    Some(name)
}
