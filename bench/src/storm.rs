//! A storm: half of those who call are without supply. They are known by their numbers, hear of it in the first sentence and
//! hang up; the others hear a prompt and talk with an agent.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bench::customer_number;
use reqwest::Client;
use serde_json::{Value, json};

use crate::Bench;
use crate::callers::{Outcome, Plan};
use crate::centre::{IN_STORM, LEADER};
use crate::step::{percentile, sorted};

/// So many are made up, at least.
pub const CUSTOMERS: u64 = 20_000;
const RATE: usize = 20;
/// From the answer to hanging up: the sentence is seven seconds long.
const STAY: Duration = Duration::from_secs(9);
/// The first sentence is heard within this, of the goal.
const SOON_MS: f64 = 500.0;

impl Bench {
    pub fn storm(&mut self, seconds: usize) -> Result<()> {
        let calls = seconds * RATE;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let communities = self.half_of_the_communities()?;
        let web = runtime.block_on(Web::sign_in(self.centre.http))?;
        runtime.block_on(web.cut_off(&communities))?;
        let (numbers, affected) = self.callers_in_storm(calls)?;
        self.quiet()?;
        let (before, threads) = (self.centre.used()?, self.centre.by_thread());
        let looked = runtime.block_on(web.looked_up())?;
        let plan = Plan { to: IN_STORM, calls, rate: RATE as f64, talk: STAY, wake_for_each_packet: false };
        self.callers.numbers = numbers;
        let (started, mut most_kb, mut most_at_once, mut nth) = (Instant::now(), 0, 0, 0);
        let outcomes = {
            let centre = &self.centre;
            self.callers.run(&plan, |_, at_once| {
                nth += 1;
                most_at_once = most_at_once.max(at_once);
                if nth % 10 == 0 {
                    most_kb = most_kb.max(centre.used().map_or(0, |used| used.rss_kb));
                }
                true
            })
        };
        self.callers.numbers.clear();
        let took = started.elapsed();
        std::thread::sleep(Duration::from_secs(1));
        let after = self.centre.used()?;
        let found = runtime.block_on(web.looked_up())?;
        let (rates, sides) = (after.cpu_s - before.cpu_s, Sides::of(&outcomes, &affected));
        self.figures.storm = Some(sides.figure(found.late - looked.late));
        let (own, others): (Vec<Outcome>, Vec<Outcome>) =
            outcomes.into_iter().partition(|outcome| affected.contains(&outcome.number));
        // Those who are told talk with nobody.
        self.answered += own.iter().filter(|outcome| outcome.answered.is_some()).count() as i64;
        let step = self.step(&others);
        println!("storm: of those who are not affected, {step}");
        println!(
            "  {calls} calls at {RATE}/s for {seconds} s, at most {most_at_once} at once; {} of affected numbers, {} of others",
            sides.affected, sides.others
        );
        sides.print();
        println!(
            "  {:.0} % of a core, {:.2} CPU s per 1,000 calls; {} MB at most, {} MB before; of the CPU",
            rates / took.as_secs_f64() * 100.0,
            rates * 1_000.0 / calls as f64,
            most_kb / 1_024,
            before.rss_kb / 1_024
        );
        for (name, used) in self.centre.by_thread() {
            let used = (used - threads.get(&name).unwrap_or(&0.0)) * 1_000.0 / calls as f64;
            if used >= 0.05 {
                println!("    {used:6.2} s per 1,000  {name}");
            }
        }
        found.print(&looked);
        ensure!(sides.told_wrongly == 0, "somebody heard of an outage that does not concern him");
        Ok(())
    }

    /// Waits until what a start and new customers bring with them is done.
    pub fn quiet(&self) -> Result<()> {
        for _ in 0..120 {
            let before = self.centre.used()?.cpu_s;
            std::thread::sleep(Duration::from_secs(1));
            if self.centre.used()?.cpu_s - before < 0.1 {
                break;
            }
        }
        Ok(())
    }

    /// Communities in which about half of all accounts are.
    pub fn half_of_the_communities(&self) -> Result<Vec<String>> {
        const COUNTS: &str = "SELECT p.community, COUNT(*) FROM customers_premises p JOIN customers_account a \
             ON a.premises = p.id WHERE p.community <> '' AND a.utility = 'gas' AND a.closed_at IS NULL \
             GROUP BY p.community ORDER BY p.community";
        let rows = self.centre.ask(COUNTS)?;
        let counted: Vec<(&str, u64)> = rows
            .iter()
            .filter_map(|row| row.split_once('|'))
            .map(|(c, n)| (c, n.parse().unwrap_or(0)))
            .collect();
        let half = counted.iter().map(|(_, count)| count).sum::<u64>() / 2;
        let mut sum = 0;
        let taken = counted.iter().take_while(|(_, count)| {
            sum += count;
            sum <= half
        });
        let all: Vec<String> = taken.map(|(community, _)| (*community).to_owned()).collect();
        ensure!(!all.is_empty(), "the invented customers live nowhere");
        Ok(all)
    }

    /// The numbers of all who are without supply.
    pub fn affected(&self) -> Result<HashSet<String>> {
        const AFFECTED: &str = "SELECT DISTINCT c.number FROM outages_affected f JOIN customers_account a ON a.id = f.account \
             JOIN customers_contact c ON c.party = a.party";
        Ok(self.centre.ask(AFFECTED)?.into_iter().collect())
    }

    /// Numbers that have not called yet, every other one of somebody affected; and all that are affected.
    fn callers_in_storm(&self, calls: usize) -> Result<(Vec<String>, HashSet<String>)> {
        let affected = self.affected()?;
        let mut used: HashSet<String> = self.callers.used().collect();
        let mut sides = [Vec::new(), Vec::new()];
        for nth in 0..CUSTOMERS {
            let number = customer_number(nth);
            if used.insert(number.clone()) {
                sides[usize::from(affected.contains(&number))].push(number);
            }
        }
        let each = calls.div_ceil(2);
        let [others, own] = sides;
        ensure!(others.len() >= each && own.len() >= each, "too few customers: customers={}", calls * 8);
        let numbers = own.into_iter().zip(others).flat_map(|(a, b)| [a, b]).take(calls).collect();
        Ok((numbers, affected))
    }
}

/// What became of those whom it concerns, and of the others.
#[derive(Default)]
struct Sides {
    affected: usize,
    others: usize,
    refused: usize,
    dropped: usize,
    silent: usize,
    told: usize,
    not_told: usize,
    told_wrongly: usize,
    /// Milliseconds from our 200 to the first word: of those told, and of the others.
    first: [Vec<f64>; 2],
}

impl Sides {
    fn of(outcomes: &[Outcome], affected: &HashSet<String>) -> Sides {
        let mut sides = Sides::default();
        let mut first = [Vec::new(), Vec::new()];
        for outcome in outcomes {
            let own = affected.contains(&outcome.number);
            *(if own { &mut sides.affected } else { &mut sides.others }) += 1;
            match (&outcome.failed, own, outcome.told) {
                (Some(why), ..) if why.contains("503") => sides.refused += 1,
                (Some(_), ..) => sides.dropped += 1,
                (None, true, Some(_)) => sides.told += 1,
                (None, true, None) => sides.not_told += 1,
                (None, false, Some(_)) => sides.told_wrongly += 1,
                (None, false, None) => {}
            }
            match (outcome.answered, outcome.first_word) {
                (Some(answered), Some(word)) => {
                    first[usize::from(!own)].push((word - answered).as_secs_f64() * 1_000.0);
                }
                (Some(_), None) => sides.silent += 1,
                _ => {}
            }
        }
        sides.first = first.map(|times| sorted(times.into_iter()));
        sides
    }

    fn figure(&self, late: f64) -> String {
        let own = &self.first[0];
        format!(
            "{} of {} told; {:.0} / {:.0} / {:.0} ms; {late:.0} too late; {} refused or dropped",
            self.told,
            self.affected,
            percentile(own, 50.0),
            percentile(own, 95.0),
            percentile(own, 99.0),
            self.refused + self.dropped
        )
    }

    fn print(&self) {
        let share = |of: usize, all: usize| of as f64 / all.max(1) as f64 * 100.0;
        println!(
            "  {} refused with 503, {} dropped, {} answered and heard nothing",
            self.refused, self.dropped, self.silent
        );
        println!(
            "  heard of their own outage: {} of {} ({:.2} %); {} heard the menu instead; {} others heard of it",
            self.told,
            self.affected,
            share(self.told, self.affected),
            self.not_told,
            self.told_wrongly
        );
        for (whose, times) in ["an own outage", "the menu"].into_iter().zip(&self.first) {
            let soon = times.iter().filter(|ms| **ms <= SOON_MS).count();
            println!(
                "  200 to the first word of {whose}: p50 {:.0} ms, p95 {:.0} ms, p99 {:.0} ms, {:.2} % within {SOON_MS:.0} ms ({})",
                percentile(times, 50.0),
                percentile(times, 95.0),
                percentile(times, 99.0),
                share(soon, times.len()),
                times.len()
            );
        }
    }
}

/// The leader's browser.
pub struct Web {
    http: SocketAddr,
    client: Client,
    cookie: String,
}

/// What the program has counted of look-ups.
#[derive(Default)]
pub struct LookedUp {
    known: f64,
    unknown: f64,
    late: f64,
    failed: f64,
    /// Seconds, over the last of them.
    quantiles: Vec<(&'static str, f64)>,
}

impl LookedUp {
    pub fn print(&self, before: &LookedUp) {
        println!(
            "  look-ups: {:.0} known, {:.0} unknown, {:.0} too late (the bound of 300 ms), {:.0} failed",
            self.known - before.known,
            self.unknown - before.unknown,
            self.late - before.late,
            self.failed - before.failed
        );
        for (quantile, seconds) in &self.quantiles {
            println!("    p{quantile}: {:.1} ms", seconds * 1_000.0);
        }
    }
}

impl Web {
    pub async fn sign_in(http: SocketAddr) -> Result<Web> {
        let mut web = Web { http, client: Client::new(), cookie: String::new() };
        let form = json!({ "user": LEADER, "password": "bench-leader" });
        let reply = web.client.post(format!("http://{http}/api/sign_in")).json(&form).send().await?;
        let cookie = reply.headers().get("set-cookie").cloned();
        ensure!(reply.status().is_success(), "the leader cannot sign in: {}", reply.text().await?);
        let cookie = cookie.context("no session")?;
        web.cookie = cookie.to_str()?.split(';').next().unwrap_or_default().to_owned();
        Ok(web)
    }

    async fn ask(&self, method: reqwest::Method, path: &str, body: Option<Value>) -> Result<Value> {
        let mut request = self.client.request(method, format!("http://{}{path}", self.http));
        request = request.header("cookie", &self.cookie);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let reply = request.send().await?;
        let (status, text) = (reply.status(), reply.text().await?);
        ensure!(status.is_success(), "{path}: {status} {text}");
        Ok(serde_json::from_str(&text)?)
    }

    /// Enters and publishes a fault in these communities, of which only those affected hear.
    pub async fn cut_off(&self, communities: &[String]) -> Result<()> {
        use reqwest::Method;
        let mut settings = self.ask(Method::GET, "/api/outages/settings", None).await?;
        settings["settings"]["many"] = json!(1_000_000);
        self.ask(Method::PUT, "/api/outages/settings", Some(settings)).await?;
        let places: Vec<Value> = communities.iter().map(|name| json!({ "community": name })).collect();
        let begun = self.clock(-600)?;
        let plan = json!({
            "utility": "gas", "class": "fault", "area": { "text": "半个城市", "places": places },
            "cause": "unknown", "reason": "管网突发故障", "starts": begun, "ends": null,
        });
        let outage = self.ask(Method::POST, "/api/outages", Some(plan)).await?;
        let id = outage["id"].as_str().context("an outage without an id")?.to_owned();
        let act = json!({ "act": { "act": "publish", "why": "突发故障" }, "version": outage["version"] });
        let outage = self.ask(Method::POST, &format!("/api/outages/{id}/act"), Some(act)).await?;
        println!("storm: {} households without supply", outage["counts"]["all"]);
        Ok(())
    }

    /// The clock so many seconds from now, as the program reads it.
    fn clock(&self, seconds: i64) -> Result<String> {
        let output = std::process::Command::new("date")
            .args(["-u", "-d", &format!("{seconds} seconds"), "+%Y-%m-%dT%H:%M:%SZ"])
            .output()?;
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    pub async fn looked_up(&self) -> Result<LookedUp> {
        let text = self.client.get(format!("http://{}/metrics", self.http)).send().await?.text().await?;
        let value = |line: &str| -> Option<f64> {
            text.lines().find_map(|at| at.strip_prefix(line)).and_then(|value| value.trim().parse().ok())
        };
        let count =
            |outcome: &str| value(&format!("switchboard_look_ups{{outcome=\"{outcome}\"}} ")).unwrap_or(0.0);
        let quantile = |q: &'static str, named: &'static str| {
            let line = format!("switchboard_look_up_seconds{{key=\"outages\",quantile=\"{q}\"}} ");
            value(&line).map(|seconds| (named, seconds))
        };
        let quantiles = [("0.5", "50"), ("0.95", "95"), ("0.99", "99"), ("1", "100")];
        Ok(LookedUp {
            known: count("known"),
            unknown: count("unknown"),
            late: count("late") + count("refused"),
            failed: count("failed") + count("no_room"),
            quantiles: quantiles.into_iter().filter_map(|(q, named)| quantile(q, named)).collect(),
        })
    }
}
