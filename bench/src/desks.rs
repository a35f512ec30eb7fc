//! Agents at their desks: signed in over HTTP, each with a live page, changing state now and then, while calls come.
//!
//! Each is what a browser is to the server: a session, one socket on which the own desk is pushed, a card asked for when a
//! call rings. What is measured is measured here, on the client's side of the loopback.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use crate::centre::{agent, password};

/// Everybody chooses another state this often.
const ACT_EVERY: Duration = Duration::from_secs(10);

/// A desk that nothing happens to is not pushed; the refusal of this tells that the page is being watched.
const NO_TOPIC: &str = "?";

/// What the desks have seen, in milliseconds.
#[derive(Default)]
pub struct Seen {
    /// By the caller's number: when the push with this caller had come, and when the card had.
    pub cards: HashMap<String, (Instant, Option<Instant>)>,
    /// From asking for a state to the server's answer.
    pub acts: Vec<f64>,
    pub pushes: u64,
    pub refused: u64,
}

/// The running desks; they go with this value.
pub struct Desks {
    seen: Arc<Mutex<Seen>>,
    tasks: Vec<JoinHandle<()>>,
    _runtime: Runtime,
}

impl Desks {
    /// Signs so many agents in, and opens their pages.
    pub fn open(http: SocketAddr, count: usize) -> Result<Desks> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let mut tasks = Vec::new();
        for at in 0..count {
            let desk = Desk { http, seen: Arc::clone(&seen), session: runtime.block_on(sign_in(http, at))? };
            let (begun, has_begun) = tokio::sync::oneshot::channel();
            let watching = desk.clone();
            tasks.push(runtime.spawn(async move {
                if let Err(failure) = watching.watch(begun).await {
                    eprintln!("a desk's page: {failure:#}");
                }
            }));
            runtime.block_on(has_begun).context("a page did not open")?;
            if at == 0 {
                runtime.block_on(desk.wait_for_index())?;
            }
            // Spread over the time, as people are.
            let wait = ACT_EVERY.mul_f64(at as f64 / count as f64);
            tasks.push(runtime.spawn(async move { desk.choose_states(wait).await }));
        }
        Ok(Desks { seen, tasks, _runtime: runtime })
    }

    /// What was seen since the last time.
    pub fn take(&self) -> Seen {
        std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Desks {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

#[derive(Clone)]
struct Desk {
    http: SocketAddr,
    session: Session,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Clone)]
struct Session {
    client: reqwest::Client,
    cookie: String,
}

async fn sign_in(http: SocketAddr, at: usize) -> Result<Session> {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(20)).build()?;
    let form = json!({ "user": agent(at), "password": password(at) });
    let reply = client.post(format!("http://{http}/api/sign_in")).json(&form).send().await?;
    ensure!(reply.status().is_success(), "{} cannot sign in: {}", agent(at), reply.text().await?);
    let cookie = reply.headers().get("set-cookie").context("no session")?.to_str()?;
    let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
    Ok(Session { client, cookie })
}

impl Desk {
    /// An index of many customers is built at the first start.
    async fn wait_for_index(&self) -> Result<()> {
        let url = format!("http://{}/api/search?q=wf", self.http);
        loop {
            let reply = self.session.client.get(&url).header("cookie", &self.session.cookie).send().await?;
            let found: Value = reply.error_for_status()?.json().await?;
            if found["building"].is_null() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    async fn watch(self, begun: tokio::sync::oneshot::Sender<()>) -> Result<()> {
        let mut request = format!("ws://{}/api/live", self.http).into_client_request()?;
        request.headers_mut().insert("cookie", self.session.cookie.parse()?);
        request.headers_mut().insert("origin", format!("http://{}", self.http).parse()?);
        let (mut socket, _) = tokio_tungstenite::connect_async(request).await?;
        socket.send(Message::text(json!({ "watch": ["calls.desk", NO_TOPIC] }).to_string())).await?;
        let mut begun = Some(begun);
        let mut known = String::new();
        while let Some(message) = socket.next().await {
            let Message::Text(text) = message? else { continue };
            let came = Instant::now();
            let message: Value = serde_json::from_str(&text)?;
            if message["refused"] == NO_TOPIC {
                let _ = begun.take().map(|begun| begun.send(()));
                continue;
            }
            ensure!(message["refused"].is_null(), "{message}");
            let own = &message["data"]["desk"];
            let (call, caller) = (own["call"].as_str().unwrap_or(""), own["caller"].as_str().unwrap_or(""));
            let new = !call.is_empty() && call != known;
            {
                let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
                seen.pushes += 1;
                if new {
                    seen.cards.insert(caller.to_owned(), (came, None));
                }
            }
            if new {
                known = call.to_owned();
                // The page goes on while the card is asked for.
                tokio::spawn(self.clone().card(known.clone(), caller.to_owned()));
            }
        }
        Ok(())
    }

    async fn card(self, call: String, caller: String) {
        let path = format!("http://{}/api/customers/calls/{call}", self.http);
        let reply = self.session.client.get(path).header("cookie", &self.session.cookie).send().await;
        let good = match reply {
            Ok(reply) => reply.status().is_success() && reply.bytes().await.is_ok(),
            Err(_) => false,
        };
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match seen.cards.get_mut(&caller) {
            Some((_, card)) if good => *card = Some(Instant::now()),
            _ => seen.refused += 1,
        }
    }

    async fn choose_states(self, wait: Duration) {
        tokio::time::sleep(wait).await;
        let url = format!("http://{}/api/calls/desk", self.http);
        let acts = [json!({ "act": "not_ready", "reason": "meeting" }), json!({ "act": "ready" })];
        loop {
            for act in &acts {
                let asked = Instant::now();
                let reply = self
                    .session
                    .client
                    .post(&url)
                    .header("cookie", &self.session.cookie)
                    .json(act)
                    .send()
                    .await;
                let took = asked.elapsed().as_secs_f64() * 1_000.0;
                let good = reply.is_ok_and(|reply| reply.status().is_success());
                let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
                match good {
                    true => seen.acts.push(took),
                    false => seen.refused += 1,
                }
            }
            tokio::time::sleep(ACT_EVERY).await;
        }
    }
}
