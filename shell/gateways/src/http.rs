//! A gateway that takes messages as signed JSON over HTTP, and can be asked about them by our own name.
//!
//! `POST url` with `{"id","to","text","reference","valid_s"}` answers 2xx `{"ids":["…"]}`; the same `id` again is the same message.
//! `GET url/id` answers `{"ids":["…"],"fate":"delivered"|…|null}`, or 404 for what it has never had. Receipts and replies
//! come back as [`Callback`]. All of it is signed ([`crate::signed`]).

use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use bytes::Bytes;
use futures::future::BoxFuture;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper::header::{CONTENT_TYPE, HOST, RETRY_AFTER};
use hyper::{Method, Request, Uri};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::pace::{self, Pace};
use crate::signed::{self, NONCE, SIGNATURE, TIMESTAMP};
use crate::{Asked, Fate, Gateway, Incoming, Message, Rest, Sent, tls};

/// Where the gateway is and what we share with it.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `https://…`, or `http://…` on this machine.
    pub url: String,
    /// At least 16 characters.
    pub secret: String,
    /// PEM file of the authorities believed; the system's otherwise.
    #[serde(default)]
    pub trusted: Option<PathBuf>,
    /// How many messages may be under way at once.
    #[serde(default = "window")]
    pub window: usize,
    /// How many messages a second were agreed with whoever runs it.
    #[serde(default = "usual")]
    pub per_second: u32,
}

fn window() -> usize {
    10
}

fn usual() -> u32 {
    pace::USUAL
}

impl Config {
    /// With what is usual for the rest.
    pub fn plain(url: String, secret: String) -> Config {
        Config { url, secret, trusted: None, window: window(), per_second: usual() }
    }
}

/// Without the secret.
impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.url)
    }
}

/// What the gateway posts to us.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Callback {
    /// `id` is the gateway's name of the message, one of `ids`.
    Receipt {
        id: String,
        to: String,
        fate: Fate,
        #[serde(default)]
        error: String,
    },
    Reply {
        from: String,
        text: String,
    },
}

impl From<Callback> for Incoming {
    fn from(callback: Callback) -> Incoming {
        match callback {
            Callback::Receipt { id, to, fate, error } => {
                Incoming::Receipt { id, reference: None, to, fate, error }
            }
            Callback::Reply { from, text } => Incoming::Text { from, text },
        }
    }
}

pub const NAME: &str = "http";
const CONNECT_MAX: Duration = Duration::from_secs(10);
const ANSWER_MAX: Duration = Duration::from_secs(30);
const BODY_MAX: usize = 64 * 1024;
/// After a failure that is not a message's nothing is tried for so long.
const REST: Duration = Duration::from_secs(15);
/// The longest that we rest because it asked us to.
const REST_MAX: Duration = Duration::from_secs(300);
const SECRET_MIN: usize = 16;

pub struct Client {
    config: Config,
    host: String,
    port: u16,
    path: String,
    tls: Option<TlsConnector>,
    rest: Rest,
    pace: Pace,
}

#[derive(Serialize)]
struct Wish<'a> {
    id: &'a str,
    to: &'a str,
    text: &'a str,
    reference: u16,
    valid_s: u64,
}

#[derive(Default, Deserialize)]
struct Answer {
    #[serde(default)]
    ids: Vec<String>,
    #[serde(default)]
    fate: Option<Fate>,
}

/// Why there is no answer, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// Nothing was written.
    NotWritten(String),
    /// It may have been.
    Cut(String),
}

/// What the other side answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    pub status: u16,
    /// Asked for by the other side; at most an hour.
    pub retry_after: Option<Duration>,
    /// At most 64 KiB of it.
    pub body: Bytes,
}

impl Client {
    /// # Errors
    /// What is wrong with the configuration.
    pub fn new(config: Config) -> anyhow::Result<Client> {
        let uri: Uri =
            config.url.parse().with_context(|| format!("[notices.http] url = {:?}", config.url))?;
        let host = uri.host().context("[notices.http] url: the host is missing")?.to_owned();
        let secure = uri.scheme_str() == Some("https");
        let near = matches!(host.as_str(), "127.0.0.1" | "localhost" | "[::1]");
        anyhow::ensure!(
            secure || (near && uri.scheme_str() == Some("http")),
            "[notices.http] url: messages hold personal data: use https, or http on this machine only"
        );
        anyhow::ensure!(
            config.secret.len() >= SECRET_MIN,
            "[notices.http] secret: at least {SECRET_MIN} characters"
        );
        let tls = if secure { Some(tls::connector(config.trusted.as_deref())?) } else { None };
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let path = uri.path().trim_end_matches('/').to_owned();
        let pace = Pace::new(config.per_second);
        Ok(Client { config, host, port, path, tls, rest: Rest::default(), pace })
    }

    async fn request(&self, method: Method, path: String, body: Vec<u8>) -> Result<Answered, NoAnswer> {
        let not_written = |error: String| NoAnswer::NotWritten(error);
        let connect = TcpStream::connect((self.host.trim_matches(['[', ']']), self.port));
        let stream = match timeout(CONNECT_MAX, connect).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return Err(not_written(format!("no connection: {error}"))),
            Err(_) => return Err(not_written("no connection within 10 s".into())),
        };
        let request = self.signed(method, path, body).map_err(|error| not_written(format!("{error:#}")))?;
        over(self.tls.as_ref(), &self.host, stream, request).await
    }

    fn signed(&self, method: Method, path: String, body: Vec<u8>) -> anyhow::Result<Request<Full<Bytes>>> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let mut nonce = [0; 16];
        getrandom::fill(&mut nonce).map_err(|error| anyhow::anyhow!("no chance: {error}"))?;
        let timestamp = i64::try_from(now).unwrap_or(i64::MAX);
        let signature = signed::sign(&self.config.secret, timestamp, &hex::encode(nonce), &body);
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, format!("{}:{}", self.host, self.port))
            .header(CONTENT_TYPE, "application/json")
            .header(TIMESTAMP, signature.timestamp)
            .header(NONCE, signature.nonce)
            .header(SIGNATURE, signature.hmac);
        Ok(request.body(Full::new(Bytes::from(body)))?)
    }

    async fn hand_over(&self, message: Message) -> Sent {
        let wish = Wish {
            id: &message.id,
            to: &message.to,
            text: &message.text,
            reference: message.reference,
            valid_s: message.valid.as_secs(),
        };
        let body = match serde_json::to_vec(&wish) {
            Ok(body) => body,
            Err(error) => return Sent::NotSent { again: false, why: error.to_string() },
        };
        let path = if self.path.is_empty() { "/".to_owned() } else { self.path.clone() };
        self.pace.turn().await;
        match self.request(Method::POST, path, body).await {
            Err(NoAnswer::NotWritten(why)) => self.down(None, why),
            Err(NoAnswer::Cut(why)) => Sent::Unknown { ids: Vec::new(), why },
            Ok(Answered { status, retry_after, body }) => {
                let why = || format!("HTTP {status}");
                match status {
                    200..=299 => match serde_json::from_slice::<Answer>(&body) {
                        Ok(answer) => Sent::Accepted { ids: answer.ids },
                        // Taken, most likely; what it is called there can be asked.
                        Err(_) => Sent::Unknown {
                            ids: Vec::new(),
                            why: format!("HTTP {status}, and no answer that reads"),
                        },
                    },
                    // Overloaded, or who we are is wrong: not this message's fault.
                    401 | 403 | 429 | 503 => self.down(retry_after, why()),
                    400..=499 => Sent::NotSent { again: false, why: why() },
                    _ => {
                        self.rest.begin(REST, &why());
                        Sent::Unknown { ids: Vec::new(), why: why() }
                    }
                }
            }
        }
    }

    async fn asked(&self, message: Message) -> Asked {
        match self.request(Method::GET, format!("{}/{}", self.path, message.id), Vec::new()).await {
            Ok(Answered { status: 404, .. }) => Asked::NeverHad,
            Ok(Answered { status: 200, body, .. }) => match serde_json::from_slice::<Answer>(&body) {
                Ok(answer) => Asked::Has { ids: answer.ids, fate: answer.fate },
                Err(_) => Asked::NoAnswer,
            },
            Ok(_) => Asked::NoAnswer,
            Err(_) => Asked::Away,
        }
    }

    fn down(&self, after: Option<Duration>, why: String) -> Sent {
        tracing::warn!("the gateway {:?}: {why}", self.config);
        self.rest.begin(after.unwrap_or(REST).min(REST_MAX), &why);
        Sent::Down { after, why }
    }
}

/// Over TLS where there is some: writes the request and reads the whole answer.
pub(crate) async fn over(
    tls: Option<&TlsConnector>,
    host: &str,
    stream: TcpStream,
    request: Request<Full<Bytes>>,
) -> Result<Answered, NoAnswer> {
    let Some(tls) = tls else { return exchange(stream, request).await };
    let not_written = |error: String| NoAnswer::NotWritten(error);
    let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned())
        .map_err(|error| not_written(format!("the host's name: {error}")))?;
    match timeout(CONNECT_MAX, tls.connect(name, stream)).await {
        Ok(Ok(stream)) => exchange(stream, request).await,
        Ok(Err(error)) => Err(not_written(format!("no TLS: {error}"))),
        Err(_) => Err(not_written("no TLS within 10 s".into())),
    }
}

async fn exchange<S>(stream: S, request: Request<Full<Bytes>>) -> Result<Answered, NoAnswer>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let shaken = http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = shaken.map_err(|error| NoAnswer::NotWritten(error.to_string()))?;
    let driving = tokio::spawn(connection);
    let answer = timeout(ANSWER_MAX, async {
        let answer = sender.send_request(request).await.map_err(|error| NoAnswer::Cut(error.to_string()))?;
        let status = answer.status().as_u16();
        let header = answer.headers().get(RETRY_AFTER).and_then(|after| after.to_str().ok());
        let retry_after = header.and_then(|after| after.parse().ok());
        let retry_after = retry_after.map(|seconds: u64| Duration::from_secs(seconds.min(3_600)));
        // The status has been said: a body that breaks off leaves us without names, not without an answer.
        let body = Limited::new(answer.into_body(), BODY_MAX).collect().await;
        let body = body.map(|body| body.to_bytes()).unwrap_or_default();
        Ok(Answered { status, retry_after, body })
    })
    .await;
    driving.abort();
    answer.unwrap_or_else(|_| Err(NoAnswer::Cut("no answer within 30 s".into())))
}

impl Gateway for Client {
    fn name(&self) -> &'static str {
        NAME
    }
    fn window(&self) -> usize {
        pace::window(self.config.window, self.config.per_second)
    }
    fn ready(&self) -> Result<(), String> {
        self.rest.over()
    }
    fn send(&self, message: Message) -> BoxFuture<'_, Sent> {
        Box::pin(self.hand_over(message))
    }
    fn ask(&self, message: Message) -> BoxFuture<'_, Asked> {
        Box::pin(self.asked(message))
    }
}
