//! What is measured, one thing after the other: delays, costs, how many calls at once and how fast, desks, registrations.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::callers::Plan;
use crate::centre::{ANNOUNCED, Used, WITH_PROMPT, WITHOUT_PROMPT};
use crate::step::{percentile, sorted};
use crate::{Bench, callers, centre, desks, registers, relay};

const CALL: Duration = Duration::from_secs(5);

impl Bench {
    /// What the kernel alone takes.
    pub fn relay(&mut self, steps: &[usize]) -> Result<()> {
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

    pub fn delays(&mut self, calls: usize) -> Result<()> {
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

    pub fn cost(&mut self, seconds: usize) -> Result<()> {
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

    /// Callers who are looked up, hear an announcement and hang up in it: nobody of the agents is asked for.
    pub fn announced(&mut self, seconds: usize) -> Result<()> {
        const RATE: usize = 20;
        let plan = Plan {
            to: ANNOUNCED,
            calls: seconds * RATE,
            rate: RATE as f64,
            talk: CALL,
            wake_for_each_packet: false,
        };
        self.quiet()?;
        let (before, threads) = (self.centre.used()?, self.centre.by_thread());
        let (started, mut looks, mut hearing) = (Instant::now(), 0, 0);
        let outcomes = self.callers.run(&plan, |since, at_once| {
            // Once the first hang up there are as many as there will be.
            if since >= CALL && since.as_secs() < seconds as u64 {
                (looks, hearing) = (looks + 1, hearing + at_once);
            }
            true
        });
        let took = started.elapsed().as_secs_f64();
        // The rows are written half a second after the calls.
        std::thread::sleep(Duration::from_secs(1));
        let after = self.centre.used()?;
        let at_once = hearing as f64 / f64::from(looks.max(1));
        self.answered += outcomes.iter().filter(|outcome| outcome.answered.is_some()).count() as i64;
        let failed = outcomes.iter().filter(|outcome| outcome.failed.is_some()).count();
        let deaf = outcomes.iter().filter(|outcome| outcome.prompt_ended.is_none()).count();
        let each_thousand = 1_000.0 / plan.calls as f64;
        let cost = (after.cpu_s - before.cpu_s) * each_thousand;
        println!(
            "announced: {} calls at {RATE}/s, {failed} failed, {deaf} heard nothing, generator at most {:.0} ms late\n  \
             {cost:.2} CPU s per 1,000 callers who hear {} s and hang up, of which",
            plan.calls,
            self.callers.latest_ms,
            CALL.as_secs()
        );
        for (name, used) in self.centre.by_thread() {
            let used = (used - threads.get(&name).unwrap_or(&0.0)) * each_thousand;
            if used >= 0.01 {
                println!("    {used:6.2}  {name}");
            }
        }
        let share = (after.cpu_s - before.cpu_s) / took * 100.0;
        println!(
            "    {at_once:.0} hear it at once: {share:.1} % of a core = {:.2} % per 100, with their coming and going",
            share * 100.0 / at_once.max(1.0)
        );
        self.figures.announced = Some(cost);
        ensure!(failed == 0 && deaf == 0, "a cost with failed calls says nothing");
        Ok(())
    }

    pub fn held(&mut self, steps: &[usize]) -> Result<()> {
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

    pub fn rates(&mut self, steps: &[usize]) -> Result<()> {
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
    pub fn sipp(&mut self, calls: usize) -> Result<()> {
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
    pub fn desks(&mut self, count: usize) -> Result<()> {
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

    pub fn register(&mut self, rates: &[usize]) -> Result<()> {
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
}
