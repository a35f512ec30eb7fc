//! Telephones in the test's own process, behind one line: over real SIP they ring a centre or are rung by it, and a test says
//! what whoever holds them does.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use audio::Sound;
use exchange::line::{Command, Event, Identity, PlayMode, Target};
use kernel::{Clock, IdMint, LegId, TrunkId};
use telephony::{BusyStatus, Codec, Config, Directory, MediaConfig, Register, Telephony, TrunkConfig};
use tempfile::TempDir;
use tokio::sync::mpsc;
use web::SteadyClock;

const LINE: TrunkId = TrunkId(1);
/// How long a centre may take to let a telephone in.
const REGISTERING: Duration = Duration::from_secs(60);

/// They live as long as this value.
pub struct Telephones {
    at: SocketAddr,
    telephony: Telephony,
    events: mpsc::Receiver<Event>,
    clock: Arc<dyn Clock>,
    mint: Arc<IdMint>,
    recordings: TempDir,
}

impl Telephones {
    /// In the town: whoever dials their address has them ringing, whatever the number.
    pub async fn rung(host: impl Into<IpAddr>) -> Result<Telephones> {
        Telephones::open(host.into(), None, None).await
    }

    /// In the town: what they dial comes to this centre.
    pub async fn ringing(host: impl Into<IpAddr>, centre: SocketAddr) -> Result<Telephones> {
        Telephones::open(host.into(), None, Some(centre.to_string())).await
    }

    /// On the desk of a demo person, registered with this centre.
    pub async fn on_desk(host: impl Into<IpAddr>, centre: SocketAddr, number: &str) -> Result<Telephones> {
        let register = Register {
            registrar: centre.to_string(),
            username: number.to_owned(),
            password: format!("demo-{number}"),
        };
        let mut desk = Telephones::open(host.into(), Some(register), None).await?;
        let up = async { while !matches!(desk.events.recv().await, Some(Event::Trunk { up: true, .. })) {} };
        tokio::time::timeout(REGISTERING, up).await.context("it is not let in")?;
        Ok(desk)
    }

    async fn open(host: IpAddr, register: Option<Register>, out: Option<String>) -> Result<Telephones> {
        let at = UdpSocket::bind((host, 0)).and_then(|socket| socket.local_addr())?;
        let recordings = tempfile::tempdir()?;
        let media = MediaConfig {
            bind: vec![host],
            prompts_dirs: vec![crate::house().join("prompts")],
            recordings_dir: recordings.path().to_owned(),
            ..MediaConfig::default()
        };
        let mut config = Config::new("switchboard", media);
        config.udp = vec![at];
        let line = TrunkConfig {
            id: LINE,
            name: "centre".to_owned(),
            from: vec!["127.0.0.0/8".parse()?],
            register,
            out,
            max_calls: 1_000,
            busy_status: BusyStatus::Busy,
            learn_rtp: false,
            codecs: vec![Codec::Pcma],
        };
        let directory = Directory { trunks: vec![line], ..Directory::default() };
        let clock: Arc<dyn Clock> = Arc::new(SteadyClock::start());
        let mint = Arc::new(IdMint::new(0));
        let (telephony, events) =
            Telephony::start(config, directory, clock.clone(), mint.clone()).await.context("telephones")?;
        Ok(Telephones { at, telephony, events, clock, mint, recordings })
    }

    /// Where they are rung.
    pub fn at(&self) -> SocketAddr {
        self.at
    }

    /// The folder of what they have recorded.
    pub fn recordings(&self) -> &Path {
        self.recordings.path()
    }

    pub async fn event(&mut self) -> Option<Event> {
        self.events.recv().await
    }

    pub fn id<T: From<i64>>(&self) -> T {
        self.mint.mint(self.clock.now())
    }

    pub fn command(&self, command: Command) {
        self.telephony.command(command).expect("taken");
    }

    /// The telephone with the number `from` dials `to`, and rings for so long.
    pub fn dial(&self, from: &str, to: &str, ring_for: Duration) -> LegId {
        let leg = self.id();
        let to = Target::Number { trunk: LINE, number: to.to_owned() };
        let from = Identity { number: from.to_owned(), name: String::new() };
        self.command(Command::Dial { leg, to, from, ring_for, answer_itself: false });
        leg
    }

    /// Whoever is at the other end hears it once.
    pub fn play(&self, leg: LegId, sound: Sound) {
        self.command(Command::Play { leg, play: self.id(), sounds: vec![sound], mode: PlayMode::Once });
    }
}
