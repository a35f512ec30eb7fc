//! baresip as a telephone, driven through its `ctrl_tcp` (JSON in netstrings).

use std::fmt::Display;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::{network, sound};

const LONG: Duration = Duration::from_secs(20);

/// An agent's account, which registers at `registrar` and answers `auto` or `manual`.
pub fn agents_account(number: &str, registrar: impl Display, answers: &str) -> String {
    format!(
        "<sip:{number}@{registrar}>;auth_user={number};auth_pass=agent-{number};answermode={answers};regint=60;\
         audio_codecs=pcma"
    )
}

/// The account of somebody who only calls, from this address.
pub fn callers_account(number: &str, at: impl Display) -> String {
    format!("<sip:{number}@{at}>;regint=0;audio_codecs=pcma")
}

pub struct Baresip {
    folder: PathBuf,
    control: TcpStream,
    unread: Vec<u8>,
    _child: tokio::process::Child,
}

impl Baresip {
    /// Starts it on a host, with one account, saying one tone for as long as it talks.
    pub async fn start(folder: &Path, host: &str, at: Ipv4Addr, account: &str, hz: f64) -> Baresip {
        let folder = folder.join(host);
        std::fs::create_dir_all(&folder).expect("a folder");
        let here = folder.display();
        sound::write_tone(&folder.join("tone.wav"), hz);
        let config = format!(
            "poll_method epoll\nsip_cafile {here}/../cert.pem\naudio_player aubridge,nobody\n\
             audio_source aufile,{here}/tone.wav\naudio_alert aubridge,nobody\nausrc_srate 8000\nauplay_srate 8000\n\
             ausrc_channels 1\nauplay_channels 1\nsnd_path {here}\nmodule_path {}\nmodule g711.so\nmodule aufile.so\n\
             module aubridge.so\nmodule sndfile.so\nmodule_tmp account.so\nmodule_app menu.so\nmodule_app ctrl_tcp.so\n\
             ctrl_tcp_listen 0.0.0.0:4444\n",
            modules().display(),
        );
        std::fs::write(folder.join("config"), config).expect("written");
        std::fs::write(folder.join("accounts"), format!("{account}\n")).expect("written");
        let log = std::fs::File::create(folder.join("log")).expect("a log");
        let child = network::on(host, "baresip")
            .args(["-v", "-s", "-f"])
            .arg(&folder)
            .stdout(log.try_clone().expect("a log"))
            .stderr(Stdio::from(log))
            .spawn()
            .expect("baresip is installed (Debian package baresip-core)");
        let mut tries = 0;
        let control = loop {
            match TcpStream::connect((at, 4_444)).await {
                Ok(control) => break control,
                Err(failure) if tries > 200 => panic!("baresip on {host}: {failure}\n{}", log_of(&folder)),
                Err(_) => tokio::time::sleep(Duration::from_millis(25)).await,
            }
            tries += 1;
        };
        Baresip { folder, control, unread: Vec::new(), _child: child }
    }

    pub async fn tell(&mut self, command: &str, parameters: &str) -> Value {
        let text = json!({ "command": command, "params": parameters, "token": "t" }).to_string();
        self.control.write_all(format!("{}:{text},", text.len()).as_bytes()).await.expect("told");
        self.next(command, |message| message["response"] == true).await
    }

    /// Waits for an event; those before it are passed over.
    pub async fn event(&mut self, kind: &str) -> Value {
        self.next(kind, |message| message["event"] == true && message["type"] == kind).await
    }

    /// Waits until its registration is known to have been accepted.
    pub async fn registered(&mut self) {
        for _ in 0..200 {
            let said = self.tell("reginfo", "").await["data"].to_string();
            if said.contains("OK") {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("not registered\n{}", self.log());
    }

    async fn next(&mut self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let message = timeout(LONG, async {
            loop {
                let message = self.message().await;
                if fits(&message) {
                    return message;
                }
            }
        });
        match message.await {
            Ok(message) => message,
            Err(_) => panic!("no {what} in time\n{}", self.log()),
        }
    }

    async fn message(&mut self) -> Value {
        loop {
            if let Some(colon) = self.unread.iter().position(|b| *b == b':') {
                let length: usize =
                    std::str::from_utf8(&self.unread[..colon]).expect("a length").parse().expect("a length");
                let end = colon + 1 + length;
                if self.unread.len() > end {
                    let message = serde_json::from_slice(&self.unread[colon + 1..end]).expect("JSON");
                    self.unread.drain(..=end);
                    return message;
                }
            }
            let read = self.control.read_buf(&mut self.unread).await.expect("baresip answers");
            assert!(read > 0, "baresip has gone\n{}", self.log());
        }
    }

    /// What it has decoded: 16-bit WAV, mono.
    pub fn heard(&self) -> Vec<i16> {
        let files = std::fs::read_dir(&self.folder).expect("its folder");
        let dump = files
            .flatten()
            .map(|file| file.path())
            .find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().ends_with("-dec.wav")));
        let wav = std::fs::read(dump.expect("a file of what was heard")).expect("read");
        sound::channel(&wav, 0, 1)
    }

    pub fn log(&self) -> String {
        log_of(&self.folder)
    }
}

fn log_of(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("log")).unwrap_or_default()
}

fn modules() -> PathBuf {
    ["/usr/lib/baresip/modules", "/usr/local/lib/baresip/modules"]
        .into_iter()
        .map(PathBuf::from)
        .find(|path| path.is_dir())
        .expect("baresip and its modules are installed (Debian package baresip-core)")
}
