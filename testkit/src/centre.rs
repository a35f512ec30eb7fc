//! A centre: the real program with `--demo`, its own folder and ports that were free.

use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use reqwest::Method;
use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::{Session, done};

/// How long a start may take, on a machine that does other things too.
const START: Duration = Duration::from_secs(60);

/// A running centre. It dies with this value.
pub struct Centre {
    program: PathBuf,
    folder: TempDir,
    child: Option<Child>,
    database: Option<String>,
    pub http: SocketAddr,
    pub sip: SocketAddr,
}

impl Centre {
    /// Starts `program serve --demo`.
    pub async fn start(program: &str) -> Result<Centre> {
        Centre::start_on(program, None).await
    }

    /// The same on a database beside it: `postgres://…`.
    pub async fn start_on(program: &str, database: Option<String>) -> Result<Centre> {
        let folder = tempfile::Builder::new().prefix("switchboard-").tempdir()?;
        let config = format!("prompts = {:?}\n", crate::house().join("prompts"));
        std::fs::write(folder.path().join("switchboard.toml"), config)?;
        let sip = free_port()?;
        let http = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut centre = Centre { program: program.into(), folder, child: None, database, http, sip };
        centre.again().await?;
        Ok(centre)
    }

    /// Starts it again on the same folder.
    pub async fn again(&mut self) -> Result<()> {
        let database = self.database.iter().flat_map(|url| ["--database", url.as_str()]);
        let mut child = Command::new(&self.program)
            .args([
                "serve",
                "--demo",
                "--demo-customers",
                "2000",
                "--demo-orders",
                "0",
                "--rtp",
                "20000-29999",
                "--http",
                "127.0.0.1:0",
            ])
            .args(["--sip", &self.sip.to_string()])
            .args(database)
            .arg("--data")
            .arg(self.folder.path().join("data"))
            .arg("--config")
            .arg(self.folder.path().join("switchboard.toml"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("starting {}", self.program.display()))?;
        let out = child.stdout.take().context("no output")?;
        let mut lines = BufReader::new(out).lines();
        let greeted = async {
            while let Some(line) = lines.next_line().await? {
                if let Some((_, at)) = line.split_once("http://")
                    && line.trim_start().starts_with("web")
                {
                    return Ok(at.trim().parse()?);
                }
            }
            bail!("it ended before it had started")
        };
        self.http = tokio::time::timeout(START, greeted).await.context("it does not start")??;
        // Whatever it prints later has somewhere to go.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        self.child = Some(child);
        Ok(())
    }

    /// `kill -9`, and nothing is left of it but its folder.
    pub async fn kill(&mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill().await?;
        }
        Ok(())
    }

    /// The process, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().and_then(Child::id)
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Signs a demo person in.
    pub async fn sign_in(&self, number: &str) -> Result<Session> {
        Session::sign_in(self.http, number, &format!("demo-{number}")).await
    }

    /// From now on its carrier ends at these telephones. In force within a second or two.
    pub async fn carry_to(&self, telephones: SocketAddr) {
        const CARRIER: &str = "/api/calls/trunks/carrier";
        let admin = self.sign_in("3001").await.expect("the administrator");
        let lines = done(admin.get("/api/calls/lines").await);
        let known = &lines["trunks"][0];
        let mut trunk = known["trunk"].clone();
        trunk["out"] = json!(format!("sip:{telephones}"));
        let form = json!({ "version": known["version"], "trunk": trunk });
        done(admin.ask(Method::PUT, CARRIER, Some(form)).await);
    }
}

/// A port that is free for UDP and TCP.
fn free_port() -> Result<SocketAddr> {
    for _ in 0..100 {
        let at = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        if UdpSocket::bind(at).is_ok() {
            return Ok(at);
        }
    }
    bail!("no port is free")
}
