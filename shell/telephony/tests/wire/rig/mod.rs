//! A telephony of its own for a test: ephemeral ports on loopback, a steady clock, and an exchange of three lines.

pub mod browser;
pub mod text;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use exchange::line::{Command, Device, EndCause, Event, Identity, Target};
use kernel::{Clock, IdMint, LegId, Timestamp, TrunkId};
use telephony::{Config, Directory, Ha1, MediaConfig, Phone, Stats, Telephony, TrunkConfig};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::time::timeout;

pub const REALM: &str = "switchboard";
const LONG: Duration = Duration::from_secs(20);

/// Real time from a fixed start, which a test may push forward.
pub struct Steady(Instant, AtomicU64);

impl Clock for Steady {
    fn now(&self) -> Timestamp {
        let pushed = Duration::from_secs(self.1.load(Ordering::SeqCst));
        Timestamp::from_secs(1_800_000_000) + self.0.elapsed() + pushed
    }
}

pub struct Rig {
    pub telephony: Telephony,
    pub events: mpsc::Receiver<Event>,
    pub mint: Arc<IdMint>,
    pub clock: Arc<Steady>,
    pub folder: PathBuf,
}

pub fn config() -> Config {
    let folder = std::env::temp_dir().join(format!(
        "telephony-{}-{:?}",
        std::process::id(),
        std::thread::current().id()
    ));
    let media = MediaConfig { recordings_dir: folder, ..MediaConfig::default() };
    let mut config = Config::new(REALM, media);
    config.udp = vec![SocketAddr::from(([127, 0, 0, 1], 0))];
    config.tcp = vec![SocketAddr::from(([127, 0, 0, 1], 0))];
    config
}

pub fn trunk(from: &str) -> TrunkConfig {
    TrunkConfig {
        id: TrunkId(1),
        name: "carrier".to_owned(),
        from: vec![from.parse().expect("a range")],
        register: None,
        out: None,
        max_calls: 1_000,
        busy_status: telephony::BusyStatus::Unavailable,
        learn_rtp: false,
        codecs: Vec::new(),
    }
}

/// A trunk at 127.0.0.2, and telephones 1001 and 1002 with the password "secret".
pub fn directory() -> Directory {
    let mut directory = Directory { trunks: vec![trunk("127.0.0.2")], ..Directory::default() };
    for user in ["1001", "1002"] {
        let credentials = Some(Ha1::new(user, REALM, "secret"));
        directory.phones.insert(user.to_owned(), Phone { credentials, contact: None });
    }
    directory
}

pub fn phone(user: &str, device: Device) -> Target {
    Target::Phone { user: user.to_owned(), device }
}

/// Who calls, with a number and without a name.
pub fn number(number: &str) -> Identity {
    Identity { number: number.to_owned(), name: String::new() }
}

impl Rig {
    pub async fn start(config: Config, directory: Directory) -> Rig {
        let clock = Arc::new(Steady(Instant::now(), AtomicU64::new(0)));
        let mint = Arc::new(IdMint::new(0));
        let folder = config.media.recordings_dir.clone();
        let (telephony, events) =
            Telephony::start(config, directory, clock.clone(), mint.clone()).await.expect("telephony starts");
        Rig { telephony, events, mint, clock, folder }
    }

    pub fn udp(&self) -> SocketAddr {
        self.telephony.addresses()[0]
    }
    pub fn tcp(&self) -> SocketAddr {
        self.telephony.addresses()[1]
    }
    pub fn command(&self, command: Command) {
        self.telephony.command(command).expect("room for a command");
    }
    /// Calls out on a new leg.
    pub fn dial(&self, to: Target, from: Identity, ring_for: Duration, answer_itself: bool) -> LegId {
        let leg = self.mint.mint(self.clock.now());
        self.command(Command::Dial { leg, to, from, ring_for, answer_itself });
        leg
    }
    /// Calls whatever telephone this user has; it is not told who calls.
    pub fn dial_phone(&self, user: &str, ring_for: Duration) -> LegId {
        self.dial(phone(user, Device::Any), Identity::default(), ring_for, false)
    }
    /// So much time passes at once. Telephony notices at its next input, so it is given one.
    pub async fn pass(&self, seconds: u64) {
        self.clock.1.fetch_add(seconds, Ordering::SeqCst);
        let peer = Peer::at("127.0.0.1", self.udp()).await;
        peer.say(&text::request("OPTIONS", "poke", 1, "", "", "")).await;
        assert!(peer.hear().await.starts_with("SIP/2.0 "));
    }
    pub fn stats(&self) -> Stats {
        self.telephony.stats()
    }

    /// The next event that is not about a telephone or trunk coming and going.
    pub async fn event(&mut self) -> Event {
        loop {
            let event =
                timeout(LONG, self.events.recv()).await.expect("an event in time").expect("telephony lives");
            if !matches!(
                event,
                Event::Phone { .. } | Event::Trunk { .. } | Event::Silent { .. } | Event::NoRoom { .. }
            ) {
                return event;
            }
        }
    }

    pub async fn phone_event(&mut self) -> (String, bool) {
        loop {
            let event =
                timeout(LONG, self.events.recv()).await.expect("an event in time").expect("telephony lives");
            if let Event::Phone { user, reachable, .. } = event {
                return (user, reachable);
            }
        }
    }

    pub async fn incoming(&mut self) -> LegId {
        match self.event().await {
            Event::Incoming { leg, .. } => leg,
            other => panic!("expected a call, got {other:?}"),
        }
    }

    pub async fn ended(&mut self, leg: LegId) -> EndCause {
        match self.event().await {
            Event::Ended { leg: ended, cause } if ended == leg => cause,
            other => panic!("expected the end of {leg}, got {other:?}"),
        }
    }

    /// Answers every call until `calls` of them have ended; their causes.
    pub async fn answer_all(&mut self, calls: usize) -> Vec<EndCause> {
        let mut ends = Vec::new();
        while ends.len() < calls {
            match self.event().await {
                Event::Incoming { leg, .. } => {
                    self.command(Command::Ring { leg });
                    self.command(Command::Answer { leg });
                }
                Event::Ended { cause, .. } => ends.push(cause),
                _ => {}
            }
        }
        ends
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A peer that speaks UDP and says exactly what a test writes.
pub struct Peer {
    pub socket: UdpSocket,
    pub to: SocketAddr,
}

impl Peer {
    pub async fn at(ip: &str, to: SocketAddr) -> Peer {
        let socket = UdpSocket::bind(format!("{ip}:0")).await.expect("a socket");
        Peer { socket, to }
    }

    pub fn addr(&self) -> SocketAddr {
        self.socket.local_addr().expect("bound")
    }

    /// Sends a message written with bare line ends; `{me}` is our address.
    pub async fn say(&self, text: &str) {
        let (head, body) = text.split_once("\n\n").unwrap_or((text.trim_end(), ""));
        let body = body.replace('\n', "\r\n").replace("{me}", &self.addr().to_string());
        let head = head.trim_start().replace("{me}", &self.addr().to_string()).replace('\n', "\r\n");
        let message = format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        self.raw(message.as_bytes()).await;
    }

    pub async fn raw(&self, bytes: &[u8]) {
        self.socket.send_to(bytes, self.to).await.expect("sent");
    }

    pub async fn hear(&self) -> String {
        self.hear_within(LONG).await.expect("an answer in time")
    }

    pub async fn hear_within(&self, within: Duration) -> Option<String> {
        let mut buffer = vec![0; 65_536];
        let (length, _) = timeout(within, self.socket.recv_from(&mut buffer)).await.ok()?.expect("received");
        Some(String::from_utf8_lossy(&buffer[..length]).replace("\r\n", "\n"))
    }

    /// The next message whose first line contains this; others (100, repetitions) are passed over.
    pub async fn hear_that(&self, what: &str) -> String {
        loop {
            let message = self.hear().await;
            if message.lines().next().is_some_and(|line| line.contains(what)) {
                return message;
            }
        }
    }
}

/// The value of a header.
pub fn header<'a>(message: &'a str, name: &str) -> &'a str {
    message
        .lines()
        .take_while(|line| !line.is_empty())
        .find_map(|line| line.split_once(": ").filter(|(n, _)| n.eq_ignore_ascii_case(name)))
        .map_or("", |(_, value)| value)
}

/// The tag of To or From.
pub fn tag<'a>(message: &'a str, name: &str) -> &'a str {
    header(message, name).split_once(";tag=").map_or("", |(_, tag)| tag.split(';').next().unwrap_or_default())
}
