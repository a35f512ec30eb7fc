//! Somebody signed in over HTTP.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures::{SinkExt, StreamExt};
use reqwest::Method;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// A session with its cookie.
pub struct Session {
    client: reqwest::Client,
    base: String,
    /// As the server set it, for what is no plain request.
    cookie: String,
}

/// What came back.
pub struct Reply {
    /// What was asked for.
    pub path: String,
    pub status: u16,
    pub content_type: String,
    pub bytes: Vec<u8>,
    /// Null for what is not JSON.
    pub json: Value,
}

impl Session {
    pub async fn sign_in(at: SocketAddr, user: &str, password: &str) -> Result<Session> {
        let client =
            reqwest::Client::builder().cookie_store(true).timeout(Duration::from_secs(30)).build()?;
        let mut session = Session { client, base: format!("http://{at}"), cookie: String::new() };
        let form = json!({ "user": user, "password": password });
        let reply = session.client.post(format!("{}/api/sign_in", session.base)).json(&form).send().await?;
        ensure!(reply.status() == 200, "{user} cannot sign in: {}", reply.status());
        let cookies = reply.headers().get_all("set-cookie").iter().filter_map(|cookie| cookie.to_str().ok());
        let pairs: Vec<&str> = cookies.filter_map(|cookie| cookie.split(';').next()).collect();
        session.cookie = pairs.join("; ");
        Ok(session)
    }

    /// Watches a topic as a page does.
    pub async fn watch(&self, topic: &str) -> Result<Watched> {
        let mut request =
            format!("{}/api/live", self.base.replacen("http", "ws", 1)).into_client_request()?;
        request.headers_mut().insert("cookie", self.cookie.parse()?);
        request.headers_mut().insert("origin", self.base.parse()?);
        let (mut socket, _) = connect_async(request).await?;
        socket.send(Message::text(json!({ "watch": [topic] }).to_string())).await?;
        Ok(Watched { socket })
    }

    pub async fn get(&self, path: &str) -> Result<Reply> {
        self.ask(Method::GET, path, None).await
    }
    pub async fn post(&self, path: &str, body: Value) -> Result<Reply> {
        self.ask(Method::POST, path, Some(body)).await
    }
    pub async fn delete(&self, path: &str) -> Result<Reply> {
        self.ask(Method::DELETE, path, None).await
    }

    pub async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Result<Reply> {
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let reply = request.send().await?;
        let status = reply.status().as_u16();
        let kind = reply.headers().get("content-type").and_then(|kind| kind.to_str().ok());
        let content_type = kind.unwrap_or_default().to_owned();
        let bytes = reply.bytes().await?.to_vec();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Ok(Reply { path: path.to_owned(), status, content_type, bytes, json })
    }
}

/// What came of it. Panics with the refusal when it was refused.
#[track_caller]
pub fn done(reply: Result<Reply>) -> Value {
    let reply = reply.expect("an answer");
    assert_eq!(reply.status, 200, "{}: {}", reply.path, reply.json);
    reply.json
}

/// What the server pushes on one topic.
pub struct Watched {
    socket: WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>,
}

impl Watched {
    /// The next thing that is pushed.
    pub async fn next(&mut self) -> Result<Value> {
        loop {
            let message = tokio::time::timeout(Duration::from_secs(30), self.socket.next()).await;
            let Message::Text(text) =
                message.context("nothing is pushed")?.context("the server has gone")??
            else {
                continue;
            };
            let told: Value = serde_json::from_str(&text)?;
            ensure!(told["refused"].is_null(), "watching is refused: {told}");
            return Ok(told["data"].clone());
        }
    }
}
