//! A small platform of a city, real enough to try the interface with: it sends tickets and messages, checks what it is told,
//! keeps it and shows it, and can be told to be down, slow or hard to please.
//!
//! The tests of this room run against it, the demo's town plays it, and `switchboard government-sandbox` is it alone. Whoever
//! reaches its address can let it do things, so it belongs on loopback.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State as Is};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Html;
use axum::routing::{get, post};
use axum::{Json, Router};
use gateways::http::NoAnswer;
use gateways::post::{Poster, Reach, Target};
use gateways::signed::{self, NONCE, SIGNATURE, Signature, TIMESTAMP};
use kernel::{Clock, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::outlet::{PLATFORM, RETURN};
use crate::rules::{Told, files};

pub mod script;

/// What the demo's platform calls itself, and what it signs with: known to everybody, and good for loopback only.
pub const DEMO_CODE: &str = "sandbox";
pub const DEMO_SECRET: &str = "gvsec_demo_everybody_knows_this_one";
/// So much is kept; the oldest goes first.
const HEARD_MAX: usize = 2_000;
/// A file as text, and what is said of it.
const BODY_MAX: usize = 8 << 20;

/// Whom it talks with.
#[derive(Clone)]
pub struct Options {
    pub code: String,
    pub secret: String,
    /// The centre's address: `http://127.0.0.1:8080`.
    pub centre: String,
    pub clock: Arc<dyn Clock>,
}

/// How it behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mood", rename_all = "snake_case")]
pub enum Mood {
    #[default]
    Well,
    /// Answers everything with this status.
    Down { status: u16 },
    /// Answers well after so many milliseconds.
    Slow { ms: u64 },
    /// Keeps what it is told, and the answer is lost on the way.
    Forgetful,
}

/// One thing it was told.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Heard {
    /// The centre's name of it.
    pub id: String,
    pub ticket: Option<String>,
    pub kind: Told,
    pub data: Value,
    pub at: Timestamp,
    /// How often it came: what came twice is kept once.
    pub times: u32,
}

#[derive(Default)]
struct State {
    heard: Vec<Heard>,
    mood: Mood,
    /// With their times: none is taken twice.
    nonces: BTreeMap<String, i64>,
    /// Requests that were not believed.
    doubted: u64,
    sent: u64,
}

struct Inner {
    options: Options,
    poster: Poster,
    state: Mutex<State>,
}

/// It runs until it is dropped.
pub struct Sandbox {
    inner: Arc<Inner>,
    at: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What the centre answered.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answered {
    pub status: u16,
    pub body: Value,
}

#[derive(Deserialize)]
struct Return {
    id: String,
    ticket: Option<String>,
    kind: Told,
    data: Value,
}

impl Sandbox {
    /// # Errors
    /// When there are no authorities to believe, or the address is none.
    pub fn start(listener: TcpListener, options: Options) -> anyhow::Result<Sandbox> {
        let at = listener.local_addr().context("where the sandbox listens")?;
        let (poster, state) = (Poster::new(Reach::Private)?, Mutex::default());
        let inner = Arc::new(Inner { options, poster, state });
        let router = Router::new()
            .route("/", get(page))
            .route("/told", get(told))
            .route("/returns", post(hear).layer(DefaultBodyLimit::max(BODY_MAX)))
            .route("/mood", post(mood))
            .route("/tickets", post(send_ticket))
            .route("/messages", post(send_message))
            .with_state(inner.clone());
        let task = tokio::spawn(async move {
            if let Err(failure) = axum::serve(listener, router).await {
                tracing::warn!("the sandbox of 12345 has ended: {failure}");
            }
        });
        Ok(Sandbox { inner, at, task })
    }

    /// Where it is told things.
    pub fn url(&self) -> String {
        format!("http://{}/returns", self.at)
    }

    /// Everything it was told, in the order in which it came first.
    pub fn told(&self) -> Vec<Heard> {
        self.inner.lock().heard.clone()
    }

    /// How many requests it did not believe.
    pub fn doubted(&self) -> u64 {
        self.inner.lock().doubted
    }

    pub fn behave(&self, mood: Mood) {
        self.inner.lock().mood = mood;
    }

    /// Sends a ticket, signed.
    ///
    /// # Errors
    /// When the centre does not answer.
    pub async fn send_ticket(&self, ticket: &Value) -> anyhow::Result<Answered> {
        self.inner.send("/api/government/tickets", ticket).await
    }

    /// Sends a message about one, signed.
    ///
    /// # Errors
    /// When the centre does not answer.
    pub async fn send_message(&self, message: &Value) -> anyhow::Result<Answered> {
        self.inner.send("/api/government/messages", message).await
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn send(&self, path: &str, body: &Value) -> anyhow::Result<Answered> {
        let now = self.options.clock.now();
        let nth = {
            let mut state = self.lock();
            state.sent += 1;
            state.sent
        };
        let body = body.to_string().into_bytes();
        let nonce = format!("{:016x}{nth:016x}", now.as_micros());
        let signature = signed::sign(&self.options.secret, now.as_secs(), &nonce, &body);
        let headers = [
            (PLATFORM, self.options.code.clone()),
            (TIMESTAMP, signature.timestamp.to_string()),
            (NONCE, signature.nonce),
            (SIGNATURE, signature.hmac),
        ];
        let url = format!("{}{path}", self.options.centre.trim_end_matches('/'));
        let target = Target::read(&url, Reach::Private)?;
        match self.poster.post(&target, &headers, body).await {
            Ok(answered) => {
                let body = serde_json::from_slice(&answered.body).unwrap_or(Value::Null);
                Ok(Answered { status: answered.status, body })
            }
            Err(NoAnswer::NotWritten(why) | NoAnswer::Cut(why)) => anyhow::bail!("{url}: {why}"),
        }
    }

    /// Keeps what it is told, once.
    fn keep(&self, headers: &HeaderMap, body: &[u8]) -> Result<bool, (StatusCode, &'static str)> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let now = self.options.clock.now();
        let mut state = self.lock();
        let signature = Signature::read(header(TIMESTAMP), header(NONCE), header(SIGNATURE));
        let believed =
            signature.and_then(|one| one.check(&self.options.secret, now.as_secs(), body).map(|()| one));
        let signature = match believed {
            Ok(signature) if header(PLATFORM) == Some(self.options.code.as_str()) => signature,
            _ => {
                state.doubted += 1;
                return Err((StatusCode::UNAUTHORIZED, "not_believed"));
            }
        };
        let oldest = now.as_secs() - 600;
        state.nonces.retain(|_, at| *at > oldest);
        if state.nonces.insert(signature.nonce, now.as_secs()).is_some() {
            state.doubted += 1;
            return Err((StatusCode::UNAUTHORIZED, "here_before"));
        }
        let said: Return =
            serde_json::from_slice(body).map_err(|_| (StatusCode::UNPROCESSABLE_ENTITY, "unreadable"))?;
        if header(RETURN) != Some(said.id.as_str()) {
            return Err((StatusCode::UNPROCESSABLE_ENTITY, "other_name"));
        }
        if let Some(before) = state.heard.iter_mut().find(|before| before.id == said.id) {
            before.times += 1;
            return Ok(true);
        }
        if state.heard.len() >= HEARD_MAX {
            state.heard.remove(0);
        }
        let Return { id, ticket, kind, mut data } = said;
        if kind == Told::File {
            looked_at(&mut data)?;
        }
        state.heard.push(Heard { id, ticket, kind, data, at: now, times: 1 });
        Ok(false)
    }
}

/// A file is what was announced; its bytes are not kept here.
fn looked_at(data: &mut Value) -> Result<(), (StatusCode, &'static str)> {
    let content = data.get("content").and_then(Value::as_str).and_then(files::from_base64);
    let sha256 = content.map(|bytes| hex::encode(Sha256::digest(bytes)));
    if sha256.as_deref() != data.get("sha256").and_then(Value::as_str) {
        return Err((StatusCode::UNPROCESSABLE_ENTITY, "other_bytes"));
    }
    data["content"] = json!("…");
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a slow platform is slow in real time")]
async fn hear(Is(inner): Is<Arc<Inner>>, headers: HeaderMap, body: Bytes) -> (StatusCode, Json<Value>) {
    let mood = inner.lock().mood;
    match mood {
        Mood::Well | Mood::Forgetful => {}
        Mood::Down { status } => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            return (status, Json(json!({ "code": "sandbox_down" })));
        }
        Mood::Slow { ms } => tokio::time::sleep(Duration::from_millis(ms)).await,
    }
    match inner.keep(&headers, &body) {
        _ if mood == Mood::Forgetful => (StatusCode::BAD_GATEWAY, Json(json!({ "code": "lost" }))),
        Ok(repeated) => (StatusCode::OK, Json(json!({ "kept": true, "repeated": repeated }))),
        Err((status, code)) => (status, Json(json!({ "code": code }))),
    }
}

async fn told(Is(inner): Is<Arc<Inner>>) -> Json<Vec<Heard>> {
    Json(inner.lock().heard.clone())
}

async fn mood(Is(inner): Is<Arc<Inner>>, Json(mood): Json<Mood>) -> Json<Mood> {
    inner.lock().mood = mood;
    Json(mood)
}

async fn send_ticket(Is(inner): Is<Arc<Inner>>, Json(ticket): Json<Value>) -> (StatusCode, Json<Value>) {
    passed_on(inner.send("/api/government/tickets", &ticket).await)
}

async fn send_message(Is(inner): Is<Arc<Inner>>, Json(message): Json<Value>) -> (StatusCode, Json<Value>) {
    passed_on(inner.send("/api/government/messages", &message).await)
}

fn passed_on(answered: anyhow::Result<Answered>) -> (StatusCode, Json<Value>) {
    match answered {
        Ok(Answered { status, body }) => {
            (StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY), Json(body))
        }
        Err(failure) => (StatusCode::BAD_GATEWAY, Json(json!({ "error": failure.to_string() }))),
    }
}

/// What it was told, newest first, to be read by people.
async fn page(Is(inner): Is<Arc<Inner>>) -> Html<String> {
    let (heard, mood, doubted) = {
        let state = inner.lock();
        (state.heard.clone(), state.mood, state.doubted)
    };
    let mut rows = String::new();
    for one in heard.iter().rev() {
        let Heard { id, ticket, kind, data, at, times } = one;
        let (ticket, data) = (escaped(ticket.as_deref().unwrap_or("-")), escaped(&data.to_string()));
        let _ = write!(
            rows,
            "<tr><td>{at}</td><td>{ticket}</td><td>{}</td><td>{}</td><td>{times}</td><td><code>{data}</code></td></tr>",
            kind.as_str(),
            escaped(id),
        );
    }
    Html(format!(
        "<!doctype html><meta charset=\"utf-8\"><title>12345 sandbox</title><style>body{{font:14px/1.5 sans-serif;margin:24px}}\
         table{{border-collapse:collapse}}td,th{{border:1px solid #bbb;padding:4px 8px;text-align:left;vertical-align:top}}\
         code{{overflow-wrap:anywhere}}</style><h1>12345 sandbox · {}</h1><p>{} · not believed: {doubted}</p>\
         <table><tr><th>at</th><th>ticket</th><th>kind</th><th>id</th><th>times</th><th>data</th></tr>{rows}</table>",
        escaped(&inner.options.code),
        escaped(&serde_json::to_string(&mood).unwrap_or_default()),
    ))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
