//! What is measured: the release binary in a folder of its own, and what /proc says of it.

use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::callers::{OUTAGE, PROMPT};
use crate::{callers, wire};

/// One agent for each call that is held.
pub const AGENTS: usize = 1_100;
/// The first of them have a password and register in the end.
pub const REGISTERING: usize = 500;
/// A number whose flow is a prompt of one second and the queue, and one that is the queue alone.
pub const WITH_PROMPT: &str = "95598";
pub const WITHOUT_PROMPT: &str = "95599";
/// One whose callers are looked up and hear an announcement longer than they stay.
pub const ANNOUNCED: &str = "95597";

/// One whose callers hear of an outage that concerns them, and all others a prompt, the queue and an agent.
pub const IN_STORM: &str = "95596";
/// Whoever enters and publishes the outage.
pub const LEADER: &str = "9001";

/// A debug build on a busy machine takes a minute.
const START_MAX: Duration = Duration::from_secs(180);

/// A running centre.
pub struct Centre {
    process: Child,
    folder: TempDir,
    pub sip: SocketAddr,
    pub http: SocketAddr,
    pub applied_in: Duration,
}

/// What the process has used so far.
#[derive(Clone, Copy, Debug)]
pub struct Used {
    pub cpu_s: f64,
    pub rss_kb: u64,
}

/// What is in the database after the end.
#[derive(Clone, Copy, Debug)]
pub struct Records {
    pub calls: i64,
    pub callers: i64,
    pub complete: i64,
    pub connected: i64,
    pub recorded: i64,
    pub recordings: i64,
    pub sealed: i64,
    pub lost_ms: i64,
}

pub fn agent(at: usize) -> String {
    format!("{}", 10_000 + at)
}

pub fn password(at: usize) -> String {
    format!("bench-{at}")
}

impl Centre {
    /// Writes the files, applies the centre and starts it. `phones` is where all agents' telephones are; so many
    /// `customers` are made up before, or are those of the folder `from`, and the first of the agents have `passwords`.
    pub fn start(
        phones: SocketAddr,
        customers: u64,
        from: Option<&Path>,
        passwords: usize,
    ) -> Result<Centre> {
        let folder = tempfile::Builder::new().prefix("switchboard-bench-").tempdir()?;
        let (http, sip) = (free_tcp()?, free_udp()?);
        write_prompts(&folder.path().join("prompts"))?;
        std::fs::write(folder.path().join("centre.toml"), centre_file(phones, passwords))?;
        let config = format!(
            "prompts = {:?}\nspeech = {:?}\nmax_calls = 3000\n",
            folder.path().join("prompts").display().to_string(),
            // Outages are told in what is recorded, on every machine.
            folder.path().join("speech").display().to_string(),
        );
        std::fs::write(folder.path().join("switchboard.toml"), config)?;
        let program = bench::program()?;
        let data = folder.path().join("data");
        if let Some(from) = from {
            bench::copy_database(from, &data)?;
        }
        let started = Instant::now();
        let applied = Command::new(&program)
            .arg("apply")
            .arg(folder.path().join("centre.toml"))
            .arg("--data")
            .arg(&data)
            .stdout(Stdio::null())
            .env_remove("SWITCHBOARD_DATABASE")
            .current_dir(folder.path())
            .status()?;
        ensure!(applied.success(), "switchboard apply failed");
        let applied_in = started.elapsed();
        if customers > 0 {
            let made = Command::new(&program)
                .args(["customers", "generate", "--count", &customers.to_string(), "--data"])
                .arg(&data)
                .stderr(Stdio::null())
                .env_remove("SWITCHBOARD_DATABASE")
                .status()?;
            ensure!(made.success(), "the customers could not be made");
        }
        let log = std::fs::File::create(folder.path().join("log"))?;
        let process = Command::new(&program)
            .arg("serve")
            .arg("--config")
            .arg(folder.path().join("switchboard.toml"))
            .arg("--data")
            .arg(&data)
            .args(["--http", &http.to_string(), "--sip", &sip.to_string()])
            .stdout(Stdio::null())
            .stderr(log)
            .env("NO_COLOR", "1")
            .env_remove("SWITCHBOARD_DATABASE")
            .current_dir(folder.path())
            .spawn()?;
        let mut centre = Centre { process, folder, sip, http, applied_in };
        let until = Instant::now() + START_MAX;
        while !ready(http) {
            let ended = centre.process.try_wait()?;
            ensure!(ended.is_none() && Instant::now() < until, "it did not start:\n{}", centre.log());
            std::thread::sleep(Duration::from_millis(50));
        }
        // The agents' desks open one after the other.
        std::thread::sleep(Duration::from_secs(2));
        Ok(centre)
    }

    /// What its database answers to a question, a row on each line.
    pub fn ask(&self, question: &str) -> Result<Vec<String>> {
        let path = self.folder.path().join("data").join("switchboard.db");
        let output = Command::new("sqlite3").arg("-readonly").arg(path).arg(question).output();
        let output = output.context("sqlite3 reads the database: install it (Debian package sqlite3)")?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?.lines().map(str::to_owned).collect())
    }

    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    pub fn used(&self) -> Result<Used> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid()))?;
        // The name may contain anything; what follows the last parenthesis does not.
        let fields: Vec<&str> =
            stat.rsplit_once(')').context("no such field")?.1.split_whitespace().collect();
        let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid()))?;
        let rss = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
        let rss_kb = rss.split_whitespace().nth(1).and_then(|kb| kb.parse().ok()).unwrap_or(0);
        Ok(Used { cpu_s: (ticks(11) + ticks(12)) / wire::ticks_per_second(), rss_kb })
    }

    /// CPU seconds of each thread name.
    pub fn by_thread(&self) -> std::collections::BTreeMap<String, f64> {
        let mut used = std::collections::BTreeMap::new();
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.pid()));
        for task in tasks.into_iter().flatten().flatten() {
            let name = std::fs::read_to_string(task.path().join("comm")).unwrap_or_default();
            let time = std::fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
            let ns: f64 = time.split(' ').next().and_then(|ns| ns.parse().ok()).unwrap_or(0.0);
            *used.entry(name.trim().to_owned()).or_insert(0.0) += ns / 1e9;
        }
        used
    }

    /// The log's warnings and errors.
    pub fn log(&self) -> String {
        let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        log.lines()
            .filter(|line| !line.contains(" INFO"))
            .take(20)
            .fold(String::new(), |all, line| all + line + "\n")
    }

    pub fn log_bytes(&self) -> u64 {
        std::fs::metadata(self.folder.path().join("log")).map_or(0, |meta| meta.len())
    }

    /// Ends it and looks into its database.
    pub fn stop(mut self) -> Result<(Records, String)> {
        wire::terminate(self.pid());
        let until = Instant::now() + Duration::from_secs(20);
        while self.process.try_wait()?.is_none() {
            ensure!(Instant::now() < until, "it does not stop");
            std::thread::sleep(Duration::from_millis(20));
        }
        let path = self.folder.path().join("data").join("switchboard.db");
        Ok((records(&path)?, self.log()))
    }
}

impl Drop for Centre {
    fn drop(&mut self) {
        if matches!(self.process.try_wait(), Ok(None)) {
            let _ = self.process.kill();
            let _ = self.process.wait();
        }
    }
}

/// By the database's own program, so that the bench needs none of our code to look at what it left.
fn records(path: &Path) -> Result<Records> {
    const QUERY: &str = "SELECT COUNT(*), COUNT(DISTINCT from_number), \
         COUNT(CASE WHEN state IS NULL AND ended_at IS NOT NULL AND interrupted = 0 THEN 1 END), \
         COUNT(connected_at), COUNT(recording) FROM calls_records; \
         SELECT COUNT(*), COUNT(sealed_at), COALESCE(SUM(lost_ms), 0) FROM recordings_recordings;";
    let output = Command::new("sqlite3")
        .arg(path)
        .arg(QUERY)
        .output()
        .context("sqlite3 counts the records: install it (Debian package sqlite3)")?;
    let text = String::from_utf8(output.stdout)?;
    let counts: Vec<i64> = text.split(['|', '\n']).filter_map(|count| count.trim().parse().ok()).collect();
    let [calls, callers, complete, connected, recorded, recordings, sealed, lost_ms] = counts[..] else {
        anyhow::bail!("{}{text}", String::from_utf8_lossy(&output.stderr));
    };
    Ok(Records { calls, callers, complete, connected, recorded, recordings, sealed, lost_ms })
}

fn free_tcp() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// Free for UDP and TCP.
fn free_udp() -> Result<SocketAddr> {
    loop {
        let address = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        if TcpListener::bind(address).is_ok() {
            return Ok(address);
        }
    }
}

fn ready(http: SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect(http) else { return false };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(2)));
    let mut answer = [0; 12];
    stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").is_ok()
        && stream.read_exact(&mut answer).is_ok()
        && answer.ends_with(b"200")
}

fn centre_file(phones: SocketAddr, passwords: usize) -> String {
    let mut file = format!(
        "[centre]\nname = \"bench\"\n\n[[trunk]]\nname = \"carrier\"\nfrom = [\"{}/32\"]\nmax_calls = 3000\n\n\
         [[queue]]\nname = \"general\"\nwrap_up_s = 0\nwrap_up_hard_s = 0\nring_s = 12\ncallers_max = 3000\n\
         announce_s = 0\nannounce_number = false\nmusic = [\"recorded/hold\"]\n\n\
         [[number]]\ndid = \"{WITH_PROMPT}\"\nflow = \"prompt\"\n\n\
         [[number]]\ndid = \"{WITHOUT_PROMPT}\"\nflow = \"straight\"\n\n\
         [[number]]\ndid = \"{ANNOUNCED}\"\nflow = \"announced\"\n\n\
         [[flow]]\nname = \"announced\"\nsteps = [{{ look_up = \"customers.caller\", unknown = \"told\", otherwise = \"told\" }}, \
         {{ name = \"told\", say = \"twenty seconds\", voice = \"recorded/announcement\", informative = true }}, \
         {{ queue = \"general\" }}]\n\n\
         [[number]]\ndid = \"{IN_STORM}\"\nflow = \"storm\"\n\n\
         [[flow]]\nname = \"storm\"\nsteps = [{{ announce = \"outages\", say = \"six seconds\", voice = \"recorded/announce_keys\", \
         told = \"hang_up\", danger = \"agents\" }}, {{ say = \"one second\", voice = \"recorded/second\" }}, {{ name = \"agents\", queue = \"general\" }}]\n\n\
         [[agent]]\nnumber = \"{LEADER}\"\nname = \"Leader\"\nroles = [\"supervisor\"]\npassword = \"bench-leader\"\n\n\
         [[flow]]\nname = \"prompt\"\n\
         steps = [{{ say = \"one second\", voice = \"recorded/second\" }}, {{ queue = \"general\" }}]\n\n\
         [[flow]]\nname = \"straight\"\nsteps = [{{ queue = \"general\" }}]\n",
        callers::IP
    );
    for at in 0..AGENTS {
        let number = agent(at);
        let _ = write!(
            file,
            "\n[[agent]]\nnumber = \"{number}\"\nname = \"Agent {at}\"\nqueues = [\"general\"]\n\
             contact = \"sip:{number}@{phones}\"\nready = true\nwrap_up_s = 0\n"
        );
        if at < passwords {
            let _ = writeln!(file, "password = \"{}\"", password(at));
        }
    }
    file
}

/// One second of prompt and ten of music, each sample the same byte of A-law.
fn write_prompts(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder.join("recorded"))?;
    let clips = [
        ("second", 1, PROMPT),
        ("announcement", 20, PROMPT),
        ("hold", 10, 0x71),
        ("parked", 1, PROMPT),
        ("interruption_soon", 7, OUTAGE),
        ("announce_keys", 6, OUTAGE),
    ];
    for (name, seconds, sample) in clips {
        let samples = vec![sample; seconds * 8_000];
        let mut wav = Vec::new();
        wav.extend(b"RIFF");
        wav.extend((38 + samples.len() as u32).to_le_bytes());
        wav.extend(b"WAVEfmt ");
        wav.extend(18u32.to_le_bytes());
        wav.extend(6u16.to_le_bytes());
        wav.extend(1u16.to_le_bytes());
        wav.extend(8_000u32.to_le_bytes());
        wav.extend(8_000u32.to_le_bytes());
        wav.extend(1u16.to_le_bytes());
        wav.extend(8u16.to_le_bytes());
        wav.extend(0u16.to_le_bytes());
        wav.extend(b"data");
        wav.extend((samples.len() as u32).to_le_bytes());
        wav.extend(samples);
        std::fs::write(folder.join("recorded").join(format!("{name}.wav")), wav)?;
    }
    let manifest = r#"{"clips": [
        {"name": "recorded/second", "text": "one second", "duration_ms": 1000},
        {"name": "recorded/announcement", "text": "twenty seconds", "duration_ms": 20000},
        {"name": "recorded/interruption_soon", "text": "seven seconds", "duration_ms": 7000},
        {"name": "recorded/announce_keys", "text": "six seconds", "duration_ms": 6000},
        {"name": "recorded/hold", "text": null, "duration_ms": 10000},
        {"name": "recorded/parked", "text": "one second", "duration_ms": 1000}
    ]}"#;
    std::fs::write(folder.join("manifest.json"), manifest)?;
    Ok(())
}
