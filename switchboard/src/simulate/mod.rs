//! `switchboard simulate`: people who call over real SIP, speak, press keys and lose patience, and agents who answer.
//!
//! Two telephones for everybody: callers are a trunk at 127.0.0.2, agents are registered from 127.0.0.3. What people do
//! is decided in [`people`], without a clock; here their telephones and desks are worked. `switchboard answer` is the
//! other direction: the [`town`] that the demo's agents call.

mod agent;
mod caller;
pub mod city;
mod clips;
mod desks;
pub mod dice;
mod http;
mod people;
mod town;

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use exchange::line;
use gateways::smpp::centre::{Centre, Options};
use kernel::{Clock, IdMint, TrunkId};
use telephony::{Config, Directory, MediaConfig, Register, Telephony, TrunkConfig};
use tokio::sync::mpsc;
use tracing::warn;
use web::SteadyClock;

use crate::config::{self, Answer, Simulate};
use clips::Clips;
use desks::Desks;
use people::{Crowd, Effect, Input, People};
use town::Town;

pub use people::Tally;
pub use town::MACHINE;

/// Most of a run.
pub const CALLS_MAX: u32 = 1_000;
pub const RATE_MAX: f64 = 20.0;
pub const AGENTS_MAX: u32 = 30;

const CALLERS_AT: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 2));
const AGENTS_AT: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 3));
const TRUNK: TrunkId = TrunkId(1);
/// How long telephones may take to register.
const REGISTERING: Duration = Duration::from_secs(15);

/// A telephone with its events.
struct Line {
    telephony: Telephony,
    events: mpsc::Receiver<line::Event>,
}

pub async fn run(args: &Simulate) -> Result<()> {
    let limits = format!("at most {CALLS_MAX} calls, {RATE_MAX} a second, {AGENTS_MAX} agents");
    ensure!(args.calls <= CALLS_MAX && args.agents <= AGENTS_MAX, "too many people: {limits}");
    ensure!(args.rate > 0.0 && args.rate <= RATE_MAX, "--rate {}: more than 0; {limits}", args.rate);
    ensure!((0.1..=100.0).contains(&args.speed), "--speed {}: from 0.1 to 100", args.speed);
    let (called, centre) = target(&args.to)?;
    let web = http::address(&args.http)?;
    let prompts = args.prompts.clone().unwrap_or_else(config::prompts);
    let clips = Clips::read(&prompts)?;
    if !clips.callers_speak() {
        warn!("no callers' voices in {}: they are silent", prompts.display());
    }
    let clock: Arc<dyn Clock> = Arc::new(SteadyClock::start());
    let mint = Arc::new(IdMint::new(0));
    let seed = args.seed.unwrap_or_else(|| clock.now().as_micros().unsigned_abs());

    let desks = Desks::sign_in(web, args.agents).await?;
    let numbers = desks.numbers();
    let trunks = numbers.iter().enumerate().map(|(at, number)| account(at, number, centre)).collect();
    let mut agents = open(SocketAddr::new(AGENTS_AT, 0), trunks, &prompts, &clock, &mint).await?;
    registered(&mut agents, numbers.len()).await?;
    desks.open().await?;
    let callers_at = SocketAddr::new(CALLERS_AT, 0);
    let mut callers = open(callers_at, vec![carrier(centre)], &prompts, &clock, &mint).await?;
    registered(&mut callers, 1).await?;

    if !args.json {
        println!("{} calls to {called} at {centre}, {} agents, seed {seed}", args.calls, numbers.len());
    }
    let crowd = Crowd {
        calls: args.calls,
        rate: args.rate,
        called,
        trunk: TRUNK,
        agents: numbers,
        speed: args.speed,
        seed,
        dark: args.dark,
    };
    let mut people = People::new(crowd, clips, mint, clock.now());
    let mut out = Vec::new();
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    let mut told = None;
    let mut stop = std::pin::pin!(stopped(args.json));
    while !people.is_done() {
        let due = people.deadline().map(|at| at.since(clock.now()));
        tokio::select! {
            Some(event) = callers.events.recv() => people.handle(clock.now(), Input::Caller(event), &mut out),
            Some(event) = agents.events.recv() => people.handle(clock.now(), Input::Agent(event), &mut out),
            () = tokio::time::sleep(due.unwrap_or(Duration::MAX)), if due.is_some() => {}
            _ = tick.tick() => {
                let tally = people.tally();
                if told.replace(tally) != Some(tally) {
                    tell(args.json, &tally);
                }
            }
            () = &mut stop => break,
        }
        people.wake(clock.now(), &mut out);
        for effect in out.drain(..) {
            match effect {
                Effect::Caller(command) => callers.telephony.command(command)?,
                Effect::Agent(command) => agents.telephony.command(command)?,
                Effect::Desk { agent, act } => desks.act(agent, act),
            }
        }
    }
    desks.close().await;
    callers.telephony.stop().await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    agents.telephony.stop().await;
    let tally = people.tally();
    tell(args.json, &tally);
    if tally.failed > 0 {
        bail!("{} of {} calls failed", tally.failed, tally.placed);
    }
    Ok(())
}

/// Answers the calls that come to an address, until it is told to stop.
pub async fn answer(args: &Answer) -> Result<()> {
    ensure!(args.at.ip().is_loopback(), "--at {}: simulated people live on loopback only", args.at);
    let prompts = args.prompts.clone().unwrap_or_else(config::prompts);
    let clock: Arc<dyn Clock> = Arc::new(SteadyClock::start());
    let mint = Arc::new(IdMint::new(0));
    let anybody = TrunkConfig {
        from: ["127.0.0.0/8", "::1/128"].iter().flat_map(|net| net.parse()).collect(),
        out: None,
        codecs: Vec::new(),
        ..carrier(args.at)
    };
    let mut line = open(args.at, vec![anybody], &prompts, &clock, &mint).await?;
    let _messages = match messages(args.messages_at).await {
        Ok(centre) => Some(centre),
        Err(failure) => {
            warn!("the town takes no text messages: {failure:#}");
            None
        }
    };
    let _city = args.centre.clone().map(|centre| city::live(args.city_at, centre, clock.clone()));
    let seed = clock.now().as_micros().unsigned_abs();
    let mut town = Town::new(seed, Clips::read(&prompts)?, mint);
    let mut out = Vec::new();
    let mut stop = std::pin::pin!(stopped(args.led));
    loop {
        let due = town.deadline().map(|at| at.since(clock.now()));
        tokio::select! {
            Some(event) = line.events.recv() => town.handle(clock.now(), event, &mut out),
            () = tokio::time::sleep(due.unwrap_or(Duration::MAX)), if due.is_some() => {}
            () = &mut stop => break,
        }
        town.wake(clock.now(), &mut out);
        for command in out.drain(..) {
            line.telephony.command(command)?;
        }
    }
    line.telephony.stop().await;
    Ok(())
}

/// The short message centre of the town: who is called at a number gets its messages too.
async fn messages(at: SocketAddr) -> Result<Centre> {
    ensure!(at.ip().is_loopback(), "--messages-at {at}: simulated people live on loopback only");
    let options = Options {
        system_id: "demo".to_owned(),
        password: "demo".to_owned(),
        receipt_after: Duration::from_secs(2),
        echo_reference: true,
    };
    Centre::start(at, options).await.with_context(|| format!("listening for SMPP on {at}"))
}

/// Waits for Ctrl-C, or, for a run that a centre has started, until the centre lets go of it.
async fn stopped(led: bool) {
    if !led {
        let _ = tokio::signal::ctrl_c().await;
        return;
    }
    let (gone, told) = tokio::sync::oneshot::channel::<()>();
    // A thread of its own: the end of the run does not wait for a read.
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        drop(gone);
    });
    let _ = told.await;
}

fn tell(json: bool, tally: &Tally) {
    if json {
        println!("{}", serde_json::to_string(tally).unwrap_or_default());
        return;
    }
    let Tally { calls, placed, finished, answered, abandoned, left_menu, turned_away, rated, failed } =
        *tally;
    println!(
        "placed {placed}/{calls}  talking or waiting {}  answered {answered}  rated {rated}  abandoned {abandoned}  \
         left in the menu {left_menu}  turned away {turned_away}  failed {failed}",
        placed - finished
    );
}

/// `sip:95598@127.0.0.1:5060`: the number and the centre's address.
fn target(to: &str) -> Result<(String, SocketAddr)> {
    let wrong = || format!("--to {to:?}: write it like sip:95598@127.0.0.1:5060");
    let (number, at) = to.strip_prefix("sip:").and_then(|rest| rest.split_once('@')).with_context(wrong)?;
    let at = if at.contains(':') { at.to_owned() } else { format!("{at}:5060") };
    let at: SocketAddr = at.parse().with_context(wrong)?;
    ensure!(at.ip().is_loopback(), "{}: simulated people live on loopback only", wrong());
    ensure!(!number.is_empty() && number.chars().all(|c| c.is_ascii_digit()), wrong());
    Ok((number.to_owned(), at))
}

async fn open(
    at: SocketAddr,
    trunks: Vec<TrunkConfig>,
    prompts: &Path,
    clock: &Arc<dyn Clock>,
    mint: &Arc<IdMint>,
) -> Result<Line> {
    let media = MediaConfig {
        bind: vec![at.ip()],
        prompts_dirs: vec![prompts.to_owned()],
        // Nobody records here.
        recordings_dir: std::env::temp_dir(),
        ..MediaConfig::default()
    };
    let mut config = Config::new(config::REALM, media);
    config.udp = vec![at];
    let directory = Directory { trunks, ..Directory::default() };
    let (telephony, events) = Telephony::start(config, directory, clock.clone(), mint.clone())
        .await
        .with_context(|| format!("opening telephones at {at}"))?;
    Ok(Line { telephony, events })
}

/// The way callers come to the centre.
fn carrier(centre: SocketAddr) -> TrunkConfig {
    TrunkConfig {
        id: TRUNK,
        name: "callers".to_owned(),
        from: Vec::new(),
        register: None,
        out: Some(centre.to_string()),
        max_calls: CALLS_MAX as usize,
        busy_status: telephony::BusyStatus::Busy,
        learn_rtp: false,
        codecs: vec![telephony::Codec::Pcma],
    }
}

/// An agent's telephone: to this end of the line it is an account with a provider.
fn account(at: usize, number: &str, centre: SocketAddr) -> TrunkConfig {
    let register = Register {
        registrar: centre.to_string(),
        username: number.to_owned(),
        password: desks::password(number),
    };
    TrunkConfig {
        id: TrunkId(i64::try_from(at).unwrap_or_default() + 1),
        name: number.to_owned(),
        register: Some(register),
        out: None,
        ..carrier(centre)
    }
}

/// Waits until every telephone has been let in.
async fn registered(line: &mut Line, wanted: usize) -> Result<()> {
    let mut up = 0;
    let all = async {
        while up < wanted {
            match line.events.recv().await {
                Some(line::Event::Trunk { up: true, .. }) => up += 1,
                Some(_) => {}
                None => break,
            }
        }
    };
    let _ = tokio::time::timeout(REGISTERING, all).await;
    ensure!(
        up == wanted,
        "{up} of {wanted} telephones could register with the centre: does it run, with --demo, and do --to and --http fit it?"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_calls_go() {
        let ok = |to: &str| target(to).map(|(number, at)| format!("{number} {at}")).expect("an address");
        assert_eq!(ok("sip:95598@127.0.0.1:5071"), "95598 127.0.0.1:5071");
        assert_eq!(ok("sip:12345@127.0.0.1"), "12345 127.0.0.1:5060");
        for wrong in ["95598", "sip:@127.0.0.1", "sip:95598@centre.example", "sip:95598@192.0.2.1:5060"] {
            assert!(target(wrong).is_err_and(|e| e.to_string().contains("--to")), "{wrong}");
        }
    }
}
