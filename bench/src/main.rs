//! Measures the release binary with real SIP and RTP, and prints each figure beside its goal and the peers' figures.
//!
//! `make bench`, or `cargo run --release --package bench -- [quick] [relay] [delay] [cost] [announced] [storm] [lookups] [held] [rate] [sipp] [register] [desks] [customers=N] [from=DIR] [seconds=N]`:
//! without a name all but `storm` and `lookups` are taken, which last so many seconds, 300 and 30 if not said; with customers, so many are made up (or were, by `switchboard customers generate --data DIR`)
//! and callers are some of them. README.md says how and what they mean.

mod agents;
mod callers;
mod centre;
mod desks;
mod figures;
mod lookups;
mod measures;
mod registers;
mod relay;
mod sip;
mod step;
mod storm;
mod wire;

use std::path::Path;
use std::time::{Duration, Instant};

use agents::Agents;
use anyhow::{Result, ensure};
use callers::Callers;
use centre::Centre;
use figures::Figures;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let quick = arguments.iter().any(|argument| argument == "quick");
    let names = [
        "relay",
        "delay",
        "cost",
        "announced",
        "storm",
        "lookups",
        "held",
        "rate",
        "sipp",
        "register",
        "desks",
    ];
    let customers = arguments.iter().find_map(|a| a.strip_prefix("customers="));
    let customers: u64 = customers.map_or(Ok(0), str::parse)?;
    let seconds = arguments.iter().find_map(|a| a.strip_prefix("seconds="));
    let seconds: Option<usize> = seconds.map(str::parse).transpose()?;
    let from = arguments.iter().find_map(|a| a.strip_prefix("from=")).map(Path::new);
    let named: Vec<&str> = names.into_iter().filter(|name| arguments.iter().any(|a| a == name)).collect();
    for argument in &arguments {
        ensure!(
            argument == "quick"
                || argument.starts_with("customers=")
                || argument.starts_with("from=")
                || argument.starts_with("seconds=")
                || names.contains(&argument.as_str()),
            "{argument:?} is none of {names:?}"
        );
    }
    // Five minutes of one thing are taken when they are asked for.
    let wanted =
        |name: &str| (named.is_empty() && !matches!(name, "storm" | "lookups")) || named.contains(&name);
    let least = [("storm", storm::CUSTOMERS), ("lookups", lookups::CUSTOMERS)];
    let least = least.into_iter().filter(|(name, _)| wanted(name)).map(|(_, least)| least);
    let customers = least.fold(customers, u64::max);

    let agents = Agents::start()?;
    // A password costs what guessing it is to cost.
    let needed = [("register", centre::REGISTERING), ("desks", centre::REGISTERING)];
    let passwords = needed.into_iter().filter(|(name, _)| wanted(name)).map(|(_, count)| count).max();
    let centre = Centre::start(agents.sip, customers, from, passwords.unwrap_or(0))?;
    println!("{} agents put in within {:.1} s", centre::AGENTS, centre.applied_in.as_secs_f64());
    let mut bench = Bench {
        callers: Callers::new(centre.sip, customers)?,
        centre,
        agents,
        figures: Figures::default(),
        answered: 0,
        customers,
    };
    bench.figures.load_before = load();
    bench.idle()?;
    if wanted("relay") {
        bench.relay(if quick { &[100] } else { &[100, 1_000] })?;
    }
    if wanted("delay") {
        bench.delays(if quick { 30 } else { 100 })?;
    }
    if wanted("cost") {
        bench.cost(if quick { 20 } else { 60 })?;
    }
    if wanted("announced") {
        bench.announced(if quick { 20 } else { 60 })?;
    }
    if wanted("held") {
        bench.held(if quick { &[100, 300, 600] } else { &[100, 300, 600, 1_000] })?;
    }
    if wanted("rate") {
        bench.rates(if quick { &[40, 80] } else { &[20, 40, 60, 80, 100, 150] })?;
    }
    if wanted("sipp") {
        bench.sipp(if quick { 200 } else { 600 })?;
    }
    if wanted("desks") {
        bench.desks(if quick { 50 } else { 200 })?;
    }
    // After the others: each of its callers is somebody who has not called yet.
    if wanted("storm") {
        bench.storm(seconds.unwrap_or(if quick { 60 } else { 300 }))?;
    }
    if wanted("lookups") {
        bench.lookups(seconds.unwrap_or(30))?;
    }
    bench.rest()?;
    if wanted("register") {
        bench.register(if quick { &[400, 1_600] } else { &[400, 1_600, 3_200] })?;
    }
    bench.finish()
}

struct Bench {
    callers: Callers,
    centre: Centre,
    agents: Agents,
    figures: Figures,
    answered: i64,
    /// So many were made up.
    customers: u64,
}

impl Bench {
    fn idle(&mut self) -> Result<()> {
        let (before, started) = (self.centre.used()?, Instant::now());
        std::thread::sleep(Duration::from_secs(3));
        let after = self.centre.used()?;
        let share = (after.cpu_s - before.cpu_s) / started.elapsed().as_secs_f64() * 100.0;
        println!("idle: {:.1} % of a core, {} kB", share, after.rss_kb);
        self.figures.idle_kb = after.rss_kb;
        Ok(())
    }

    fn rest(&mut self) -> Result<()> {
        std::thread::sleep(Duration::from_secs(5));
        let after = self.centre.used()?;
        println!("after {} calls: {} kB", self.answered, after.rss_kb);
        self.figures.rest_kb = after.rss_kb;
        self.figures.calls = self.answered;
        Ok(())
    }

    fn finish(self) -> Result<()> {
        let twice = self.agents.book().twice;
        let answered = self.answered;
        let mut figures = self.figures;
        figures.load_after = load();
        let (records, log) = self.centre.stop()?;
        let whole = [records.calls, records.callers, records.complete] == [answered; 3]
            && records.recordings == records.recorded
            && records.sealed == records.recordings;
        println!(
            "records: {answered} calls answered, {} records of {} callers, {} complete, {} connected, {} recorded; {} \
             recordings, {} sealed, {} ms lost; {twice} offered twice: {}",
            records.calls,
            records.callers,
            records.complete,
            records.connected,
            records.recorded,
            records.recordings,
            records.sealed,
            records.lost_ms,
            if whole { "each call has one complete record" } else { "NOT WHOLE" }
        );
        figures.records_whole = whole;
        if !log.is_empty() {
            println!("its log says:\n{log}");
        }
        println!("\n{figures}");
        ensure!(whole, "records are missing or incomplete");
        Ok(())
    }
}

/// How many wanted a core, over the last minute.
fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or_default().to_owned()
}
