//! Somebody signed in over HTTP.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};

/// A session with its cookie.
pub struct Session {
    client: reqwest::Client,
    base: String,
}

/// What came back.
pub struct Reply {
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
        let session = Session { client, base: format!("http://{at}") };
        let reply = session.post("/api/sign_in", json!({ "user": user, "password": password })).await?;
        ensure!(reply.status == 200, "{user} cannot sign in: {} {}", reply.status, reply.json);
        Ok(session)
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
        Ok(Reply { status, content_type, bytes, json })
    }
}
