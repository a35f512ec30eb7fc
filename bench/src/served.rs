//! The measured program as whoever asks it over HTTP sees it: started in a folder of its own, signed in to, asked and timed.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use reqwest::Client;
use serde_json::{Value, json};

/// How often each kind of question is asked.
pub const ASKED: u64 = 100;
/// A start that takes longer has failed.
const START_MAX: Duration = Duration::from_secs(180);

/// Where the program keeps what it keeps.
#[derive(Clone)]
pub struct Place {
    pub data: PathBuf,
    /// `postgres://…`; without it the embedded database.
    pub database: Option<String>,
}

impl Place {
    /// One of the program's commands, here.
    pub fn command(&self, program: &Path, words: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(words).arg("--data").arg(&self.data);
        if let Some(url) = &self.database {
            command.args(["--database", url]);
        }
        command
    }
}

/// The program, until this is dropped.
pub struct Served {
    child: Child,
    pub base: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Served {
    /// Starts the demo with these words more and waits until it answers.
    pub async fn start(program: &Path, place: &Place, words: &[&str]) -> Result<Served> {
        let http = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let sip = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        std::fs::create_dir_all(&place.data)?;
        let log = place.data.join("bench.log");
        let mut serve = place.command(program, &["serve", "--demo"]);
        serve.args(words).args(["--http", &http.to_string(), "--sip", &sip.to_string()]);
        serve.args(["--rtp", "41000-41099"]).stdout(Stdio::null()).stderr(std::fs::File::create(&log)?);
        let mut served = Served { child: serve.spawn()?, base: format!("http://{http}") };
        let begun = Instant::now();
        while reqwest::get(format!("{}/readyz", served.base)).await.is_err() {
            let ended = served.child.try_wait()?;
            let patient = begun.elapsed() < START_MAX;
            ensure!(ended.is_none() && patient, "it does not start:\n{}", std::fs::read_to_string(&log)?);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(served)
    }

    /// Asks it to end, and waits.
    pub fn stop(mut self) -> Result<()> {
        let ended = Command::new("kill").arg(self.child.id().to_string()).status()?;
        ensure!(ended.success(), "the program cannot be stopped");
        self.child.wait()?;
        Ok(())
    }

    /// Somebody of the demo, by number.
    pub async fn sign_in(&self, user: &str) -> Result<Asker> {
        let client = Client::builder().cookie_store(true).build()?;
        let form = json!({ "user": user, "password": format!("demo-{user}") });
        let reply = client.post(format!("{}/api/sign_in", self.base)).json(&form).send().await?;
        ensure!(reply.status().is_success(), "{user} cannot sign in: {}", reply.status());
        Ok(Asker { client, base: self.base.clone() })
    }

    /// A figure that the program tells of itself: the line of `/metrics` that begins so.
    pub async fn metric(&self, line: &str) -> Result<Option<f64>> {
        let text = reqwest::get(format!("{}/metrics", self.base)).await?.text().await?;
        let found = text.lines().find_map(|at| at.strip_prefix(line));
        Ok(found.and_then(|value| value.trim().parse().ok()))
    }
}

/// Somebody who is signed in.
#[derive(Clone)]
pub struct Asker {
    pub client: Client,
    pub base: String,
}

impl Asker {
    pub async fn get(&self, path: &str) -> Result<Value> {
        let reply = self.client.get(format!("{}{path}", self.base)).send().await?;
        ensure!(reply.status().is_success(), "{path}: {}", reply.status());
        Ok(reply.json().await?)
    }

    pub async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let reply = self.client.post(format!("{}{path}", self.base)).json(body).send().await?;
        let (status, answer) = (reply.status(), reply.text().await?);
        ensure!(status.is_success(), "{path}: {status} {answer}");
        serde_json::from_str(&answer).with_context(|| format!("{path}: {answer}"))
    }

    /// Asks as often as is usual and prints p50 and p95 beside the goal, in ms.
    pub async fn time(&self, what: &str, goal: f64, path: impl Fn(u64) -> String) -> Result<()> {
        let mut taken = Vec::new();
        for nth in 0..ASKED {
            let path = path(nth);
            let begun = Instant::now();
            self.get(&path).await?;
            taken.push(begun.elapsed().as_secs_f64() * 1_000.0);
        }
        quantiles(what, taken, &format!("goal {goal}"));
        Ok(())
    }
}

/// Prints p50 and p95 of so many milliseconds.
pub fn quantiles(what: &str, mut taken: Vec<f64>, goal: &str) {
    taken.sort_by(f64::total_cmp);
    let at = |share: f64| taken.get(((taken.len().max(1) - 1) as f64 * share) as usize).copied();
    let (half, most) = (at(0.5).unwrap_or(f64::NAN), at(0.95).unwrap_or(f64::NAN));
    println!("{what:44} p50 {half:7.1} ms   p95 {most:7.1} ms   {goal}");
}

pub fn figure(what: &str, value: f64, unit: &str, goal: &str) {
    println!("{what:44} {value:7.1} {unit}   {goal}");
}

/// Words as they stand in an address.
pub fn coded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
