//! Measures the release binary with real SIP and RTP, and prints each figure beside its goal and the peers' figures.
//!
//! `make bench`, or `cargo run --release --package bench -- [quick] [relay] [delay] [cost] [held] [rate] [sipp] [register] [desks] [customers=N] [from=DIR]`:
//! without a name all are taken; with customers, so many are made up (or were, by `switchboard customers generate --data DIR`)
//! and callers are some of them. README.md says how and what they mean.

mod agents;
mod callers;
mod centre;
mod desks;
mod figures;
mod registers;
mod relay;
mod sip;
mod wire;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use agents::Agents;
use anyhow::{Result, ensure};
use callers::{Callers, Outcome, Plan};
use centre::{Centre, Used, WITH_PROMPT, WITHOUT_PROMPT};
use figures::Figures;

/// Audio is broken when less comes back.
const WHOLE: f64 = 0.98;
const CALL: Duration = Duration::from_secs(5);

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let quick = arguments.iter().any(|argument| argument == "quick");
    let names = ["relay", "delay", "cost", "held", "rate", "sipp", "register", "desks"];
    let customers = arguments.iter().find_map(|a| a.strip_prefix("customers="));
    let customers: u64 = customers.map_or(Ok(0), str::parse)?;
    let from = arguments.iter().find_map(|a| a.strip_prefix("from=")).map(Path::new);
    let named: Vec<&str> = names.into_iter().filter(|name| arguments.iter().any(|a| a == name)).collect();
    for argument in &arguments {
        ensure!(
            argument == "quick"
                || argument.starts_with("customers=")
                || argument.starts_with("from=")
                || names.contains(&argument.as_str()),
            "{argument:?} is none of {names:?}"
        );
    }
    let wanted = |name: &str| named.is_empty() || named.contains(&name);

    let agents = Agents::start()?;
    let centre = Centre::start(agents.sip, customers, from)?;
    println!("{} agents put in within {:.1} s", centre::AGENTS, centre.applied_in.as_secs_f64());
    let mut bench = Bench {
        callers: Callers::new(centre.sip, customers)?,
        centre,
        agents,
        figures: Figures::default(),
        answered: 0,
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
}

/// What a step of load came to.
struct Step {
    calls: usize,
    failed: usize,
    why: Option<String>,
    share: f64,
    worst_share: f64,
    strange: u64,
    sent_again: u64,
    late_ms: f64,
}

impl Step {
    fn is_clean(&self) -> bool {
        self.failed == 0 && self.share >= WHOLE && self.strange == 0
    }
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} calls, {} failed, {:.2} % of the packets came back (worst call {:.1} %), {} messages sent again, generator at most {:.0} ms late{}{}",
            self.calls,
            self.failed,
            self.share * 100.0,
            self.worst_share * 100.0,
            self.sent_again,
            self.late_ms,
            if self.strange > 0 { format!(", {} PACKETS OF OTHERS", self.strange) } else { String::new() },
            self.why.as_ref().map_or(String::new(), |why| format!("; {why}")),
        )
    }
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

    /// What the kernel alone takes.
    fn relay(&mut self, steps: &[usize]) -> Result<()> {
        for &calls in steps {
            let (each, share) = relay::run(calls)?;
            println!(
                "relay: {each:.2} % of a core per 100 calls, of {calls} calls, {:.2} % of the packets came through",
                share * 100.0
            );
            self.figures.relay.push((calls, each));
        }
        Ok(())
    }

    fn delays(&mut self, calls: usize) -> Result<()> {
        self.agents.wake_for_each_packet(true);
        let plan = |to| Plan { to, calls, rate: 5.0, talk: CALL.mul_f64(0.6), wake_for_each_packet: true };
        let straight = self.callers.run(&plan(WITHOUT_PROMPT), |_, _| true);
        let step = self.step(&straight);
        println!("delays without prompt: {step}");
        let ms = |from: Instant, to: Instant| to.saturating_duration_since(from).as_secs_f64() * 1_000.0;
        let answered = sorted(straight.iter().filter_map(|o| Some(ms(o.placed, o.answered?))));
        let through = {
            let book = self.agents.book();
            sorted(straight.iter().filter_map(|o| Some(ms(o.placed, book.calls.get(&o.number)?.connected?))))
        };
        let heard = sorted(straight.iter().filter_map(|o| Some(ms(o.placed, o.heard?))));
        let prompted = self.callers.run(&plan(WITH_PROMPT), |_, _| true);
        let step = self.step(&prompted);
        println!("delays with prompt: {step}");
        let decided = {
            let book = self.agents.book();
            sorted(
                prompted.iter().filter_map(|o| Some(ms(o.prompt_ended?, book.calls.get(&o.number)?.invited))),
            )
        };
        self.agents.wake_for_each_packet(false);
        for (what, times) in [
            ("INVITE to our 200", &answered),
            ("INVITE to the agent's ACK", &through),
            ("INVITE to the first own packet back from the agent", &heard),
            ("last packet of the prompt to the agent's INVITE", &decided),
        ] {
            println!(
                "  {what}: p50 {:.1} ms, p99 {:.1} ms ({})",
                percentile(times, 50.0),
                percentile(times, 99.0),
                times.len()
            );
        }
        let pair = |times: &[f64]| Some((percentile(times, 50.0), percentile(times, 99.0)));
        self.figures.answered = pair(&answered);
        self.figures.through = pair(&through);
        self.figures.decided = pair(&decided);
        Ok(())
    }

    fn cost(&mut self, seconds: usize) -> Result<()> {
        let plan = Plan {
            to: WITH_PROMPT,
            calls: seconds * 10,
            rate: 10.0,
            talk: CALL,
            wake_for_each_packet: false,
        };
        let (before, threads) = (self.centre.used()?, self.centre.by_thread());
        let log = self.centre.log_bytes();
        let outcomes = self.callers.run(&plan, |_, _| true);
        // What is still to be sealed and written is part of the cost.
        std::thread::sleep(Duration::from_secs(1));
        let after = self.centre.used()?;
        let step = self.step(&outcomes);
        let each_thousand = 1_000.0 / plan.calls as f64;
        let cost = (after.cpu_s - before.cpu_s) * each_thousand;
        println!("cost: {step}\n  {cost:.2} CPU s per 1,000 calls, of which");
        for (name, used) in self.centre.by_thread() {
            let used = (used - threads.get(&name).unwrap_or(&0.0)) * each_thousand;
            if used >= 0.01 {
                println!("    {used:6.2}  {name}");
            }
        }
        println!("    log: {} bytes per call", (self.centre.log_bytes() - log) / plan.calls as u64);
        self.figures.cost = Some(cost);
        ensure!(step.failed == 0, "a cost with failed calls says nothing");
        Ok(())
    }

    fn held(&mut self, steps: &[usize]) -> Result<()> {
        const MEASURED: Duration = Duration::from_secs(15);
        for &calls in steps {
            let plan = Plan {
                to: WITH_PROMPT,
                calls,
                rate: 50.0,
                talk: Duration::from_secs(3_600),
                wake_for_each_packet: false,
            };
            let from = Duration::from_secs_f64(calls as f64 / plan.rate + 3.0);
            let mut first: Option<(Used, Instant)> = None;
            let mut last: Option<(Used, Instant)> = None;
            let mut threads = Default::default();
            let mut used_by = Vec::new();
            let outcomes = {
                let centre = &self.centre;
                self.callers.run(&plan, |since, _| {
                    if since >= from && first.is_none() {
                        first = centre.used().ok().map(|used| (used, Instant::now()));
                        threads = centre.by_thread();
                    }
                    if since >= from + MEASURED && last.is_none() {
                        last = centre.used().ok().map(|used| (used, Instant::now()));
                        used_by = centre.by_thread().into_iter().collect();
                    }
                    last.is_none()
                })
            };
            let step = self.step(&outcomes);
            println!("held: {step}");
            let (Some((before, at)), Some((after, until))) = (first, last) else { continue };
            let seconds = (until - at).as_secs_f64();
            let share = (after.cpu_s - before.cpu_s) / seconds * 100.0;
            let each = share * 100.0 / calls as f64;
            let kb = after.rss_kb.saturating_sub(self.figures.idle_kb) as f64 / calls as f64;
            println!("  {share:.1} % of a core = {each:.2} % per 100 calls; {kb:.0} kB per call, of which");
            for (name, used) in used_by {
                let used: f64 = (used - threads.get(&name).unwrap_or(&0.0)) / seconds * 100.0;
                if used >= 0.1 {
                    println!("    {used:6.2} %  {name}");
                }
            }
            if calls == 100 {
                self.figures.held_share = Some(each);
            }
            self.figures.held_kb = Some(kb);
            if !step.is_clean() {
                self.figures.held_broken = Some(calls);
                break;
            }
            self.figures.held = Some((calls, each));
        }
        Ok(())
    }

    fn rates(&mut self, steps: &[usize]) -> Result<()> {
        const SECONDS: usize = 20;
        for &rate in steps {
            let plan = Plan {
                to: WITH_PROMPT,
                calls: rate * SECONDS,
                rate: rate as f64,
                talk: CALL,
                wake_for_each_packet: false,
            };
            let (before, started) = (self.centre.used()?, Instant::now());
            let outcomes = self.callers.run(&plan, |_, _| true);
            let used = self.centre.used()?.cpu_s - before.cpu_s;
            let step = self.step(&outcomes);
            println!(
                "rate {rate}/s: {step}\n  {:.0} % of a core, {:.2} CPU s per 1,000 calls",
                used / started.elapsed().as_secs_f64() * 100.0,
                used * 1_000.0 / plan.calls as f64
            );
            if !step.is_clean() {
                self.figures.rate_broken = Some(rate);
                break;
            }
            self.figures.rate = Some(rate);
        }
        Ok(())
    }

    /// Other callers, with a mind of their own about SIP, and our agents.
    fn sipp(&mut self, calls: usize) -> Result<()> {
        const RATE: usize = 40;
        let before = self.centre.used()?;
        let output = Command::new("sipp")
            .arg(self.centre.sip.to_string())
            .args(["-i", &callers::IP.to_string(), "-s", WITH_PROMPT, "-nostdin", "-timeout", "120"])
            .args(["-m", &calls.to_string(), "-r", &RATE.to_string()])
            .args(["-d", &CALL.as_millis().to_string(), "-l", "1000", "-sf"])
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/sipp/caller.xml"))
            .current_dir(std::env::temp_dir())
            .stdin(Stdio::null())
            .output();
        let Ok(output) = output else {
            println!("sipp: not installed (Debian package sip-tester)");
            return Ok(());
        };
        std::thread::sleep(Duration::from_secs(1));
        let cost = (self.centre.used()?.cpu_s - before.cpu_s) * 1_000.0 / calls as f64;
        let text = String::from_utf8_lossy(&output.stdout);
        // The last screen, its cumulative column.
        let of = |name: &str| -> i64 {
            let line = text.lines().rfind(|line| line.contains(name)).unwrap_or_default();
            line.rsplit('|').next().and_then(|n| n.trim().parse().ok()).unwrap_or(0)
        };
        let (good, failed) = (of("Successful call"), of("Failed call"));
        println!(
            "sipp: {good} calls at {RATE}/s without audio of the callers, {failed} failed, {cost:.2} CPU s per 1,000"
        );
        self.answered += good + failed;
        Ok(())
    }

    /// Agents with live pages while calls come: how soon a card is there, how soon a state is acknowledged.
    fn desks(&mut self, count: usize) -> Result<()> {
        const SECONDS: usize = 180;
        const RATE: usize = 5;
        let desks = desks::Desks::open(self.centre.http, count)?;
        desks.take();
        let plan = Plan {
            to: WITHOUT_PROMPT,
            calls: SECONDS * RATE,
            rate: RATE as f64,
            talk: CALL,
            wake_for_each_packet: false,
        };
        let (before, started) = (self.centre.used()?, Instant::now());
        let outcomes = self.callers.run(&plan, |_, _| true);
        let (after, took) = (self.centre.used()?, started.elapsed());
        let seen = desks.take();
        let step = self.step(&outcomes);
        println!("desks: {count} with live pages, {RATE} calls/s: {step}");
        let ms = |from: Instant, to: Instant| to.saturating_duration_since(from).as_secs_f64() * 1_000.0;
        let (pushed, shown) = {
            let book = self.agents.book();
            let each = |card: bool| {
                sorted(seen.cards.iter().filter_map(|(number, (push, shown))| {
                    let rang = book.calls.get(number)?.invited;
                    Some(ms(rang, if card { (*shown)? } else { *push }))
                }))
            };
            (each(false), each(true))
        };
        let acts = sorted(seen.acts.iter().copied());
        for (what, times) in [
            ("the telephone rings to the push at the desk", &pushed),
            ("the telephone rings to the card at the desk", &shown),
            ("a state is asked for to its acknowledgement", &acts),
        ] {
            println!(
                "  {what}: p50 {:.1} ms, p95 {:.1} ms ({})",
                percentile(times, 50.0),
                percentile(times, 95.0),
                times.len()
            );
        }
        println!(
            "  {} pushes, {} refused or failed, {:.0} % of a core",
            seen.pushes,
            seen.refused,
            (after.cpu_s - before.cpu_s) / took.as_secs_f64() * 100.0
        );
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

    fn register(&mut self, rates: &[usize]) -> Result<()> {
        // The first time each telephone is new.
        registers::run(self.centre.sip, 200.0, centre::REGISTERING as f64 / 200.0)?;
        for &rate in rates {
            let (before, threads) = (self.centre.used()?, self.centre.by_thread());
            let got = registers::run(self.centre.sip, rate as f64, 10.0)?;
            let used = self.centre.used()?.cpu_s - before.cpu_s;
            let cost = used * 1_000.0 / got.done.max(1) as f64;
            println!(
                "REGISTER {rate}/s: {} done, {} failed, {} sent again, {cost:.3} CPU s per 1,000, p50 {:.1} ms, p99 {:.1} ms",
                got.done, got.failed, got.sent_again, got.p50_ms, got.p99_ms
            );
            for (name, used) in self.centre.by_thread() {
                let used = (used - threads.get(&name).unwrap_or(&0.0)) * 1_000.0 / got.done.max(1) as f64;
                if used >= 0.005 {
                    println!("    {used:6.3}  {name}");
                }
            }
            self.figures.register_cost = Some(cost);
            if got.failed > 0 || got.sent_again > 0 {
                break;
            }
            self.figures.registers = Some(rate);
        }
        Ok(())
    }

    fn step(&mut self, outcomes: &[Outcome]) -> Step {
        let mut step = Step {
            calls: outcomes.len(),
            failed: 0,
            why: None,
            share: 0.0,
            worst_share: 1.0,
            strange: 0,
            sent_again: std::mem::take(&mut self.agents.book().sent_again),
            late_ms: self.callers.latest_ms,
        };
        let (mut sent, mut came_back) = (0, 0);
        for outcome in outcomes {
            self.answered += i64::from(outcome.answered.is_some());
            step.strange += outcome.strange;
            step.sent_again += u64::from(outcome.sent_again);
            // Somebody who was answered and never heard the agent has failed, too.
            let why = match (&outcome.failed, outcome.heard) {
                (Some(why), _) => Some(why.clone()),
                (None, None) => Some("no audio from the agent".to_owned()),
                (None, Some(_)) => None,
            };
            if let Some(why) = why {
                step.failed += 1;
                step.why.get_or_insert(why);
                continue;
            }
            sent += outcome.sent;
            came_back += outcome.came_back;
            step.worst_share = step.worst_share.min(outcome.came_back as f64 / outcome.sent.max(1) as f64);
        }
        step.share = came_back as f64 / sent.max(1) as f64;
        step
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

fn sorted(times: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut times: Vec<f64> = times.collect();
    times.sort_by(f64::total_cmp);
    times
}

/// Of sorted values; 0 when there are none.
pub fn percentile(sorted: &[f64], percent: f64) -> f64 {
    let at = (sorted.len() as f64 * percent / 100.0).ceil() as usize;
    sorted.get(at.max(1) - 1).or(sorted.last()).copied().unwrap_or(0.0)
}

/// How many wanted a core, over the last minute.
fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::percentile;

    #[test]
    fn percentiles_are_values_that_were_seen() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!((percentile(&values, 50.0), percentile(&values, 99.0)), (50.0, 99.0));
        assert_eq!((percentile(&[7.0], 99.0), percentile(&[], 50.0)), (7.0, 0.0));
    }
}
