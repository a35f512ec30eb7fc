//! `switchboard.toml` and the command line: what the machine needs to know. What the business decides is data.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::{Args, Parser, Subcommand};
use serde::Deserialize;

#[derive(Parser, Debug)]
#[command(
    name = "switchboard",
    version,
    about = "The whole customer-service hotline centre in one program (热线中心)"
)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Answer the phone.
    Serve(Serve),
    /// Make the centre what a file says it is.
    Apply {
        /// The file; docs/centre-file.md describes it.
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Write the centre back as a file, to standard output.
    Export {
        #[command(flatten)]
        place: Place,
    },
    /// Invented customers, to try the centre with as many as there will be.
    Customers {
        #[command(subcommand)]
        act: Customers,
    },
    /// Invented work orders, to try the centre with as many as there will be.
    WorkOrders {
        #[command(subcommand)]
        act: WorkOrders,
    },
    /// When `secret.key` is lost: makes another one and takes everybody's second factor and the secrets of webhooks and of
    /// 12345 away.
    NewKey {
        #[command(flatten)]
        place: Place,
    },
    /// Call a demo on this machine: callers who speak, press keys and lose patience, and agents who answer.
    Simulate(Simulate),
    /// Be whoever the demo's agents call: people who pick up, are busy or are not at home.
    Answer(Answer),
    /// Be a city's 12345 that a centre talks with: to try the interface out.
    GovernmentSandbox(City),
}

#[derive(Subcommand, Debug)]
pub enum Customers {
    /// Put invented customers in; those that are there already are left alone.
    Generate {
        /// How many there are to be.
        #[arg(long, default_value_t = customers::rules::demo::CUSTOMERS)]
        count: u64,
        /// The same seed makes the same customers.
        #[arg(long, default_value_t = DEMO_SEED)]
        seed: u64,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Subcommand, Debug)]
pub enum WorkOrders {
    /// Put invented orders in that have lived by the rules for a month, where the demo is and no order yet.
    Generate {
        #[arg(long)]
        count: u64,
        #[command(flatten)]
        place: Place,
    },
}

/// What the demo's customers are made from.
pub const DEMO_SEED: u64 = 2012;

/// What the demo's list of work orders begins with.
const DEMO_ORDERS: u64 = 400;

/// The digest realm of telephones. It is part of what is kept in place of their passwords, so it cannot be a setting.
pub const REALM: &str = "switchboard";

/// The hotline of the demo.
pub const DEMO_NUMBER: &str = "95598";

/// Where the demo's carrier takes calls out to (`demo/centre.toml`).
pub const DEMO_OUTSIDE: &str = "127.0.0.4:5060";

/// The short message centre of the demo's town.
pub const DEMO_MESSAGES: &str = "127.0.0.4:2775";

/// Where the demo's city is told what becomes of its tickets.
pub const DEMO_CITY: &str = "127.0.0.4:12345";

/// Where the data is.
#[derive(Args, Debug, Clone, Default)]
pub struct Place {
    /// The folder of everything that is kept.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// `postgres://user@host/database`; the embedded database in the data folder otherwise.
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
}

#[derive(Args, Debug, Clone, Default)]
pub struct Serve {
    /// The configuration file.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    #[command(flatten)]
    pub place: Place,
    /// The web, the API and SIP over WebSocket.
    #[arg(long, value_name = "ADDR")]
    pub http: Option<SocketAddr>,
    /// SIP over UDP and TCP.
    #[arg(long, value_name = "ADDR")]
    pub sip: Option<SocketAddr>,
    /// UDP ports for audio, two for each leg: 20000-39999.
    #[arg(long, value_name = "FROM-TO")]
    pub rtp: Option<String>,
    /// A demo utility with demo sign-ins; only on loopback.
    #[arg(long)]
    pub demo: bool,
    /// How many invented customers the demo utility has.
    #[arg(long, value_name = "N", requires = "demo")]
    pub demo_customers: Option<u64>,
    /// How many work orders of the last thirty days the demo begins with.
    #[arg(long, value_name = "N", requires = "demo")]
    pub demo_orders: Option<u64>,
}

/// A day that is rehearsed in virtual time.
#[derive(clap::ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scenario {
    /// Line faults in the evening of a hot day: without and with callers being told of them before the menu, and with storm
    /// mode as well.
    Storm,
}

#[derive(Args, Debug, Clone)]
pub struct Simulate {
    /// Instead of calling anybody: rehearse a day in virtual time, without and with the outage shield and with storm mode as
    /// well, and tell what it comes to and why.
    #[arg(long, value_enum)]
    pub scenario: Option<Scenario>,
    /// Of a rehearsal: a page with charts.
    #[arg(long, value_name = "FILE", requires = "scenario")]
    pub report: Option<PathBuf>,
    /// Of a rehearsal: what became of every call, and why.
    #[arg(long, value_name = "FILE", requires = "scenario")]
    pub callers: Option<PathBuf>,
    /// Of a rehearsal: so many seats; otherwise as many as answer 78 % without the shield.
    #[arg(long, requires = "scenario")]
    pub seats: Option<usize>,
    /// Of a rehearsal: minutes from a fault to its publication.
    #[arg(long, value_name = "MINUTES", requires = "scenario")]
    pub reaction: Option<u32>,
    /// Of a rehearsal: of a hundred who hear of their own outage and would ask for a person, so many are content.
    #[arg(long, value_name = "PERCENT", requires = "scenario")]
    pub leave: Option<u32>,
    /// Of a rehearsal: with the shield the rush halves every 40 minutes and not every 70, for people hear of it elsewhere.
    #[arg(long, requires = "scenario")]
    pub faster: bool,
    /// How many calls.
    #[arg(long, default_value_t = 50)]
    pub calls: u32,
    /// Calls per second, on average.
    #[arg(long, default_value_t = 0.5)]
    pub rate: f64,
    /// Agents who answer.
    #[arg(long, default_value_t = 10)]
    pub agents: u32,
    /// Whom to call.
    #[arg(long, value_name = "URI", default_value = "sip:95598@127.0.0.1:5060")]
    pub to: String,
    /// The centre's web address, where agents sign in.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    pub http: String,
    /// The same seed makes the same people.
    #[arg(long)]
    pub seed: Option<u64>,
    /// How much faster than in life they talk, wait and write up.
    #[arg(long, default_value_t = 4.0)]
    pub speed: f64,
    /// So many of them are neighbours whose gas is off, so that the centre suspects an interruption.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub dark: u32,
    /// The folder of what they say.
    #[arg(long, value_name = "DIR")]
    pub prompts: Option<PathBuf>,
    /// Tell the progress as JSON lines, and stop when standard input ends: for the centre that started it.
    #[arg(long, hide = true)]
    pub json: bool,
}

#[derive(Args, Debug, Clone)]
pub struct Answer {
    /// Where calls come to; the demo's trunk leads there.
    #[arg(long, value_name = "ADDRESS", default_value = DEMO_OUTSIDE)]
    pub at: SocketAddr,
    /// Where text messages to them come to, over SMPP.
    #[arg(long, value_name = "ADDRESS", default_value = DEMO_MESSAGES)]
    pub messages_at: SocketAddr,
    /// The folder of what they say.
    #[arg(long, value_name = "DIR")]
    pub prompts: Option<PathBuf>,
    /// The centre that the town's 12345 sends tickets to; without it, it sends none.
    #[arg(long, value_name = "URL")]
    pub centre: Option<String>,
    /// Where the town's 12345 is told what becomes of them.
    #[arg(long, value_name = "ADDRESS", default_value = DEMO_CITY)]
    pub city_at: SocketAddr,
    /// Stop when standard input ends: for the centre that started it.
    #[arg(long, hide = true)]
    pub led: bool,
}

#[derive(Args, Debug, Clone)]
pub struct City {
    /// Where it is told what becomes of its tickets, and shows it; on loopback, for anybody who gets there may let it act.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:12345")]
    pub at: SocketAddr,
    /// The centre it sends tickets to.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    pub centre: String,
    /// What the centre knows it by.
    #[arg(long, default_value = government::sandbox::DEMO_CODE)]
    pub code: String,
    /// The secret that the centre has shown.
    #[arg(long, default_value = government::sandbox::DEMO_SECRET, hide_default_value = true)]
    pub secret: String,
    /// Sends an invented ticket every so many seconds; 0 sends none by itself.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub every: u64,
}

/// The file. A key that is not one of these is an error.
#[derive(Deserialize, Debug, Default)]
#[serde(deny_unknown_fields)]
struct File {
    data: Option<PathBuf>,
    database: Option<String>,
    http: Option<SocketAddr>,
    sip: Option<SocketAddr>,
    /// SIP over TLS, with its certificate and key (PEM).
    sips: Option<SocketAddr>,
    certificate: Option<PathBuf>,
    /// The authorities believed when we call out over TLS (PEM).
    trusted: Option<PathBuf>,
    key: Option<PathBuf>,
    rtp: Option<String>,
    /// The address told to peers when they reach us by another than we listen on.
    external_ip: Option<std::net::IpAddr>,
    media_threads: Option<usize>,
    max_calls: Option<u32>,
    prompts: Option<PathBuf>,
    /// The folder of the speech pack, which may be missing.
    speech: Option<PathBuf>,
    /// Browsers reach us by https (through a proxy): cookies are marked secure.
    https: Option<bool>,
    /// How messages leave the building.
    #[serde(default)]
    notices: Notices,
    /// Whom events may be posted to.
    #[serde(default)]
    webhooks: Webhooks,
    /// Whom platforms of 12345 may be told at.
    #[serde(default)]
    government: Webhooks,
}

/// `[webhooks]` and `[government]`.
#[derive(Deserialize, Debug, Default, Clone, Copy)]
#[serde(deny_unknown_fields)]
pub struct Webhooks {
    /// Also http, and addresses of this machine and of private networks. Whoever may set up webhooks can then make this
    /// machine call others inside; off unless it is wanted.
    #[serde(default)]
    pub private_addresses: bool,
}

/// The gateways of messages: `[notices.smpp]` and the like. None of them has to be there.
#[derive(Deserialize, Debug, Default, Clone)]
#[serde(deny_unknown_fields)]
pub struct Notices {
    /// Text messages by one of the two.
    pub smpp: Option<gateways::smpp::Config>,
    pub http: Option<gateways::http::Config>,
    pub mail: Option<gateways::mail::Config>,
}

impl Notices {
    /// The town of the demo takes text messages. Several demos may share it, each under a name of its own.
    fn of_the_demo(mut self, http: SocketAddr) -> Notices {
        if self.smpp.is_none() && self.http.is_none() {
            let name = format!("demo{}", http.port());
            self.smpp = Some(gateways::smpp::Config::plain(DEMO_MESSAGES, &name, "demo", "10690095598"));
        }
        self
    }
}

/// Everything decided.
#[derive(Debug, Clone)]
pub struct Config {
    pub data: PathBuf,
    pub database: String,
    pub http: SocketAddr,
    pub sip: SocketAddr,
    pub sips: Option<(SocketAddr, PathBuf, PathBuf)>,
    pub trusted: Option<PathBuf>,
    pub rtp: RangeInclusive<u16>,
    pub external_ip: Option<std::net::IpAddr>,
    pub media_threads: usize,
    pub max_calls: u32,
    pub prompts: PathBuf,
    pub speech: PathBuf,
    pub https: bool,
    pub notices: Notices,
    pub webhooks: Webhooks,
    pub government: Webhooks,
    pub demo: bool,
    pub demo_customers: u64,
    pub demo_orders: u64,
}

impl Place {
    pub fn data(&self) -> PathBuf {
        self.data.clone().unwrap_or_else(|| PathBuf::from("data"))
    }
    pub fn database(&self) -> String {
        database(self.database.clone(), &self.data())
    }
}

fn database(given: Option<String>, data: &Path) -> String {
    given
        .or_else(|| std::env::var("SWITCHBOARD_DATABASE").ok())
        .unwrap_or_else(|| format!("sqlite:{}", data.join("switchboard.db").display()))
}

impl Config {
    /// The command line goes before the file, the file before the defaults.
    pub fn read(serve: &Serve) -> Result<Config> {
        let file = match &serve.config {
            Some(path) => {
                let text =
                    std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
                toml::from_str(&text).with_context(|| format!("reading {}", path.display()))?
            }
            None => File::default(),
        };
        let data = serve.place.data.clone().or(file.data).unwrap_or_else(|| PathBuf::from("data"));
        let sips = match (file.sips, file.certificate, file.key) {
            (None, ..) => None,
            (Some(at), Some(certificate), Some(key)) => Some((at, certificate, key)),
            (Some(_), ..) => {
                anyhow::bail!("`sips` needs `certificate` and `key`: the paths of two PEM files")
            }
        };
        let loopback = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let http = serve.http.or(file.http).unwrap_or(loopback(8080));
        let config = Config {
            database: database(serve.place.database.clone().or(file.database), &data),
            data,
            http,
            sip: serve.sip.or(file.sip).unwrap_or(loopback(5060)),
            sips,
            trusted: file.trusted,
            rtp: ports(serve.rtp.as_deref().or(file.rtp.as_deref()).unwrap_or("20000-39999"))?,
            external_ip: file.external_ip,
            media_threads: file.media_threads.unwrap_or_else(media_threads),
            max_calls: file.max_calls.unwrap_or(2_000),
            prompts: file.prompts.unwrap_or_else(prompts),
            speech: file.speech.unwrap_or_else(|| beside(speech::pack::FOLDER)),
            https: file.https.unwrap_or(false),
            notices: if serve.demo { file.notices.of_the_demo(http) } else { file.notices },
            // The demo is on loopback only, and so are those who try it.
            webhooks: Webhooks { private_addresses: serve.demo || file.webhooks.private_addresses },
            government: Webhooks { private_addresses: serve.demo || file.government.private_addresses },
            demo: serve.demo,
            demo_customers: serve.demo_customers.unwrap_or(customers::rules::demo::CUSTOMERS),
            demo_orders: serve.demo_orders.unwrap_or(DEMO_ORDERS),
        };
        ensure!(
            config.notices.smpp.is_none() || config.notices.http.is_none(),
            "text messages go by [notices.smpp] or by [notices.http]: leave one of them out"
        );
        let local = config.http.ip().is_loopback() && config.sip.ip().is_loopback();
        ensure!(
            !config.demo || local,
            "--demo has sign-ins everybody knows, so it listens on loopback only: leave out --demo, or use 127.0.0.1"
        );
        Ok(config)
    }
}

fn ports(text: &str) -> Result<RangeInclusive<u16>> {
    let wrong = || format!("{text:?} is not a range of ports: write it like 20000-39999");
    let (from, to) = text.split_once('-').with_context(wrong)?;
    let (from, to): (u16, u16) =
        (from.trim().parse().with_context(wrong)?, to.trim().parse().with_context(wrong)?);
    ensure!(from >= 1_024 && to > from, "{}, from 1024 up and ascending", wrong());
    Ok(from..=to)
}

/// One core stays for signalling, database and web.
fn media_threads() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).clamp(1, 8))
}

/// Beside the program when installed, in the working folder otherwise.
pub fn prompts() -> PathBuf {
    beside("prompts")
}

fn beside(folder: &str) -> PathBuf {
    let beside = std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join(folder)));
    beside.filter(|path| path.is_dir()).unwrap_or_else(|| PathBuf::from(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_stays_on_loopback() {
        let open = Serve { demo: true, http: "0.0.0.0:8080".parse().ok(), ..Serve::default() };
        assert!(Config::read(&open).is_err_and(|error| error.to_string().contains("loopback only")));
        assert!(Config::read(&Serve { demo: true, ..Serve::default() }).is_ok());
    }

    #[test]
    fn gateways_are_tables_and_the_demo_has_its_own() {
        let read = |text: &str| toml::from_str::<File>(text).map(|file| file.notices);
        let own = "[notices.smpp]\nserver = \"smsc:2775\"\nsystem_id = \"us\"";
        let server = |notices: Notices| notices.smpp.map(|smpp| smpp.server);
        let at = SocketAddr::from(([127, 0, 0, 1], 8080));
        assert_eq!(server(read(own).expect("a gateway")).as_deref(), Some("smsc:2775"));
        assert_eq!(server(read(own).expect("a gateway").of_the_demo(at)).as_deref(), Some("smsc:2775"));
        assert_eq!(server(read("").expect("nothing")), None);
        assert_eq!(server(read("").expect("nothing").of_the_demo(at)).as_deref(), Some(DEMO_MESSAGES));
        assert!(read("[notices.smpp]\nserver = \"smsc:2775\"").is_err(), "who we are there is missing");
        let mail = "[notices.mail]\nserver = \"mail:465\"\nfrom = \"a@b.cn\"\nsecurity = \"starttls\"";
        assert!(read(mail).expect("a mail server").mail.is_some());
        assert!(read(&mail.replace("starttls", "rot13")).is_err());
        assert!(read("[notices.fax]\nserver = \"x\"").is_err());
    }

    #[test]
    fn a_range_of_ports_is_two_numbers() {
        assert_eq!(ports("20000-20099").ok(), Some(20_000..=20_099));
        for wrong in ["", "20000", "20000-", "2-3", "30000-20000", "1-70000"] {
            assert!(ports(wrong).is_err(), "{wrong}");
        }
    }
}
